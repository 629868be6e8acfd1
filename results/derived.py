"""Numbers that pages quote and that no single saved row has: the worst unit, a median, a range."""

import json
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from results.values import Number, Row, Several
from results.views import SHOWN, Report, Run, Table

WEIGHTS = pathlib.Path(__file__).parent.parent / "zoo" / "weights"
TEN = 10
"""Units of the default runs; those of a larger family come after them."""


def everything(results: Mapping[str, Any]) -> dict[str, Any]:
    """``derived[NAME]`` and ``weights[NETWORK]`` of templates.

    Args:
        results: all saved runs.
    """
    found = _curves(results) | _read_out(results) | _early(results) | _transformers(results)
    return {"derived": found, "weights": _Weights()}


def _curves(results: Mapping[str, Any]) -> dict[str, Any]:
    detectors, below = results["curve_detectors"], results["curves_from_3a"]
    values = below["curves_from_3a"].saved["values"]
    curves, lines = (len(values[f"{kind}_channels"]) for kind in ("curve", "line"))
    return {
        "best control": Number(max(_kl(row) for row in _controls(detectors))),
        "early curves": Number(curves),
        "lines": Number(lines),
        "read units": Number(curves + lines),
        "constants of read units": Number(3 * (curves + lines)),
        "next in rank": Several(results["curves_from_3a_16"].units.values[TEN:]),
        **_worst("worst from below", below["curves_from_3a"], 4),
        **_worst("worst of sixteen", results["curves_from_3a_16"]["curves_from_3a"], 2),
    }


def _read_out(results: Mapping[str, Any]) -> dict[str, Any]:
    below: Run = results["curves_from_3a"]
    found: dict[str, float] = below.extra["read_out"]
    order = sorted(found, key=lambda unit: found[unit])
    turns = _turns(below)
    return {
        "read-out, least": Number(found[order[0]]),
        "read-out, least unit": Number(int(order[0])),
        "read-out, most": Number(found[order[-1]]),
        "read-out, most unit": Number(int(order[-1])),
        "read-out, mean": Number(float(np.mean(list(found.values())))),
        "read-out, next": Several([found[unit] for unit in order[1:4]]),
        "read-out, next units": Several([int(unit) for unit in order[1:4]]),
        "turn of early curves": Number(turns["curve_direction"]),
        "turn of lines": Number(turns["line_normal"]),
    }


def _turns(below: Run) -> dict[str, float]:
    """Median degrees by which the fit turns what was measured; a half turn is none for a line."""
    fitted, measured = (
        below[name].saved["values"] for name in ("curves_from_3a", "directions as measured")
    )
    turns = {}
    for angle, full in (("curve_direction", 360), ("line_normal", 180)):
        apart = np.abs(np.subtract(fitted[angle], measured[angle])) % full
        turns[angle] = float(np.median(np.minimum(apart, full - apart)))
    return turns


def _early(results: Mapping[str, Any]) -> dict[str, Any]:
    return _worst("worst early", results["curves_from_3a"].early_curves["early_curves"], 5)


def _transformers(results: Mapping[str, Any]) -> dict[str, Any]:
    addition: Table = results["modular_addition"]
    shown = [
        row
        for name in (*SHOWN, "memorised")
        for circuit, row in addition.networks[name].rows.items()
        if circuit in ADDITION
    ]
    (each,) = {
        round(row.saved["constants"] / row.saved["units"])
        for row in shown
        if row.saved["circuit"] == "neurons"
    }
    copied = [
        row.correlation.value
        for network in results["max_of_k"].networks.values()
        for name, row in network.rows.items()
        if "copying" in name and row.saved["kind"] == "program" and row.correlation.value
    ]
    heads = {
        f"heads of {name}": _Words(_heads(network[BOTH].saved["units"]))
        for name, network in results["induction"].networks.items()
    }
    return {
        "apart from all pairs": Number(
            max(abs(_kl(row) - row.saved["exhaustive"]["kl"]) for row in shown)
        ),
        "constants a neuron": Number(each),
        "correlation of copied logits": Several(copied),
        **heads,
    }


ADDITION = (
    "neurons", "all neurons", "mlp", "attention", "mean attention", "blended attention", "network",
)  # fmt: skip
"""Programs with a line in the table of networks that add."""

BOTH = "previous token + prefix matching"
HEADS = 4


class _Words(str):
    """Text in the place of a number."""

    __slots__ = ()


class _Weights:
    """What the logs of shipped networks say of their end: ``weights[NETWORK].test_loss``."""

    def __getitem__(self, name: str) -> "_Log":
        """The log of this network.

        Raises:
            KeyError: there is none.
        """
        path = WEIGHTS / f"{name}.json"
        if not path.is_file():
            raise KeyError(f"no {path}")
        return _Log(json.loads(path.read_text(encoding="utf-8"))["final"])


class _Log:
    def __init__(self, final: Mapping[str, float]) -> None:
        self.final = final

    def __getattr__(self, name: str) -> Number:
        if name in self.__dict__.get("final", {}):
            return Number(self.final[name])
        raise AttributeError(f"no {name!r}")


def _heads(units: str) -> str:
    """``2, 3 / all`` for ``blocks.0: 2, 3; blocks.1: 0, 1, 2, 3``."""
    blocks = [block.partition(": ")[2] for block in units.split("; ")]
    return " / ".join("all" if len(b.split(", ")) == HEADS else b for b in blocks)


def _worst(name: str, row: Row, count: int) -> dict[str, Any]:
    """The units of least correlation, in the order of their numbers, and the correlations."""
    known = {unit: x.value for unit, x in row.unit.items() if x.value is not None}
    units = sorted(sorted(known, key=lambda unit: known[unit])[:count], key=int)
    return {
        f"{name}, units": Several([int(unit) for unit in units]),
        name: Several([known[unit] for unit in units]),
    }


def _controls(report: Report) -> list[Row]:
    return [row for row in report.rows.values() if row.saved["kind"] == "control"]


def _kl(row: Row) -> float:
    return float(row.saved["recovered"]["kl"]["estimate"])
