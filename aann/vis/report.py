"""The figures of a report, drawn from the report alone.

Bars and description lengths come from its rows. Maps and tuning curves are drawn where an
evaluation added their arrays: ``pictures``, ``natural_maps``, ``artificial_maps``, ``map_titles``,
``map_choice`` (a sentence: how they were picked); ``tuning_directions`` (degrees),
``natural_tuning``, ``artificial_tuning`` (units, directions), and their bands, where there are
some: ``natural_tuning_low``, ``natural_tuning_high`` and so on; ``tuning_band`` says what they are.
"""

from collections.abc import Callable

from matplotlib.figure import Figure

from aann.report.report import Report
from aann.report.shuffled import Shuffled
from aann.shown.brief import clip, counted
from aann.vis.bits import against_bits
from aann.vis.caption import captioned
from aann.vis.further import further
from aann.vis.ladder import bars
from aann.vis.maps import MapRow, maps
from aann.vis.shuffles import shuffled
from aann.vis.style import Bar
from aann.vis.tuning.panels import Band, radial_tuning

MOST = 200
"""Rows of a report that figures show: nobody can read more on one picture."""


def figures(report: Report, metric: str = "kl") -> dict[str, Figure]:
    """Name -> figure.

    Args:
        report: the result of ``aann.evaluate``.
        metric: which recovered loss to show.

    Raises:
        ValueError: the report has no such metric, or arrays of figures do not fit together.
    """
    return {name: draw() for name, draw in makers(report, metric).items()}


def makers(report: Report, metric: str) -> dict[str, Callable[[], Figure]]:
    """Name -> what draws the figure, for those that the report has the numbers for.

    Raises:
        ValueError: the report has no such metric.
    """
    if metric not in report.damage:
        raise ValueError(
            f"no metric {metric!r} in this report; there are {', '.join(report.damage)}"
        )
    found = {"recovered": lambda: _bars(report, metric)}
    if report.natural.get("bits"):
        found["recovered_against_bits"] = lambda: _bits(report, metric)
    found |= further(report, metric, _label(metric), _title(report))
    if _shuffled(report, metric):
        found["shuffles"] = lambda: _shuffles(report, metric)
    if "natural_maps" in report.arrays:
        found["maps"] = lambda: _maps(report)
    if "natural_tuning" in report.arrays:
        found["tuning"] = lambda: _tuning(report)
    return found


def _rows(report: Report, metric: str) -> list[Bar]:
    if len(report.rows) > MOST:
        raise ValueError(f"a figure shows up to {MOST} rows, this report has {len(report.rows):,}")
    return [
        Bar(clip(r.name, 60), r.kind, e.estimate, e.low, e.high, r.bits, r.code_length(_n(report)))
        for r in report.rows
        for e in [r.recovered[metric]]
    ]


def _label(metric: str) -> str:
    return metric.upper() if metric in ("kl", "nll") else metric


def _n(report: Report) -> int:
    return int(report.data["n"])


def _data(report: Report) -> str:
    return clip(f"{report.data['name']}, {report.data['split']}, n = {report.data['n']}", 80)


def _title(report: Report) -> str:
    units = f"{len(report.units)} units of " if report.units else ""
    return f"{units}{clip(report.site, 60)} ({_data(report)})"


def _bars(report: Report, metric: str) -> Figure:
    drawn = bars(_rows(report, metric), metric=_label(metric), title=_title(report))
    return captioned(
        drawn,
        f"Every row of the ladder, in its order: the share of the {_label(metric)} damage of "
        "zero-ablation that it undoes, with its 95% interval. Nothing was picked. 0 is the network "
        "with the units zeroed, 1 the intact one.",
    )


def _shuffles(report: Report, metric: str) -> Figure:
    return shuffled(_shuffled(report, metric), metric=metric, title=_title(report))


def _shuffled(report: Report, metric: str) -> list[Shuffled]:
    """Those that have something to recover by the metric."""
    return [
        one
        for one in report.shuffles
        if metric in one.metrics and one.metrics[metric].program is not None
    ]


def _bits(report: Report, metric: str) -> Figure:
    rows = _rows(report, metric)
    bits = report.natural["bits"]
    assert bits is not None
    left = sum(not (row.ends and row.bits) for row in rows)
    out = f" {counted(left, 'row')} without bits or not identified left out." if left else ""
    drawn = against_bits(
        rows, bits, metric=_label(metric), title=_title(report), examples=_n(report)
    )
    coded = any(row.ends and row.total for row in rows)
    more = (
        f" On the right the bits of the residual are added: what it takes to state the units on "
        f"all {_n(report):,} examples once the row is known, up to 1% of their variance. The units "
        "leave none."
    )
    return captioned(
        drawn,
        f"What a row recovers of the {_label(metric)} damage (up, with its 95% interval) and what "
        "it costs in bits of source and constants (across). Every row that has both is shown."
        f"{out} The star is the units themselves.{more * coded}",
    )


def _maps(report: Report) -> Figure:
    names = ("pictures", "natural_maps", "artificial_maps", "map_titles")
    if missing := [name for name in names if name not in report.arrays]:
        raise ValueError(f"maps need the arrays {', '.join(names)}; missing: {', '.join(missing)}")
    shown = zip(*(report.arrays[name] for name in names), strict=True)
    drawn = maps(
        [MapRow(picture, mine, theirs, str(text)) for picture, mine, theirs, text in shown],
        title=f"natural and artificial units of {clip(report.site, 60)} ({_data(report)})",
    )
    chosen = report.arrays.get("map_choice")
    why = str(chosen) if chosen is not None else "The titles say which unit, and which example."
    return captioned(
        drawn,
        "Where the program is right and where it is wrong: the picture, the unit's own map, the "
        f"program's on the same scale, and their difference (red: too much, blue: too little). "
        f"{why}",
    )


def _tuning(report: Report) -> Figure:
    arrays = report.arrays
    band = _band(report, "natural")
    named = str(arrays.get("tuning_band", "band"))
    drawn = radial_tuning(
        arrays["tuning_directions"],
        arrays["natural_tuning"],
        arrays.get("artificial_tuning"),
        names=[str(u) for u in report.units],
        title=f"{clip(report.site, 60)}: response to curves of every direction",
        natural_band=band,
        artificial_band=_band(report, "artificial"),
        band_name=named,
    )
    theirs = " and the program's" if "artificial_tuning" in arrays else ""
    bands = f" The bands are the {named} of the curves." if band is not None else ""
    return captioned(
        drawn,
        f"Mean responses of all {len(report.units)} units to drawn curves of every direction, the "
        f"units' own{theirs}, in parts of the unit's highest. Nothing was picked.{bands}",
    )


def _band(report: Report, name: str) -> Band | None:
    low, high = (report.arrays.get(f"{name}_tuning_{end}") for end in ("low", "high"))
    return None if low is None or high is None else Band(low, high)
