import importlib
import subprocess
import sys

import pytest

import aann
from aann import moved
from aann.patching import patch


def test_an_old_name_is_the_same_module_and_says_the_new_one():
    sys.modules.pop("aann.patch", None)
    spec = patch.__spec__
    with pytest.warns(DeprecationWarning, match=r"aann\.patch has moved: import aann\.patching\.p"):
        old = importlib.import_module("aann.patch")
    assert old is patch
    assert patch.__spec__ is spec
    assert importlib.import_module("aann.patch") is patch


@pytest.mark.parametrize("name", ["nothing", "evaluate.nothing", "fit_and_more"])
def test_what_never_was_is_not_found(name):
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"aann.{name}")


@pytest.mark.parametrize(
    ("name", "new"), [("splice", "splicing.splice"), ("compare", "comparison.compare")]
)
def test_functions_are_not_hidden_and_the_error_says_where_the_module_is(name, new):
    with pytest.raises(ModuleNotFoundError, match=rf"it is 'aann\.{new}' now, and aann\.{name} is"):
        importlib.import_module(f"aann.{name}")
    assert callable(getattr(aann, name))


def test_all_that_is_renamed_is_there():
    for new in moved.RENAMED.values():
        assert importlib.util.find_spec(new) is not None, new


def test_scripts_as_they_were_written_still_run():
    code = (
        "from aann.patch import activation_patching\n"
        "from aann.answer import logit_difference\n"
        "from aann import blocks\n"
        "from aann.batches import default_size\n"
        "from zoo.torch_file import read_torch\n"
        "from zoo.transformer import TransformerConfig\n"
        "import aann.report_html, circuits.curve_detectors\n"
        "print(activation_patching.__module__, blocks.__name__, read_torch.__module__)\n"
        "print(circuits.curve_detectors.__name__, aann.report_html.__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [
        "aann.patching.patch", "aann.patching.blocks", "zoo.checkpoints.torch_file",
        "circuits.curves.program", "aann.report.html",
    ]  # fmt: skip


def test_a_package_that_was_a_file_still_has_its_names():
    from aann.vis import stimuli, tuning
    from aann.vis.stimuli import curves
    from aann.vis.tuning import circular

    new = "import it from aann.vis.stimuli.curves"
    with pytest.warns(DeprecationWarning, match=rf"aann\.vis\.stimuli\.arc has moved: {new}"):
        assert stimuli.arc is curves.arc
    with pytest.warns(DeprecationWarning, match=r"aann\.vis\.tuning\.circular"):
        assert tuning.mean_vector is circular.mean_vector
    with pytest.raises(AttributeError, match=r"'aann\.vis\.stimuli' has no attribute 'ellipse'"):
        stimuli.ellipse  # noqa: B018
