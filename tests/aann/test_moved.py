import importlib
import subprocess
import sys

import pytest

import aann
from aann.patching import patch


def test_an_old_name_is_the_same_module_and_says_the_new_one():
    sys.modules.pop("aann.patch", None)
    spec = patch.__spec__
    with pytest.warns(DeprecationWarning, match=r"aann\.patch has moved: import aann\.patching\.p"):
        old = importlib.import_module("aann.patch")
    assert old is patch
    assert patch.__spec__ is spec
    assert importlib.import_module("aann.patch") is patch


@pytest.mark.parametrize("name", ["nothing", "evaluate.nothing", "text"])
def test_what_never_was_or_is_not_one_file_is_not_found(name):
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"aann.{name}")


@pytest.mark.parametrize("name", ["splice", "cut", "evaluate", "site", "compare", "pareto"])
def test_functions_are_not_hidden(name):
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"aann.{name}")
    assert callable(getattr(aann, name))


def test_scripts_as_they_were_written_still_run():
    code = (
        "from aann.patch import activation_patching\n"
        "from aann.answer import logit_difference\n"
        "from aann import blocks\n"
        "from aann.batches import default_size\n"
        "print(activation_patching.__module__, blocks.__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "aann.patching.patch aann.patching.blocks\n"
