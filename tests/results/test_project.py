"""Pages of this project quote what was saved, and nothing else."""

import re
import shutil

import pytest

from results import page, project

ADVICE = "python -m results tells more, and --write rewrites pages"


@pytest.fixture
def copy(tmp_path):
    """Pages and pictures in another place, to be changed."""
    for path in (*project._markdown(project.ROOT), *project.pictures.PICTURES):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project.ROOT / path, tmp_path / path)
    return tmp_path


def edit(root, path, old, new):
    text = (root / path).read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_pages_say_what_was_saved():
    assert project.check().differences == [], ADVICE


def test_nothing_else_that_looks_measured_stands_on_them():
    assert project.check().problems == []


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("README.md", "| 196 | ", " |"),
        ("README.md", "Zeroing them costs KL ", " ["),
        ("README.md", "9 to ", ", of 226,688"),
        ("circuits/README.md", "by ", " for lines"),
        ("docs/resume.md", "", " for"),
    ],
)
def test_another_number_is_a_difference_that_write_puts_right(copy, path, before, after):
    number = re.escape(before) + r"(\d[\d.,]*)" + re.escape(after)
    old = re.search(number, (copy / path).read_text(encoding="utf-8"))
    edit(copy, path, old[0], f"{before}{old[1][:-1]}{(int(old[1][-1]) + 1) % 10}{after}")
    assert project.check(copy).differences
    assert project.write(copy) == [path]
    assert project.check(copy) == project.check()
    assert (copy / path).read_text() == (project.ROOT / path).read_text()


@pytest.mark.parametrize("path", ["README.md", "docs/patching.md", "docs/errors/index.md"])
def test_a_number_that_nothing_stands_behind_is_a_problem(copy, path):
    with (copy / path).open("a", encoding="utf-8") as file:
        file.write("\nA new program recovers 0.91 [0.88, 0.93].\n")
    found = project.check(copy).problems
    assert len(found) == 3
    assert f"{path}: nothing saved stands behind 0.91" in found[0]


def test_a_number_behind_words_of_its_own_in_a_table_is_a_problem(copy):
    edit(copy, "README.md", page.END, f"| new | 0.91 |\n{page.END}")
    assert "has '| new | 0.91 |'; that was not saved" in "".join(project.check(copy).differences)


def test_quotes_that_went_from_a_page_are_problems(copy):
    edit(copy, "README.md", "Zeroing them costs", "To zero them costs")
    edit(copy, "README.md", "<!-- python -m results: speed -->", "")
    first, second, *more = project.check(copy).problems
    assert "should say once, but says 0 times: 'Zeroing them costs KL" in first
    assert "should have once, but has 0 times: <!-- python -m results: speed -->" in second
    assert more, "the table's numbers have nothing behind them"
