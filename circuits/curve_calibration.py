"""Constants of single curve detectors, calibrated on design images.

For each unit of a family: its exact direction, where its receptive field is centred, how much the
opposing curves count, and its gain. The start is what the family finder measured; then squared
error on design images goes down by gradient (Adam), the shared shape staying as it is. Squared
error shrinks what it cannot predict, which costs more loss than it saves, so gains are raised by
``BOOST`` afterwards. Last, everything is rounded to what it is known to.

``python -m circuits.curve_calibration`` prints the constants of the mirrored checkpoint. Sharp
edge: the result depends on the design images alone; held-out images are refused.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import aann
from aann.vis import tuning
from circuits import curve_detectors
from circuits.curve_family import Family, find_family

IMAGES = 96
BATCH = 8
EPOCHS = 8
RATE = 0.1
BOOST = 1.4

STEPS = {"direction": 15.0, "right": 4.0, "up": 4.0, "opposing": 0.4, "gain": 0.5}
"""The scale on which each constant is searched (``gain``: of its logarithm)."""

GRAIN = {"direction": 1.0, "right": 0.5, "up": 0.5, "opposing": 0.05}
"""What each constant is rounded to; gains to two digits."""


@dataclasses.dataclass(frozen=True, eq=False)
class Evidence:
    """What calibration looks at, for some design images.

    Attributes:
        early: early curves by the program, (n, rows, columns, facing).
        natural: the units' activations, (n, rows, columns, unit).
    """

    early: np.ndarray
    natural: np.ndarray


def calibrate(
    model: aann.Model, site: str, family: Family, design: aann.Design, images: int = IMAGES
) -> dict[str, aann.Constant]:
    """Constants for ``curve_detectors.curves`` in place of ``family``.

    Args:
        model: the model.
        site: where the family is, a spatial site of stride 8.
        family: its units and rough directions.
        design: images to fit on; the first ``images`` by name are used.
        images: how many.

    Returns:
        name -> constant: the shared shape, and arrays with one entry a unit.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: the site is not where the family was found, or its grid is not the program's.
    """
    if not isinstance(design, aann.Design):
        raise TypeError(
            f"calibration takes design images only, got {type(design).__name__}: "
            "aann.split(examples) makes the halves"
        )
    _check(model, site, family)
    evidence = gather(model, site, family.units, design, images)
    start = {
        "direction": np.asarray(family.directions),
        "right": np.zeros(len(family.units)),
        "up": np.zeros(len(family.units)),
        "opposing": np.full(len(family.units), 0.5),
        "gain": np.ones(len(family.units)),
    }
    fitted = rounded(descend(start, evidence))
    note = f"squared error on {len(evidence.early)} design images"
    units = {name: aann.Constant(value, "fitted", note) for name, value in fitted.items()}
    return {**curve_detectors.SHAPE, **units}


def gather(
    model: aann.Model, site: str, units: Sequence[int], design: aann.Design, images: int
) -> Evidence:
    """Early curves and natural activations of the first design images by name."""
    order = sorted(range(len(design)), key=design.names.__getitem__)[:images]
    natural, early = [], []
    see = jax.jit(_early)
    read = jax.jit(
        lambda params, x: aann.capture(dataclasses.replace(model, params=params), [site])(x)[1]
    )
    chosen, shape = np.asarray(units), _values(curve_detectors.SHAPE)
    for k in range(0, len(order), BATCH):
        x = jnp.asarray(design.load(order[k : k + BATCH]), model.batch(1).dtype)
        natural.append(np.asarray(read(model.params, x)[site])[..., chosen])
        early.append(np.asarray(see(x, shape)))
    return Evidence(np.concatenate(early), np.concatenate(natural).astype(np.float32))


def descend(start: Mapping[str, np.ndarray], evidence: Evidence) -> dict[str, np.ndarray]:
    """Unit constants of least squared error, from ``start`` (whose gains are ignored).

    Each unit's error counts relative to the variance of its activations.
    """
    scale = jnp.asarray(evidence.natural.std((0, 1, 2)) + 1e-6)
    begin = {name: jnp.asarray(value, jnp.float32) for name, value in start.items()}
    begin["gain"] = jnp.log(_least_squares_gain(begin, evidence))
    free = {name: value / STEPS[name] for name, value in begin.items()}
    state = (free, jax.tree.map(jnp.zeros_like, free), jax.tree.map(jnp.zeros_like, free))
    rng = np.random.default_rng(0)
    size = len(evidence.early)
    steps = EPOCHS * -(-size // BATCH)
    for step in range(steps):
        rows = rng.choice(size, min(BATCH, size), replace=False)
        rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
        state = _adam(
            state, jnp.float32(step + 1), jnp.float32(rate),
            jnp.asarray(evidence.early[rows]), jnp.asarray(evidence.natural[rows]), scale,
        )  # fmt: skip
    constants = _constants(state[0])
    return {name: np.asarray(constants[name], np.float64) for name in STEPS}


def rounded(constants: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Constants to the digits that count, gains raised by ``BOOST``."""
    result = {name: np.round(constants[name] / grain) * grain for name, grain in GRAIN.items()}
    result["direction"] = result["direction"] % 360.0
    result["gain"] = np.asarray([float(f"{BOOST * gain:.2g}") for gain in constants["gain"]])
    return {name: np.round(value, 2) for name, value in result.items()}


def _check(model: aann.Model, site: str, family: Family) -> None:
    rows, columns, channels = tuning.grid(model, site)
    height, width = model.batch(1).shape[1:3]
    problems = []
    if site != family.site:
        problems.append(f"the family was found at {family.site!r}, not at {site!r}")
    if outside := [u for u in family.units if not 0 <= u < channels]:
        problems.append(f"{site!r} has units 0 to {channels - 1}, the family has {outside}")
    if (rows, columns) != (height // 8, width // 8) or height % 8 or width % 8:
        problems.append(
            f"the program's grid has stride 8; {site!r} is {rows} x {columns} for inputs of "
            f"{height} x {width} pixels"
        )
    if problems:
        raise ValueError("cannot calibrate: " + "; ".join(problems))


def _values(constants: Mapping[str, aann.Constant]) -> aann.Constants:
    return aann.Constants({n: jnp.asarray(c.value, jnp.float32) for n, c in constants.items()})


def _early(image: jax.Array, c: aann.Constants) -> jax.Array:
    return curve_detectors.early_curves(curve_detectors.oriented_energy(image, c), c)


def _constants(free: Mapping[str, jax.Array]) -> aann.Constants:
    units = {name: value * STEPS[name] for name, value in free.items()}
    units["gain"] = jnp.exp(units["gain"])
    return aann.Constants({**_values(curve_detectors.SHAPE), **units})


def _least_squares_gain(begin: Mapping[str, jax.Array], evidence: Evidence) -> jax.Array:
    """The best gain for each unit where the search begins; 1 for a unit that never fires."""
    c = aann.Constants({**_values(curve_detectors.SHAPE), **begin})
    c = aann.Constants({**c, "gain": jnp.ones_like(begin["gain"])})
    run = jax.jit(curve_detectors.unit_curves)
    top = bottom = np.zeros(len(begin["gain"]))
    for k in range(0, len(evidence.early), BATCH):
        shown = np.asarray(run(jnp.asarray(evidence.early[k : k + BATCH]), c), np.float64)
        top = top + (shown * evidence.natural[k : k + BATCH]).sum((0, 1, 2))
        bottom = bottom + (shown**2).sum((0, 1, 2))
    gain = np.divide(top, bottom, out=np.ones_like(top), where=(bottom > 0) & (top > 0))
    return jnp.asarray(gain, jnp.float32)


@jax.jit
def _adam(
    state: Any, step: jax.Array, rate: jax.Array, early: Any, natural: Any, scale: Any
) -> Any:
    """One step of Adam (Kingma and Ba, 2014) on the squared error."""

    def error(free: Mapping[str, jax.Array]) -> jax.Array:
        shown = curve_detectors.unit_curves(early, _constants(free))
        mean: jax.Array = (((shown - natural) / scale[None, None, None, :]) ** 2).mean()
        return mean

    free, first, second = state
    slope = jax.grad(error)(free)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
    second = jax.tree.map(lambda v, g: 0.98 * v + 0.02 * g * g, second, slope)

    def moved(x: jax.Array, m: jax.Array, v: jax.Array) -> jax.Array:
        mean, spread = m / (1 - 0.9**step), v / (1 - 0.98**step)
        return x - rate * mean / (jnp.sqrt(spread) + 1e-8)

    return jax.tree.map(moved, free, first, second), first, second


def main() -> None:
    """Print the constants of the mirrored checkpoint."""
    import zoo  # noqa: PLC0415  circuits do not need the zoo; this script does

    model = zoo.load("inceptionv1")
    design, _ = aann.split(zoo.data("imagenet_samples"))
    family = find_family(model)
    constants = calibrate(model, family.site, family, design)
    print("units", family.units)
    for name in STEPS:
        print(name, np.asarray(constants[name].value).tolist())


if __name__ == "__main__":
    main()
