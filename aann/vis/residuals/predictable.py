"""How well units are predicted over how many numbers the prediction knows."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aann.residuals.predicted import Predictability, Scores
from aann.shown.brief import clip, counted
from aann.vis.caption import captioned
from aann.vis.style import FAINT, INK, LARGE, NATURAL, NORMAL, SMALL, colour, figure, tidy

PANELS: tuple[tuple[str, Callable[[Scores], np.ndarray], Callable[[Scores], np.ndarray]], ...] = (
    ("R²", lambda s: s.mean_r2, lambda s: s.r2),
    ("correlation", lambda s: s.mean_correlation, lambda s: s.correlation),
    ("bits a value, known at least", lambda s: s.mean_bits, lambda s: s.bits),
)

MOST = 24
"""Units with a faint line of their own."""


def sizes(found: Predictability, *, title: str = "") -> Figure:
    """R2, correlation and known bits over numbers, with intervals; each unit as a faint line.

    Args:
        found: of ``aann.residuals.predictability``.
        title: by default what is predicted from what.
    """
    drawing = figure(10.2, 3.7)
    panels = drawing.subplots(1, len(PANELS))
    for axes, (label, mean, of_units) in zip(panels, PANELS, strict=True):
        _panel(axes, found.scores, mean, of_units)
        axes.set_title(label, fontsize=NORMAL, color=INK)
        axes.set_xlabel("numbers that it knows", fontsize=NORMAL, color=INK)
    entropy = float(found.entropy.mean())
    panels[-1].set_ylim(top=max(panels[-1].get_ylim()[1], 1.12 * entropy))
    panels[-1].axhline(entropy, color=NATURAL, linewidth=1.0, linestyle=":")
    panels[-1].annotate(
        "all of a value", (0.02, entropy), xycoords=("axes fraction", "data"), xytext=(0, 3),
        textcoords="offset points", fontsize=SMALL, color=NATURAL,
    )  # fmt: skip
    panels[0].legend(fontsize=SMALL, frameon=False, loc="lower right")
    what = f"{clip(found.site, 30)} from {clip(', '.join(found.reads), 40)}"
    drawing.suptitle(title or what, fontsize=LARGE, color=INK)
    return captioned(
        drawing,
        f"How predictable {counted(len(found.units), 'unit')} of {found.site} "
        f"{'is' if len(found.units) == 1 else 'are'} from "
        f"{', '.join(found.reads)} on {found.n:,} design examples, each predicted by fits that "
        "have not seen it. Means over units with 95% intervals over examples; faint lines are "
        f"networks at single units{'' if len(found.units) <= MOST else f', the first {MOST}'}. "
        "What is reached is a bound from below on what the reads tell.",
    )


def _panel(
    axes: Axes,
    scores: Sequence[Scores],
    mean: Callable[[Scores], np.ndarray],
    of_units: Callable[[Scores], np.ndarray],
) -> None:
    axes.set_xscale("log")
    networks = [s for s in scores if s.name == "network"]
    if networks:
        x = [s.weights for s in networks]
        each = np.stack([of_units(s)[:MOST, 0] for s in networks])
        if each.shape[1] > 1:
            axes.plot(x, each, color=colour("fit"), linewidth=0.5, alpha=0.35, zorder=1)
        _points(axes, x, [mean(s) for s in networks], "o-", colour("fit"), "network")
    marks = {"linear": "D", "ridge": "v"}
    for s in scores:
        if s.name in marks:
            _points(axes, [s.weights], [mean(s)], marks[s.name], INK, s.name)
        elif s.kind == "program":
            name = clip(s.name, 28)
            _points(axes, [max(s.weights, 1)], [mean(s)], "s", colour("program"), name)
    axes.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
    tidy(axes, grid="both")
    axes.margins(x=0.12, y=0.1)


def _points(
    axes: Axes, x: Sequence[int], ends: Sequence[np.ndarray], mark: str, tint: str, name: str
) -> None:
    middle, low, high = np.asarray(ends, np.float64).T
    axes.plot(x, middle, mark, color=tint, markersize=5, linewidth=1.4, label=name, zorder=3)
    axes.vlines(x, low, high, color=tint, linewidth=1.3, zorder=2)
