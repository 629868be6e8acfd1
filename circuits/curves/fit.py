"""Constants of single curve detectors, calibrated on design images.

For each unit of a family: its exact direction, where its receptive field is centred, the form of
its arc, how much each thing that speaks against it counts, and its gain. The start is what the
family finder measured; then squared error on design images goes down by gradient, the shared shape
staying as it is. Squared error shrinks what it cannot predict and treats all errors alike, so that
the same constants then descend the divergence of the network's outputs, and what they lack of the
natural values' correlation, on the same images (``circuits.fitting.finish``), and all gains get
one factor that is best on others (``circuits.fitting.loudness``). Last, everything is rounded to
what it is known to.

``python -m circuits.curves.fit`` prints the constants of the mirrored checkpoint. Sharp
edge: the result depends on the design images alone; held-out images are refused.
"""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import aann
from aann.shown.brief import brief
from circuits.curves import mirrored, placed
from circuits.curves import program as curve_detectors
from circuits.curves.checks import check, check_fires, warn_of_the_mean
from circuits.curves.energy import oriented_energy
from circuits.curves.family import Family
from circuits.fitting import finish, loudness
from circuits.fitting.descent import Evidence, descend, gather, least_squares_gain, spread

IMAGES = 350
LOUDNESS_IMAGES = 64
EPOCHS = 14
OUTPUT_EPOCHS, RATE, BESIDE = 6, 0.05, 2.0
"""How the last descent goes, see ``circuits.fitting.finish``."""

STEPS = {
    "direction": 15.0, "right": 4.0, "up": 4.0, "length": 0.3, "width": 0.3, "curvature": 0.01,
    "opposing": 0.4, "crowd": 0.4, "halo": 0.3, "anticlockwise": 0.5, "clockwise": 0.5,
    "ends": 0.3, "around": 0.4, "threshold": 2e-4, "gain": 0.5,
}  # fmt: skip
"""The scale on which each constant of a unit is searched."""

LOGARITHMIC = ("length", "width", "gain")
"""Of these, that of the logarithm."""

GRAIN = {"direction": 1.0, "right": 0.5, "up": 0.5, "length": 0.1, "width": 0.1,
         "curvature": 0.001, "threshold": 1e-5,
         **dict.fromkeys(("opposing", "crowd", "halo", "anticlockwise", "clockwise", "ends"), 0.02),
         "around": 0.1}  # fmt: skip
"""What each constant is rounded to; gains to two digits."""


class Calibrated(NamedTuple):
    """A program for a family, and the factor by which its gains were raised."""

    replacement: aann.Replacement
    loudness: loudness.Loudness

    def __repr__(self) -> str:
        return brief(self)


def calibrate(
    model: aann.Model, family: Family, design: aann.Design, images: int = IMAGES
) -> Calibrated:
    """``curve_detectors`` in place of ``family``.

    Args:
        model: the model.
        family: its units and rough directions, at a site whose cells are 8 pixels apart.
        design: images to fit on.
        images: how many of them, evenly spread over their names; the factor on the gains is chosen
            on up to ``LOUDNESS_IMAGES`` of the others, of all where too few are left.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: there is no family, the site's grid is not the program's, or a unit fires on no
            design image.

    Warns:
        UserWarning: some units are not tuned; the program does no better than the units' means.
    """
    placing = check(model, family)
    shape = scaled_shape(family)

    def early(image: jax.Array) -> jax.Array:
        energy = oriented_energy(placing.canvas(image), values(shape))
        return curve_detectors.early_curves(energy, values(shape))

    few = spread(design, images)
    evidence = gather(model, family.site, family.units, few, early, axis=placing.axis)

    def program(seen: jax.Array, c: aann.Constants) -> jax.Array:
        return unit_maps(seen, c, placing)

    def replacement(c: Mapping[str, np.ndarray], notes: Mapping[str, str]) -> aann.Replacement:
        return _program(model, family, placing, shape, c, notes)

    start = descend_units(family, evidence, shape, placing)
    check_fires(family, lambda seen: program(seen, start), evidence)
    note = f"squared error, then KL and correlation, on {len(few)} design images"
    same = dict.fromkeys(STEPS, note)
    exact = {n: np.asarray(start[n]) for n in STEPS}
    found = finish.descend(
        model, replacement(exact, same), program, start, evidence, few, steps=STEPS,
        logarithmic=LOGARITHMIC, epochs=OUTPUT_EPOCHS, rate=RATE, beside=BESIDE,
        misfit=finish.unlikeness,
    )  # fmt: skip
    rough = replacement(rounded(found), same)
    check_fires(family, lambda seen: program(seen, rough.values), evidence)
    chosen = loudness.choose(model, rough, others(design, few))
    notes = same | {"gain": f"{note}, then {raised(chosen)}"}
    warn_of_the_mean(chosen, family)
    return Calibrated(replacement(rounded(found, chosen.factor), notes), chosen)


def _program(
    model: aann.Model,
    family: Family,
    placing: placed.Placing,
    shape: Mapping[str, aann.Constant],
    units: Mapping[str, np.ndarray],
    notes: Mapping[str, str],
) -> aann.Replacement:
    own = {n: aann.Constant(x, "fitted", notes[n]) for n, x in units.items()}
    return curve_detectors.replacement(
        model.name, family.site, family.units, {**shape, **own}, placing
    )


def scaled_shape(family: Family) -> dict[str, aann.Constant]:
    """The shared shape, for pictures of the family's range."""
    contrast, unit = curve_detectors.SHAPE["contrast"], family.inputs.unit
    note = contrast.note if unit == 1 else f"{contrast.note}; times {unit:.3g}, a step of a pixel"
    scaled = dataclasses.replace(contrast, value=float(f"{contrast.value * unit:.3g}"), note=note)
    return {**curve_detectors.SHAPE, "contrast": scaled}


def others(design: aann.Design, fitted: aann.Design) -> aann.Design:
    """Design images that were not fitted on; of all of them where too few are left."""
    taken = set(fitted.names)
    rest = [i for i, name in enumerate(design.names) if name not in taken]
    return spread(design.take(rest) if len(rest) >= LOUDNESS_IMAGES else design, LOUDNESS_IMAGES)


def raised(chosen: loudness.Loudness) -> str:
    """What was done to gains, for their notes."""
    return (
        f"{chosen.factor:g} times as large: least KL(intact || spliced) on {chosen.images} design "
        "images"
    )


def unit_maps(early: jax.Array, c: aann.Constants, placing: placed.Placing) -> jax.Array:
    """The program from early curves on, at the site's cells."""
    return placing.cut(curve_detectors.unit_curves(early, c))


def descend_units(
    family: Family,
    early: Evidence,
    shape: Mapping[str, aann.Constant],
    placing: placed.Placing,
) -> aann.Constants:
    """Unit constants of least squared error, from what the family finder measured."""

    def program(seen: jax.Array, c: aann.Constants) -> jax.Array:
        return unit_maps(seen, c, placing)

    start = begin(family, values(shape))
    scale = least_squares_gain(program, start, early)
    start = aann.Constants({**start, "gain": start.gain * scale})
    return descend(program, start, early, steps=STEPS, logarithmic=LOGARITHMIC, epochs=EPOCHS)


def begin(family: Family, shape: aann.Constants) -> aann.Constants:
    """Where the search begins: the family's directions, the middles of its cells, typical units."""
    n = len(family.units)
    right, up = placed.left_over(family.cells)
    typical = {m: jnp.full(n, x, jnp.float32) for m, x in curve_detectors.UNIT.items()}
    here = {"right": jnp.full(n, right), "up": jnp.full(n, up)}
    directions = jnp.asarray(family.directions, jnp.float32)
    return aann.Constants({**shape, **typical, **here, "direction": directions})


def rounded(constants: Mapping[str, jax.Array], factor: float = 1.0) -> dict[str, np.ndarray]:
    """Unit constants to the digits that count, gains raised by ``factor``."""
    result = {name: to_grain(constants[name], grain) for name, grain in GRAIN.items()}
    result["direction"] = result["direction"] % 360.0
    result["gain"] = np.asarray([float(f"{factor * gain:.2g}") for gain in constants["gain"]])
    return result


def to_grain(values: object, grain: float) -> np.ndarray:
    """Numbers to the next multiple of ``grain``, which is a hundred-thousandth or more."""
    steps = np.round(np.asarray(values, np.float64) / grain)
    rounded: np.ndarray = np.round(steps * grain, 5) + 0.0  # no negative zero
    return rounded


def values(constants: Mapping[str, aann.Constant]) -> aann.Constants:
    """Constants as a program sees them."""
    return aann.Constants({n: jnp.asarray(c.value, jnp.float32) for n, c in constants.items()})


def main(argv: list[str] | None = None) -> None:
    """Print the constants of the mirrored checkpoint."""
    model, family, design = mirrored.begin("circuits.curves.fit", __doc__, argv)
    found = calibrate(model, family, design)
    print(family)
    print(found.loudness)
    print("units", family.units)
    for name in STEPS:
        print(name, np.asarray(found.replacement.constants[name].value).tolist())


if __name__ == "__main__":
    mirrored.run(main)
