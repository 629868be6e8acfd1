"""The shape that all curve detectors share, fitted on design images.

The start is a template set by hand (``TEMPLATE``: round numbers, of the order of what Cammarata et
al. describe) and the directions that the family finder measured. Then squared error on design
images goes down by gradient, shape and single units together. Of the result only the shape is kept,
to two digits: ``curve_calibration`` finds the units' constants anew from there.

``python -m circuits.curves.shape`` prints the shape for the mirrored checkpoint, and how well it
does on design images that it was not fitted on. Sharp edge: a few minutes, and most of a gigabyte.
"""

import jax
import jax.numpy as jnp

import aann
from circuits.curves import fit as curve_calibration
from circuits.curves import mirrored
from circuits.curves import program as curve_detectors
from circuits.curves.family import Family
from circuits.curves.fit import begin, check, values
from circuits.fitting.descent import (
    Evidence,
    correlations,
    descend,
    gather,
    least_squares_gain,
    spread,
)

IMAGES = 250
EPOCHS = 6

TEMPLATE = {
    "contrast": 8.0,
    "early_curvature": 0.03,
    "early_length": 6.0,
    "early_width": 1.5,
    "crossing": 0.4,
    "early_threshold": 0.05,
    "length": 7.0,
    "curvature": 0.02,
    "threshold": 0.0002,
}
"""Where the search begins. Thresholds are low: a unit that is silent everywhere has no gradient."""

STEP = 0.5
"""The scale on which the logarithm of each shape constant is searched."""


def fit_shape(
    model: aann.Model, site: str, family: Family, design: aann.Design
) -> dict[str, float]:
    """The shape constants of least squared error on all of ``design``, to two digits.

    Args:
        model: the model.
        site: where the family is, a spatial site of stride 8.
        family: its units and rough directions.
        design: images to fit on.

    Returns:
        name -> value, for the names in ``TEMPLATE``.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: the site is not where the family was found, or its grid is not the program's.
    """
    check(model, site, family)
    return two_digits(descend_shape(family, energies(model, site, family, design)))


def two_digits(fitted: aann.Constants) -> dict[str, float]:
    """The shape constants among ``fitted``, rounded."""
    return {name: float(f"{float(fitted[name]):.2g}") for name in TEMPLATE}


def energies(model: aann.Model, site: str, family: Family, design: aann.Design) -> Evidence:
    """Oriented energy, which no fitted constant changes, and natural activations."""
    shape = values(curve_detectors.SHAPE)
    return gather(
        model, site, family.units, design, lambda x: curve_detectors.oriented_energy(x, shape)
    )


def descend_shape(family: Family, evidence: Evidence) -> aann.Constants:
    """Shape and unit constants of least squared error, from the template."""
    shape = {**values(curve_detectors.SHAPE), **{n: jnp.float32(x) for n, x in TEMPLATE.items()}}
    start = begin(family, aann.Constants(shape))
    start = aann.Constants({**start, "gain": least_squares_gain(unit_values, start, evidence)})
    steps = {**curve_calibration.STEPS, **dict.fromkeys(TEMPLATE, STEP)}
    return descend(
        unit_values, start, evidence, steps=steps, logarithmic=("gain", *TEMPLATE), epochs=EPOCHS
    )


def unit_values(energy: jax.Array, c: aann.Constants) -> jax.Array:
    """The program from oriented energy on."""
    return curve_detectors.unit_curves(curve_detectors.early_curves(energy, c), c)


def main(argv: list[str] | None = None) -> None:
    """Print the shape for the mirrored checkpoint."""
    model, family, design = mirrored.begin("circuits.curves.shape", __doc__, argv)
    shown = spread(design, IMAGES)
    evidence = energies(model, family.site, family, shown)
    fitted = descend_shape(family, evidence)
    for name, value in two_digits(fitted).items():
        print(name, value)
    rest = design.take([i for i, name in enumerate(design.names) if name not in set(shown.names)])
    for part, seen in (("fitted", evidence), ("other", energies(model, family.site, family, rest))):
        mean = correlations(unit_values, fitted, seen).mean()
        print(f"mean correlation on {len(seen.seen)} {part} design images {mean:.3f}")


if __name__ == "__main__":
    mirrored.run(main)
