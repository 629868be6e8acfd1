import importlib
import pathlib

import pytest

import evals
from evals import __main__ as listing

HOME = pathlib.Path(evals.__path__[0])


def test_the_list_has_one_line_for_each_evaluation(capsys):
    listing.main([])
    lines = capsys.readouterr().out.splitlines()
    listed = {line.split()[2].removeprefix("evals.") for line in lines}
    names = {p.stem: p.stem for p in HOME.glob("[!_]*.py")}
    names |= {p.parent.name: f"{p.parent.name}.__main__" for p in HOME.glob("*/__main__.py")}
    modules = {name: importlib.import_module(f"evals.{path}") for name, path in names.items()}
    assert listed == {name for name, module in modules.items() if hasattr(module, "main")}
    assert {"curve_detectors", "modular_addition", "max_of_k", "default"} <= listed
    for line in lines:
        _, _, name, claim = line.split(maxsplit=3)
        assert modules[name.removeprefix("evals.")].__doc__.startswith(claim)
        assert len(claim) > 20


def test_files_and_folders_with_a_main_are_evaluations(tmp_path):
    one = '"""Says one.\n\nAt length.\n"""\nimport nothing_of_that_name\ndef main(): ...\n'
    for name, text in {
        "one.py": one, "two/__main__.py": "def main(): ...", "two/figures.py": one,
        "shared/command.py": one, "no_main.py": "def run(): ...", "__main__.py": one,
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert listing.claims(tmp_path) == {"one": "Says one.", "two": ""}


def test_help_says_how_to_run_one(capsys):
    with pytest.raises(SystemExit):
        listing.main(["--help"])
    assert "python -m evals.NAME runs one" in capsys.readouterr().out
