"""The numbers in a traced program: what it knows, whatever its source seems to say.

Arrays that it does not compute from its arguments, and single numbers written into its operations.
Some of the latter are JAX's own (pi / 180 in ``jnp.deg2rad``), or were worked out by Python from
numbers in the source (``2 * jnp.pi / 16``).
"""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal, jaxprs_in_params

from aann.replacement import Replacement
from aann.text import free, rounded

_LIBRARY = ("/jax/", "/flax/", "/optax/", "/einops/")


class Traced:
    """What a traced program knows.

    Attributes:
        arrays: all that it does not compute from its arguments.
        numbers: in its operations, one of each; not the free ones, nor whole numbers up to the
            largest size of an axis, which loops make.
    """

    def __init__(self, closed: ClosedJaxpr) -> None:
        self.arrays = [_real(c) for c in _constants(closed) if jnp.issubdtype(c.dtype, np.generic)]
        sizes = [n for v in _variables(closed.jaxpr) for n in getattr(v.aval, "shape", ())]
        largest = max(sizes, default=0)
        self.numbers = {
            x
            for literal in _literals(closed.jaxpr)
            for x in rounded(_real(literal))
            if np.isfinite(x) and not free(x) and not (x.is_integer() and abs(x) <= largest)
        }


def traced(replacement: Replacement, reads: Any) -> Traced:
    """Trace a program, which is not run."""

    def program(constants: Any, *reads: Any) -> Any:
        return replacement.compute(*reads, constants=constants)

    return Traced(jax.make_jaxpr(program)(replacement.values, *reads))


def _constants(closed: ClosedJaxpr) -> list[Any]:
    """Constants of a traced program and of the calls in it."""
    found = [*closed.consts, *(x for x in _literals(closed.jaxpr, own=False) if np.size(x) > 1)]
    for eqn in closed.jaxpr.eqns:
        for inner in eqn.params.values():
            for body in inner if isinstance(inner, tuple | list) else [inner]:
                if isinstance(body, ClosedJaxpr):
                    found.extend(_constants(body))
    return found


def _literals(jaxpr: Jaxpr, own: bool = True) -> Iterator[Any]:
    """Numbers in the operations; with ``own`` also in calls, but for the bodies of JAX's own."""
    atoms = [a for eqn in jaxpr.eqns for a in eqn.invars] + list(jaxpr.outvars)
    yield from (a.val for a in atoms if isinstance(a, Literal))
    if own:
        for eqn in jaxpr.eqns:
            for body in jaxprs_in_params(eqn.params):
                inner = getattr(body, "jaxpr", body)
                if not _is_library(inner):
                    yield from _literals(inner)


def _is_library(jaxpr: Jaxpr) -> bool:
    """Whether a call's body was written in a library: ``jax.scipy.special`` has tables inside."""
    source = str(getattr(getattr(jaxpr, "debug_info", None), "func_src_info", ""))
    return any(f"site-packages{name}" in source for name in _LIBRARY)


def _variables(jaxpr: Jaxpr) -> list[Any]:
    return [*jaxpr.invars, *jaxpr.constvars, *(v for eqn in jaxpr.eqns for v in eqn.outvars)]


def _real(value: Any) -> np.ndarray:
    array = np.asarray(value)
    return np.stack([array.real, array.imag]) if np.iscomplexobj(array) else array
