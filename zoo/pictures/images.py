"""Encoded pictures to pixels, the same way for every data set and every file format.

The shorter side is scaled to 256 (bicubic), the centre 224 x 224 are cut out, the result is RGB.
Cameras' orientation tags are obeyed, transparency is laid on white, grey and CMYK become RGB, and
16-bit pictures keep their upper 8 bits.

Sharp edge: embedded colour profiles are ignored, as they were when the networks were trained.
"""

import hashlib
import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps
from tqdm import tqdm

from zoo.pictures.encoded import MEGAPIXELS, Encoded, opened

SHORTER_SIDE = 256
CROP = 224
LONGEST = 4  # times the shorter side; what is beyond is cut off before scaling
MEMORY_BUDGET = 1 << 30  # bytes of decoded pixels kept: 7,133 pictures
SHOW_PROGRESS_FROM = 200  # pictures


def decode(source: Encoded, megapixels: float = MEGAPIXELS) -> UInt8[np.ndarray, "224 224 3"]:
    """One picture as RGB bytes (224, 224, 3).

    Args:
        source: the picture.
        megapixels: it may have.

    Raises:
        ValueError: it is not a complete picture that Pillow can read, or has more pixels.
    """
    with opened(source, megapixels) as picture:
        ImageOps.exif_transpose(picture, in_place=True)
        return np.asarray(_centre(_scale(_to_rgb(picture)), CROP, CROP))


def decode_all(
    sources: Sequence[Encoded], megapixels: float = MEGAPIXELS
) -> UInt8[np.ndarray, "n 224 224 3"]:
    """Many pictures, decoded in parallel, with a progress bar where it takes long.

    Raises:
        ValueError: some cannot be read; all of these are listed.
    """
    pixels = np.empty((len(sources), CROP, CROP, 3), np.uint8)

    def one(i: int) -> None:
        pixels[i] = decode(sources[i], megapixels)

    if problems := _for_each(one, len(sources), "decoding"):
        raise ValueError(
            f"{len(problems)} of {len(sources)} pictures cannot be read; replace or remove them:"
            "\n  " + "\n  ".join(problems.values())
        )
    return pixels


class Pictures:
    """Pixels of a list of encoded pictures by index, float32 RGB in [0, 255].

    Where all decoded pictures fit into ``budget`` bytes each is decoded once and kept as bytes,
    otherwise it is decoded whenever it is asked for.
    """

    def __init__(
        self,
        sources: Sequence[Encoded],
        budget: int = MEMORY_BUDGET,
        megapixels: float = MEGAPIXELS,
    ) -> None:
        self.sources = tuple(sources)
        self.megapixels = megapixels
        self.keeps = len(self.sources) * CROP * CROP * 3 <= budget
        self._lock = threading.Lock()
        self._pixels: np.ndarray | None = None
        self._decoded = np.zeros(len(self.sources), bool)

    def __call__(self, indices: Sequence[int]) -> np.ndarray:
        """Pictures (k, 224, 224, 3) in the order of ``indices``."""
        wanted = np.asarray(indices, dtype=int)
        if not self.keeps:
            return self._decode(wanted).astype(np.float32)
        with self._lock:
            pixels: np.ndarray = self._kept(wanted)[wanted]
        return pixels.astype(np.float32)

    def examine(self) -> tuple[dict[int, str], dict[int, str]]:
        """Read all files once, so that a long run does not end at a broken one.

        Returns:
            Index -> hex SHA-256 of its pixels, as the model gets them; and of those that cannot be
            read index -> what is wrong.
        """
        digests: dict[int, str] = {}

        def one(i: int) -> None:
            pixels = decode(self.sources[i], self.megapixels)
            digests[i] = hashlib.sha256(pixels.tobytes()).hexdigest()
            if self.keeps:
                with self._lock:
                    self._room()[i] = pixels
                    self._decoded[i] = True

        problems = _for_each(one, len(self.sources), "decoding")
        return dict(sorted(digests.items())), problems

    def _decode(self, wanted: np.ndarray) -> np.ndarray:
        return decode_all([self.sources[i] for i in wanted], self.megapixels)

    def _room(self) -> np.ndarray:
        if self._pixels is None:
            self._pixels = np.empty((len(self.sources), CROP, CROP, 3), np.uint8)
        return self._pixels

    def _kept(self, wanted: np.ndarray) -> np.ndarray:
        """All pixels, of which at least ``wanted`` are decoded."""
        pixels = self._room()
        new = np.unique(wanted[~self._decoded[wanted]])
        if len(new):
            pixels[new] = self._decode(new)
            self._decoded[new] = True
        return pixels


def _for_each(task: Callable[[int], None], count: int, what: str) -> dict[int, str]:
    """Run ``task`` on 0 .. count - 1 in threads; the messages of its ValueErrors by number."""

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
        shown = tqdm(found, what, count, unit="picture", disable=quiet)
        return {i: message for i, message in enumerate(shown) if message}


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode == "F" or picture.mode.startswith("I"):
        grey = np.nan_to_num(np.array(picture, np.float64), copy=False)
        if picture.mode.startswith("I;16") or (picture.mode == "I" and grey.max(initial=0) > 255):
            grey /= 256
        elif grey.max(initial=0) <= 1 and (grey % 1).any():
            raise ValueError("its values lie between 0 and 1: save them as 0 to 255, in 8 bits")
        return Image.fromarray(np.clip(grey, 0, 255, out=grey).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        layer = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
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
