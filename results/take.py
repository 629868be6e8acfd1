"""Taking in what a run wrote: a folder of an evaluation, or the file of a benchmark's ``--save``.

What pages quote and ``recount`` needs is kept, and where it is from: rows with constants, bits, the
values of declared constants, recovered by KL and cross-entropy, correlations; data, seed, versions,
hash of the weights. Left out are arrays, sources of programs and other metrics.
"""

import json
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from evals.curves_from_3a.read_out import correlations
from results import runs, tried

METRICS = ("kl", "nll")
HEAD = ("eval", "model", "site", "units", "data", "seed", "versions", "weights", "natural")
ROW = ("name", "kind", "constants", "bits", "correlation", "values")
MORE = ("challenge", "labels")
"""Tables that an evaluation writes beside that of all networks: files of these names."""
WITHOUT_VALUES = ("eis_vii_mnist", "eis_vii_transformer")
"""Runs whose programs know hundreds of numbers, which nothing counts again."""
DIGITS = 9
"""Significant digits of what was measured: enough for any rounding of it on a page."""


def take(path: pathlib.Path) -> tuple[str, dict[str, Any]]:
    """Name of the run, and what is kept of it.

    Args:
        path: what an evaluation wrote into (``--out``), or a benchmark (``--save``).

    Raises:
        OSError: there is nothing, or it cannot be read.
        ValueError: a file is no result, or of a run that no page quotes.
    """
    path = path.expanduser()
    if path.is_file():
        return _benchmark(path)
    for file, read in READERS.items():
        if (path / file).is_file():
            try:
                return read(path)
            except KeyError as error:
                raise ValueError(f"{path} has no {error}: run the evaluation again") from None
    raise FileNotFoundError(
        f"no results at {path}: pass a folder with {', '.join(READERS)}, or a benchmark's file"
    )


def write(name: str, kept: Mapping[str, Any]) -> pathlib.Path:
    """Save what is kept of a run; returns the file."""
    runs.SAVED.mkdir(exist_ok=True)
    path = runs.SAVED / f"{name}.json"
    half = path.with_suffix(".partial")
    half.write_text(f"{pretty(kept)}\n", encoding="utf-8")
    half.replace(path)
    return path


def pretty(value: Any, depth: int = 0) -> str:
    """JSON with a line for each row, so that a changed row is a changed line."""
    pad, end = " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, Mapping) and depth < 3:
        lines = [f"{pad}{json.dumps(k)}: {pretty(v, depth + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(lines) + end + "}"
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        lines = [pad + json.dumps(x, allow_nan=False) for x in value]
        return "[\n" + ",\n".join(lines) + end + "]"
    return json.dumps(value, allow_nan=False)


def _reports(folder: pathlib.Path) -> tuple[str, dict[str, Any]]:
    whole = _json(folder / "report.json")
    name = _named(folder, whole)
    _check_same(name, whole)
    parts = sorted(p.parent for p in folder.glob("*/report.json"))
    reports = {"": _slim(whole, folder)}
    hard = _tried(folder, whole, parts)
    table = folder / "seeds.json"
    if table.is_file():  # it has the parts' rows, of all networks
        found = _json(table)
        rows = [_table_row(row) for row in found["rows"]]
        whole_rows = [] if "values" in rows[0] else reports[""]["rows"]  # the table has them
        reports[""]["rows"] = [
            row | {"correlation": _mean(row["correlation"])} for row in whole_rows
        ]
        more = {"notes": found["notes"]} if "notes" in found else {}
        more |= {
            key: rounded(_json(folder / f"{key}.json"))
            for key in MORE
            if (folder / f"{key}.json").is_file()
        }
        if name in WITHOUT_VALUES:
            for row in [*rows, *reports[""]["rows"]]:
                row.pop("values", None)
        return name, _head(name) | {"reports": reports, **more, "table": rows, **hard}
    reports |= {part.name: _slim(_json(part / "report.json"), part) for part in parts}
    return name, _head(name) | {"reports": reports, **hard}


def _tried(
    folder: pathlib.Path, whole: Mapping[str, Any], parts: Sequence[pathlib.Path]
) -> dict[str, Any]:
    """How hard the programs of all reports of a run were tried, if they were."""
    found = [("", whole), *((part.name, _json(part / "report.json")) for part in parts)]
    kept = [{"where": where, **slim} for where, report in found if (slim := tried.slim(report))]
    return {"tried": rounded(kept)} if kept else {}


def _named(path: pathlib.Path, found: Mapping[str, Any]) -> str:
    """Name of the run that a file says it is of."""
    if not isinstance(found.get("command"), str):
        raise ValueError(f"{path} does not say which command wrote it: run the command again")
    return runs.name_of(found["command"])


def _check_same(name: str, report: Mapping[str, Any]) -> None:
    """Refuse a report on something else than what pages quote under that name."""
    if not (runs.SAVED / f"{name}.json").is_file():
        return
    before = runs.load(name)["reports"][""]
    if other := [key for key in ("model", "site") if report[key] != before[key]]:
        raise ValueError(
            f"{name} is quoted for "
            + ", ".join(f"{key} {before[key]!r}, this is for {report[key]!r}" for key in other)
        )


def _slim(report: Mapping[str, Any], folder: pathlib.Path) -> dict[str, Any]:
    kept = {key: report[key] for key in HEAD}
    kept["damage"] = {m: report["damage"][m] for m in METRICS}
    if report.get("precision"):
        kept["precision"] = report["precision"]
    if extra := _extra(folder):
        kept["extra"] = extra
    kept["rows"] = [
        {**{key: row[key] for key in ROW}, "recovered": {m: row["recovered"][m] for m in METRICS}}
        for row in report["rows"]
    ]
    made: dict[str, Any] = rounded(kept)
    return made


def _extra(folder: pathlib.Path) -> dict[str, Any]:
    """How well the weights of a program that reads a layer are those of the network."""
    with np.load(folder / "report.npz") as arrays:
        if "read_out_units" not in arrays.files:
            return {}
        units = arrays["read_out_units"].tolist()
        found = correlations(arrays).tolist()
    return {"read_out": dict(zip(map(str, units), found, strict=True))}


def _table_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Without what no page quotes; and without bits where the constants are not known."""
    left_out = {"lead", "damage", "r2"} | (set() if "values" in row else {"bits"})
    kept: dict[str, Any] = rounded({k: v for k, v in row.items() if k not in left_out})
    return kept


def _mean(values: Sequence[float | None]) -> float | None:
    known = [x for x in values if x is not None]
    return sum(known) / len(known) if len(known) == len(values) else None


def _pareto(folder: pathlib.Path) -> tuple[str, dict[str, Any]]:
    found = _json(folder / "pareto.json")
    name = _named(folder, found)
    del found["command"]
    return name, _head(name) | {"pareto": rounded(found)}


def _comparison(folder: pathlib.Path) -> tuple[str, dict[str, Any]]:
    found = _json(folder / "comparison.json")
    for side in ("first", "second"):
        if runs.name_of(found[side]["command"]) != "curve_detectors":
            raise ValueError(
                f"{folder}: pages quote the comparison of {runs.CURVES} with itself, got "
                f"{found[side]['command']!r}"
            )
        del found[side]["command"]
    return "compare", _head("compare") | {"comparison": rounded(found)}


def _scrubs(folder: pathlib.Path) -> tuple[str, dict[str, Any]]:
    found = _json(folder / "scrubs.json")
    name = _named(folder, found)
    groups = {group: _slim_scrub(x) for group, x in found["scrubs"].items()}
    return name, _head(name) | {"scrubs": rounded(groups)}


def _slim_scrub(found: Mapping[str, Any]) -> dict[str, Any]:
    """Without losses and what is not by KL."""
    kept = {key: found[key] for key in ("model", "data", "scrubs", "seed", "weights", "versions")}
    by_kl = ("recovered", "against_random", "over_scrubs", "recovered_tested")
    rows = [
        {key: row[key] for key in ("name", "where", "same", "rest", "kept", "stand_ins", "tested")}
        | {key: row[key].get("kl") for key in by_kl}
        for row in found["rows"]
    ]
    return kept | {"rows": rows}


def _benchmark(path: pathlib.Path) -> tuple[str, dict[str, Any]]:
    found = _json(path)
    numbers = found.get("benchmark")
    if not isinstance(numbers, dict) or not all(
        isinstance(x, int | float) for x in numbers.values()
    ):
        raise ValueError(f"{path} is no file of a benchmark's --save")
    name = _named(path, found)
    return name, found | _head(name)


READERS: Mapping[str, Callable[[pathlib.Path], tuple[str, dict[str, Any]]]] = {
    "scrubs.json": _scrubs, "report.json": _reports, "pareto.json": _pareto,
    "comparison.json": _comparison,
}  # fmt: skip


def _head(name: str) -> dict[str, Any]:
    return {"command": runs.RUNS[name]}


def rounded(value: Any) -> Any:
    """The same with measured floats to ``DIGITS`` digits; values of constants stay as they are."""
    if isinstance(value, Mapping):
        return {k: v if k in ("values", "bits") else rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(x) for x in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _json(path: pathlib.Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no JSON ({error}); run the command again") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds no results")
    return found
