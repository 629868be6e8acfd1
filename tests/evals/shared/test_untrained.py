"""What a search and a fit make of random parameters, on the smallest networks."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from evals.shared import untrained
from evals.shared.untrained import Attempt, tried

WIDTH, CLASSES = 24, 6


def network():
    def apply(params, x):
        hidden = aann.site("hidden", jax.nn.relu(x @ params["one"]["kernel"]))
        return 4 * hidden @ params["two"]["kernel"]

    params = {"one": {"kernel": np.eye(WIDTH)}, "two": {"kernel": np.ones((WIDTH, CLASSES))}}
    params = jax.tree.map(jnp.float32, params)
    return aann.Model(apply, params, "toy", jax.ShapeDtypeStruct((WIDTH,), jnp.float32))


@pytest.fixture(scope="module")
def design():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(200, WIDTH)).astype(np.float32)
    return aann.design(aann.from_arrays("points", inputs))


def program(model, what, name):
    return aann.make(
        what, model=model.name, site="hidden", units=range(WIDTH), reads=("input",), name=name
    )


def claims(model, few):
    """What the trained network computes, what this one computes, and nothing."""
    kernel = jnp.asarray(model.params["one"]["kernel"])
    assert len(few) == 60
    warnings.warn("weak", stacklevel=1)
    return Attempt(
        "units are given",
        {
            "what was learnt": (program(model, lambda x, c: jnp.maximum(x, 0), "identity"),),
            "a copy": (program(model, lambda x, c: jnp.maximum(x @ kernel, 0), "copy"),),
        },
    )


@pytest.fixture(scope="module")
def found(design):
    names = ["what was learnt", "a copy", "not found"]
    return tried(network(), design, claims, names, seed=1, examples=120)


def test_what_was_learnt_is_not_there(found):
    learnt = found["what was learnt"]
    assert learnt.n == 60
    assert list(learnt.recovered) == ["identity", "mean", "position mean"]
    assert learnt.above["kl"].estimate < 0


def test_what_anything_recovers_is_told_and_set_beside_constants(found):
    copied = found["a copy"]
    assert copied.recovered["copy"]["kl"].estimate == pytest.approx(1, abs=1e-5)
    above = 1 - max(copied.recovered[n]["kl"].estimate for n in untrained.CONSTANTS)
    assert copied.above["kl"].estimate == pytest.approx(above, abs=1e-5)
    assert copied.above["kl"].low > 0


def test_a_circuit_that_is_not_found_has_the_words_alone(found):
    assert (found["not found"].found, found["not found"].n) == ("units are given", None)
    assert found["not found"].recovered == {}
    assert found["not found"].notes == ("weak",)


def test_a_refusal_is_what_was_found(design):
    def refuse(model, few):
        raise ValueError(f"no circuit in {model.name!r}\nat all")

    assert tried(network(), design, refuse, ["it"])["it"].found == (
        "no circuit in 'toy, untrained'"
    )


def test_bugs_are_not_taken_for_refusals(design):
    def broken(model, few):
        raise TypeError("no such thing")

    with pytest.raises(TypeError, match="no such thing"):
        tried(network(), design, broken, ["it"])
