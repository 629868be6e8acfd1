"""The import graph of a project, read from its files without running them."""

import ast
import graphlib
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path

Graph = Mapping[str, set[str]]


def graph(root: Path, packages: Iterable[str]) -> dict[str, set[str]]:
    """Module -> the project's modules that its file names, also inside functions.

    A package counts as its ``__init__`` where a name of that is imported.
    """
    files = _files(root, packages)
    return {
        module: {name for name in _named(module, path, files) if name in files and name != module}
        for module, path in files.items()
    }


def strangers(root: Path, packages: Iterable[str]) -> list[str]:
    """Imports of modules of the packages by names under which no file lies."""
    files = _files(root, packages)
    return [
        f"{path.relative_to(root).as_posix()} imports {name}"
        for module, path in files.items()
        for name in _named(module, path, files)
        if name.split(".")[0] in packages and name not in {*files, *packages}
    ]


def _files(root: Path, packages: Iterable[str]) -> dict[str, Path]:
    return {
        _module(path.relative_to(root)): path
        for package in packages
        for path in sorted((root / package).rglob("*.py"))
    }


def _module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _named(module: str, path: Path, known: Container[str]) -> list[str]:
    """Modules that a file imports, each once: what is imported of one, where that is a file."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parts, *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names]
            found += [name if name in known else base for name in names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("import_module", "__import__")
        ):
            found += [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
    return list(dict.fromkeys(found))


def above(imports: Graph, package: str, order: Sequence[str]) -> list[str]:
    """Imports of a wing from one that comes before it in ``order``, which starts at the top."""
    return sorted(
        f"{module} imports {name}"
        for module, names in imports.items()
        for name in names
        if (mine := _wing(module, package)) in order
        and (theirs := _wing(name, package)) in order
        and order.index(theirs) < order.index(mine)
    )


def _wing(module: str, package: str) -> str:
    top, _, rest = module.partition(".")
    return rest.partition(".")[0] if top == package else ""


def circles(imports: Graph) -> list[list[str]]:
    """Files that import each other, the first circle that is met; none where there is none."""
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        return [sorted(set(error.args[1]))]
    return []


def floors(imports: Graph) -> dict[str, int]:
    """How many files the longest path of imports below a module has, itself included."""
    found: dict[str, int] = {}
    for module in graphlib.TopologicalSorter(imports).static_order():
        found[module] = 1 + max((found[name] for name in imports[module]), default=0)
    return found
