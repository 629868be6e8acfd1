"""What wrong programs of the same form recover, and where the program stands among them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.report.among import how
from aann.report.shuffled import Shuffled
from aann.vis.caption import captioned
from aann.vis.style import BEYOND, INK, KINDS, LARGE, NORMAL, SMALL, figure, tidy

FLOOR = -1.0
"""What lies lower is counted at the end of the axis."""
BINS = 60


def shuffled(found: Sequence[Shuffled], *, metric: str = "kl", title: str = "") -> Figure:
    """One panel for each kind of shuffle: how many recover how much, and the program.

    Args:
        found: ``report.shuffles``, as far as they recover something by the metric.
        metric: which loss.
        title: above all panels.

    Raises:
        ValueError: nothing was shuffled, or nothing can be recovered by this metric.
    """
    if not found or any(one.metrics[metric].program is None for one in found):
        raise ValueError(f"no shuffles that recover something of {metric} to draw")
    name = metric.upper() if metric in ("kl", "nll") else metric
    drawing = figure(7.2, 1.0 + 1.5 * len(found))
    axes = drawing.subplots(len(found), 1, squeeze=False, sharex=True)[:, 0]
    everything = [x for one in found for x in _values(one, metric)]
    ends = max(FLOOR, min([*everything, 0.0])) - 0.05, max([*everything, 1.0]) + 0.05
    for at, one in zip(axes, found, strict=True):
        at.set_xlim(*ends)
        _panel(at, one, metric)
    axes[-1].set_xlabel(
        f"fraction of the {name} damage of zero-ablation that is undone", fontsize=NORMAL
    )
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return captioned(drawing, _caption(found, name))


def _values(one: Shuffled, metric: str) -> list[float]:
    s = one.metrics[metric]
    return [x for x in (s.program, *s.draws) if x is not None]


def _panel(axes: Axes, one: Shuffled, metric: str) -> None:
    stands, (mine, *draws) = one.metrics[metric], _values(one, metric)
    low, high = axes.get_xlim()
    kept = [x for x in draws if x >= low]
    axes.hist(kept, bins=np.linspace(low, high, BINS).tolist(), color=KINDS["control"], zorder=2)
    top = max(axes.get_ylim()[1], 1.0)
    axes.set_ylim(-0.12 * top, 1.3 * top)
    axes.plot(kept, np.full(len(kept), -0.06 * top), "|", color=KINDS["control"], markersize=4)
    for value, name in ((0.0, "zeroed"), (1.0, "intact")):
        axes.axvline(value, color=INK, linewidth=0.9, zorder=1)
        axes.annotate(
            name, (value, 1), xycoords=("data", "axes fraction"), xytext=(0, 3),
            textcoords="offset points", ha="center", fontsize=SMALL, color=INK,
        )  # fmt: skip
    name, mine = ("program" if mine >= low else f"program at {mine:.3g}"), max(mine, low)
    axes.axvline(mine, color=KINDS["program"], linewidth=1.6, zorder=3)
    middle = mine < (low + high) / 2
    axes.annotate(
        f"{name}, beats {stands.quantile:.0%}, p = {stands.p:.2g}", (mine, 1.16 * top),
        xytext=(4 if middle else -4, 0), textcoords="offset points",
        ha="left" if middle else "right", va="center", fontsize=SMALL, color=KINDS["program"],
    )  # fmt: skip
    if out := len(draws) - len(kept):
        axes.annotate(
            f"{out} lower", (low, 0.5 * top), xytext=(8, 0), textcoords="offset points",
            va="center", fontsize=SMALL, color=INK,
        )  # fmt: skip
        axes.plot(low, 0.5 * top, BEYOND["left"], color=INK, markersize=6, clip_on=False)
    tidy(axes, grid="x")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_title(one.what, fontsize=SMALL, color=INK, loc="left", pad=14)


def _caption(found: Sequence[Shuffled], metric: str) -> str:
    lines = "; ".join(f"{one.what}: {how(one)}" for one in found)
    return (
        f"How much of the {metric} damage wrong programs of the same form recover (bars count "
        f"them, strokes are single ones) and the program among them (blue). {lines}. All that were "
        "drawn are shown; the program was run on the same examples."
    )
