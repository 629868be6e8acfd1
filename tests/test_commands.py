"""All that ``python -m`` runs answers ``--help`` and refuses words that it does not know."""

import ast
import importlib
import pathlib
import runpy
import subprocess
import sys
import warnings

import pytest

import zoo

ROOT = pathlib.Path(__file__).parent.parent
PACKAGES = ("aann", "zoo", "circuits", "evals", "benchmarks", "results", "notebooks")


def runs(path):
    """Whether the file has a block for ``python -m``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(n, ast.If) and "'__main__'" in ast.unparse(n.test) for n in tree.body)


COMMANDS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if runs(path)
)


@pytest.fixture(autouse=True)
def _nothing_begins(monkeypatch):
    for name in ("load", "data"):
        monkeypatch.setattr(zoo, name, lambda *args, **more: pytest.fail("work begins"))


def run(command, words, monkeypatch):
    """What ``python -m`` does, in this process; the exit status."""
    monkeypatch.setattr(sys, "argv", ["-m", *words])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # that the module is there already
        with pytest.raises(SystemExit) as stop:
            runpy.run_module(command, run_name="__main__")
    return stop.value.code


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_answered(command, monkeypatch, capsys):
    assert run(command, ["--help"], monkeypatch) == 0
    usage, _, rest = capsys.readouterr().out.partition("\n\n")
    assert usage.startswith(f"usage: python -m {command.removesuffix('.__main__')} [-h]")
    assert len(rest.partition("\n\n")[0]) > 20, "no claim"


@pytest.mark.parametrize("word", ["--no-such-option", "no-such-word"])
@pytest.mark.parametrize("command", COMMANDS)
def test_other_words_are_usage_errors(command, word, capsys):
    with pytest.raises(SystemExit) as stop:
        importlib.import_module(command).main([word])
    assert stop.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"usage: python -m {command.removesuffix('.__main__')} [-h]")
    assert "error: " in said.err


def test_commands_are_found_wherever_they_are():
    assert {
        "aann.__main__", "evals.__main__", "evals.default", "evals.modular_addition.__main__",
        "zoo.evidence", "zoo.train.induction", "circuits.curves.fit", "benchmarks.replacements",
    } <= set(COMMANDS)  # fmt: skip


@pytest.mark.parametrize(("word", "code"), [("-h", 0), ("foo", 2)])
def test_in_a_process_of_its_own(word, code):
    done = subprocess.run(
        [sys.executable, "-m", "evals", word], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == code
    assert (done.stderr if code else done.stdout).startswith("usage: python -m evals [-h]")
