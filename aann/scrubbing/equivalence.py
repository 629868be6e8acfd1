"""Which examples agree on a value, so that one may stand in for the other.

Each kind draws, for reference examples, donors whose value is equivalent to theirs. Every example
is equivalent to itself, except to a relation that says otherwise; one that has no other keeps its
own value.

========================= ========================================================
``Same()``                the same value, number for number
``Within(width)``         values at most this far away, or near by a Gaussian
``Nearest(k)``            the k other examples whose values are nearest
``Classes(function)``     values of one class: ``function(values) -> (n, ...)``
``Related(function)``     pairs for which ``function(a, b) -> (n, m)`` is true, or its weights
``Anything()``            all examples: what the value is does not matter
``Shuffled(kind)``        as ``kind``, of values that were dealt out again among the examples
========================= ========================================================
"""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from scipy.spatial.distance import cdist

from aann.scrubbing.donors import FAR, Donors, Near, Neighbours, Partition, Weighted, Window
from aann.shown.brief import brief, word

Values = np.ndarray


@runtime_checkable
class Equivalence(Protocol):
    """What makes donors of the values (n, ...) of n examples."""

    def of(self, values: Values) -> Donors:
        """The donors among these examples.

        Raises:
            ValueError: the values do not suit.
        """


@dataclasses.dataclass(frozen=True)
class Anything:
    """All examples are equivalent."""

    __repr__ = brief

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        return Partition(np.zeros(len(values), int))

    def __str__(self) -> str:
        return "anything"


@dataclasses.dataclass(frozen=True)
class Same:
    """Equal values, all numbers of an array alike."""

    __repr__ = brief

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        flat = np.ascontiguousarray(values.reshape(len(values), -1))
        if np.issubdtype(flat.dtype, np.number):
            flat = flat + 0  # -0.0 is 0.0
        return Partition(np.unique(flat, axis=0, return_inverse=True)[1].reshape(-1))

    def __str__(self) -> str:
        return "same"


@dataclasses.dataclass(frozen=True)
class Classes:
    """Values that ``function(values (n, ...)) -> (n, ...)`` maps to the same."""

    function: Callable[[Values], Any]

    __repr__ = brief

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        found = np.asarray(self.function(values))
        if found.ndim < 1 or len(found) != len(values):
            raise ValueError(
                f"a function of classes returns one entry an example, ({len(values)}, ...), got "
                f"shape {found.shape}"
            )
        if np.issubdtype(found.dtype, np.inexact) and np.isnan(found).any():
            raise ValueError(
                "a class is NaN, which equals nothing: give those a class of their own"
            )
        return Same().of(found)

    def __str__(self) -> str:
        return f"same {getattr(self.function, '__name__', 'class')}"


@dataclasses.dataclass(frozen=True)
class Within:
    """Values near each other.

    Attributes:
        width: in the value's units: the largest distance, or the Gaussian's standard deviation. Of
            arrays the Euclidean distance counts.
        kernel: ``"uniform"``, all within the width alike, or ``"gaussian"``, by
            exp(-distance^2 / 2 width^2) as far as six widths.
    """

    width: float
    kernel: Literal["uniform", "gaussian"] = "uniform"

    __repr__ = brief

    def __post_init__(self) -> None:
        problems = []
        real = isinstance(self.width, int | float | np.integer | np.floating)
        if not (real and abs(self.width) < np.inf):
            problems.append(f"a width is a finite number, got {word(self.width)}")
        elif self.width < 0 or (self.width == 0 and self.kernel == "gaussian"):
            problems.append(f"a width is positive, got {self.width}; Same() is exact")
        if self.kernel not in ("uniform", "gaussian"):
            problems.append(f"kernel is 'uniform' or 'gaussian', got {self.kernel!r}")
        if problems:
            raise ValueError("; ".join(problems))

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        if values.dtype.kind not in "iuf":
            raise ValueError(f"a width needs real numbers, got {values.dtype}")
        flat = values.reshape(len(values), -1).astype(np.float64)
        if self.kernel == "uniform" and flat.shape[1] == 1:
            return Window(flat[:, 0], float(self.width))
        if flat.shape[1] == 1:
            return Near(flat, self._weights, float(self.width))
        return Weighted(flat, self._weights)

    def _weights(self, a: Values, b: Values) -> Values:
        squares: np.ndarray = cdist(a, b, "sqeuclidean")
        if self.kernel == "uniform":
            return (squares <= float(self.width) ** 2).astype(np.float64)
        weights = np.exp(-squares / (2 * float(self.width) ** 2))
        return np.where(squares <= (FAR * float(self.width)) ** 2, weights, 0.0)

    def __str__(self) -> str:
        near = "within" if self.kernel == "uniform" else "gaussian,"
        return f"{near} {self.width:.6g}"


@dataclasses.dataclass(frozen=True)
class Nearest:
    """The k other examples whose values are nearest, by the Euclidean distance.

    As many stand in for every example, whatever the value: criteria can be compared that have
    neither classes nor a scale in common. Among equal distances the first names come first.
    """

    k: int = 5

    __repr__ = brief

    def __post_init__(self) -> None:
        if isinstance(self.k, bool) or not isinstance(self.k, int | np.integer) or self.k < 1:
            raise ValueError(f"the nearest are a whole number from 1 up, got {word(self.k)}")

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        if values.dtype.kind not in "iuf":
            raise ValueError(f"distances need real numbers, got {values.dtype}")
        if self.k >= len(values):
            raise ValueError(f"{len(values)} examples have no {self.k} others to be nearest")
        return Neighbours(values.reshape(len(values), -1).astype(np.float64), int(self.k))

    def __str__(self) -> str:
        return f"{self.k} nearest"


@dataclasses.dataclass(frozen=True)
class Related:
    """Pairs that a function relates: ``function(a (n, ...), b (m, ...)) -> (n, m)``.

    It gives booleans, or weights from 0 up with which ``b`` stands in for ``a``. It need not be
    symmetric, and may leave out the example itself.
    """

    function: Callable[[Values, Values], Any]

    __repr__ = brief

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        return Weighted(values, self._weights)

    def _weights(self, a: Values, b: Values) -> Values:
        found = np.asarray(self.function(a, b))
        if found.shape != (len(a), len(b)):
            raise ValueError(
                f"a relation of {len(a)} and {len(b)} values returns shape {(len(a), len(b))}, got "
                f"{found.shape}"
            )
        weights = found.astype(np.float64)
        if not (np.isfinite(weights).all() and (weights >= 0).all()):
            raise ValueError("a relation returns booleans or finite weights from 0 up")
        return weights

    def __str__(self) -> str:
        return f"by {getattr(self.function, '__name__', 'relation')}"


@dataclasses.dataclass(frozen=True)
class Shuffled:
    """A wrong criterion of equal entropy: the same equivalence of values dealt out again.

    Attributes:
        kind: an equivalence.
        seed: of the deal.
    """

    kind: Equivalence
    seed: int = 0

    __repr__ = brief

    def of(self, values: Values) -> Donors:
        """See ``Equivalence``."""
        return self.kind.of(values[np.random.default_rng(self.seed).permutation(len(values))])

    def __str__(self) -> str:
        return f"{self.kind}, shuffled"
