"""Lists the evaluations, one line each."""

import ast
import pathlib

import evals


def main() -> None:
    """Print the name and the first docstring line of every module with a ``main``."""
    for path in sorted(pathlib.Path(evals.__path__[0]).glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        if "main" in names and not path.name.startswith("_"):
            claim = (ast.get_docstring(tree) or "").partition("\n")[0]
            print(f"python -m evals.{path.stem:<18} {claim}")


if __name__ == "__main__":
    main()
