import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from attention import transformer
from scrubs import LENGTH, WIDTH, apart, chain, identity, model, network, params, signs

import aann
from aann.scrubbing.bound import bind, bind_all

INPUTS = jax.ShapeDtypeStruct((LENGTH, WIDTH), jnp.float32)


def other(apply):
    return aann.Model(apply, params(), "other", INPUTS)


def refusal(program, where, network=None, **more):
    with pytest.raises(ValueError, match="hypothesis .* about model") as caught:
        bind(network or model(), aann.Hypothesis(program, where, **more))
    return str(caught.value)


def test_places_in_the_order_of_the_claims():
    claims = {"b": ["z", aann.Where("m", (0,))], "a": "h"}
    bound = bind(model(), aann.Hypothesis(signs, claims))
    assert [site for site, _ in bound.places["b"]] == ["z", "m"]
    assert [site for site, _ in bound.of_parents("")] == ["h", "z", "m"]
    assert [site for site, _ in bound.of_parents("b")] == ["h"]


def test_the_input_as_a_site_changes_no_output():
    bound = bind(model(), aann.Hypothesis(identity, {"a": "input"}))
    x = np.random.default_rng(0).normal(size=(5, LENGTH, WIDTH)).astype(np.float32)
    np.testing.assert_array_equal(*(jax.jit(m)(x) for m in (bound.model, model())))


def test_a_models_own_names_do_not_clash_with_the_input():
    named = other(lambda p, x: aann.site("given", x.sum(1)) @ p["skip"])
    assert bind(named, aann.Hypothesis(apart, {"a": "input", "b": "given"}))


@pytest.mark.parametrize(
    ("program", "where", "messages"),
    [
        (signs, {"a": "hh"}, ["no site 'hh' in this model: did you mean 'h'"]),
        (signs, {"aa": "h"}, ["program 'signs' names no value 'aa': did you mean 'a'"]),
        (
            signs,
            {"aa": "hh", "b": aann.Where("z", (7,)), "c": "nowhere"},
            ["no site 'hh'", "no site 'nowhere'", "names no value 'aa'",
             r"value 'b': site 'z' of shape \(7, 3, 2, 2\): has units 0 to 1, got \[7\]"],
        ),
        (apart, {"a": "h", "b": "h"}, ["value 'b': h is claimed by 'a' as well; each activation"]),
        (apart, {"a": ["h", aann.Where("h", (1,))]}, ["value 'a': h, 1 is claimed twice"]),
        (
            apart,
            {"a": aann.Where("z", (0,), axis=2), "b": aann.Where("z", (1,), axis=-1)},
            ["value 'b': z, 1 is claimed by 'a' as well"],
        ),
        (
            chain,
            {"a": "m", "b": "h"},
            ["computes 'b' from 'a', but 'h', where 'b' is claimed to be, does not lie below 'm'"],
        ),
        (
            chain,
            {"a": aann.Where("h", (0,)), "b": aann.Where("h", (1,))},
            ["computes 'b' from 'a', but 'h', where 'b' is claimed to be, does not lie below 'h'"],
        ),
        (chain, {"a": "h", "b": "input"}, ["'input', where 'b' is claimed to be"]),
        (apart, {"a": aann.Where("h", axis=0)}, ["value 'a': .* axis 0 is that of the batch"]),
    ],
)  # fmt: skip
def test_claims_that_do_not_fit(program, where, messages):
    found = refusal(program, where, name="claimed")
    assert found.startswith("hypothesis 'claimed' about model 'toy': ")
    for message in messages:
        assert re.search(message, found), found


def test_a_value_that_the_output_does_not_depend_on():
    def vain(x):
        aann.value("a", x[:, 0, 0])
        return aann.value("b", x[:, 0, 1])

    found = refusal(vain, {"a": "h", "b": "hh"})
    assert "the output of program 'vain' does not depend on its value 'a': leave it out" in found
    assert "no site 'hh'" in found


def test_sites_that_cannot_be_replaced():
    def unused(p, x):
        aann.site("loose", x * 2)
        total = aann.site("total", jnp.sum(x @ p["in"], 1))
        turned = aann.site("turned", jnp.moveaxis(x, 0, 1))
        number = aann.site("number", x[:, 0, 0])
        return total @ p["skip"] + turned.sum((0, 2))[:, None] + number[:, None]

    found = refusal(apart, {"a": "loose", "b": "turned"}, other(unused))
    assert "the model's outputs do not depend on site 'loose': mark what it uses" in found
    assert "site 'turned' has shape (3, 7, 4) for a batch of 7" in found
    assert "has no axis of units" in refusal(apart, {"a": "number"}, other(unused))


def test_a_program_of_sites_that_are_not_there():
    made = aann.make(
        lambda h, c: aann.value("a", h[:, 0]), model="toy", site="m", units=(0,), reads=("hh",),
        name="made",
    )  # fmt: skip
    found = refusal(made, {"a": "zz"})
    assert "no site 'hh'" in found
    assert "no site 'zz'" in found


def test_claims_through_other_sites():
    def sent(name, *through):
        return aann.Where(name, through=through)

    both = refusal(apart, {"a": sent("h", "m"), "b": sent("z", "m")})
    assert "'h' through ('m',); 'z' through ('m',): scrub one path at a time" in both
    units = [aann.Where("h", (0,), through=("z",)), aann.Where("h", (1,))]
    assert "'h' is claimed through others and as it is" in refusal(
        apart, dict(zip("ab", units, strict=True))
    )
    assert "no site 'q'" in refusal(apart, {"a": sent("h", "q")})
    assert "receiver 'h' does not depend on 'm'" in refusal(apart, {"a": sent("m", "h")})
    left = refusal(apart, {"a": sent("h", "z"), "b": "nowhere"})
    assert "no site 'nowhere'" in left


def test_what_two_hypotheses_have_wrong():
    wrong = [aann.Hypothesis(apart, {"a": site}, name=site) for site in ("x1", "h", "x2")]
    with pytest.raises(ValueError, match="(?s)hypothesis 'x1'.*no site 'x1'.*hypothesis 'x2'"):
        bind_all(model(), wrong)
    assert len(bind_all(model(), wrong[1:2])) == 1


def test_errors_of_a_program_are_its_own():
    def broken(x):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="^mine"):
        bind(model(), aann.Hypothesis(broken, {"a": "h"}))


def test_a_model_that_does_not_say_what_it_takes():
    with pytest.raises(ValueError, match="does not say what one example looks like"):
        bind(aann.Model(network, params(), "toy"), aann.Hypothesis(apart, {"a": "h"}))


def test_sites_of_a_real_model_in_all_their_axes():
    heads = aann.Where("blocks.0.attn.z", (1,), axis=2, positions=(0, 3))

    def program(tokens):
        return aann.value("a", tokens[:, 0])

    bound = bind(transformer(), aann.Hypothesis(program, {"a": heads}))
    ((site, place),) = bound.places["a"]
    assert (site, place.units, place.positions) == ("blocks.0.attn.z", (1,), (0, 3))
