"""Labels of pairs as planes: a cell for each pair, of the truth, the network and the program."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Int
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import ArrayLike

from aann.labelling.found import LabelAgreement
from aann.vis.style import FAINT, INK, KINDS, LARGE, NORMAL, SMALL, figure, legend

TWO = ("#F2F2F2", "#33526B")
"""Colours of two classes; more are taken from viridis."""
FALSE, MISSED = KINDS["fit"], KINDS["control"]
"""Where the label of the program is larger than that of the network, and smaller."""
MOST = 12
"""Classes that have names in the legend."""


def on_plane(
    labels: ArrayLike, pairs: Int[np.ndarray, "n 2"], size: int
) -> Int[np.ndarray, "size size"]:
    """Labels of pairs as a plane: row i, column j is the pair (i, j), -1 where it is not there.

    Raises:
        ValueError: shapes do not match, a pair is out of range, or one occurs twice.
    """
    values, at = np.asarray(labels), np.asarray(pairs)
    problems = []
    if at.ndim != 2 or at.shape[1] != 2 or values.shape != at.shape[:1]:
        raise ValueError(f"pairs are (n, 2) with a label each, got {at.shape} and {values.shape}")
    if ((at < 0) | (at >= size)).any():
        problems.append(f"pairs are of numbers from 0 to {size - 1}, got {at.min()} to {at.max()}")
    elif repeated := len(at) - len(np.unique(at[:, 0].astype(np.int64) * size + at[:, 1])):
        problems.append(f"{repeated} pairs occur more than once")
    if problems:
        raise ValueError("; ".join(problems))
    plane = np.full((size, size), -1)
    plane[at[:, 0], at[:, 1]] = values
    return plane


def label_planes(
    found: LabelAgreement, pairs: Int[np.ndarray, "n 2"], size: int, *, title: str = ""
) -> Figure:
    """Truth, network, program, and where program and network differ.

    Args:
        found: what ``aann.label_agreement`` returned.
        pairs: (n, 2), of each example in its order: row and column.
        size: of the planes.
        title: above them.

    Raises:
        ValueError: pairs do not fit, see ``on_plane``.
    """
    order = [who for who in ("truth", "network", "program") if who in found.labels]
    planes = {who: on_plane(found.labels[who], pairs, size) for who in order}
    drawing = figure(2.75 * (len(order) + 1), 3.35)
    panels = drawing.subplots(1, len(order) + 1, squeeze=False)[0]
    shades = _shades(found.classes)
    for axes, who in zip(panels, order, strict=False):
        name = f"network: {found.model}" if who == "network" else who
        name = f"program: {found.program}" if who == "program" else name
        _plane(axes, planes[who], shades, name)
    more = np.sign(planes["program"] - planes["network"])
    apart = np.where(planes["network"] < 0, -1, np.choose(more + 1, [2, 0, 1]))
    share = len(found.differ) / len(found.names)
    name = f"difference: {len(found.differ):,} of {len(found.names):,} ({share:.2%})"
    _plane(panels[-1], apart, ["#F7F7F7", FALSE, MISSED], name)
    panels[0].set_ylabel("first of the pair", fontsize=NORMAL, color=INK)
    for axes in panels:
        axes.set_xlabel("second of the pair", fontsize=NORMAL, color=INK)
    names = {f"class {i}": shade for i, shade in enumerate(shades[:MOST])}
    above, below = ("1, network 0", "0, network 1")
    if found.classes > 2:
        above, below = ("above the network's", "below it")
    missing = {"not there": "white"} if (planes["network"] < 0).any() else {}
    _keys(drawing, {**names, f"program {above}": FALSE, f"program {below}": MISSED, **missing})
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def _plane(axes: Axes, plane: np.ndarray, shades: list[str], name: str) -> None:
    colours = ListedColormap(["white", *shades])
    axes.imshow(
        plane, cmap=colours, vmin=-1.5, vmax=len(shades) - 0.5, interpolation="nearest",
        origin="upper",
    )  # fmt: skip
    axes.set_title(name, fontsize=NORMAL, color=INK, loc="left")
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK, length=3)
    axes.spines[:].set_color(FAINT)


def _shades(classes: int) -> list[str]:
    if classes == 2:
        return list(TWO)
    import matplotlib as mpl  # noqa: PLC0415 - its table of colours, for many classes

    table = mpl.colormaps["viridis"]
    return [mpl.colors.to_hex(table(i / (classes - 1))) for i in range(classes)]


def _keys(drawing: Figure, names: Mapping[str, str]) -> None:
    legend(drawing, [
        Patch(facecolor=shade, edgecolor=FAINT, linewidth=0.5, label=name)
        for name, shade in names.items()
    ])  # fmt: skip
