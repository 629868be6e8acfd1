"""A hypothesis put on a model: every claim made out, everything that is wrong with it said."""

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp

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

GIVEN = "what the model is given"
"""The site that stands for a model's inputs, where a value stands for them."""
BATCH = 7
"""Examples in the batch that hypotheses are checked on: few arrays have seven rows by chance."""


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
    what = f"hypothesis {hypothesis.name!r} about model {model.name!r}"
    where: Mapping[str, Sequence[Where]] = hypothesis.places()
    every = [one for claimed in where.values() for one in claimed]
    whole = _with_input(model) if any(one.site == INPUT for one in every) else model
    batch = whole.batch(BATCH)
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
        raise ValueError(f"{what}: " + "\n".join(dict.fromkeys(problems)))
    runs: dict[str, tuple[str, ...]] = {_own(one): (_own(one),) for one in every}
    if sent := next((one for one in every if one.through), None):
        whole = through(whole, sent.site, sent.through)
        try:
            runs = _runs(whole, batch, [name for name in runs if name != sent.site])
        except ValueError as error:
            raise ValueError(f"{what}: {error}") from None
        runs[sent.site] = (SENT + sent.site,)
    places = {
        name: tuple(
            (run, one.place(_shape(graph, one))) for one in claimed for run in runs[_own(one)]
        )
        for name, claimed in where.items()
    }
    return Bound(hypothesis, whole, interpretation, places)


def bind_all(model: Model, hypotheses: Sequence[Hypothesis]) -> list[Bound]:
    """``bind`` of several hypotheses, with the problems of all."""
    bounds, problems = [], []
    for hypothesis in hypotheses:
        try:
            bounds.append(bind(model, hypothesis))
        except ValueError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ValueError("\n".join(map(str, problems))) from problems[0]
    return bounds


def _runs(model: Model, batch: Any, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Site -> what it is called where a model of paths runs it, once or several times.

    What is put there is put into each of them that the outputs depend on.

    Raises:
        ValueError: what ``through`` refuses when it runs; a site that reaches the outputs no more.
    """
    graph = trace_model(model, model.params, batch)
    found = {}
    for name in names:
        runs = [n for n in graph.listing if n == name or n.rpartition("#")[0] == name]
        found[name] = tuple(n for n in runs if not _unused(graph, n))
        if not found[name]:
            raise ValueError(
                f"what is put in at {name!r} reaches the outputs on no path that is left"
            )
    return found


def _unused(graph: Graph, name: str) -> list[str]:
    """What is wrong with putting something in at a site."""
    try:
        running.check_changes(graph, {name: running.Change(lambda x: x)})
    except ValueError as error:
        return str(error).splitlines()
    return []


def _with_input(model: Model) -> Model:
    """The model with a site for what it is given."""
    inner = model.apply

    def apply(params: Any, inputs: Any) -> Any:
        # With an axis more an example that is one number has an axis of units, too.
        return inner(params, site(GIVEN, jnp.asarray(inputs)[..., None])[..., 0])

    return dataclasses.replace(model, apply=apply)


def _own(one: Where) -> str:
    return GIVEN if one.site == INPUT else one.site


def _shape(graph: Graph, one: Where) -> tuple[int, ...]:
    return tuple(shape_of(graph.read_vars(_own(one))[0]).shape)


def _site_problems(graph: Graph, every: Sequence[Where], reads: Sequence[str]) -> list[str]:
    """Sites that there are not, or that nothing depends on."""
    names = list(dict.fromkeys(map(_own, every)))
    problems = [x for name in names if name in graph.marks for x in _unused(graph, name)]
    try:
        graph.check([*names, *reads])
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
            if shape[:1] != (BATCH,):
                problems.append(
                    f"site {one.site!r} has shape {shape} for a batch of {BATCH}: what can be put "
                    "in has one entry an example, on its first axis"
                )
                continue
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
    sent = [one for one in every if one.through]
    problems = []
    if len({(one.site, one.through) for one in sent}) > 1:
        problems.append(
            "through is for one site and one choice of sites below, got "
            + "; ".join(dict.fromkeys(f"{x.site!r} through {x.through}" for x in sent))
            + ": scrub one path at a time"
        )
    if any(one.site == x.site and not one.through for one in every for x in sent):
        problems.append(f"site {sent[0].site!r} is claimed through others and as it is")
    if sent and (repeated := [one.site for one in every if re.search(r"[#\[]", one.site)]):
        problems.append(
            f"with through, sites have names of their own: {repeated[0]!r} is one of several"
        )
    return problems
