"""What a stored result depends on, as one SHA-256: change any of it and the key is another one.

A key covers weights, architecture, data, programs, places, what was fitted, seed, batch size,
versions and kind of device. How content becomes a digest is in ``aann.store.digest``.

Sharp edges: what runs on the host may do anything, so what does gets a new key every time;
which model of a CPU runs the code does not count, so a folder that unlike machines share mixes
their rounding.
"""

import functools
import inspect
import os
import pathlib
import platform
import secrets
import weakref
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

import jax
import numpy as np

from aann.bench.ablation import Joint, Row
from aann.bench.workbench import Workbench
from aann.counting.reach import reach
from aann.data.examples import Examples
from aann.machine.machine import Machine
from aann.model import Model
from aann.program.replacement import Replacement
from aann.store.digest import digest, traced
from aann.version import __version__

CONFIGURED = (
    "jax_enable_x64", "jax_default_matmul_precision", "jax_default_prng_impl",
    "jax_threefry_partitionable",
)  # fmt: skip
"""Settings of JAX that change numbers."""


def of_examples(examples: Examples) -> str:
    """The key of a data set: names in order, contents, labels and mask."""
    e = examples
    return digest("examples", e.split, e.names, e.digests, e.labels, e.mask)


def of_model(model: Model, batch_size: int) -> str:
    """The key of a model: its weights, and its program for batches of one size."""
    program = traced(model.apply, model.params, model.batch(batch_size))
    return digest("model", model.fingerprint(), program)


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
        secrets.token_hex() if r.host else traced(r.compute, *reads),
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
