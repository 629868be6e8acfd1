"""The numbers in a traced program: what it knows, whatever its source seems to say.

Arrays that it does not compute from its arguments, and single numbers written into its operations.
Some of the latter are JAX's own (pi / 180 in ``jnp.deg2rad``), or were worked out by Python from
numbers in the source (``2 * jnp.pi / 16``).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal, jaxprs_in_params

from aann.counting.reach import Reached
from aann.counting.text import free, rounded
from aann.program.replacement import Replacement

SLACK = 32
"""Different numbers in the operations of a traced program that may be JAX's own, or worked out by
Python from those in the source. Where there are more, they all count."""

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


def unexplained(
    trace: Traced, reached: Reached, elsewhere: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """What a traced program knows beyond what its names lead to and its source says.

    Args:
        trace: the program.
        reached: what its names lead to.
        elsewhere: the arrays that count already.
    """
    kept = {_key(array) for array in elsewhere}
    said = Counter(rounded([x for text in reached.texts for x in text.written]))
    for array in elsewhere:
        said.update(rounded(array))
    found = []
    for array in trace.arrays:
        values = Counter(rounded(array))
        if _key(array) in kept or values <= said:
            continue  # counted as what a name stands for, or as numbers in the source
        if array.size == 1 and (free(array.item()) or next(iter(values)) in said):
            continue
        kept.add(_key(array))
        found.append(array)
    single = sorted(trace.numbers - set(said))
    return found + [np.asarray(single)] * (len(single) > SLACK)


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
    if isinstance(value, jax.Array) and jnp.issubdtype(value.dtype, jax.dtypes.prng_key):
        value = jax.random.key_data(value)
    array = np.asarray(value)
    return np.stack([array.real, array.imag]) if np.iscomplexobj(array) else array


def _key(array: np.ndarray) -> tuple[tuple[int, ...], bytes]:
    """Equal for equal numbers, whatever the dtype they come in."""
    return array.shape, np.ascontiguousarray(array, dtype=np.float32).tobytes()
