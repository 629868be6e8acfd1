import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.vis.units_seen import units_seen

QUICK = {"steps": 2, "n": 3, "several": 2, "progress": False}


def toy(side=12):
    def network(p, x):
        edges = jnp.abs(x[:, :, 1:] - x[:, :, :-1])[..., :1]
        return aann.site("h", jnp.concatenate([x[:, :, 1:, :1] * p, edges], -1)).mean((1, 2))

    one = jax.ShapeDtypeStruct((side, side, 3), jnp.float32)
    return aann.Model(network, jnp.float32(1), "toy", one)


def pictures(n=6, side=12):
    values = np.random.default_rng(0).uniform(0, 255, (n, side, side, 3)).astype(np.float32)
    return aann.design(aann.from_arrays("noise", values))


@pytest.mark.parametrize(
    ("site", "chosen", "data", "more", "match"),
    [
        ("h", (0,), "small", {}, "the model takes inputs of shape"),
        ("h", (0, 0), None, {}, "units are one at least, each once, got"),
        ("h", (), None, {}, "units are one at least, each once, got"),
        (
            "h",
            (7,),
            None,
            {"several": -1},
            "several is .* got -1; site 'h' has units 0 to 1, got 7",
        ),
        ("g", (0,), None, {"n": 0}, "n is a whole number .*no site 'g'"),
    ],
)
def test_what_does_not_fit_is_told_before_the_work(monkeypatch, site, chosen, data, more, match):
    monkeypatch.setattr("aann.vis.units_seen.visualise", lambda *_, **__: pytest.fail("worked"))
    given = pictures(side=5) if data else None
    with pytest.raises(ValueError, match=match):
        units_seen(toy(), site, chosen, given, **{**QUICK, **more})
