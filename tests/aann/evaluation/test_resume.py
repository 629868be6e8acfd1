"""Serves ``fit_state`` too."""

import dataclasses
import errno
import os
import shutil
import signal
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import jax
import numpy as np
import pytest
from resumable import BATCH, SCRIPT, data, evaluate, model, replacement
from toy_replacement import data as toy_data
from toy_replacement import replacement as toy_replacement
from toys import mlp_model

import aann
from aann.bench import ablation
from aann.bench.ablation import Row
from aann.bench.workbench import workbench
from aann.evaluation import fit_state
from aann.evaluation.fit import fit
from aann.evaluation.measure import measure
from aann.store import shard


class Killed(BaseException):
    """What a kill is in this process: nothing catches it."""


@pytest.fixture(scope="module")
def bench():
    return workbench(model(), replacement(), BATCH)


@pytest.fixture(scope="module")
def expected(bench):
    return run(bench)


def on(bench, **machine):
    """The bench on another machine; what is compiled is shared."""
    return dataclasses.replace(bench, machine=aann.Machine(**machine))


def run(bench, examples=None):
    """Everything that fitting and measuring return, as arrays."""
    design, heldout = aann.split(examples or data())
    (fitted,) = fit(bench, design, seed=3)
    rows = [
        Row("zero", "ablation", ablation.zero),
        Row("resample", "ablation", ablation.resample, fitted.donors),
        Row("linear", "fit", ablation.linear_prediction, fitted.linear),
        Row("guess", "program", ablation.program, program=bench.replacements[0]),
    ]
    measured = measure(bench, rows, heldout, seed=3)
    found = {f.name: getattr(fitted, f.name) for f in dataclasses.fields(fitted)}
    found |= {"weights": found["linear"].weights, "tokens": found.pop("linear").tokens[0]}
    found |= measured.losses | {"r2": measured.r2, "correlation": measured.correlation}
    found["kept"] = np.stack([part.kept for row in measured.parts for part in row])
    return {name: np.asarray(x) for name, x in found.items()}


def assert_equal(found, expected):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert np.asarray(found[name]).dtype == np.asarray(values).dtype
        np.testing.assert_array_equal(found[name], values, err_msg=name)


@pytest.fixture
def writes(monkeypatch):
    """The files that are written, in order."""
    made, original = [], shard.write
    monkeypatch.setattr(fit_state, "SHARE", np.inf)  # a state of the fit after every batch
    monkeypatch.setattr(shard, "write", lambda *a: (original(*a), made.append(a[0]))[0])
    return made


def test_a_killed_process_resumes_and_ends_in_the_same_report(tmp_path):
    points = ["fsync 1", "replace 8", "fsync 6", "replace 6", ""]
    for point in points:
        command = [sys.executable, str(SCRIPT), str(tmp_path), *point.split()]
        env = {**os.environ, "PYTHONPATH": str(SCRIPT.parent.parent)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        assert done.returncode == (-signal.SIGKILL if point else 0), done.stderr
        said = done.stderr.replace("UserWarning: the intact model does no better", "")
        assert "Warning" not in said, "half a file is not taken for a whole one"
        assert (tmp_path / "report.json").exists() == (not point)
    whole = evaluate()
    assert (tmp_path / "report.json").read_text() == whole.to_json()
    with np.load(tmp_path / "report.npz") as arrays:
        assert_equal(dict(arrays), whole.arrays)


@pytest.mark.parametrize("left", [0, 1, 7, 12, 15, 18, 19, 26, 29])
def test_a_kill_at_any_write_is_resumed_to_the_same_bits(
    bench, expected, tmp_path, writes, monkeypatch, left
):
    original, k = shard.write, iter(range(left))

    def write(*args):
        if next(k, None) is None:
            raise Killed
        original(*args)

    with monkeypatch.context() as patch:
        patch.setattr(shard, "write", write)
        with pytest.raises(Killed):
            run(on(bench, cache=tmp_path))
    assert len(writes) == left
    assert_equal(run(on(bench, cache=tmp_path, resume=True)), expected)
    # Tokens, their prefixes and states of the fit for 6 batches, then losses and their prefixes.
    assert len(writes) == 6 * 5, "nothing that was done is done again"


def test_a_finished_run_is_read_back_and_does_not_run_the_model(bench, expected, tmp_path, writes):
    assert_equal(run(on(bench, cache=tmp_path)), expected)
    made = len(writes)
    described = jax.eval_shape(bench.start, bench.model.batch(BATCH))
    idle = dataclasses.replace(bench.levels[0], before=lambda x: described)  # cannot be computed on
    again = dataclasses.replace(on(bench, cache=tmp_path, resume=True), levels=(idle,))
    assert_equal(run(again), expected)
    assert len(writes) == made


def test_without_resume_results_are_made_anew_and_prefixes_are_used(
    bench, expected, tmp_path, writes
):
    run(on(bench, cache=tmp_path))
    writes.clear()
    assert_equal(run(on(bench, cache=tmp_path)), expected)
    assert {p.parent.parent.name for p in writes} == {"results"}
    assert len(writes) == 6 * 3


def test_another_program_at_the_same_place_uses_the_prefixes_alone(tmp_path, writes):
    first = workbench(model(), replacement(), BATCH)
    run(on(first, cache=tmp_path))
    writes.clear()
    other = workbench(model(), replacement(gain=0.25), BATCH)
    found = run(on(other, cache=tmp_path, resume=True))
    assert {p.parent.parent.name for p in writes} == {"results"}
    assert_equal(found, run(other))


@pytest.mark.parametrize("half", ["design", "heldout"])
def test_inputs_that_change_under_the_same_names_and_digests_are_seen(bench, tmp_path, half):
    run(on(bench, cache=tmp_path))
    old, turned = data(), np.asarray(data().load(range(len(data()))))
    design, heldout = aann.split(old)
    names = {"design": design, "heldout": heldout}[half].names
    rows = [i for i, name in enumerate(old.names) if name in names]
    turned[rows] = turned[rows, ::-1]
    changed = dataclasses.replace(old, load=lambda i: turned[np.asarray(i)])
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        found = run(on(bench, cache=tmp_path, resume=True), changed)
    assert_equal(found, run(bench, changed))
    told = [str(w.message) for w in warned]
    assert sum("was made from something else: computed again" in text for text in told) == 6
    anew = "inputs have changed since the fit was saved: fitting anew"
    assert told.count(anew) == (half == "design")


def test_damaged_files_are_left_out_with_a_line_each(bench, expected, tmp_path):
    run(on(bench, cache=tmp_path))
    files = sorted(tmp_path.rglob("*.shard"))
    for i, path in enumerate(files):
        content = bytearray(path.read_bytes())
        if i % 3 == 0:
            path.write_bytes(content[: len(content) // 2])
        elif i % 3 == 1:
            content[-70] ^= 1
            path.write_bytes(content)
        else:
            path.write_bytes(files[0].read_bytes() if i > 0 else b"")
    with pytest.warns(UserWarning, match="computed again") as warned:
        found = run(on(bench, cache=tmp_path, resume=True))
    assert_equal(found, expected)
    assert len({str(w.message) for w in warned}) == len(files)


def test_a_disk_that_fills_up_loses_nothing(bench, expected, tmp_path, writes, monkeypatch):
    full = iter(range(20))

    def fsync(_):
        if next(full, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(
            OSError, match=r"cannot write [\d,]+ bytes to .*: No space left on device"
        ):
            run(on(bench, cache=tmp_path))
    assert not list(tmp_path.rglob(".*")), "nothing half written stays"
    assert_equal(run(on(bench, cache=tmp_path, resume=True)), expected)
    assert len(writes) == 6 * 5


@pytest.fixture
def tiny(tmp_path):
    """A disk of 48 KiB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_small_disk_fills_up_and_the_run_goes_on_elsewhere(bench, expected, tiny, tmp_path):
    with pytest.raises(OSError, match="No space left on device, [0-9,]+ are free"):
        run(on(bench, cache=tiny))
    shutil.copytree(tiny, tmp_path / "large")
    done = len(list(tiny.rglob("*.shard")))
    assert done > 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # whatever was written is whole
        assert_equal(run(on(bench, cache=tmp_path / "large", resume=True)), expected)


def test_two_evaluations_may_share_a_folder(bench, expected, tmp_path):
    machines = [{"cache": tmp_path}, {"cache": tmp_path, "resume": True}] * 2
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda m: run(on(bench, **m)), machines):
            assert_equal(found, expected)


def scaled(h, c):
    return h[:, :2] * c.gain


def test_a_fit_of_several_replacements_goes_on_from_the_middle(tmp_path, writes):
    above = aann.make(scaled, model="toy", site="h", units=(1, 2), constants={"gain": 0.5})
    both = workbench(mlp_model(), [toy_replacement(), above], 16)
    design, _ = aann.split(toy_data())
    whole = fit(both, design)
    broken = dataclasses.replace(design, load=lambda i: design.load(i if i[0] < 40 else [10**9]))
    with pytest.raises(IndexError):
        fit(on(both, cache=tmp_path), broken)
    assert len(writes) == 2 * 3
    found = fit(on(both, cache=tmp_path, resume=True), design)
    assert len(writes) == 2 * 4
    for mine, theirs in zip(map(vars, found), map(vars, whole), strict=True):
        assert_equal(
            mine | {"linear": mine["linear"].weights}, theirs | {"linear": theirs["linear"].weights}
        )
