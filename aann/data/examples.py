"""Examples, and the two halves that fitting and reporting never share.

``Design`` and ``HeldOut`` are different types: everything that fits takes a ``Design`` and
``evaluate`` reports on a ``HeldOut``, so that a mix-up is an error before any work starts. The
halves of a data set are fixed by the hashes of its examples' names.
"""

import collections
import dataclasses
import hashlib
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import numpy as np

from aann.data import check
from aann.data.check import UNSCORED
from aann.model import fixed
from aann.shown.brief import COLUMNS, clip, word
from aann.statistics.indices import as_indices

Half = TypeVar("Half", bound="Examples")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Examples:
    """A data set whose inputs are loaded when they are asked for.

    Attributes:
        name: of the data set.
        names: unique, one an example; they decide the half and the donor of an example.
        digests: hex SHA-256 of each example's content.
        load: indices -> array (k, ...) of the model's inputs.
        labels: (n,) integer indices of output units, or (n, positions) with -1 where a position
            is not scored, or None.
        mask: (n, positions) booleans, False at padding: what lies there counts nowhere. Without
            it positions that are not scored are taken for padding.
        groups: (n,) what each example belongs to: examples of one group (frames of a film, copies)
            are kept in one half and resampled together. None: each stands for itself.

    Arrays are copied, unless they are read-only, so that none can change later.

    Raises:
        ValueError: names, digests, labels, mask or groups do not fit together: all problems.
    """

    name: str
    names: tuple[str, ...]
    digests: tuple[str, ...]
    load: Callable[[Sequence[int]], np.ndarray]
    labels: np.ndarray | None = None
    mask: np.ndarray | None = None
    groups: tuple[Hashable, ...] | None = None

    def __post_init__(self) -> None:
        problems = []
        if not self.names:
            problems.append("it is empty")
        if repeated := [n for n, k in collections.Counter(self.names).items() if k > 1][:5]:
            problems.append(f"names occur more than once: {', '.join(repeated)}")
        if len(self.digests) != len(self.names):
            problems.append(f"{len(self.names)} names but {len(self.digests)} digests")
        problems += check.labels(self.labels, len(self.names))
        problems += check.mask(self.mask, self.labels, self.names)
        problems += check.groups(self.groups, self.names)
        if problems:
            raise ValueError(f"data set {self.name!r}: " + "; ".join(problems))
        for field in ("labels", "mask"):
            object.__setattr__(self, field, fixed(getattr(self, field)))

    def __repr__(self) -> str:
        return clip(f"{type(self).__name__}({word(self.name)}, n={len(self)})", COLUMNS)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def split(self) -> str:
        """``"design"``, ``"heldout"`` or ``"all"``."""
        return "all"

    @property
    def clusters(self) -> tuple[Hashable, ...]:
        """(n,) what is kept in one half and resampled whole: each example's group, or its name."""
        return self.names if self.groups is None else self.groups

    @property
    def hash(self) -> str:
        """Hex SHA-256 over names, contents, labels, masks and groups, in any order of examples."""
        rows = self._rows()
        if self.groups is not None:
            rows = [(*row, group) for row, group in zip(rows, self.groups, strict=True)]
        rows = sorted(rows, key=lambda row: row[0])
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    @property
    def marks(self) -> tuple[str, ...]:
        """Of each example 16 hex digits of the SHA-256 over its name, content, label and mask."""
        return tuple(hashlib.sha256(repr(row).encode()).hexdigest()[:16] for row in self._rows())

    @property
    def present(self) -> np.ndarray | None:
        """(n, positions) booleans: where there is something, or None: everywhere."""
        if self.mask is not None or self.labels is None or self.labels.ndim == 1:
            return self.mask
        scored: np.ndarray = self.labels != UNSCORED
        return scored

    def _rows(self) -> list[tuple[Any, ...]]:
        labels = [None] * len(self) if self.labels is None else self.labels.tolist()
        columns = [self.names, self.digests, labels]
        columns += [] if self.mask is None else [self.mask.tolist()]
        return list(zip(*columns, strict=True))

    def take(self: Half, indices: Any) -> Half:
        """The same kind of examples, restricted to ``indices``.

        Args:
            indices: integers, a slice, or booleans, one an example.

        Raises:
            ValueError: they are no indices, or there are none such.
        """
        chosen = list(as_indices(indices, f"examples of {self.name!r}", len(self)))
        return dataclasses.replace(
            self,
            names=tuple(self.names[i] for i in chosen),
            digests=tuple(self.digests[i] for i in chosen),
            load=lambda wanted: self.load([chosen[i] for i in wanted]),
            labels=None if self.labels is None else self.labels[chosen],
            mask=None if self.mask is None else self.mask[chosen],
            groups=None if self.groups is None else tuple(self.groups[i] for i in chosen),
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


def split(examples: Examples) -> tuple[Design, HeldOut]:
    """The fixed halves of a data set: design is the first half by the SHA-256 of the names.

    Groups are not divided: they are sorted by the SHA-256 of what they are called, and come to
    design as long as it has at most half of the examples.

    Raises:
        TypeError: ``examples`` is a half already.
        ValueError: there are fewer than two examples, or groups.
    """
    if isinstance(examples, Design | HeldOut):
        raise TypeError(f"{examples.name!r} is a {examples.split} half already; split it only once")
    if len(examples) < 2:
        raise ValueError(f"{examples.name!r} has {len(examples)} example; two halves need two")
    belongs: Sequence[Hashable] = examples.groups or examples.names
    together: dict[Hashable, list[int]] = {}
    for i, group in enumerate(belongs):
        together.setdefault(group, []).append(i)
    if len(together) < 2:
        raise ValueError(f"{examples.name!r} is one group; two halves need two")
    order = sorted(together, key=lambda group: hashlib.sha256(str(group).encode()).digest())
    first: list[int] = []
    for group in order[:-1]:
        if first and len(first) + len(together[group]) > len(examples) // 2:
            break
        first += together[group]
    second = sorted(set(range(len(examples))) - set(first))
    design = Design(**_fields(examples.take(sorted(first))))
    return design, HeldOut(**_fields(examples.take(second)), design=design)


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


def design(examples: Examples) -> Design:
    """Declare that all of ``examples`` may be fitted on (a published training set).

    Args:
        examples: no half of a split.

    Raises:
        TypeError: they are held out.
    """
    if isinstance(examples, HeldOut):
        raise TypeError(f"{examples.name!r} is held out; nothing that fits accepts it")
    return Design(**_fields(examples))


def _fields(examples: Examples) -> dict[str, Any]:
    return {f.name: getattr(examples, f.name) for f in dataclasses.fields(Examples)}
