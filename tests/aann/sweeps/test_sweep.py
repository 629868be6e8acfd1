"""Sweeps against brute force: the model spliced with one unit at a time.

Serves ``one_by_one``, ``sweep_losses`` too.
"""

import collections
import dataclasses
import functools

import attention
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from attention import CONTEXT, VOCAB, transformer
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import mlp_model

import aann
from aann.data.check import UNSCORED
from aann.evaluation import metrics
from aann.splicing.splice import capture
from aann.sweeps import sweep as sweep_module
from aann.sweeps.sweep import sweep, unit_sweep
from aann.sweeps.sweep_losses import METRICS

N = 7
POST = "blocks.0.mlp.post"


@functools.cache
def one_block(last=True):
    return transformer(layers=1, last=last)


def examples(last=True, n=N, labelled=True):
    rng = np.random.default_rng(3)
    labels = rng.integers(0, VOCAB, n if last else (n, CONTEXT)).astype(np.int32)
    if not last:
        labels[:, 1] = UNSCORED
    return aann.from_arrays("toy", attention.tokens(n), labels if labelled else None)


def spliced_losses(model, data, site, unit, values, axis=-1, positions=None):
    """The losses with one unit at ``values``, (rest) of one example."""
    program = aann.make(
        lambda x, c: jnp.repeat(jnp.expand_dims(jnp.asarray(values), (0, axis)), len(x), 0),
        model="", site=site, units=(int(unit),), axis=axis,
    )  # fmt: skip
    program = dataclasses.replace(program, positions=positions)
    x = jnp.asarray(data.load(range(len(data))))
    return metrics.per_example(
        aann.splice(model, program)(x), model(x), jnp.asarray(data.labels, jnp.int32)
    )


def check_against_splice(model, data, site, rows, found, values, **where):
    for i, unit in enumerate(rows):
        expected = spliced_losses(model, data, site, unit, values, **where)
        for metric, losses in found.losses.items():
            np.testing.assert_allclose(losses[i], expected[metric], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shortcut", [True, False])
@pytest.mark.parametrize("last", [True, False])
def test_every_loss_is_that_of_the_spliced_model(last, shortcut):
    model, data = one_block(last), examples(last)
    chosen = sweep(model, POST, (4, 2), batch_size=3, shortcut=shortcut)
    found = chosen.run(data, "zero", METRICS)
    assert chosen.path == ("low rank" if shortcut else "suffix")
    assert found.rows == (4, 2)
    assert (found.site, found.data) == (POST, "toy")
    assert repr(found.losses).startswith(f"{len(METRICS)} arrays\n")
    assert {m: x.shape for m, x in found.losses.items()} == dict.fromkeys(METRICS, (2, N))
    check_against_splice(model, data, POST, found.rows, found, np.zeros(CONTEXT, np.float32))
    x = jnp.asarray(data.load(range(N)))
    intact = metrics.per_example(model(x), model(x), jnp.asarray(data.labels))
    for metric, losses in found.intact.items():
        np.testing.assert_allclose(losses, intact[metric], rtol=1e-5, atol=1e-6)


@settings(max_examples=3, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True),
    st.floats(-5, 5, width=32),
    st.sampled_from([None, (4,), (0, 4), (2, 1)]),
    st.booleans(),
    st.integers(1, N),
)
def test_the_two_paths_agree(units, value, positions, last, batch_size):
    model, data = one_block(last), examples(last)
    prepare = functools.partial(sweep, model, POST, units, positions=positions)
    values = np.full(len(units), value, np.float32)
    fast = prepare(batch_size=batch_size)
    results = [s.run(data, values, ("nll", "kl")) for s in (fast, prepare(shortcut=False))]
    assert fast.path == "low rank"
    for metric in ("nll", "kl"):
        a, b = (r.losses[metric] for r in results)
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("shortcut", [True, False])
def test_heads_are_units_along_another_axis(shortcut):
    model, data = one_block(), examples()
    model = transformer(layers=1, d_mlp=None, last=True)
    site = "blocks.0.attn.z"
    chosen = sweep(model, site, (1, 0), axis=2, positions=(4, 3), shortcut=shortcut)
    assert chosen.path == ("low rank" if shortcut else "suffix")
    values = np.random.default_rng(0).normal(size=(2, CONTEXT, 3)).astype(np.float32)
    found = chosen.run(data, values, ("nll", "kl"))
    for i, unit in enumerate(found.rows):
        expected = spliced_losses(
            model, data, site, unit, values[i][[4, 3]], axis=2, positions=(4, 3)
        )
        for metric, losses in found.losses.items():
            np.testing.assert_allclose(losses[i], expected[metric], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("path", ["low rank", "suffix"])
@pytest.mark.parametrize("value", ["mean", "position mean"])
def test_means_are_over_what_is_scored_of_the_examples_given(path, value):
    """Position 1 is scored nowhere, position 3 in all examples but one, position 4 in all."""
    model, data = one_block(False), examples(False)
    labels = np.array(data.labels)
    labels[2, 3] = metrics.UNSCORED
    data = dataclasses.replace(data, labels=labels)
    natural = np.asarray(capture(model, [POST])(jnp.asarray(data.load(range(N))))[1][POST])
    places = (1, 3, 4)
    chosen = sweep(model, POST, [5], positions=places, batch_size=2, shortcut=path == "low rank")
    found = chosen.run(data, value, ("kl",))
    third = np.delete(natural[:, 3, 5], 2)
    everything = np.concatenate([third, natural[:, 4, 5]]).mean()
    own = [everything, third.mean(), natural[:, 4, 5].mean()]
    mean = np.array(own if value == "position mean" else [everything] * 3)
    check_against_splice(model, data, POST, [5], found, mean, positions=places)
    with pytest.raises(ValueError, match=f"no place that is written at site '{POST}' is scored"):
        sweep(model, POST, [5], positions=(1,)).run(data, value, ("kl",))


@pytest.mark.parametrize("shortcut", [True, False])
def test_the_mean_of_a_head_has_a_number_for_each_coordinate(shortcut):
    model, data = transformer(layers=1, d_mlp=None, last=True), examples()
    site = "blocks.0.attn.z"
    natural = np.asarray(capture(model, [site])(jnp.asarray(data.load(range(N))))[1][site])
    found = sweep(model, site, (1, 0), axis=2, shortcut=shortcut).run(data, "mean", ("nll", "kl"))
    for i, head in enumerate(found.rows):
        mean = natural[:, :, head].mean(axis=(0, 1))
        assert np.ptp(mean) > 0.01
        values = np.broadcast_to(mean, (CONTEXT, len(mean)))
        expected = spliced_losses(model, data, site, head, values, axis=2)
        for metric, losses in found.losses.items():
            np.testing.assert_allclose(losses[i], expected[metric], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("value", ["zero", "mean", "position mean"])
def test_what_is_not_scored_may_be_nan_and_changes_nothing(value):
    """Rows of padding under a mask of -inf: attention there is NaN."""
    rng = np.random.default_rng(5)
    tokens = rng.integers(1, 9, (8, 7)).astype(np.int32)
    tokens[:, 5:] = 0
    tokens[:3, 4] = 0
    labels = np.where(tokens > 0, tokens, metrics.UNSCORED)
    p = jax.random.normal(jax.random.key(0), (9, 8))

    def apply(p, t, low=-jnp.inf):
        e, keep = p[t], t > 0
        both = keep[:, None] & keep[..., None]
        s = jnp.where(both, jnp.einsum("bqd,bkd->bqk", e, e), low)
        return aann.site("h", jax.nn.softmax(s, -1) @ e) @ p.T

    inputs = jax.ShapeDtypeStruct((7,), jnp.int32)
    data = aann.from_arrays("padded", tokens, labels)
    finite = aann.Model(lambda p, t: apply(p, t, -1e9), p, "finite", inputs)
    expected = unit_sweep(finite, "h", range(3), data, value, ("nll", "kl"), shortcut=False)
    for shortcut in (False, True):
        model = aann.Model(apply, p, "masked", inputs)
        chosen = sweep(model, "h", range(3), shortcut=shortcut)
        found = chosen.run(data, value, ("nll", "kl"))
        for metric in ("nll", "kl"):
            np.testing.assert_allclose(
                found.losses[metric], expected.losses[metric], rtol=1e-4, atol=1e-5
            )


def test_a_neuron_whose_one_position_reaches_the_logits_has_rank_one():
    table = sweep(one_block(), POST, range(6)).state[1]
    assert table.shape == (6, 1, VOCAB)
    assert sweep(one_block(False), POST, range(6)).state[1].shape == (6, CONTEXT, CONTEXT, VOCAB)
    moved = sweep(one_block(), POST, range(6), positions=(0, 1)).state[1]
    assert moved.shape == (6, 0, VOCAB), "nothing reaches the logits"


def test_units_that_reach_nothing_change_nothing():
    data = examples()
    found = unit_sweep(one_block(), POST, (0, 1), data, metrics=("kl",), positions=(0, 1))
    np.testing.assert_array_equal(found.losses["kl"], 0)


@pytest.mark.parametrize(
    ("model", "site", "why"),
    [
        (transformer(layers=2, last=True), POST, "'dot_general' of two values that depend on"),
        (transformer(layers=1, layer_norm=True, last=True), POST, "values that depend on the site"),
        (transformer(layers=1, d_mlp=None), "blocks.0.attn.v", "multiplied by values that depend"),
    ],
)
def test_otherwise_the_suffix_runs_and_says_why(model, site, why):
    axis = 2 if "attn" in site else -1
    chosen = sweep(model, site, (0, 1), axis=axis)
    assert chosen.path == "suffix"
    assert why in chosen.why
    data = examples(model(attention.tokens(1)).ndim == 2)
    found = chosen.run(data)
    rest = np.zeros((CONTEXT, 3) if axis == 2 else (CONTEXT,), np.float32)
    check_against_splice(model, data, site, (0, 1), found, rest, axis=axis)


def test_a_table_that_is_too_large_is_not_made(monkeypatch):
    monkeypatch.setattr(sweep_module, "MOST_TABLE", 100)
    chosen = sweep(one_block(), POST, range(6))
    assert (chosen.path, chosen.why) == ("suffix", "the table would take 0 MB")


def test_half_precision_is_written_as_the_model_would():
    w = jax.random.normal(jax.random.key(0), (6, VOCAB))

    def apply(p, x):
        half = aann.site("s", jnp.tanh(x).astype(jnp.bfloat16))
        return half.astype(jnp.float32) @ p

    model = aann.Model(apply, w, "half", jax.ShapeDtypeStruct((6,), jnp.float32))
    data = aann.from_arrays("toy", np.random.default_rng(0).normal(size=(N, 6)).astype("f4"))
    results = []
    for shortcut in (True, False):
        chosen = sweep(model, "s", range(6), shortcut=shortcut)
        assert chosen.path == ("low rank" if shortcut else "suffix")
        results.append(chosen.run(data, np.full(6, 0.3), ("kl",)).losses["kl"])
    np.testing.assert_allclose(*results, rtol=1e-4, atol=1e-6)


def test_other_values_and_examples_of_one_size_are_not_compiled_again():
    traced = collections.deque()  # a list that changes would be another program, see ``reached``

    def apply(p, x):
        traced.append(x.shape)
        return mlp_model().apply(p, x)

    toy = dataclasses.replace(mlp_model(), apply=apply)
    inputs = np.random.default_rng(0).normal(size=(2, N, 6)).astype(np.float32)
    first, second = (aann.from_arrays("toy", x, labels=np.arange(N) % 6) for x in inputs)
    chosen = sweep(toy, "m", range(6), batch_size=4)
    losses = [chosen.run(first, "zero").losses["nll"]]
    count = len([shape for shape in traced if shape[0] == 4])
    losses += [
        chosen.run(data, np.full(6, v)).losses["nll"]
        for data in (first, second)
        for v in (0.0, 1.0)
    ]
    assert len([shape for shape in traced if shape[0] == 4]) == count
    assert chosen.program._cache_size() <= 1  # 0 where others pushed it out of the shared cache
    np.testing.assert_array_equal(losses[0], losses[1])
    assert not np.array_equal(losses[1], losses[2])
    assert not np.array_equal(losses[1], losses[3])


def test_without_labels_there_is_kl():
    data = examples(labelled=False)
    assert unit_sweep(one_block(), POST, [0], data, metrics=["kl"]).losses["kl"].shape == (1, N)
    with pytest.raises(ValueError, match=r"\['nll'\] need labels, of which there are none: ask"):
        unit_sweep(one_block(), POST, [0], data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"site": "blocks.0.mlp.pots"}, "no site 'blocks.0.mlp.pots'.*did you mean 'blocks.0.mlp."),
        ({"units": (0, 6, 7)}, r"has units 0 to 5, got \[6, 7\]"),
        ({"units": ()}, "units is empty"),
        ({"units": (1, 1)}, r"units occur more than once: \[1\]"),
        ({"axis": 0}, "axis 0 is the batch"),
        ({"axis": 3}, "axis 3 does not exist"),
        ({"positions": (5,)}, r"has positions 0 to 4, got \[5\]"),
        ({"metrics": ("nlls", "kl")}, "no metric 'nlls': there are nll, kl, agreement"),
        ({"batch_size": 0}, "batch_size is at least 1, got 0"),
        ({"metrics": ("kl", "kl")}, "metric 'kl' is named twice"),
        ({"metrics": "kl"}, r"metrics are a list of names: metrics=\['kl'\]"),
        ({"metrics": ()}, "no metrics: name some of nll"),
        ({"value": "median"}, "value is 'zero', 'mean', 'position mean' or an array"),
        ({"value": np.zeros(3)}, r"of shape \(1,\) or \(1, 5\), got shape \(3,\) with 0"),
        ({"value": np.full(1, np.nan)}, "are finite .* with 1 not finite"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    arguments = {"site": POST, "units": (0,), "examples": examples(), **change}
    with pytest.raises(ValueError, match=f"(?s){message}"):
        unit_sweep(one_block(), **arguments)


def test_units_and_positions_are_taken_as_everywhere():
    first = unit_sweep(one_block(), POST, [3], examples(), positions=[0])
    for units, positions in ((3, 0), (np.asarray([3], np.uint8), np.int64(0)), (range(3, 4), (0,))):
        again = unit_sweep(one_block(), POST, units, examples(), positions=positions)
        np.testing.assert_array_equal(again.losses["nll"], first.losses["nll"])
    with pytest.raises(ValueError, match=r"units are non-negative integers, .*flatnonzero\(mask\)"):
        unit_sweep(one_block(), POST, np.asarray([True, False]), examples())


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"labels of shape \(\) for logits of shape \(7,\), got"):
        unit_sweep(one_block(), POST, [0], examples(last=False))
    data = dataclasses.replace(examples(), labels=np.arange(N) + 5)
    with pytest.raises(ValueError, match="5 of 7 labels are out of range for 7 classes"):
        unit_sweep(one_block(), POST, [0], data)


def test_models_without_logits_are_refused():
    toy = mlp_model()
    model = dataclasses.replace(toy, apply=lambda p, x: {"a": toy.apply(p, x)})
    with pytest.raises(ValueError, match=r"must return logits .* got \{'a': \(1, 6\)\}"):
        sweep(model, "m", [0])


def test_a_model_that_gives_nan_is_refused():
    toy = mlp_model()
    model = dataclasses.replace(toy, apply=lambda p, x: jnp.log(toy.apply(p, x)))
    data = aann.from_arrays("toy", np.ones((2, 6), np.float32))
    with pytest.raises(ValueError, match="kl of row 3 is NaN for example '0000000'"):
        unit_sweep(model, "m", [3], data, metrics=["kl"])


def test_a_model_that_mixes_examples_is_refused():
    mixing = dataclasses.replace(
        mlp_model(), apply=lambda p, x: mlp_model().apply(p, x - x.mean(0, keepdims=True))
    )
    data = aann.from_arrays("toy", np.random.default_rng(0).normal(size=(N, 6)).astype("f4"))
    for size in (1, 4):
        with pytest.raises(ValueError, match="mixes the examples of a batch"):
            unit_sweep(mixing, "m", range(3), data, metrics=["kl"], batch_size=size)
