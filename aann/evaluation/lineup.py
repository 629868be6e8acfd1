"""Which programs an evaluation runs, before it is known what they are measured against."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from aann.program.replacement import Replacement, listed
from aann.shown.brief import brief

Programs = Sequence[Replacement]
"""One program for each of the replacements that are evaluated together, in their order."""

ROWS = (
    "mean", "position mean", "best constant", "resample", "linear",
    "recalibrated", "program of another example", "units permuted",
)  # fmt: skip
"""What a report has beside zero-ablation and programs, if it is not told otherwise."""

BELOW = 5
"""So many of ``ROWS`` come before the programs."""

RESERVED = ("zero", "intact", "small network", *ROWS)


def together(replacement: Replacement | Sequence[Replacement]) -> tuple[Replacement, ...]:
    """One replacement or several, as several.

    Raises:
        TypeError: it is something else, such as a program that was not made a replacement.
        ValueError: there is none.
    """
    found = tuple(listed(replacement))
    if not found:
        raise ValueError("nothing to evaluate: pass at least one replacement")
    return found


def each(rows: Replacement | Sequence[Replacement | Sequence[Replacement]]) -> list[Programs]:
    """The programs of several rows; one replacement is one row."""
    several: Any = rows  # whatever was passed; what it is made of is checked one by one
    if isinstance(rows, Replacement | str) or not isinstance(rows, Iterable):
        several = [rows]
    return [together(row) for row in several]


def name_of(programs: Programs) -> str:
    """What tables call programs that run together."""
    return " + ".join(p.name for p in programs)


def check_names(programs: Sequence[Programs]) -> None:
    """Refuse two rows of one name.

    Args:
        programs: of every row, those to be evaluated first.

    Raises:
        ValueError: names are empty, occur twice, or are those of other rows.
    """
    for together in programs:
        names = [p.name for p in together]
        if len(set(names)) < len(names):
            raise ValueError(
                f"programs that are evaluated together need different names, got {names}: pass "
                "name= to aann.make"
            )
    taken = {*RESERVED, f"{name_of(programs[0])}, recalibrated"}
    repeated = []
    for name in map(name_of, programs):
        if name in taken:
            repeated.append(name)
        taken.add(name)
    if repeated:
        raise ValueError(
            f"rows need names of their own, but these occur twice: {', '.join(repeated)}; rename "
            "with replacement.with_constants(name=...)"
        )


@dataclasses.dataclass(frozen=True)
class Lineup:
    """The programs of every row that has some.

    Attributes:
        main: those to evaluate.
        programs: more programs for the same places.
        controls: wrong programs for the same places.
    """

    main: Programs
    programs: Sequence[Programs]
    controls: Sequence[Programs]

    __repr__ = brief

    @property
    def rows(self) -> list[Programs]:
        """Of every row, those to evaluate first."""
        return [self.main, *self.programs, *self.controls]

    def with_rows(self, rows: Sequence[Programs]) -> "Lineup":
        """The same with other programs in the same rows, in the order of ``rows``."""
        main, *others = rows
        many = len(self.programs)
        return Lineup(tuple(main), others[:many], others[many:])


def check_rows(rows: Sequence[str] | None, linear: bool) -> tuple[str, ...]:
    """Which of ``ROWS`` to have.

    Args:
        rows: what the user asked for; None is all.
        linear: whether the linear prediction may be among them.

    Raises:
        ValueError: there are none such.
    """
    wanted = ROWS if rows is None else tuple(rows)
    if strange := [name for name in wanted if name not in ROWS]:
        raise ValueError(
            f"rows= names which of these a report has: {', '.join(ROWS)}; got "
            f"{', '.join(map(repr, strange))}. Zero-ablation and programs are always there"
        )
    return tuple(name for name in wanted if linear or name != "linear")


def line_up(
    replacement: Replacement | Sequence[Replacement],
    programs: Replacement | Sequence[Replacement | Sequence[Replacement]] = (),
    controls: Replacement | Sequence[Replacement | Sequence[Replacement]] = (),
) -> Lineup:
    """What the user passed, as rows.

    Raises:
        ValueError: there is nothing to evaluate, or names are empty, occur twice, or are those of
            other rows.
    """
    found = Lineup(together(replacement), each(programs), each(controls))
    check_names(found.rows)
    return found
