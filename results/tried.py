"""How hard a program was tried: what is kept of a report beyond its rows, and how pages write it.

By KL alone: the best constant and what the program recovers above it, where it stands among wrong
programs of its form, whether its errors add up, whether it is at least as good as the units, and
what came of it in a network of random parameters.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from results.values import Estimate, Number

METRIC = "kl"
UNKNOWN = {"estimate": None, "low": None, "high": None}


def slim(report: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of ``report.json``; empty where the report was not asked for it."""
    if not report.get("above_constant"):
        return {}
    programs = [row for row in report["rows"] if row["kind"] == "program"]
    constant = next(row for row in report["rows"] if row["name"] == "best constant")
    return {
        "program": programs[-1]["recovered"][METRIC],
        "constant": constant["recovered"][METRIC],
        "above": report["above_constant"][METRIC],
        "halfway": report["mixing"].get("0.5", {}).get(METRIC),
        "halves": report["adds_up"].get("halves", {}).get(METRIC),
        "shuffles": [_shuffled(found) for found in report["shuffles"]],
        "equivalent": [
            {key: test[key] for key in ("gap", "low", "high", "allowed", "verdict", "needed")}
            for test in report["equivalence_tests"]
            if test["metric"] == METRIC
        ],
        "untrained": _untrained(report["untrained"]),
    }


def _shuffled(found: Mapping[str, Any]) -> dict[str, Any]:
    metric = found["metrics"][METRIC]
    ordered = sorted(metric["draws"])
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    kept = {key: found[key] for key in ("what", "n", "examples", "enumerated")}
    p = {"estimate": metric["p"], "low": metric["low"], "high": metric["high"]}
    return {**kept, "program": metric["program"], "median": middle, "most": ordered[-1], "p": p}


def _untrained(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"n": found["n"], "above": found["above"].get(METRIC)}


class Shuffled:
    """Where a program stands among wrong programs of its form.

    Attributes:
        n: wrong programs; ``examples`` that they were run on.
        program, median, most: recovered, by it and by them.
        p: with its Monte-Carlo interval.
    """

    def __init__(self, saved: Mapping[str, Any]) -> None:
        names = ("n", "examples", "program", "median", "most")
        for name in names:
            setattr(self, name, Number(saved[name]))
        self.p = Estimate(saved["p"])


class Untrained:
    """Recovered above units at their means, in a network of random parameters."""

    def __init__(self, saved: Mapping[str, Any] | None) -> None:
        self.saved = saved

    def __format__(self, spec: str) -> str:
        if self.saved is None:
            return "-"
        found = self.saved["above"]
        return format(Estimate(found), spec) if found else "nothing found"


class Tried:
    """How hard one program was tried.

    Attributes:
        program, constant, above: recovered by it, by the best constant, and their difference.
        halfway: recovered halfway between natural and artificial values.
        halves: what it loses at all units by what it loses at two halves.
        shuffles: in the order of the report.
        gap: mean loss above the intact network's, in nats; ``verdict`` of equivalence.
        untrained: recovered above units at their means, with random parameters.
    """

    def __init__(self, saved: Mapping[str, Any]) -> None:
        for name in ("program", "constant", "above", "halfway", "halves"):
            setattr(self, name, Estimate(saved[name] or UNKNOWN))
        self.shuffles = [Shuffled(found) for found in saved["shuffles"]]
        test = saved["equivalent"][0] if saved["equivalent"] else None
        self.gap = Estimate({**test, "estimate": test["gap"]} if test else UNKNOWN)
        self.verdict = test["verdict"] if test else "-"
        self.untrained = Untrained(saved["untrained"])


def everything(saved: Sequence[Mapping[str, Any]]) -> dict[str, Tried]:
    """Folder of a report, ``whole`` for the main one -> how hard its program was tried."""
    return {found["where"] or "whole": Tried(found) for found in saved}
