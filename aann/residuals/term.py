"""A candidate term: what a user thinks is missing from a program, as a function of what is read."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from aann.bench.workbench import Workbench, workbench
from aann.program.traceable import traceable
from aann.residuals.observed import Observed
from aann.shown.brief import brief, word

Function = Callable[..., Any]
"""``(*values at reads) -> (batch, *places)`` or ``(batch, *places, units)``, units last."""

Given = Function | tuple[Function, Sequence[str]]
"""A function, or a function and what it reads."""


@dataclasses.dataclass(frozen=True, eq=False)
class Term:
    """One candidate.

    Attributes:
        name: what tables call it.
        function: pure JAX.
        reads: sites whose values it gets, in order.
    """

    name: str
    function: Function
    reads: tuple[str, ...]

    __repr__ = brief


def terms_of(
    given: Mapping[str, Any], reads: Sequence[str] | None, part: Observed
) -> tuple[Term, ...]:
    """Candidates by name.

    Args:
        given: name -> function, or function and what it reads.
        reads: of those that do not say; by default what the program reads.
        part: of the program.

    Raises:
        TypeError: something else was given.
        ValueError: there are none, or one reads nothing.
    """
    default = part.replacement.reads if reads is None else _names(reads)
    found, wrong = [], []
    for name, one in given.items():
        function, own = one if isinstance(one, tuple) and len(one) == 2 else (one, default)
        if not callable(function):
            wrong.append(f"{name!r} is {word(one)}")
            continue
        found.append(Term(str(name), function, _names(own)))
    if wrong:
        raise TypeError(
            "a term is a function of values at its reads, or a pair (function, reads), but "
            + "; ".join(wrong)
        )
    if not found:
        raise ValueError("no terms: pass at least one, as {name: function}")
    if empty := [t.name for t in found if not t.reads]:
        raise ValueError(f"terms {', '.join(empty)} read nothing: name 'input' or a site")
    return tuple(found)


def _names(reads: Sequence[str]) -> tuple[str, ...]:
    return (reads,) if isinstance(reads, str) else tuple(map(str, reads))


def bench_for(bench: Workbench, i: int, terms: Sequence[Term]) -> Workbench:
    """The same bench, whose replacement ``i`` also reads what the terms read.

    Raises:
        ValueError: a read is unknown, or lies downstream of the replaced site.
    """
    r = bench.replacements[i]
    if own := [t.name for t in terms if r.site in t.reads]:
        raise ValueError(
            f"terms {', '.join(own)} read {r.site!r}, the very site that they are added to"
        )
    reads = tuple(dict.fromkeys([*r.reads, *(read for t in terms for read in t.reads)]))
    together = list(bench.replacements)
    together[i] = dataclasses.replace(r, reads=reads)
    return workbench(bench.model, together, bench.batch_size, bench.machine)


def check_terms(terms: Sequence[Term], bench: Workbench, i: int, part: Observed) -> None:
    """Trace every term on shapes alone.

    Raises:
        TypeError: one cannot be traced.
        ValueError: one has another shape or dtype than it should, or raises an error; all problems.
    """
    natural = bench.naturals[i].shape
    problems = []
    found: Any
    for term in terms:
        shapes = [_shapes(bench, i)[name] for name in term.reads]
        advice = "Write it with jax.numpy, jnp.where and jax.lax."
        try:
            with traceable(f"term {term.name!r}", advice):
                found = jax.eval_shape(term.function, *shapes)
        except TypeError as error:
            if "cannot be traced" in str(error):
                raise
            problems.append(_cannot(term, shapes, error))
            continue
        except Exception as error:  # the user's own code: any error of it is told with context
            problems.append(_cannot(term, shapes, error))
            continue
        shape = getattr(found, "shape", None)
        if shape not in (natural, natural[:-1]):
            problems.append(
                f"term {term.name!r} returns shape {natural[:-1]}, one value for all units, or "
                f"{natural}, units last; got {shape if shape is not None else word(found)}"
            )
        elif not (jnp.issubdtype(found.dtype, jnp.floating) or found.dtype.kind in "biu"):
            problems.append(f"term {term.name!r} returns real numbers, got {found.dtype}")
    if problems:
        raise ValueError("; ".join(problems))


def _cannot(term: Term, shapes: Sequence[Any], error: Exception) -> str:
    taken = ", ".join(f"{n} {tuple(getattr(s, 'shape', ()))}" for n, s in zip(
        term.reads, shapes, strict=True))  # fmt: skip
    return f"term {term.name!r} cannot take {taken}: {str(error).strip().splitlines()[0][:200]}"


def _shapes(bench: Workbench, i: int) -> dict[str, Any]:
    return dict(zip(bench.replacements[i].reads, bench.reads[i], strict=True))


class Values:
    """Computes terms, each compiled once.

    Args:
        terms: all of them.
        bench: of ``bench_for``.
        i: which replacement they are added to.
        part: what was observed of it.
    """

    def __init__(self, terms: Sequence[Term], bench: Workbench, i: int, part: Observed) -> None:
        self.bench, self.i, self.part = bench, i, part
        self.compiled = [jax.jit(lambda *reads, f=t.function: f(*reads)) for t in terms]
        self.reads = [t.reads for t in terms]
        self.units = bench.naturals[i].shape[-1]

    def of(self, k: int, reads: Sequence[Any], here: Array) -> Array:
        """(batch, *places, *coordinates, units or 1) float32; 0 where values do not count."""
        known = dict(zip(self.bench.replacements[self.i].reads, reads, strict=True))
        value = self.compiled[k](*(known[name] for name in self.reads[k]))
        spread: Array = _laid(value, here, len(self.bench.naturals[self.i].shape))
        return spread


@jax.jit
def _masked(value: Array, here: Array) -> Array:
    axes = value.ndim - here.ndim
    return jnp.where(here.reshape(*here.shape, *[1] * axes), value, 0.0)


def _laid(value: Array, here: Array, rank: int) -> Array:
    value = value.astype(jnp.float32)
    masked: Array = _masked(value if value.ndim == rank else value[..., None], here)
    return masked
