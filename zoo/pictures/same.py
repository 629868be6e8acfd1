"""Which pictures are the same: those of equal pixels, as the model gets them, whatever the file.

A picture that was saved anew without loss (as PNG, say) is the same; one that was compressed again
(as JPEG), scaled or edited has other pixels and is not found.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

import aann
from zoo.pictures.images import SHOW_PROGRESS_FROM

_BATCH = 64


def pixel_digests(examples: aann.Examples) -> list[str]:
    """Hex SHA-256 of the pixels of each example, as float32. Loads all of them, in batches."""
    count = len(examples)
    found = []
    quiet = count < SHOW_PROGRESS_FROM
    with tqdm(desc="comparing", total=count, unit="picture", disable=quiet) as bar:
        for start in range(0, count, _BATCH):
            loaded = examples.load(range(start, min(start + _BATCH, count)))
            rows = np.ascontiguousarray(loaded, dtype=np.float32)
            found += [hashlib.sha256(row).hexdigest() for row in rows]
            bar.update(len(rows))
    return found


def unseen(heldout: aann.Examples, design: aann.Examples) -> Sequence[int]:
    """Indices of those held-out pictures that are no design pictures, by bytes or by pixels.

    Args:
        heldout: to report on.
        design: what something was tuned on or is fitted to.
    """
    known, pixels = set(design.digests), set(pixel_digests(design))
    own = zip(heldout.digests, pixel_digests(heldout), strict=True)
    return [i for i, (file, seen) in enumerate(own) if file not in known and seen not in pixels]
