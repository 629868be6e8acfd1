"""Confusion of labellings: small grids with the number of examples in each cell."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.labelling.found import Agreement, LabelAgreement
from aann.vis.style import FAINT, INK, LARGE, NORMAL, SMALL, figure

WRITTEN = 16
"""So many classes are written into their cells; of more the colour tells."""


def confusion(found: LabelAgreement, *, title: str = "") -> Figure:
    """Program against network, program against truth and network against truth, as there are.

    A cell's colour is the share of its column: of the examples that the second labelling gives
    that class.

    Args:
        found: what ``aann.label_agreement`` returned.
        title: by default program, model and examples.
    """
    rows = [row for row in found.rows if row is not found.majority]
    side = min(4.6, 0.9 + 0.42 * found.classes)
    drawing = figure(max(3.4, (side + 0.8) * len(rows)), side + 1.2)
    for axes, row in zip(drawing.subplots(1, len(rows), squeeze=False)[0], rows, strict=True):
        _grid(axes, row)
    data = found.data
    drawing.suptitle(
        title or f"{found.program}, {found.model}: {data['name']}, {data['split']}",
        fontsize=LARGE, color=INK,
    )  # fmt: skip
    return drawing


def _grid(axes: Axes, row: Agreement) -> None:
    counts = row.counts
    shares = counts / counts.sum(axis=0, keepdims=True).clip(min=1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(counts) <= WRITTEN:
        for i, j in ((i, j) for i in range(len(counts)) for j in range(len(counts))):
            axes.text(
                j, i, f"{counts[i, j]:,}", ha="center", va="center", fontsize=SMALL,
                color="white" if shares[i, j] > 0.5 else INK,
            )  # fmt: skip
        axes.set_xticks(range(len(counts)))
        axes.set_yticks(range(len(counts)))
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK, length=2)
    axes.spines[:].set_color(FAINT)
    axes.set_xlabel(row.second, fontsize=NORMAL, color=INK)
    axes.set_ylabel(row.first, fontsize=NORMAL, color=INK)
    share = row.share.estimate
    axes.set_title("" if share is None else f"{share:.2%} agree", fontsize=NORMAL, color=INK)
