"""A folder of the user's pictures and their classes, refused unless every picture has one.

Every file is taken for a picture, whatever its name ends in, but for notes (``tree.NOTES``), which
are left out and named. What cannot be read is a problem, and so are two files of the same pixels.

The class is a WordNet id (``n02110341``) at the start of the file's name or, failing that, of the
name of the folder that it is in; or it comes from a CSV with the columns ``file`` and ``wnid``.
"""

import collections
import csv
import dataclasses
import io
import os
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple

from zoo.files.checksums import sha256
from zoo.pictures.images import Pictures
from zoo.pictures.synsets import unit_of_wnid
from zoo.pictures.tree import tree

WNID = re.compile(r"n\d{8}(?!\d)")
SHOWN = 50  # problems listed in an error


class Found(NamedTuple):
    """The pictures of a folder, sorted by name.

    Attributes:
        names: paths relative to the folder, with forward slashes.
        units: the output units of their classes.
        digests: hex SHA-256 of the files.
        load: their pixels by index.
        notes: files that are none: they are left out.
    """

    names: tuple[str, ...]
    units: list[int]
    digests: tuple[str, ...]
    load: Pictures
    notes: list[str]


@dataclasses.dataclass(frozen=True)
class _File:
    """A picture that goes by its name within the folder."""

    path: Path
    name: str

    def open(self, mode: Literal["rb"], /) -> io.BufferedReader:
        return self.path.open(mode)

    def __str__(self) -> str:
        return self.name


def labelled_pictures(path: Path, table: Path | None, megapixels: float) -> Found:
    """The pictures below ``path``. Each is read once.

    With a table the pictures are those that it lists; others in the folder are problems, too.

    Args:
        path: the folder.
        table: CSV with columns ``file`` and ``wnid``, or None.
        megapixels: that a picture may have.

    Raises:
        ValueError: see the module; all problems are listed.
    """
    if not path.is_dir():
        raise ValueError(f"expected a folder of pictures at {str(path)!r}, found none")
    names, notes, problems = tree(path)
    if table is not None:
        notes = [name for name in notes if (path / name).resolve() != table.resolve()]
    if not names:
        problems.append("no pictures")
    if table is None:
        wnids = _from_names(names, problems)
    else:
        wnids = _from_table(path, table, names, problems)
        problems += [f"{name}: has no row in {table}" for name in names if name not in wnids]
    units = unit_of_wnid()
    problems += [
        f"{name}: {wnid!r} is not the WordNet id of an ImageNet class"
        for name, wnid in wnids.items()
        if wnid not in units
    ]
    names = [name for name in names if table is None or name in wnids]
    load = Pictures([_File(path / name, name) for name in names], megapixels=megapixels)
    pixels, unread = load.examine()
    problems += [*unread.values(), *_same(names, pixels)]
    if problems:
        more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        raise ValueError(
            f"{path}: {len(problems)} problem(s):\n  " + "\n  ".join(problems[:SHOWN] + more)
        )
    with ThreadPoolExecutor() as pool:
        digests = tuple(pool.map(lambda name: sha256(path / name), names))
    return Found(tuple(names), [units[wnids[name]] for name in names], digests, load, notes)


def _from_names(names: list[str], problems: list[str]) -> dict[str, str]:
    wnids = {}
    for name in names:
        file = Path(name)
        match = WNID.match(file.name) or WNID.match(file.parent.name)
        if match:
            wnids[name] = match.group()
        else:
            problems.append(
                f"{name}: no WordNet id (like n02110341) at the start of its name or its folder's; "
                "rename it or pass a CSV with the columns file and wnid"
            )
    return wnids


def _from_table(path: Path, table: Path, names: list[str], problems: list[str]) -> dict[str, str]:
    rows = _rows(table)
    files = [Path(os.path.normpath(file)).as_posix() for file, _ in rows]
    for file, count in collections.Counter(files).items():
        if count > 1:
            problems.append(f"{file}: has {count} rows in {table}")
    for file in dict.fromkeys(files):
        if Path(file).is_absolute() or file.startswith("../"):
            problems.append(f"{file}: in {table}, but outside {path}")
        elif not (path / file).is_file():
            problems.append(f"{file}: in {table}, but there is no such file in {path}")
        elif file not in names:
            problems.append(f"{file}: in {table}, but hidden, a note or spelt otherwise in {path}")
    return {file: wnid for file, (_, wnid) in zip(files, rows, strict=True)}


def _same(names: list[str], pixels: Mapping[int, str]) -> list[str]:
    """A copy of a picture is no second observation: it would make intervals too narrow."""
    groups = collections.defaultdict(list)
    for i in pixels:
        groups[pixels[i]].append(names[i])
    return [
        f"{', '.join(group)}: the same picture; keep one of them"
        for group in groups.values()
        if len(group) > 1
    ]


def _rows(table: Path) -> list[tuple[str, str]]:
    """The columns ``file`` and ``wnid``, whatever others there are."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or ()
            if not {"file", "wnid"} <= set(columns):
                raise ValueError(f"expected the columns file and wnid, found {list(columns)}")
            rows = [((row["file"] or "").strip(), (row["wnid"] or "").strip()) for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ValueError(f"the table {table} cannot be used: {reason}") from error
    return rows
