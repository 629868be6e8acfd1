"""The worst misses in sequences: tokens around each, by natural and by artificial values."""

import textwrap

import numpy as np
from matplotlib.figure import Figure

from aann.residuals.worst import Cases, Worst
from aann.vis.caption import captioned
from aann.vis.chosen.coloured import Line, as_figure
from aann.vis.contexts import Names
from aann.vis.residuals.misses import SIDES, sides_of, which
from aann.vis.residuals.panels import of


def worst_contexts(
    found: Worst, *, unit: int | None = None, names: Names | None = None, most: int = 8,
    before: int = 12, after: int = 4, title: str = "",
) -> Figure:  # fmt: skip
    """Tokens around the worst misses, twice: coloured by natural and by artificial values.

    Args:
        found: of ``aann.residuals.worst``, on tokens.
        unit: as the replacement has it; by default the worst of all units.
        names: of tokens, by number; by default their numbers.
        most: misses of a kind.
        before: tokens before the position.
        after: tokens after it.
        title: by default which program this is.

    Raises:
        KeyError: there is no such unit, or a token has no name.
        ValueError: inputs are no tokens, one for each position, or there are no misses.
    """
    sides = sides_of(found, unit)
    one, places = np.asarray(found.examples.load([0])), found.about.places
    fits = places in ((), one.shape[1:]) or _named(found)
    if one.ndim != 2 or not np.issubdtype(one.dtype, np.integer) or not fits:
        raise ValueError(
            f"inputs are {one.shape[1:]} {one.dtype} and values have positions "
            f"{places}: contexts are of tokens, integers, one for each position; "
            "worst_values shows any inputs"
        )
    blocks = {
        SIDES[cases.kind]: [
            line for row in range(min(most, len(cases)))
            for line in _lines(found, cases, row, names, (before, after))
        ]
        for cases in sides if len(cases)
    }  # fmt: skip
    heading = textwrap.fill(title or found.about.title("worst misses"), 36)  # few tokens: narrow
    drawing = as_figure(blocks, heading)
    return captioned(
        drawing,
        f"The worst misses of {of(found.about)}, {which(unit)}: the tokens around each, coloured "
        "by what the unit does and, below, by what the program says; boxed is the position.",
    )


def _lines(
    found: Worst, cases: Cases, row: int, names: Names | None, around: tuple[int, int]
) -> list[Line]:
    i = int(cases.example[row])
    tokens = np.asarray(found.examples.load([i])).ravel()
    at = _at(found, cases, row, len(tokens))
    there = np.ones(len(tokens), bool)
    if found.examples.present is not None and found.examples.present.shape[1] == len(tokens):
        there = found.examples.present[i]
    gaps = np.flatnonzero(~there)
    start = max([0, at - around[0], *(gaps[gaps < at] + 1).tolist()])
    stop = min([len(tokens), at + around[1] + 1, *gaps[gaps > at].tolist()])
    words = tuple(str(int(t)) if names is None else names[int(t)] for t in tokens[start:stop])
    lines = []
    for what, value, values in (
        ("natural", cases.natural[row], cases.natural_map[row]),
        ("program", cases.artificial[row], cases.artificial_map[row]),
    ):
        shown = np.zeros(len(tokens))
        if _named(found):
            shown[list(found.about.positions or ())] = values
        elif found.about.places:
            shown[:] = values
        else:
            shown[at] = value
        last = f"{cases.names[row]}, {cases.units[row]}" if what == "natural" else ""
        lines.append(Line(f"{what} {value:.3g} {last}", words, shown[start:stop], at - start))
    return lines


def _named(found: Worst) -> bool:
    """Whether places are positions that the replacement names."""
    positions = found.about.positions
    return positions is not None and found.about.places == (len(positions),)


def _at(found: Worst, cases: Cases, row: int, length: int) -> int:
    """Which token a miss is at; the last one where an example has one value."""
    if not found.about.places:
        return length - 1
    place = int(cases.position[row, 0])
    positions = found.about.positions
    return place if positions is None or not _named(found) else positions[place]
