"""Pictures in [0, 1] as PNG files of their own pixels."""

import pathlib
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from aann.vis.features.given import AXES
from aann.vis.style import INK, NORMAL


def write(folder: pathlib.Path | str, pictures: Mapping[str, np.ndarray]) -> list[pathlib.Path]:
    """Write ``{name: picture}``; returns the files, in the same order.

    Args:
        folder: made where it is not there.
        pictures: (rows, columns[, 1, 3 or 4]) in [0, 1]; names become names of files.

    Raises:
        OSError: the folder cannot be made or written.
    """
    from PIL import Image  # noqa: PLC0415 - when it is needed

    where, written = pathlib.Path(folder), []
    where.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        path = where / f"{plain(name)}.png"
        Image.fromarray(pixels(picture)).save(path)
        written.append(path)
    return written


def plain(name: str) -> str:
    """A name without what names of files should not have."""
    return "".join(c if c.isalnum() or c in "-." else "_" for c in name)


def pixels(picture: np.ndarray) -> np.ndarray:
    """Bytes (rows, columns) or (rows, columns, 3 or 4)."""
    found: np.ndarray = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    grey = found.ndim == AXES and found.shape[-1] == 1
    return np.squeeze(found, -1) if grey else found


def show(axes: Axes, picture: np.ndarray, title: str = "") -> None:
    """One picture, without axes, its title above."""
    axes.imshow(pixels(picture), cmap="gray", vmin=0, vmax=255)
    axes.set_title(title, fontsize=NORMAL, color=INK)
    axes.axis("off")
