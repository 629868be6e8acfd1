"""tests/ mirrors the tree: who looks for the tests of a file finds them by its name.

A file has a test file of its name, ``a/b.py`` in ``tests/a/test_b.py``, or a test file in that
folder or the one above says in its docstring, by the dotted name, that it tests the file too.
"""

import ast
import pathlib

ROOT = pathlib.Path(__file__).parent.parent
PACKAGES = ("zoo", "circuits", "evals", "benchmarks")


def untested(root, packages):
    """Files that no test file is for."""
    return [
        path.relative_to(root).as_posix()
        for package in packages
        for path in sorted((root / package).rglob("*.py"))
        if path.name != "__init__.py" and not has_tests(root, path)
    ]


def has_tests(root, path):
    inside = path.relative_to(root)
    place = root / "tests" / inside.parent
    name = ".".join(inside.with_suffix("").parts)
    beside = [*place.glob("test_*.py"), *place.parent.glob("test_*.py")]
    said = " ".join(docstring(test) for test in beside)
    return (place / f"test_{path.stem.strip('_')}.py").is_file() or f"``{name}``" in said


def docstring(path):
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def test_every_file_has_tests_that_its_name_leads_to():
    assert untested(ROOT, PACKAGES) == []


def test_the_test_above_can_fail(tmp_path):
    for name, text in {
        "zoo/__init__.py": "", "zoo/one.py": "", "zoo/two.py": "", "zoo/three.py": "",
        "zoo/train/__main__.py": "", "zoo/train/one.py": "",
        "tests/zoo/test_one.py": '"""Also for ``zoo.two``, not zoo.three or train.one."""',
        "tests/zoo/train/test_main.py": "",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert untested(tmp_path, ["zoo"]) == ["zoo/three.py", "zoo/train/one.py"]
