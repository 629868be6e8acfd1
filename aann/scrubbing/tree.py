"""A few scrubbed examples as trees: which inputs stood in where."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from aann.scrubbing.interpretation import OUTPUT
from aann.scrubbing.scrubbed import Scrubbed
from aann.shown.brief import brief, clip


@dataclasses.dataclass(frozen=True)
class Branch:
    """One node of a scrubbed example.

    Attributes:
        value: name of the value; empty for the output.
        where: the activations that it stands for; empty for the output.
        example: the example whose value it has: the scrubbed one itself at the output.
        was: the value (one line) of the example that it stands in for, or None.
        now: the value of the example that stands in.
        below: what the activations were computed from.
    """

    value: str
    where: str
    example: str
    was: str | None
    now: str
    below: tuple["Branch", ...]

    __repr__ = brief

    def lines(self, before: str = "", last: str = "", above: str = "") -> list[str]:
        """The tree as text, one line a node.

        Args:
            before: what stands in front of the lines below.
            last: what stands in front of its own.
            above: the example that it stands in for.
        """
        if self.was is None:
            head = f"{self.example}: {self.now}" if self.now else self.example
        else:
            same = "the same" if self.was == self.now else f"was {self.was}"
            same = "itself" if self.example == above else same
            head = f"{self.value} = {self.now} of {self.example} ({same}) at {self.where}"
        found = [clip(f"{last}{head}", 160)]
        for i, branch in enumerate(self.below):
            end = i == len(self.below) - 1
            inner = before + ("   " if end else "│  ")
            found += branch.lines(inner, before + ("└─ " if end else "├─ "), self.example)
        return found

    def examples(self) -> list[str]:
        """The names of all examples in the tree."""
        return [self.example, *(name for branch in self.below for name in branch.examples())]

    def __str__(self) -> str:
        return "\n".join(self.lines())


def trees(
    found: Scrubbed, row: str | None = None, examples: Sequence[int] = (0, 1, 2), scrub: int = 0
) -> list[Branch]:
    """Scrubbed examples as trees, ``print(tree)`` each.

    Args:
        found: by ``aann.scrub``.
        row: name of the hypothesis; by default the first one.
        examples: their positions.
        scrub: which of an example's scrubs.

    Raises:
        KeyError: no such row.
        IndexError: no such example or scrub.
    """
    name = found.rows[0].name if row is None else found.row(row).name
    n = len(found.names)
    if wrong := [i for i in examples if not 0 <= i < n]:
        raise IndexError(f"examples are 0 to {n - 1}, got {wrong}")
    if not 0 <= scrub < found.scrubs:
        raise IndexError(f"scrubs of an example are 0 to {found.scrubs - 1}, got {scrub}")
    return [_branch(found, name, "", i, i, scrub, i) for i in examples]


def _branch(
    found: Scrubbed, row: str, path: str, before: int, here: int, scrub: int, root: int
) -> Branch:
    donors, values = found.donors[row], found.values[row]
    where = found.row(row).where
    value = path.rpartition("/")[2]
    start = f"{path}/" if path else ""
    below = [p for p in donors if p.startswith(start) and "/" not in p[len(start) :]]
    if path:
        was, now = (_text(values[value][i]) for i in (before, here))
    else:
        was, now = None, _text(values[OUTPUT][here]) if OUTPUT in values else ""
    return Branch(
        value=value,
        where=where.get(value, ""),
        example=found.names[here],
        was=was,
        now=now,
        below=tuple(
            _branch(found, row, p, here, int(donors[p][scrub, root]), scrub, root) for p in below
        ),
    )


def _text(value: Any) -> str:
    """A value on one line: a number, or the shape and first numbers of an array."""
    array = np.asarray(value)
    if not array.ndim:
        return str(array.item()) if array.dtype.kind in "biu" else f"{float(array):.6g}"
    shown = ", ".join(f"{x:.4g}" for x in array.reshape(-1)[:3].tolist())
    return f"[{shown}{', ...' if array.size > 3 else ''}]"
