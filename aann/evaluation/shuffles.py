"""Wrong programs of the same form, drawn at random: what a program is compared with as a whole.

    aann.evaluate(model, curves, heldout, controls=aann.shuffles(curves, n=100))

Where a hand-made control is one opponent, shuffles are a distribution, as in Shi et al.,
"Hypothesis Testing the Circuit Hypothesis in LLMs" (arXiv 2410.13032): the report says which share
of them the program beats, and p with its Monte-Carlo error.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np

from aann.evaluation.lineup import Programs, name_of, together
from aann.evaluation.wrong import (
    Draw,
    Drawn,
    by_user,
    with_constants_exchanged,
    with_units_permuted,
)
from aann.program.replacement import Replacement
from aann.shown.brief import brief, word
from aann.statistics.indices import is_count, is_seed

KINDS: Final = ("units", "constants", "drawn")
"""Outputs given to other units; constants exchanged; programs that the user draws."""


@dataclasses.dataclass(frozen=True, eq=False)
class Shuffles:
    """What ``aann.shuffles`` returns: pass it as, or among, ``controls`` of ``aann.evaluate``.

    Attributes:
        programs: what is shuffled, one for each place.
        drawn: the wrong programs, kind by kind.
        examples: how many held-out examples to compare on; None: all.
        seed: of the draws and of the choice of examples.
    """

    programs: Programs
    drawn: Sequence[Drawn]
    examples: int | None
    seed: int

    __repr__ = brief

    def agreed(self, agree: Callable[[Sequence[Programs]], Sequence[Programs]]) -> "Shuffles":
        """The same with the programs that all processes agree on."""
        rows = [self.programs, *(w.programs for d in self.drawn for w in d.wrong)]
        main, *others = map(tuple, agree(rows))
        known = {id(row): new for row, new in zip(rows, (main, *others), strict=True)}
        drawn = [
            d._replace(wrong=[w._replace(programs=known[id(w.programs)]) for w in d.wrong])
            for d in self.drawn
        ]
        return dataclasses.replace(self, programs=main, drawn=drawn)


def apart(controls: Any) -> tuple[Any, list[Shuffles]]:
    """Ordinary controls, and the shuffles among them."""
    if isinstance(controls, Shuffles):
        return (), [controls]
    if isinstance(controls, Replacement | str) or not isinstance(controls, Iterable):
        return controls, []
    given = list(controls)
    rest = [one for one in given if not isinstance(one, Shuffles)]
    return rest, [one for one in given if isinstance(one, Shuffles)]


def shuffles(
    program: Replacement | Sequence[Replacement],
    n: int = 100,
    *,
    kinds: Sequence[str] | None = None,
    draw: Draw | Sequence[Any] | None = None,
    what: str = "",
    examples: int | None = None,
    seed: int = 0,
) -> Shuffles:
    """Wrong programs of the same form as a program, for ``controls`` of ``aann.evaluate``.

    - ``"units"``: the program's outputs are given to other units;
    - ``"constants"``: what the program declares ``exchangeable`` trades places or is drawn anew;
    - ``"drawn"``: what ``draw`` gives.

    Permutations are drawn without replacement, and all are taken where there are no more than
    ``n``. Where several programs are evaluated together, each draw shuffles every one of them.

    Args:
        program: as it is evaluated; or several, as they are evaluated together.
        n: how many of each kind, at most.
        kinds: which; by default all that the program allows, or ``"drawn"`` where ``draw`` is
            given.
        draw: ``(rng, program) -> program`` for the same units and reads, called ``n`` times; or
            all wrong programs that there are, of which ``n`` are picked where they are more. Of
            several programs it takes and gives tuples.
        what: how those of ``draw`` differ from the program, for tables.
        examples: compare on so many held-out examples, picked by name and seed; by default on all.
        seed: of the draws and of that choice.

    Raises:
        TypeError: ``program`` is no replacement, or ``draw`` gives none.
        ValueError: ``n``, ``examples`` or ``seed`` is no such number; there are no such kinds, or
            nothing to shuffle: what would help.
    """
    programs = together(program)
    for name, count in (("n", n), ("examples", 1 if examples is None else examples)):
        if not is_count(count):
            raise ValueError(f"{name} is a positive whole number, got {word(count)}")
    if not is_seed(seed):
        raise ValueError(f"seed is a whole number, 0 or more, got {word(seed)}")
    chosen = _chosen(programs, kinds, draw)
    made = []
    for kind in chosen:
        rng = np.random.default_rng([seed, KINDS.index(kind)])
        if kind == "units":
            made.append(with_units_permuted(programs, n, rng))
        elif kind == "constants":
            made.append(with_constants_exchanged(programs, n, rng))
        else:
            made.append(by_user(programs, draw, what, n, rng))
    empty = [d for d in made if not d.wrong]
    if empty and (kinds is not None or len(empty) == len(made)):
        raise ValueError(
            f"nothing of {name_of(programs)!r} can be shuffled: "
            f"{'; '.join(d.what for d in empty)}: all entries are alike, or there is but one"
        )
    return Shuffles(programs, [d for d in made if d.wrong], examples, seed)


def _chosen(
    programs: Programs, kinds: Sequence[str] | None, draw: Draw | Sequence[Any] | None
) -> tuple[str, ...]:
    possible = {
        "units": any(len(p.units) > 1 for p in programs),
        "constants": any(p.exchangeable for p in programs),
        "drawn": draw is not None,
    }
    helps = {
        "units": "it needs at least two units",
        "constants": "declare constants that may trade places, aann.make(..., exchangeable=(...))",
        "drawn": "pass draw=, a function (rng, program) -> program",
    }
    if kinds is None:
        wanted = ("drawn",) if draw is not None else tuple(k for k in KINDS if possible[k])
    else:
        wanted = (kinds,) if isinstance(kinds, str) else tuple(dict.fromkeys(kinds))
    if strange := [kind for kind in wanted if kind not in KINDS]:
        raise ValueError(f"kinds are {', '.join(KINDS)}; got {', '.join(map(repr, strange))}")
    lacking = [k for k in (wanted or KINDS) if not possible[k]]
    if not wanted or lacking:
        lines = "; ".join(f"{k!r}: {helps[k]}" for k in lacking)
        raise ValueError(f"nothing of {name_of(programs)!r} can be shuffled. {lines}")
    return wanted
