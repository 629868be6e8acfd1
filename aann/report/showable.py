"""What a report must have beyond the types of its fields, so that every rendering can show it."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from aann.report.data import ReportData
from aann.report.estimate import Estimate
from aann.report.plain import decode
from aann.shown.brief import word

_HALF: Final = {"name": str, "split": str, "n": int, "hash": str}
_NATURAL: Final = ("constants", "bits", "flops")
_AGREEMENT: Final = ("correlation_interval", "r2_interval", "robust_correlation", "residual_bits")


def unshowable(report: ReportData) -> list[str]:
    """What is wrong with a report that was decoded from its fields' types alone."""
    problems = _half(report.data, "data")
    if report.data.get("design"):
        problems += _half(report.data["design"], "data.design")
    if not report.metrics:
        problems.append(f"damage has none of the known metrics: {word(list(report.damage))}")
    problems += [f"no {name!r} in natural" for name in _NATURAL if name not in report.natural]
    for metric in report.metrics:
        if metric not in report.intact:
            problems.append(f"no {metric!r} in intact")
        for i, row in enumerate(report.rows):
            if metric not in row.recovered:
                problems.append(f"no {metric!r} in rows[{i}].recovered")
            elif not _is_whole(row.recovered[metric]):
                problems.append(f"rows[{i}].recovered.{metric} has some of its numbers, not all")
    for i, row in enumerate(report.rows):
        problems += [
            f"rows[{i}].{name} has some of its numbers, not all"
            for name in _AGREEMENT
            if (found := getattr(row, name)) is not None and not _is_whole(found)
        ]
    for name, constant in report.constants.items():
        problems += _constant(constant, f"constants.{word(name)}")
    return problems + _beyond(report) + _precision(report)


def _half(half: Any, where: str) -> list[str]:
    if not isinstance(half, Mapping):
        return [f"{where} is {word(half)}, not an object"]
    found = {name: half.get(name) for name in _HALF}
    problems = [
        f"{where}.{name} is {word(value)}, not {_HALF[name].__name__}"
        for name, value in found.items()
        if not isinstance(value, _HALF[name]) or isinstance(value, bool)
    ]
    if not problems and not 1 <= half["n"] < 2**63:
        problems.append(f"{where}.n is {word(half['n'])}, not a number of examples")
    return problems


def _is_whole(estimate: Estimate) -> bool:
    numbers = (estimate.estimate, estimate.low, estimate.high)
    return all(x is None for x in numbers) or all(x is not None for x in numbers)


def _constant(constant: Mapping[str, Any], where: str) -> list[str]:
    problems = [
        f"{where}.{name} is {word(constant.get(name))}, not str"
        for name in ("origin", "note")
        if not isinstance(constant.get(name), str)
    ]
    try:
        value = np.asarray(constant.get("value"))
        numbers = value.dtype.kind in "iuf" and value.size > 0
    except ValueError:
        numbers = False
    if not numbers:
        problems.append(f"{where}.value is {word(constant.get('value'))}, not numbers")
    return problems


def _beyond(report: ReportData) -> list[str]:
    """Of what is shown after the ladder."""
    problems = []
    estimates = {f"mixing.{word(n)}": x for n, x in report.mixing.items()}
    estimates |= {f"adds_up.{word(n)}": x for n, x in report.adds_up.items()}
    estimates |= {f"subsets[{i}].recovered": s.recovered for i, s in enumerate(report.subsets)}
    if report.above_constant:
        estimates["above_constant"] = report.above_constant
    for where, found in estimates.items():
        for metric in report.metrics:
            if metric not in found:
                problems.append(f"no {metric!r} in {where}")
            elif not _is_whole(found[metric]):
                problems.append(f"{where}.{metric} has some of its numbers, not all")
    problems += [
        f"mixing has a share {word(name)}, which is no number from 0 to 1"
        for name in report.mixing
        if not _is_share(name)
    ]
    if report.mixing and not {"0", "1"} <= set(report.mixing):
        problems.append("mixing lacks its ends, shares 0 and 1")
    for i, subset in enumerate(report.subsets):
        problems += [
            f"no {metric!r} in subsets[{i}].damage"
            for metric in report.metrics
            if metric not in subset.damage
        ]
        if any(not 0 <= unit < len(report.units) for unit in subset.units) or not subset.units:
            problems.append(f"subsets[{i}].units are no places of the report's units")
        if subset.kind not in ("half", "alone"):
            problems.append(f"subsets[{i}].kind is {word(subset.kind)}, not half or alone")
    return problems


def _is_share(name: str) -> bool:
    try:
        return 0 <= float(name) <= 1
    except ValueError:
        return False


def _precision(report: ReportData) -> list[str]:
    if report.precision is None:
        return []
    moved = report.precision.get("moved")
    found = moved if isinstance(moved, Mapping) else {}
    problems = [
        f"precision.moved has no estimate of {metric!r} with its interval"
        for metric in report.metrics
        if not _is_moved(found.get(metric))
    ]
    decode(int, report.precision.get("n"), "precision.n", problems)
    return problems


def _is_moved(found: Any) -> bool:
    if not isinstance(found, Mapping) or "estimate" not in found:
        return False
    shown = [found.get(name) for name in ("estimate", "low", "high")]
    return shown[0] is None or all(isinstance(x, float) for x in shown)
