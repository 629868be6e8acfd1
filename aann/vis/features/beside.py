"""Pictures that were made, each beside the one that was given."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from aann.vis.features import png
from aann.vis.style import figure

GAIN = 2.0
"""A difference of half of the range is as dark as it gets."""


def difference(given: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Where a picture differs: (rows, columns), white where it does not, in [0, 1]."""
    found: np.ndarray = 1 - np.clip(GAIN * np.abs(made - given).mean(-1), 0, 1)
    return found


def shown(
    given: np.ndarray, made: np.ndarray, name: str, *, differences: bool
) -> dict[str, np.ndarray]:
    """Pictures by name: each given one, what was made of it, and where the two differ."""
    found = {}
    for i, (before, after) in enumerate(zip(given, made, strict=True)):
        found[f"given_{i}"] = before
        found[f"{name}_{i}"] = after
        if differences:
            found[f"difference_{i}"] = difference(before, after)
    return found


class Beside:
    """Results that are pictures made of given ones.

    Attributes:
        made_as: what a picture made of a given one is called.
        differences: whether it is shown where the two differ.
        given: (n, rows, columns, channels) in [0, 1].
        pictures: likewise, what was made of them.
    """

    made_as: ClassVar[str]
    differences: ClassVar[bool] = True
    given: Float[np.ndarray, "n y x channel"]
    pictures: Float[np.ndarray, "n y x channel"]

    def shown(self) -> dict[str, np.ndarray]:
        """The pictures of ``figure``, by name."""
        return shown(self.given, self.pictures, self.made_as, differences=self.differences)

    def save(self, folder: pathlib.Path | str) -> list[pathlib.Path]:
        """Write the pictures of ``figure`` as PNG files; returns them.

        Raises:
            OSError: the folder cannot be made or written.
        """
        return png.write(folder, self.shown())


def drawn(
    pictures: Mapping[str, np.ndarray], titles: Sequence[Sequence[str]], title: str = ""
) -> Figure:
    """Pictures in rows, each with its title.

    Args:
        pictures: row after row.
        titles: of each row, of each picture.
        title: above all of them.
    """
    rows, columns = len(titles), len(titles[0])
    sizes = [p.shape[0] / p.shape[1] for p in pictures.values()]
    drawing = figure(0.2 + 2.3 * columns, 0.3 * bool(title) + (0.55 + 2.2 * max(sizes)) * rows)
    axes = drawing.subplots(rows, columns, squeeze=False)
    flat = [text for row in titles for text in row]
    for at, picture, text in zip(axes.flat, pictures.values(), flat, strict=True):
        png.show(at, picture, text)
    if title:
        drawing.suptitle(title, fontsize=9)
    return drawing
