"""What an evaluation may use of the machine: devices, memory, disk."""

import dataclasses
from pathlib import Path

import jax

from aann.kept import Kept

DEFAULT_MEMORY = 4 * 2**30
"""Bytes of activations that are kept in memory."""


@dataclasses.dataclass(frozen=True)
class Machine:
    """Where an evaluation runs and what it may keep.

    Attributes:
        mesh: this process's devices along one axis, which batches are sharded over; None is the
            default device.
        memory: bytes of activations that are kept in memory, for as long as this object lives, so
            that later evaluations at the same places find them; the rest goes to disk. By default
            4 GiB, for what one evaluation needs twice alone.
        cache: folder for prefixes and partial results that outlive the process; with ``resume`` by
            default one in the user's cache.
        resume: go on from what an earlier run of the same evaluation left in ``cache``.
    """

    mesh: jax.sharding.Mesh | None = None
    memory: int | None = None
    cache: Path | None = None
    resume: bool = False
    kept: Kept = dataclasses.field(default_factory=Kept, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.memory is not None and self.memory < 0:
            raise ValueError(f"memory is a number of bytes, at least 0: got {self.memory}")
        if self.cache is not None:
            object.__setattr__(self, "cache", Path(self.cache).expanduser())
        elif self.resume:
            object.__setattr__(self, "cache", default_cache())

    @property
    def budget(self) -> int:
        """Bytes of activations that are kept in memory."""
        return DEFAULT_MEMORY if self.memory is None else self.memory


def default_cache() -> Path:
    """Where results are kept that are to be resumed."""
    import platformdirs  # noqa: PLC0415 - when it is needed

    return Path(platformdirs.user_cache_dir("aann", appauthor=False)) / "evaluations"
