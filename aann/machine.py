"""What an evaluation may use of the machine: devices, memory, disk."""

import dataclasses
from pathlib import Path

import jax

DEFAULT_MEMORY = 4 * 2**30
"""Bytes of activations that are kept in memory."""


@dataclasses.dataclass(frozen=True)
class Machine:
    """Where an evaluation runs and what it may keep.

    Attributes:
        mesh: this process's devices along one axis, which batches are sharded over; None is the
            default device.
        memory: bytes of prefix activations that are kept in memory; the rest goes to disk.
        cache: folder for prefixes and partial results that outlive the process.
        resume: go on from what an earlier run of the same evaluation left in ``cache``.
    """

    mesh: jax.sharding.Mesh | None = None
    memory: int = DEFAULT_MEMORY
    cache: Path | None = None
    resume: bool = False
