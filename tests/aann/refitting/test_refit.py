import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toy_replacement import UNITS, data
from toys import mlp_model

import aann
from aann.refitting.again import again

TRUE = np.asarray(mlp_model().params["v"]).T


def scaled(h, c):
    """The units are what the weights say, times a gain."""
    return jax.nn.relu(h @ jnp.asarray(TRUE)[:, c.units]) * c.gain[None]


def make_program(design, units=UNITS):
    """Gains by least squares on what a noisy look at the design examples says."""
    model, x = mlp_model(), jnp.asarray(design.load(range(len(design))))
    natural = aann.capture(model, ["h", "m"])(x)[1]
    rng = np.random.default_rng(0)
    noise = {
        n.partition(" (")[0]: rng.normal(size=len(units))
        for n in sorted(set(design.groups or design.names))
    }
    belief = np.asarray(jax.nn.relu(natural["h"] @ TRUE))[:, list(units)]
    seen = np.asarray(natural["m"])[:, list(units)] + 0.5 * np.asarray(
        [noise[n.partition(" (")[0]] for n in design.names]
    )
    gain = (seen * belief).sum(0) / (belief**2).sum(0)
    return aann.make(
        scaled, model="toy", site="m", units=units, reads=("h",), name="ours",
        constants={"gain": aann.Constant(gain, "fitted"), "units": np.asarray(units)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def halves():
    return aann.split(data())


@pytest.fixture(scope="module")
def found(halves):
    design, heldout = halves
    return aann.refit(
        mlp_model(), make_program, heldout, design, draws=6, resamples=200, batch_size=20,
        progress=False,
    )  # fmt: skip


def test_the_narrow_interval_is_that_of_evaluate(found, halves):
    design, heldout = halves
    report = aann.evaluate(
        mlp_model(), make_program(design), heldout, design=design, rows=(), draws=200,
        batch_size=20, progress=False,
    )  # fmt: skip
    for metric in ("kl", "nll"):
        one, other = report.main.recovered[metric], found.metrics[metric]
        np.testing.assert_allclose(
            [one.estimate, one.low, one.high], [other.estimate, other.low, other.high], atol=1e-6
        )
        assert other.wide_low < other.low
        assert other.wide_high > other.high
    assert report.with_refit(found).refit is found


def test_draws_are_programs_made_again_and_evaluated(found, halves):
    design, heldout = halves
    program = make_program(again(design, np.random.default_rng([0, 2])))
    report = aann.evaluate(
        mlp_model(), program, heldout, design=design, rows=(), draws=200, progress=False
    )  # fmt: skip
    assert found.metrics["kl"].draws[2] == pytest.approx(
        report.main.recovered["kl"].estimate, abs=1e-6
    )
    assert (found.fits, found.failed) == (6, {})


def test_units_and_constants_are_compared(found):
    assert [(u.unit, u.share) for u in found.units] == [(u, 1.0) for u in UNITS]
    gain = next(s for s in found.constants if s.name == "gain")
    assert all(low < x < high for low, x, high in zip(gain.low, gain.first, gain.high, strict=True))


def test_other_units_and_failures_are_counted(halves):
    design, heldout = halves
    calls = []

    def finder(design):
        calls.append(design)
        if len(calls) == 3:
            raise ValueError("nothing found\nat all")
        return make_program(design, UNITS if len(calls) % 2 else UNITS[:2])

    found = aann.refit(
        mlp_model(), finder, heldout, design, draws=7, resamples=200, metrics=["kl"], progress=False
    )  # fmt: skip
    assert calls[0] is design
    assert (found.fits, found.failed) == (6, {"nothing found": 1})
    assert list(found.metrics) == ["kl"]
    assert [u.share for u in found.units] == [1.0, 1.0, pytest.approx(1 / 3)]


def test_it_shows_itself(found):
    assert "ours: found, fitted and evaluated again on 6 resamples of 60 design examples" in str(
        found
    )
    assert "any such fit" in repr(found)
    assert "units: 3 of 3 are found in at least 90% of the refits" in str(found)
    assert "| constant" in found.markdown().replace("|constant", "| constant")
    assert "<table>" in found._repr_html_()
    assert json.loads(found.to_json())["schema"] == 1


def test_what_cannot_be_refitted_is_refused(halves, unchecked):
    design, heldout = halves

    def refit(make=make_program, **more):
        return aann.refit(mlp_model(), make, heldout, design, progress=False, **more)

    with pytest.raises(ValueError, match="draws is a whole number of at least 5, got 4"):
        refit(draws=4)
    with pytest.raises(TypeError, match="replacements are what aann.make"):
        refit(lambda design: scaled)
    with pytest.raises(ValueError, match="resamples is 10: an interval needs at least 100"):
        refit(resamples=10)
    with pytest.raises(ValueError, match="no metric top9; there are"):
        refit(draws=5, metrics=["top9"])

    def rarely(half):
        if half is not design:
            raise ValueError("no unit stands out")
        return make_program(half)

    with pytest.raises(
        ValueError, match=r"0 gave a program.*at least 5: 9 times no unit stands out"
    ):
        refit(rarely, draws=9)
