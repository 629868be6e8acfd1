"""What renderers share: settings of many stimuli, checked together, drawn a few at a time.

A renderer says how far inside a shape each pixel's middle is, in pixels; ``soft`` makes that a
cover, smooth over one pixel. XLA makes one pass over the pixels of that, on all cores, in float32.
"""

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Shaped

from aann.statistics.indices import is_count

Numbers = bool | int | float | np.generic | Sequence[Any] | Shaped[np.ndarray, "..."]
"""A setting: one number for all stimuli, or one a stimulus."""

Place = tuple[Numbers, Numbers] | None
"""Row and column, in pixels; None is the middle of the picture."""

Settings = dict[str, Any]
"""Name -> (n, 1, 1)."""

Draw = Callable[[jax.Array, jax.Array, Settings], jax.Array]
"""Rows (1, y, 1), columns (1, 1, x), settings of a few stimuli -> their covers (few, y, x)."""

CHUNK = 2**20
"""Pixels that are drawn together."""


def draw(
    size: tuple[int, int],
    how: Draw,
    given: Mapping[str, Any],
    *,
    place: Place = None,
    positive: Collection[str] = (),
    extra: Sequence[str] = (),
    each: Mapping[str, np.ndarray] = MappingProxyType({}),
) -> Float[np.ndarray, "n y x"]:
    """Covers of ``n`` stimuli in [0, 1], float32.

    Args:
        size: height and width of all pictures, in pixels.
        how: draws a few. It is compiled once for each size and number of stimuli: a function of a
            module, not made anew.
        given: name -> setting; what ``how`` gets has ``row`` and ``column`` of ``place``, too.
        place: where the stimuli are.
        positive: names of settings that are greater than zero.
        extra: other problems of what was given, found by the renderer.
        each: name -> (n, ...), more that ``how`` gets of each stimulus.

    Raises:
        ValueError: with all problems: a size or a setting that has to be positive is not; numbers
            are not finite; settings have different numbers of entries.
    """
    settings = placed(size, given, place=place, positive=positive, extra=extra)
    size = (size[0], size[1])  # a list cannot be looked up
    n = len(next(iter(settings.values())))
    numbers = {name: np.asarray(x, np.float32) for name, x in (settings | dict(each)).items()}
    covers = np.empty((n, *size), np.float32)
    step = max(1, CHUNK // (size[0] * size[1]))
    for start in range(0, n, step):
        few = {name: x[start : start + step] for name, x in numbers.items()}
        covers[start : start + step] = _compiled(how, size)(few)
    return covers


@functools.lru_cache(maxsize=64)
def _compiled(how: Draw, size: tuple[int, int]) -> Callable[[Settings], jax.Array]:
    def whole(settings: Settings) -> jax.Array:
        rows = jnp.arange(size[0], dtype=jnp.float32)[None, :, None]
        columns = jnp.arange(size[1], dtype=jnp.float32)[None, None, :]
        return how(rows, columns, settings)

    return jax.jit(whole)


def placed(
    size: tuple[int, int],
    given: Mapping[str, Any],
    *,
    place: Place = None,
    positive: Collection[str] = (),
    extra: Sequence[str] = (),
) -> Settings:
    """The same checks alone: settings as ``checked`` gives them, with ``row`` and ``column``.

    Raises:
        ValueError: as ``draw`` says.
    """
    if _size_problems(size) or (place is not None and len(place) != 2):
        told = f"place is a row and a column, got {place}"
        wrong = (told,) if place is not None and len(place) != 2 else ()
        checked(size, given, positive=positive, extra=[*extra, *wrong])
    row, column = place if place is not None else ((size[0] - 1) / 2, (size[1] - 1) / 2)
    return checked(size, {**given, "row": row, "column": column}, positive=positive, extra=extra)


def checked(
    size: tuple[int, int],
    given: Mapping[str, Any],
    *,
    positive: Collection[str] = (),
    extra: Sequence[str] = (),
) -> Settings:
    """The settings of ``n`` stimuli as (n, 1, 1), float64.

    Raises:
        ValueError: as ``draw`` says.
    """
    problems = [*extra, *_size_problems(size)]
    arrays = {name: np.asarray(x, np.float64) for name, x in given.items()}
    for name, values in arrays.items():
        if values.ndim > 1:
            problems.append(
                f"{name} is one number, or one a stimulus, got an array of shape {values.shape}"
            )
        if not np.isfinite(values).all():
            problems.append(f"{name} has values that are not finite")
        elif name in positive and not (values > 0).all():
            problems.append(f"{name} is a positive number, got {values.min():g}")
    lengths = {name: len(x) for name, x in arrays.items() if x.ndim == 1}
    if len(set(lengths.values())) > 1:
        each = ", ".join(f"{name} {n}" for name, n in lengths.items())
        problems.append(f"settings have one entry for all stimuli or one for each, got {each}")
    if problems:
        raise ValueError("; ".join(problems))
    n = next(iter(lengths.values()), 1)
    return {name: np.broadcast_to(x, (n,))[:, None, None] for name, x in arrays.items()}


def _size_problems(size: Any) -> list[str]:
    if np.ndim(size) == 1 and len(size) == 2 and all(map(is_count, size)):
        return []
    return [f"size is two positive whole numbers, height and width, got {size}"]


def seed_problems(seeds: Any) -> list[str]:
    """What is wrong with seeds, one a picture."""
    given = list(seeds) if isinstance(seeds, Iterable) else [seeds]
    wrong = [s for s in given if s != 0 and not is_count(s)]
    if isinstance(seeds, Iterable) and not wrong:
        return []
    return [f"seeds are whole numbers from 0 up, one a picture, got {seeds!r}"]


def soft(inside: jax.Array) -> jax.Array:
    """Cover of a pixel whose middle lies ``inside`` pixels within an edge."""
    return jnp.clip(inside + 0.5, 0.0, 1.0)


def distance(across: jax.Array, along: jax.Array) -> jax.Array:
    """Length of a vector."""
    return jnp.sqrt(across**2 + along**2)


def turned(
    rows: jax.Array, columns: jax.Array, settings: Settings, angle: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """How far pixels lie from the place of a stimulus along ``angle``, and to the left of that.

    Args:
        rows: (1, y, 1).
        columns: (1, 1, x).
        settings: with ``row`` and ``column``.
        angle: (n, 1, 1) in degrees, y up.
    """
    right, up = columns - settings["column"], settings["row"] - rows
    cos, sin = jnp.cos(jnp.deg2rad(angle)), jnp.sin(jnp.deg2rad(angle))
    return right * cos + up * sin, up * cos - right * sin
