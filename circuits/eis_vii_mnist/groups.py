"""The two groups of units of the first dense layer, found without labels.

Most of the 200 units are silent: they fire on less than ``SELDOM`` of the pictures. A few fire on
nearly all (``NEARLY_ALWAYS``) and add what is almost a constant. The others are live, and belong to
the "1" or to its inverse by the sign of the correlation of their activation with the similarity s
(``by_similarity``), or by the sign of their weight in the first principal component of all
activations (``by_components``), which needs no template either. Neither looks at labels, or at what
the units write.

Sharp edge: a principal component has no sign of its own. ``by_components`` calls the larger group
that of the "1".
"""

import dataclasses
from typing import Final

import numpy as np
from jaxtyping import Float

from aann.shown.brief import brief

SELDOM: Final = 0.01
NEARLY_ALWAYS: Final = 0.95


@dataclasses.dataclass(frozen=True)
class Groups:
    """Units of the first dense layer.

    Attributes:
        one: those that fire on pictures like the template.
        inverse: those that fire on pictures like its inverse.
        always: those that fire on nearly all pictures.
        silent: the others.
    """

    one: tuple[int, ...]
    inverse: tuple[int, ...]
    always: tuple[int, ...]
    silent: tuple[int, ...]

    __repr__ = brief

    def __str__(self) -> str:
        return ", ".join(f"{len(getattr(self, f.name))} {f.name}" for f in dataclasses.fields(self))


def by_similarity(
    activations: Float[np.ndarray, "n unit"], similarity: Float[np.ndarray, " n"]
) -> Groups:
    """Live units by the sign of their correlation with the similarity.

    Args:
        activations: after the ReLU.
        similarity: of the same pictures.

    Raises:
        ValueError: shapes differ, or no unit is on one of the sides.
    """
    if activations.shape[:1] != similarity.shape:
        raise ValueError(
            f"one similarity a picture: got activations {activations.shape} and similarities "
            f"{similarity.shape}"
        )
    centred = activations.astype(np.float64) - activations.mean(0, dtype=np.float64)
    return _split(activations, centred.T @ (similarity - similarity.mean()))


def by_components(activations: Float[np.ndarray, "n unit"]) -> Groups:
    """Live units by the sign of their weight in the first principal component.

    Args:
        activations: after the ReLU.

    Raises:
        ValueError: no unit is on one of the sides.
    """
    found = _split(activations, components(activations).axes[0])
    if len(found.one) < len(found.inverse):
        return dataclasses.replace(found, one=found.inverse, inverse=found.one)
    return found


@dataclasses.dataclass(frozen=True, eq=False)
class Components:
    """Principal components of activations.

    Attributes:
        axes: (k, unit), orthonormal rows.
        variance: (k,), the part of all variance along each.
        mean: (unit,).
    """

    axes: np.ndarray
    variance: np.ndarray
    mean: np.ndarray

    __repr__ = brief

    def of(self, activations: np.ndarray) -> np.ndarray:
        """Coordinates of activations, (n, k)."""
        found: np.ndarray = (activations - self.mean) @ self.axes.T
        return found


def components(activations: Float[np.ndarray, "n unit"], k: int = 2) -> Components:
    """The first ``k`` principal components; the largest weight of each is positive.

    Raises:
        ValueError: nothing varies.
    """
    mean = activations.mean(0, dtype=np.float64)
    centred = activations.astype(np.float64) - mean
    values, vectors = np.linalg.eigh(centred.T @ centred)
    if not values[-1] > 0:
        raise ValueError(f"{activations.shape[1]} units never vary: there are no components")
    axes = vectors[:, ::-1][:, :k].T
    largest = axes[np.arange(len(axes)), np.abs(axes).argmax(1)]
    axes = axes * np.sign(largest)[:, None]
    return Components(axes, values[::-1][:k] / values.sum(), mean)


def _split(activations: np.ndarray, side: np.ndarray) -> Groups:
    often = (activations > 0).mean(0)
    live = (often >= SELDOM) & (often <= NEARLY_ALWAYS)
    masks = (live & (side > 0), live & (side < 0), often > NEARLY_ALWAYS, often < SELDOM)
    found = Groups(*(tuple(np.flatnonzero(mask).tolist()) for mask in masks))
    if not found.one or not found.inverse:
        raise ValueError(
            f"two groups are expected, one for the template and one for its inverse; of "
            f"{len(often)} units there are {found}"
        )
    return found
