"""How much a replacement knows and says, beside the units that it replaces.

- constants: every scalar that a program knows: declared ones, numbers written in its source, and
  numbers and arrays that it reaches elsewhere or that are constants of its traced program. The
  integers -2 to 2 are free, outside of tables. Tables count in full; what ``jax.numpy`` computes
  inside the program from few numbers does not. What NumPy computes there is a table to JAX: write
  ``jnp``. Text that may hide numbers counts by its length, 4 characters a number, and large
  integers by theirs, 32 bits a number.
- bits: a description length: compressed source without comments, docstrings, annotations and
  decorators, with that of its helpers and of text elsewhere, plus each constant outside the source
  at its precision.
- flops: of XLA's cost analysis, for one example; None for host programs.

Two accounts are taken, and what either finds counts: that of the source and of all that it leads to
(``aann.counting.reach``), and that of the traced program, which host programs do not have
(``aann.counting.traced``).

What is guaranteed: a number that a program brings along (closed over, in defaults, attributes,
objects, classes, modules, wrappers, strings, integers, other models and programs) counts; a program
that opens a file, reads the clock, the environment or its own text, or holds what does not show its
content, is refused (``aann.program.outside``).

What is not: how a program is built says something, too, and only ``bits`` counts that. Free are the
integers -2 to 2 outside of tables, ``aann.counting.text.WORDS`` characters of words,
``aann.counting.traced.SLACK`` numbers in the operations of the traced program, and whatever
libraries know: constants of mathematics and physics, and what a seed brings forth (a seed that was
searched for counts as the one number that it is). A float64 counts as one number. Names are
resolved as they are when the count is taken. Where Python is used against itself to hide a name
(``getattr`` with a computed one on a library), the traced program shows the number, and a host
program need not.
"""

import dataclasses
import lzma
import math
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from aann.counting.reach import Reached, reach
from aann.counting.text import packed, too_many
from aann.counting.traced import Traced, traced, unexplained
from aann.program.replacement import Replacement
from aann.shown.brief import brief

FULL = 32
"""Bits of a number without structure: float32."""


@dataclasses.dataclass(frozen=True)
class Complexity:
    """Constants, bits and flops an example; None where a row has no such thing."""

    constants: int | None
    bits: float | None
    flops: float | None

    __repr__ = brief


class Known(NamedTuple):
    """The numbers of a program: those written in its code, the arrays of all others, and how many
    its strings could hide.
    """

    written: Sequence[float]
    elsewhere: list[np.ndarray]
    hidden: int

    def __repr__(self) -> str:
        return brief(self)


def measure(replacement: Replacement, reads: Sequence[Any]) -> Complexity:
    """The complexity of a replacement.

    Args:
        replacement: its program is traced, not run.
        reads: shapes and dtypes of the values that it reads, a batch of any size.

    Raises:
        TypeError: the program is no Python function.
        LooksOutsideError: it would look at what cannot be counted.
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
    traced: Traced | None
    flops: float | None


def _studied(replacement: Replacement, reads: Sequence[Any]) -> _Studied:
    reached = reach(replacement.program, replacement.what)
    strings = [s.encode() if isinstance(s, str) else s for s in reached.strings]
    return _Studied(
        reached,
        description([*(text.code for text in reached.texts), *strings]),
        None if replacement.host else traced(replacement, reads),
        None if replacement.host else flops(replacement.compute, *map(single, reads)),
    )


def _priced(studied: _Studied, replacement: Replacement) -> Complexity:
    known = _known(replacement, studied.reached, studied.traced)
    if replacement.basis is not None:  # knowing a subspace is knowing its directions
        known.elsewhere.append(replacement.basis[:, list(replacement.units)])
    size = len(known.written) + sum(a.size for a in known.elsewhere) + known.hidden
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


def _known(replacement: Replacement, reached: Reached, trace: Traced | None) -> Known:
    declared = [np.asarray(c.value) for c in replacement.constants.values()]
    elsewhere = [*declared, *reached.outside]
    if trace is not None:
        elsewhere += unexplained(trace, reached, elsewhere)
    hidden = sum(map(packed, reached.strings))
    hidden += too_many(reached.words - set(replacement.constants))
    return Known([x for text in reached.texts for x in text.literals], elsewhere, hidden)


def single(shape: Any) -> jax.ShapeDtypeStruct:
    """The same shape and dtype for a batch of one."""
    return jax.ShapeDtypeStruct((1, *shape.shape[1:]), shape.dtype)
