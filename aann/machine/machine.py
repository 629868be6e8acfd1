"""What an evaluation may use of the machine: devices, processes, memory, disk, precision.

    machine = aann.Machine.of_devices()                 # all devices of this process
    report = aann.evaluate(model, program, heldout, machine=machine)

Examples are divided, parameters are copied: a batch lies over the devices of the mesh, and of the
batches each process has every P-th. What is measured of an example does not depend on either, up
to rounding. Processes join through ``jax.distributed.initialize`` before anything else.
"""

import dataclasses
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from aann.machine import processes
from aann.machine.kept import Kept
from aann.model import Model
from aann.shown.brief import COLUMNS, clip
from aann.statistics.indices import is_count
from aann.trace.precision import in_bfloat16

DEFAULT_MEMORY = 4 * 2**30
"""Bytes of activations that are kept in memory."""

AXIS = "examples"


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
        distributed: the processes of ``jax.distributed`` share the examples; each of them calls
            the same functions with the same arguments and gets the same results.
        bfloat16: run the model's matrix products and convolutions on bfloat16 numbers, see
            ``aann.in_bfloat16``. A report then says how far that moves recovered.
    """

    mesh: jax.sharding.Mesh | None = None
    memory: int | None = None
    cache: Path | None = None
    resume: bool = False
    distributed: bool = False
    bfloat16: bool = False
    kept: Kept = dataclasses.field(default_factory=Kept, init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        marks = [name for name in ("resume", "distributed", "bfloat16") if getattr(self, name)]
        cache = [] if self.cache is None else [f"cache={self.cache}"]
        facts = [f"devices={self.devices}", f"memory={self.budget / 2**30:.3g} GiB", *cache]
        return clip(f"Machine({', '.join([*facts, *(f'{m}=True' for m in marks)])})", COLUMNS)

    def __post_init__(self) -> None:
        problems = [] if self.mesh is None else _problems(self.mesh)
        if self.distributed and not jax.distributed.is_initialized():
            problems.append(
                "distributed=True needs the other processes: call jax.distributed.initialize(...) "
                "first of all"
            )
        if self.memory is not None and self.memory < 0:
            problems.append(f"memory is a number of bytes, at least 0: got {self.memory}")
        if problems:
            raise ValueError("; ".join(problems))
        if self.cache is not None:
            object.__setattr__(self, "cache", Path(self.cache).expanduser())
        elif self.resume:
            object.__setattr__(self, "cache", default_cache())

    @classmethod
    def of_devices(cls, n: int | None = None, **more: Any) -> "Machine":
        """A machine with ``n`` of this process's devices, by default all of them.

        Args:
            n: number of devices.
            **more: other attributes.

        Raises:
            ValueError: there are fewer.
        """
        devices = jax.local_devices()
        n = len(devices) if n is None else n
        if not 1 <= n <= len(devices):
            raise ValueError(
                f"{n} devices were asked for, this process has {len(devices)}: {_named(devices)}"
            )
        mesh = jax.make_mesh((n,), (AXIS,), (AxisType.Auto,), devices=devices[:n])
        return cls(mesh=mesh, **more)

    @property
    def budget(self) -> int:
        """Bytes of activations that are kept in memory."""
        return DEFAULT_MEMORY if self.memory is None else self.memory

    @property
    def devices(self) -> int:
        """How many devices batches are spread over."""
        return 1 if self.mesh is None else self.mesh.size

    @property
    def process(self) -> tuple[int, int]:
        """Which process this is, and of how many that share the examples."""
        return (jax.process_index(), jax.process_count()) if self.distributed else (0, 1)

    def batch_size(self, size: int) -> int:
        """The smallest batch size of at least ``size`` that divides evenly over the devices.

        Raises:
            ValueError: there are fewer examples than devices, or it is no whole number.
        """
        if not is_count(size) or size < self.devices:
            several = f" on {self.devices} devices" if self.devices > 1 else ""
            raise ValueError(f"batch_size is at least {self.devices}{several}, got {size!r}")
        return -(-size // self.devices) * self.devices

    @property
    def examples(self) -> NamedSharding | None:
        """How a batch lies over the devices; None without a mesh."""
        if self.mesh is None:
            return None
        return NamedSharding(self.mesh, PartitionSpec(*self.mesh.axis_names))

    def spread(self, array: Any) -> jax.Array:
        """A batch, its examples divided over the devices."""
        if self.mesh is None:
            return jax.numpy.asarray(array)
        divided: jax.Array = jax.device_put(array, self.examples)
        return divided

    def everywhere(self, tree: Any) -> Any:
        """A pytree of arrays with a copy on every device."""
        if self.mesh is None:
            return tree
        return jax.device_put(tree, NamedSharding(self.mesh, PartitionSpec()))

    def on_one(self, tree: Any) -> Any:
        """A pytree of arrays on the first device, to be added up as a single device does."""
        return tree if self.mesh is None else jax.device_put(tree, self.mesh.devices.flat[0])

    def runs(self, model: Model) -> Model:
        """The model as it runs here: at its precision, its parameters on all devices."""
        model = in_bfloat16(model) if self.bfloat16 else model
        if self.mesh is None:
            return model
        return dataclasses.replace(model, params=self.everywhere(model.params))

    def gather(self, value: Any) -> list[Any]:
        """What every process passes, in their order; alone, the one value."""
        return processes.exchange(value) if self.distributed else [value]


def default_cache() -> Path:
    """Where results are kept that are to be resumed."""
    import platformdirs  # noqa: PLC0415 - when it is needed

    return Path(platformdirs.user_cache_dir("aann", appauthor=False)) / "evaluations"


def _problems(mesh: jax.sharding.Mesh) -> list[str]:
    problems = []
    devices = list(mesh.devices.flat)
    if len(mesh.axis_names) != 1:
        problems.append(f"a mesh has one axis, that of examples, got {dict(mesh.shape)}")
    if any(kind != AxisType.Auto for kind in mesh.axis_types):
        problems.append(
            f"axes of a mesh are of type Auto, got {mesh.axis_types}: pass "
            "axis_types=(AxisType.Auto,) to jax.make_mesh"
        )
    if other := [d for d in devices if d.platform != jax.local_devices()[0].platform]:
        problems.append(
            f"devices are those of the default backend, {jax.default_backend()}, got "
            f"{_named(other)}: set JAX_PLATFORMS to use others"
        )
    if far := [d for d in devices if d.process_index != jax.process_index()]:
        problems.append(
            f"a mesh has devices of its own process alone, got {_named(far)}: pass "
            "devices=jax.local_devices(), and distributed=True to share the examples"
        )
    return problems


def _named(devices: Any) -> str:
    shown = [str(d) for d in devices[:8]]
    return ", ".join(shown) + (", ..." if np.size(devices) > len(shown) else "")
