"""How wrong programs of one form come about: permuted, exchanged, or drawn by the user."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from aann.evaluation.lineup import Programs, each, together
from aann.evaluation.orders import Order, Orders, orders
from aann.shown.brief import brief, counted

Draw = Callable[[np.random.Generator, Any], Any]
"""``(rng, program) -> program``; tuples of them where several are evaluated together."""


class Wrong(NamedTuple):
    """One wrong program, or several that belong together.

    Attributes:
        programs: one for each place.
        order: for each, whose output every unit gets; None where each gets its own.
    """

    programs: Programs
    order: tuple[Order | None, ...]

    def __repr__(self) -> str:
        return brief(self)


class Drawn(NamedTuple):
    """The wrong programs of one kind.

    Attributes:
        kind: of ``KINDS``.
        what: how they came about, in words.
        wrong: the programs.
        enumerated: whether they are all there are of this kind.
    """

    kind: str
    what: str
    wrong: Sequence[Wrong]
    enumerated: bool

    def __repr__(self) -> str:
        return brief(self)


def with_units_permuted(programs: Programs, n: int, rng: np.random.Generator) -> Drawn:
    """Programs whose outputs are given to other units; ``n`` at most."""
    lengths = [len(p.units) for p in programs]
    found, every = orders(lengths, n, rng)
    wrong = [Wrong(programs, tuple(order)) for order in found]
    return Drawn(
        "units", f"outputs of {' + '.join(map(str, lengths))} units permuted", wrong, every
    )


def with_constants_exchanged(programs: Programs, n: int, rng: np.random.Generator) -> Drawn:
    """Programs with exchanged constants; different ones, unless some are drawn anew."""
    values = [{k: np.asarray(c.value) for k, c in p.constants.items()} for p in programs]
    lengths = [e.entries(v) for p, v in zip(programs, values, strict=True) for e in p.exchangeable]

    def moved(order: Orders) -> list[dict[str, Any]]:
        each_order = iter(order)
        return [
            {k: x for e in p.exchangeable for k, x in e.moved(v, next(each_order)).items()}
            for p, v in zip(programs, values, strict=True)
        ]

    def looks(order: Orders) -> bytes:  # thousands are held at once, of tables of megabytes
        found = hashlib.sha256()
        for x in (x for part in moved(order) for x in part.values()):
            found.update(x.tobytes())
        return found.digest()

    what = ", ".join(n for p in programs for e in p.exchangeable for n in e.names)
    none = tuple(None for _ in programs)
    if any(e.anew is not None for p in programs for e in p.exchangeable):
        wrong = [Wrong(_anew(programs, values, rng), none) for _ in range(n)]
        return Drawn("constants", f"{what} drawn anew", wrong, enumerated=False)
    found, every = orders(lengths, n, rng, looks)
    wrong = [
        Wrong(
            tuple(p.with_constants(**new) for p, new in zip(programs, moved(order), strict=True)),
            none,
        )
        for order in found
    ]
    return Drawn("constants", f"entries of {what} exchanged", wrong, every)


def _anew(
    programs: Programs, values: Sequence[dict[str, np.ndarray]], rng: np.random.Generator
) -> Programs:
    made = []
    for p, v in zip(programs, values, strict=True):
        new: dict[str, Any] = {}
        for e in p.exchangeable:
            if e.anew is not None:
                new[e.names[0]] = e.anew(rng, v[e.names[0]].copy())  # to shuffle in place
            else:
                new |= e.moved(v, rng.permutation(e.entries(v)).tolist())
        made.append(p.with_constants(**new))
    return tuple(made)


def by_user(programs: Programs, draw: Any, what: str, n: int, rng: np.random.Generator) -> Drawn:
    """What ``draw`` of ``aann.shuffles`` gives.

    Raises:
        TypeError: it is no replacement.
        ValueError: it is an empty list.
    """
    none = tuple(None for _ in programs)
    given = programs[0] if len(programs) == 1 else programs
    if callable(draw):
        found = [together(draw(rng, given)) for _ in range(n)]
        return Drawn(
            "drawn", what or "programs drawn at random", [Wrong(p, none) for p in found], False
        )
    every = each(draw)
    if not every:
        raise ValueError("draw= is a function or a list of wrong programs, got an empty list")
    picked = list(range(len(every)))
    if len(every) > n:
        picked = rng.choice(len(every), n, replace=False).tolist()
    what = what or f"{counted(len(every), 'program')} given"
    return Drawn("drawn", what, [Wrong(every[i], none) for i in picked], len(every) <= n)
