"""What the evaluation of the EIS VII transformer shows beside its bars: arrays first."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aann.labelling.found import LabelAgreement
from aann.report.report import Report
from aann.vis.caption import captioned
from aann.vis.ladder import bars
from aann.vis.planes import TWO, label_planes
from aann.vis.style import FAINT, INK, LARGE, NORMAL, Bar, figure, legend, tidy
from circuits.eis_vii_transformer.evidence import Evidence
from circuits.eis_vii_transformer.program import P
from circuits.eis_vii_transformer.thresholds import Tables

SHOWN = 3_000
"""Design pairs in the plane of the two sums."""
CAPTIONS = {
    "look_ups": "What each token adds to the two sums: every token of both positions, the "
    "thresholds within those of B.",
    "sums": f"The two sums of the first {SHOWN:,} design pairs, by the label that the network "
    "gives; the lines are the thresholds.",
    "labels": "Labels of all pairs of tokens: the truth, the network's, the program's, and where "
    "the last two differ. Nothing was picked.",
    "trade": "Every program of the ladder whose bits are counted, that of most bits on top: what "
    "it recovers, with its 95% interval.",
}
COLOURS = ("#0072B2", "#D55E00")


def arrays(seen: Evidence, tables: Tables) -> dict[str, np.ndarray]:
    """Look-ups of both tokens, and the two sums of some design pairs with the network's label."""
    tokens = seen.tokens[:SHOWN]
    sums = tables.first[:, tokens[:, 0]] + tables.second[:, tokens[:, 1]]
    return {
        "look_ups_first": tables.first,
        "look_ups_second": tables.second,
        "sums": sums,
        "sums_label": (seen.lead[:SHOWN] > 0).astype(np.int32),
    }


def figures(found: Mapping[str, np.ndarray]) -> dict[str, Figure]:
    """Figures of the arrays."""
    tables = (found["look_ups_first"], found["look_ups_second"])
    drawn = {
        "look_ups": _look_ups(*tables),
        "sums": _sums(found["sums"], found["sums_label"]),
    }
    return {name: captioned(figure, CAPTIONS[name]) for name, figure in drawn.items()}


def planes(found: Sequence[LabelAgreement]) -> dict[str, Figure]:
    """Label planes of truth, network and each program, over all pairs in their order."""
    rows, columns = np.indices((P, P))
    pairs = np.stack([rows.ravel(), columns.ravel()], axis=1)
    names = ["labels", *(f"labels_{f.program.replace(' ', '_')}" for f in found[1:])]
    return {
        name: captioned(label_planes(f, pairs, P), CAPTIONS["labels"])
        for name, f in zip(names, found, strict=True)
    }


def trade(report: Report, metric: str = "kl") -> dict[str, Figure]:
    """Recovered of the programs alone, the one of most bits on top."""
    programs = [row for row in report.rows if row.kind == "program" and row.bits is not None]
    shown = [
        Bar(
            f"{row.name}: {row.constants:,} numbers, {row.bits:,.0f} bits",
            row.kind, x.estimate, x.low, x.high,
        )
        for row in sorted(programs, key=lambda row: -(row.bits or 0.0))
        for x in [row.recovered[metric]]
    ]  # fmt: skip
    drawn = bars(shown, title="what fewer numbers cost")
    return {"trade": captioned(drawn, CAPTIONS["trade"])}


def _look_ups(first: np.ndarray, second: np.ndarray) -> Figure:
    """The tables against their tokens, thresholds within those of B."""
    drawing = figure(8.6, 3.4)
    panels = drawing.subplots(1, 2, sharey=True)
    for axes, table, token in zip(panels, (first, second), "AB", strict=True):
        for values, colour in zip(table, COLOURS, strict=True):
            axes.plot(values, "-", color=colour, linewidth=0.5, alpha=0.5)
            axes.plot(values, ".", color=colour, markersize=4)
        axes.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
        axes.set_xlabel(token, fontsize=NORMAL, color=INK)
        tidy(axes, grid="y")
    panels[0].set_ylabel("look-up (nats)", fontsize=NORMAL, color=INK)
    drawing.suptitle("what each token adds to the two sums", fontsize=LARGE, color=INK)
    names = ("first sum", "second sum")
    legend(drawing, [
        Line2D([], [], color=colour, marker=".", label=name)
        for name, colour in zip(names, COLOURS, strict=True)
    ])  # fmt: skip
    return drawing


def _sums(sums: np.ndarray, label: np.ndarray) -> Figure:
    """The two sums of each pair, coloured by the network's label, with both thresholds."""
    drawing = figure(4.8, 4.8)
    axes = drawing.subplots()
    colours = (FAINT, TWO[1])
    for one, colour in enumerate(colours):
        mine = label == one
        axes.plot(sums[0, mine], sums[1, mine], ".", color=colour, markersize=2.5)
    axes.axhline(0, color=INK, linewidth=1)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_xlabel("first sum (nats)", fontsize=NORMAL, color=INK)
    axes.set_ylabel("second sum (nats)", fontsize=NORMAL, color=INK)
    tidy(axes)
    drawing.suptitle("class 1 where both sums are above zero", fontsize=LARGE, color=INK)
    legend(drawing, [
        Line2D([], [], linestyle="", marker=".", color=colour, label=f"network says {one}")
        for one, colour in enumerate(colours)
    ])  # fmt: skip
    return drawing
