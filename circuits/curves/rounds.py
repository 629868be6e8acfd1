"""The rounds in which the curve program grew: the error that was seen, and what was changed.

Each round is a setting of ``circuits.curves.program``: terms that came later are at their neutral
values (weights of zero), the others as they were fitted in that round, on design images. The
settings are in ``rounds.json``. ``python -m circuits.curves.rounds`` fits them again for the
mirrored checkpoint and prints that file; the last round is the program as it is registered.

Sharp edge: as long as the shape and the units' constants together: a quarter of an hour and more.
"""

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import aann
from aann.shown.brief import brief
from circuits.curves import fit as curve_calibration
from circuits.curves import mirrored
from circuits.curves import program as curve_detectors
from circuits.curves import shape as curve_shape
from circuits.curves.checks import check
from circuits.curves.fit import values
from circuits.fitting.descent import Evidence, Program, descend, least_squares_gain, spread

EPOCHS = 4
FILE = "rounds.json"

ONE_ARC = {
    "contrast": 3.5, "bend_curvature": 0.043, "bend_length": 4.4, "bend_width": 1.7,
    "bend_tuning": 16.0, "echo": 0.0, "line": 0.0, "lean": 0.0, "closing": 0.0,
    "crossing": 0.82, "early_threshold": 0.112, "tuning": 16.0, "crowd_spread": 9.8,
    "around_spread": 19.6,
}  # fmt: skip
"""The shape before the first round. Its echo was the arc itself, at half its weight."""

ONE_ARC_UNITS = {
    "length": 9.8, "width": 4.4, "curvature": 0.026, "halo": 0.0, "anticlockwise": 0.0,
    "clockwise": 0.0, "ends": 0.0, "around": 1.0, "threshold": 1.5e-4,
    "direction": [65.0, 329, 34, 146, 251, 120, 42, 303, 138, 226],
    "right": [-8, -1.5, -3, -1.5, 2, 2.5, -3.5, -7, -2, -1],
    "up": [1.5, 7, 2, 0.5, 4, -5, 3.5, 6, 0.5, 5.5],
    "opposing": [0.9, 0.8, 1.05, 1.05, 0.95, 0.95, 0.35, 0.9, 0.35, 0.55],
    "crowd": [0.1, 0.2, -0.05, -0.05, 0.05, 0.05, 0.65, 0.1, 0.65, 0.45],
    "gain": [16500.0, 18500, 20500, 23000, 15000, 21000, 8000, 19500, 10000, 9000],
}  # fmt: skip
"""The units before the first round: one arc, and two weights that add up to one."""

OWN = ("length", "width", "curvature", "crowd", "around", "threshold")
LOBES = ("halo", "anticlockwise", "clockwise", "ends")
EARLY = ("echo", "line", "bend_", "echo_", "line_", "crossing", "early_threshold", "contrast")
LEANING = tuple(n for n in curve_shape.TEMPLATE if not n.startswith("closing"))


class Round(NamedTuple):
    """One turn from an error to the program.

    Attributes:
        name: of the program as it is after it.
        error: what was seen, on design images.
        change: what was made of it.
        shape: constants of the shape that came to life in it: names, or how they begin.
        units: constants of units that came to life in it.
    """

    name: str
    error: str
    change: str
    shape: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return brief(self)


ROUNDS = (
    Round("one arc", "", "the program to begin with: one arc for all units"),
    Round(
        "own arcs",
        "the units differ in what they miss: some want nearly straight contours, some small discs",
        "length, width, curvature, crowd, surround and threshold of each unit",
        units=OWN,
    ),
    Round(
        "lobes",
        "filters left free turn out a few lobes: against curves aslant, differently on both sides, "
        "against curves that face the same way around small discs, against arcs that go on",
        "a halo, two oblique lobes and ends, with weights of each unit",
        units=LOBES,
    ),
    Round(
        "an echo that is one",
        "with free filters of early curves the same units fit far better: the echo of an early "
        "curve was the arc itself, since lines turned about by 180 degrees are the same lines",
        "the echo is the arc that bends the other way, heavier than the arc; a short line",
        shape=EARLY,
    ),
    Round(
        "leaning lines",
        "free filters go on to suppress lines that lean over",
        "one more lobe of early curves; everything fitted together",
        shape=LEANING,
    ),
    Round(
        "closing lines",
        "what is free in early filters alone now suppresses lines that turn in beyond the ends, "
        "where the arc closes to something small",
        "one more lobe of early curves",
        shape=("closing",),
    ),
    Round(
        "outputs",
        "squared error at the site spends itself on activations that the network does not use",
        "the units' constants descend KL(intact || spliced), and what correlation they lose",
    ),
)


@functools.cache
def _settings() -> dict[str, Any]:
    text = resources.files("circuits.curves").joinpath(FILE).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def program(name: str) -> aann.Replacement:
    """The program as it was after a round, in place of the mirrored checkpoint's family.

    Args:
        name: of the round.

    Raises:
        ValueError: there is no such round.
    """
    names = [one.name for one in ROUNDS]
    if name not in names:
        raise ValueError(f"no round {name!r}: they are {', '.join(map(repr, names))}")
    last: aann.Replacement = curve_detectors.curve_detectors
    if name == names[-1]:
        return last.with_constants(name=name)
    found = {n: aann.Constant(x, "fitted", f"round {name!r}") for n, x in _settings()[name].items()}
    return last.with_constants(name=name, **found)


def first() -> aann.Constants:
    """The constants before the first round."""
    n = len(curve_detectors.curve_detectors.units)
    shape = {**values(curve_detectors.SHAPE), **{m: jnp.float32(x) for m, x in ONE_ARC.items()}}
    units = {m: jnp.broadcast_to(jnp.asarray(x, jnp.float32), n) for m, x in ONE_ARC_UNITS.items()}
    return aann.Constants({**shape, **units})


def fitted(one: Round, before: aann.Constants, free: set[str], energy: Evidence) -> aann.Constants:
    """The constants after a round, of least squared error.

    Args:
        one: the round.
        before: the constants after the round before it.
        free: names of the units' constants that are alive, those of this round among them.
        energy: oriented energy and natural activations of design images.
    """
    shape = [n for n in curve_shape.TEMPLATE if n.startswith(one.shape)] if one.shape else []
    begin = {n: jnp.float32(curve_shape.TEMPLATE[n]) for n in shape}
    n = len(before.gain)
    if one.units == LOBES:
        begin |= {m: jnp.full(n, curve_detectors.UNIT[m]) for m in LOBES}
    start = aann.Constants({**before, **begin})
    steps = {**curve_calibration.STEPS, **dict.fromkeys(curve_shape.LOGARITHMIC, curve_shape.STEP)}
    steps |= curve_shape.STEPS
    logarithmic = (*curve_calibration.LOGARITHMIC, *curve_shape.LOGARITHMIC)
    run: Program = curve_shape.unit_values
    seen = energy
    if not shape:
        run = curve_detectors.unit_curves
        seen = Evidence(early_maps(energy.seen, start), energy.natural)
    start = aann.Constants({**start, "gain": start.gain * least_squares_gain(run, start, seen)})
    names = [*free, *shape]
    return descend(
        run, start, seen, steps={m: steps[m] for m in names}, epochs=EPOCHS,
        logarithmic=[m for m in logarithmic if m in names],
    )  # fmt: skip


def early_maps(energy: np.ndarray, c: aann.Constants) -> np.ndarray:
    """Early curves of each image, (n, rows, columns, facing)."""
    look = jax.jit(lambda x: curve_detectors.early_curves(x, c))
    return np.concatenate([np.asarray(look(jnp.asarray(x[None]))) for x in energy])


def rounded(c: Mapping[str, jax.Array]) -> dict[str, Any]:
    """Three digits, which is more than the constants are known to."""
    digits = np.vectorize(lambda x: float(f"{x:.3g}"))
    return {n: digits(np.asarray(x, np.float64)).tolist() for n, x in c.items()}


def main(argv: list[str] | None = None) -> None:
    """Fit the rounds again and print them as JSON."""
    model, family, design = mirrored.begin("circuits.curves.rounds", __doc__, argv)
    energy = curve_shape.energies(model, family, spread(design, curve_shape.IMAGES))
    c, free = first(), {"direction", "right", "up", "opposing", "gain"}
    found = {ROUNDS[0].name: rounded(c)}
    for one in ROUNDS[1:-2]:
        free |= set(one.units)
        c = fitted(one, c, free, energy)
        found[one.name] = rounded(c)
    shape = values(curve_detectors.SHAPE)
    seen = Evidence(early_maps(energy.seen, aann.Constants(shape)), energy.natural)
    placing = check(model, family)
    last = curve_calibration.descend_units(family, seen, curve_detectors.SHAPE, placing)
    found[ROUNDS[-2].name] = rounded(last)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    mirrored.run(main)
