"""What a program misses, as examples and as pictures made for the purpose."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from aann.residuals.lab import Lab
from aann.residuals.observed import Observed
from aann.residuals.upstream_found import Upstream
from aann.residuals.worst import Worst
from aann.vis.caption import captioned
from aann.vis.features.objectives.units import channel
from aann.vis.features.visualise import visualise
from aann.vis.features.visualised import shown
from aann.vis.receptive_field import picture_problems, receptive_field
from aann.vis.residuals.chapter import Chapter, PageSettings
from aann.vis.residuals.upstream import upstream_of_residual
from aann.vis.residuals.worst_contexts import worst_contexts
from aann.vis.residuals.worst_pictures import worst_pictures
from aann.vis.residuals.worst_values import worst_values
from aann.vis.style import INK, LARGE, NORMAL, figure

DRAWN = 5
"""Upstream units whose feature visualisation is drawn."""


def missed(chapter: Chapter, lab: Lab, part: Observed, settings: PageSettings) -> Chapter:
    """The worst misses, and pictures that were optimised for missing.

    Args:
        chapter: to add to.
        lab: the residual lab.
        part: what was observed of one replacement.
        settings: of the page.
    """
    found = lab.worst(part.replacement.name)
    chapter.tables.append(found)
    if not any(len(found.of(kind)) for kind in ("over", "under")):
        chapter.notes.append("The program misses nothing.")
        return chapter
    chapter.figures["worst"] = _worst(lab, part, found)
    if settings.steps and takes_pictures(lab) and not part.replacement.host:
        drawn = chapter.tried(
            "pictures optimised for the residual", lambda: _optimised(lab, part, settings)
        )
        if drawn is not None:
            chapter.figures["worst_optimised"] = drawn
    return chapter


def _worst(lab: Lab, part: Observed, found: Worst) -> Figure:
    """Pictures, tokens or numbers, as examples are."""
    r = part.replacement
    if takes_pictures(lab):
        if len(part.places) < 2 or r.positions is not None:
            return worst_pictures(found)
        field = receptive_field(lab.bench.model, r.site, r.units, axis=r.axis)
        return worst_pictures(found, field=field)
    try:
        return worst_contexts(found)
    except ValueError:  # attention patterns have a position for each pair of tokens
        return worst_values(found)


def _optimised(lab: Lab, part: Observed, settings: PageSettings) -> Figure:
    drawing = figure(4.6, 2.9)
    panels = drawing.subplots(1, 2)
    sides = (("units fire, the program does not", False), ("the program fires, units do not", True))
    for axes, (title, over) in zip(panels, sides, strict=True):
        seen = lab.visualise(
            name=part.replacement.name, over=over, steps=settings.steps, seed=settings.seed,
            low_high=settings.low_high, progress=settings.progress,
        )  # fmt: skip
        axes.imshow(shown(seen.pictures[0, 0]), cmap="gray", vmin=0, vmax=1)
        axes.set_title(f"{title}\n{seen.values[0, 0]:.3g}", fontsize=NORMAL, color=INK)
        axes.axis("off")
    drawing.suptitle("pictures optimised for missing", fontsize=LARGE, color=INK)
    return captioned(
        drawing,
        "Pictures with the largest mean of natural minus artificial over all units and positions, "
        "and with the smallest. The number is that mean. Each picture had to survive random "
        "padding, shifts, turns and changes of scale at every step.",
    )


def upstream_seen(chapter: Chapter, lab: Lab, found: Upstream, settings: PageSettings) -> Figure:
    """What predicts the residual, with the best units' feature visualisations.

    Args:
        chapter: takes a note where they cannot be drawn.
        lab: the residual lab.
        found: what predicts its residual.
        settings: of the page.
    """
    pictures: Mapping[Any, np.ndarray] = {}
    if settings.steps and takes_pictures(lab):
        drawn = chapter.tried(
            "feature visualisations of upstream units", lambda: _features(lab, found, settings)
        )
        pictures = drawn or {}
    return upstream_of_residual(found, pictures)


def _features(lab: Lab, found: Upstream, settings: PageSettings) -> Mapping[Any, np.ndarray]:
    """(site, index of a unit) -> picture, of channels that predict most."""
    best = [unit for unit in found.best(DRAWN) if len(unit.unit) == 1 and unit.site != "input"]
    if not best:
        return {}
    seen = visualise(
        lab.bench.model, [channel(unit.site, unit.unit[0]) for unit in best], steps=settings.steps,
        low_high=settings.low_high, seed=settings.seed, progress=settings.progress,
    )  # fmt: skip
    return {(u.site, u.unit): p[0] for u, p in zip(best, seen.pictures, strict=True)}


def takes_pictures(lab: Lab) -> bool:
    """Whether examples are pictures that can be optimised: floating numbers, rows and columns."""
    one = lab.bench.model.batch(1)
    return hasattr(one, "dtype") and np.issubdtype(one.dtype, np.floating) and not picture_problems(
        lab.bench.model, None
    )  # fmt: skip
