"""The replacements that programs declare, by name."""

import difflib
import inspect
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from aann.program.constant import Constant
from aann.program.replacement import Replacement
from aann.shown.brief import counted
from aann.shown.screen import Shown, Tabular
from aann.statistics.indices import as_indices
from aann.trace.site import INPUT


class Registered(Tabular, dict[str, Replacement]):
    """Replacements by name."""

    def _shown(self) -> Shown:
        rows = [[name, r.model, r.site, str(len(r.units)), r.claim] for name, r in self.items()]
        header = ["name", "model", "site", "units", "claim"]
        return Shown([counted(len(rows), "replacement")], [header, *rows], left=5)


_registered: dict[str, Replacement] = {}


def register(
    program: Callable[..., Any] | None = None,
    *,
    model: str,
    site: str,
    units: Any,
    reads: Sequence[str] = (INPUT,),
    constants: Mapping[str, Any] | None = None,
    axis: int = -1,
    name: str | None = None,
    positions: Any = None,
    position_axis: int = 1,
    basis: Any = None,
    host: bool = False,
    exchangeable: Any = (),
) -> Any:
    """Declare a replacement; as a decorator, or as a function of the program.

    Args:
        program: ``(*values_at_reads, constants) -> (batch, ..., len(units))``.
        model: name of the model.
        site: the site that it writes.
        units: indices along the channel axis: a list, an array, one number, or what ``np.where``
            returns.
        reads: sites, or ``input``.
        constants: name -> number, array or ``aann.Constant``.
        axis: the site's channel axis.
        name: by default the program's own name.
        positions: indices along the position axis to write at; by default at all of them.
        position_axis: of the site.
        basis: (width, k) orthonormal columns: units are then directions.
        host: whether the program is written in NumPy or plain Python (``aann.program.host``).
        exchangeable: constants that ``aann.shuffles`` exchanges: names, tuples of names that move
            together, or a mapping from them to an axis or a function (``aann.program.exchange``).

    Returns:
        The ``Replacement``; without ``program`` a decorator that makes it.

    Raises:
        ValueError: as ``Replacement`` does, or the name belongs to another program.
    """

    def declare(function: Callable[..., Any]) -> Replacement:
        replacement = make(
            function, model=model, site=site, units=units, reads=reads,
            constants=constants, axis=axis, name=name, positions=positions,
            position_axis=position_axis, basis=basis, host=host, exchangeable=exchangeable,
        )  # fmt: skip
        known = _registered.get(replacement.name)
        if known is not None and _origin(known.program) != _origin(function):
            raise ValueError(
                f"a replacement called {replacement.name!r} exists, with program "
                f"{_origin(known.program)}: pass another name="
            )
        _registered[replacement.name] = replacement
        return replacement

    return declare if program is None else declare(program)


def make(
    program: Callable[..., Any],
    *,
    model: str,
    site: str,
    units: Any,
    reads: Sequence[str] = (INPUT,),
    constants: Mapping[str, Any] | None = None,
    axis: int = -1,
    name: str | None = None,
    positions: Any = None,
    position_axis: int = 1,
    basis: Any = None,
    host: bool = False,
    exchangeable: Any = (),
) -> Replacement:
    """A replacement that is not registered; arguments as for ``register``."""
    declared: Any = {} if constants is None else constants
    if isinstance(declared, Mapping):
        declared = {n: c if isinstance(c, Constant) else Constant(c) for n, c in declared.items()}
    return Replacement(
        program=program,
        model=model,
        site=site,
        units=_plain(units),
        reads=_names(reads),
        constants=declared,
        axis=axis,
        name=name or "",
        positions=_plain(positions),
        position_axis=position_axis,
        basis=None if basis is None else np.asarray(basis),
        host=host,
        exchangeable=exchangeable,
    )


def _names(given: Any) -> Any:
    """Reads as a tuple; what is none stays, as for indices."""
    if isinstance(given, str):
        return (given,)
    return tuple(given) if isinstance(given, Iterable) else given


def _plain(given: Any) -> Any:
    """Indices as a tuple; what is none stays, for ``Replacement`` to say with all problems."""
    try:
        return as_indices(given, "units")
    except ValueError:
        return given


def replacement(name: str) -> Replacement:
    """The registered replacement called ``name``.

    Raises:
        ValueError: there is none; the message lists the close matches.
    """
    if name not in _registered:
        close = difflib.get_close_matches(name, _registered, n=3)
        raise ValueError(
            f"no replacement {name!r}; close matches: {', '.join(close) or 'none'}; "
            f"registered: {', '.join(sorted(_registered)) or 'none (import its module first)'}"
        )
    return _registered[name]


def registered() -> Mapping[str, Replacement]:
    """All registered replacements by name."""
    return Registered(_registered)


def _origin(program: Callable[..., Any]) -> str:
    """Where a program comes from, the same when its module is loaded again."""
    name = getattr(program, "__qualname__", program)
    code = getattr(inspect.unwrap(program), "__code__", None)
    if code is None or code.co_name != "<lambda>":
        return f"{program.__module__}.{name}"
    # All lambdas of a module have one name.
    said = code.co_code + repr((code.co_consts, code.co_names)).encode()
    return f"{program.__module__}.{name} ({zlib.crc32(said):08x})"
