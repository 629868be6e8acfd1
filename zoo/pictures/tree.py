"""Every file below a folder, sorted into what may be a picture, notes, and what cannot be read.

Nothing is left out without a word, but for hidden files and folders (``.DS_Store``) and the litter
of other systems (``Thumbs.db``, ``desktop.ini``, ``__MACOSX``). Links are followed.
"""

import os
from pathlib import Path
from typing import NamedTuple

NOTES = frozenset({".txt", ".md", ".csv", ".tsv", ".json", ".xml", ".yaml", ".yml", ".html"})
"""Endings of files that say something about pictures and are none."""

LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


class Tree(NamedTuple):
    """The files below a folder, by their names relative to it, with forward slashes.

    Attributes:
        names: of all that may be pictures, sorted.
        notes: names of notes, sorted.
        problems: what cannot be read, and why.
    """

    names: list[str]
    notes: list[str]
    problems: list[str]


def tree(root: Path) -> Tree:
    """All files below a folder."""
    found = Tree([], [], [])
    seen: dict[str, str] = {}

    def unreadable(error: OSError) -> None:
        found.problems.append(f"{_relative(error.filename, root)}: {error.strerror}")

    for folder, folders, files in os.walk(root, followlinks=True, onerror=unreadable):
        here, real = _relative(folder, root), os.path.realpath(folder)
        if real in seen:
            found.problems.append(f"{here}: a link to the same folder as {seen[real]}")
            folders.clear()
            continue
        seen[real] = here
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in files:
            if not _hidden(name):
                _sort_in(Path(folder) / name, root, found)
    found.names.sort()
    found.notes.sort()
    return found


def _sort_in(file: Path, root: Path, found: Tree) -> None:
    name = file.relative_to(root).as_posix()
    told = name.encode(errors="backslashreplace").decode()
    if not file.is_file():
        dead = file.is_symlink() and not file.exists()
        what = "a link that leads nowhere" if dead else "no regular file"
        found.problems.append(f"{told}: {what}")
    elif told != name:
        found.problems.append(f"{told}: its name is no UTF-8; rename it")
    elif file.suffix.lower() in NOTES:
        found.notes.append(name)
    else:
        found.names.append(name)


def _hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in LITTER


def _relative(path: str, root: Path) -> str:
    return Path(path).relative_to(root).as_posix().encode(errors="backslashreplace").decode()
