"""Figures of networks that compute with residues: spectra, maps over (a, b), training curves."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

from aann.shown.brief import brief
from aann.vis.style import FAINT, INK, KINDS, LARGE, NORMAL, SMALL, figure, legend, tidy

KEY = KINDS["program"]
CURVES = {
    "train": (KINDS["ablation"], "-"),
    "test": (KINDS["control"], "--"),
    "restricted": (KINDS["program"], "-."),
    "excluded": (KINDS["fit"], ":"),
}
"""Colour and line of each loss; other names get a colour of their own."""


class Plane(NamedTuple):
    """One quantity over all pairs of residues.

    Attributes:
        natural: (p, p), what the network has; a runs downwards, b to the right.
        artificial: (p, p), what the program says.
        title: for example the neuron, its frequency and how much is explained.
    """

    natural: np.ndarray
    artificial: np.ndarray
    title: str

    def __repr__(self) -> str:
        return brief(self)


def spectra(
    shares: Mapping[str, np.ndarray], keys: Sequence[int] = (), *, title: str = ""
) -> Figure:
    """Bars of the share of every frequency, one panel for each of several matrices.

    Args:
        shares: panel title -> (frequencies,), the entry k - 1 belongs to frequency k.
        keys: frequencies to point out.
        title: of the figure.

    Raises:
        ValueError: there are no panels, or a key frequency is not among the bars.
    """
    if not shares:
        raise ValueError("a figure of spectra needs at least one panel, got none")
    fewest = min(len(share) for share in shares.values())
    if outside := [k for k in keys if not 1 <= k <= fewest]:
        raise ValueError(f"key frequencies lie between 1 and {fewest}, got {outside}")
    drawing = figure(7.2, 0.6 + 1.7 * len(shares))
    panels = drawing.subplots(len(shares), 1, squeeze=False, sharex=True)[:, 0]
    for axes, (name, share) in zip(panels, shares.items(), strict=True):
        frequency = np.arange(1, len(share) + 1)
        tints = [KEY if k in keys else FAINT for k in frequency]
        axes.bar(frequency, 100 * np.asarray(share), width=0.8, color=tints)
        for k in keys:
            axes.annotate(
                str(k), (k, 100 * share[k - 1]), xytext=(0, 2), textcoords="offset points",
                ha="center", fontsize=SMALL, color=KEY,
            )  # fmt: skip
        tidy(axes, grid="y")
        axes.margins(x=0.01, y=0.18)
        axes.set_title(name, fontsize=NORMAL, color=INK, loc="left")
        axes.set_ylabel("% of power", fontsize=NORMAL)
    panels[-1].set_xlabel("frequency k (waves of 2\u03c0k x / p)", fontsize=NORMAL)
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def planes(rows: Sequence[Plane], *, title: str = "") -> Figure:
    """One row a quantity: natural, artificial, artificial - natural, over the plane of (a, b).

    Natural and artificial share a colour scale; that of the difference is symmetric about zero.

    Raises:
        ValueError: there are no rows, or shapes do not match; all such rows are named.
    """
    _check(rows)
    drawing = figure(7.2, 0.5 + 2.15 * len(rows))
    grid = drawing.subplots(len(rows), 3, squeeze=False)
    for axes, row in zip(grid, rows, strict=True):
        natural, artificial = (np.asarray(x, np.float64) for x in (row.natural, row.artificial))
        low = min(natural.min(), artificial.min())
        high = max(natural.max(), artificial.max(), low + 1e-12)
        bound = max(np.abs(artificial - natural).max(), 1e-12)
        axes[0].imshow(natural, vmin=low, vmax=high, cmap="viridis")
        shared = axes[1].imshow(artificial, vmin=low, vmax=high, cmap="viridis")
        signed = axes[2].imshow(artificial - natural, vmin=-bound, vmax=bound, cmap="RdBu_r")
        _bar(drawing, shared, axes[1])
        _bar(drawing, signed, axes[2])
        axes[0].set_title(row.title, fontsize=SMALL, color=INK, loc="left")
        axes[0].set_ylabel("a", fontsize=NORMAL, labelpad=-6)
        for ax in axes:
            ax.set_xticks([0, natural.shape[1] - 1])
            ax.set_yticks([0, len(natural) - 1])
            ax.tick_params(labelsize=SMALL - 1, length=2, color=FAINT, labelcolor=INK)
            ax.spines[:].set_color(FAINT)
    for ax, name in zip(
        grid[-1], ("natural", "artificial", "artificial \u2212 natural"), strict=True
    ):
        ax.set_xlabel(f"b\n{name}", fontsize=NORMAL, color=INK)
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def training(runs: Mapping[str, Mapping[str, np.ndarray]], *, title: str = "") -> Figure:
    """Losses against training steps on a logarithmic axis, one panel a run.

    Args:
        runs: panel title -> name of a curve -> (points,); ``step`` is the horizontal axis. Losses
            of 0 or below, which a logarithm cannot show, are left out.
        title: of the figure.

    Raises:
        ValueError: there are no runs, or curves of a run differ in length; all such runs are named.
    """
    _check_runs(runs)
    columns = min(2, len(runs))
    lines = -(-len(runs) // columns)
    drawing = figure(7.2, 0.7 + 2.2 * lines)
    grid = drawing.subplots(lines, columns, squeeze=False, sharey=True)
    handles: dict[str, Line2D] = {}
    for axes, (name, curves) in zip(grid.ravel(), runs.items(), strict=False):
        handles |= _curves(axes, curves)
        axes.set_title(name, fontsize=NORMAL, color=INK, loc="left")
    for axes in grid.ravel()[len(runs) :]:
        axes.set_visible(False)
    for axes in grid[:, 0]:
        axes.set_ylabel("cross-entropy (nats)", fontsize=NORMAL)
    for axes in grid.ravel()[: len(runs)][-columns:]:
        axes.set_xlabel("training step", fontsize=NORMAL)
    legend(drawing, list(handles.values()))
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _curves(axes: Axes, curves: Mapping[str, np.ndarray]) -> dict[str, Line2D]:
    steps = np.asarray(curves["step"])
    drawn: dict[str, Line2D] = {}
    for name, values in curves.items():
        if name == "step":
            continue
        tint, line = CURVES.get(name, (None, "-"))
        shown = np.where(np.asarray(values) > 0, values, np.nan)
        (drawn[name],) = axes.plot(steps, shown, line, color=tint, linewidth=1.3, label=name)
    axes.set_yscale("log")
    tidy(axes, grid="y")
    return drawn


def _bar(drawing: Figure, image: AxesImage, axes: Axes) -> None:
    bar = drawing.colorbar(image, ax=axes, fraction=0.05, pad=0.03)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL - 1, length=2, color=FAINT)
    bar.ax.locator_params(nbins=4)


def _check(rows: Sequence[Plane]) -> None:
    if not rows:
        raise ValueError("a figure of planes needs at least one row, got none")
    problems = [
        f"{row.title!r}: natural and artificial are maps of one shape (p, p), got "
        f"{np.shape(row.natural)} and {np.shape(row.artificial)}"
        for row in rows
        if np.ndim(row.natural) != 2 or np.shape(row.natural) != np.shape(row.artificial)
    ]
    if problems:
        raise ValueError("; ".join(problems))


def _check_runs(runs: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    if not runs:
        raise ValueError("a figure of training curves needs at least one run, got none")
    problems = []
    for name, curves in runs.items():
        lengths = {curve: np.shape(values) for curve, values in curves.items()}
        if "step" not in curves:
            problems.append(f"{name!r} has no curve 'step', it has {', '.join(curves) or 'none'}")
        elif len(set(lengths.values())) > 1 or np.ndim(curves["step"]) != 1:
            problems.append(f"{name!r}: curves have one entry a step, got shapes {lengths}")
    if problems:
        raise ValueError("; ".join(problems))
