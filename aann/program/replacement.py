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
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.program.constant import Constant, Constants, as_known, like, name_problems
from aann.program.exchange import exchange_problems, exchanges
from aann.program.host import run as run_on_host
from aann.program.kinds import kind_problems
from aann.program.outside import call
from aann.program.place import Place
from aann.program.traceable import traceable
from aann.shown.brief import brief, word
from aann.statistics.indices import as_indices
from aann.trace.site import INPUT


@dataclasses.dataclass(frozen=True, eq=False)
class Replacement:
    """A program, and what it stands in for.

    Attributes:
        program: ``(*values_at_reads, constants) -> (batch, ..., len(units))`` in the site's dtype.
            With ``host`` it gets and returns NumPy arrays: see ``aann.program.host``.
        model: name of the model.
        site: where the program's values are written.
        units: indices along the site's channel axis, in the order of the program's last axis.
        reads: sites (or ``input``) whose values the program gets.
        constants: name -> ``Constant``.
        axis: the channel axis of the site; that of heads, say, to replace whole heads.
        name: what tables call it; by default the program's own name.
        positions: indices along ``position_axis`` to write at; by default at all of them. The
            program then returns those positions alone.
        position_axis: of the site.
        basis: (width, k) orthonormal columns: ``units`` are then directions of the channel axis.
        host: whether the program is written in NumPy or plain Python.
        exchangeable: constants that wrong programs of its form exchange: ``aann.program.exchange``.
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
    host: bool = False
    exchangeable: Any = ()

    __repr__ = brief

    def __post_init__(self) -> None:
        problems = kind_problems(self)
        if problems:
            raise TypeError(f"replacement {word(self.name)}: " + "; ".join(problems))
        if not self.name.strip():
            self._set("name", str(getattr(self.program, "__name__", "program")))
        for field in ("units", "positions"):
            if (given := getattr(self, field)) is not None or field == "units":
                try:
                    plain = as_indices(given, field)
                except ValueError as error:
                    problems.append(str(error))
                    plain = (0,)  # so that what else is wrong is found
                self._set(field, plain)
        self._set("reads", tuple(self.reads))
        self._set("constants", dict(self.constants))
        self._set("exchangeable", exchanges(self.exchangeable, self.constants))
        if self.basis is not None:  # what was passed may change
            basis = np.array(self.basis)
            basis.flags.writeable = False
            self._set("basis", basis)
        problems += self.place.problems()
        if not self.reads:
            problems.append("reads is empty: a program reads 'input' or an earlier site")
        if self.site in self.reads:
            problems.append(f"it reads {self.site!r}, the very site that it replaces")
        problems += name_problems(self.constants)
        problems += exchange_problems(self.exchangeable, self.constants)
        if problems:
            raise ValueError(f"replacement {self.name!r} at {self.site!r}: " + "; ".join(problems))

    def _set(self, field: str, value: Any) -> None:
        object.__setattr__(self, field, value)

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
        """The constants as their program gets them: float32, int32 or bool JAX arrays.

        A host program gets them in NumPy instead: ``aann.program.host``.
        """
        return Constants({n: jnp.asarray(as_known(c.value)) for n, c in self.constants.items()})

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
            constant = value if isinstance(value, Constant) else like(old, value)
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

    def compute(
        self,
        *reads: Any,
        natural: jax.ShapeDtypeStruct | None = None,
        constants: Constants | None = None,
    ) -> Any:
        """Run the program on the values at its reads.

        Args:
            reads: values, in the order of ``reads``.
            natural: shape and dtype of the site's value: what a host program returns is known by
                it where JAX traces; and checked against it.
            constants: in place of its own; not of a host program.

        Raises:
            TypeError: the program needs concrete values, so that it cannot be traced.
            LooksOutsideError: it looks outside while it is traced, or runs on the host.
            RuntimeError: a host program raised an error.
        """
        if self.host:
            return run_on_host(self, reads, natural)
        given = (*reads, self.values if constants is None else constants)
        tracing = any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(given))
        advice = (
            "Write it with jax.numpy, jnp.where and jax.lax instead of numpy, if and float(), or "
            "keep it as it is and declare it with host=True."
        )
        with traceable(self.what, advice):
            # Once compiled it cannot look anywhere; run as it is, JAX's own caches would be seen.
            return call(self.what, self.program, *given) if tracing else self.program(*given)

    @property
    def what(self) -> str:
        """Which program this is, for messages."""
        return f"program {self.name!r} at site {self.site!r}"

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
        where = self.what
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


def listed(given: Any) -> list[Replacement]:
    """One replacement, or several, as a list.

    Raises:
        TypeError: something else is among them, such as a program that was not made one.
    """
    if isinstance(given, Replacement):
        return [given]
    chosen = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    for one in chosen:
        if not isinstance(one, Replacement):
            kind = getattr(one, "__name__", None) if callable(one) else None
            what = type(one).__name__ if kind is None else f"the function {kind}"
            raise TypeError(
                f"replacements are what aann.make and aann.register give, got {what}: say what a "
                "program replaces, aann.make(program, model=..., site=..., units=...)"
            )
    return chosen
