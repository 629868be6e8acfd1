import numpy as np
import pytest
from attention import configs, own_inputs, own_model, runner, tokens, transformer, value_at
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.evaluation.answer import logit_difference
from aann.patching.patch import activation_patching
from aann.patching.path import path_patching, through

ALMOST = {"rtol": 1e-4, "atol": 2e-4}
METRIC = logit_difference([1, 2, 3], [4, 5, 6])
CLEAN, CORRUPTED = tokens(seed=1), tokens(seed=2)


def judge(outputs):
    return np.asarray(METRIC(outputs))


@settings(max_examples=2, deadline=None)
@given(configs(), st.booleans(), st.booleans())
def test_path_patching_is_the_four_runs_by_hand(config, freeze, one_head):
    model = transformer(**{**config, "layers": 2})
    sender, receiver = "blocks.0.attn.z", "blocks.1.attn.q"
    frozen = ["blocks.0.mlp.out"] if freeze and config["d_mlp"] else []
    receivers = {receiver: {"head": 1}} if one_head else receiver
    found = path_patching(
        model, CLEAN, CORRUPTED, sender, receivers, METRIC,
        frozen=frozen, by=("head",), direction="noise",
    )  # fmt: skip
    step2, step3 = runner(model, [sender, *frozen]), runner(model, [receiver])
    held = {name: value_at(model, name, CLEAN) for name in frozen}
    for head in range(2):
        sent = np.array(value_at(model, sender, CLEAN))
        sent[:, :, head] = value_at(model, sender, CORRUPTED)[:, :, head]
        received = step2({sender: sent, **held}, CLEAN)[1][receiver]
        if one_head:
            mixed = np.array(value_at(model, receiver, CLEAN))
            mixed[:, :, 1] = received[:, :, 1]
            received = mixed
        expected = judge(step3({receiver: received}, CLEAN)[0])
        np.testing.assert_allclose(found.values(sender)[head], expected, **ALMOST)


@settings(max_examples=2, deadline=None)
@given(configs())
def test_all_paths_together_are_activation_patching(config):
    model = transformer(**config)
    sender = "blocks.0.attn.z"
    last = f"blocks.{config['layers'] - 1}.resid_post"
    args = {"by": ("position", "head")}
    through_all = path_patching(model, CLEAN, CORRUPTED, sender, last, METRIC, **args)
    anyhow = activation_patching(model, CLEAN, CORRUPTED, sender, METRIC, **args)
    np.testing.assert_allclose(through_all.changes[sender], anyhow.changes[sender], **ALMOST)


def test_paths_add_up_where_everything_after_the_sender_is_linear():
    """hidden -> stream directly, and through what attention writes: together all of it."""
    model = own_model(linear=True)
    clean, corrupted = own_inputs(seed=1), own_inputs(seed=2)

    def patched(receivers, frozen=()):
        return path_patching(
            model, clean, corrupted, "hidden", receivers, lambda y: y[:, 0], frozen=frozen
        ).changes["hidden"]

    direct, mixed = patched("stream", ["written"]), patched("written")
    np.testing.assert_allclose(direct + mixed, patched("stream"), **ALMOST)
    assert np.abs(direct).min() > 1e-3
    assert np.abs(mixed).min() > 1e-3


def test_receivers_below_one_another():
    """The lower receiver is read where the upper one changed too, and both are set."""
    model = transformer()
    sender, receivers = "blocks.0.attn.z", ["blocks.0.mlp.out", "blocks.1.mlp.out"]
    found = path_patching(model, CLEAN, CORRUPTED, sender, receivers, METRIC, direction="noise")
    sent = {sender: value_at(model, sender, CORRUPTED)}
    everything = runner(model, [sender])(sent, CLEAN)[1]
    expected = judge(runner(model, receivers)({n: everything[n] for n in receivers}, CLEAN)[0])
    np.testing.assert_allclose(found.values(sender), expected, **ALMOST)


def test_the_model_of_paths_is_a_model():
    model = transformer()
    limited = through(model, "blocks.0.attn.z", "blocks.1.attn.k", ["blocks.0.mlp.out"])
    np.testing.assert_array_equal(limited(CLEAN), model(CLEAN))


def refused_path(match, sender, receivers, frozen=()):
    with pytest.raises(ValueError, match=match):
        path_patching(transformer(), CLEAN, CORRUPTED, sender, receivers, METRIC, frozen=frozen)


def test_bad_paths_are_refused():
    z, q = "blocks.0.attn.z", "blocks.1.attn.q"
    refused_path("receiver 'blocks.0.attn.z' does not depend on 'blocks.1.attn.q'", q, z)
    refused_path("is sender and receiver: patch its activation", z, z)
    refused_path("is sender or receiver and frozen", z, q, [z])
    refused_path("no path from .* is left", z, q, ["blocks.0.resid_post"])
    refused_path("no receivers", z, [])
    refused_path("no site 'blocks.7.attn.z'", "blocks.7.attn.z", q)
    refused_path("no site 'nowhere'", z, q, ["nowhere"])
    refused_path("leave 'input' out of frozen", z, q, ["input"])
    refused_path("index 2 of axis 'head' must be in", z, {q: {"head": 2}})
    refused_path("has no axis 'query'", z, {q: {"query": 0}})
    refused_path("'input' can be read but not replaced", "input", q)
