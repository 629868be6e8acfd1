"""Objectives that are written as strings: ``"mixed3b:343"``, ``"mixed3b"``, ``"logits:3"``."""

from typing import Any

from aann.vis.features.objectives.objective import Objective
from aann.vis.features.objectives.units import channel, layer, logit


def as_objective(given: Any) -> Objective:
    """An objective, or what a string says.

    ``"site:unit"`` is a channel, ``"site"`` all of a layer, ``"logits:unit"`` an output.

    Raises:
        TypeError: something else.
    """
    if isinstance(given, Objective):
        return given
    if not isinstance(given, str):
        raise TypeError(
            "an objective is of aann.vis.features.objectives or a string such as 'mixed3b:343', "
            f"got {type(given).__name__}"
        )
    site, mark, unit = given.rpartition(":")
    if not (mark and unit.isdecimal()):
        return layer(given)
    return logit(int(unit)) if site == "logits" else channel(site, int(unit))
