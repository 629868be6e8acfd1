"""Constants of ``early_curves``, from measured tuning and design images.

The angles of ``curves_from_3a`` and a template set by hand are where the search begins; then
squared error on design images goes down by gradient, everything together, and the result is
rounded to the digits that count.
"""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.curves import energy, placed
from circuits.curves import fit as curve_calibration
from circuits.curves import program as curve_detectors
from circuits.curves.cells import Cells
from circuits.curves.cells import measure as measure_cells
from circuits.curves.fit import to_grain
from circuits.curves.inputs import Inputs
from circuits.curves_from_3a.provenance import two_digits, whole_degrees
from circuits.early_curves import program as early_curves
from circuits.fitting.descent import descend, gather, least_squares_gain, spread

IMAGES = 160
EPOCHS = 10

TEMPLATE = {
    "contrast": 3.5,
    "curvature": 0.03,
    "curve_length": 6.0,
    "line_length": 7.0,
    "width": 2.0,
    "opposing": 0.5,
    "threshold": 0.0,
}
STEPS = {
    **dict.fromkeys(("contrast", "curvature", "curve_length", "line_length", "width"), 0.5),
    **{n: curve_calibration.STEPS[n] for n in ("right", "up", "opposing", "gain")},
    "crossing": 0.4,
    "threshold": 0.05,
    "curve_direction": 15.0,
    "line_normal": 15.0,
}
LOGARITHMIC = ("contrast", "curvature", "curve_length", "line_length", "width", "gain")


def calibrate(
    model: aann.Model,
    site: str,
    reader: aann.Replacement,
    design: aann.Design,
    inputs: Inputs,
    images: int = IMAGES,
) -> aann.Replacement:
    """``early_curves`` in place of the units of ``site`` that ``reader`` reads.

    Args:
        model: the model.
        site: a spatial site of stride 8.
        reader: ``curves_from_3a``, with its constants.
        design: images to fit on.
        inputs: the pictures that the model takes.
        images: how many of them, evenly spread over their names.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: the site has no cells 8 pixels apart.
    """
    cells = measure_cells(model, site, inputs)
    place = placed.placing(inputs, inputs.shape(model), cells)
    known = {n: np.asarray(c.value) for n, c in reader.constants.items()}
    curves, lines = known["curve_channels"].tolist(), known["line_channels"].tolist()
    pixels = curve_calibration.values(curve_detectors.SHAPE)
    seen = gather(
        model, site, (*curves, *lines), spread(design, images),
        lambda x: energy.oriented_energy(place.canvas(x), pixels), axis=place.axis,
    )  # fmt: skip

    def program(energy: jax.Array, c: aann.Constants) -> jax.Array:
        return place.cut(early_curves.early_units(energy, c))

    start = begin(known["curve_direction"], known["line_normal"], cells, inputs)
    start = aann.Constants({**start, "gain": least_squares_gain(program, start, seen)})
    fitted = descend(program, start, seen, steps=STEPS, logarithmic=LOGARITHMIC, epochs=EPOCHS)
    found = constants(fitted, len(seen.seen))
    return early_curves.replacement(model.name, site, curves, lines, found, place)


def begin(
    directions: np.ndarray, normals: np.ndarray, cells: Cells, inputs: Inputs
) -> aann.Constants:
    """Where the search begins: the angles, the middles of the site's cells, gain 1."""
    n = len(directions) + len(normals)
    shape = {m: jnp.float32(curve_detectors.SHAPE[m].value) for m in early_curves.FROM_PIXELS}
    template = {**TEMPLATE, "contrast": TEMPLATE["contrast"] * inputs.unit}
    right, up = placed.left_over(cells)
    return aann.Constants(
        {
            **shape,
            **{m: jnp.float32(x) for m, x in template.items()},
            "curve_direction": jnp.asarray(directions, jnp.float32),
            "line_normal": jnp.asarray(normals, jnp.float32),
            "right": jnp.full(n, right, jnp.float32),
            "up": jnp.full(n, up, jnp.float32),
            "crossing": jnp.full(n, 0.5),
            "gain": jnp.ones(n),
        }
    )


def constants(fitted: Mapping[str, object], images: int) -> dict[str, aann.Constant]:
    """What was fitted to that many images, rounded to the digits that count."""
    rounded: dict[str, object] = {
        **{n: two_digits(fitted[n]) for n in (*TEMPLATE, "gain")},
        "curve_direction": whole_degrees(fitted["curve_direction"], 360.0),
        "line_normal": whole_degrees(fitted["line_normal"], 180.0),
        **{n: to_grain(fitted[n], 0.5) for n in ("right", "up")},
        "crossing": to_grain(fitted["crossing"], 0.05),
    }
    note = f"squared error on {images} design images"
    shape = {n: curve_detectors.SHAPE[n] for n in early_curves.FROM_PIXELS}
    return shape | {n: aann.Constant(x, "fitted", note) for n, x in rounded.items()}
