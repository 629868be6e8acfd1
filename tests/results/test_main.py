import subprocess
import sys

import pytest

from results import __main__ as command
from results import project


def test_it_ends_well_where_all_is_as_saved(capsys, monkeypatch):
    monkeypatch.setattr(command.recount, "problems", list)
    command.main([])
    assert "pages, pictures and counts are those of the saved results" in capsys.readouterr().out


def test_it_prints_what_differs_and_ends_with_1(capsys, monkeypatch):
    monkeypatch.setattr(command.recount, "problems", lambda: ["curves: saved are 3 bits"])
    found = project.Found(["README.md says x"], ["README.md: nothing stands behind y"])
    monkeypatch.setattr(project, "check", lambda: found)
    with pytest.raises(SystemExit) as stop:
        command.main([])
    assert stop.value.code == 1
    out = capsys.readouterr().out
    for line in (*found.differences, *found.problems, "curves: saved are 3 bits"):
        assert line in out
    assert "--write puts the pages right" in out


def test_it_takes_in_and_rewrites_before_it_compares(tmp_path, capsys, monkeypatch):
    done = []
    monkeypatch.setattr(command.take, "take", lambda path: done.append(path.name) or ("run", {}))
    monkeypatch.setattr(command.take, "write", lambda name, kept: done.append(name) or tmp_path)
    monkeypatch.setattr(project, "write", lambda: done.append("write") or ["README.md"])
    monkeypatch.setattr(project, "check", lambda: done.append("check") or project.Found([], []))
    command.main(["--take", str(tmp_path / "a"), str(tmp_path / "b"), "--write", "--text"])
    assert done == ["a", "b", "run", "run", "write", "check"]
    assert "rewritten: README.md" in capsys.readouterr().out


@pytest.mark.parametrize("given", [["--wirte"], ["more"], ["--tak", "x"], ["--take"]])
def test_unknown_words_are_refused(given, capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(given)
    assert stop.value.code == 2
    assert "usage: python -m results" in capsys.readouterr().err


def test_an_error_is_a_message():
    run = subprocess.run(
        [sys.executable, "-m", "results", "--take", "/no/such/folder"],
        capture_output=True, text=True, cwd=project.ROOT, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr.startswith("error: no results at /no/such/folder")
