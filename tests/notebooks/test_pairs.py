"""Every notebook is kept with its outputs, beside its source, as it would be run again."""

import json
import re

import nbformat
import pytest
from notebook_case import complaints, of_the_machine, outputs, silent

from notebooks import execute

ROOT = execute.HERE.parent
NAMES = [path.stem for path in execute.sources()]
MOST = 1_000_000
"""Bytes of a notebook."""


@pytest.fixture(params=NAMES)
def pair(request):
    """The source as a notebook, the notebook that is kept, and its file."""
    path = execute.HERE / f"{request.param}.ipynb"
    kept = nbformat.read(path, as_version=4)
    return execute.read(path.with_suffix(".py")), kept, path


def test_source_and_notebook_are_the_same_cells(pair):
    source, kept, _ = pair
    nbformat.validate(kept)
    assert [(c.id, c.cell_type, c.source) for c in kept.cells] == [
        (c.id, c.cell_type, c.source) for c in source.cells
    ], "make notebooks, then commit both"
    assert kept.metadata == source.metadata


def test_outputs_are_kept_and_nothing_went_wrong(pair):
    _, kept, path = pair
    assert silent(kept) == []
    assert complaints(kept) == []
    assert of_the_machine(kept) == []
    counts = [cell.execution_count for cell in kept.cells if cell.cell_type == "code"]
    assert counts == [*range(1, len(counts) + 1)]
    assert path.stat().st_size < MOST


def test_pictures_have_captions_and_words_for_who_cannot_see_them(pair):
    _, kept, path = pair
    shown = [output for _, output in outputs(kept)]
    drawn = [i for i, o in enumerate(shown) if any("image/" in kind for kind in o.get("data", {}))]
    assert drawn, path
    for i in drawn:
        (alt,) = [words["alt"] for words in shown[i].metadata.values()]
        assert len(alt.split()) >= 2
        assert re.fullmatch(r"\*.+\.\*", shown[i + 1].data["text/markdown"], re.DOTALL)


def test_it_is_a_short_paper(pair):
    _, kept, _ = pair
    text = "\n".join(cell.source for cell in kept.cells if cell.cell_type == "markdown")
    assert text.startswith("# ")
    for word in ("**Question.**", "ypothesis", "rror", "ext"):
        assert word in text


def test_prose_quotes_no_measured_numbers(pair):
    _, kept, _ = pair
    text = "\n".join(cell.source for cell in kept.cells if cell.cell_type == "markdown")
    assert re.findall(r"\b\d+\.\d+\b|\d%", text) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_links_to_it(name):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"](notebooks/{name}.ipynb)" in readme


def test_what_is_kept_is_valid_json_of_one_format():
    for name in NAMES:
        kept = json.loads((execute.HERE / f"{name}.ipynb").read_text(encoding="utf-8"))
        assert (kept["nbformat"], kept["nbformat_minor"]) >= (4, 5)
