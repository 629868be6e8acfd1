"""Tests lie where what they test lies, so that a reader of either finds the other."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("aann", "circuits", "evals", "zoo", "benchmarks", "results", "notebooks")
WITHOUT_LOGIC = {"__init__", "version"}


def named(tests):
    """What the docstrings of the test files below a folder name: modules, by their whole path.

    A single word is a file where the test lies.
    """
    names = set()
    for test in tests.rglob("test_*.py"):
        text = ast.get_docstring(ast.parse(test.read_text(encoding="utf-8"))) or ""
        here = ".".join(test.relative_to(tests).parent.parts)
        words = re.findall(r"``([\w.]+)``", text)
        names |= {word if "." in word else f"{here}.{word}" for word in words}
    return names


def without_a_test(root, package):
    """Files of a package that have no test of their name, and serve none that is tested."""
    tests = root / "tests"
    served = named(tests)
    paths = [path.relative_to(root) for path in sorted((root / package).rglob("*.py"))]
    return [
        path.as_posix()
        for path in paths
        if path.stem not in WITHOUT_LOGIC
        and not (tests / path.parent / f"test_{path.stem.strip('_')}.py").exists()
        and ".".join(path.with_suffix("").parts) not in served
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_is_tested_where_it_lies(package):
    assert without_a_test(ROOT, package) == []


def test_every_test_lies_where_its_file_does():
    strays = [
        folder.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for folder in (ROOT / "tests" / package).rglob("*")
        if folder.is_dir() and folder.name != "__pycache__"
        if not (ROOT / folder.relative_to(ROOT / "tests")).is_dir()
    ]
    assert strays == []


def test_the_test_above_can_fail(tmp_path):
    for name in ("wing/a", "wing/b", "wing/c", "wing/__init__", "other/d", "other/b"):
        (tmp_path / "aann" / f"{name}.py").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "aann" / f"{name}.py").touch()
    (tmp_path / "tests/aann/wing").mkdir(parents=True)
    (tmp_path / "tests/aann/wing/test_a.py").write_text('"""``b`` and ``aann.other.d``."""\n')
    assert without_a_test(tmp_path, "aann") == ["aann/other/b.py", "aann/wing/c.py"]
