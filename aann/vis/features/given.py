"""Pictures that a user gives: checked, and shown to a model.

Pictures are in [0, 1], whatever the model takes: ``low_high`` says what black and white are for it.
They may be of any size; the model sees them scaled to its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann.data.examples import Examples
from aann.machine.progress import progress
from aann.model import Model
from aann.splicing.splice import sites, trace_model
from aann.statistics.indices import is_count
from aann.trace.site import INPUT
from aann.vis.features.objectives.objective import Objective, as_it_is
from aann.vis.features.seen import GREY, Eye, numbers

PIXELS = (0.0, 255.0)
"""Black and white for most models of photographs."""
AXES = 3
"""Of one picture: rows, columns, channels."""
ROUNDING = 1e-4
"""By how much a picture may leave [0, 1]."""

Pictures = Float[np.ndarray, "n y x channel"]


def given(
    model: Model, pictures: Any, low_high: tuple[float, float] = PIXELS, *, most: int | None = None
) -> tuple[Pictures, list[str]]:
    """Pictures in [0, 1], float32, and what is wrong with them.

    Args:
        model: that they are for.
        pictures: ``Examples`` of the model's inputs, or an array (n, rows, columns, channels) in
            [0, 1], or one picture. Examples may have their channels first, as the model has.
        low_high: what black and white are for the model.
        most: of them, if it is fewer: the first.

    Returns:
        (n, rows, columns, channels), no picture where something is wrong; problems.
    """
    problems = range_problems(low_high) + input_problems(model)
    if isinstance(pictures, Examples):
        if problems:
            return _none(), problems
        count = len(pictures) if most is None else min(most, len(pictures))
        loaded, (low, high) = np.asarray(pictures.load(range(count))), low_high
        if Eye(model, low_high).channels_first and loaded.ndim == AXES + 1:
            loaded = np.moveaxis(loaded, 1, -1)
        found, what = (loaded.astype(np.float32) - low) / (high - low), repr(pictures.name)
    else:
        what = "pictures"
        try:
            found = np.asarray(pictures).astype(np.float32)
        except (TypeError, ValueError):
            kind = type(pictures).__name__
            return _none(), [*problems, f"pictures are aann.Examples or numbers, got {kind}"]
        found = found[None] if found.ndim == AXES else found
        found = found[:most] if found.ndim else found
    problems += _array_problems(model, found, what, low_high)
    return (_none() if problems else np.clip(found, 0, 1)), problems


def one_given(
    model: Model, picture: Any, low_high: tuple[float, float] = PIXELS
) -> tuple[Pictures, list[str]]:
    """The same of one picture, (1, rows, columns, channels)."""
    found, problems = given(model, picture, low_high)
    if not problems and len(found) != 1:
        problems = [f"one picture is (rows, columns, channels), got {len(found)} of them"]
    return found, problems


def range_problems(low_high: tuple[float, float]) -> list[str]:
    """What is wrong with ``low_high``."""
    try:
        low, high = (float(end) for end in low_high)
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        return [f"low_high is black below white, such as (0.0, 255.0), got {low_high}"]
    return []


def input_problems(model: Model) -> list[str]:
    """Whether the model takes pictures."""
    one = Eye(model, PIXELS).shape
    if len(one) == AXES and one[-1] in GREY:
        return []
    return [
        f"model {model.name!r} takes {one}; pictures are (rows, columns, channels) or "
        "(channels, rows, columns) with one or three channels"
    ]


def site_problems(model: Model, site: str, units: Sequence[int] = (), axes: int = 0) -> list[str]:
    """Whether there is such a site, with such units and with (rows, columns, channels).

    Args:
        model: the model.
        site: one of its sites, or ``input``.
        units: channels of it.
        axes: of one example, if a certain number is needed.
    """
    shape = layer_shape(model, site)
    if shape is None:
        try:
            trace_model(model, model.params, model.batch(1), [site]).check([site])
        except ValueError as error:
            return [str(error)]
        return [f"site {site!r} has no single array: take another one"]
    problems = []
    if axes and len(shape) != axes:
        problems.append(
            f"site {site!r} is {shape} for one picture; (rows, columns, channels) is needed"
        )
    wrong = [u for u in units if not 0 <= u < shape[-1]] if shape else []
    if wrong:
        problems.append(
            f"site {site!r} has units 0 to {shape[-1] - 1}, got {', '.join(map(str, wrong[:5]))}"
        )
    return problems


def layer_shape(model: Model, site: str) -> tuple[int, ...] | None:
    """Of a site's values on one picture, channels last; None if there is no such site."""
    listed = sites(model)
    if site not in listed or not hasattr(listed[site], "shape"):
        return None
    shape = listed[site].shape[1:]
    first = Eye(model, PIXELS).channels_first and len(shape) == AXES
    return (*shape[1:], shape[0]) if first else shape


def objective_problems(
    model: Model, objective: Objective, n: int, low_high: tuple[float, float]
) -> list[str]:
    """What an objective finds wrong with the model: sites and units that it has not."""
    if input_problems(model):
        return []
    eye, n = Eye(model, low_high), max(n, 1)
    pictures = jax.ShapeDtypeStruct((n, *eye.shape), np.float32)
    try:
        jax.eval_shape(
            lambda params, seen: numbers([objective], eye.look(params, seen, objective.sites), n),
            model.params, pictures,
        )  # fmt: skip
    except (TypeError, ValueError) as error:
        return [str(error)]
    return []


def count_problems(**numbers: Any) -> list[str]:
    """Which of these are no whole numbers from 1 up."""
    return [
        f"{name} is a whole number from 1 up, got {number!r}"
        for name, number in numbers.items()
        if not is_count(number)
    ]


def refuse(problems: Sequence[str]) -> None:
    """Raise ``ValueError`` with all problems, each once, if there are any."""
    if problems:
        raise ValueError("; ".join(dict.fromkeys(problems)))


def finite_pictures(pictures: Pictures, *values: Any) -> None:
    """Refuse what was found, and numbers of it, that are NaN or infinite."""
    broken = [not np.isfinite(found).all() for found in (pictures, *values)]
    refuse(["what is optimised is NaN or infinite on what was found"] * any(broken))


def bar(steps: int, name: str, shown: bool) -> Any:
    """0, 1, ..., with a bar on a terminal if it is to be shown."""
    return progress(range(steps), name, unit="step") if shown else range(steps)


def inputs_of(model: Model, pictures: Any, low_high: tuple[float, float]) -> Array:
    """What the model takes: pictures in [0, 1] of any size, scaled, in its own layout."""
    values = Eye(model, low_high).look(model.params, jnp.asarray(pictures), [])
    return as_it_is(values, INPUT)


def activations(
    model: Model,
    names: Sequence[str],
    pictures: Pictures,
    low_high: tuple[float, float] = PIXELS,
    *,
    batch: int = 16,
) -> dict[str, np.ndarray]:
    """Activations of pictures at sites, float32, (n, ...).

    Raises:
        ValueError: some are NaN or infinite.
    """
    batch = min(batch, len(pictures))

    @jax.jit
    def run(params: Any, some: Any) -> Mapping[str, Any]:
        seen = Eye(model, low_high).look(params, some, list(names))
        return {name: seen[name] for name in names}

    parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for start in range(0, len(pictures), batch):
        some = pictures[start : start + batch]
        full = np.concatenate([some, np.repeat(some[-1:], batch - len(some), axis=0)])
        for name, value in run(model.params, jnp.asarray(full)).items():
            parts[name].append(np.asarray(value, np.float32)[: len(some)])
    found = {name: np.concatenate(values) for name, values in parts.items()}
    refuse(
        [f"site {name!r} is NaN or infinite on these pictures" for name, values in found.items()
         if not np.isfinite(values).all()]
    )  # fmt: skip
    return found


def _none() -> Pictures:
    return np.zeros((0, 1, 1, 1), np.float32)


def _array_problems(
    model: Model, found: np.ndarray, what: str, low_high: tuple[float, float]
) -> list[str]:
    if found.ndim != AXES + 1 or found.shape[-1] not in GREY or 0 in found.shape[1:]:
        return [f"{what}: (n, rows, columns, 1 or 3 channels) is expected, got {found.shape}"]
    if not len(found):
        return [f"{what}: no picture is given; one is needed at least"]
    wanted = Eye(model, low_high).shape[-1]
    problems = []
    if found.shape[-1] != wanted:
        problems.append(
            f"{what}: model {model.name!r} takes {wanted} channels, got {found.shape[-1]}"
        )
    if not np.isfinite(found).all():
        problems.append(f"{what}: some numbers are NaN or infinite")
    elif found.min() < -ROUNDING or found.max() > 1 + ROUNDING:
        problems.append(
            f"{what}: numbers are in [0, 1] (for examples after low_high={low_high}), got "
            f"{found.min():.4g} to {found.max():.4g}"
        )
    return problems
