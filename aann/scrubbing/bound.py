"""A hypothesis put on a model: every claim made out, everything that is wrong with it said."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax

from aann.model import Model
from aann.patching.path import SENT, through
from aann.program.place import Place, overlap
from aann.scrubbing.hypothesis import Hypothesis
from aann.scrubbing.interpretation import OUTPUT, Interpretation, interpret, reads_of
from aann.scrubbing.where import Where
from aann.shown.brief import brief
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.graph import Graph, shape_of
from aann.trace.site import INPUT, site

GIVEN = "given"
"""The site that stands for a model's inputs, where a value stands for them."""


@dataclasses.dataclass(frozen=True, eq=False)
class Bound:
    """A hypothesis about one model.

    Attributes:
        hypothesis: the hypothesis.
        model: the model, with a site for its inputs and for what goes through some sites alone.
        graph: the program's values, and what is computed from what.
        places: value -> (site of ``model``, place) of everything that it stands for.
    """

    hypothesis: Hypothesis
    model: Model
    graph: Interpretation
    places: Mapping[str, tuple[tuple[str, Place], ...]]

    __repr__ = brief

    def of_parents(self, name: str) -> tuple[tuple[str, Place], ...]:
        """What the parents of a node stand for, in their order."""
        return tuple(place for p in self.graph.nodes[name].parents for place in self.places[p])


def bind(model: Model, hypothesis: Hypothesis) -> Bound:
    """The hypothesis on this model.

    Args:
        model: declares its ``inputs``.
        hypothesis: about it.

    Raises:
        TypeError: the program cannot be traced.
        ValueError: unknown values or sites; units, positions or axes that there are not; a value
            that the output does not depend on; values that claim the same activations; a value
            claimed above what the program computes it from; sites that the outputs do not depend
            on. With all problems.
    """
    where: Mapping[str, Sequence[Where]] = hypothesis.places()
    every = [one for claimed in where.values() for one in claimed]
    whole = _with_input(model) if any(one.site == INPUT for one in every) else model
    batch = whole.batch(2)
    reads = reads_of(hypothesis.program)
    graph = trace_model(whole, whole.params, batch, [*map(_own, every), *reads])
    problems = _site_problems(graph, every, reads)
    interpretation: Interpretation | list[str] = []
    if all(name == INPUT or name in graph.marks for name in reads):
        shapes = [batch if n == INPUT else shape_of(graph.read_vars(n)[0]) for n in reads]
        interpretation = interpret(hypothesis.program, shapes, list(where))
    known = {name: [one for one in w if _own(one) in graph.marks] for name, w in where.items()}
    problems += _place_problems(graph, known)
    problems += _through_problems(every)
    if isinstance(interpretation, Interpretation):
        problems += _order_problems(graph, known, interpretation)
    else:
        problems += interpretation
    if problems or not isinstance(interpretation, Interpretation):
        raise ValueError(
            f"hypothesis {hypothesis.name!r} about model {model.name!r}: "
            + "\n".join(dict.fromkeys(problems))
        )
    sent = {one.site: one.through for one in every if one.through}
    for sender, receivers in sent.items():
        whole = through(whole, sender, receivers)
    places = {
        name: tuple((_ran(one), one.place(_shape(graph, one))) for one in claimed)
        for name, claimed in where.items()
    }
    if sent:  # what ``through`` refuses it refuses when it runs
        jax.eval_shape(whole.apply, whole.params, batch)
    return Bound(hypothesis, whole, interpretation, places)


def _with_input(model: Model) -> Model:
    """The model with a site for what it is given."""
    inner = model.apply

    def apply(params: Any, inputs: Any) -> Any:
        return inner(params, site(GIVEN, inputs))

    return dataclasses.replace(model, apply=apply)


def _own(one: Where) -> str:
    return GIVEN if one.site == INPUT else one.site


def _ran(one: Where) -> str:
    return SENT + one.site if one.through else _own(one)


def _shape(graph: Graph, one: Where) -> tuple[int, ...]:
    return tuple(shape_of(graph.read_vars(_own(one))[0]).shape)


def _site_problems(graph: Graph, every: Sequence[Where], reads: Sequence[str]) -> list[str]:
    """Sites that there are not, or that nothing depends on."""
    problems = []
    for check in (
        lambda: graph.check([*map(_own, every), *reads]),
        lambda: running.check_changes(
            graph,
            {n: running.Change(lambda x: x) for one in every if (n := _own(one)) in graph.marks},
        ),
    ):
        try:
            check()
        except ValueError as error:
            problems += str(error).splitlines()
    return problems


def _place_problems(graph: Graph, where: Mapping[str, Sequence[Where]]) -> list[str]:
    """Places that there are not, and those claimed twice."""
    problems = []
    found: list[tuple[str, Where, Place]] = []
    for name, claimed in where.items():
        for one in claimed:
            shape = _shape(graph, one)
            try:
                place = one.place(shape)
            except ValueError as error:
                problems.append(f"value {name!r}: {error}")
                continue
            for other, theirs, taken in found:
                if theirs.site == one.site and overlap(taken, place, len(shape)):
                    whom = "twice" if other == name else f"by {other!r} as well"
                    problems.append(
                        f"value {name!r}: {one} is claimed {whom}; each activation belongs to one "
                        "value"
                    )
            found.append((name, one, place))
    return problems


def _order_problems(
    graph: Graph, where: Mapping[str, Sequence[Where]], interpretation: Interpretation
) -> list[str]:
    """Values that lie above what they are computed from."""
    problems = []
    for name, node in interpretation.nodes.items():
        for parent in node.parents if name != OUTPUT else ():
            for mine in where[name]:
                for theirs in where[parent]:
                    start = graph.marks[_own(theirs)]
                    if graph.marks[_own(mine)] not in graph.descendants([start]):
                        problems.append(
                            f"the program computes {name!r} from {parent!r}, but {mine.site!r}, "
                            f"where {name!r} is claimed to be, does not lie below {theirs.site!r}"
                        )
    return problems


def _through_problems(every: Sequence[Where]) -> list[str]:
    kinds: dict[str, set[tuple[str, ...]]] = {}
    for one in every:
        kinds.setdefault(one.site, set()).add(one.through)
    return [
        f"site {name!r} is claimed through different sites: one choice of through a site"
        for name, found in kinds.items()
        if len(found) > 1
    ]
