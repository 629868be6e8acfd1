"""The code blocks of docs/ run as they stand, in order, one namespace a page.

Those of docs/errors/ raise what their pages say; ``[...]`` stands for any text there.
"""

import contextlib
import os
import pathlib
import re

import jax
import pytest

DOCS = pathlib.Path(__file__).parent.parent / "docs"
PAGES = sorted(DOCS.glob("*.md"))
NEED_ASSETS = {"accentuation", "examples", "labelling", "spaces", "visualise", "your_images"}
COMPUTE_MUCH = {"examples", "residuals", "your_curves"}
INDEX = DOCS / "errors" / "index.md"
ERRORS = sorted(set(INDEX.parent.glob("*.md")) - {INDEX})
NETWORK = ("https_proxy", "all_proxy", "no_proxy")  # they would override what pages set


def blocks(text):
    """Python blocks of a page, and the line that each starts at."""
    found = re.finditer(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(text[: m.start(1)].count("\n"), m.group(1)) for m in found]


def run(page, text):
    names = {"__name__": page}
    for line, code in blocks(text):
        # Blank lines in front, so that a failure names the line of the page.
        with as_users_have_it():
            exec(compile("\n" * line + code, page, "exec"), names)
    return names


@contextlib.contextmanager
def as_users_have_it():
    """JAX as it is outside of these tests."""
    with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        yield


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_code_of_a_page_runs(page, request):
    if page.stem in NEED_ASSETS:
        request.getfixturevalue("assets")
    if page.stem in COMPUTE_MUCH:
        request.getfixturevalue("optimised")
    text = page.read_text(encoding="utf-8")
    assert text.count("```python") == len(blocks(text)), "a block is not closed"
    run(str(page), text)


def test_there_are_pages():
    expected = {
        "index",
        "statistics",
        "concepts",
        "patching",
        "report",
        "your_model",
        "your_curves",
        "host_programs",
    }
    assert expected <= {page.stem for page in PAGES}
    assert len(ERRORS) > 50


@pytest.fixture(scope="module")
def example():
    """The names that the examples of all errors start with."""
    return run("index.md", INDEX.read_text(encoding="utf-8"))


@pytest.fixture
def own_environment(monkeypatch):
    """Pages may set variables; nothing of them is left, and no proxy in between."""
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in NETWORK:
        monkeypatch.delenv(name, raising=False)


def words(text):
    return " ".join(text.split())


def stated(text):
    """What a page on an error quotes."""
    return words(re.search(r"^```text\n(.*?)^```$", text, re.DOTALL | re.MULTILINE).group(1))


def raised(code, names, page, capsys):
    """Type and message of what the code raises; of a usage error what it says on stderr."""
    with as_users_have_it(), pytest.raises((Exception, SystemExit)) as caught:
        exec(compile(code, page, "exec"), dict(names))
    error = caught.value
    message = error.args[0] if isinstance(error, KeyError) else str(error)
    if isinstance(error, SystemExit):
        message = capsys.readouterr().err.partition("error: ")[2]
    return words(f"{type(error).__name__}: {message}")


def like(quoted):
    """A pattern for the quoted message."""
    return ".*".join(re.escape(part) for part in quoted.split("[...]"))


@pytest.mark.usefixtures("unchecked", "own_environment")
@pytest.mark.parametrize("page", ERRORS, ids=lambda p: p.stem)
def test_an_error_is_raised_as_its_page_says(page, example, capsys):
    text = page.read_text(encoding="utf-8")
    ((line, code),) = blocks(text)
    found = raised("\n" * line + code, example, str(page), capsys)
    assert re.fullmatch(like(stated(text)), found), f"the page says {stated(text)}, got {found}"
    assert re.match(r"# .*\n\n```text\n", text)
    assert "\n**What to do.** " in text


def test_every_error_is_listed_with_words_of_its_message():
    links = re.findall(r"^- \[`(.*)`\]\((.*)\)$", INDEX.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(page for _, page in links) == [page.name for page in ERRORS]
    for shown, page in links:
        assert shown in stated((INDEX.parent / page).read_text(encoding="utf-8"))


def test_the_test_of_errors_can_fail(capsys):
    found = raised("raise ValueError('a  b c')", {}, "page.md", capsys)
    assert found == "ValueError: a b c"
    assert re.fullmatch(like("ValueError: a [...] c"), found)
    assert not re.fullmatch(like("ValueError: a [...] d"), found)
    with pytest.raises(pytest.fail.Exception):
        raised("x = 1", {}, "page.md", capsys)


def test_a_block_that_fails_fails_the_test_with_its_line():
    text = "# Page\n```python\nx = 1\n```\n```python\nassert x == 2\n```\n"
    with pytest.raises(AssertionError) as caught:
        run("page.md", text)
    assert caught.traceback[-1].lineno + 1 == 6
