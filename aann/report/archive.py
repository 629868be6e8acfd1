"""Zip archives from files that may be anything: no long lists, nothing that grows when unpacked.

Python's reader takes the whole list of members in before it can be asked how long it is; here it
is cut off where it is longer than any honest one.
"""

import io
import struct
import zipfile
import zlib
from typing import Final

LONGEST: Final = 1 << 21
"""Bytes of the list of members: some 25,000 of them, a second's work."""

DAMAGED: Final = (
    ValueError, EOFError, OSError, KeyError, IndexError, OverflowError, RecursionError, MemoryError,
    NotImplementedError, RuntimeError, struct.error, zlib.error,
    zipfile.BadZipFile,
)  # fmt: skip
"""What ``zipfile`` raises where an archive is damaged."""


class _Bounded(io.BytesIO):
    """A file that gives no more than ``most`` bytes at once."""

    most: int | None = LONGEST

    def read(self, size: int | None = -1, /) -> bytes:
        """As files do.

        Raises:
            ValueError: it was asked for too much.
        """
        if self.most is not None and size is not None and size > self.most:
            raise ValueError(f"the list of its members has {size} bytes, more than {self.most}")
        return super().read(size)


def opened(content: bytes) -> zipfile.ZipFile:
    """An archive whose list of members is not too long.

    Raises:
        ValueError: it is too long.
        zipfile.BadZipFile: it is no archive; ``DAMAGED`` has what else may be raised.
    """
    bounded = _Bounded(content)
    archive = zipfile.ZipFile(bounded)
    bounded.most = None
    return archive
