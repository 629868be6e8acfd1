import io
import struct
import tracemalloc
import zlib

import pytest
from PIL import Image

from zoo.pictures.encoded import opened


class Bytes:
    def __init__(self, content):
        self.content = content

    def open(self, mode):
        return io.BytesIO(self.content)

    def __str__(self):
        return "it"


def png(width, height):
    """A black PNG of one bit a pixel, compressed as far as it goes."""
    row = bytes(1 + -(-width // 8))
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(kind, content):
        sums = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + sums

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", body), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_a_size_that_cannot_be_meant_is_refused_before_it_is_decoded():
    content = png(10_000, 8_000)
    assert len(content) < 20_000
    limit = Image.MAX_IMAGE_PIXELS
    Image.init()  # its plugins
    tracemalloc.start()
    with (
        pytest.raises(ValueError, match="it: 10000 x 8000 pixels are more than 50 megapixels"),
        opened(Bytes(content), 50.0),
    ):
        pytest.fail("not reached")
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
    with opened(Bytes(content), 80.0) as picture:
        assert picture.size == (10_000, 8_000)
    assert limit == Image.MAX_IMAGE_PIXELS  # a setting of the whole process


def test_formats_that_run_other_programs_are_not_read():
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n%%EOF\n"
    with (
        pytest.raises(ValueError, match=r"^it: no picture that can be read \(JPEG, "),
        opened(Bytes(eps), 50.0),
    ):
        pytest.fail("not reached")


def test_errors_inside_name_the_picture_and_free_the_lock():
    content = png(4_000, 4_000)
    for _ in range(2):
        with pytest.raises(ValueError, match="it: torn"), opened(Bytes(content), 50.0):
            raise OSError("torn")
