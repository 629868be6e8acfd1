"""What candidate terms give: a row a term, or a row a unit of one term."""

import numpy as np
from matplotlib.figure import Figure

from aann.report.estimate import Estimate
from aann.residuals.tried import Tried
from aann.shown.brief import clip
from aann.vis.caption import captioned
from aann.vis.residuals.shares import forest
from aann.vis.style import INK, LARGE, figure

MOST = 30
"""Rows that are shown."""


def terms_tried(found: Tried, *, title: str = "") -> Figure:
    """Shares of squared error and of the loss gap that go, with intervals; of one term its units.

    Args:
        found: of ``aann.residuals.terms``.
        title: by default the program.
    """
    several = len(found.terms) > 1
    panels = _of_terms(found) if several else _of_units(found)
    names = [t.name for t in found.terms] if several else [str(u) for u in found.units]
    names = [clip(name, 26) for name in names[:MOST]]
    drawing = figure(8.0, 1.3 + 0.24 * max(len(names), 3))
    for k, (axes, (label, rows)) in enumerate(
        zip(drawing.subplots(1, len(panels), sharey=True), panels, strict=True)
    ):
        forest(axes, rows[:MOST], label, share=several or k > 0)
        if k == 0:
            axes.set_yticks(range(len(names)), names)
            axes.set_ylim(len(names) - 0.4, -0.6)
    what = "candidate terms" if several else clip(found.best.name, 30)
    drawing.suptitle(title or f"{what} beside {found.program}", fontsize=LARGE, color=INK)
    level = round(100 * found.setting.confidence)
    more = "" if several else f" Together {found.best.squared} of the squared error goes."
    return captioned(
        drawing,
        f"What {what} would give to {found.program} at {found.site}, on {len(found.names):,} "
        "design examples, each judged with weights from the other half of them. Intervals are "
        f"{level}% over the same examples; axes of shares are cut off at -1 and 2.{more}",
    )


Panel = tuple[str, list[Estimate]]


def _of_terms(found: Tried) -> list[Panel]:
    return [
        ("squared error that goes", [t.squared for t in found.terms]),
        (f"{found.metric} gap closed", [t.closed for t in found.terms]),
        ("recovered, gained", [t.gained for t in found.terms]),
    ]


def _of_units(found: Tried) -> list[Panel]:
    term = found.best
    reach = 1.96 * np.nan_to_num(term.errors)
    ends = zip(term.weights, term.weights - reach, term.weights + reach, strict=True)
    weights = [Estimate(float(w), float(low), float(high)) for w, low, high in ends]
    return [
        ("weight, with 1.96 standard errors", weights),
        ("squared error that goes", list(term.squared_units)),
        ("correlation, gained", list(term.correlation_gain)),
    ]
