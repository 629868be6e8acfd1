"""A folder of the user's pictures and their classes, refused unless every picture has one.

The class is a WordNet id (``n02110341``) at the start of the file's name or, failing that, of the
name of the folder that it is in; or it comes from a CSV with the columns ``file`` and ``wnid``.
"""

import collections
import csv
import os
import re
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from zoo.files.checksums import sha256
from zoo.pictures.images import SUFFIXES
from zoo.pictures.synsets import unit_of_wnid

WNID = re.compile(r"n\d{8}(?!\d)")
SHOWN = 50  # problems listed in an error


class Picture(NamedTuple):
    """One picture.

    Attributes:
        name: its path relative to the folder, with forward slashes.
        unit: the output unit of its class.
        digest: hex SHA-256 of the file.
    """

    name: str
    unit: int
    digest: str


def labelled_pictures(path: Path, table: Path | None) -> list[Picture]:
    """The pictures below ``path``, sorted by name.

    With a table the pictures are those that it lists; others in the folder are problems, too.

    Raises:
        ValueError: see the module; all problems are listed.
    """
    if not path.is_dir():
        raise ValueError(f"expected a folder of pictures at {str(path)!r}, found none")
    names = _pictures(path)
    problems: list[str] = []
    if not names:
        problems.append(f"no pictures (files ending in {', '.join(sorted(SUFFIXES))})")
    wnids = _from_names(names, problems) if table is None else _from_table(path, table, problems)
    if table is not None:
        problems += [f"{name}: has no row in {table}" for name in names if name not in wnids]
    units = unit_of_wnid()
    problems += [
        f"{name}: {wnid!r} is not the WordNet id of an ImageNet class"
        for name, wnid in wnids.items()
        if wnid not in units
    ]
    digests = _digests(path, wnids)
    problems += _same_content(digests)
    if problems:
        more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        raise ValueError(
            f"{path}: {len(problems)} problem(s):\n  " + "\n  ".join(problems[:SHOWN] + more)
        )
    return [Picture(name, units[wnids[name]], digests[name]) for name in sorted(wnids)]


def _pictures(path: Path) -> list[str]:
    """Names of all pictures below ``path``, hidden files and folders left out."""
    found = (file.relative_to(path) for file in path.rglob("*") if file.is_file())
    return sorted(
        file.as_posix()
        for file in found
        if file.suffix.lower() in SUFFIXES and not any(p.startswith(".") for p in file.parts)
    )


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


def _from_table(path: Path, table: Path, problems: list[str]) -> dict[str, str]:
    rows = _rows(table)
    files = [Path(os.path.normpath(file)).as_posix() for file, _ in rows]
    for file, count in collections.Counter(files).items():
        if count > 1:
            problems.append(f"{file}: has {count} rows in {table}")
    for file in dict.fromkeys(files):
        if not (path / file).is_file():
            problems.append(f"{file}: in {table}, but there is no such file in {path}")
        elif not (path / file).resolve().is_relative_to(path.resolve()):
            problems.append(f"{file}: in {table}, but outside {path}")
    return {file: wnid for file, (_, wnid) in zip(files, rows, strict=True)}


def _digests(path: Path, names: Collection[str]) -> dict[str, str]:
    """SHA-256 of the files that exist."""
    there = [name for name in names if (path / name).is_file()]
    with ThreadPoolExecutor() as pool:
        return dict(zip(there, pool.map(lambda name: sha256(path / name), there), strict=True))


def _same_content(digests: Mapping[str, str]) -> list[str]:
    """A copy of a picture is no second observation: it would make intervals too narrow."""
    groups = collections.defaultdict(list)
    for name, digest in digests.items():
        groups[digest].append(name)
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
