"""How much a replacement knows and says, beside the units that it replaces.

- constants: every scalar that a program knows: declared ones, numbers written in its source, and
  numbers and arrays that it reaches elsewhere or that are constants of its traced program. The
  integers -2 to 2 are free, outside of tables. Tables count in full; what ``jax.numpy`` computes
  inside the program from few numbers does not. What NumPy computes there is a table to JAX:
  write ``jnp``.
- bits: a description length: compressed source without comments, docstrings, annotations and
  decorators, with that of its helpers, plus each constant outside the source at its precision.
- flops: of XLA's cost analysis, for one example.

Sharp edge: these are honest accounts of an honest program, not a proof against a clever one.
"""

import dataclasses
import lzma
import math
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr

from aann.ablation import Joint, Row, View
from aann.reach import Reached, reach
from aann.replacement import Replacement
from aann.source import free
from aann.workbench import Workbench

FULL = 32
"""Bits of a number without structure: float32."""


@dataclasses.dataclass(frozen=True)
class Complexity:
    """Constants, bits and flops an example; None where a row has no such thing."""

    constants: int | None
    bits: float | None
    flops: float | None


class Known(NamedTuple):
    """The numbers of a program: those written in its code, and the arrays of all others."""

    written: Sequence[float]
    elsewhere: list[np.ndarray]


def measure(replacement: Replacement, reads: Sequence[Any]) -> Complexity:
    """The complexity of a replacement.

    Args:
        replacement: its program is traced, not run.
        reads: shapes and dtypes of the values that it reads, a batch of any size.

    Raises:
        TypeError: the program is no Python function.
    """
    return _priced(_studied(replacement, reads), replacement)


def measure_settings(replacements: Sequence[Replacement], reads: Sequence[Any]) -> list[Complexity]:
    """``measure`` of many; settings of one program share all that does not depend on the numbers.

    Among them flops, which XLA may count a little lower for such constants as 0 and 1: they are
    those of the first setting.

    Args:
        replacements: those that differ in the values of constants alone are studied once.
        reads: shapes and dtypes of the values that all of them read, a batch of any size.

    Raises:
        TypeError: a program is no Python function.
    """
    known: dict[Any, _Studied] = {}
    costs = []
    for r in replacements:
        shapes = tuple((n, np.shape(c.value), _as_kind(c.value)) for n, c in r.constants.items())
        key = (id(r.program), r.axis, r.host, shapes)
        if key not in known:
            known[key] = _studied(r, reads)
        costs.append(_priced(known[key], r))
    return costs


class _Studied(NamedTuple):
    """What is the same in all settings of a program's constants."""

    reached: Reached
    described: float
    traced: list[np.ndarray]
    flops: float | None


def _studied(replacement: Replacement, reads: Sequence[Any]) -> _Studied:
    reached = reach(replacement.program)
    return _Studied(
        reached,
        description(text.code for text in reached.texts),
        [] if replacement.host else _traced_constants(replacement, reads),
        None if replacement.host else flops(replacement.compute, *map(_one, reads)),
    )


def _priced(studied: _Studied, replacement: Replacement) -> Complexity:
    known = _known(replacement, studied.reached, studied.traced)
    if replacement.basis is not None:  # knowing a subspace is knowing its directions
        known.elsewhere.append(replacement.basis[:, list(replacement.units)])
    size = len(known.written) + sum(a.size for a in known.elsewhere)
    described = studied.described + sum(precision(a) for a in known.elsewhere)
    return Complexity(size, described, studied.flops)


def _as_kind(value: Any) -> str:
    """As which kind of number a program gets a constant."""
    return np.asarray(value).dtype.kind


def total(parts: Sequence[Complexity]) -> Complexity:
    """The sums; None where that is unknown of a part."""
    return Complexity(*(
        None if any(x is None for x in column) else sum(x for x in column if x is not None)
        for column in zip(*map(dataclasses.astuple, parts), strict=True)
    ))  # fmt: skip


def of_row(bench: Workbench, row: Row | Joint) -> Complexity:
    """The complexity of a row of the ladder; nothing but None for rows made of data."""
    return total([_of_part(bench, i, part) for i, part in enumerate(row.parts)])


def _of_part(bench: Workbench, i: int, row: Row) -> Complexity:
    if row.scalars is None:
        return Complexity(None, None, None)
    reads = [_one(read) for read in bench.reads[i]]
    natural = _one(bench.naturals[i])
    donor = jax.ShapeDtypeStruct((1,), np.dtype(np.int32))

    def values(state: Any, reads: Sequence[Any], natural: Any, donor: Any) -> Any:
        output = None
        if row.program is not None:
            output = jnp.moveaxis(row.program.compute(*reads), row.program.axis, -1)
        seen = bench.channels_last(i, reads)
        return row.rung(state, View(natural, seen, donor, output))

    on_host = row.program is not None and row.program.host
    cost = None if on_host else flops(values, row.state, reads, natural, donor)
    if row.program is None:
        return Complexity(row.scalars, float(FULL * row.scalars), cost)
    program = measure(row.program, reads)
    return Complexity(
        (program.constants or 0) + row.scalars, (program.bits or 0) + FULL * row.scalars, cost
    )


def flops(function: Callable[..., Any], *arguments: Any) -> float:
    """Floating-point operations of one call, by XLA's count before optimisation.

    Args:
        function: traceable by JAX.
        arguments: arrays or ``jax.ShapeDtypeStruct``, for a batch of one.
    """
    cost = jax.jit(function).lower(*arguments).cost_analysis() or {}
    return float(cost.get("flops", 0.0))


def description(code: Iterable[bytes]) -> float:
    """Bits of the code in the better of two headerless compressions, LZMA and DEFLATE."""
    text = b"\n".join(code)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    sizes = (
        len(lzma.compress(text, format=lzma.FORMAT_RAW, filters=filters)),
        len(deflate.compress(text) + deflate.flush()),
    )
    return 8.0 * min(sizes)


def precision(values: Any) -> float:
    """Bits of numbers at the precision that they are given in.

    A number is a sign (1 bit), the significant digits of the shortest decimal that reads back as
    the same float32 (log2 10 = 3.32 bits each), and a decimal exponent e (2 log2(2 |e| + 1) + 1
    bits, as Elias' gamma code), and never more than its 32 bits as a float32.
    """
    return float(sum(_decimal_bits(x) for x in np.asarray(values, dtype=np.float32).ravel()))


def _decimal_bits(value: np.float32) -> float:
    if not np.isfinite(value):
        return float(FULL)
    mantissa, exponent = np.format_float_scientific(value, unique=True).split("e")
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0")
    # Of the last digit: 200 is 2e2 and 0.25 is 25e-2.
    power = int(exponent) - max(len(digits) - 1, 0)
    bits = 1 + len(digits) * math.log2(10) + 2 * math.floor(math.log2(2 * abs(power) + 1)) + 1
    return min(bits, float(FULL))


def _known(replacement: Replacement, reached: Reached, traced: Sequence[np.ndarray]) -> Known:
    declared = [np.asarray(c.value) for c in replacement.constants.values()]
    elsewhere = [*declared, *reached.outside]
    kept = {_key(array) for array in elsewhere}
    single = {float(np.float32(a.ravel()[0].real)) for a in elsewhere if a.size == 1}
    said = Counter(np.float32(x).item() for text in reached.texts for x in text.written)
    for array in elsewhere:
        said.update(_numbers(array))
    for array in traced:
        values = Counter(_numbers(array))
        if _key(array) in kept or values <= said:
            continue  # counted as what a name stands for, or as numbers in the source
        if array.size == 1 and (free(array.item()) or next(iter(values)) in single):
            continue
        kept.add(_key(array))
        elsewhere.append(array)
    return Known([x for text in reached.texts for x in text.literals], elsewhere)


def _traced_constants(replacement: Replacement, reads: Sequence[Any]) -> list[np.ndarray]:
    """Arrays that the program brings along: all that it does not compute from its arguments."""
    closed = jax.make_jaxpr(replacement.program)(*reads, replacement.values)
    arrays = [np.asarray(c) for c in _all_consts(closed) if jnp.issubdtype(c.dtype, np.generic)]
    return [np.stack([a.real, a.imag]) if np.iscomplexobj(a) else a for a in arrays]


def _all_consts(closed: ClosedJaxpr) -> list[Any]:
    """Constants of a traced program and of the calls in it."""
    found = list(closed.consts)
    for eqn in closed.jaxpr.eqns:
        for inner in eqn.params.values():
            for body in inner if isinstance(inner, tuple | list) else [inner]:
                if isinstance(body, ClosedJaxpr):
                    found.extend(_all_consts(body))
    return found


def _numbers(array: np.ndarray) -> list[float]:
    numbers: list[float] = array.real.astype(np.float32).ravel().tolist()
    return numbers


def _key(array: np.ndarray) -> tuple[tuple[int, ...], bytes]:
    """Equal for equal numbers, whatever the dtype they come in."""
    return array.shape, np.ascontiguousarray(array, dtype=np.float32).tobytes()


def _one(shape: Any) -> jax.ShapeDtypeStruct:
    """The same for a batch of one."""
    return jax.ShapeDtypeStruct((1, *shape.shape[1:]), shape.dtype)
