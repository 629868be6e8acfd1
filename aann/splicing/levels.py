"""A model cut at several sites, one below the other, level by level.

The first level cuts the model at the uppermost of the sites. What comes below is a model again, the
suffix, and is cut at the uppermost of those that are left; and so on. Each step is compiled once.

Sharp edge: a site that does not lie below another one, but whose program reads what does, has no
level; that is refused.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from aann.model import Model
from aann.program.place import Place
from aann.program.replacement import Replacement
from aann.shown.brief import brief
from aann.splicing.cut import Cut, cut
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.graph import Graph
from aann.trace.reuse import Reuse
from aann.trace.site import INPUT

State = tuple[dict[str, Any], tuple[Any, ...]]
"""Values at the sites and reads of a level, and what else crosses to the next step."""


@dataclasses.dataclass(frozen=True, eq=False)
class Level:
    """The replacements whose sites are reached together.

    Attributes:
        members: which replacements, by their position.
        replacements: all of them.
        names: of the reads whose values are found at this level.
        values: shapes and dtypes at the sites and reads.
        before: compiled: ``inputs -> state``, of the first level alone.
        after: compiled: ``(state, parts) -> (next state or outputs, sites as written)``.
    """

    members: tuple[int, ...]
    replacements: tuple[Replacement, ...]
    names: tuple[str, ...]
    values: Mapping[str, Any]
    before: Callable[[Any], State]
    after: Callable[[State, Mapping[int, Array]], tuple[Any, dict[str, Any]]]

    __repr__ = brief

    def reads(self, state: State) -> dict[str, Any]:
        """Values at the reads of this level."""
        return {name: state[0][name] for name in self.names}

    def pick(self, state: State, i: int) -> Array:
        """The values that come to the units of replacement ``i``, units last."""
        replacement = self.replacements[i]
        return jnp.moveaxis(replacement.pick(state[0][replacement.site]), replacement.axis, -1)


def levels(model: Model, replacements: Sequence[Replacement], inputs: Any) -> tuple[Level, ...]:
    """Cut ``model`` at the sites of all replacements.

    What is compiled is kept for later replacements at the same places, see ``aann.trace.reuse``.

    Args:
        model: the model.
        replacements: to be run together.
        inputs: shape and dtype of a batch.

    Raises:
        ValueError: unknown sites, reads downstream of writes, programs that read each other, or
            reads that depend on a site which their own does not depend on.
    """
    where = tuple((r.site, r.place.key, r.reads) for r in replacements)
    steps = Reuse(model).get(
        ("levels", where), lambda shell: _steps(shell, replacements, inputs), inputs
    )
    prepared = [model.params]
    for step in steps:
        prepared.append(step.prepare(prepared[-1]))
    return tuple(
        _level(step, tuple(replacements), prepared[k + 1 : k + 3]) for k, step in enumerate(steps)
    )


def _steps(model: Model, replacements: Sequence[Replacement], inputs: Any) -> tuple["_Step", ...]:
    wanted = [name for r in replacements for name in (r.site, *r.reads)]
    _check(trace_model(model, model.params, inputs, wanted), replacements)
    found_cuts: list[_CutAt] = []
    here, args, prepared = model, inputs, model.params
    found: set[str] = set()
    while left := [
        i for i, _ in enumerate(replacements) if not any(i in s.members for s in found_cuts)
    ]:
        graph = trace_model(here, prepared, args, wanted)
        sites = list(dict.fromkeys(replacements[i].site for i in left))
        reads = [r for i in left for r in replacements[i].reads]
        names = _readable(graph, sites, reads, not found_cuts)
        names = tuple(n for n in names if n not in found)
        pieces = cut(dataclasses.replace(here, params=prepared), sites, args, reads=names)
        members = tuple(i for i in left if replacements[i].site in pieces.sites)
        found |= {*names}
        _check_readable(replacements, members, found, pieces.sites)
        found |= {*pieces.sites}
        prepared = jax.eval_shape(pieces.prepare, prepared)
        values, crossing = jax.eval_shape(pieces.prefix, prepared, args)
        found_cuts.append(_CutAt(members, names, pieces, values))
        args = ({name: values[name] for name in pieces.sites}, crossing)
        here = dataclasses.replace(model, apply=_suffix(pieces), params=prepared)
    places = tuple((r.site, r.place, r.reads) for r in replacements)
    return tuple(_step(found_cuts, k, places) for k in range(len(found_cuts)))


def _suffix(pieces: Cut) -> Callable[[Any, Any], Any]:
    return lambda prepared, inputs: pieces.suffix(prepared, *inputs)


@dataclasses.dataclass(frozen=True, eq=False)
class _CutAt:
    members: tuple[int, ...]
    names: tuple[str, ...]
    pieces: Cut
    values: Mapping[str, Any]

    __repr__ = brief


@dataclasses.dataclass(frozen=True, eq=False)
class _Step:
    """A level without parameters and programs, compiled."""

    members: tuple[int, ...]
    names: tuple[str, ...]
    values: Mapping[str, Any]
    prepare: Callable[[Any], Any]
    prefix: Callable[[Any, Any], State]
    after: Callable[[Any, State, Mapping[int, Array]], Any]

    __repr__ = brief


def _step(
    cuts: Sequence[_CutAt], k: int, places: tuple[tuple[str, Place, tuple[str, ...]], ...]
) -> _Step:
    at = cuts[k]
    later = cuts[k + 1] if k + 1 < len(cuts) else None
    reread = {r for s in cuts[k + 1 :] for i in s.members for r in places[i][2]}

    def after(prepared: Any, state: State, parts: Mapping[int, Array]) -> Any:
        values, crossing = state
        written = {name: values[name] for name in at.pieces.sites}
        for i in at.members:
            site, place, _ = places[i]
            part = jnp.moveaxis(parts[i], -1, place.axis)
            written[site] = place.write(written[site], part)
        kept = {name: value for name, value in written.items() if name in reread}
        if later is None:
            return at.pieces.suffix(prepared, written, crossing), kept
        return later.pieces.prefix(prepared, (written, crossing)), kept

    prepare, prefix = jax.jit(at.pieces.prepare), jax.jit(at.pieces.prefix)
    return _Step(at.members, at.names, at.values, prepare, prefix, jax.jit(after))


def _level(step: _Step, replacements: tuple[Replacement, ...], prepared: Sequence[Any]) -> Level:
    """A level of a model; prepared for the level itself, and for the next one if there is any."""
    own, below = prepared[0], prepared[-1]
    return Level(
        members=step.members,
        replacements=replacements,
        names=step.names,
        values=step.values,
        before=lambda inputs: step.prefix(own, inputs),
        after=lambda state, parts: step.after(below, state, parts),
    )


def _check(graph: Graph, replacements: Sequence[Replacement]) -> None:
    reads: dict[str, tuple[str, ...]] = {}
    for r in replacements:
        reads[r.site] = (*reads.get(r.site, ()), *r.reads)
    changes = {site: running.Change(lambda x, *_: x, names) for site, names in reads.items()}
    running.check_changes(graph, changes)
    running.schedule(graph, graph.outvars, changes)


def _readable(
    graph: Graph, sites: Sequence[str], reads: Sequence[str], first: bool
) -> tuple[str, ...]:
    """The reads whose values do not depend on any of the sites."""
    positions = {graph.marks[name] for name in sites}
    below = graph.descendants(positions) | positions
    names = dict.fromkeys(reads)
    return tuple(
        n for n in names
        if (n == INPUT and first) or (n in graph.marks and graph.marks[n] not in below)
    )  # fmt: skip


def _check_readable(
    replacements: Sequence[Replacement],
    members: Sequence[int],
    found: set[str],
    sites: Sequence[str],
) -> None:
    lines = [
        f"{replacements[i].name!r} at {replacements[i].site!r} reads {read!r}, which depends on "
        f"what is replaced at {' or '.join(map(repr, sites))}, though its own site does not: "
        "evaluate them one by one, or splice one of them first"
        for i in members
        for read in replacements[i].reads
        if read not in found
    ]
    if lines:
        raise ValueError("\n".join(lines))
