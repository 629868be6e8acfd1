"""What objectives are on pictures that a model sees."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from aann.model import Model
from aann.shown.brief import brief
from aann.splicing.splice import capture
from aann.trace.site import INPUT
from aann.vis.features.objectives.objective import (
    AS_IT_IS,
    LOGITS,
    OPACITY,
    PICTURES,
    Objective,
)

AXES = 4
"""Of a batch of pictures or of maps."""

GREY = (1, 3)
"""How many channels pictures can have."""


def channels_first(shape: tuple[int, ...]) -> bool:
    """Whether one picture of a shape is (channels, rows, columns)."""
    return len(shape) == AXES - 1 and shape[-1] not in GREY and shape[0] in GREY


@dataclasses.dataclass(frozen=True, eq=False)
class Eye:
    """How a model takes pictures.

    Attributes:
        model: it declares ``inputs``.
        low_high: what black and white are for it.
    """

    model: Model
    low_high: tuple[float, float]

    __repr__ = brief

    @property
    def channels_first(self) -> bool:
        """Whether it takes (channels, rows, columns)."""
        return channels_first(self.model.batch(1).shape[1:])

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, columns and channels of one picture, where it takes pictures."""
        one = self.model.batch(1).shape[1:]
        return (*one[1:], one[0]) if self.channels_first else one

    def look(
        self, params: object, pictures: Float[Array, "n y x planes"], sites: Sequence[str]
    ) -> Mapping[str, Array]:
        """All that objectives may ask of pictures in [0, 1] of any size.

        Args:
            params: of the model.
            pictures: one channel more than the model takes is how opaque they are; colours are
                seen as they are.
            sites: what else is needed.
        """
        channels = self.shape[-1]
        scaled = jax.image.resize(
            pictures, (len(pictures), *self.shape[:2], pictures.shape[-1]), "linear"
        )
        colours, rest = scaled[..., :channels], scaled[..., channels:]
        low, high = self.low_high
        inputs = low + (high - low) * colours
        inputs = jnp.moveaxis(inputs, -1, 1) if self.channels_first else inputs
        inputs = inputs.astype(self.model.batch(1).dtype)
        whole = dataclasses.replace(self.model, params=params)
        outputs, found = capture(whole, list(sites))(inputs)
        opaque = rest[..., 0] if rest.shape[-1] else jnp.ones_like(colours[..., 0])
        return {**self._last({**found, INPUT: inputs}), LOGITS: outputs, PICTURES: colours,
                OPACITY: opaque}  # fmt: skip

    def _last(self, found: Mapping[str, Array]) -> Mapping[str, Array]:
        """Maps with channels last, and as they are where that is another layout."""
        if not self.channels_first:
            return found
        maps = {site: value for site, value in found.items() if value.ndim == AXES}
        return {
            **found,
            **{site: jnp.moveaxis(value, 1, -1) for site, value in maps.items()},
            **{AS_IT_IS + site: value for site, value in maps.items()},
        }


def numbers(
    objectives: Sequence[Objective], values: Mapping[str, Array], n: int
) -> Float[Array, "objective n"]:
    """Each objective on pictures of its own: ``n`` after ``n`` of the batch, float32.

    Raises:
        ValueError: an objective does not give one floating-point number a picture.
    """
    found = []
    for k, objective in enumerate(objectives):
        own = {name: _rows(value, k * n, n) for name, value in values.items()}
        number = objective.of(own)
        shape = getattr(number, "shape", type(number).__name__)
        if shape != (n,):
            raise ValueError(
                f"objective {objective.name!r} gives one number a picture, shape {(n,)}, got "
                f"{shape}"
            )
        if not jnp.issubdtype(number.dtype, jnp.floating):
            raise ValueError(
                f"objective {objective.name!r} gives {number.dtype}, along which nothing can rise: "
                "make it of floating-point numbers"
            )
        found.append(number.astype(jnp.float32))
    return jnp.stack(found)


def _rows(value: Any, start: int, n: int) -> Any:
    """Some pictures' part of a value; outputs may be a tree, and have what is of no picture."""
    return jax.tree.map(lambda leaf: leaf[start : start + n] if jnp.ndim(leaf) else leaf, value)
