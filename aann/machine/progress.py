"""How far a long loop is: a bar on a terminal, two lines in the log elsewhere.

The log is ``logging.getLogger("aann")``; its lines are of level INFO, so that they are seen by who
asks for them, as with ``logging.basicConfig(level=logging.INFO)``.
"""

import logging
import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

T = TypeVar("T")

LOG = logging.getLogger("aann")


def progress(
    iterable: Iterable[T], called: str, total: int | None = None, unit: str = "batch"
) -> Iterator[T]:
    """What is in an iterable, with a bar on stderr where that is a terminal, else with log lines.

    Args:
        iterable: what is gone through.
        called: what is done, a few words.
        total: how many there are; by default the iterable's length where it has one.
        unit: what one of them is called.
    """
    if total is None and isinstance(iterable, Sized):
        total = len(iterable)
    if sys.stderr is not None and sys.stderr.isatty():
        from tqdm import tqdm  # noqa: PLC0415 - a part of import aann's time, for who wants a bar

        yield from tqdm(iterable, called, total, leave=False, unit=unit)
        return
    LOG.info("%s: begins, %s x %s", called, "?" if total is None else f"{total:,}", unit)
    began, count = time.perf_counter(), 0
    for one in iterable:
        yield one
        count += 1
    LOG.info("%s: done, %s x %s in %.1f s", called, f"{count:,}", unit, time.perf_counter() - began)
