"""One SHA-256 of plain data, or of a traced program: equal for equal content in any process.

Traced programs are digested equation by equation with every constant in them, and without what
changes from process to process: names of variables, addresses of objects.
"""

import dataclasses
import functools
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def digest(*parts: Any) -> str:
    """Hex SHA-256 of plain data: equal for equal content, whatever process it is in.

    Args:
        parts: None, booleans, numbers, strings, bytes, arrays, and sequences and mappings of those.

    Raises:
        TypeError: anything else.
    """
    found = hashlib.sha256()
    _add(found, parts)
    return found.hexdigest()


def _add(found: Any, part: Any) -> None:
    """Add a part with its kind and size, so that no two contents read the same."""
    if part is None or isinstance(part, bool | int | float | complex | str | bytes):
        text = part if isinstance(part, bytes) else repr(part).encode()
        found.update(f"{type(part).__name__} {len(text)}:".encode() + text)
    elif hasattr(part, "__array__"):
        random = jnp.issubdtype(part.dtype, jax.dtypes.prng_key)
        array = np.asarray(jax.random.key_data(part) if random else part, order="C")
        found.update(f"array {array.dtype} {array.shape}:".encode())
        found.update(array.reshape(-1).view(np.uint8).data if array.size else b"")
    elif isinstance(part, Mapping):
        found.update(f"mapping {len(part)}:".encode())
        for name in sorted(part):
            _add(found, name)
            _add(found, part[name])
    elif isinstance(part, list | tuple | range):
        found.update(f"sequence {len(part)}:".encode())
        for one in part:
            _add(found, one)
    else:
        raise TypeError(f"a key is made of plain data, got {type(part).__name__}")


def traced(function: Callable[..., Any], *args: Any) -> str:
    """The key of a function of arguments of these shapes."""
    # A fresh object, so that JAX does not answer from what it traced before a global changed.
    closed = jax.make_jaxpr(functools.partial(function))(*args)
    return _program(closed.jaxpr, closed.consts)


def _program(jaxpr: Jaxpr, consts: Iterable[Any]) -> str:
    """The key of a traced program: variables by number, constants by value."""
    numbers: dict[Any, int] = {}

    def shape(var: Any) -> str:
        return f"{var.aval.str_short()}{' weak' if getattr(var.aval, 'weak_type', False) else ''}"

    def made(variables: Sequence[Any]) -> list[str]:
        for var in variables:
            numbers[var] = len(numbers)
        return [shape(var) for var in variables]

    def read(atoms: Sequence[Any]) -> list[Any]:
        return [
            [shape(a), np.asarray(a.val)] if isinstance(a, Literal) else numbers[a] for a in atoms
        ]

    parts: list[Any] = [list(consts), made(jaxpr.constvars), made(jaxpr.invars)]
    for eqn in jaxpr.eqns:
        params = {name: _param(value) for name, value in eqn.params.items()}
        if "callback" in eqn.primitive.name:
            params["once"] = secrets.token_hex()
        parts.append([eqn.primitive.name, read(eqn.invars), params, made(eqn.outvars)])
    return digest("jaxpr", parts, read(jaxpr.outvars))


def _param(value: Any) -> Any:
    """A parameter of an equation as plain data."""
    if isinstance(value, ClosedJaxpr):
        plain: Any = _program(value.jaxpr, value.consts)
    elif isinstance(value, Jaxpr):
        plain = _program(value, ())
    elif isinstance(value, list | tuple):
        plain = [type(value).__name__, *map(_param, value)]
    elif isinstance(value, Mapping):
        plain = [[str(name), _param(value[name])] for name in sorted(value, key=str)]
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [[f.name, _param(getattr(value, f.name))] for f in dataclasses.fields(value)]
        plain = [type(value).__name__, *fields]
    elif hasattr(value, "__array__"):
        plain = value
    else:
        plain = [type(value).__name__, _ADDRESS.sub("", repr(value))]
    return plain
