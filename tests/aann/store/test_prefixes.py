"""Serves ``passes`` too."""

import contextlib
import dataclasses
import pathlib
import tempfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from resumable import BATCH, data, model, replacement
from toy_replacement import data as toy_data
from toys import mlp_model

import aann
import zoo
from aann.bench.workbench import workbench
from aann.data.batches import batches
from aann.store import key
from aann.store.prefixes import Prefixes, bytes_of


@pytest.fixture
def runs():
    """The batches that the prefix was run on."""
    return []


@pytest.fixture(scope="module")
def compiled():
    return workbench(model(), replacement(), BATCH)


@pytest.fixture
def bench(compiled, runs):
    level = compiled.levels[0]

    def before(inputs):
        if not isinstance(inputs, jax.core.Tracer):
            runs.append(inputs)
        return level.before(inputs)

    return dataclasses.replace(compiled, levels=(dataclasses.replace(level, before=before),))


def on(bench, **machine):
    return dataclasses.replace(bench, machine=aann.Machine(**machine))


def through(bench, again=True, times=2, examples=None):
    """The states of all batches, the last of several times."""
    with contextlib.closing(Prefixes(bench, again=again)) as prefixes:
        for _ in range(times):
            found = [
                prefixes.start(b)
                for b in batches(examples or data(), bench.batch_size, bench.model)
            ]
    return found


def assert_same_bits(found, expected):
    assert jax.tree.structure(found) == jax.tree.structure(expected)
    for mine, theirs in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert isinstance(mine, jax.Array)
        assert mine.dtype == theirs.dtype
        np.testing.assert_array_equal(np.asarray(mine), np.asarray(theirs))


N_BATCHES = 11


@pytest.mark.parametrize(
    ("machine", "again", "expected"),
    [
        ({}, False, 2 * N_BATCHES),
        ({}, True, N_BATCHES),
        ({"memory": 0}, True, N_BATCHES),
        ({"memory": 0}, False, 2 * N_BATCHES),
        ({"memory": 10**6}, False, N_BATCHES),
        ({"cache": True}, False, N_BATCHES),
        ({"cache": True, "memory": 0}, True, N_BATCHES),
    ],
)
def test_the_prefix_runs_as_rarely_as_there_is_room(
    bench, runs, tmp_path, machine, again, expected
):
    plain = [bench.start(b.inputs) for b in batches(data(), BATCH, bench.model)]
    runs.clear()
    machine = machine | ({"cache": tmp_path} if "cache" in machine else {})
    assert_same_bits(through(on(bench, **machine), again), plain)
    assert len(runs) == expected


def test_another_process_finds_the_prefixes_and_the_folder_has_no_others(bench, runs, tmp_path):
    through(on(bench, cache=tmp_path))
    assert len(list(tmp_path.rglob("*.shard"))) == N_BATCHES
    runs.clear()
    found = through(on(bench, cache=tmp_path), times=1)
    assert not runs
    assert_same_bits(found, [bench.start(b.inputs) for b in batches(data(), BATCH, bench.model)])


def test_in_memory_prefixes_last_as_long_as_a_machine_of_a_stated_budget(bench, runs):
    machine = aann.Machine(memory=10**6)
    for gain in (0.5, 0.25):
        other = dataclasses.replace(workbench(model(), replacement(gain=gain), BATCH))
        through(dataclasses.replace(other, levels=bench.levels, machine=machine), False, 1)
    assert len(runs) == N_BATCHES
    assert machine.kept.size == N_BATCHES * bytes_of(bench)
    default = aann.Machine()
    through(dataclasses.replace(bench, machine=default))
    assert (default.kept.size, len(default.kept)) == (0, 0)


def test_no_more_is_kept_in_memory_than_the_budget_allows(bench, runs, monkeypatch):
    made, mkdtemp = [], tempfile.mkdtemp

    def noted(**more):
        made.append(mkdtemp(**more))
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", noted)
    # A tenth is left to batches on their way.
    machine = aann.Machine(memory=3 * bytes_of(bench) * 10 // 9 + 1)
    small = dataclasses.replace(bench, machine=machine)
    through(small)
    assert len(runs) == N_BATCHES
    assert machine.kept.size == 3 * bytes_of(bench)
    assert len(made) == 1
    assert not pathlib.Path(made[0]).exists(), "temporary files are removed"
    runs.clear()
    machine.kept.forget(key.of_prefix(small))
    with contextlib.closing(Prefixes(small, again=True, reserved=2 * bytes_of(bench))) as prefixes:
        for batch in batches(data(), BATCH, bench.model):
            prefixes.start(batch)
    assert machine.kept.size == bytes_of(bench), "what is reserved is not used"


def test_without_room_anywhere_the_prefix_runs_again_with_a_line(
    bench, runs, monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    expected = "what comes before the sites is computed twice: .*file cannot take it"
    with pytest.warns(UserWarning, match=expected) as warned:
        through(on(bench, memory=0))
    assert len(warned) == 1
    assert len(runs) == 2 * N_BATCHES


def outputs(bench, started):
    _, logits = bench.flow(started, lambda i, natural, reads: natural)
    return np.asarray(logits)


@pytest.mark.parametrize("site", ["h", "m", "logits"])
def test_whole_is_suffix_of_prefix_after_a_round_trip_through_disk(site, tmp_path):
    program = aann.make(lambda x, c: x[:, :2], model="toy", site=site, units=(0, 1))
    assert_round_trip(mlp_model(), program, toy_data(), tmp_path)


@pytest.mark.parametrize("site", ["blocks.0.attn.pattern", "blocks.0.mlp.post"])
def test_a_transformer_survives_the_round_trip_through_disk(site, tmp_path):
    transformer = zoo.load("modular_addition", "seed0")
    shape = aann.sites(transformer)[site].shape[1:]
    program = aann.make(
        lambda x, c: jnp.zeros((len(x), *shape[:-1], 2)), model="", site=site, units=(0, 1)
    )
    population = zoo.data("modular_addition").take(range(0, 12_769, 100))
    assert_round_trip(transformer, program, population, tmp_path)


def assert_round_trip(whole, program, examples, folder):
    bench = workbench(whole, program, 32, aann.Machine(cache=folder))
    through(bench, examples=examples, times=1)
    read = through(dataclasses.replace(bench, levels=unrunnable(bench)), examples=examples, times=1)
    direct = [bench.start(b.inputs) for b in batches(examples, 32, whole)]
    assert_same_bits(read, direct)
    apply = jax.jit(whole)
    for state, batch in zip(read, batches(examples, 32, whole), strict=True):
        np.testing.assert_allclose(
            outputs(bench, state), np.asarray(apply(batch.inputs)), rtol=1e-5, atol=1e-4
        )
    for state, again in zip(read, direct, strict=True):
        np.testing.assert_array_equal(outputs(bench, state), outputs(bench, again))


def unrunnable(bench):
    like = jax.eval_shape(bench.start, bench.model.batch(bench.batch_size))
    return (dataclasses.replace(bench.levels[0], before=lambda x: like), *bench.levels[1:])
