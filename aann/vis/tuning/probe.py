"""One site of a model, ready for stimuli: where its central cell looks, and what it answers.

    probed = probe(model, "mixed3b", (343, 415))
    probed.place                    # row and column of the picture that the central cell looks at
    probed.answers(pictures)        # (n, units)

The place is measured (``place``), to about a pixel; give it where it is known better. Sites without
rows and columns (batch, units) look at the middle of the picture.

Sharp edge: only the central cell is read, so a unit whose receptive field lies off centre answers
less; tuning curves take several positions for that.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aann.model import Model
from aann.shown.brief import brief
from aann.splicing.splice import capture
from aann.statistics.indices import as_indices
from aann.vis.features.given import PIXELS, range_problems
from aann.vis.stimuli.paint import CONTRAST, GREY, paint
from aann.vis.tuning.layout import natural_problems, picture_of
from aann.vis.tuning.place import looks_at, place_problems

NOISES = 8
BATCH = 32


@dataclasses.dataclass(frozen=True, eq=False)
class Probe:
    """What ``probe`` gives.

    Attributes:
        model: that is shown pictures.
        site: where its units are.
        units: that are read, in this order.
        shape: rows, columns and channels of one picture.
        place: row and column that the central cell looks at, in pixels.
        low_high: black and white.
        channels_first: one picture is (channel, row, column), and so is the site.
    """

    model: Model
    site: str
    units: tuple[int, ...]
    shape: tuple[int, int, int]
    place: tuple[float, float]
    low_high: tuple[float, float]
    channels_first: bool

    __repr__ = brief

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of one picture."""
        return self.shape[:2]

    @property
    def background(self) -> float:
        """The grey that stimuli are drawn on, the same part of the range as 117 of 255."""
        return self.low_high[0] + GREY * self._unit

    @property
    def contrast(self) -> float:
        """How much lighter or darker they are, the same part of the range as 80 of 255."""
        return CONTRAST * self._unit

    @property
    def _unit(self) -> float:
        return (self.low_high[1] - self.low_high[0]) / PIXELS[1]

    def of(self, model: Model) -> "Probe":
        """The same of another model, such as one with a program spliced in.

        Raises:
            ValueError: it takes other pictures, or its site has another shape.
        """
        here, there = (_site_shape(m, self.site) for m in (self.model, model))
        if here != there or model.batch(1) != self.model.batch(1):
            raise ValueError(
                f"{self.site!r} of {model.name!r} is {there} for pictures {model.batch(1).shape}, "
                f"that of {self.model.name!r} {here} for {self.model.batch(1).shape}"
            )
        return dataclasses.replace(self, model=model)

    def answers(self, pictures: Iterable[np.ndarray] | np.ndarray) -> Float[np.ndarray, "n unit"]:
        """What the central cell answers to pictures (n, row, column, channel), or groups of them.

        They are shown ``BATCH`` at a time, the last ones with copies of the first to fill up.
        """
        return self.show(lambda params, x: self.central(_value(self, params, x)), pictures)

    def show(
        self,
        read: Callable[[Any, jax.Array], jax.Array],
        pictures: Iterable[np.ndarray] | np.ndarray,
    ) -> np.ndarray:
        """The same of what ``read`` makes of parameters and pictures as the model takes them."""
        compiled = jax.jit(read)
        groups = [pictures] if isinstance(pictures, np.ndarray) else pictures
        found = []
        for group in groups:
            for start in range(0, len(group), BATCH):
                few = group[start : start + BATCH]
                room = np.resize(few, (BATCH, *few.shape[1:])) if len(few) < BATCH else few
                seen = compiled(self.model.params, self._given(room))
                found.append(self._finite(np.asarray(seen, np.float32)[: len(few)]))
        return np.concatenate(found) if found else np.empty((0, len(self.units)), np.float32)

    def _finite(self, answers: np.ndarray) -> np.ndarray:
        bad = ~np.isfinite(answers).reshape(-1, answers.shape[-1]).all(0)
        if bad.any():
            told = ", ".join(map(str, np.asarray(self.units)[bad][:10]))
            raise ValueError(
                f"units {told} of {self.site!r} of {self.model.name!r} are NaN or infinite"
            )
        return answers

    def central(self, value: jax.Array) -> jax.Array:
        """The units in the central cell of the site's value."""
        return _central(_channels_last(self, value))[:, np.asarray(self.units)]

    def shows(
        self, covers: Float[np.ndarray, "n y x"], sign: float = 1.0
    ) -> Float[np.ndarray, "n unit"]:
        """The same for covers on grey: light ones, or dark where ``sign`` is -1."""
        parts = (covers[start : start + BATCH] for start in range(0, len(covers), BATCH))
        return self.answers(
            paint(
                part, background=self.background, contrast=sign * self.contrast,
                channels=self.shape[2], low_high=self.low_high,
            )
            for part in parts
        )  # fmt: skip

    def maps(self, pictures: np.ndarray) -> Float[np.ndarray, "n row column unit"]:
        """What all cells answer to pictures (n, row, column, channel)."""
        read = jax.jit(
            lambda params, x: _channels_last(self, _value(self, params, x))[
                ..., np.asarray(self.units)
            ]
        )
        return np.asarray(read(self.model.params, self._given(pictures)), np.float32)

    def wrong(self, pictures: np.ndarray) -> list[str]:
        """What is wrong with natural pictures: nothing, if they are (n, row, column, channel)."""
        return natural_problems(pictures, self.shape, self.low_high)

    def _given(self, pictures: Any) -> jax.Array:
        one = self.model.batch(1)
        shown = jnp.asarray(pictures, one.dtype)
        shown = jnp.moveaxis(shown, -1, 1) if self.channels_first else shown
        return shown.reshape(len(shown), *one.shape[1:])


def probe(
    model: Model,
    site: str,
    units: Sequence[int] | None = None,
    *,
    low_high: tuple[float, float] = PIXELS,
    place: tuple[float, float] | None = None,
    seed: int = 0,
) -> Probe:
    """A site, ready to be shown stimuli.

    Args:
        model: an image model that declares ``inputs``: (rows, columns, channels), (channels, rows,
            columns) or (rows, columns).
        site: (batch, rows, columns, channels), as pictures are, or (batch, units).
        units: to be read; None reads all.
        low_high: black and white of its pictures.
        place: row and column that the central cell looks at; None measures it.
        seed: of the noise that it is measured with.

    Raises:
        ValueError: with all problems: the model takes no pictures, the site is unknown or has other
            axes, there are no such units, the range is none, or nothing depends on the picture.
    """
    shape, channels_first = picture_of(model)
    given = _site_shape(model, site)
    problems = []
    if len(given) not in (2, 4):
        problems.append(
            f"{site!r} of {model.name!r} is {given}: name a site with the axes batch, rows, "
            "columns and channels, or batch and units"
        )
    channels = given[1] if channels_first or len(given) == 2 else given[-1]
    chosen = tuple(range(channels)) if units is None else as_indices(units, "units")
    bad = [u for u in chosen if not 0 <= u < channels]
    if bad or not chosen:
        what = f"got {', '.join(map(str, bad))}" if bad else "got none"
        problems.append(f"units of {site!r} are from 0 to {channels - 1}, {what}")
    problems += range_problems(low_high) + place_problems(place, shape)
    if problems:
        raise ValueError("; ".join(problems))
    middle = ((shape[0] - 1) / 2, (shape[1] - 1) / 2)
    found = Probe(model, site, chosen, shape, place or middle, low_high, channels_first)
    if place is not None or len(given) == 2:
        return found
    return dataclasses.replace(found, place=_looks_at(found, seed))


def _site_shape(model: Model, site: str) -> tuple[int, ...]:
    shape: tuple[int, ...] = jax.eval_shape(capture(model, [site]), model.batch(1))[1][site].shape
    return shape


def _value(probed: Probe, params: Any, x: jax.Array) -> jax.Array:
    model = dataclasses.replace(probed.model, params=params)
    value: jax.Array = capture(model, [probed.site])(x)[1][probed.site]
    return value


def _channels_last(probed: Probe, value: jax.Array) -> jax.Array:
    """The site's value as (batch, row, column, channel), or (batch, unit)."""
    return jnp.moveaxis(value, 1, -1) if probed.channels_first and value.ndim == 4 else value


def _central(cells: jax.Array) -> jax.Array:
    if cells.ndim == 2:
        return cells
    return cells[:, cells.shape[1] // 2, cells.shape[2] // 2]


def _looks_at(probed: Probe, seed: int) -> tuple[float, float]:
    noise = np.random.default_rng(seed).uniform(*probed.low_high, (NOISES, *probed.shape))
    found = looks_at(
        lambda params, x: _central(
            _channels_last(probed, _value(probed, params, probed._given(x)))
        ),
        probed.model.params,
        noise.astype(np.float32),
        seed,
    )
    if found is None:
        raise ValueError(
            f"the central cell of {probed.site!r} of {probed.model.name!r} does not depend on "
            "noise pictures: say where it looks, place=(row, column)"
        )
    return found
