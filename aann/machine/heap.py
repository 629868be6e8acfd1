"""Memory that is freed goes back to the system, so that a budget means something."""

import ctypes
import functools

_M_MMAP_THRESHOLD = -3
_OWN_PAGES = 2**20


@functools.cache
def give_back() -> bool:
    """Have arrays of a mebibyte and more take pages of their own, for the rest of the process.

    By default glibc learns from what is freed and comes to hold back arrays of up to 32 MiB.

    Returns:
        Whether the C library can be told; only glibc can.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, or Windows
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _OWN_PAGES))
