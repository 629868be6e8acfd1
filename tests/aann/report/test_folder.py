"""Reports are replaced as a whole, whatever happens on the way."""

import errno
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
import report_files

from aann.report import folder as folders
from aann.report.folder import READY, place, replacing
from aann.report.report import Report

ROOT = pathlib.Path(__file__).parents[3]
NAMES = ["report.html", "report.json", "report.md", "report.npz"]


def contents(folder):
    return {name: (folder / name).read_bytes() for name in NAMES}


@pytest.fixture
def old(tmp_path):
    report_files.report(n=12, draws=100).save(tmp_path, figures=False)
    (tmp_path / "notes.txt").write_text("mine")
    return tmp_path, contents(tmp_path)


NEW = {"n": 14, "draws": 100, "seed": 1}


def test_all_files_are_replaced_and_nothing_else(old):
    folder, before = old
    report_files.report(**NEW).save(folder, figures=False)
    assert sorted(p.name for p in folder.iterdir()) == ["notes.txt", *NAMES]
    assert not set(contents(folder).values()) & set(before.values())
    assert Report.load(folder).to_json() == report_files.report(**NEW).to_json()


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path):
    path = tmp_path / "report"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="report is a file: a report is a folder"):
        report_files.report(n=12, draws=100).save(path, figures=False)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("call", range(5))
def test_a_full_disk_leaves_the_old_report(old, monkeypatch, call):
    folder, before = old
    sync, calls = os.fsync, []

    def full(opened):
        calls.append(opened)
        if len(calls) > call:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(opened)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        report_files.report(**NEW).save(folder, figures=False)
    assert contents(folder) == before
    assert sorted(p.name for p in folder.iterdir()) == ["notes.txt", *NAMES]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is always full")
def test_a_write_that_fails_leaves_the_old_report(old, monkeypatch):
    folder, before = old
    write = pathlib.Path.write_text

    def full(path, text, **more):
        return write(pathlib.Path("/dev/full") if path.name == "report.md" else path, text, **more)

    monkeypatch.setattr(pathlib.Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        report_files.report(**NEW).save(folder, figures=False)
    assert contents(folder) == before


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or sys.platform != "linux",
    reason="makes a small file system",
)
def test_a_small_disk_that_fills_up_leaves_the_old_report(tmp_path):
    size = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(tmp_path)]
    if subprocess.run(size, capture_output=True, check=False).returncode:
        pytest.skip("may not mount")
    try:
        report_files.report(n=12, draws=100).save(tmp_path, figures=False)
        before = contents(tmp_path)
        with pytest.raises(OSError, match="No space left"):
            report_files.report(n=9000, draws=100).save(tmp_path, figures=False)
        assert contents(tmp_path) == before
        assert sorted(p.name for p in tmp_path.iterdir()) == NAMES
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


SAVE = """
import sys
sys.path[:0] = [{root!r}, {root!r} + "/tests"]
import report_files
reports = [report_files.report(n=12, draws=100, seed=seed) for seed in (0, 1)]
print("ready", flush=True)
while True:
    for report in reports:
        report.save({folder!r}, figures=False)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_process_leaves_one_report_or_the_other(old):
    folder, _ = old
    both = [report_files.report(n=12, draws=100, seed=seed) for seed in (0, 1)]
    expected = {report.to_json() for report in both}
    code = SAVE.format(root=str(ROOT), folder=str(folder))
    for wait in (0.0, 0.003, 0.011, 0.027):
        run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert run.stdout.readline() == b"ready\n"
        time.sleep(wait)
        run.kill()
        run.wait()
        run.stdout.close()
        assert Report.load(folder).to_json() in expected
    both[0].save(folder, figures=False)
    assert Report.load(folder).to_json() == both[0].to_json()


@pytest.mark.parametrize("moved", range(5))
def test_a_report_that_is_half_moved_is_whole_to_readers_and_writers(old, monkeypatch, moved):
    folder, _ = old
    replace, calls = pathlib.Path.replace, []

    def killed(path, target):
        calls.append(target)
        if len(calls) > moved:
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(pathlib.Path, "replace", killed)
    if moved < len(NAMES):
        with pytest.raises(KeyboardInterrupt):
            report_files.report(**NEW).save(folder, figures=False)
        assert (folder / READY).is_dir()
    else:
        report_files.report(**NEW).save(folder, figures=False)
    monkeypatch.undo()
    assert Report.load(folder).to_json() == report_files.report(**NEW).to_json()
    with replacing(folder) as new:
        (new / "more.txt").write_text("more")
    assert sorted(p.name for p in folder.iterdir()) == ["more.txt", "notes.txt", *NAMES]
    assert Report.load(folder).to_json() == report_files.report(**NEW).to_json()


def test_an_error_inside_leaves_nothing(tmp_path):
    def stopped():
        with replacing(tmp_path / "new") as new:
            (new / "x").touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stopped()
    assert list((tmp_path / "new").iterdir()) == []


def test_a_folder_in_the_place_of_a_file_is_an_error_before_anything_is_moved(old):
    folder, before = old
    (folder / "aaa").mkdir()

    def write():
        with replacing(folder) as new:
            (new / "aaa").touch()
            (new / "report.json").touch()

    with pytest.raises(IsADirectoryError, match="has folders called aaa"):
        write()
    assert contents(folder) == before


def test_two_writers_take_turns(tmp_path):
    with replacing(tmp_path) as first:
        (first / "x").write_text("first")
        with replacing(tmp_path) as second:
            (second / "x").write_text("second")
        other = tmp_path / READY
        other.mkdir()  # a third one, killed while it moved
        (other / "y").write_text("third")
    assert (tmp_path / "x").read_text() == "first"
    assert (tmp_path / "y").read_text() == "third"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x", "y"]


def test_what_killed_writers_left_is_removed_a_day_later(tmp_path):
    young, old, link = (tmp_path / f"{folders._PARTIAL}-{i}" for i in range(3))
    for left in (young, old):
        left.mkdir()
        (left / "x").touch()
    link.symlink_to(tmp_path / "nowhere")
    os.utime(old, (0, time.time() - 1e6))
    with replacing(tmp_path) as new:
        (new / "a").touch()
    assert sorted(p.name for p in tmp_path.iterdir()) == [young.name, link.name, "a"]


def test_links_are_replaced_not_followed(tmp_path):
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "x").symlink_to(tmp_path / "mine")
    (tmp_path / "y").symlink_to(tmp_path / "nowhere")
    with replacing(tmp_path) as new:
        (new / "x").write_text("new")
        (new / "y").write_text("new")
    assert (tmp_path / "mine").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    assert place(tmp_path / "x").read_text() == "new"
