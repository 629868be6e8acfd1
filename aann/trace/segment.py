"""A part of a model as a function of some of its values.

``segment`` runs what lies between known values and wanted ones on the traced graph: the rest of
the network after a residual stream, what a head writes as a function of its values.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from jax.extend.core import Var

from aann.trace import run as running
from aann.trace.graph import Graph

_ROOTS = ("sqrt", "rsqrt")


def segment(
    graph: Graph,
    start: Mapping[Var, Any],
    known: Mapping[Var, Any],
    wanted: Sequence[Var],
    changes: running.Changes | None = None,
) -> dict[Var, Any]:
    """Values of the ``wanted`` variables with others held at ``known`` values.

    Args:
        graph: the traced program.
        start: what ``aann.trace.run.start`` gives: parameters, constants and inputs.
        known: variable -> value; what only these depend on is not computed.
        wanted: variables.
        changes: at which sites something else happens.
    """
    changes = changes or {}
    order = running.schedule(graph, wanted, changes, set(known))
    return running.run(graph, {**start, **known}, order, changes, wanted)


def roots_below(graph: Graph, site: str) -> list[Var]:
    """The square roots that depend on a site: the scales of layer and RMS norms below it."""
    below = sorted(graph.descendants([graph.marks[site]]))
    eqns = [graph.eqns[i] for i in below]
    return [eqn.outvars[0] for eqn in eqns if eqn.primitive.name in _ROOTS]
