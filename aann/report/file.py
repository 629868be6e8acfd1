"""Reading a report back from its files, with what may have happened to them in between.

``report.json`` must have the fields of a report, with values of their types. ``report.npz`` must
belong to it: the losses of as many rows and examples, with the means that the rows state.
"""

import json
import os
import pathlib
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

import numpy as np

from aann.report.data import Kind
from aann.report.plain import decode

Read = TypeVar("Read")

SAME = 1e-4
"""Relative: means of float32 losses in another order differ by less."""


def read(
    cls: type[Read], path: str | os.PathLike[str], schema: int
) -> tuple[Read, dict[str, np.ndarray]]:
    """An object of ``cls`` (``aann.Report``) and its arrays, which it lacks.

    Args:
        cls: a dataclass with the fields of the JSON and ``arrays``.
        path: the folder, or ``report.json`` in it.
        schema: that this version writes.

    Raises:
        OSError: a file is missing or cannot be read.
        ValueError: a file is truncated or altered, or of another schema: all problems.
    """
    given = pathlib.Path(path).expanduser()
    file = given / "report.json" if given.is_dir() else given
    plain = read_json(file, schema)
    arrays = _read_arrays(file.with_name("report.npz"))
    problems: list[str] = []
    found = decode(cls, plain, "", problems)
    if not problems:
        problems += _strangers(plain, arrays)
    if problems:
        raise ValueError(f"{file} is no report as aann {schema=} writes it:\n" + _lines(problems))
    return found, arrays


def read_json(file: pathlib.Path, schema: int) -> dict[str, Any]:
    """The plain data of a file, without its ``schema``.

    Raises:
        OSError: the file is missing or cannot be read.
        ValueError: it is no JSON object, or of another schema.
    """
    if not file.is_file():
        raise FileNotFoundError(
            f"no report at {file}: pass the folder that an evaluation wrote (--out), or the "
            "report.json in it"
        )
    try:
        plain = json.loads(file.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{file} is truncated or altered: it is not JSON ({error}); run the evaluation again"
        ) from None
    if not isinstance(plain, dict) or plain.get("schema") != schema:
        got = plain.get("schema", "none") if isinstance(plain, dict) else "no object"
        raise ValueError(
            f"{file} has schema {got}, this version of aann reads {schema}: run the evaluation "
            "again with it"
        )
    return {name: value for name, value in plain.items() if name != "schema"}


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of strict JSON")


def _read_arrays(file: pathlib.Path) -> dict[str, np.ndarray]:
    if not file.is_file():
        raise FileNotFoundError(
            f"no {file.name} beside the report in {file.parent}: it holds the losses of the "
            "examples. Copy it there, or run the evaluation again"
        )
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(
            f"{file} is truncated or altered ({error}); run the evaluation again"
        ) from None


def _strangers(plain: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> list[str]:
    """What does not fit between the two files."""
    n, rows = plain["data"].get("n"), plain["rows"]
    names = [row["name"] for row in rows]
    problems = [
        f"{names.count(n)} rows are called {n!r}" for n in sorted({*names}) if names.count(n) > 1
    ]
    problems += [
        f"row {row['name']!r} is of kind {row['kind']!r}: kinds are {', '.join(get_args(Kind))}"
        for row in rows
        if row["kind"] not in get_args(Kind)
    ]
    for name in ("examples/names", "examples/marks"):
        if name in arrays and arrays[name].shape != (n,):
            problems.append(f"report.npz: {name} has shape {arrays[name].shape}, not ({n},)")
    for metric in plain["damage"]:
        losses = arrays.get(f"losses/{metric}")
        if losses is None:
            problems.append(f"report.npz has no losses/{metric}")
        elif losses.shape != (len(rows) + 1, n) or not np.issubdtype(losses.dtype, np.floating):
            problems.append(
                f"report.npz: losses/{metric} is {losses.dtype} of shape {losses.shape}, not "
                f"floating of shape {(len(rows) + 1, n)}: {len(rows)} rows and intact, n examples"
            )
        else:
            problems += _other_means(plain, metric, losses)
    return problems


def _other_means(plain: Mapping[str, Any], metric: str, losses: np.ndarray) -> list[str]:
    """Rows whose mean losses are not those of the JSON."""
    stated = [(row["name"], row["loss"].get(metric)) for row in plain["rows"]]
    stated.append(("intact", plain["intact"].get(metric)))
    means = losses.astype(np.float64).mean(axis=1)
    return [
        f"losses/{metric} of {name!r} have mean {mean:.6g} in report.npz and {said} in report.json"
        for (name, said), mean in zip(stated, means, strict=True)
        if said is None or not abs(mean - said) <= SAME * abs(said) + 1e-12
    ]


def _lines(problems: list[str], most: int = 20) -> str:
    shown = [f"- {problem}" for problem in problems[:most]]
    more = [f"- and {len(problems) - most} more"] if len(problems) > most else []
    return "\n".join(shown + more)
