"""All measurements of a residual lab, with their tables and figures, in the order of reading.

Costs and gains are those of all replacements together, all else is measured one by one. What cannot
be measured is left out with a note.
"""

import dataclasses

import numpy as np

from aann.data.examples import Design
from aann.residuals.lab import Lab
from aann.residuals.observed import Observed
from aann.vis.residuals.calibration import calibration_curves
from aann.vis.residuals.chapter import Chapter, PageSettings
from aann.vis.residuals.components import components_of_residual
from aann.vis.residuals.costs import costs_of_errors
from aann.vis.residuals.gains import gains_of_mending
from aann.vis.residuals.kinds import kinds_of_misses
from aann.vis.residuals.missed import missed, upstream_seen
from aann.vis.residuals.nearest import unknowable
from aann.vis.residuals.predictable import sizes as by_size
from aann.vis.residuals.quantiles import error_by_quantile
from aann.vis.residuals.spectrum import power_by_frequency
from aann.vis.residuals.units import units_and_program
from aann.vis.residuals.where import error_by_position


def chapters(lab: Lab, settings: PageSettings) -> list[Chapter]:
    """All measurements of a lab, in the order in which they are read."""
    together = [_costs(lab, settings)]
    several = len(lab.parts) > 1
    apart = []
    for part in lab.parts:
        r = part.replacement
        mark, of = (f"{r.name}_".replace(" ", "_"), f" of {r.name}") if several else ("", "")
        for chapter in _of_part(lab, part, settings):
            named = {f"{mark}{key}": figure for key, figure in chapter.figures.items()}
            apart.append(dataclasses.replace(chapter, heading=chapter.heading + of, figures=named))
    first = Chapter("At a glance", [lab])
    return [c for c in [first, *together, *apart] if c.figures or c.tables or c.notes]


def _of_part(lab: Lab, part: Observed, settings: PageSettings) -> list[Chapter]:
    name = part.replacement.name
    near, kinds = Chapter("Units beside the program"), Chapter("Kinds of misses")
    units, found = lab.units(name), lab.kinds(name)
    near.tables.append(units)
    near.figures |= {
        "units": units_and_program(units),
        "quantiles": error_by_quantile(lab.by_quantile(name)),
        "calibration": calibration_curves(lab.calibration(name)),
    }
    kinds.tables.append(found)
    kinds.figures["kinds"] = kinds_of_misses(found)
    return [
        near, kinds, missed(Chapter("The worst misses"), lab, part, settings),
        _where(lab, name), _missing(lab, part, settings), _reach(lab, name, settings),
    ]  # fmt: skip


def _where(lab: Lab, name: str) -> Chapter:
    chapter, part = Chapter("Where it is wrong"), lab.part(name)
    if part.columns * np.prod(part.places) == 1:
        return chapter
    chapter.figures["where"] = error_by_position(lab.where(name))
    for key, found in (
        ("over_units", lab.over_units(name)),
        ("over_places", lab.over_places(name)),
    ):
        if found is not None:
            chapter.figures[key] = components_of_residual(found)
    spectrum = lab.spectrum(name)
    if spectrum is not None:
        chapter.figures["spectrum"] = power_by_frequency(spectrum)
    return chapter


def _costs(lab: Lab, settings: PageSettings) -> Chapter:
    chapter = Chapter("What it costs")
    metric, progress = settings.metric, settings.progress
    costs = chapter.tried("costs", lambda: lab.costs(metric, progress=progress))
    if costs is None:
        return chapter
    chapter.tables.append(costs)
    chapter.figures["costs"] = costs_of_errors(costs)
    gains = chapter.tried("gains", lambda: lab.gains(metric, seed=settings.seed, progress=progress))
    if gains is not None:
        chapter.tables.append(gains)
        chapter.figures["gains"] = gains_of_mending(gains)
    return chapter


def _missing(lab: Lab, part: Observed, settings: PageSettings) -> Chapter:
    chapter = Chapter("What is missing")
    if not isinstance(lab.examples, Design):
        chapter.notes.append("Left out: what predicts the residual, which is fitted on design.")
        return chapter
    found = chapter.tried(
        "what predicts the residual",
        lambda: lab.upstream(part.replacement.name, seed=settings.seed, progress=settings.progress),
    )
    if found is not None:
        chapter.tables.append(found)
        chapter.figures["upstream"] = upstream_seen(chapter, lab, found, settings)
    return chapter


def _reach(lab: Lab, name: str, settings: PageSettings) -> Chapter:
    chapter = Chapter("What the same reads reach")
    if settings.sizes is None or not isinstance(lab.examples, Design):
        return chapter
    found = chapter.tried(
        "what the same reads reach",
        lambda: lab.bracket(
            name, sizes=settings.sizes, seed=settings.seed, progress=settings.progress
        ),
    )
    if found is not None:
        chapter.tables.append(found)
        chapter.figures["sizes"] = by_size(found.predictability)
        if found.neighbours is not None:
            chapter.figures["neighbours"] = unknowable(found.neighbours)
    return chapter
