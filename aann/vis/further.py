"""Figures of what a report has beyond its ladder: the line of mixing, and subsets of the units."""

from collections.abc import Callable

from matplotlib.figure import Figure

from aann.report.estimate import Damage, Estimate
from aann.report.report import Report
from aann.report.subsets import name_of
from aann.shown.brief import clip, counted
from aann.vis.caption import captioned
from aann.vis.mixing import along
from aann.vis.subsets import Part, parts

Ends = tuple[float, float, float]


def further(report: Report, metric: str, label: str, title: str) -> dict[str, Callable[[], Figure]]:
    """Name -> what draws the figure, for those that the report has identified numbers for.

    Args:
        report: the result of ``aann.evaluate``.
        metric: which recovered loss to show.
        label: what to call it.
        title: of the figures.
    """
    found: dict[str, Callable[[], Figure]] = {}
    line = [(float(n), ends) for n, x in report.mixing.items() if (ends := _ends(x[metric]))]
    if line and len(line) == len(report.mixing):
        found["mixing"] = lambda: _mixing([(share, *ends) for share, ends in line], label, title)
    if any(_ends(s.recovered[metric]) for s in report.subsets):
        found["subsets"] = lambda: _subsets(report, metric, label, title)
    return found


def _mixing(points: list[tuple[float, float, float, float]], label: str, title: str) -> Figure:
    return captioned(
        along(points, metric=label, title=title),
        "The units' values on the straight line from their own (0) to the program's (1), and what "
        f"of the {label} damage of zero-ablation is undone there, with its 95% interval. Every "
        "share that was measured is shown. Near its minimum a smooth loss grows with the square of "
        "an error: the dashed line. Below it the network already feels small errors, above it it "
        "absorbs them until they are large; the dotted line is a loss that grows with the error "
        "itself.",
    )


def _subsets(report: Report, metric: str, label: str, title: str) -> Figure:
    halves = [s for s in report.subsets if s.kind == "half"]
    alone = [s for s in report.subsets if s.kind == "alone"]
    shown: dict[str, list[Part]] = {"half": [], "alone": []}
    for group in (halves, alone):
        for i, subset in enumerate(group):
            ends = _ends(subset.recovered[metric])
            if ends:
                name = name_of(report, subset, i).removeprefix("unit ")
                damage = _of_damage(subset.damage[metric])
                shown[subset.kind].append(Part(clip(name, 34), ends, damage))
    drawn = parts(shown["half"], shown["alone"], _whole(report, metric), metric=label, title=title)
    left = len(report.subsets) - len(shown["half"]) - len(shown["alone"])
    out = f" {counted(left, 'subset')} without identified damage left out." if left else ""
    both = []
    if shown["half"]:
        both.append(
            "the program in place of random halves of the units (a and b are one split), and what "
            "it undoes of the damage of zeroing these"
        )
    if shown["alone"]:
        both.append("each unit alone, against the damage of zeroing it (logarithmic)")
    text = "; ".join(both)
    return captioned(
        drawn,
        f"{text[0].upper()}{text[1:]}, with 95% intervals. The seed drew the halves; nothing else "
        f"was picked.{out} Dashed: all units together. Green: the intact network.",
    )


def _whole(report: Report, metric: str) -> Ends | None:
    return _ends(report.main.recovered[metric]) if report.main else None


def _ends(x: Estimate) -> Ends | None:
    if x.estimate is None or x.low is None or x.high is None:
        return None
    return x.low, x.estimate, x.high


def _of_damage(x: Damage) -> Ends:
    return max(x.low, 1e-12), x.mean, x.high
