"""Modules whose marks are missing, because JAX had traced them before there were any.

A function under ``jax.jit`` is traced once for its shapes. Where a module calls one that applies
other modules, and that was traced by a clean run, its cached program has no marks.
"""

from collections.abc import Callable
from typing import Any

import jax
from jax.extend.core import Jaxpr

from aann.adapters.marking import module_of
from aann.trace.loops import marks_inside
from aann.trace.part import variables

_Run = Callable[[Any, Any], Any]


def check_hidden(run: _Run, params: Any, inputs: Any) -> set[str]:
    """Refuse modules that are used but have no marks; return the names of all marks.

    Parameters that are used, of modules without a mark, are a suspicion (a module may use those
    of another one without calling it); marks that are there without ``jax.jit`` confirm it.

    Raises:
        ValueError: with the modules, and what to do.
    """
    program = _traced(run, params, inputs)
    marks = set(marks_inside(program))
    if _modules_of(program, params) <= {module_of(name) for name in marks}:
        return marks
    try:
        with jax.disable_jit():
            there = set(marks_inside(_traced(run, params, inputs)))
    except Exception:  # loops over traced values do not run without jit: it remains a suspicion
        return marks
    missing = sorted({module_of(name) for name in there - marks})
    if missing:
        raise ValueError(
            f"modules {', '.join(map(repr, missing))} run inside a jax.jit that was traced before "
            "the model was adapted, so they have no sites: call jax.clear_caches() (or "
            ".clear_cache() of that function) and adapt the model again, or call them without "
            "jax.jit inside the model"
        )
    return marks


def _traced(run: _Run, params: Any, inputs: Any) -> Jaxpr:
    program: Jaxpr = jax.make_jaxpr(run)(params, inputs).jaxpr
    return program


def _modules_of(program: Jaxpr, params: Any) -> set[str]:
    """Paths of the modules whose parameters the program reads; the outermost one left out."""
    used = {v for eqn in program.eqns for v in variables(eqn)}
    paths = [path for path, _ in jax.tree_util.tree_leaves_with_path(params)]
    found = set()
    for path, var in zip(paths, program.invars, strict=False):
        keys = [str(k.key) for k in path if isinstance(k, jax.tree_util.DictKey)]
        if var in used and len(keys) > 1:
            found.add("/".join(keys[:-1]))
    return found
