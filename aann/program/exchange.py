"""What a program declares exchangeable: constants that may trade places, or be drawn anew.

    aann.make(curves, ..., exchangeable=("direction", ("right", "up")))
    aann.make(curves, ..., exchangeable={"direction": lambda rng, x: rng.uniform(0, 360, x.shape)})

A wrong program of the same form is one with these constants dealt out to others. The declaration
changes nothing in what the program computes or costs: ``aann.shuffles`` alone reads it.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from aann.shown.brief import brief, word

Anew = Callable[[np.random.Generator, np.ndarray], Any]
"""``(rng, value) -> value of the same shape``."""


@dataclasses.dataclass(frozen=True, eq=False)
class Exchange:
    """Constants that are shuffled together.

    Attributes:
        names: of the constants; their entries trade places by one permutation.
        axis: along which entries lie; None takes every number of an array for an entry.
        anew: draws the value of the one constant from nothing but its shape and kind, instead.
    """

    names: tuple[str, ...]
    axis: int | None = 0
    anew: Anew | None = None

    __repr__ = brief

    def entries(self, values: Mapping[str, np.ndarray]) -> int:
        """How many trade places; 0 where the constant is drawn anew."""
        first = values[self.names[0]]
        if self.anew is not None:
            return 0
        return int(first.size if self.axis is None else first.shape[self.axis])

    def moved(self, values: Mapping[str, np.ndarray], order: Sequence[int]) -> dict[str, Any]:
        """The constants with their entries in another order."""
        at = np.asarray(order)
        return {
            n: values[n].ravel()[at].reshape(values[n].shape)
            if self.axis is None
            else np.take(values[n], at, self.axis)
            for n in self.names
        }


def exchanges(declared: Any, constants: Mapping[str, Any]) -> tuple[Exchange, ...]:
    """What ``exchangeable=`` says, in one form.

    Args:
        declared: names of constants, and tuples of names that move together: entries along the
            first axis trade places; or a mapping from them to the axis, to None (all numbers of an
            array), or to ``(rng, value) -> value``, which draws anew. What another program
            declared holds as far as these constants have it.
        constants: name -> ``Constant``.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(declared, str):
        declared = (declared,)
    if not isinstance(declared, Iterable):
        raise TypeError(f"exchangeable names constants, got {word(declared)}")
    found = []
    for item in declared:
        if isinstance(item, Exchange):
            found += [] if exchange_problems([item], constants) else [item]
            continue
        names = (item,) if isinstance(item, str) else item
        if not isinstance(names, tuple) or not names or not all(isinstance(n, str) for n in names):
            raise TypeError(
                f"exchangeable names constants, or tuples of those that move together, got "
                f"{word(item)}"
            )
        how = declared[item] if isinstance(declared, Mapping) else 0
        if callable(how):
            found.append(Exchange(names, None, how))
        elif how is None or (isinstance(how, int | np.integer) and not isinstance(how, bool)):
            found.append(Exchange(names, None if how is None else int(how)))
        else:
            raise TypeError(
                f"exchangeable {', '.join(names)}: give the axis of the entries, None for all "
                f"numbers, or a function (rng, value) -> value; got {word(how)}"
            )
    return tuple(found)


def exchange_problems(declared: Sequence[Exchange], constants: Mapping[str, Any]) -> list[str]:
    """What is wrong with a declaration for constants (name -> ``Constant``)."""
    problems = []
    seen: set[str] = set()
    for one in declared:
        if unknown := [n for n in one.names if n not in constants]:
            known = ", ".join(constants) or "none"
            problems.append(f"exchangeable names no constants: {unknown}; declared are {known}")
        if twice := [n for n in one.names if n in seen]:
            problems.append(f"exchangeable names {twice} twice")
        seen.update(one.names)
        if one.anew is not None and len(one.names) > 1:
            problems.append(
                f"exchangeable {one.names}: a function draws one constant, name it alone"
            )
        if one.anew is None and not unknown:
            problems += _layout(one, {n: np.shape(constants[n].value) for n in one.names})
    return problems


def _layout(one: Exchange, shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Whether entries lie where they are said to, equally many of each constant."""
    if one.axis is None:
        counts = {n: int(np.prod(shape)) for n, shape in shapes.items() if shape}
        bad = [n for n, shape in shapes.items() if not shape]
    else:
        inside = {n: -len(s) <= one.axis < len(s) for n, s in shapes.items()}
        counts = {n: s[one.axis] for n, s in shapes.items() if inside[n]}
        bad = [n for n, ok in inside.items() if not ok]
    where = "" if one.axis is None else f" along axis {one.axis}"
    problems = [
        f"exchangeable {n!r} has shape {shapes[n]}: no entries{where} to trade places" for n in bad
    ]
    if len(set(counts.values())) > 1:
        each = ", ".join(f"{n} {k}" for n, k in counts.items())
        problems.append(f"exchangeable {one.names} move together, but have entries{where}: {each}")
    return problems
