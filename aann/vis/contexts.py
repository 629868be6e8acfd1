"""Tokens around the positions where a unit is strongest, coloured by what it does at each.

found = contexts(model, "blocks.0.mlp.post:12", design, names=vocabulary)
print(found.text())             # found.figure(), found.html(); notebooks show the HTML
"""

import dataclasses
import pathlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int
from matplotlib.figure import Figure

from aann.data.batches import batches, size_for
from aann.data.examples import Examples
from aann.machine.machine import Machine
from aann.model import Model
from aann.shown.brief import brief
from aann.statistics.indices import is_count
from aann.vis.chosen.coloured import Line, as_figure, as_html, as_text
from aann.vis.chosen.found import DatasetExamples, Section
from aann.vis.chosen.joined import as_numbers, joined
from aann.vis.chosen.numbers import Numbers
from aann.vis.examples import examples

Names = Sequence[str] | Mapping[int, str]


class Context(NamedTuple):
    """Tokens around a position.

    Attributes:
        example: its name.
        number: index of the example.
        position: of the strongest token in the example.
        start: of the first token here.
        tokens: the tokens.
        values: a number each.
    """

    example: str
    number: int
    position: int
    start: int
    tokens: Int[np.ndarray, " token"]
    values: Float[np.ndarray, " token"]

    def __repr__(self) -> str:
        return brief(self)


@dataclasses.dataclass(frozen=True, eq=False)
class Contexts:
    """What ``contexts`` found.

    Attributes:
        found: the positions, and what is known of each unit.
        sections: title -> contexts.
        names: of tokens, or None.
    """

    found: DatasetExamples
    sections: Mapping[str, tuple[Context, ...]]
    names: Names | None

    __repr__ = brief

    def text(self) -> str:
        """Plain text; strongest tokens are in brackets."""
        return as_text(self._lines())

    def html(self) -> str:
        """A piece of HTML that needs nothing else."""
        return as_html(self._lines())

    def figure(self, title: str = "") -> Figure:
        """The tokens in coloured boxes, the strongest below each other."""
        return as_figure(self._lines(), title or self.found.title)

    def _repr_html_(self) -> str:
        return self.html()

    def _lines(self) -> dict[str, list[Line]]:
        return {title: [self._line(c) for c in found] for title, found in self.sections.items()}

    def _line(self, context: Context) -> Line:
        at = context.position - context.start
        words = tuple(_name(int(token), self.names) for token in context.tokens)
        label = f"{context.values[at]:.3g}  {context.example}"
        return Line(label, words, context.values, at)


def contexts(
    model: Model,
    numbers: str | Numbers | Sequence[str | Numbers],
    data: Examples,
    *,
    n: int = 10,
    kinds: Collection[str] = ("top",),
    before: int = 12,
    after: int = 4,
    names: Names | None = None,
    per_example: int = 1,
    seed: int = 0,
    batch_size: int | None = None,
    machine: Machine | None = None,
    cache: pathlib.Path | str | None = None,
    progress: bool = True,
) -> Contexts:
    """Find positions as ``aann.vis.examples`` does, and show the tokens around them.

    Args:
        model: takes (tokens,) integers an example.
        numbers: with one position a token, see ``aann.vis.examples``.
        data: what is gone through; its mask says where there is padding, which is left out.
        n: contexts a section.
        kinds: of sections.
        before: tokens before the position.
        after: tokens after it.
        names: of tokens, by number; by default their numbers.
        per_example: contexts of one example in a section.
        seed: of what is random.
        batch_size: of the pass.
        machine: devices, processes and precision.
        cache: folder of results.
        progress: show a bar on a terminal, lines in the log elsewhere.

    Raises:
        TypeError: something else was passed as numbers or data.
        ValueError: inputs are no tokens, numbers have other positions, names are missing, options
            out of range: all problems.
    """
    machine = machine or Machine()
    wanted = _checked(model, numbers, before, after)
    found = examples(
        model, wanted, data, n=n, kinds=kinds, per_example=per_example, seed=seed,
        batch_size=batch_size, machine=machine, cache=cache, progress=progress,
    )  # fmt: skip
    chosen = sorted({int(i) for u in found.units for s in u.sections for i in s.indices})
    some = data.take(chosen)
    size = size_for(len(data), model, batch_size, machine)
    values = _values(model, wanted, some, size)
    tokens = np.asarray(some.load(range(len(some))))
    _check_names(tokens, names)
    rows = {index: row for row, index in enumerate(chosen)}
    there = np.ones(tokens.shape, bool) if some.mask is None else some.mask
    sections = {
        f"{unit.name}, {section.label}": tuple(
            _context(section, k, column, rows, tokens, values, there, (before, after))
            for k in range(len(section.indices))
        )
        for column, unit in enumerate(found.units)
        for section in unit.sections
    }
    return Contexts(found, sections, names)


def _context(
    section: Section,
    k: int,
    column: int,
    rows: Mapping[int, int],
    tokens: np.ndarray,
    values: np.ndarray,
    there: np.ndarray,
    around: tuple[int, int],
) -> Context:
    index, position = int(section.indices[k]), int(section.positions[k, 0])
    row = rows[index]
    start = max(0, position - around[0])
    stop = min(tokens.shape[1], position + around[1] + 1)
    gaps = np.flatnonzero(~there[row])  # padding ends a context
    start = max([start, *(gaps[gaps < position] + 1).tolist()])
    stop = min([stop, *gaps[gaps > position].tolist()])
    return Context(
        section.names[k], index, position, start,
        tokens[row, start:stop], values[row, start:stop, column],
    )  # fmt: skip


def _values(model: Model, numbers: Numbers, data: Examples, size: int) -> np.ndarray:
    """(examples, tokens, columns)."""
    run = jax.jit(lambda params, x: numbers(dataclasses.replace(model, params=params), x))
    return np.concatenate([
        np.asarray(run(model.params, batch.inputs))[: len(batch.indices)]
        for batch in batches(data, size, model)
    ])  # fmt: skip


def _checked(model: Model, numbers: Any, before: int, after: int) -> Numbers:
    problems = [
        f"{name} is a whole number from 0 up, got {value!r}"
        for name, value in (("before", before), ("after", after))
        if value != 0 and not is_count(value)
    ]
    one = model.batch(1)
    if len(one.shape) != 2 or not np.issubdtype(one.dtype, np.integer):
        problems.append(
            f"contexts are of tokens, (tokens,) integers an example: model {model.name!r} takes "
            f"{one.shape[1:]} {one.dtype}; aann.vis.examples shows pictures"
        )
    parts = as_numbers(numbers)
    try:
        wanted = joined(parts, model)
    except ValueError as error:
        raise ValueError("\n".join([*problems, str(error)])) from None
    shape = jax.eval_shape(lambda x: wanted(model, x), one).shape
    if shape[1:-1] != one.shape[1:]:
        problems.append(
            f"contexts need one position a token, {one.shape[1:]}: {', '.join(wanted.names[:3])} "
            f"has positions {shape[1:-1]}"
        )
    if problems:
        raise ValueError("\n".join(problems))
    return wanted


def _check_names(tokens: np.ndarray, names: Names | None) -> None:
    if names is None:
        return
    known = set(names) if isinstance(names, Mapping) else range(len(names))
    if missing := [t for t in np.unique(tokens).tolist() if t not in known]:
        raise ValueError(
            f"{len(missing)} tokens have no name: {', '.join(map(str, missing[:10]))}; names are "
            f"{len(names)} texts by the number of their token"
        )


def _name(token: int, names: Names | None) -> str:
    return str(token) if names is None else names[token]
