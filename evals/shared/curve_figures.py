"""What the evaluations of curve detectors show beside their bars, as arrays for a report."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import aann
from aann.trace.site import INPUT
from aann.vis.tuning.radial import FEW, Radial, radial
from circuits.curves import family as curve_family

SHOWN = {"best": 0.0, "median": 0.5, "worst": 1.0}


def maps(
    model: aann.Model, program: aann.Replacement, heldout: aann.HeldOut, report: aann.Report
) -> dict[str, np.ndarray]:
    """Natural and artificial maps of three images, and a sentence on how they were picked.

    Best, median and worst by the part of the damage that is left, among the half of the images that
    zero-ablation damages most: on the others the units hardly matter.
    """
    names = [r.name for r in report.rows]
    kl, zeroed = (report.arrays["losses/kl"][names.index(n)] for n in (program.name, "zero"))
    damaged = np.argsort(-zeroed)[: (len(zeroed) + 1) // 2]
    ranked = damaged[np.argsort(kl[damaged] / np.maximum(zeroed[damaged], 1e-12))]
    chosen = [int(ranked[round(place * (len(ranked) - 1))]) for place in SHOWN.values()]
    pictures = heldout.load(chosen)
    natural, artificial = (np.asarray(x) for x in _both(model, program, pictures))
    units = np.maximum(natural, artificial).max((1, 2)).argmax(-1)
    titles = [
        f"{name}: {heldout.names[i]}, unit {program.units[u]}, "
        f"KL {kl[i]:.2g} (zeroed {zeroed[i]:.2g})"
        for name, i, u in zip(SHOWN, chosen, units, strict=True)
    ]
    three = np.arange(len(chosen))
    return {
        "pictures": pictures.astype(np.uint8),
        "natural_maps": natural[three, :, :, units],
        "artificial_maps": artificial[three, :, :, units],
        "map_titles": np.asarray(titles),
        "map_choice": np.asarray(
            f"Of the {len(damaged)} images of {len(zeroed)} that zeroing the units damages most, "
            "those with the least, the median and the largest part of the KL damage left by the "
            f"program; of each, the one of its {len(program.units)} units with the highest peak, "
            "natural or artificial."
        ),
    }


def tuning(model: aann.Model, program: aann.Replacement, family: curve_family.Family) -> Radial:
    """Responses of the family to curves of every direction, natural and artificial, with bands."""
    return radial(
        model,
        family.site,
        family.units,
        artificial=program,
        radii=curve_family.RADII,
        **FEW,
        low_high=(family.inputs.low, family.inputs.high),
        place=family.cells.centre,
    )


def _both(
    model: aann.Model, program: aann.Replacement, pictures: np.ndarray
) -> tuple[jax.Array, jax.Array]:
    """What the units do, and what the program makes of what it reads in the intact model."""
    names = [program.site, *(r for r in program.reads if r != INPUT)]

    def read(x: jax.Array) -> tuple[Any, Any]:
        values = {**aann.capture(model, names)(x)[1], INPUT: x}
        seen = [values[r] for r in program.reads]
        return program.pick(values[program.site]), program.compute(*seen)

    natural, artificial = jax.jit(read)(jnp.asarray(pictures))
    return natural, artificial
