"""Replacements, ready to run together: the model cut at their sites, everything compiled once.

Fitting and measuring share a ``Workbench``. The model is cut level by level: the first level holds
the uppermost sites, the next one the uppermost of the rest, and so on; one replacement makes one
level. Values of units are handled with the units on the last axis, whatever the site's own channel
axis.

Sharp edge: what a lower program reads has passed through whatever was put in place above it.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from aann.machine.machine import Machine
from aann.model import Model
from aann.program.coordinates import coordinates
from aann.program.replacement import Replacement
from aann.shown.brief import brief
from aann.splicing.levels import Level, levels
from aann.splicing.splice import check_together

Choose = Callable[[int, Array, tuple[Any, ...]], Array]
"""``(which replacement, its units' values as they come, values at its reads) -> what to write``."""


@dataclasses.dataclass(frozen=True, eq=False)
class Workbench:
    """A model cut at the sites of some replacements.

    Attributes:
        model: the model.
        replacements: what is replaced together, in the order of the user.
        levels: of the cut model, from the top.
        batch_size: of every batch; a multiple of the machine's devices.
        sites: shape and dtype of a batch at each one's site.
        naturals: shape and dtype of a batch of each replacement's values, units last.
        reads: shapes and dtypes of the values at each one's reads.
        outputs: shape and dtype of the model's outputs.
        machine: devices, processes, memory and disk to use.
        programs: compiled programs, shared by all settings of their constants.
    """

    model: Model
    replacements: tuple[Replacement, ...]
    levels: tuple[Level, ...]
    batch_size: int
    sites: tuple[jax.ShapeDtypeStruct, ...]
    naturals: tuple[jax.ShapeDtypeStruct, ...]
    reads: tuple[tuple[Any, ...], ...]
    outputs: Any
    machine: Machine
    programs: dict[Any, Callable[..., Any]] = dataclasses.field(default_factory=dict)

    __repr__ = brief

    def coordinates(self, i: int) -> int:
        """How many axes of a replacement's values, before the units, are their coordinates."""
        r = self.replacements[i]
        return len(coordinates(self.sites[i].shape, r.axis, self.model.inputs))

    def start(self, inputs: Any) -> Any:
        """Run what comes before the first replaced site: once a batch."""
        return self.levels[0].before(inputs)

    def flow(self, started: Any, choose: Choose) -> tuple[list[Array], Any]:
        """Run the rest of the model with chosen values in place of the units.

        Args:
            started: what ``start`` returned.
            choose: called for each replacement, from the top.

        Returns:
            What was written, units last, in the order of ``replacements``; the model's outputs.
        """
        written, level, state = self._descend(started, choose)
        outputs, _ = level.after(state, {i: written[i] for i in level.members})
        return [written[i] for i in range(len(self.replacements))], outputs

    def values(self, started: Any, choose: Choose) -> list[Array]:
        """What ``flow`` writes, without running what lies below the last site."""
        written, _, _ = self._descend(started, choose)
        return [written[i] for i in range(len(self.replacements))]

    def look(self, started: Any) -> tuple[list[Array], list[tuple[Any, ...]]]:
        """Natural values of each replacement's units, units last, and those at its reads."""
        reads: list[tuple[Any, ...]] = [()] * len(self.replacements)

        def look(i: int, natural: Array, at: tuple[Any, ...]) -> Array:
            reads[i] = at
            return natural

        return self.values(started, look), reads

    def computed(self, started: Any) -> list[Array]:
        """What the programs put in place of the units.

        A lower program reads what the programs above it put there, as it will in a report's row.
        """
        return self.values(started, lambda i, natural, at: self.run(self.replacements[i], at))

    def _descend(self, started: Any, choose: Choose) -> tuple[dict[int, Array], Level, Any]:
        """What is written at all levels, the last level, and the state there."""
        written: dict[int, Array] = {}
        state: Any = started
        known: dict[str, Any] = {}
        for level in self.levels:
            known |= level.reads(state)
            for i in level.members:
                reads = tuple(known[name] for name in self.replacements[i].reads)
                written[i] = choose(i, level.pick(state, i), reads)
            if level is not self.levels[-1]:
                state, sites = level.after(state, {i: written[i] for i in level.members})
                known |= sites
        return written, self.levels[-1], state

    def run(
        self, program: Replacement, reads: Sequence[Any]
    ) -> Float[Array, "batch *positions units"]:
        """A program's values, units last. Programs that differ in constants compile once."""
        if program.host:
            site = self.sites[[r.site for r in self.replacements].index(program.site)]
            found = jnp.moveaxis(program.compute(*reads, natural=site), program.axis, -1)
            return self.machine.spread(found)
        key = (id(program.program), program.axis)  # a callable object may have no hash
        if key not in self.programs:

            def call(constants: Any, *reads: Any) -> Array:
                value = program.compute(*reads, constants=constants)
                return jnp.moveaxis(value, program.axis, -1)

            self.programs[key] = jax.jit(call, out_shardings=self.machine.examples)
        values: Array = self.programs[key](program.values, *reads)
        return values

    def channels_last(self, i: int, reads: Sequence[Any]) -> tuple[Any, ...]:
        """The reads, those with as many axes as the site laid out like the units' values.

        Where only some positions are replaced the reads are flat: there is no common grid.
        """
        if self.replacements[i].positions is not None:
            return tuple(r.reshape(len(r), -1) for r in reads)
        rank = len(self.naturals[i].shape)
        axis = self.replacements[i].axis
        return tuple(jnp.moveaxis(r, axis, -1) if r.ndim == rank else r for r in reads)


def workbench(
    model: Model,
    replacements: Replacement | Sequence[Replacement],
    batch_size: int,
    machine: Machine | None = None,
) -> Workbench:
    """Cut and compile.

    Raises:
        ValueError: unknown sites, units out of range, reads downstream of a site, units that are
            replaced twice, or sites without a batch axis; fewer examples a batch than devices.
    """
    machine = machine or Machine()
    batch_size = machine.batch_size(batch_size)
    model = machine.runs(model)
    together = (replacements,) if isinstance(replacements, Replacement) else tuple(replacements)
    check_together(model, together)
    inputs = model.batch(batch_size)
    cut_levels = levels(model, together, inputs)
    shapes: dict[str, Any] = {}
    for level in cut_levels:
        shapes |= level.values
    check_together(model, together, {r.site: len(shapes[r.site].shape) for r in together})
    for r in together:
        r.check_site(shapes[r.site])
        _check_layout(r, shapes[r.site], batch_size)
    return Workbench(
        model=model,
        replacements=together,
        levels=cut_levels,
        batch_size=batch_size,
        sites=tuple(shapes[r.site] for r in together),
        naturals=tuple(units_last(r, shapes[r.site]) for r in together),
        reads=tuple(tuple(shapes[name] for name in r.reads) for r in together),
        outputs=jax.eval_shape(model.apply, model.params, inputs),
        machine=machine,
    )


def units_last(replacement: Replacement, site: jax.ShapeDtypeStruct) -> jax.ShapeDtypeStruct:
    """Shape and dtype of a replacement's part of a site's value, units last."""
    shape: jax.ShapeDtypeStruct = jax.eval_shape(
        lambda value: jnp.moveaxis(replacement.pick(value), replacement.axis, -1), site
    )
    return shape


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
