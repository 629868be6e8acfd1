"""Figures, feature visualisation, and the pictures that units are tried with.

The only wing that imports matplotlib. What is used at the keyboard is here by name, and comes when
it is first asked for: ``aann.vis.visualise(model, "mixed3b:343")``. The rest is in its modules:
``examples`` and ``contexts`` (what units do in data), ``units_seen`` (a page of some units),
``report`` (all figures of a report), ``style`` (what figures share), ``stimuli`` (synthetic
pictures), ``tuning`` (how units answer to them), ``features`` (what they answer to most).

May use: everything.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aann.vis.features.accentuation import accentuate
    from aann.vis.features.caricature import caricature
    from aann.vis.features.composed import Alpha, Shared
    from aann.vis.features.inversion import invert
    from aann.vis.features.metamers import metamers
    from aann.vis.features.objectives.batch import alignment, difference, diversity, interpolation
    from aann.vis.features.objectives.objective import Objective
    from aann.vis.features.objectives.pictures import away_from_grey, opacity, total_variation
    from aann.vis.features.objectives.program import (
        artificial,
        natural_minus_artificial,
        program_value,
    )
    from aann.vis.features.objectives.units import (
        channel,
        cosine,
        direction,
        layer,
        logit,
        neuron,
    )
    from aann.vis.features.parametrisations import Fourier, Maco, Pixels, mean_magnitude
    from aann.vis.features.transforms import ROBUST, Affine, Crop, Jitter, Noise, Pad, robust
    from aann.vis.features.visualise import visualise
    from aann.vis.report import figures
    from aann.vis.spaces.atlas import atlas
    from aann.vis.spaces.attribution_quilt import attribution_quilt
    from aann.vis.spaces.dictionary import dictionary
    from aann.vis.spaces.factors import factors
    from aann.vis.tuning.radial import radial

_LATER = {
    "features.accentuation": ("accentuate",),
    "features.caricature": ("caricature",),
    "features.inversion": ("invert",),
    "features.metamers": ("metamers",),
    "spaces.atlas": ("atlas",),
    "spaces.attribution_quilt": ("attribution_quilt",),
    "spaces.dictionary": ("dictionary",),
    "spaces.factors": ("factors",),
    "tuning.radial": ("radial",),
    "features.composed": ("Alpha", "Shared"),
    "features.objectives.batch": ("alignment", "difference", "diversity", "interpolation"),
    "features.objectives.objective": ("Objective",),
    "features.objectives.pictures": ("away_from_grey", "opacity", "total_variation"),
    "features.objectives.program": ("artificial", "natural_minus_artificial", "program_value"),
    "features.objectives.units": ("channel", "cosine", "direction", "layer", "logit", "neuron"),
    "features.parametrisations": ("Fourier", "Maco", "Pixels", "mean_magnitude"),
    "features.transforms": ("Affine", "Crop", "Jitter", "Noise", "Pad", "ROBUST", "robust"),
    "features.visualise": ("visualise",),
    "report": ("figures",),
}
"""Module -> what is here of it, as under TYPE_CHECKING."""

__all__ = [
    "ROBUST",
    "Affine",
    "Alpha",
    "Crop",
    "Fourier",
    "Jitter",
    "Maco",
    "Noise",
    "Objective",
    "Pad",
    "Pixels",
    "Shared",
    "accentuate",
    "alignment",
    "artificial",
    "atlas",
    "attribution_quilt",
    "away_from_grey",
    "caricature",
    "channel",
    "cosine",
    "dictionary",
    "difference",
    "direction",
    "diversity",
    "factors",
    "figures",
    "interpolation",
    "invert",
    "layer",
    "logit",
    "mean_magnitude",
    "metamers",
    "natural_minus_artificial",
    "neuron",
    "opacity",
    "program_value",
    "radial",
    "robust",
    "total_variation",
    "visualise",
]

if not TYPE_CHECKING:  # a checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        for module, names in _LATER.items():
            if name in names:
                found = getattr(importlib.import_module(f"aann.vis.{module}"), name)
                globals()[name] = found
                return found
        raise AttributeError(f"module 'aann.vis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
