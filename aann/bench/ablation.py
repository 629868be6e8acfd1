"""The ladder: what stands in for the units, from knowing nothing to knowing the program.

Each rung is a function of what it was fitted to and of one batch (``View``), and returns the units'
values. Rungs are plain functions so that ``jax.jit`` compiles each once.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from aann.bench import linear
from aann.program.replacement import Replacement
from aann.report.data import Kind
from aann.shown.brief import brief


class View(NamedTuple):
    """What a rung may look at in one batch; ``natural`` is what the model would go on with."""

    natural: Float[Array, "batch *positions units"]
    reads: tuple[Any, ...]
    donor: Int[Array, " batch"]
    output: Float[Array, "batch *positions units"] | None

    def __repr__(self) -> str:
        return brief(self)


Rung = Callable[[Any, View], Array]


@dataclasses.dataclass(frozen=True, eq=False)
class Row:
    """One line of a report.

    Attributes:
        name: of the row.
        kind: ``ablation``, ``fit``, ``control`` or ``program``.
        rung: computes the units' values.
        state: what the rung was fitted to: a pytree of arrays.
        program: the replacement whose output the rung gets, if any.
        scalars: how many numbers the rung knows by itself (None: it is made of data).
    """

    name: str
    kind: Kind
    rung: Rung
    state: Any = ()
    program: Replacement | None = None
    scalars: int | None = 0

    __repr__ = brief

    @property
    def parts(self) -> tuple["Row", ...]:
        """Itself: a row is what one replacement's units get."""
        return (self,)


@dataclasses.dataclass(frozen=True, eq=False)
class Joint:
    """One line of a report on several replacements at once: a row for each, in their order.

    Attributes:
        name: of the line.
        kind: as for ``Row``.
        parts: what is put in place of each replacement's units.
    """

    name: str
    kind: Kind
    parts: tuple[Row, ...]

    __repr__ = brief


def zero(_: Any, view: View) -> Array:
    """Zero-ablation."""
    return jnp.zeros_like(view.natural)


def constant(state: Array, view: View) -> Array:
    """Mean ablation: the same value for every example."""
    return jnp.broadcast_to(state[None], view.natural.shape)


def resample(state: Array, view: View) -> Array:
    """Resample ablation: the values of another example (natural, or those of a program)."""
    return state[view.donor % len(state)]


def linear_prediction(state: linear.Linear, view: View) -> Array:
    """A linear function of what the program reads."""
    natural = jax.ShapeDtypeStruct(view.natural.shape, view.natural.dtype)
    predicted = linear.features(view.reads, natural, state.tokens, state.padded) @ state.weights
    return predicted.reshape(natural.shape).astype(natural.dtype)


def program(_: Any, view: View) -> Array:
    """The program's own output."""
    return _output(view)


def recalibrated(state: tuple[Array, Array], view: View) -> Array:
    """The program's output with an affine map for each unit."""
    output = _output(view)
    shape = (1,) * (output.ndim - 1) + (-1,)
    slope, offset = (x.reshape(shape) for x in state)
    return output * slope + offset


def permuted(state: Int[Array, " units"], view: View) -> Array:
    """The program's output with every unit given to another one."""
    return jnp.take(_output(view), state, axis=-1)


def mixed(share: Float[Array, ""], view: View) -> Array:
    """So much of the program's output, and the rest of the natural values; exact at both ends."""
    output = _output(view)
    part = share.astype(output.dtype)
    between = (1 - part) * view.natural + part * output
    return jnp.where(part == 0, view.natural, jnp.where(part == 1, output, between))


def program_of_some(chosen: Bool[Array, " units"], view: View) -> Array:
    """The program's output at some units, the natural values at the others."""
    return jnp.where(_of_units(chosen, view), _output(view), view.natural)


def zero_of_some(chosen: Bool[Array, " units"], view: View) -> Array:
    """Zero-ablation of some units."""
    return jnp.where(_of_units(chosen, view), jnp.zeros_like(view.natural), view.natural)


def intact(_: Any, view: View) -> Array:
    """The natural values: splicing them changes nothing."""
    return view.natural


def _of_units(chosen: Array, view: View) -> Array:
    return chosen.reshape((1,) * (view.natural.ndim - 1) + (-1,))


def _output(view: View) -> Array:
    if view.output is None:
        raise TypeError("this rung needs a program's output: give its Row a program")
    return view.output
