"""A model cut into prepare, prefix and suffix.

``prepare`` depends on parameters alone (weight transposes and the like), ``prefix`` on data but not
on the cut sites, ``suffix`` on the rest. Evaluating many replacements of one site costs one prefix
a batch and one suffix a replacement:

    pieces = aann.cut(model, "mixed3b", inputs)
    prepared = pieces.prepare(model.params)
    values, crossing = pieces.prefix(prepared, inputs)
    outputs = pieces.suffix(prepared, values, crossing)          # = model(inputs)

Sharp edges: a cut belongs to the batch size that it was traced with. Where one cut site lies below
another, the lower one is computed in the suffix. To replace at several levels, splice the lower
replacements first and cut the spliced model.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax.extend.core import Literal, Var

from aann.model import Model
from aann.shown.brief import brief
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.graph import Graph, shape_of
from aann.trace.part import variables

_CHEAP = (
    "broadcast_in_dim", "iota", "convert_element_type", "reshape", "squeeze", "expand_dims",
    "eq", "ne", "ge", "gt", "le", "lt", "and", "or", "not", "select_n",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, eq=False)
class Cut:
    """Three pure functions whose composition is the model.

    Attributes:
        prepare: ``params -> prepared``.
        prefix: ``(prepared, inputs) -> (values, crossing)``: the values at the cut sites and the
            further reads by name, and the other values that the suffix needs.
        suffix: ``(prepared, values, crossing) -> outputs``; uses the values at ``sites`` alone.
        sites: the uppermost of the cut sites, which are the inputs of the suffix.
        lower: cut sites below those, which the suffix computes.
        crossing: shapes and dtypes of the other values that cross, one example batch.
    """

    prepare: Callable[[Any], tuple[Any, ...]] = dataclasses.field(repr=False)
    prefix: Callable[[tuple[Any, ...], Any], tuple[dict[str, Any], tuple[Any, ...]]] = (
        dataclasses.field(repr=False)
    )
    suffix: Callable[[tuple[Any, ...], dict[str, Any], tuple[Any, ...]], Any] = dataclasses.field(
        repr=False
    )
    sites: tuple[str, ...]
    lower: tuple[str, ...]
    crossing: tuple[jax.ShapeDtypeStruct, ...]

    __repr__ = brief


def cut(model: Model, sites: str | Sequence[str], inputs: Any, *, reads: Sequence[str] = ()) -> Cut:
    """Cut ``model`` at ``sites``.

    Args:
        model: the model.
        sites: where replacements will write.
        inputs: a batch (arrays or ``jax.ShapeDtypeStruct``) of the size that will be used.
        reads: more sites (or ``input``) whose values the prefix returns.

    Raises:
        ValueError: a site is unknown, or nothing depends on it; a read lies downstream of a cut.
    """
    names = [sites] if isinstance(sites, str) else list(sites)
    graph = trace_model(model, model.params, inputs, [*names, *reads])
    running.check_changes(
        graph, {name: running.Change(lambda x, *_: x, tuple(reads)) for name in names}
    )
    positions = {name: graph.marks[name] for name in names}
    below = graph.descendants(positions.values())
    top = [n for n in names if positions[n] not in graph.descendants(set(positions.values()))]
    parts = _Parts(graph, tuple(top), tuple(reads), below | set(positions.values()))
    return Cut(
        prepare=parts.prepare,
        prefix=parts.prefix,
        suffix=parts.suffix,
        sites=tuple(top),
        lower=tuple(n for n in names if n not in top),
        crossing=tuple(shape_of(v) for v in parts.crossing),
    )


class _Parts:
    """The variables on the two boundaries, and the three functions between them."""

    def __init__(
        self, graph: Graph, top: tuple[str, ...], reads: tuple[str, ...], below: set[int]
    ) -> None:
        self.graph = graph
        self.top = top
        self.values = tuple(dict.fromkeys((*top, *reads)))
        self.from_params = _reached_from_params(graph)
        self.marked: dict[str, Any] = {n: graph.eqns[graph.marks[n]].invars[0] for n in top}
        self.site_vars = {n: graph.read_vars(n)[0] for n in top}
        self.suffix_order = self._suffix_order(below)
        self.crossing = self._needed_from_above(self.suffix_order)
        self.prefix_keep = [
            *(v for v in self.marked.values() if not isinstance(v, Literal)),
            *(v for r in self.values if r not in top for v in graph.read_vars(r)),
            *self.crossing,
        ]
        self.prefix_order = running.schedule(graph, self.prefix_keep, {}, self.from_params)
        self.prepared = self._prepared()

    def prepare(self, params: Any) -> tuple[Any, ...]:
        graph = self.graph
        leaves = jax.tree.leaves(params)
        env = dict(zip(graph.jaxpr.constvars, graph.consts, strict=True))
        env |= dict(zip(graph.jaxpr.invars[: graph.n_params], leaves, strict=True))
        order = running.schedule(graph, self.prepared, {})
        env = running.run(graph, env, order, {}, self.prepared)
        return tuple(env[v] for v in self.prepared)

    def prefix(
        self, prepared: tuple[Any, ...], inputs: Any
    ) -> tuple[dict[str, Any], tuple[Any, ...]]:
        graph = self.graph
        env = dict(zip(self.prepared, prepared, strict=True))
        invars = graph.jaxpr.invars[graph.n_params :]
        env |= dict(zip(invars, jax.tree.leaves(inputs), strict=True))
        keep = self.prefix_keep
        env = running.run(graph, env, self.prefix_order, {}, keep)
        values = {}
        for name in self.values:
            if name in self.top:
                atom = self.marked[name]
                values[name] = atom.val if isinstance(atom, Literal) else env[atom]
            else:
                values[name] = graph.rebuild(name, [env[v] for v in graph.read_vars(name)])
        return values, tuple(env[v] for v in self.crossing)

    def suffix(
        self, prepared: tuple[Any, ...], values: dict[str, Any], crossing: tuple[Any, ...]
    ) -> Any:
        env = dict(zip(self.prepared, prepared, strict=True))
        env |= dict(zip(self.crossing, crossing, strict=True))
        env |= {self.site_vars[n]: values[n] for n in self.top}
        env = running.run(self.graph, env, self.suffix_order, {}, self.graph.outvars)
        return running.outputs(self.graph, env)

    def _suffix_order(self, below: set[int]) -> list[int]:
        """Equations of the suffix: those below the cut, and cheap growing ones that feed them."""
        graph = self.graph
        given = set(self.site_vars.values())
        needed = running.schedule(graph, graph.outvars, {}, given)
        chosen = {i for i in needed if i in below}
        while True:
            frontier = self._needed_from_above(sorted(chosen))
            pulled = {graph.made_by[v] for v in frontier if v in graph.made_by and self._grows(v)}
            if not pulled:
                return sorted(chosen)
            chosen |= pulled

    def _grows(self, var: Var) -> bool:
        """Whether recomputing ``var`` in the suffix is cheap and stores fewer bytes."""
        eqn = self.graph.eqns[self.graph.made_by[var]]
        sources = {v for v in variables(eqn) if v not in self.from_params}
        return eqn.primitive.name in _CHEAP and sum(map(_nbytes, sources)) < _nbytes(var)

    def _needed_from_above(self, order: Sequence[int]) -> list[Var]:
        """What the suffix reads from the prefix, besides the sites' values and prepared values."""
        graph = self.graph
        made = {v for i in order for v in graph.eqns[i].outvars} | set(self.site_vars.values())
        read = [v for i in order for v in variables(graph.eqns[i])] + graph.outvars
        return list(dict.fromkeys(v for v in read if v not in made and v not in self.from_params))

    def _prepared(self) -> list[Var]:
        """The values made from parameters alone that the two other parts read."""
        order = [*self.prefix_order, *self.suffix_order]
        read = [v for i in order for v in variables(self.graph.eqns[i])]
        kept = [*read, *self.graph.outvars, *self.prefix_keep]
        return list(dict.fromkeys(v for v in kept if v in self.from_params))


def _reached_from_params(graph: Graph) -> set[Var]:
    """Constants, parameters, and the variables computed from those alone."""
    invars = graph.jaxpr.invars
    from_data = set(invars[graph.n_params :])
    reached = {*graph.jaxpr.constvars, *invars[: graph.n_params]}
    for eqn in graph.eqns:
        if any(v in from_data for v in variables(eqn)):
            from_data.update(eqn.outvars)
        elif variables(eqn):
            reached.update(eqn.outvars)
    return reached


def _nbytes(var: Var) -> int:
    shape = shape_of(var)  # the dtypes of random keys are JAX's own
    return int(math.prod(shape.shape) * shape.dtype.itemsize)
