"""Imports run one way: between packages, between the wings of the core, without circles."""

import ast
import pathlib
import re
import subprocess
import sys

import pytest
from imports import above, circles, floors, graph, strangers

ROOT = pathlib.Path(__file__).parent.parent
PACKAGES = ("aann", "zoo", "circuits", "evals", "benchmarks", "docs", "results", "notebooks")

WINGS = (
    "vis", "residuals", "scrubbing", "patching", "sweeps", "labelling", "refitting", "evaluation",
    "comparison", "store", "bench", "counting", "report", "splicing", "program", "data", "machine",
    "adapters", "trace", "statistics", "shown",
)  # fmt: skip
"""From the top. A wing imports from those after it, and from nothing before it."""

FILES = ("model", "moved", "shadowed", "version")
"""What stands below the wings."""

ORDER = (*WINGS[:-1], "model", "shown", *FILES[1:])
"""Models show themselves, too, so that ``shown`` stands below them."""

MAY_IMPORT = {
    "aann": ("aann",),
    "zoo": ("zoo", "aann"),
    "circuits": ("circuits", "zoo", "aann"),
    "evals": ("evals", "circuits", "zoo", "aann"),
    "results": ("results", "evals", "circuits", "zoo", "aann"),
    "benchmarks": PACKAGES,
    "docs": PACKAGES,
    "notebooks": ("notebooks", "circuits", "zoo", "aann"),
}

HAND_ON = ("adapters", "residuals", "vis")
"""Wings that are used at the keyboard, and not part of ``import aann``: their doors have names."""

# statement -> what it must not import
FORBIDDEN = {
    "import aann": [
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
        "tqdm",
        "aann.comparison",
        "aann.evaluation",
        "aann.labelling",
        "aann.refitting",
        "aann.report",
        "aann.residuals",
        "aann.scrubbing",
        "aann.sweeps",
    ],
    "import aann.vis": ["matplotlib", "sklearn", "PIL", "zoo"],
    "import aann; aann.adapters.linen.model, aann.adapters.nnx.model": [
        "zoo",
        "circuits",
        "evals",
        "matplotlib",
    ],
    "import zoo": ["circuits", "evals", "matplotlib", "tensorflow_datasets", "pyarrow"],
    "import circuits.curves.program": ["zoo", "evals", "matplotlib"],
}

PROCESSES = [[statement for statement in FORBIDDEN if statement != "import zoo"], ["import zoo"]]
"""What is imported one after the other: what the first forbid is not there for the later ones."""


@pytest.fixture(scope="module")
def imports():
    """Every file of the project and what it imports, wherever in the file."""
    return graph(ROOT, PACKAGES)


def test_wings_import_from_below_alone(imports):
    assert above(imports, "aann", ORDER) == []


def test_every_file_of_the_core_is_in_a_wing(imports):
    inside = {module.split(".")[1] for module in imports if module.startswith("aann.")}
    assert inside - {"__main__"} == {*WINGS, *FILES}


def test_packages_import_from_below_alone(imports):
    up = [
        f"{module} imports {name}"
        for module, names in imports.items()
        for name in names
        if name.split(".")[0] not in MAY_IMPORT[module.split(".")[0]]
    ]
    assert up == []


def test_modules_are_imported_by_the_names_of_their_files():
    assert strangers(ROOT, PACKAGES) == []


def test_no_files_import_each_other(imports):
    assert circles(imports) == []


def test_nothing_but_the_figures_imports_matplotlib():
    drawing = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "aann").rglob("*.py")
        if "matplotlib" in path.read_text(encoding="utf-8")
    ]
    assert [path for path in drawing if not path.startswith("aann/vis/")] == []


def test_doors_of_wings_say_what_is_inside_and_hold_no_code():
    for wing in WINGS:
        door = ROOT / "aann" / wing / "__init__.py"
        tree = ast.parse(door.read_text(encoding="utf-8"))
        assert len(ast.get_docstring(tree) or "") > 100, door
        kinds = {type(node) for node in tree.body[1:]}
        assert not kinds or wing in HAND_ON, f"{door} has more than a docstring"


def test_the_page_on_architecture_is_that_of_the_tree():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+)/?` \|.*?\|(.*)\|$", page, re.MULTILINE)
    assert [name.removesuffix(".py") for name, _ in rows] == [*WINGS, "model"]
    starts = [
        f"aann/{wing}/{file}" for wing, last in rows for file in re.findall(r"`(\w+\.py)`", last)
    ]
    named = re.findall(r"`((?:\w+/)+\w*(?:\.py)?)`", page)
    for path in (p for p in [*starts, *named] if "NAME" not in p):
        assert any((root / path).exists() for root in (ROOT, ROOT / "aann")), path


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return graph(root, ["aann"])


def test_the_checks_above_see_imports_however_they_are_written(tmp_path):
    found = write(tmp_path, {
        "aann/__init__.py": "",
        "aann/low/__init__.py": "",
        "aann/low/a.py": "def late():\n    from aann.high import b\n",
        "aann/high/__init__.py": "",
        "aann/high/b.py": "import aann.low.a\nif TYPE_CHECKING:\n    from aann.high.c import x\n",
        "aann/high/c.py": "from . import d\nfrom .d import y\n",
        "aann/high/d.py": "from ..low.a import late\nimport importlib\n"
        "importlib.import_module('aann.low.a')\n",
    })  # fmt: skip
    assert found["aann.low.a"] == {"aann.high.b"}
    assert found["aann.high.b"] == {"aann.low.a", "aann.high.c"}
    assert found["aann.high.c"] == {"aann.high.d"}
    assert found["aann.high.d"] == {"aann.low.a"}
    assert above(found, "aann", ("high", "low")) == ["aann.low.a imports aann.high.b"]
    assert circles(found) == [["aann.high.b", "aann.low.a"]]


def test_names_without_a_file_are_seen(tmp_path):
    write(tmp_path, {"aann/a.py": "import aann.gone\nimport os\n", "aann/b.py":
                     "from aann.gone import x\n__import__('aann.away')\nfrom aann import a\n",
                     "aann/__init__.py": ""})  # fmt: skip
    assert strangers(tmp_path, ["aann"]) == [
        "aann/a.py imports aann.gone",
        "aann/b.py imports aann.gone",
        "aann/b.py imports aann.away",
    ]


def test_floors_are_counted_from_files_that_import_nothing(tmp_path):
    found = write(tmp_path, {"aann/a.py": "", "aann/b.py": "import aann.a", "aann/c.py":
                             "import aann.a, aann.b"})  # fmt: skip
    assert floors(found) == {"aann.a": 1, "aann.b": 2, "aann.c": 3}
    assert circles(found) == []
    assert above(found, "aann", ("c", "b", "a")) == []
    assert above(found, "aann", ("a", "b", "c")) == [
        "aann.b imports aann.a", "aann.c imports aann.a", "aann.c imports aann.b",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def loaded():
    """Which of the forbidden modules there are after each statement, each process from nothing."""
    names = sorted({name for forbidden in FORBIDDEN.values() for name in forbidden})
    found = {}
    for statements in PROCESSES:
        shown = "print(';'.join(n for n in names if n in sys.modules))"
        code = "\n".join([f"import sys\nnames = {names!r}", *(f"{s}\n{shown}" for s in statements)])
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        lines = run.stdout.splitlines()[-len(statements) :]
        found |= {s: set(line.split(";")) for s, line in zip(statements, lines)}
    return found


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_imports_run_one_way(statement, loaded):
    assert loaded[statement] & set(FORBIDDEN[statement]) == set()


def test_the_test_above_can_fail(loaded):
    assert "zoo" in loaded["import zoo"]
    assert "aann.evaluation" not in loaded["import aann"]


def test_the_public_surface_fits_one_screen():
    import aann

    assert len(aann.__all__) <= 45
    assert all(hasattr(aann, name) for name in aann.__all__)


def test_what_comes_when_it_is_asked_for_is_what_a_checker_sees():
    import aann

    tree = ast.parse(pathlib.Path(aann.__file__).read_text(encoding="utf-8"))
    (block,) = [n for n in tree.body if isinstance(n, ast.If) and "not" not in ast.unparse(n.test)]
    seen = {a.name: n.module for n in block.body for a in n.names if n.module != "aann"}
    assert seen.pop("residuals") == "aann.residuals.door"  # the package itself, as it is called
    assert {name: f"aann.{module}" for name, module in aann._LATER.items()} == seen
    assert {*seen, "adapters", "site"} <= set(dir(aann))
    with pytest.raises(AttributeError, match="module 'aann' has no attribute 'evalute'"):
        aann.evalute  # noqa: B018
