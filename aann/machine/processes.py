"""Processes that evaluate together, one a host: those of ``jax.distributed``.

They exchange results alone, a few times in an evaluation, always all of them and in one order.
``exchange`` says first whether its process goes on at all, so that an error of one process ends
the others instead of leaving them to wait:

    with together():                    # all leave the block, or all with an error
        mine = work(share)
        everyone = exchange(mine)       # the values of process 0, 1, ...

Sharp edges: a process that is killed says nothing; JAX's runtime then ends the others after its
heartbeat timeout, 100 s by default. Values travel as pickles between processes that trust one
another.
"""

import contextlib
import functools
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar

import jax
import numpy as np
from jax.experimental import multihost_utils

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_CHUNK = 2**24
"""Bytes that a process sends at a time: the devices hold that much for every process."""
_LEAST = 2**10


class ProcessError(RuntimeError):
    """Another process stopped with an error."""


def exchange(value: Any) -> list[Any]:
    """The values that all processes pass, in the order of the processes, on each of them.

    Args:
        value: anything that can be pickled; arrays that live on the host.

    Raises:
        ProcessError: some process stopped instead of coming here; with its message.
    """
    return _exchange(value, failed=False) if _several() else [value]


def in_order(parts: Iterable[Mapping[int, Result]]) -> list[Result]:
    """What processes found of their batches, in the order of the examples.

    Args:
        parts: of each process, index of a batch's first example -> what was found.
    """
    found = {i: batch for part in parts for i, batch in part.items()}
    return [found[i] for i in sorted(found)]


@contextlib.contextmanager
def together(active: bool = True) -> Iterator[None]:
    """All processes leave the block normally, or all with an error.

    Args:
        active: False does nothing, for callers that may run alone.

    Raises:
        ProcessError: another process stopped inside the block; with its message.
    """
    try:
        yield
    except Exception as error:
        told = isinstance(error, ProcessError) or hasattr(error, "_aann_told")
        if active and _several() and not told:
            with contextlib.suppress(Exception):  # others may be gone, or stop at this very moment
                _exchange(f"{type(error).__name__}: {error}", failed=True)
            error.__dict__["_aann_told"] = True
        raise
    if active and _several():
        exchange(None)


def ends_together(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Put a function with a keyword ``machine`` under ``together`` where that is distributed."""

    @functools.wraps(function)
    def run(*args: Arguments.args, **more: Arguments.kwargs) -> Result:
        with together(getattr(more.get("machine"), "distributed", False)):
            return function(*args, **more)

    return run


def _several() -> bool:
    """Asked without starting JAX's backend, after which processes can no longer join."""
    return jax.distributed.is_initialized() and jax.process_count() > 1


def _exchange(value: Any, *, failed: bool) -> list[Any]:
    data = np.frombuffer(pickle.dumps(value), np.uint8)
    high, low = divmod(data.size, 2**30)
    headers = multihost_utils.process_allgather(np.asarray([failed, high, low], np.int32))
    sizes = [(int(high) << 30) + int(low) for _, high, low in headers]
    values = [pickle.loads(text) for text in _gather(data, sizes)]
    if any(headers[:, 0]) and not failed:
        raise ProcessError(
            "\n".join(
                f"process {i} of {len(headers)} stopped: {values[i]}"
                for i in np.flatnonzero(headers[:, 0])
            )
        )
    return values


def _gather(data: np.ndarray, sizes: list[int]) -> list[bytes]:
    """The bytes of every process, a chunk at a time."""
    parts: list[list[bytes]] = [[] for _ in sizes]
    for start in range(0, max(sizes), _CHUNK):
        # Powers of two: few shapes to compile for.
        longest = min(max(sizes) - start, _CHUNK)
        chunk = np.zeros(max(_LEAST, 1 << (longest - 1).bit_length()), np.uint8)
        mine = data[start : start + _CHUNK]
        chunk[: len(mine)] = mine
        for part, size, sent in zip(
            parts, sizes, multihost_utils.process_allgather(chunk), strict=True
        ):
            part.append(sent[: max(0, min(size - start, _CHUNK))].tobytes())
    return [b"".join(part) for part in parts]
