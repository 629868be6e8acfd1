"""What a stored result depends on, as one SHA-256: change any of it and the key is another one.

A key covers weights, architecture, data, programs, places, what was fitted, seed, batch size,
versions and kind of device. Traced programs are digested equation by equation with every constant
in them, and without what changes from process to process: names of variables, addresses of objects.

Sharp edges: what runs on the host may do anything, so what does gets a new key every time;
which model of a CPU runs the code does not count, so a folder that unlike machines share mixes
their rounding.
"""

import dataclasses
import functools
import hashlib
import inspect
import os
import pathlib
import platform
import re
import secrets
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from aann.bench.ablation import Joint, Row
from aann.bench.workbench import Workbench
from aann.counting.reach import reach
from aann.data.examples import Examples
from aann.machine.machine import Machine
from aann.model import Model
from aann.program.replacement import Replacement
from aann.version import __version__

CONFIGURED = (
    "jax_enable_x64", "jax_default_matmul_precision", "jax_default_prng_impl",
    "jax_threefry_partitionable",
)  # fmt: skip
"""Settings of JAX that change numbers."""

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


def of_examples(examples: Examples) -> str:
    """The key of a data set: names in order, contents and labels."""
    return digest("examples", examples.split, examples.names, examples.digests, examples.labels)


def of_model(model: Model, batch_size: int) -> str:
    """The key of a model: its weights, and its program for batches of one size."""
    traced = _traced(model.apply, model.params, model.batch(batch_size))
    return digest("model", model.fingerprint(), traced)


def of_machine(machine: Machine) -> str:
    """The key of what numbers depend on besides all that is computed: versions and devices."""
    mesh = machine.mesh
    device = jax.local_devices()[0] if mesh is None else mesh.devices.flat[0]
    return digest(
        "machine",
        [version(name) for name in ("jax", "jaxlib", "numpy")],
        __version__,
        _own_code(),
        [str(getattr(jax.config, name)) for name in CONFIGURED],
        os.environ.get("XLA_FLAGS", ""),
        [platform.machine(), device.platform, device.device_kind],
        None if mesh is None else [mesh.devices.shape, mesh.axis_names],
    )


def _once_a_bench(key: Callable[[Workbench], str]) -> Callable[[Workbench], str]:
    """Work it out once: it takes tracing the model and hashing its weights."""
    known: weakref.WeakKeyDictionary[Workbench, str] = weakref.WeakKeyDictionary()

    @functools.wraps(key)
    def once(bench: Workbench) -> str:
        if bench not in known:
            known[bench] = key(bench)
        return known[bench]

    return once


@_once_a_bench
def of_prefix(bench: Workbench) -> str:
    """The key of a bench's prefix: it is that of all programs with the same sites and reads."""
    return digest(
        "prefix",
        of_machine(bench.machine),
        of_model(bench.model, bench.batch_size),
        bench.batch_size,
        sorted({r.site for r in bench.replacements}),
        sorted({name for r in bench.replacements for name in r.reads}),
    )


@_once_a_bench
def of_bench(bench: Workbench) -> str:
    """The key of a bench: its prefix, its programs and their places."""
    programs = [of_program(r, bench.reads[i]) for i, r in enumerate(bench.replacements)]
    return digest("bench", of_prefix(bench), programs)


def of_program(replacement: Replacement, reads: Sequence[Any]) -> str:
    """The key of a replacement: its program with all that it knows, and where it reads and writes.

    Args:
        replacement: its program is traced, not run.
        reads: shapes and dtypes of the values that it reads.
    """
    r = replacement
    return digest(
        "program",
        secrets.token_hex() if r.host else _traced(r.compute, *reads),
        _code(r.program),
        {name: np.asarray(c.value) for name, c in r.constants.items()},
        [r.site, r.units, r.reads, r.axis, r.positions, r.position_axis],
        r.basis,
    )


def of_rows(bench: Workbench, rows: Sequence[Row | Joint]) -> str:
    """The key of the rows of a ladder, with what they were fitted to."""
    known: dict[tuple[int, int], str] = {}

    def key(i: int, program: Replacement | None) -> str | None:
        if program is None:
            return None
        if (i, id(program)) not in known:
            known[i, id(program)] = of_program(program, bench.reads[i])
        return known[i, id(program)]

    return digest("rows", [
        [_name(part.rung), [np.asarray(x) for x in jax.tree.leaves(part.state)],
         str(jax.tree.structure(part.state)), key(i, part.program)]
        for row in rows for i, part in enumerate(row.parts)
    ])  # fmt: skip


@functools.cache
def code_of(folder: pathlib.Path) -> str:
    """The key of the Python files in a folder and in those below it."""
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.py")}
    return digest("code", files)


def _own_code() -> str:
    """Versions change at releases, code between them."""
    return code_of(pathlib.Path(__file__).parents[1])


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


def _traced(function: Callable[..., Any], *args: Any) -> str:
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


def _code(function: Callable[..., Any]) -> list[Any]:
    """What the source of a function and of its helpers says, and the numbers that they reach."""
    try:
        found = reach(function)
    except TypeError:
        return []  # a library's own
    texts = [
        [text.code if text.sourced else b"", text.written, [list(n) for n in text.names]]
        for text in found.texts
    ]
    return [texts, found.outside, found.strings]


def _name(function: Any) -> str:
    function = inspect.unwrap(function)
    kind = type(function)
    module = getattr(function, "__module__", kind.__module__)
    return f"{module}.{getattr(function, '__qualname__', kind.__qualname__)}"
