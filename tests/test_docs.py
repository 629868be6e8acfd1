"""The code blocks of docs/*.md run as they stand, in order, one namespace a page."""

import pathlib
import re

import jax
import pytest

PAGES = sorted((pathlib.Path(__file__).parent.parent / "docs").glob("*.md"))
NEED_ASSETS = {"your_images"}


def blocks(text):
    """Python blocks of a page, and the line that each starts at."""
    found = re.finditer(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(text[: m.start(1)].count("\n"), m.group(1)) for m in found]


def run(page, text):
    names = {"__name__": page}
    for line, code in blocks(text):
        # Blank lines in front, so that a failure names the line of the page.
        with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
            exec(compile("\n" * line + code, page, "exec"), names)
    return names


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_code_of_a_page_runs(page, request):
    if page.stem in NEED_ASSETS:
        request.getfixturevalue("assets")
    text = page.read_text(encoding="utf-8")
    assert text.count("```python") == len(blocks(text)), "a block is not closed"
    run(str(page), text)


def test_there_are_pages():
    assert {"patching", "your_model"} <= {page.stem for page in PAGES}


def test_a_block_that_fails_fails_the_test_with_its_line():
    text = "# Page\n```python\nx = 1\n```\n```python\nassert x == 2\n```\n"
    with pytest.raises(AssertionError) as caught:
        run("page.md", text)
    assert caught.traceback[-1].lineno + 1 == 6
