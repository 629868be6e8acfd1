"""Compiled pieces are kept, never stale, and keep no model alive."""

import contextlib
import dataclasses
import functools
import gc
import weakref

import attention
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from aann.evaluation.answer import log_probability, logit_difference
from aann.patching.attribution import attribution_patching
from aann.patching.copying import copying
from aann.patching.direct import direct_logit_attribution
from aann.patching.heads import head_scores
from aann.patching.lens import logit_lens
from aann.patching.patch import activation_patching
from aann.patching.path import path_patching
from aann.splicing.levels import levels
from aann.trace import reuse
from aann.trace.reuse import Reuse

Z = "blocks.0.attn.z"
CLEAN, CORRUPTED = attention.tokens(4, seed=1), attention.tokens(4, seed=2)
ANSWERS = np.arange(4), np.arange(4) + 1


def model(seed=0, **config):
    return attention.transformer(seed=seed, layers=2, d_mlp=None, **config)


def examples(n=4):
    labels = np.random.default_rng(0).integers(0, attention.VOCAB, (n, attention.CONTEXT))
    return aann.from_arrays("toy", np.asarray(attention.tokens(n)), labels.astype(np.int32))


def program(model):
    return aann.make(
        lambda x, c: 0.5 * jnp.ones((*x.shape, 2)), model="", site="blocks.1.resid_pre",
        units=(0, 1), name="half",
    )  # fmt: skip


PAIR = (CLEAN, CORRUPTED)
TECHNIQUES = {
    "activation": lambda m: (
        activation_patching(m, *PAIR, [Z, "embed"], logit_difference(*ANSWERS), by=(1,)).changes
    ),
    "path": lambda m: (
        path_patching(
            m, *PAIR, Z, {"blocks.1.attn.k": {"head": 1}}, logit_difference(*ANSWERS), by=("head",)
        ).changes
    ),
    "attribution": lambda m: (
        attribution_patching(
            m, *PAIR, Z, log_probability(ANSWERS[0]), by=("head",), exact=1
        ).estimates
    ),
    "direct": lambda m: direct_logit_attribution(m, CLEAN, log_free, tolerance=1e-2).contributions,
    "lens": lambda m: logit_lens(m, CLEAN, log_probability(ANSWERS[0])),
    "heads": lambda m: head_scores(m, np.tile(np.arange(5) % 2, (3, 1))).scores["previous"],
    "copying": lambda m: {"rank": copying(m, 1, np.arange(attention.VOCAB)).rank},
    "sweep": lambda m: aann.unit_sweep(m, "blocks.1.attn.out", range(3), examples(), "mean").losses,
    "suffix sweep": lambda m: (
        aann.unit_sweep(m, Z, range(2), examples(), "mean", axis=2, shortcut=False).losses
    ),
    "capture": lambda m: aann.capture(m, [Z])(CLEAN)[1],
    "sites": lambda m: {name: np.zeros(s.shape) for name, s in aann.sites(m).items()},
}


def log_free(outputs):
    return outputs[:, -1, 1] - outputs[:, -1, 2]


@contextlib.contextmanager
def compilations():
    """What is compiled meanwhile, one entry each."""
    found = []

    def heard(event, duration, **_):
        if event == "/jax/core/compile/backend_compile_duration":
            found.append(duration)

    jax.monitoring.register_event_duration_secs_listener(heard)
    yield found
    jax.monitoring.unregister_event_duration_listener(heard)


def same(a, b):
    return all(np.array_equal(np.asarray(a[site]), np.asarray(b[site])) for site in a)


@pytest.mark.parametrize("name", TECHNIQUES)
def test_a_warm_call_compiles_nothing_and_other_parameters_are_no_other_model(name):
    here, run = model(), TECHNIQUES[name]
    with compilations() as cold:
        first = run(here)
    run(here)  # what is done to results outside of compiled pieces, once more
    others = dataclasses.replace(here, params=model(seed=1).params)
    with compilations() as warm:
        again, other = run(here), run(others)
    assert not warm
    assert same(first, again)
    if name != "sites":
        assert cold
        assert same(run(model(seed=1)), other)
        assert not same(first, other)


def test_evaluations_of_one_site_share_the_cut_model():
    here = model()
    levels(here, [program(here)], here.batch(4))
    count = reuse.kept()
    levels(here, [dataclasses.replace(program(here), name="other")], here.batch(4))
    assert reuse.kept() == count
    levels(here, [dataclasses.replace(program(here), units=(1, 2))], here.batch(4))
    assert reuse.kept() == count + 1


@pytest.mark.parametrize("name", TECHNIQUES)
def test_models_and_their_pieces_are_let_go(name):
    gc.collect()
    before = reuse.kept()
    here = model()
    gone = [weakref.ref(here.apply), weakref.ref(here), weakref.ref(here.params["embed"]["W_E"])]
    TECHNIQUES[name](here)
    assert reuse.kept() > before
    del here
    gc.collect()
    assert [ref() for ref in gone] == [None] * 3
    assert reuse.kept() <= before


def test_functions_without_weak_references_serve_as_long_as_their_model():
    class Slotted:
        __slots__ = ()

        def __call__(self, params, x):
            return aann.site("h", x * params)

    here = aann.Model(Slotted(), jnp.float32(2.0), "slotted", jax.ShapeDtypeStruct((3,), "f4"))
    x = jnp.ones((2, 3))
    assert aann.capture(here, ["h"])(x)[1]["h"].sum() == 12
    assert Reuse(here).get("x", lambda shell: [1]) is Reuse(here).get("x", lambda shell: [2])
    other = dataclasses.replace(here, params=jnp.float32(3.0))
    assert aann.capture(other, ["h"])(x)[1]["h"].sum() == 18
    before = reuse.kept()
    del here, other
    gc.collect()
    assert reuse.kept() < before


def test_the_pieces_of_a_model_are_bounded():
    here = model()
    before = reuse.kept()
    for i in range(reuse.MOST + 10):
        Reuse(here).get(i, lambda shell: [0])
        Reuse(here).get(0, lambda shell: [1])
    assert reuse.kept() == before + reuse.MOST
    assert Reuse(here).get(0, lambda shell: [1]) == [0]  # used all the time
    assert Reuse(here).get(1, lambda shell: [1]) == [1]  # made anew
    with pytest.raises(ZeroDivisionError):
        Reuse(here).get("fails", lambda shell: 1 / 0)
    assert Reuse(here).get("fails", lambda shell: 1) == 1


def test_settings_of_jax_are_part_of_the_key():
    here = model()
    Reuse(here).get("x", lambda shell: "default")
    with jax.default_matmul_precision("bfloat16"):
        assert Reuse(here).get("x", lambda shell: "coarse") == "coarse"
    assert Reuse(here).get("x", lambda shell: "other") == "default"


BASES = [model(layer_norm=norm) for norm in (False, True)]


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(BASES), st.integers(0, 3), st.sampled_from(["embed", Z, "blocks.1.attn.q"]),
    st.sampled_from([(), (1,), (2,)]), st.sampled_from([None, 3]), st.integers(0, 5),
    st.sampled_from(["denoise", "noise"]),
)  # fmt: skip
def test_what_is_kept_gives_what_is_made_anew(base, seed, site, by, batch_size, answer, direction):
    """Whatever was asked before: parameters, inputs, sites, axes, metric, batches, direction."""
    params = model(seed=seed, layer_norm=base is BASES[1]).params
    warm = dataclasses.replace(base, params=params)
    fresh = dataclasses.replace(warm, apply=functools.partial(base.apply))

    def run(here):
        return activation_patching(
            here, CLEAN, CORRUPTED, site, lambda y: y[:, -1, answer] * seed, by=by,
            batch_size=batch_size, direction=direction,
        )  # fmt: skip

    ours, anew = run(warm), run(fresh)
    assert same(ours.changes, anew.changes)
    assert np.array_equal(ours.base, anew.base)
