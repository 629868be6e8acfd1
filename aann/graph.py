"""The traced program of a model and the sites in it.

``trace`` turns a function into a flat jaxpr in which every mark is an equation of the top level:
calls that hold a mark (``jit``, ``remat``, custom derivatives) are inlined by evaluating their
bodies under a second trace, so that no variable is ever renamed by hand; calls without marks stay
as they are. Everything else in aann is a question asked of this graph.

Sharp edges: a mark inside ``scan``, ``while`` or ``cond`` has no single value and cannot be
addressed; ``jax.ad_checkpoint.checkpoint_name`` marks count as sites; tracing a large model takes
a fraction of a second, so jit what runs it.
"""

import dataclasses
import difflib
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jax
import jax.core
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var, jaxprs_in_params

from aann.site import INPUT

_MARKS = ("aann_site", "name")
_CALLS = ("jit", "pjit", "closed_call", "core_call", "checkpoint", "remat", "remat2")
_CUSTOM_RULES = ("custom_jvp_call", "custom_vjp_call")


@dataclasses.dataclass(frozen=True, eq=False)
class Graph:
    """A flat traced program ``(params, inputs) -> outputs``.

    Attributes:
        jaxpr: its equations; the parameters come first among the input variables.
        consts: values of the jaxpr's constants.
        marks: site name -> position of its equation.
        held: name of a mark that cannot be addressed -> why, and what to do.
        n_params: how many input variables are parameters.
        in_tree: tree of the inputs (without the parameters).
        out_tree: tree of the outputs.
    """

    jaxpr: Jaxpr
    consts: tuple[Any, ...]
    marks: Mapping[str, int]
    held: Mapping[str, str]
    n_params: int
    in_tree: Any
    out_tree: Any

    @property
    def eqns(self) -> Sequence[JaxprEqn]:
        """The equations, in an order in which they can be evaluated."""
        eqns: Sequence[JaxprEqn] = self.jaxpr.eqns
        return eqns

    @functools.cached_property
    def made_by(self) -> dict[Var, int]:
        """Variable -> position of the equation that makes it."""
        return {v: i for i, eqn in enumerate(self.eqns) for v in eqn.outvars}

    @property
    def outvars(self) -> list[Var]:
        """The output variables (outputs that are literals left out)."""
        return [v for v in self.jaxpr.outvars if not isinstance(v, Literal)]

    def check(self, names: Iterable[str]) -> None:
        """Raise ``ValueError`` naming every one of ``names`` that is not a site, with advice."""
        known = [INPUT, *self.marks]
        lines = []
        for name in dict.fromkeys(names):
            if name in self.held:
                lines.append(f"site {name!r} cannot be addressed: {self.held[name]}")
            elif name not in known:
                close = _close(str(name), known)
                hint = f"did you mean {', '.join(map(repr, close))}?" if close else "no close match"
                lines.append(f"no site {name!r} in this model: {hint}")
        if lines:
            raise ValueError("\n".join([*lines, f"(the model has {len(known)} sites: aann.sites)"]))

    def read_vars(self, name: str) -> list[Var]:
        """The variables behind a read: all inputs for ``input``, else the one after the mark."""
        if name == INPUT:
            return list(self.jaxpr.invars[self.n_params :])
        return [self.eqns[self.marks[name]].outvars[0]]

    def rebuild(self, name: str, leaves: Sequence[Any]) -> Any:
        """The value of a read from the values of its ``read_vars``."""
        return jax.tree.unflatten(self.in_tree, leaves) if name == INPUT else leaves[0]

    def descendants(self, positions: Iterable[int]) -> set[int]:
        """Positions of the equations that depend on results of those at ``positions``."""
        tainted = {v for i in positions for v in self.eqns[i].outvars}
        reached = set()
        for i, eqn in enumerate(self.eqns):
            if any(v in tainted for v in variables(eqn)):
                reached.add(i)
                tainted.update(eqn.outvars)
        return reached


def _close(name: str, known: Sequence[str]) -> list[str]:
    """Up to three names that may be meant: parts of what is called that, then similar ones."""
    parts = [k for sign in "#[:./" for k in known if name and k.startswith(name + sign)]
    similar = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return list(dict.fromkeys([*parts, *similar]))[:3]


def variables(eqn: JaxprEqn) -> list[Var]:
    """The variables that an equation reads (literals left out)."""
    return [v for v in eqn.invars if not isinstance(v, Literal)]


def shape_of(var: Any) -> jax.ShapeDtypeStruct:
    """Shape and dtype of a variable's value."""
    return jax.ShapeDtypeStruct(var.aval.shape, var.aval.dtype)


def trace(
    apply: Callable[[Any, Any], Any], params: Any, inputs: Any, *, inline_custom_rules: bool = False
) -> Graph:
    """Trace ``apply(params, inputs)`` and bring its marks to the top level.

    Args:
        apply: the model's function.
        params: pytree of arrays, tracers or ``jax.ShapeDtypeStruct``.
        inputs: likewise.
        inline_custom_rules: see ``aann.Model``.
    """
    closed, shape = jax.make_jaxpr(apply, return_shape=True)(params, inputs)
    calls = (*_CALLS, *_CUSTOM_RULES) if inline_custom_rules else _CALLS
    if any(_inlinable(eqn, calls) for eqn in closed.jaxpr.eqns):
        avals = [
            jax.ShapeDtypeStruct(v.aval.shape, v.aval.dtype, weak_type=v.aval.weak_type)
            for v in closed.jaxpr.invars
        ]
        called = closed
        closed = jax.make_jaxpr(lambda *args: _inline(called, args, calls))(*avals)
    marks = _numbered_marks(closed.jaxpr)
    jaxpr = _renamed(closed.jaxpr, marks)
    return Graph(
        jaxpr=jaxpr,
        consts=tuple(closed.consts),
        marks=marks,
        held=_held_marks(jaxpr),
        n_params=len(jax.tree.leaves(params)),
        in_tree=jax.tree.structure(inputs),
        out_tree=jax.tree.structure(shape),
    )


def _renamed(jaxpr: Jaxpr, marks: Mapping[str, int]) -> Jaxpr:
    """The program with numbers in its marks, so that a part of it, traced again, keeps them."""
    eqns = list(jaxpr.eqns)
    for name, i in marks.items():
        if eqns[i].params["name"] != name:
            eqns[i] = eqns[i].replace(params={**eqns[i].params, "name": name})
    renamed: Jaxpr = jaxpr.replace(eqns=eqns)
    return renamed


def part(jaxpr: Jaxpr, eqns: Sequence[JaxprEqn], wanted: Callable[[Var], bool]) -> Jaxpr:
    """The sub-program of some consecutive equations: what they read, and the ``wanted`` results."""
    made: dict[Var, None] = {}
    read: dict[Var, None] = {}
    for eqn in eqns:
        read.update((v, None) for v in variables(eqn) if v not in made)
        made.update((v, None) for v in eqn.outvars)
    program: Jaxpr = jaxpr.replace(
        constvars=[], invars=list(read), outvars=[v for v in made if wanted(v)], eqns=list(eqns)
    )
    return program


def evaluate_part(program: Jaxpr, env: dict[Var, Any]) -> None:
    """Run a sub-program on the values in ``env`` and put its results there."""
    values = jax.core.eval_jaxpr(program, (), *[env[v] for v in program.invars])
    results: Sequence[Any] = program.outvars
    env.update(zip(results, values, strict=True))


def _inline(closed: ClosedJaxpr, args: Sequence[Any], calls: tuple[str, ...]) -> list[Any]:
    """Evaluate a program, stepping into the calls that hold marks."""
    jaxpr = closed.jaxpr
    env: dict[Var, Any] = dict(zip(jaxpr.constvars, closed.consts, strict=True))
    env.update(zip(jaxpr.invars, args, strict=True))
    for eqn in jaxpr.eqns:
        if _inlinable(eqn, calls):
            results = _inline(_body(eqn), [_value(v, env) for v in eqn.invars], calls)
            env.update(zip(eqn.outvars, results, strict=True))
        else:
            evaluate_part(part(jaxpr, [eqn], lambda v: True), env)
    return [_value(v, env) for v in jaxpr.outvars]


def _value(atom: Any, env: Mapping[Var, Any]) -> Any:
    return atom.val if isinstance(atom, Literal) else env[atom]


def _inlinable(eqn: JaxprEqn, calls: tuple[str, ...]) -> bool:
    return eqn.primitive.name in calls and any(_marks_inside(j) for j in _bodies(eqn))


def _bodies(eqn: JaxprEqn) -> list[Jaxpr]:
    return [getattr(j, "jaxpr", j) for j in jaxprs_in_params(eqn.params)]


def _body(eqn: JaxprEqn) -> ClosedJaxpr:
    """The only jaxpr among the parameters of a call, closed."""
    (body,) = [v for v in eqn.params.values() if isinstance(v, Jaxpr | ClosedJaxpr)]
    return body if isinstance(body, ClosedJaxpr) else ClosedJaxpr(body, ())


def _marks_inside(jaxpr: Jaxpr) -> list[str]:
    names = []
    for eqn in jaxpr.eqns:
        if eqn.primitive.name in _MARKS:
            names.append(eqn.params["name"])
        for body in _bodies(eqn):
            names.extend(_marks_inside(body))
    return names


def _held_marks(jaxpr: Jaxpr) -> dict[str, str]:
    """Marks left inside a call, with the reason."""
    held = {}
    for eqn in jaxpr.eqns:
        kind = eqn.primitive.name
        if kind in _CUSTOM_RULES:
            reason = (
                f"it lies inside a function with a custom derivative rule ({kind}), which would be "
                "lost; aann.Model(..., inline_custom_rules=True) accepts that"
            )
        else:
            reason = (
                f"it lies inside {kind!r}, where it has no single value; mark a value outside, or "
                "write the loop or branch out in Python"
            )
        held.update({name: reason for body in _bodies(eqn) for name in _marks_inside(body)})
    return held


def _numbered_marks(jaxpr: Jaxpr) -> dict[str, int]:
    marks = [(e.params["name"], i) for i, e in enumerate(jaxpr.eqns) if e.primitive.name in _MARKS]
    count = Counter(name for name, _ in marks)
    seen: Counter[str] = Counter()
    numbered: dict[str, int] = {}
    taken = []
    for name, i in marks:
        # A checkpoint_name may be what aann.site refuses: "input", or "a#0" beside two "a".
        number = count[name] > 1 or name == INPUT
        label = f"{name}#{seen[name]}" if number else name
        if label in numbered:
            taken.append(label)
        numbered[label] = i
        seen[name] += 1
    if taken:
        raise ValueError(
            f"two marks are called {', '.join(map(repr, taken))}: one by its own name, one as a "
            "numbered repetition; rename one of them"
        )
    return numbered
