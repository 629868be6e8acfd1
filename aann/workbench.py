"""One replacement, ready to run: the model cut at its site, everything compiled once.

Fitting and measuring share a ``Workbench``. Unit values are handled with the units on the last
axis, whatever the site's own channel axis.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from aann.cut import Cut, cut
from aann.model import Model
from aann.replacement import Replacement


@dataclasses.dataclass(frozen=True, eq=False)
class Workbench:
    """A model cut at the site of a replacement.

    Attributes:
        model: the model.
        replacement: whose site, units and reads these are.
        pieces: the cut.
        prepared: what ``pieces.prepare`` made from the model's parameters.
        batch_size: of every batch.
        natural: shape and dtype of a batch of the units' values, units last.
        reads: shapes and dtypes of the values at the reads.
        prefix: ``(prepared, inputs) -> (site's value, reads' values, crossing)``, compiled.
        suffix: ``(prepared, site's value, units' values, crossing) -> outputs``, compiled; the
            units' values go in place of the replacement's units.
        programs: compiled programs, shared by all settings of their constants.
    """

    model: Model
    replacement: Replacement
    pieces: Cut
    prepared: Any
    batch_size: int
    natural: jax.ShapeDtypeStruct
    reads: tuple[Any, ...]
    prefix: Callable[..., Any]
    suffix: Callable[..., Any]
    programs: dict[Any, Callable[..., Any]] = dataclasses.field(default_factory=dict)

    def pick(self, site_value: Array) -> Float[Array, "batch *positions units"]:
        """The replaced units' natural values, units last."""
        return jnp.moveaxis(self.replacement.pick(site_value), self.replacement.axis, -1)

    def run(
        self, program: Replacement, reads: Sequence[Any]
    ) -> Float[Array, "batch *positions units"]:
        """A program's values, units last. Programs that differ in constants compile once."""
        key = (program.program, program.axis)
        if key not in self.programs:

            def call(constants: Any, *reads: Any) -> Array:
                return jnp.moveaxis(program.program(*reads, constants), program.axis, -1)

            self.programs[key] = jax.jit(call)
        values: Array = self.programs[key](program.values, *reads)
        return values

    def channels_last(self, reads: Sequence[Any]) -> tuple[Any, ...]:
        """The reads, those with as many axes as the site laid out like the units' values."""
        rank = len(self.natural.shape)
        axis = self.replacement.axis
        return tuple(jnp.moveaxis(r, axis, -1) if r.ndim == rank else r for r in reads)


def workbench(model: Model, replacement: Replacement, batch_size: int) -> Workbench:
    """Cut and compile.

    Raises:
        ValueError: unknown sites, units out of range, reads downstream of the site.
    """
    inputs = model.batch(batch_size)
    names = tuple(dict.fromkeys(replacement.reads))
    pieces = cut(model, replacement.site, inputs, reads=names)
    prepared = jax.jit(pieces.prepare)(model.params)
    site = replacement.site

    def prefix(prepared: Any, inputs: Any) -> tuple[Any, tuple[Any, ...], Any]:
        values, crossing = pieces.prefix(prepared, inputs)
        return values[site], tuple(values[r] for r in replacement.reads), crossing

    def suffix(prepared: Any, natural: Any, units: Any, crossing: Any) -> Any:
        written = replacement.write(natural, jnp.moveaxis(units, -1, replacement.axis))
        return pieces.suffix(prepared, {site: written}, crossing)

    natural, reads, _ = jax.eval_shape(prefix, prepared, inputs)
    replacement.check_site(natural)
    _check_layout(replacement, natural, batch_size)
    shape = list(natural.shape)
    del shape[replacement.axis]
    return Workbench(
        model=model,
        replacement=replacement,
        pieces=pieces,
        prepared=prepared,
        batch_size=batch_size,
        natural=jax.ShapeDtypeStruct((*shape, len(replacement.units)), natural.dtype),
        reads=reads,
        prefix=jax.jit(prefix),
        suffix=jax.jit(suffix),
    )


def _check_layout(replacement: Replacement, natural: jax.ShapeDtypeStruct, batch_size: int) -> None:
    """Losses are of examples, so a site has one value an example, along its first axis."""
    problems = []
    if natural.shape[0] != batch_size:
        problems.append(f"its first axis must be the batch of {batch_size} examples")
    if replacement.axis % len(natural.shape) == 0:
        problems.append(f"axis {replacement.axis} is the batch: units lie along another axis")
    if not jnp.issubdtype(natural.dtype, jnp.floating):
        problems.append("units to replace must be of a floating-point dtype")
    if problems:
        raise ValueError(
            f"site {replacement.site!r} has shape {natural.shape} and dtype {natural.dtype}: "
            + "; ".join(problems)
        )


def check_programs(bench: Workbench, programs: Iterable[Replacement]) -> None:
    """Check that programs write what the bench's replacement writes, and return what they must.

    Raises:
        ValueError: other site, units, reads or model, or a wrong shape: all problems.
        TypeError: a wrong dtype, or a program that JAX cannot trace.
    """
    main = bench.replacement
    problems = []
    full = list(bench.natural.shape)
    full.insert(main.axis % len(full), full.pop())
    natural = jax.ShapeDtypeStruct(tuple(full), bench.natural.dtype)
    for program in programs:
        ours = (main.site, main.units, main.reads, main.axis)
        theirs = (program.site, program.units, program.reads, program.axis)
        if ours != theirs:
            problems.append(
                f"{program.name!r} (site, units, reads, axis = {theirs}) cannot stand beside "
                f"{main.name!r} ({ours}): all must be equal"
            )
            continue
        if program.model and bench.model.name and program.model != bench.model.name:
            problems.append(
                f"{program.name!r} was written for model {program.model!r}, not "
                f"{bench.model.name!r}"
            )
        result = jax.eval_shape(program.compute, *bench.reads)
        program.check_result(result, natural)
    if problems:
        raise ValueError("\n".join(problems))
