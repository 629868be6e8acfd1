"""Run the notebooks: ``NN_name.py`` in percent format is the source, ``NN_name.ipynb`` its outputs.

    python -m notebooks                       # all of them, in place
    python -m notebooks 01_first_replacement  # one
    AANN_SMALL=1 python -m notebooks --out /tmp/quick

Every notebook gets a kernel of its own, as in Jupyter, in the folder where it lies. Nothing of the
machine is kept beside outputs: no times, no random names of cells.
"""

import pathlib
from collections.abc import Sequence
from typing import Final

import jupytext
import nbformat
from nbclient import NotebookClient

HERE: Final = pathlib.Path(__file__).parent
TIMEOUT: Final = 3600  # seconds for a cell
KERNEL: Final = {"name": "python3", "display_name": "Python 3", "language": "python"}
LANGUAGE: Final = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}


def sources(names: Sequence[str] = ()) -> list[pathlib.Path]:
    """The notebooks of these names, by default all, in order.

    Raises:
        ValueError: there are no such notebooks.
    """
    known = {path.stem: path for path in sorted(HERE.glob("[0-9][0-9]_*.py"))}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"no notebook {', '.join(unknown)}; there are {', '.join(known)}")
    return [known[name] for name in names or known]


def read(source: pathlib.Path) -> nbformat.NotebookNode:
    """The notebook without outputs. Cells are called by their place, so that runs can be compared.

    Args:
        source: the ``.py`` of the pair.
    """
    notebook: nbformat.NotebookNode = jupytext.read(source)
    for place, cell in enumerate(notebook.cells):
        cell.id = f"cell-{place:02d}"
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE})
    return notebook


def execute(source: pathlib.Path) -> nbformat.NotebookNode:
    """The notebook with the outputs of a fresh run.

    Args:
        source: the ``.py`` of the pair.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell fails; the message has its traceback.
    """
    notebook = read(source)
    NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name=KERNEL["name"], record_timing=False,
        coalesce_streams=True, resources={"metadata": {"path": str(source.parent)}},
        extra_arguments=["--log-level=ERROR"],
    ).execute()  # fmt: skip
    notebook.metadata = read(source).metadata  # not the version of Python that ran it
    return notebook


def save(notebook: nbformat.NotebookNode, path: pathlib.Path) -> None:
    """Write the ``.ipynb`` of a pair."""
    nbformat.write(nbformat.from_dict(notebook), path)
