"""Imports run one way, and matplotlib stays where it is drawn with."""

import subprocess
import sys

import pytest

# module -> what importing it must not import
FORBIDDEN = {
    "aann": [
        "zoo",
        "circuits",
        "evals",
        "matplotlib",
        "flax",
        "PIL",
        "h5py",
        "scipy.stats",
        "optax",
        "jinja2",
    ],
    "aann.adapters": ["zoo", "circuits", "evals", "matplotlib"],
    "zoo": ["circuits", "evals", "matplotlib", "tensorflow_datasets", "pyarrow"],
    "circuits.curves.program": ["zoo", "evals", "matplotlib"],
}


def loaded_by(statement, names):
    code = f"{statement}\nimport sys\nprint([n for n in {names!r} if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize("module", FORBIDDEN)
def test_imports_run_one_way(module):
    assert loaded_by(f"import {module}", FORBIDDEN[module]) == "[]"


def test_the_test_above_can_fail():
    assert loaded_by("import aann, zoo", ["zoo"]) == "['zoo']"


def test_the_public_surface_fits_one_screen():
    import aann

    assert len(aann.__all__) <= 40
    assert all(hasattr(aann, name) for name in aann.__all__)
