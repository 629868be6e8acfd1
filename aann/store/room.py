"""Whether memory and disk suffice, found out before work starts."""

import math
import pathlib
import shutil
import tempfile
import time

from aann.bench.workbench import Workbench
from aann.data.examples import Examples
from aann.store import prefixes, results, shard
from aann.store.own import check_own, make_own

DONORS = 256
"""At most so many design examples stand in for others."""

MARGIN = 2**26
"""Bytes on disk for everything but prefixes: sums of a fit, losses."""

_DAY = 24 * 3600.0


def check_room(bench: Workbench, *data: Examples, donors: int = 0) -> None:
    """Refuse a machine whose memory or cache folder cannot take what will be kept.

    Args:
        bench: what will run, on its machine.
        data: what it will run on.
        donors: how many examples the donors are picked from.

    Raises:
        ValueError: the donors alone take more than the machine's memory.
        OSError: the cache folder cannot be written, or its disk is too full for the prefixes.
    """
    needed = donor_bytes(bench, donors)
    if needed > bench.machine.budget:
        raise ValueError(
            f"the donors of resample ablation ({min(DONORS, donors)} design examples) take "
            f"{readable(needed)} of memory, more than the {readable(bench.machine.budget)} that "
            "activations may take: allow more with aann.Machine(memory=BYTES) (--memory)"
        )
    if bench.machine.cache is not None:
        check_writable(bench.machine.cache)
        shard.remove_partial(bench.machine.cache, time.time() - _DAY)
        _check_disk(bench, bench.machine.cache, data)


def donor_bytes(bench: Workbench, examples: int) -> int:
    """Bytes of the donors: values and outputs, and a second copy while they are put together."""
    one = sum(math.prod(x.shape[1:]) * int(x.dtype.itemsize) for x in bench.naturals)
    total: int = 4 * min(DONORS, examples) * one
    return total


def check_writable(folder: pathlib.Path) -> None:
    """Make a folder and show that it takes files, before hours of work depend on it.

    Raises:
        OSError: it cannot be made or written, or is not the user's own.
    """
    try:
        make_own(folder)
        check_own(folder, prefixes.FOLDER, results.FOLDER)
        with tempfile.TemporaryFile(dir=folder) as probe:  # under a name that nobody can know
            probe.write(b"aann")
    except OSError as error:
        raise OSError(
            f"the cache folder {folder} cannot be written ({error.strerror or error}): name "
            "another one with cache (--cache), or run without"
        ) from error


def readable(size: int) -> str:
    """Bytes for people: 1.5 GiB."""
    units = ("bytes", "KiB", "MiB", "GiB", "TiB")
    power = min(len(units) - 1, int(math.log2(max(size, 1)) / 10))
    value = size / 1024**power
    return f"{value:,.0f} {units[power]}" if value >= 100 else f"{value:.3g} {units[power]}"


def _check_disk(bench: Workbench, cache: pathlib.Path, data: tuple[Examples, ...]) -> None:
    batches = sum(math.ceil(len(examples) / bench.batch_size) for examples in data)
    folder = prefixes.folder_of(bench)
    there = sum(p.lstat().st_size for p in folder.glob(f"*{shard.SUFFIX}") if p.is_file())
    needed = max(0, batches * prefixes.bytes_of(bench) - there) + MARGIN
    free = shutil.disk_usage(cache).free
    if needed > free:
        raise OSError(
            f"the cache folder {cache} needs {readable(needed)} for the prefixes of {batches} "
            f"batches, but {readable(free)} are free: make room, name a folder on another disk "
            "with cache (--cache), use fewer examples, or run without"
        )
