"""Saved numbers as templates write them: ``{curve_detectors[curves].kl:2}`` is 0.87 [0.84, 0.90].

A number takes Python's format specs (``.2f``, ``,.0f``) and is ``-`` where it is unknown; zero has
no sign. An estimate takes them too, for itself alone; and as a spec of its own the digits that it
and its interval are rounded to, ``3``; with a question mark, ``3?``, the interval is left out where
it is narrower than the last of them; ``~+.2g`` writes all three by ``+.2g``. ``near1`` rounds
numbers near 1 as ``evals.shared.seeds`` does, to as many digits as leave something of the rest
(``.near1``: an estimate alone); ``share`` has two significant digits, large numbers one: 2e5.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

NEAR, SHARE = "near1", "share"


class Number:
    """A number, or None where it is unknown."""

    def __init__(self, value: float | None) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        if self.value is None:
            return "-"
        if spec in (NEAR, f".{NEAR}"):
            return near(self.value)
        if spec == SHARE:
            return share(self.value)
        return _short(format(self.value, _signless(spec)))


class Estimate:
    """A number with its interval, as reports save it."""

    def __init__(self, saved: Mapping[str, Any]) -> None:
        self.value = saved.get("estimate", saved.get("mean"))
        self.low, self.high = saved["low"], saved["high"]

    def __format__(self, spec: str) -> str:
        if self.value is None:
            return "not identified"
        asked = re.fullmatch(r"(?:(\d+)|(near1)|~(.+?))(\??)", spec)
        if not asked:
            return format(Number(self.value), spec)
        chosen = f".{asked[1]}f" if asked[1] else asked[2] or asked[3]
        shown = [format(Number(x), chosen) for x in (self.value, self.low, self.high)]
        decimals = len(shown[0].partition(".")[2])
        if asked[4] and self.high - self.low < 10.0**-decimals:
            return shown[0]
        return f"{shown[0]} [{shown[1]}, {shown[2]}]"


class Several:
    """Numbers in a list: ``:d`` is 3, 5, 8; ``:and`` 3, 5 and 8; ``:range .1f`` 3.0 to 8.0."""

    def __init__(self, values: Sequence[float]) -> None:
        self.values = list(values)

    def __format__(self, spec: str) -> str:
        if spec == "and":
            *most, last = [format(Number(x), "d") for x in self.values]
            return f"{', '.join(most)} and {last}" if most else last
        if not spec.startswith("range"):
            return ", ".join(format(Number(x), spec) for x in self.values)
        chosen = spec.removeprefix("range").removeprefix(" ") or ",.0f"
        ends = [format(Number(x), chosen) for x in (min(self.values), max(self.values))]
        return " to ".join(dict.fromkeys(ends))


class Row:
    """A row of a report, or of a table of all networks.

    Attributes:
        saved: as it was saved.
        kl, nll: recovered.
        constants, bits: what its programs know.
        correlation: with the natural units: the mean over units, unknown where one is.
        unit: unit -> its correlation.
    """

    def __init__(self, saved: Mapping[str, Any], units: Sequence[int] = ()) -> None:
        self.saved = saved
        self.kl, self.nll = (_estimate(saved, metric) for metric in ("kl", "nll"))
        self.constants, self.bits = Number(saved.get("constants")), Number(saved.get("bits"))
        each = saved.get("correlation")
        self.unit: dict[str, Number] = {}
        if isinstance(each, list):
            self.unit = {str(u): Number(x) for u, x in zip(units, each, strict=True)}
            each = None if None in each else float(np.mean(each))
        self.correlation = Number(each)


def near(x: float) -> str:
    """Three decimals; more where fewer would round what is left to 1 to nothing."""
    decimals = next((d for d in (3, 4, 5, 6) if abs(1 - x) >= 0.5 * 10**-d), 6)
    return f"{x:.{decimals}f}" if x != 1 else "1.000"


def share(x: float) -> str:
    """0.60, 2.1, 2e5."""
    return _short(f"{x:.0e}") if x >= 100 else f"{x:#.2g}".rstrip(".")


def _estimate(saved: Mapping[str, Any], metric: str) -> Estimate | None:
    found = saved.get("recovered", {}).get(metric)
    return None if found is None else Estimate(found)


def _short(text: str) -> str:
    """1.9e-7 for 1.9e-07."""
    return re.sub(r"e\+?(-?)0*(\d)", r"e\1\2", text)


def _signless(spec: str) -> str:
    """A spec for floats that writes -0.00 as 0.00."""
    return f"z{spec}" if spec.endswith("f") else spec
