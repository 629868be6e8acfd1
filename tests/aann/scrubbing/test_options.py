"""Options change how scrubs run and not what they find; what is none is refused."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from scrubs import (
    N,
    arrays,
    chain,
    claim,
    examples,
    identity,
    model,
    network,
    params,
    scrubbed,
    signs,
)

import aann
from aann.scrubbing.equivalence import Related

CLOSE = {"rtol": 1e-3, "atol": 2e-5}


@pytest.fixture(scope="module")
def before():
    return scrubbed(claim())


@pytest.mark.parametrize(
    "changed", [{"batch_size": 5}, {"batch_size": 1}, {"memory": 0}, {"memory": 3000}], ids=str
)
def test_batches_and_memory_change_nothing(before, changed):
    after = scrubbed(claim(), **changed)
    np.testing.assert_allclose(after.losses["it"]["kl"], before.losses["it"]["kl"], **CLOSE)
    np.testing.assert_array_equal(after.donors["it"]["c"], before.donors["it"]["c"])
    if "memory" in changed:
        np.testing.assert_array_equal(after.losses["it"]["kl"], before.losses["it"]["kl"])


def test_seeds_and_more_scrubs(before):
    first = before
    same, other, more = (scrubbed(claim(), **o) for o in ({}, {"seed": 1}, {"scrubs": 6}))
    assert first.to_json() == same.to_json()
    assert (first.donors["it"]["c"] != other.donors["it"]["c"]).any()
    np.testing.assert_array_equal(more.donors["it"]["c/b"][:4], first.donors["it"]["c/b"])
    np.testing.assert_allclose(more.losses["it"]["kl"][:4], first.losses["it"]["kl"], **CLOSE)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"scrubs": 0}, "scrubs is a whole number from 1 up, got 0"),
        ({"scrubs": 1.5}, "scrubs is a whole number from 1 up, got 1.5"),
        ({"seed": -1}, "seed is a whole number from 0 up, got -1"),
        ({"draws": 3}, "draws is 3"),
        ({"data": examples(9)}, "an interval needs at least 10 examples, got 9: add examples"),
        ({"batch_size": 0}, "batch"),
        ({"network": aann.Model(network, params())}, "does not say what one example looks like"),
    ],
)
def test_options_that_are_none(more, message):
    with pytest.raises(ValueError, match=message):
        scrubbed(claim(), **more)


@pytest.mark.usefixtures("unchecked")
def test_hypotheses_that_are_none():
    with pytest.raises(TypeError, match="takes an aann.Hypothesis or several, got none"):
        scrubbed()
    with pytest.raises(TypeError, match="an aann.Hypothesis or several, got function, int"):
        scrubbed(signs, 3)
    with pytest.raises(TypeError, match="an aann.Hypothesis or several, got function"):
        aann.scrub(model(), signs, examples())
    with pytest.raises(ValueError, match="several are called 'it': pass name="):
        scrubbed(claim(), claim(chain))
    with pytest.raises(ValueError, match="hypothesis 'it': value 'a': a relation of 24 and 24 val"):
        scrubbed(claim(identity, {"a": "h"}, same=Related(lambda a, b: a == b)))
    with pytest.raises(ValueError, match="(?s)hypothesis 'x'.*no site 'q'.*hypothesis 'y'.*'r'"):
        scrubbed(claim(where={"a": "q"}, name="x"), claim(where={"r": "h"}, name="y"))
    bad = aann.from_arrays("x", arrays(), np.arange(N))
    with pytest.raises(ValueError, match="label"):
        scrubbed(claim(), data=bad)


def test_the_network_may_not_mix_examples():
    def centred(p, x):
        h = jnp.tanh(x @ p["in"])
        return aann.site("h", h - h.mean(0, keepdims=True))[:, 0] @ p["skip"]

    with pytest.raises(ValueError, match="model 'c' mixes the examples of a batch"):
        scrubbed(
            claim(identity, {"a": "h"}), network=aann.Model(centred, params(), "c", model().inputs)
        )


def masked_out(p, x):
    logits = network(p, x)
    best = jnp.argmax(logits, -1, keepdims=True)
    return jnp.where(jnp.arange(5)[None] == best, logits, -jnp.inf)


def test_losses_that_cannot_be_averaged():
    masked = dataclasses.replace(model(), apply=masked_out)
    with pytest.raises(ValueError, match=r"(?s)hypothesis 'it': losses must be finite .*random: kl "
                       r"is NaN or infinite for \d+ of 24 examples: '0.*jnp.maximum"):  # fmt: skip
        scrubbed(claim(), network=masked, data=examples(labels=False))
