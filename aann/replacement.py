"""Replacements: a belief about some units, written as a program.

A program is a short pure function. It takes the values that it reads, in order, and then its
constants as one namespace (``c.gain``); it returns what it believes the units to be. A replacement
adds where the result is written. The constants are a pytree, so that one compiled program serves
many settings.

    @aann.register(model="mnist", site="fc1", units=(3, 7), reads=("input",),
                   constants={"threshold": aann.Constant(0.4, "fitted", "on design")})
    def bright(image, c):
        '''Units 3 and 7 fire on bright images.'''
        ...
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np

from aann.place import Place
from aann.site import INPUT

Origin = Literal["derived", "source", "fitted", "chosen"]


@dataclasses.dataclass(frozen=True, eq=False)
class Constant:
    """A number, or an array of numbers, that a program knows, and where it comes from.

    Attributes:
        value: number or array; every scalar in it counts.
        origin: ``derived`` (from geometry or mathematics), ``source`` (published), ``fitted`` (on
            design examples) or ``chosen`` (by hand, looking at design examples).
        note: which derivation, source or fit.
    """

    value: Any
    origin: Origin = "chosen"
    note: str = ""

    def __post_init__(self) -> None:
        if self.origin not in get_args(Origin):
            raise ValueError(f"origin is one of {get_args(Origin)}, got {self.origin!r}")
        array = np.asarray(self.value)
        if not (np.issubdtype(array.dtype, np.number) or array.dtype == bool) or not array.size:
            raise TypeError(f"a constant is a number or an array of numbers, got {self.value!r}")
        if np.iscomplexobj(array):
            raise TypeError(f"constants are real, got {self.value!r}: declare two of them")
        if not (np.abs(array.astype(np.float64)) <= np.finfo(np.float32).max).all():
            raise ValueError(f"constants are finite float32 numbers, got {self.value!r}")
        if np.issubdtype(array.dtype, np.integer) and np.abs(array).max() >= 2**31:
            raise ValueError(f"whole constants fit into 32 bits, got {self.value!r}")


@jax.tree_util.register_pytree_with_keys_class
class Constants(Mapping[str, Any]):
    """The constants as their program sees them: ``c.gain`` or ``c["gain"]``."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __getitem__(self, name: str) -> Any:
        return self.__dict__[name]

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no constant {name!r}; declared are {', '.join(self) or 'none'}")

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __len__(self) -> int:
        return len(self.__dict__)

    def tree_flatten_with_keys(self) -> tuple[Any, tuple[str, ...]]:
        """Children with their keys, for ``jax.tree``."""
        keys = tuple(self.__dict__)
        return [(jax.tree_util.GetAttrKey(k), self.__dict__[k]) for k in keys], keys

    @classmethod
    def tree_unflatten(cls, keys: tuple[str, ...], values: Sequence[Any]) -> "Constants":
        """The inverse of flattening."""
        return cls(dict(zip(keys, values, strict=True)))


@dataclasses.dataclass(frozen=True, eq=False)
class Replacement:
    """A program, and what it stands in for.

    Attributes:
        program: ``(*values_at_reads, constants) -> (batch, ..., len(units))`` in the site's dtype.
        model: name of the model.
        site: where the program's values are written.
        units: indices along the site's channel axis, in the order of the program's last axis.
        reads: sites (or ``input``) whose values the program gets.
        constants: name -> ``Constant``.
        axis: the channel axis of the site; that of heads, say, to replace whole heads.
        name: what tables call it.
        positions: indices along ``position_axis`` to write at; by default at all of them. The
            program then returns those positions alone.
        position_axis: of the site.
        basis: (width, k) orthonormal columns: ``units`` are then directions of the channel axis.
    """

    program: Callable[..., jax.Array]
    model: str
    site: str
    units: tuple[int, ...]
    reads: tuple[str, ...] = (INPUT,)
    constants: Mapping[str, Constant] = dataclasses.field(default_factory=dict)
    axis: int = -1
    name: str = ""
    positions: tuple[int, ...] | None = None
    position_axis: int = 1
    basis: np.ndarray | None = None

    def __post_init__(self) -> None:
        for field in ("units", "positions", "reads"):
            given = getattr(self, field)
            if isinstance(given, list):
                object.__setattr__(self, field, tuple(given))
        problems = self.place.problems()
        if not self.reads:
            problems.append("reads is empty: a program reads 'input' or an earlier site")
        if self.site in self.reads:
            problems.append(f"it reads {self.site!r}, the very site that it replaces")
        if bad_names := [n for n in self.constants if not n.isidentifier()]:
            problems.append(f"constants are named like Python variables, got {bad_names}")
        if problems:
            raise ValueError(f"replacement {self.name!r} at {self.site!r}: " + "; ".join(problems))

    @property
    def place(self) -> Place:
        """Which part of the site's value it writes."""
        return Place(self.units, self.axis, self.positions, self.position_axis, self.basis)

    @property
    def claim(self) -> str:
        """The first line of the program's docstring."""
        return (self.program.__doc__ or "").strip().partition("\n")[0]

    @property
    def values(self) -> Constants:
        """The constants as their program gets them: float32 or integer JAX arrays."""
        return Constants({n: _as_array(c.value) for n, c in self.constants.items()})

    def with_constants(self, name: str | None = None, **new: Any) -> "Replacement":
        """The same replacement with some constants changed (numbers, arrays or ``Constant``).

        Raises:
            ValueError: a constant is not declared, or its shape changes.
        """
        problems = [
            f"no constant {n!r}; declared are {', '.join(self.constants)}"
            for n in new
            if n not in self.constants
        ]
        changed = dict(self.constants)
        for n, value in new.items():
            if n not in self.constants:
                continue
            old = self.constants[n]
            constant = value if isinstance(value, Constant) else _like(old, value)
            if np.shape(constant.value) != np.shape(old.value):
                problems.append(
                    f"constant {n!r} has shape {np.shape(old.value)}, got "
                    f"{np.shape(constant.value)}"
                )
            changed[n] = constant
        if problems:
            raise ValueError(f"replacement {self.name!r}: " + "; ".join(problems))
        return dataclasses.replace(
            self, constants=changed, name=self.name if name is None else name
        )

    def compute(self, *reads: Any) -> Any:
        """Run the program on the values at its reads.

        Raises:
            TypeError: the program needs concrete values, so that it cannot be traced.
        """
        try:
            return self.program(*reads, self.values)
        except (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError) as error:
            raise TypeError(
                f"program {self.name!r} at {self.site!r} cannot be traced by JAX: it turns an "
                "array into a Python or NumPy value. Write it with jax.numpy, jnp.where and "
                f"jax.lax instead of numpy, if and float(). JAX says: {str(error).splitlines()[0]}"
            ) from error

    def check_site(self, natural: jax.ShapeDtypeStruct) -> None:
        """Check units and axis against the shape of the site's value.

        Raises:
            ValueError: with all problems.
        """
        what = f"replacement {self.name!r}: site {self.site!r}"
        self.place.check(tuple(natural.shape), what)

    def check_result(self, value: Any, natural: jax.ShapeDtypeStruct) -> None:
        """Check what a program returned against the site.

        Raises:
            TypeError: it is not one array, or of another dtype.
            ValueError: it has another shape.
        """
        expected = self.place.shape(tuple(natural.shape))
        where = f"program {self.name!r} at site {self.site!r}"
        if not hasattr(value, "shape") or not hasattr(value, "dtype"):
            raise TypeError(f"{where} returns one array, got {type(value).__name__}")
        if tuple(value.shape) != expected:
            at = "" if self.positions is None else f" at {len(self.positions)} positions"
            raise ValueError(
                f"{where} must return shape {expected} (the site's {tuple(natural.shape)} "
                f"with {len(self.units)} units{at}), got {tuple(value.shape)}"
            )
        if value.dtype != natural.dtype:
            raise TypeError(
                f"{where} must return {natural.dtype} like the site, got {value.dtype}: end with "
                f".astype({natural.dtype})"
            )

    def pick(self, natural: jax.Array) -> jax.Array:
        """The replaced part of a site's value, units in this replacement's order."""
        return self.place.pick(natural)

    def write(self, natural: jax.Array, value: jax.Array) -> jax.Array:
        """The site's value with that part replaced; all else keeps its value."""
        return self.place.write(natural, value)


def _like(old: Constant, value: Any) -> Constant:
    """A constant with another value of the same kind, so that compiled programs still fit."""
    kind = np.asarray(old.value).dtype
    floating = np.issubdtype(kind, np.floating) and np.issubdtype(
        np.asarray(value).dtype, np.number
    )
    return dataclasses.replace(old, value=np.asarray(value, kind) if floating else value)


def _as_array(value: Any) -> jax.Array:
    array = np.asarray(value)
    if np.issubdtype(array.dtype, np.floating):
        return jnp.asarray(array, dtype=jnp.float32)
    return jnp.asarray(array, dtype=jnp.int32 if array.dtype != bool else bool)
