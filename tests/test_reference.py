"""The reference has what is public, and nothing that is gone; ``make docs`` builds its pages."""

import inspect
import logging
import pathlib
import pkgutil
import re
import types

import griffe
import pytest

import aann
import aann.adapters
import aann.residuals
import aann.vis
import zoo

ROOT = pathlib.Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs" / "reference").glob("*.md"))
DOORS = (aann, aann.vis, zoo)
PACKAGES = ("aann", "circuits", "zoo")
AS_BUILT = {"returns_multiple_items": False, "returns_named_value": False}  # as in zensical.toml


def named(text):
    """What the page takes from docstrings, in order."""
    return re.findall(r"^::: (\S+)$", text, re.MULTILINE)


NAMES = [name for page in PAGES for name in named(page.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def found():
    """Name -> what it is today."""
    return {name: pkgutil.resolve_name(name) for name in NAMES}


def missing(names, module):
    public = [f"{module.__name__}.{name}" for name in module.__all__]
    return [name for name in public if name not in names]


def returned(thing):
    """Classes of ours that a function, what is public in a class or a module, says it returns."""
    if inspect.isclass(thing) or isinstance(thing, types.ModuleType):
        home = getattr(thing, "__module__", thing.__name__)
        parts = [x for name, x in vars(thing).items() if not name.startswith("_")]
        parts = [x for x in parts if getattr(x, "__module__", None) == home]
        return {said for part in parts for said in returned(part)}
    if not callable(thing):
        return set()
    said = getattr(inspect.unwrap(thing), "__annotations__", {}).get("return")
    ours = inspect.isclass(said) and said.__module__.split(".")[0] in PACKAGES
    return {said} if ours else set()


def badly_written(path):
    """What is wrong with the sections of an object's docstring, and of those inside of it."""
    problems = []

    class Collect(logging.Handler):
        def emit(self, record):
            problems.append(record.getMessage())

    def look(thing):
        if thing.docstring:
            for section in thing.docstring.parse("google", **AS_BUILT):
                if section.kind.value in {"parameters", "attributes"}:
                    names = [item.name.lstrip("*") for item in section.value]
                    problems.extend(
                        f"{thing.path}: {name!r} is not one name, give each a line of its own"
                        for name in names
                        if not name.isidentifier()
                    )
        if thing.is_class or thing.is_module:
            for name, member in thing.members.items():
                if not name.startswith("_") and not member.is_alias:
                    look(member)

    handler, log = Collect(), logging.getLogger("griffe")
    log.addHandler(handler)
    try:
        thing = loaded(path)
        look(thing.final_target if thing.is_alias else thing)
    finally:
        log.removeHandler(handler)
    return problems


LOADER = griffe.GriffeLoader(search_paths=[ROOT], allow_inspection=False)


def loaded(path):
    package = path.split(".", maxsplit=1)[0]
    if package not in LOADER.modules_collection:
        LOADER.load(package)
    return LOADER.modules_collection[path]


@pytest.mark.parametrize("door", DOORS, ids=lambda m: m.__name__)
def test_every_public_name_is_on_a_page(door):
    assert missing(NAMES, door) == []


def test_wings_that_are_used_under_their_own_names_are_on_a_page():
    assert {"aann.adapters", "aann.residuals", "aann.residuals.lab"} <= set(NAMES)
    for adapter in aann.adapters.__all__:
        assert f"aann.adapters.{adapter}.model" in NAMES


def test_what_the_pages_name_is_there_and_says_what_it_is(found):
    for name, thing in found.items():
        assert not name.rpartition(".")[2].startswith("_") or name == "aann.__version__"
        if callable(thing) or isinstance(thing, types.ModuleType):
            assert inspect.getdoc(thing), name


def test_nothing_is_on_two_pages():
    assert sorted(set(NAMES)) == sorted(NAMES)


def test_what_is_returned_is_on_a_page_too(found):
    classes = {thing for thing in found.values() if inspect.isclass(thing)}
    modules = [t.__name__ for t in found.values() if isinstance(t, types.ModuleType)]
    assert [
        f"{name} returns {said.__module__}.{said.__name__}"
        for name, thing in found.items()
        for said in returned(thing) - classes
        if not any(f"{said.__module__}.".startswith(f"{module}.") for module in modules)
    ] == []


def test_docstrings_render(found):
    assert [problem for name in found for problem in badly_written(name)] == []


def test_every_page_is_listed():
    index = ROOT / "docs" / "reference" / "index.md"
    links = re.findall(r"\]\(([^)/]+\.md)\)", index.read_text(encoding="utf-8"))
    assert sorted(links) == [page.name for page in PAGES if page != index]


def test_the_tests_above_can_fail(tmp_path, monkeypatch):
    assert named("# Page\n\n::: aann.cut\n    options:\n      members: false\n") == ["aann.cut"]
    assert "aann.cut" in missing(["aann.splice"], aann)
    assert returned(aann.sample_size) == {aann.comparison.sample_size.SampleSize}
    with pytest.raises(AttributeError):
        pkgutil.resolve_name("aann.gone")
    text = 'def f(x):\n    """Do.\n\n    Args:\n        x, y: both.\n        z: gone.\n    """\n'
    (tmp_path / "wrong.py").write_text(text)
    monkeypatch.setitem(globals(), "LOADER", griffe.GriffeLoader(search_paths=[tmp_path]))
    assert len(badly_written("wrong.f")) >= 2
