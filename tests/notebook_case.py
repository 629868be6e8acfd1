"""What the tests of single notebooks share."""

import ast
import os
import re

from notebooks import execute
from notebooks.settings import NAME

ABSOLUTE = re.compile(r"(?<![\w.:/])/(?:home|root|tmp|usr|work|Users|mnt|opt|var)/|[A-Z]:\\\\")
TIME = re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d")


def run_small(name, monkeypatch, tmp_path, *, optimised=False):
    """Run a notebook on small settings; nothing may fail or warn.

    Args:
        name: of the notebook.
        monkeypatch: pytest's.
        tmp_path: where IPython keeps what it keeps.
        optimised: compile as users do: for a notebook that computes much longer than it compiles.
    """
    monkeypatch.setenv(NAME, "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    path = [str(execute.HERE.parent), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    if optimised:
        monkeypatch.delenv("JAX_DISABLE_MOST_OPTIMIZATIONS", raising=False)
        monkeypatch.delenv("XLA_FLAGS", raising=False)
    notebook = execute.execute(execute.sources([name])[0])
    assert complaints(notebook) == []
    return notebook


def outputs(notebook):
    """Number of a cell and one of its outputs, for all of them."""
    return [
        (i, output)
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        for output in cell.outputs
    ]


def complaints(notebook):
    """Errors and all that was written to stderr, warnings among it."""
    return [
        f"cell {i}: {output.get('evalue') or output.text}"
        for i, output in outputs(notebook)
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def texts(output):
    """What of an output is text."""
    if output.output_type == "stream":
        return [output.text]
    return [str(x) for kind, x in output.get("data", {}).items() if not kind.startswith("image/")]


def of_the_machine(notebook):
    """Paths, times and names of cells in the outputs that belong to the machine that ran it."""
    host = os.uname().nodename
    return [
        f"cell {i}: {text[:200]}"
        for i, output in outputs(notebook)
        for text in texts(output)
        if ABSOLUTE.search(text) or TIME.search(text) or (len(host) > 3 and host in text)
    ]


def silent(notebook):
    """Cells that print, or end in a value, and have no output."""
    return [
        i
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and shows(cell.source) and not cell.outputs
    ]


def shows(source):
    """Whether a cell prints or ends in an expression."""
    body = ast.parse(source).body
    run = [x for x in body if not isinstance(x, ast.FunctionDef | ast.ClassDef)]
    calls = [x for statement in run for x in ast.walk(statement) if isinstance(x, ast.Call)]
    prints = any(getattr(call.func, "id", "") in ("print", "display") for call in calls)
    ends = body and isinstance(body[-1], ast.Expr) and not isinstance(body[-1].value, ast.Constant)
    return prints or bool(ends)
