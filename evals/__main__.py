"""Lists the evaluations, one line each."""

import argparse
import ast
import pathlib

import evals


def main(argv: list[str] | None = None) -> None:
    """Print the name and the first docstring line of every module with a ``main``."""
    parser = argparse.ArgumentParser(
        prog="python -m evals", description=__doc__, allow_abbrev=False,
        epilog="python -m evals.NAME runs one; each takes --help.",
    )  # fmt: skip
    parser.parse_args(argv)
    for name, claim in claims(pathlib.Path(evals.__path__[0])).items():
        print(f"python -m evals.{name:<18} {claim}")


def claims(folder: pathlib.Path) -> dict[str, str]:
    """Evaluation -> what it says of itself, read from files without running them.

    Args:
        folder: of the package; an evaluation is a file, or a folder with a ``__main__``.
    """
    files = {path.stem: path for path in folder.glob("[!_]*.py")}
    files |= {path.parent.name: path for path in folder.glob("*/__main__.py")}
    found = {}
    for name, path in sorted(files.items()):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            found[name] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


if __name__ == "__main__":
    main()
