"""Running a traced program, or a part of it, with changes at sites.

``schedule`` decides which equations are needed and in which order: the original one, except that
what a change reads is moved in front of the site where it writes (a parallel branch may come
later in the jaxpr). ``run`` then evaluates the equations between two changes in one piece.
"""

import dataclasses
import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import jax
from jax.extend.core import Literal, Var

from aann.shown.brief import brief
from aann.trace.graph import Graph
from aann.trace.part import evaluate_part, part, variables


@dataclasses.dataclass(frozen=True)
class Change:
    """What happens at one site: ``edit(natural, *values_at_reads)`` is what goes on from there."""

    edit: Callable[..., jax.Array]
    reads: tuple[str, ...] = ()

    __repr__ = brief


Changes = Mapping[str, Change]


def check_changes(graph: Graph, changes: Changes) -> None:
    """Refuse unknown sites, reads downstream of writes and writes that nothing depends on.

    Raises:
        ValueError: with all problems.
    """
    graph.check([*changes, *(r for c in changes.values() for r in c.reads)])
    needed = _needed(graph, graph.outvars, changes, ())
    problems = []
    for name, change in changes.items():
        if name not in graph.marks:
            problems.append(f"{name!r} can be read but not replaced: change the inputs themselves")
            continue
        below = graph.descendants([graph.marks[name]]) | {graph.marks[name]}
        problems.extend(
            f"a replacement at {name!r} reads {read!r}, which "
            + ("is that very site" if read == name else f"lies downstream of {name!r}")
            + ": read an earlier site, or 'input'"
            for read in change.reads
            if graph.marks.get(read, -1) in below
        )
        problems.extend(
            f"{whole!r} is read or replaced together with a replacement at {name!r}, a lane of it, "
            "which it would not show: address the lanes one by one"
            for whole in dict.fromkeys([*changes, *(r for c in changes.values() for r in c.reads)])
            if graph.is_lane(name, whole)
        )
        if graph.marks[name] not in needed:
            problems.append(
                f"the model's outputs do not depend on site {name!r}: mark what it uses"
            )
    if problems:
        raise ValueError("\n".join(problems))


def schedule(
    graph: Graph, wanted: Iterable[Var], changes: Changes, given: Collection[Var] = ()
) -> list[int]:
    """Positions of the equations that ``wanted`` needs, in an order that respects the reads.

    Args:
        graph: the traced program.
        wanted: variables to compute.
        changes: at which sites, and what they read.
        given: variables whose values are known.

    Raises:
        ValueError: two changes read each other.
    """
    needed = _needed(graph, wanted, changes, given)
    waits_for = {i: set(_sources(graph, i, changes, given)) & needed for i in needed}
    feeds = defaultdict(list)
    for i, sources in waits_for.items():
        for source in sources:
            feeds[source].append(i)
    missing = {i: len(sources) for i, sources in waits_for.items()}
    ready = [i for i in needed if not missing[i]]
    heapq.heapify(ready)
    order = []
    while ready:
        order.append(done := heapq.heappop(ready))
        for i in feeds[done]:
            missing[i] -= 1
            if not missing[i]:
                heapq.heappush(ready, i)
    if len(order) < len(needed):
        stuck = [repr(n) for n in changes if graph.marks[n] in needed - set(order)]
        raise ValueError(f"replacements at {' and '.join(stuck)} read each other: drop one read")
    return order


def run(
    graph: Graph, env: dict[Var, Any], order: Sequence[int], changes: Changes, keep: Iterable[Var]
) -> dict[Var, Any]:
    """Evaluate the equations at ``order`` from the values in ``env``; return those in ``keep``."""
    at = {graph.marks[name]: change for name, change in changes.items()}
    pieces: list[list[int]] = []
    for i in order:
        if i in at or not pieces or pieces[-1][-1] in at:
            pieces.append([i])
        else:
            pieces[-1].append(i)
    live = set(keep)
    live_after = []
    for piece in reversed(pieces):
        live_after.append(set(live))
        for i in piece:
            live.update(_read(graph, i, at.get(i)))
    env = dict(env)
    for piece, live in zip(pieces, reversed(live_after), strict=True):
        if change := at.get(piece[0]):
            _apply(graph, piece[0], change, env)
        else:
            program = part(graph.jaxpr, [graph.eqns[i] for i in piece], live.__contains__)
            evaluate_part(program, env)
        env = {v: value for v, value in env.items() if v in live}
    return env


def outputs(graph: Graph, env: Mapping[Var, Any]) -> Any:
    """The model's outputs from the values of its output variables."""
    leaves = [v.val if isinstance(v, Literal) else env[v] for v in graph.jaxpr.outvars]
    return jax.tree.unflatten(graph.out_tree, leaves)


def start(graph: Graph, params: Any, inputs: Any) -> dict[Var, Any]:
    """The values that are known before the first equation."""
    args = [*jax.tree.leaves(params), *jax.tree.leaves(inputs)]
    env = dict(zip(graph.jaxpr.constvars, graph.consts, strict=True))
    return env | dict(zip(graph.jaxpr.invars, args, strict=True))


def _apply(graph: Graph, position: int, change: Change, env: dict[Var, Any]) -> None:
    """Compute what a change writes; the mark stays, so that the result can be changed again."""
    eqn = graph.eqns[position]
    natural = eqn.invars[0]
    reads = [graph.rebuild(r, [env[v] for v in graph.read_vars(r)]) for r in change.reads]
    known = natural.val if isinstance(natural, Literal) else env[natural]
    value = change.edit(jax.numpy.asarray(known), *reads)
    env[eqn.outvars[0]] = eqn.primitive.bind(value, **eqn.params)


def _read(graph: Graph, position: int, change: Change | None) -> list[Var]:
    reads = change.reads if change else ()
    return [*variables(graph.eqns[position]), *(v for r in reads for v in graph.read_vars(r))]


def _sources(graph: Graph, position: int, changes: Changes, given: Collection[Var]) -> list[int]:
    """Positions of the equations whose results one equation waits for."""
    change = next((c for n, c in changes.items() if graph.marks.get(n) == position), None)
    made_by = graph.made_by
    return [made_by[v] for v in _read(graph, position, change) if v in made_by and v not in given]


def _needed(
    graph: Graph, wanted: Iterable[Var], changes: Changes, given: Collection[Var]
) -> set[int]:
    stack = [graph.made_by[v] for v in wanted if v in graph.made_by and v not in given]
    needed: set[int] = set()
    while stack:
        if (i := stack.pop()) not in needed:
            needed.add(i)
            stack.extend(_sources(graph, i, changes, given))
    return needed
