"""Encoded pictures, opened: their header is read, nothing is decoded yet.

What a picture is says its content, whatever its name. Formats for which Pillow runs other programs
(EPS), and those that it takes nearly any bytes for (TGA), are not read. A picture of a size that
cannot be meant is refused before it is decoded: a PNG of 335 kB can hold a gigapixel. Pillow's own
limit, 179 megapixels, is a setting of the whole process and stays as it is.
"""

import contextlib
import io
import threading
from collections.abc import Iterator
from typing import Literal, Protocol, runtime_checkable

from PIL import Image, UnidentifiedImageError

from aann.machine import heap

MEGAPIXELS = 50.0
"""More than cameras of today have, but for a few."""

_FORMATS = (
    "JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "TIFF", "BMP", "DIB", "PPM", "JPEG2000", "QOI",
)  # fmt: skip
"""HEIF where a plugin was registered."""
_LARGE = 12e6  # pixels
_one_large_picture = threading.Lock()


@runtime_checkable
class Encoded(Protocol):
    """A picture in a file format: a ``Path``, say. ``str`` of it names it in messages."""

    def open(self, mode: Literal["rb"], /) -> io.BufferedReader | io.BytesIO:
        """Its bytes, as a file that can be read from any place."""


@contextlib.contextmanager
def opened(source: Encoded, megapixels: float) -> Iterator[Image.Image]:
    """``Image.open`` whose errors, also those of decoding inside the block, name the source.

    Raises:
        ValueError: it is no picture, a broken one, or has more than so many million pixels.
    """
    Image.init()
    formats = [name for name in _FORMATS if name in Image.OPEN]
    try:
        with source.open("rb") as file, Image.open(file, formats=formats) as picture:
            size = picture.width * picture.height
            if not size <= megapixels * 1e6:
                raise ValueError(
                    f"{picture.width} x {picture.height} pixels are more than {megapixels:g} "
                    "megapixels: scale it down, or pass megapixels="
                )
            if size <= _LARGE:
                yield picture
                return
            # One of 50 megapixels takes up to 1.2 GB: neither many at once, nor held back after.
            with _one_large_picture:
                heap.give_back()
                yield picture
    except UnidentifiedImageError as error:
        raise ValueError(
            f"{source}: no picture that can be read (JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP, PPM, "
            "JPEG 2000 or QOI): save it as one of these, or move it elsewhere"
        ) from error
    except Exception as error:  # Pillow's decoders raise whatever the broken bytes lead them to
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ValueError(f"{source}: {reason}") from error
