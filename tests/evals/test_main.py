import importlib
import pathlib
import subprocess
import sys

import evals


def test_the_list_has_one_line_for_each_evaluation():
    run = subprocess.run(
        [sys.executable, "-m", "evals"], capture_output=True, text=True, check=True
    )
    listed = {line.split()[2].removeprefix("evals.") for line in run.stdout.splitlines()}
    names = [p.stem for p in pathlib.Path(evals.__path__[0]).glob("[!_]*.py")]
    with_main = {n for n in names if hasattr(importlib.import_module(f"evals.{n}"), "main")}
    assert listed == with_main
    assert {"curve_detectors", "modular_addition", "default"} <= listed
    assert all(len(line.split(maxsplit=3)[3]) > 20 for line in run.stdout.splitlines())
