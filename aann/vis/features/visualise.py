"""Pictures that a part of a model answers to most.

    from aann.vis.features.visualise import visualise
    found = visualise(model, ["mixed3b:343", "mixed3b:379"])
    found.figure()

Each objective gets ``n`` pictures, all optimised together: gradient ascent on what the pictures are
made of (``parametrisations``), after random changes that they have to survive (``transforms``).

Sharp edge: a picture that a unit likes best need not look like what makes it fire in photographs;
look at these, too.
"""

import dataclasses
import functools
import pathlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float
from matplotlib.figure import Figure

from aann.machine.progress import progress as progress_of
from aann.model import Model
from aann.shown.brief import brief
from aann.splicing.splice import capture
from aann.vis.features.objectives import LOGITS, Objective, as_objective
from aann.vis.features.parametrisations import Fourier, Parametrisation
from aann.vis.features.transforms import ROBUST, Transform, composed
from aann.vis.style import NORMAL, figure

PIXELS = (0.0, 255.0)
AXES = 3
"""Of one picture: rows, columns, channels."""


@dataclasses.dataclass(frozen=True, eq=False)
class Visualised:
    """What ``visualise`` found.

    Attributes:
        names: of the objectives.
        pictures: (objectives, n, rows, columns, channels) in [0, 1], float32.
        values: (objectives, n), what the objective is on each picture as it is shown, unchanged.
        course: (steps, objectives, n), during the optimisation, on changed pictures.
    """

    names: tuple[str, ...]
    pictures: Float[np.ndarray, "objective n y x channel"]
    values: Float[np.ndarray, "objective n"]
    course: Float[np.ndarray, "step objective n"]

    __repr__ = brief

    def figure(self) -> Figure:
        """The pictures, a row an objective, with their values."""
        rows, columns = self.pictures.shape[:2]
        drawing = figure(0.3 + 1.9 * columns, 0.2 + 2.1 * rows)
        axes = drawing.subplots(rows, columns, squeeze=False)
        for r, name in enumerate(self.names):
            for i in range(columns):
                at, picture = axes[r, i], self.pictures[r, i]
                grey = picture.shape[-1] == 1
                at.imshow(picture[..., 0] if grey else picture, cmap="gray", vmin=0, vmax=1)
                at.set_title(f"{name}: {self.values[r, i]:.3g}", fontsize=NORMAL)
                at.axis("off")
        return drawing

    def save(self, folder: pathlib.Path | str) -> list[pathlib.Path]:
        """Write each picture as a PNG of its own pixels; returns the files.

        Raises:
            OSError: the folder is not there, or cannot be written.
        """
        from PIL import Image  # noqa: PLC0415 - when it is needed

        written = []
        for r, name in enumerate(self.names):
            for i, picture in enumerate(self.pictures[r]):
                plain = "".join(c if c.isalnum() or c in "-." else "_" for c in name)
                path = pathlib.Path(folder) / f"{plain}_{i}.png"
                pixels = np.round(picture * 255).astype(np.uint8)
                Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(path)
                written.append(path)
        return written


def visualise(
    model: Model,
    objectives: str | Objective | Sequence[str | Objective],
    *,
    n: int = 1,
    steps: int = 512,
    size: tuple[int, int] | None = None,
    parametrisation: Parametrisation | None = None,
    transforms: Sequence[Transform] = ROBUST,
    optimizer: optax.GradientTransformation | None = None,
    low_high: tuple[float, float] = PIXELS,
    seed: int = 0,
    progress: bool = True,
) -> Visualised:
    """Optimise pictures for objectives.

    Args:
        model: takes (n, rows, columns, channels), one or three channels, and declares ``inputs``.
        objectives: one or several, each optimised apart from the others.
        n: pictures an objective, optimised together (``diversity`` looks across them).
        steps: of the optimiser.
        size: rows and columns of the pictures; by default those of the model. The changed pictures
            are scaled to what the model takes.
        parametrisation: by default ``Fourier()``.
        transforms: random changes, by default ``ROBUST``; none is ``()``.
        optimizer: by default Adam with learning rate 0.05.
        low_high: what black and white are for the model.
        seed: of start and changes.
        progress: show a bar on a terminal, lines in the log elsewhere.

    Raises:
        TypeError: an objective is none.
        ValueError: the model takes no pictures, sites or units are not there, numbers out of range,
            or an objective is NaN.
    """
    chosen = [as_objective(o) for o in ([objectives] if isinstance(objectives, str | Objective)
              else objectives)]  # fmt: skip
    shape = _shape(model, chosen, n, steps, size)
    made = parametrisation or Fourier()
    rule = optimizer or optax.adam(0.05)
    found, values, courses = [], [], []
    for k, objective in enumerate(chosen):
        key = jax.random.fold_in(jax.random.key(seed), k)
        seen = functools.partial(_values, model, objective, low_high)
        free, course = _ascended(
            seen, model.params, made, rule, transforms, shape, key,
            _each(steps, objective.name, progress),
        )  # fmt: skip
        pictures = made.pictures(free, shape)
        found.append(np.asarray(pictures, np.float32))
        values.append(np.asarray(jax.jit(seen)(model.params, pictures)))
        courses.append(course)
        if not (np.isfinite(values[-1]).all() and np.isfinite(found[-1]).all()):
            raise ValueError(f"objective {objective.name!r} is NaN or infinite on what was found")
    names = tuple(o.name for o in chosen)
    return Visualised(names, np.stack(found), np.stack(values), np.stack(courses, axis=1))


def _ascended(
    seen: Callable[[Any, Array], Array],
    params: Any,
    made: Parametrisation,
    rule: optax.GradientTransformation,
    transforms: Sequence[Transform],
    shape: tuple[int, int, int, int],
    key: Any,
    steps: Iterable[int],
) -> tuple[Any, np.ndarray]:
    """The free numbers at the end, and the objective at every step."""

    def loss(free: Any, key: Any, params: Any) -> tuple[Array, Array]:
        number = seen(params, composed(transforms, key, made.pictures(free, shape)))
        return -number.sum(), number

    @jax.jit
    def step(free: Any, state: Any, key: Any, params: Any) -> tuple[Any, Any, Array]:
        gradient, number = jax.grad(loss, has_aux=True)(free, key, params)
        with jax.numpy_dtype_promotion("standard"):  # optax raises floats to integer powers
            moves, state = rule.update(gradient, state, free)
        return optax.apply_updates(free, moves), state, number

    start, changes = jax.random.split(key)
    free = made.start(start, shape)
    state, course = rule.init(free), []
    for i in steps:
        free, state, number = step(free, state, jax.random.fold_in(changes, i), params)
        course.append(number)
    return free, np.asarray(jnp.stack(course))


def _values(
    model: Model, objective: Objective, low_high: tuple[float, float], params: Any, pictures: Array
) -> Array:
    """The objective of pictures in [0, 1] of any size."""
    here = model.batch(len(pictures))
    scaled = jax.image.resize(pictures, here.shape, "linear")
    low, high = low_high
    inputs = (low + (high - low) * scaled).astype(here.dtype)
    whole = dataclasses.replace(model, params=params)
    outputs, values = capture(whole, list(objective.sites))(inputs)
    number = objective.of({**values, LOGITS: outputs})
    if number.shape != (len(pictures),):
        raise ValueError(
            f"objective {objective.name!r} gives one number a picture, shape {(len(pictures),)}, "
            f"got {number.shape}"
        )
    return number.astype(jnp.float32)


def _shape(
    model: Model, objectives: Sequence[Objective], n: int, steps: int,
    size: tuple[int, int] | None,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Of the pictures, after everything is checked."""
    one = model.batch(1).shape[1:]
    problems = [] if objectives else ["no objective: name one, such as 'mixed3b:343'"]
    if len(one) != AXES or one[-1] not in (1, 3):
        problems.append(
            f"model {model.name!r} takes {one}; pictures are (rows, columns, channels) with one or "
            "three channels"
        )
    for what, number in (
        ("n", n),
        ("steps", steps),
        *zip(("rows", "columns"), size or (), strict=False),
    ):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            problems.append(f"{what} is a whole number from 1 up, got {number!r}")
    if problems:
        raise ValueError("; ".join(problems))
    rows, columns = size or one[:2]
    return n, rows, columns, one[-1]


def _each(steps: int, name: str, shown: bool) -> Any:
    return progress_of(range(steps), f"visualise {name}", unit="step") if shown else range(steps)
