"""Examples, and the two halves that fitting and reporting never share.

``Design`` and ``HeldOut`` are different types: everything that fits takes a ``Design`` and
``evaluate`` reports on a ``HeldOut``, so that a mix-up is an error before any work starts. The
halves of a data set are fixed by the hashes of its examples' names.
"""

import collections
import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from aann.shown.brief import COLUMNS, clip, word

Half = TypeVar("Half", bound="Examples")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Examples:
    """A data set whose inputs are loaded when they are asked for.

    Attributes:
        name: of the data set.
        names: unique, one an example; they decide the half and the donor of an example.
        digests: hex SHA-256 of each example's content.
        load: indices -> array (k, ...) of the model's inputs.
        labels: (n,) int32 indices of output units, or (n, positions) with -1 where a position is
            not scored, or None.
    """

    name: str
    names: tuple[str, ...]
    digests: tuple[str, ...]
    load: Callable[[Sequence[int]], np.ndarray]
    labels: np.ndarray | None = None

    def __post_init__(self) -> None:
        problems = []
        if not self.names:
            problems.append("it is empty")
        if repeated := [n for n, k in collections.Counter(self.names).items() if k > 1][:5]:
            problems.append(f"names occur more than once: {', '.join(repeated)}")
        if len(self.digests) != len(self.names):
            problems.append(f"{len(self.names)} names but {len(self.digests)} digests")
        if self.labels is not None and (
            self.labels.ndim not in (1, 2) or len(self.labels) != len(self.names)
        ):
            problems.append(f"{len(self.names)} names but labels of shape {self.labels.shape}")
        if self.labels is not None and not np.issubdtype(self.labels.dtype, np.integer):
            problems.append(f"labels are integers, got {self.labels.dtype}")
        if problems:
            raise ValueError(f"data set {self.name!r}: " + "; ".join(problems))

    def __repr__(self) -> str:
        return clip(f"{type(self).__name__}({word(self.name)}, n={len(self)})", COLUMNS)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def split(self) -> str:
        """``"design"``, ``"heldout"`` or ``"all"``."""
        return "all"

    @property
    def hash(self) -> str:
        """Hex SHA-256 over names, contents and labels, whatever the order of the examples."""
        rows = sorted(self._rows(), key=lambda row: row[0])
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    @property
    def marks(self) -> tuple[str, ...]:
        """Of each example 16 hex digits of the SHA-256 over its name, content and label."""
        return tuple(hashlib.sha256(repr(row).encode()).hexdigest()[:16] for row in self._rows())

    def _rows(self) -> list[tuple[Any, ...]]:
        labels = [None] * len(self) if self.labels is None else self.labels.tolist()
        return list(zip(self.names, self.digests, labels, strict=True))

    def take(self: Half, indices: Sequence[int]) -> Half:
        """The same kind of examples, restricted to ``indices``."""
        chosen = [int(i) for i in indices]
        return dataclasses.replace(
            self,
            names=tuple(self.names[i] for i in chosen),
            digests=tuple(self.digests[i] for i in chosen),
            load=lambda wanted: self.load([chosen[i] for i in wanted]),
            labels=None if self.labels is None else self.labels[chosen],
        )


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Design(Examples):
    """Examples to look at, tune on and fit on."""

    @property
    def split(self) -> str:
        """``"design"``."""
        return "design"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class HeldOut(Examples):
    """Examples to report on. Nothing that fits accepts them.

    Attributes:
        design: the other half, if there is one.
    """

    design: Design | None = None

    @property
    def split(self) -> str:
        """``"heldout"``."""
        return "heldout"


def from_arrays(
    name: str, inputs: ArrayLike, labels: ArrayLike | None = None, names: Sequence[str] = ()
) -> Examples:
    """Examples from arrays in memory.

    Args:
        name: of the data set.
        inputs: (n, ...) array, one example a row.
        labels: (n,) or (n, positions) integers, or None.
        names: one an example; by default their position.
    """
    array = np.asarray(inputs)
    return Examples(
        name=name,
        names=tuple(names) or tuple(f"{i:07d}" for i in range(len(array))),
        digests=tuple(hashlib.sha256(np.ascontiguousarray(x).tobytes()).hexdigest() for x in array),
        load=lambda indices: array[np.asarray(indices, dtype=int)],
        labels=None if labels is None else np.asarray(labels),
    )


def split(examples: Examples) -> tuple[Design, HeldOut]:
    """The fixed halves of a data set: design is the first half by the SHA-256 of the names.

    Raises:
        TypeError: ``examples`` is a half already.
        ValueError: there are fewer than two examples.
    """
    if isinstance(examples, Design | HeldOut):
        raise TypeError(f"{examples.name!r} is a {examples.split} half already; split it only once")
    if len(examples) < 2:
        raise ValueError(f"{examples.name!r} has {len(examples)} example; two halves need two")
    order = sorted(
        range(len(examples)),
        key=lambda i: hashlib.sha256(examples.names[i].encode()).digest(),
    )
    middle = len(examples) // 2
    design = Design(**_fields(examples.take(sorted(order[:middle]))))
    return design, HeldOut(**_fields(examples.take(sorted(order[middle:]))), design=design)


def held_out(examples: Examples, design: Design | None = None) -> HeldOut:
    """Declare that all of ``examples`` are to be reported on (a user's own data, say).

    Args:
        examples: no half of a split.
        design: what ``evaluate`` fits on.

    Raises:
        TypeError: they are design examples.
    """
    if isinstance(examples, Design):
        raise TypeError(f"{examples.name!r} is a design half; what was fitted on is not held out")
    return HeldOut(**_fields(examples), design=design)


def _fields(examples: Examples) -> dict[str, Any]:
    return {f.name: getattr(examples, f.name) for f in dataclasses.fields(Examples)}
