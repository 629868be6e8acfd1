"""Encoded pictures to pixels, the same way for every data set and every file format.

The shorter side is scaled to 256 (bicubic), the centre 224 x 224 are cut out, the result is RGB.
Cameras' orientation tags are obeyed, transparency is laid on white, grey and CMYK become RGB, and
16-bit pictures keep their upper 8 bits.

Sharp edge: embedded colour profiles are ignored, as they were when the networks were trained.
"""

import contextlib
import io
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps
from tqdm import tqdm

SHORTER_SIDE = 256
CROP = 224
LONGEST = 4  # times the shorter side; what is beyond is cut off before scaling
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif"})
MEMORY_BUDGET = 1 << 30  # bytes of decoded pixels kept: 7,133 pictures
SHOW_PROGRESS_FROM = 200  # pictures


@runtime_checkable
class Encoded(Protocol):
    """A picture in a file format: a ``Path``, say. ``str`` of it names it in messages."""

    def open(self, mode: Literal["rb"], /) -> io.BufferedReader | io.BytesIO:
        """Its bytes, as a file that can be read from any place."""


def decode(source: Encoded) -> UInt8[np.ndarray, "224 224 3"]:
    """One picture as RGB bytes (224, 224, 3).

    Raises:
        ValueError: it is not a complete picture that Pillow can read.
    """
    with _opened(source) as picture:
        upright = _to_rgb(ImageOps.exif_transpose(picture))
    return np.asarray(_centre(_scale(upright), CROP, CROP))


def decode_all(sources: Sequence[Encoded]) -> UInt8[np.ndarray, "n 224 224 3"]:
    """Many pictures, decoded in parallel, with a progress bar where it takes long.

    Raises:
        ValueError: some cannot be read; all of these are listed.
    """
    pixels = np.empty((len(sources), CROP, CROP, 3), np.uint8)

    def one(i: int) -> None:
        pixels[i] = decode(sources[i])

    _for_each(one, len(sources), "decoding")
    return pixels


class Pictures:
    """Pixels of a list of encoded pictures by index, float32 RGB in [0, 255].

    Where all decoded pictures fit into ``budget`` bytes each is decoded once and kept as bytes,
    otherwise it is decoded whenever it is asked for.
    """

    def __init__(self, sources: Sequence[Encoded], budget: int = MEMORY_BUDGET) -> None:
        self.sources = tuple(sources)
        self.keeps = len(self.sources) * CROP * CROP * 3 <= budget
        self._lock = threading.Lock()
        self._pixels: np.ndarray | None = None
        self._decoded = np.zeros(len(self.sources), bool)

    def __call__(self, indices: Sequence[int]) -> np.ndarray:
        """Pictures (k, 224, 224, 3) in the order of ``indices``."""
        wanted = np.asarray(indices, dtype=int)
        if not self.keeps:
            return decode_all([self.sources[i] for i in wanted]).astype(np.float32)
        with self._lock:
            pixels: np.ndarray = self._kept(wanted)[wanted]
        return pixels.astype(np.float32)

    def check(self) -> None:
        """Read all files once, so that a long run does not end at a broken one.

        Raises:
            ValueError: some cannot be read; all of these are listed.
        """
        if self.keeps:
            self(range(len(self.sources)))
        else:
            _for_each(lambda i: _glance(self.sources[i]), len(self.sources), "checking")

    def _kept(self, wanted: np.ndarray) -> np.ndarray:
        """All pixels, of which at least ``wanted`` are decoded."""
        if self._pixels is None:
            self._pixels = np.empty((len(self.sources), CROP, CROP, 3), np.uint8)
        new = np.unique(wanted[~self._decoded[wanted]])
        if len(new):
            self._pixels[new] = decode_all([self.sources[i] for i in new])
            self._decoded[new] = True
        return self._pixels


def _for_each(task: Callable[[int], None], count: int, what: str) -> None:
    """Run ``task`` on 0 .. count - 1 in threads; one ValueError with the messages of all."""

    def problem(i: int) -> str | None:
        try:
            task(i)
        except ValueError as error:
            return str(error)
        return None

    # Pillow warns of metadata that does not concern the pixels, and of very large pictures.
    with ThreadPoolExecutor() as pool, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pool.map(problem, range(count))
        quiet = count < SHOW_PROGRESS_FROM
        problems = [p for p in tqdm(found, what, count, unit="picture", disable=quiet) if p]
    if problems:
        raise ValueError(
            f"{len(problems)} of {count} pictures cannot be read; replace or remove them:\n  "
            + "\n  ".join(problems)
        )


@contextlib.contextmanager
def _opened(source: Encoded) -> Iterator[Image.Image]:
    """``Image.open`` whose errors, also those of decoding inside the block, name the source."""
    try:
        with source.open("rb") as file, Image.open(file) as picture:
            yield picture
    except Exception as error:  # Pillow's decoders raise whatever the broken bytes lead them to
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ValueError(f"{source}: {reason}") from error


def _glance(source: Encoded) -> None:
    """Decode at the coarsest scale that the format offers, which still reads the whole file."""
    with _opened(source) as picture:
        picture.draft("RGB", (1, 1))
        picture.load()


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode == "F" or picture.mode.startswith("I"):
        grey = np.nan_to_num(np.asarray(picture, np.float64))
        if picture.mode.startswith("I;16") or (picture.mode == "I" and grey.max(initial=0) > 255):
            grey = grey / 256
        return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        on_white = Image.new("RGBA", picture.size, "white")
        on_white.alpha_composite(picture.convert("RGBA"))
        return on_white.convert("RGB")
    return picture.convert("RGB")


def _scale(picture: Image.Image) -> Image.Image:
    shorter = min(picture.size)
    if shorter == SHORTER_SIDE:
        return picture
    if max(picture.size) > LONGEST * shorter:  # a strip would take gigabytes, most of it cut off
        picture = _centre(picture, *(min(n, LONGEST * shorter) for n in picture.size))
    width, height = (max(SHORTER_SIDE, round(n * SHORTER_SIDE / shorter)) for n in picture.size)
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def _centre(picture: Image.Image, width: int, height: int) -> Image.Image:
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))
