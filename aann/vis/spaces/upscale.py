"""A map of a layer at the size of the picture."""

import numpy as np
from jaxtyping import Float


def upscaled(
    values: Float[np.ndarray, "y x"], shape: tuple[int, int]
) -> Float[np.ndarray, "rows columns"]:
    """A map as large as a picture, bilinear between the middles of cells, float32.

    Args:
        values: a number a cell.
        shape: rows and columns of the picture.
    """
    from scipy.ndimage import map_coordinates  # noqa: PLC0415 - when it is needed

    at = [
        (np.arange(new) + 0.5) * old / new - 0.5
        for new, old in zip(shape, values.shape, strict=True)
    ]
    grid = np.meshgrid(*at, indexing="ij")
    found: np.ndarray = map_coordinates(
        values.astype(np.float32), grid, order=1, mode="nearest", output=np.float32
    )
    return found


def crop(picture: np.ndarray, at: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """A part of a picture about a pixel; near an edge it is moved inside.

    Args:
        picture: (rows, columns, ...).
        at: row and column of its middle.
        size: rows and columns of the part, at most those of the picture.
    """
    spans = []
    for middle, length, whole in zip(at, size, picture.shape[:2], strict=True):
        start = min(max(middle - length // 2, 0), whole - length)
        spans.append(slice(start, start + length))
    return picture[spans[0], spans[1]]
