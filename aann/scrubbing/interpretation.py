"""What a program computes from what: the interpretation graph of a hypothesis.

The program is traced once. The named values that a hypothesis ties to sites are the nodes; between
them runs whatever the program does without naming it. A node's parents are the nodes that it is
computed from with no other node in between; where the program also gets to it from what it reads,
past all nodes, the node ``reads`` directly.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import jax
from jax.extend.core import JaxprEqn, Literal

from aann.model import Model
from aann.program.replacement import Replacement
from aann.program.traceable import traceable
from aann.shown.brief import brief
from aann.splicing.splice import trace_model
from aann.trace.graph import Graph, shape_of
from aann.trace.inline import CALLS
from aann.trace.loops import bodies
from aann.trace.meant import meant
from aann.trace.part import variables
from aann.trace.site import INPUT
from aann.trace.value import PREFIX

OUTPUT = ""
"""The name of the program's output among its nodes."""


@dataclasses.dataclass(frozen=True)
class Node:
    """A named value of the program, or its output.

    Attributes:
        name: of the value; ``OUTPUT`` for the output.
        parents: names of the nodes that it is computed from.
        reads: whether it is also computed from what the program reads, past all nodes.
    """

    name: str
    parents: tuple[str, ...]
    reads: bool

    __repr__ = brief


@dataclasses.dataclass(frozen=True, eq=False)
class Interpretation:
    """A traced program.

    Attributes:
        nodes: name -> node, the output (``OUTPUT``) last; each after its parents.
        as_model: the program as a model of what it reads, a tuple, with its values as sites.
    """

    nodes: Mapping[str, Node]
    as_model: Model

    __repr__ = brief


def as_program(given: Replacement | Callable[[Any], Any]) -> Model:
    """The program as a model: its parameters are its constants, its input all that it reads.

    Raises:
        TypeError: it is no program, or one that runs on the host.
    """
    if isinstance(given, Replacement):
        if given.host:
            raise TypeError(
                f"program {given.name!r} runs on the host (host=True), where nothing can be "
                "traced: write it with jax.numpy, so that its named values are seen"
            )
        program = given

        def apply(params: Any, reads: Any) -> Any:
            return program.compute(*reads, constants=params)

        return Model(apply, program.values, name=program.name)
    if not callable(given):
        raise TypeError(
            "a program is a function of the model's inputs, or what aann.make and aann.register "
            f"give, got {type(given).__name__}"
        )
    function = given
    name = getattr(function, "__name__", "program")

    def run(params: Any, reads: Any) -> Any:
        with traceable(
            f"program {name!r}",
            "Write it with jax.numpy, jnp.where and jax.lax instead of numpy, if and float().",
        ):
            return function(*reads)

    return Model(run, (), name=name)


def reads_of(given: Replacement | Callable[[Any], Any]) -> tuple[str, ...]:
    """What the program reads: sites, or ``input``."""
    return given.reads if isinstance(given, Replacement) else (INPUT,)


def interpret(
    given: Replacement | Callable[[Any], Any],
    reads: Sequence[Any],
    nodes: Sequence[str],
) -> Interpretation | list[str]:
    """The graph of a program over chosen values, or what is wrong with them.

    Wrong are values that it does not name, or names twice, those that its output does not depend
    on, and those whose first axis is not the batch.

    Args:
        given: the program.
        reads: shapes and dtypes of what it reads, for a batch.
        nodes: names of the values that are nodes.

    Raises:
        TypeError: see ``as_program``; and what the program itself raises when it is traced.
    """
    model = as_program(given)
    marks = [PREFIX + name for name in nodes]
    graph = trace_model(model, model.params, tuple(reads), marks)
    if problems := _name_problems(model.name, graph, nodes):
        return problems
    made = {graph.read_vars(mark)[0]: name for mark, name in zip(marks, nodes, strict=True)}
    found = {name: _node(graph, name, graph.eqns[graph.marks[PREFIX + name]].invars, made)
             for name in nodes}  # fmt: skip
    found[OUTPUT] = _node(graph, OUTPUT, graph.jaxpr.outvars, made)
    problems = _shape_problems(model.name, graph, nodes, reads)
    used = {OUTPUT}
    for name in _from_output(found):
        used.update(found[name].parents)
    problems += [
        f"the output of program {model.name!r} does not depend on its value {name!r}: leave it out"
        for name in nodes
        if name not in used
    ]
    if problems:
        return problems
    order = sorted(nodes, key=lambda name: graph.marks[PREFIX + name])
    return Interpretation({name: found[name] for name in [*order, OUTPUT]}, model)


def named_values(
    given: Replacement | Callable[[Any], Any], reads: Sequence[Any]
) -> Mapping[str, jax.ShapeDtypeStruct]:
    """The named values of a program in the order of execution, for such reads.

    Raises:
        TypeError: see ``as_program``.
    """
    model = as_program(given)
    graph = trace_model(model, model.params, tuple(reads))
    return {n.removeprefix(PREFIX): x for n, x in graph.listing.items() if n.startswith(PREFIX)}


def _node(graph: Graph, name: str, start: Sequence[Any], made: Mapping[Any, str]) -> Node:
    """Walk back from the variables at ``start`` to nodes and to what is read."""
    stack, seen = [v for v in start if not isinstance(v, Literal)], set()
    inputs = set(graph.read_vars(INPUT))
    parents: list[str] = []
    reads = False
    while stack:
        var = stack.pop()
        if var in seen:
            continue
        seen.add(var)
        if var in made:
            parents.append(made[var])
        elif var in inputs:
            reads = True
        elif var in graph.made_by:
            stack.extend(_inputs_of(graph.eqns[graph.made_by[var]], var))
    return Node(name, tuple(sorted(parents, key=lambda n: graph.marks[PREFIX + n])), reads)


def _inputs_of(eqn: JaxprEqn, var: Any) -> list[Any]:
    """The variables that one result of an equation depends on; of a call not all that go in."""
    inner = bodies(eqn)
    if eqn.primitive.name not in CALLS or len(inner) != 1:
        return list(variables(eqn))
    (body,) = inner
    if (len(body.invars), len(body.outvars)) != (len(eqn.invars), len(eqn.outvars)):
        return list(variables(eqn))
    made = {v: inside for inside in body.eqns for v in inside.outvars}
    start = body.outvars[eqn.outvars.index(var)]
    stack, seen = [start] if not isinstance(start, Literal) else [], set()
    while stack:
        if (here := stack.pop()) not in seen:
            seen.add(here)
            stack.extend(_inputs_of(made[here], here) if here in made else ())
    pairs = zip(body.invars, eqn.invars, strict=True)
    return [outer for own, outer in pairs if own in seen and not isinstance(outer, Literal)]


def _from_output(nodes: Mapping[str, Node]) -> list[str]:
    """The nodes that the output depends on, itself among them."""
    found, stack = [], [OUTPUT]
    while stack:
        if (name := stack.pop()) not in found:
            found.append(name)
            stack.extend(nodes[name].parents)
    return found


def _name_problems(program: str, graph: Graph, nodes: Collection[str]) -> list[str]:
    known = [n.removeprefix(PREFIX) for n in graph.listing if n.startswith(PREFIX)]
    problems = []
    for name in nodes:
        if PREFIX + name in graph.marks:
            continue
        if (held := graph.held.get(PREFIX + name)) is not None:
            problems.append(f"program {program!r}: value {name!r} cannot be read: {held}")
        elif any(k.startswith(f"{name}#") for k in known):
            problems.append(
                f"program {program!r} names {name!r} more than once: give each its own name"
            )
        elif not known:
            problems.append(
                f"program {program!r} names no values: mark them, x = aann.value({name!r}, x)"
            )
        else:
            problems.append(f"program {program!r} names no value {name!r}: {meant(name, known)}")
    return problems


def _shape_problems(
    program: str, graph: Graph, nodes: Sequence[str], reads: Sequence[Any]
) -> list[str]:
    batch = jax.tree.leaves(tuple(reads))[0].shape[0]
    shapes = {name: tuple(shape_of(graph.read_vars(PREFIX + name)[0]).shape) for name in nodes}
    return [
        f"program {program!r}: value {name!r} has shape {shape} for a batch of {batch}: values "
        "have one entry an example, on their first axis"
        for name, shape in shapes.items()
        if not shape or shape[0] != batch
    ]
