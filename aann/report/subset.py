"""Some of the units of a report, replaced by its program: the plain data."""

import dataclasses
from collections.abc import Mapping, Sequence

from aann.report.estimate import Damage, Estimate
from aann.report.fixed import fix
from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True)
class Subset:
    """Some of the units replaced by the program; the others keep their natural values.

    Attributes:
        kind: ``half`` (halves of one split follow each other) or ``alone``.
        units: their places in the report's ``units``, from 0.
        recovered: metric -> of the damage of zeroing these units alone, what the program undoes.
        damage: metric -> that damage.
    """

    kind: str
    units: Sequence[int]
    recovered: Mapping[str, Estimate]
    damage: Mapping[str, Damage]

    __repr__ = brief

    def __post_init__(self) -> None:
        fix(self)
