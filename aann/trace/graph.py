"""The traced program of a model and the sites in it.

``trace`` turns a function into a flat jaxpr in which every mark is an equation of the top level
(``aann/trace/inline.py``); calls without marks stay as they are. Everything else in aann is a
question asked of this graph.

Sharp edges: a mark inside a ``scan`` is addressed step by step (``layer[3]``); one inside ``while``
or ``cond`` has no single value and cannot be addressed; ``jax.ad_checkpoint.checkpoint_name`` marks
count as sites; tracing a large model takes a fraction of a second, so jit what runs it.
"""

import dataclasses
import functools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import jax
from jax.extend.core import Jaxpr, JaxprEqn, Literal, Var

from aann.shown.brief import brief
from aann.trace.inline import CALLS, CUSTOM_RULES, inline, listed, loops
from aann.trace.loops import MARKS, base, bodies, marks_inside
from aann.trace.meant import all_of, meant, root_of
from aann.trace.part import variables
from aann.trace.site import INPUT

_NUMBER = re.compile(r"#\d+$")


@dataclasses.dataclass(frozen=True, eq=False)
class Graph:
    """A flat traced program ``(params, inputs) -> outputs``.

    Attributes:
        jaxpr: its equations; the parameters come first among the input variables.
        consts: values of the jaxpr's constants.
        marks: site name -> position of its equation.
        held: name of a mark that cannot be addressed -> why, and what to do.
        traced: the program before anything was written out.
        calls: primitives that were stepped into.
        n_params: how many input variables are parameters.
        in_tree: tree of the inputs (without the parameters).
        out_tree: tree of the outputs.
    """

    jaxpr: Jaxpr
    consts: tuple[Any, ...]
    marks: Mapping[str, int]
    held: Mapping[str, str]
    traced: Jaxpr
    calls: tuple[str, ...]
    n_params: int
    in_tree: Any
    out_tree: Any

    __repr__ = brief

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

    @functools.cached_property
    def listing(self) -> dict[str, jax.ShapeDtypeStruct]:
        """All sites, the steps of loops one by one, with shapes and dtypes."""
        found = list(listed(self.traced, self.calls))
        return dict(zip(_numbered(n for n, _ in found), (s for _, s in found), strict=True))

    def is_lane(self, name: str, whole: str) -> bool:
        """Whether ``name`` is one lane of the mapped site ``whole``."""
        mapped = whole in self.marks and self.eqns[self.marks[whole]].params.get("mapped")
        return bool(mapped) and name.startswith(_NUMBER.sub("", whole) + "[")

    def _check_lanes(self, names: Iterable[str]) -> None:
        """Refuse mapped sites of which an earlier splice wrote out a lane."""
        before = marks_inside(self.traced)
        hidden = [(w, n) for w in dict.fromkeys(names) for n in before if self.is_lane(n, w)]
        if hidden:
            raise ValueError("\n".join(
                f"site {whole!r} does not show what was done to its lane {lane!r} in this model: "
                "address its lanes one by one"
                for whole, lane in hidden
            ))  # fmt: skip

    def _shared(self, name: str) -> list[str]:
        """The sites that a step or lane shares its name with, with their numbers."""
        if not name.endswith("]"):
            return []
        known = dict.fromkeys([*self.listing, *self.marks])
        return [n for n in known if n != name and _NUMBER.sub("", n) == name]

    def check(self, names: Iterable[str]) -> None:
        """Raise ``ValueError`` naming every one of ``names`` that is not a site, with advice."""
        names = list(names)
        self._check_lanes(names)
        unknown = [
            n
            for n in dict.fromkeys(names)
            if n != INPUT and (n not in self.marks or self._shared(str(n)))
        ]
        if not unknown:
            return
        known, repeated = [INPUT, *self.listing], loops(self.traced)
        lines = []
        for name in unknown:
            root = root_of(str(name), repeated)
            if name in self.held:
                lines.append(f"site {name!r} cannot be addressed: {self.held[name]}")
            elif twins := self._shared(str(name)):
                lines.append(
                    f"several sites are called {name!r}: say which, {', '.join(map(repr, twins))}, "
                    "or rename a mark"
                )
            elif root:
                first, last = repeated[root][0], repeated[root][-1]
                lines.append(f"no site {name!r} in this model: {root}[{first}] to {root}[{last}]")
            else:
                lines.append(f"no site {name!r} in this model: {meant(str(name), known)}")
        raise ValueError("\n".join([*lines, all_of(known)]))

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


def shape_of(var: Any) -> jax.ShapeDtypeStruct:
    """Shape and dtype of a variable's value."""
    return jax.ShapeDtypeStruct(var.aval.shape, var.aval.dtype)


def trace(
    apply: Callable[[Any, Any], Any],
    params: Any,
    inputs: Any,
    *,
    wanted: Collection[str] = (),
    inline_custom_rules: bool = False,
) -> Graph:
    """Trace ``apply(params, inputs)`` and bring its marks to the top level.

    Args:
        apply: the model's function.
        params: pytree of arrays, tracers or ``jax.ShapeDtypeStruct``.
        inputs: likewise.
        wanted: sites that will be asked for: steps of loops are written out for these alone.
        inline_custom_rules: see ``aann.Model``.
    """
    traced, shape = jax.make_jaxpr(apply, return_shape=True)(params, inputs)
    calls = (*CALLS, *CUSTOM_RULES) if inline_custom_rules else CALLS
    closed = inline(traced, calls, wanted)
    marks = _numbered_marks(closed.jaxpr)
    jaxpr = _renamed(closed.jaxpr, marks)
    return Graph(
        jaxpr=jaxpr,
        consts=tuple(closed.consts),
        marks=marks,
        held=_held_marks(jaxpr),
        traced=traced.jaxpr,
        calls=calls,
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


def _held_marks(jaxpr: Jaxpr) -> dict[str, str]:
    """Marks left inside a call, with the reason."""
    held = {}
    for eqn in jaxpr.eqns:
        kind = eqn.primitive.name
        names = [base(name)[0] for body in bodies(eqn) for name in marks_inside(body)]
        if kind in CUSTOM_RULES:
            reason = (
                f"it lies inside a function with a custom derivative rule ({kind}), which would be "
                "lost; aann.Model(..., inline_custom_rules=True) accepts that"
            )
        elif kind == "scan":
            reason = "it lies inside a loop: say which step, as in {name}[0]"
        else:
            reason = (
                f"it lies inside {kind!r}, where it has no single value; mark a value outside, or "
                "write the loop or branch out in Python"
            )
        held.update({name: reason.format(name=name) for name in names})
    return held


def _numbered(names: Iterable[str]) -> list[str]:
    """Names of sites: those that occur more than once get a number."""
    names = list(names)
    count, seen = Counter(names), Counter[str]()
    numbered: list[str] = []
    for name in names:
        # A checkpoint_name may be what aann.site refuses: "input", or "a#0" beside two "a".
        several = count[name] > 1 or name == INPUT
        numbered.append(f"{name}#{seen[name]}" if several else name)
        seen[name] += 1
    if taken := [repr(name) for name, times in Counter(numbered).items() if times > 1]:
        raise ValueError(
            f"two marks are called {', '.join(taken)}: one by its own name, one as a numbered "
            "repetition; rename one of them"
        )
    return numbered


def _numbered_marks(jaxpr: Jaxpr) -> dict[str, int]:
    marks = [(e.params["name"], i) for i, e in enumerate(jaxpr.eqns) if e.primitive.name in MARKS]
    return dict(zip(_numbered(n for n, _ in marks), (i for _, i in marks), strict=True))
