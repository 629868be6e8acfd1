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
from aann.program.replacement import Replacement
from aann.shown.brief import brief
from aann.splicing.cut import Cut, cut
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.graph import Graph
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

    Args:
        model: the model.
        replacements: to be run together.
        inputs: shape and dtype of a batch.

    Raises:
        ValueError: unknown sites, reads downstream of writes, programs that read each other, or
            reads that depend on a site which their own does not depend on.
    """
    wanted = [name for r in replacements for name in (r.site, *r.reads)]
    _check(trace_model(model, model.params, inputs, wanted), replacements)
    steps: list[_Step] = []
    here, args, prepared = model, inputs, model.params
    found: set[str] = set()
    while left := [i for i, _ in enumerate(replacements) if not any(i in s.members for s in steps)]:
        graph = trace_model(here, prepared, args, wanted)
        sites = list(dict.fromkeys(replacements[i].site for i in left))
        names = _readable(graph, sites, [r for i in left for r in replacements[i].reads], not steps)
        names = tuple(n for n in names if n not in found)
        pieces = cut(dataclasses.replace(here, params=prepared), sites, args, reads=names)
        members = tuple(i for i in left if replacements[i].site in pieces.sites)
        found |= {*names}
        _check_readable(replacements, members, found, pieces.sites)
        found |= {*pieces.sites}
        prepared = jax.jit(pieces.prepare)(prepared)
        values, crossing = jax.eval_shape(pieces.prefix, prepared, args)
        steps.append(_Step(members, names, pieces, prepared, values))
        args = ({name: values[name] for name in pieces.sites}, crossing)
        here = dataclasses.replace(model, apply=_suffix(pieces), params=prepared)
    return tuple(_level(steps, k, tuple(replacements)) for k in range(len(steps)))


def _suffix(pieces: Cut) -> Callable[[Any, Any], Any]:
    return lambda prepared, inputs: pieces.suffix(prepared, *inputs)


@dataclasses.dataclass(frozen=True, eq=False)
class _Step:
    members: tuple[int, ...]
    names: tuple[str, ...]
    pieces: Cut
    prepared: Any
    values: Mapping[str, Any]


def _level(steps: Sequence[_Step], k: int, replacements: tuple[Replacement, ...]) -> Level:
    step = steps[k]
    later = steps[k + 1] if k + 1 < len(steps) else None
    sites = step.pieces.sites
    reread = {r for s in steps[k + 1 :] for i in s.members for r in replacements[i].reads}
    prefix = jax.jit(step.pieces.prefix)

    def after(prepared: Any, state: State, parts: Mapping[int, Array]) -> Any:
        values, crossing = state
        written = {name: values[name] for name in sites}
        for i in step.members:
            r = replacements[i]
            part = jnp.moveaxis(parts[i], -1, r.axis)
            written[r.site] = r.write(written[r.site], part)
        kept = {name: value for name, value in written.items() if name in reread}
        if later is None:
            return step.pieces.suffix(prepared, written, crossing), kept
        return later.pieces.prefix(prepared, (written, crossing)), kept

    compiled = jax.jit(after)
    prepared = step.prepared if later is None else later.prepared
    return Level(
        members=step.members,
        replacements=replacements,
        names=step.names,
        values=step.values,
        before=lambda inputs: prefix(step.prepared, inputs),
        after=lambda state, parts: compiled(prepared, state, parts),
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
