"""Training of small networks: losses on what they are fitted to, and on what is kept apart."""

import numpy as np
from matplotlib.figure import Figure

from aann.residuals.predictor import Predictors
from aann.shown.brief import clip
from aann.vis.caption import captioned
from aann.vis.style import INK, LARGE, NORMAL, SMALL, figure, tidy

SHADES = ("#F0BE2C", "#C68502", "#872167", "#1141AB", "#198945", "#14171A")


def training(found: Predictors, *, title: str = "") -> Figure:
    """Losses over steps, a colour a network; a ring where the parameters were kept.

    Args:
        found: of ``aann.residuals.network``.
        title: by default what is predicted from what.
    """
    drawing = figure(6.4, 4.0)
    axes = drawing.subplots()
    for k, one in enumerate(found.parts):
        tint = SHADES[k % len(SHADES)]
        step, fitted, apart = one.curve.T
        name = f"{one.weights:,} numbers"
        axes.plot(step, apart, color=tint, linewidth=1.5, label=name)
        axes.plot(step, fitted, color=tint, linewidth=0.9, linestyle=":")
        best = int(np.flatnonzero(step == one.best)[0])
        axes.plot(one.best, apart[best], "o", color=tint, markersize=7, markerfacecolor="white")
    axes.set_yscale("log")
    axes.set_xlabel("step", fontsize=NORMAL, color=INK)
    axes.set_ylabel("loss, 1 for the mean", fontsize=NORMAL, color=INK)
    tidy(axes, grid="y")
    axes.legend(fontsize=SMALL, frameon=False)
    place = found.parts[0].place
    what = f"{clip(place.site, 30)} from {clip(', '.join(place.reads), 40)}"
    drawing.suptitle(title or what, fontsize=LARGE, color=INK)
    return captioned(
        drawing,
        "Mean squared error of small networks, in units of each unit's variance, over the steps "
        "of their training: solid on the design examples that were kept apart, dotted on those "
        "that were fitted to. The ring is where the parameters were kept.",
    )
