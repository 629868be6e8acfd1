"""Reading a report back from its files, with what may have happened to them in between.

``report.json`` must have the fields of a report, with values of their types. ``report.npz`` must
belong to it: the losses of as many rows and examples, with the means that the rows state.
"""

import collections
import os
import pathlib
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

import numpy as np

from aann.report import arrays_file, strict
from aann.report.data import Kind
from aann.report.folder import place
from aann.report.plain import decode
from aann.report.showable import unshowable
from aann.shown.brief import clip, listed, word

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
    found: Any = decode(cls, plain, "", problems)
    if not problems:
        problems += unshowable(found)
    if not problems:
        problems += _strangers(plain, arrays)
    if problems:
        lines = listed(problems, mark="- ")
        raise ValueError(f"{file} is no report as aann {schema=} writes it:\n{lines}")
    return found, arrays


def read_json(file: pathlib.Path, schema: int) -> dict[str, Any]:
    """The plain data of a file, without its ``schema``.

    Raises:
        OSError: the file is missing or cannot be read.
        ValueError: it is no JSON object, or of another schema.
    """
    stored = place(file)
    if not stored.is_file():
        raise FileNotFoundError(
            f"no report at {file}: pass the folder that an evaluation wrote (--out), or the "
            "report.json in it"
        )
    try:
        plain = strict.parse(stored.read_bytes())
    except ValueError as error:
        said = clip(str(error), 200)
        raise ValueError(
            f"{file} is truncated or altered: it is not JSON ({said}); run the evaluation again"
        ) from None
    if not isinstance(plain, dict) or plain.get("schema") != schema:
        got = word(plain.get("schema")) if isinstance(plain, dict) else "no object"
        raise ValueError(
            f"{file} has schema {got}, this version of aann reads {schema}: run the evaluation "
            "again with it"
        )
    del plain["schema"]
    return plain


def _read_arrays(file: pathlib.Path) -> dict[str, np.ndarray]:
    stored = place(file)
    if not stored.is_file():
        raise FileNotFoundError(
            f"no {file.name} beside the report in {file.parent}: it holds the losses of the "
            "examples. Copy it there, or run the evaluation again"
        )
    return arrays_file.read(stored)


def _strangers(plain: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> list[str]:
    """What does not fit between the two files."""
    n, rows = plain["data"].get("n"), plain["rows"]
    names = collections.Counter(row["name"] for row in rows)
    problems = [f"{count} rows are called {word(n)}" for n, count in names.items() if count > 1]
    problems += [
        f"row {word(row['name'])} is of kind {word(row['kind'])}: kinds are "
        f"{', '.join(get_args(Kind))}"
        for row in rows
        if row["kind"] not in get_args(Kind)
    ]
    for name in ("examples/names", "examples/marks"):
        if name in arrays and arrays[name].shape != (n,):
            problems.append(f"report.npz: {name} has shape {word(arrays[name].shape)}, not ({n},)")
    for metric in plain["damage"]:
        losses = arrays.get(f"losses/{metric}")
        if losses is None:
            problems.append(f"report.npz has no losses/{clip(metric, 40)}")
        elif losses.shape != (len(rows) + 1, n) or not np.issubdtype(losses.dtype, np.floating):
            problems.append(
                f"report.npz: losses/{clip(metric, 40)} is {word(losses)}, not "
                f"floating of shape {(len(rows) + 1, n)}: {len(rows)} rows and intact, n examples"
            )
        else:
            problems += _other_means(plain, metric, losses)
    return problems


def _other_means(plain: Mapping[str, Any], metric: str, losses: np.ndarray) -> list[str]:
    """Rows whose mean losses are not those of the JSON."""
    stated = [(row["name"], row["loss"].get(metric)) for row in plain["rows"]]
    stated.append(("intact", plain["intact"].get(metric)))
    with np.errstate(all="ignore"):  # where there is an overflow the means differ
        means = losses.astype(np.float64).mean(axis=1).tolist()
    return [
        f"losses/{clip(metric, 40)} of {word(name)} have mean {mean:.6g} in report.npz and {said} "
        "in report.json"
        for (name, said), mean in zip(stated, means, strict=True)
        if said is None or not abs(mean - said) <= SAME * abs(said) + 1e-12
    ]
