import jax.numpy as jnp

import aann
from aann.scrubbing.equivalence import Shuffled, Within
from circuits.fitting.scrubs import with_shuffled


def claim(name="claim", same=None):
    def program(x):
        return aann.value("s", jnp.sum(x, axis=-1))

    return aann.Hypothesis(program, {"s": "h"}, same or Within(0.1), name=name)


def test_the_last_claim_is_shuffled_and_comes_last():
    wide = claim("wide", Within(2.0))
    group = with_shuffled("layer", (claim(), wide), claim("wrong"), widths={"claim": 0.1})
    assert [h.name for h in group.wrong] == ["wrong", "wide, shuffled"]
    kind = group.wrong[-1].equivalences()["s"]
    assert isinstance(kind, Shuffled)
    assert kind.kind == Within(2.0)
    assert group.widths == {"claim": 0.1}
    assert wide.equivalences()["s"] == Within(2.0)
