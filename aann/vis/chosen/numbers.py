"""Numbers that a model has at each position: of units, of a direction, of a program.

    units("mixed3b", (343, 379))            residual(program)            "mixed3b:343"

Each is a function of captured values with a column a unit. ``function`` makes any other.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann.model import Model
from aann.program.replacement import Replacement
from aann.shown.brief import brief
from aann.splicing.splice import capture
from aann.statistics.indices import as_indices
from aann.trace.site import INPUT
from aann.vis.features.seen import AXES, channels_first

Values = Mapping[str, Array]
Shapes = Mapping[str, jax.ShapeDtypeStruct]


@dataclasses.dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers at each position, in columns.

    Attributes:
        names: of the columns.
        sites: whose values they are made of, or ``input``.
        of: ``{site: value} -> (batch, *positions, columns)``.
        problems: ``(model, {site: shape of a batch of one}) -> what is wrong``.
    """

    names: tuple[str, ...]
    sites: tuple[str, ...]
    of: Callable[[Values], Array]
    problems: Callable[[Model, Shapes], list[str]] = lambda _, __: []

    __repr__ = brief

    def __call__(self, model: Model, inputs: Any) -> Float[Array, "batch *positions column"]:
        """The numbers of a batch, as float32."""
        return self.of(read(model, self.sites, inputs)).astype(jnp.float32)


def read(model: Model, names: Sequence[str], inputs: Any) -> dict[str, Array]:
    """The values of sites, and of ``input``."""
    wanted = [name for name in dict.fromkeys(names) if name != INPUT]
    return {**(capture(model, wanted)(inputs)[1] if wanted else {}), INPUT: inputs}


def axis_of(axis: int | None, site: str, values: Values | Shapes) -> int:
    """The axis of a site's units: the given one, or where the model has its channels.

    That is the second of a map where the model takes (channels, rows, columns), else the last.
    """
    if axis is not None:
        return axis
    first = channels_first(values[INPUT].shape[1:]) and len(values[site].shape) == AXES
    return 1 if first else -1


def units(site: str, chosen: Any, *, axis: int | None = None) -> Numbers:
    """The activations of units.

    Args:
        site: whose value is (batch, *positions, units).
        chosen: units, in any form of indices.
        axis: of the units at the site; by default the last, and of maps the second where the model
            takes (channels, rows, columns).
    """
    plain = as_indices(chosen, "units")

    def problems(_: Model, shapes: Shapes) -> list[str]:
        where = axis_of(axis, site, shapes)
        found = _axis_problems(site, shapes[site].shape, where)
        width = 0 if found else shapes[site].shape[where]
        bad = [u for u in plain if not 0 <= u < width]
        if not found and bad:
            found.append(f"site {site!r} has units 0 to {width - 1}, got {few(bad)}")
        if not plain:
            found.append(f"no unit of site {site!r} was named")
        if repeated := sorted({u for u in plain if plain.count(u) > 1}):
            found.append(f"units of site {site!r} occur more than once: {few(repeated)}")
        return found

    def of(values: Values) -> Array:
        last = jnp.moveaxis(values[site], axis_of(axis, site, values), -1)
        return jnp.take(last, jnp.asarray(plain), axis=-1)

    return Numbers(tuple(f"{site}:{u}" for u in plain), (site,), of, problems)


def direction(
    site: str, vector: Any, *, axis: int | None = None, name: str = "direction"
) -> Numbers:
    """The activations along a vector of the units.

    Args:
        site: whose value is (batch, *positions, units).
        vector: (units,), or (units, columns) for several directions.
        axis: of the units at the site, as of ``units``.
        name: for titles; several directions are numbered.
    """
    given = np.asarray(vector, np.float32)
    along = given[:, None] if given.ndim == 1 else given

    def problems(_: Model, shapes: Shapes) -> list[str]:
        where = axis_of(axis, site, shapes)
        found = _axis_problems(site, shapes[site].shape, where)
        if not found and (along.ndim != 2 or len(along) != shapes[site].shape[where]):
            found.append(
                f"site {site!r} has {shapes[site].shape[where]} units, a direction has as many "
                f"numbers: got shape {given.shape}"
            )
        if not np.isfinite(along).all():
            found.append(f"{name!r} at site {site!r} has NaN or infinity")
        return found

    def of(values: Values) -> Array:
        last = jnp.moveaxis(values[site], axis_of(axis, site, values), -1)
        here = last.astype(jnp.float32)
        return here @ jnp.asarray(along)

    columns = along.shape[1] if along.ndim == 2 else 1
    numbers = [""] if columns == 1 else [f" {i}" for i in range(columns)]
    return Numbers(tuple(f"{site}, {name}{i}" for i in numbers), (site,), of, problems)


def artificial(program: Replacement) -> Numbers:
    """What a program makes of what it reads in the intact model, a column a unit."""
    return _of_program(program, "artificial", lambda made, _: made)


def residual(program: Replacement) -> Numbers:
    """What a program gives too much: artificial minus natural, a column a unit."""
    return _of_program(program, "residual", lambda made, natural: made - natural)


def function(sites: str | Sequence[str], of: Callable[..., Array], names: Sequence[str]) -> Numbers:
    """Any numbers.

    Args:
        sites: whose values it takes, or ``input``.
        of: the values, in this order -> (batch, *positions, columns).
        names: of the columns.
    """
    read_from = (sites,) if isinstance(sites, str) else tuple(sites)
    return Numbers(tuple(names), read_from, lambda values: of(*(values[s] for s in read_from)))


def _of_program(r: Replacement, what: str, of: Callable[[Array, Array], Array]) -> Numbers:
    def problems(model: Model, shapes: Shapes) -> list[str]:
        found = []
        if r.model != model.name:
            found.append(f"replacement {r.name!r} is for model {r.model!r}, not {model.name!r}")
        if r.positions is not None:
            found.append(
                f"replacement {r.name!r} gives some positions alone, so that its numbers do not "
                "lie where those of other sites do: leave positions= out"
            )
        try:
            r.check_site(shapes[r.site])
        except ValueError as error:
            found.append(str(error))
        return found

    def columns(values: Values) -> Array:
        natural = values[r.site]
        shape = jax.ShapeDtypeStruct(natural.shape, natural.dtype)
        made = r.compute(*(values[s] for s in r.reads), natural=shape)
        r.check_result(made, shape)
        return jnp.moveaxis(of(made, r.pick(natural)), r.axis, -1)

    names = tuple(f"{what} {r.site}:{u} of {r.name}" for u in r.units)
    return Numbers(names, tuple(dict.fromkeys((r.site, *r.reads))), columns, problems)


def _axis_problems(site: str, shape: tuple[int, ...], axis: int) -> list[str]:
    rank = len(shape)
    if rank < 2 or not -rank <= axis < rank or axis % rank == 0:
        return [f"site {site!r} of shape {shape} has no axis {axis} of units besides the batch"]
    return []


def few(values: Sequence[object]) -> str:
    """The first of them, for a message."""
    return ", ".join(map(str, values[:10])) + (", ..." if len(values) > 10 else "")
