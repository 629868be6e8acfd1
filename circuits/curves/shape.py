"""The shape that all curve detectors share, fitted on design images.

The start is a template (``TEMPLATE``: near where descents from round numbers of the order of what
Cammarata et al. describe had ended) and the directions that the family finder measured. Then
squared error on design images goes down by gradient, shape and single units together. Of the result
only the shape is kept, to two digits: ``circuits.curves.fit`` finds the units' constants anew from
there.

``python -m circuits.curves.shape`` prints the shape for the mirrored checkpoint, and how well it
does on design images that it was not fitted on. Sharp edge: a few minutes, and most of a gigabyte.
"""

import jax
import jax.numpy as jnp

import aann
from circuits.curves import fit as curve_calibration
from circuits.curves import mirrored
from circuits.curves import program as curve_detectors
from circuits.curves.checks import check
from circuits.curves.energy import oriented_energy
from circuits.curves.family import Family
from circuits.curves.fit import begin, values
from circuits.fitting.descent import (
    Evidence,
    correlations,
    descend,
    gather,
    least_squares_gain,
    spread,
)

IMAGES = 350
EPOCHS = 14

TEMPLATE = {
    "contrast": 5.0,
    "bend_curvature": 0.01,
    "bend_length": 7.5,
    "bend_width": 5.3,
    "bend_tuning": 30.0,
    "echo": 1.8,
    "echo_curvature": 0.017,
    "echo_length": 5.4,
    "echo_width": 5.9,
    "line": 1.1,
    "line_length": 2.1,
    "line_width": 4.2,
    "line_tuning": 60.0,
    "lean": 0.25,
    "lean_along": -3.2,
    "lean_spread": 0.7,
    "lean_turn": 23.0,
    "closing": 0.04,
    "closing_along": 10.0,
    "closing_inward": 10.0,
    "closing_spread": 6.0,
    "closing_turn": 40.0,
    "crossing": 0.04,
    "early_threshold": 0.026,
    "tuning": 8.7,
    "crowd_spread": 4.7,
    "around_spread": 18.0,
    "halo_spread": 40.0,
    "oblique_along": 7.0,
    "oblique_inward": -0.5,
    "oblique_spread": 9.0,
    "oblique_turn": 54.0,
    "oblique_tuning": 50.0,
    "ends_along": 11.0,
    "ends_inward": -3.0,
    "ends_spread": 9.0,
    "ends_turn": 23.0,
}
"""Where the search begins. Thresholds are low: a unit that is silent everywhere has no gradient."""

STEPS = {
    **dict.fromkeys(("crossing", "line", "echo", "lean", "closing"), 0.2),
    **dict.fromkeys(("lean_along", "oblique_along", "oblique_inward"), 4.0),
    **dict.fromkeys(("closing_along", "closing_inward", "ends_along", "ends_inward"), 4.0),
    **dict.fromkeys(("lean_turn", "closing_turn", "oblique_turn", "ends_turn"), 15.0),
    "bend_curvature": 0.02,
    "echo_curvature": 0.02,
    "early_threshold": 0.02,
}
"""The scale on which each of these shape constants is searched."""

LOGARITHMIC = tuple(n for n in TEMPLATE if n not in STEPS)
"""The others are positive; their logarithm is searched, on this scale:"""

STEP = 0.4


def fit_shape(model: aann.Model, family: Family, design: aann.Design) -> dict[str, float]:
    """The shape constants of least squared error on all of ``design``, to two digits.

    Args:
        model: the model.
        family: units and rough directions, at a site on the program's own grid.
        design: images to fit on.

    Returns:
        name -> value, for the names in ``TEMPLATE``.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: there is no family, its grid is not the program's, or pictures are not from 0
            to 255, to which the shape belongs.
    """
    if not check(model, family).plain or family.inputs.unit != 1:
        raise ValueError(
            "the shape belongs to pictures from 0 to 255, channels last, and cells at 8 i + 7; "
            f"the family's are {family.inputs} and {family.cells}"
        )
    return two_digits(descend_shape(family, energies(model, family, design)))


def two_digits(fitted: aann.Constants) -> dict[str, float]:
    """The shape constants among ``fitted``, rounded."""
    return {name: float(f"{float(fitted[name]):.2g}") for name in TEMPLATE}


def energies(model: aann.Model, family: Family, design: aann.Design) -> Evidence:
    """Oriented energy, which no fitted constant changes, and natural activations."""
    shape = values(curve_detectors.SHAPE)
    return gather(
        model,
        family.site,
        family.units,
        design,
        lambda x: oriented_energy(x, shape),
    )


def descend_shape(family: Family, evidence: Evidence) -> aann.Constants:
    """Shape and unit constants of least squared error, from the template."""
    shape = {**values(curve_detectors.SHAPE), **{n: jnp.float32(x) for n, x in TEMPLATE.items()}}
    start = begin(family, aann.Constants(shape))
    scale = least_squares_gain(unit_values, start, evidence)
    start = aann.Constants({**start, "gain": start.gain * scale})
    steps = {**curve_calibration.STEPS, **dict.fromkeys(LOGARITHMIC, STEP), **STEPS}
    logarithmic = (*curve_calibration.LOGARITHMIC, *LOGARITHMIC)
    return descend(
        unit_values, start, evidence, steps=steps, logarithmic=logarithmic, epochs=EPOCHS
    )


def unit_values(energy: jax.Array, c: aann.Constants) -> jax.Array:
    """The program from oriented energy on."""
    return curve_detectors.unit_curves(curve_detectors.early_curves(energy, c), c)


def main(argv: list[str] | None = None) -> None:
    """Print the shape for the mirrored checkpoint."""
    model, family, design = mirrored.begin("circuits.curves.shape", __doc__, argv)
    shown = spread(design, IMAGES)
    evidence = energies(model, family, shown)
    fitted = descend_shape(family, evidence)
    for name, value in two_digits(fitted).items():
        print(name, value)
    rest = design.take([i for i, name in enumerate(design.names) if name not in set(shown.names)])
    for part, seen in (("fitted", evidence), ("other", energies(model, family, rest))):
        mean = correlations(unit_values, fitted, seen).mean()
        print(f"mean correlation on {len(seen.seen)} {part} design images {mean:.3f}")


if __name__ == "__main__":
    mirrored.run(main)
