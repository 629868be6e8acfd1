"""Serves ``aann.machine.heap`` too."""

import dataclasses
import os
import pathlib
import shutil
import time

import pytest
from resumable import BATCH, data, evaluate, model, replacement

import aann
from aann.bench.workbench import workbench
from aann.store.prefixes import bytes_of, folder_of
from aann.store.room import MARGIN, check_room, donor_bytes, readable


@pytest.fixture(scope="module")
def bench():
    return workbench(model(), replacement(), BATCH)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The cache of an evaluation that has ended, and its report."""
    cache = tmp_path_factory.mktemp("done") / "cache"
    return cache, evaluate(aann.Machine(cache=cache)).to_json()


def on(bench, **machine):
    return dataclasses.replace(bench, machine=aann.Machine(**machine))


def fails_at_once(machine, error, match, monkeypatch):
    def load(indices):
        raise AssertionError("work has started")

    monkeypatch.setattr("resumable.data", lambda: dataclasses.replace(data(), load=load))
    with pytest.raises(error, match=match):
        evaluate(machine)


def test_a_cache_that_cannot_be_written_is_an_error_before_work_starts(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    expected = r"the cache folder .*file/below cannot be written \(Not a directory\): name another"
    machine = aann.Machine(cache=tmp_path / "file" / "below")
    fails_at_once(machine, OSError, expected, monkeypatch)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a file system that is read-only")
def test_a_read_only_file_system_is_an_error_before_work_starts(monkeypatch):
    machine = aann.Machine(cache=pathlib.Path("/proc/aann"))
    fails_at_once(machine, OSError, "the cache folder /proc/aann cannot be written", monkeypatch)


def test_a_disk_without_room_is_an_error_before_work_starts(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=MARGIN))
    expected = r"needs 64 MiB for the prefixes of 12 batches, but 64 MiB are free: make room"
    fails_at_once(aann.Machine(cache=tmp_path), OSError, expected, monkeypatch)


def test_what_is_in_the_cache_already_needs_no_room(done, monkeypatch):
    cache, report = done
    usage = shutil.disk_usage(cache)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=MARGIN))
    assert evaluate(aann.Machine(cache=cache, resume=True)).to_json() == report


def test_donors_beyond_the_budget_are_an_error_before_work_starts(bench, monkeypatch):
    assert donor_bytes(bench, 42) == 4 * 42 * 2 * 4
    assert donor_bytes(bench, 10**6) == 4 * 256 * 2 * 4
    expected = (
        r"donors of resample ablation \(42 design examples\) take 1.31 KiB of memory, more than "
        r"the 1,000 bytes .*: allow more with aann.Machine\(memory=BYTES\) \(--memory\)"
    )
    fails_at_once(aann.Machine(memory=1000), ValueError, expected, monkeypatch)


def test_halves_that_killed_processes_left_are_removed(bench, tmp_path):
    half = tmp_path / "prefixes" / "x" / ".y.shard.1.partial"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    check_room(on(bench, cache=tmp_path), data())
    assert half.exists(), "another process may be writing it"
    os.utime(half, (0, time.time() - 1e5))
    check_room(on(bench, cache=tmp_path), data())
    assert not half.exists()


def test_the_size_of_a_prefix_is_that_of_its_arrays(bench):
    tokens, h, site = BATCH * 3 * 4, BATCH * 12 * 4, BATCH * 4 * 4
    assert bytes_of(bench) >= tokens + h + site


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1023, "1,023 bytes"), (1536, "1.5 KiB"), (4 * 2**30, "4 GiB"),
     (3 * 2**50, "3,072 TiB")],
)  # fmt: skip
def test_sizes_are_readable(size, text):
    assert readable(size) == text


@pytest.mark.parametrize(
    ("given", "match"), [({"memory": -1}, "memory is a number of bytes, at least 0: got -1")]
)
def test_a_machine_says_what_is_wrong_with_it(given, match):
    with pytest.raises(ValueError, match=match):
        aann.Machine(**given)


def test_to_resume_without_a_folder_is_to_use_that_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert aann.Machine().cache is None
    assert aann.Machine(resume=True).cache == tmp_path / "aann" / "evaluations"
    assert aann.Machine(cache=pathlib.Path("~/x")).cache == (tmp_path.home() / "x")


def test_links_in_the_cache_do_no_harm(bench, tmp_path):
    cache, victim = tmp_path / "cache", tmp_path / "victim"
    victim.write_text("mine")
    check_room(on(bench, cache=cache), data())
    folder = folder_of(on(bench, cache=cache))
    folder.mkdir(parents=True)
    (folder / "dangling.shard").symlink_to(tmp_path / "nowhere")
    (folder / ".x.shard.1.partial").symlink_to(tmp_path / "nowhere")
    (cache / f".probe-{os.getpid()}").symlink_to(victim)
    check_room(on(bench, cache=cache), data())
    assert victim.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    (cache / "results").symlink_to(tmp_path / "nowhere")
    with pytest.raises(
        OSError, match=r"cannot be written \(links are not followed: remove .*resul"
    ):
        check_room(on(bench, cache=cache), data())


def test_a_cache_that_others_can_write_to_is_refused(bench, tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(OSError, match=r"cannot be written \(other users can write to"):
        check_room(on(bench, cache=tmp_path), data())


@pytest.mark.parametrize("now", [0.0, 1e12])
def test_a_clock_that_jumps_does_no_harm(done, tmp_path, monkeypatch, now):
    cache, report = done
    shutil.copytree(cache, tmp_path / "cache")  # what is old is removed from it
    monkeypatch.setattr(time, "time", lambda: now)
    assert evaluate(aann.Machine(cache=tmp_path / "cache", resume=True)).to_json() == report
