"""The pages and pictures of this project, and whether they say what was saved."""

import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from results import derived, loose, page, pictures, runs, views
from results.page import Checked, Page
from results.quotes import circuits, docs, readme

ROOT = pathlib.Path(__file__).parent.parent

PAGES = (readme.PAGE, circuits.PAGE, *docs.PAGES)
KNOWN: Mapping[str, Mapping[str, str]] = {
    readme.PAGE.path: readme.KNOWN,
    circuits.PAGE.path: circuits.KNOWN,
    **docs.KNOWN,
}
"""Path -> phrase of the page whose numbers nothing saved stands behind -> where they are from."""


class Found(NamedTuple):
    """What is wrong with pages and pictures.

    Attributes:
        differences: what ``write`` puts right.
        problems: what it does not.
    """

    differences: list[str]
    problems: list[str]


def results() -> dict[str, Any]:
    """All that templates look up in.

    Raises:
        FileNotFoundError: nothing was saved of a run.
        ValueError: what was saved lacks what pages quote.
    """
    saved = views.everything()
    try:
        return saved | derived.everything(saved)
    except (AttributeError, LookupError) as error:
        raise ValueError(f"results/derived.py finds no {error} in what was saved") from error


def check(root: pathlib.Path = ROOT) -> Found:
    """Compare pages and pictures with the saved results.

    Raises:
        OSError: a page is missing.
        ValueError: a template names what was not saved.
    """
    differences: list[str] = []
    problems: list[str] = []
    checked = checked_pages(root)
    for path in sorted({*checked, *_markdown(root)}):
        text = checked[path].text if path in checked else _read(root / path)
        known = KNOWN.get(path, {})
        made = checked[path].made if path in checked else []
        if path in checked:
            differences += checked[path].differences
            problems += checked[path].problems
        problems += [
            f"{path}: nothing saved stands behind {number}: quote it in results/quotes/"
            for number in loose.numbers(text, made, tuple(known))
        ]
        problems += [
            f"{path} does not say {p!r}, which is known" for p in loose.unused(text, known)
        ]
    differences += [
        f"{path} is drawn from other results than those that are saved"
        for path, picture in pictures.PICTURES.items()
        if pictures.stale(root / path, picture)
    ]
    return Found(differences, problems)


def write(root: pathlib.Path = ROOT) -> list[str]:
    """Rewrite pages and pictures that differ; returns their paths.

    Raises:
        OSError: one cannot be written.
        ValueError: a template names what was not saved.
    """
    written = []
    for path, checked in checked_pages(root).items():
        if checked.text != _read(root / path):
            (root / path).write_text(checked.text, encoding="utf-8")
            written.append(path)
    for path, picture in pictures.PICTURES.items():
        if pictures.stale(root / path, picture):
            pictures.write(root / path, picture)
            written.append(path)
    return written


def checked_pages(root: pathlib.Path = ROOT, pages: tuple[Page, ...] = PAGES) -> dict[str, Checked]:
    """Path -> what came of comparing the page.

    Raises:
        OSError: a page is missing.
        ValueError: a template names what was not saved.
    """
    known = results()
    return {one.path: page.check(one, _read(root / one.path), known) for one in pages}


def copied() -> list[str]:
    """Saved runs whose numbers were typed in, not taken from a run, and what to run."""
    return [runs.remake(name) for name in runs.RUNS if "copied" in runs.load(name)]


def _markdown(root: pathlib.Path) -> list[str]:
    found = [root / "README.md", root / "circuits" / "README.md", *(root / "docs").rglob("*.md")]
    return [path.relative_to(root).as_posix() for path in found]


def _read(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8")
