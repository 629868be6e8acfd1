"""Modules whose marks are missing, because JAX had traced them before there were any.

A function under ``jax.jit`` is traced once for its shapes. Where a module calls one that applies
other modules, and that was traced by a clean run, its cached program has no marks.
"""

from collections.abc import Callable
from typing import Any

import jax

from aann.adapters.marking import module_of
from aann.graph import Graph, trace
from aann.part import variables

_Run = Callable[[Any, Any], Any]


def module_marks(run: _Run, params: Any, inputs: Any) -> set[str]:
    """Names of a model's marks, wherever they are, without numbers."""
    return _names(trace(run, params, inputs))


def check_hidden(run: _Run, params: Any, inputs: Any) -> None:
    """Refuse modules that are used but have no marks.

    Parameters that are used, of modules without a mark, are a suspicion (a module may use those
    of another one without calling it); marks that are there without ``jax.jit`` confirm it.

    Raises:
        ValueError: with the modules, and what to do.
    """
    graph = trace(run, params, inputs)
    marks = _names(graph)
    if _modules_of(graph, params) <= {module_of(name) for name in marks}:
        return
    try:
        with jax.disable_jit():
            there = _names(trace(run, params, inputs))
    except Exception:  # loops over traced values do not run without jit: it remains a suspicion
        return
    missing = sorted({module_of(name) for name in there - marks})
    if missing:
        raise ValueError(
            f"modules {', '.join(map(repr, missing))} run inside a jax.jit that was traced before "
            "the model was adapted, so they have no sites: call jax.clear_caches() (or "
            ".clear_cache() of that function) and adapt the model again, or call them without "
            "jax.jit inside the model"
        )


def _names(graph: Graph) -> set[str]:
    return {name.partition("#")[0] for name in (*graph.marks, *graph.held)}


def _modules_of(graph: Graph, params: Any) -> set[str]:
    """Paths of the modules whose parameters the program reads; the outermost one left out."""
    used = {v for eqn in graph.eqns for v in variables(eqn)}
    paths = [path for path, _ in jax.tree_util.tree_leaves_with_path(params)]
    found = set()
    for path, var in zip(paths, graph.jaxpr.invars, strict=False):
        keys = [str(k.key) for k in path if isinstance(k, jax.tree_util.DictKey)]
        if var in used and len(keys) > 1:
            found.add("/".join(keys[:-1]))
    return found
