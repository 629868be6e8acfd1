"""A Pareto front as text: for a terminal, and as a Markdown page."""

from collections.abc import Callable, Iterable, Sequence

from aann.report.estimate import Estimate
from aann.shown.screen import Shown
from aann.shown.table import aligned, markdown
from aann.sweeps.pareto_data import ParetoData

Cells = Sequence[Sequence[str]]


def text(found: ParetoData) -> str:
    """The front and all settings, for a terminal."""
    return "\n".join(_lines(found, lambda cells: aligned(cells, left=1), "{}:"))


def front(found: ParetoData) -> Shown:
    """The front alone, for one screen."""
    caution = "measured on the examples that it was chosen by, so too good: .report(heldout)"
    head = [_place(found), *([] if found.data["heldout"] else [caution]), f"{_title(found)}:"]
    return Shown(head, _front(found), drop=(4, 1, 6))


def page(found: ParetoData) -> str:
    """The same as a Markdown page."""
    title = f"# Bits and recovered: {found.site} of {found.model}"
    return "\n".join([title, "", *_lines(found, markdown, "## {}\n"), ""])


def _lines(found: ParetoData, table: Callable[[Cells], Iterable[str]], heading: str) -> list[str]:
    return [
        *_head(found), "",
        heading.format(_title(found)),
        *table(_front(found)), "",
        *_legend(found), "",
        heading.format("All settings, on design examples"), *table(_all(found)),
    ]  # fmt: skip


def _title(found: ParetoData) -> str:
    count = sum(p.on_front for p in found.points)
    return f"The front: {count} of {len(found.points)} settings, shortest first"


def _place(found: ParetoData) -> str:
    return (
        f"{len(found.units)} units of {found.site} in {found.model}; {found.metric} recovered; "
        f"seed {found.seed}, {found.draws:,} draws"
    )


def _head(found: ParetoData) -> list[str]:
    halves = [
        f"{half}: {d['name']}, n = {d['n']}, damage of zero-ablation {found.damage[half]}"
        for half, d in found.data.items()
        if d is not None
    ]
    n = found.natural
    return [
        _place(found),
        *halves,
        f"the units replaced: {_count(n.get('constants'))} constants, {_count(n.get('bits'))} bits",
    ]


def _front(found: ParetoData) -> Cells:
    level = f"[{found.confidence:.0%}]"
    half = "design" if found.data["heldout"] is None else "held-out"
    n = found.data["heldout"]["n"] if _coded(found) else None
    header = [
        "setting", "constants", "bits", f"{half} {level}", "left", f"over the one before {level}",
        "chosen at", *([f"bits on n = {n:,}"] if n else []),
    ]  # fmt: skip
    rows = [
        [
            p.name, _count(p.constants), _count(p.bits), _interval(shown), _left(shown),
            _interval(p.step, ".2g"), _number(p.design.estimate),
            *([_count(p.code_length(n))] if n else []),
        ]
        for p in found.points
        if p.on_front
        for shown in [p.heldout or p.design]
    ]  # fmt: skip
    return [header, *rows]


def _all(found: ParetoData) -> Cells:
    return [
        ["setting", "constants", "bits", f"design [{found.confidence:.0%}]", "front"],
        *(
            [
                p.name, _count(p.constants), _count(p.bits), _interval(p.design),
                "yes" if p.on_front else "",
            ]
            for p in found.points
        ),
    ]  # fmt: skip


def _legend(found: ParetoData) -> list[str]:
    lines = [
        "left: the part of the damage that is not undone, 1 - recovered. over the one before: how "
        "much more than the next shorter setting on the front (the first: than zero-ablation), "
        "paired over the same examples."
    ]
    if found.data["heldout"] is None:
        return [
            *lines,
            "chosen and measured on the same design examples: the best of many is too good to be "
            "true there. Report it on held-out examples: .report(heldout).",
        ]
    lines.append("chosen at: what the design examples, by which it was chosen, had promised.")
    if not _coded(found):
        return lines
    return [
        *lines,
        "bits on n examples: of the program and of its residuals, the two-part code up to 1% of "
        "the units' variance.",
    ]


def _coded(found: ParetoData) -> bool:
    """Whether residuals of the front were measured."""
    return any(p.residual_bits is not None for p in found.points)


def _left(found: Estimate) -> str:
    return "-" if found.estimate is None else f"{1 - found.estimate:.2g}"


def _interval(found: Estimate | None, digits: str = ".3f") -> str:
    if found is None or found.estimate is None or found.low is None or found.high is None:
        return "-"
    return f"{found.estimate:{digits}} [{found.low:{digits}}, {found.high:{digits}}]"


def _number(x: float | None) -> str:
    return "-" if x is None else f"{x:.3f}"


def _count(x: int | float | None) -> str:
    if x is None:
        return "-"
    return f"{x:,.0f}" if x < 1e7 else f"{x:.2g}"
