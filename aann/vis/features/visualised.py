"""Pictures that were optimised, with what the objectives are on them."""

import dataclasses
import pathlib

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from aann.shown.brief import brief, clip
from aann.vis.features.png import plain, write
from aann.vis.style import NORMAL, figure

SIDE_BY_SIDE = 5
"""Pictures in a row, where each objective has one."""

LONGEST = 120
"""Letters of a name in a file's, which systems limit to about 255."""

GREYS = (1, 2)
"""Numbers of channels, with and without opacity, of pictures that are not coloured."""


@dataclasses.dataclass(frozen=True, eq=False)
class Visualised:
    """What ``visualise`` found.

    Attributes:
        names: of the objectives.
        pictures: (objectives, n, rows, columns, channels) in [0, 1], float32; one channel more than
            the model takes is how opaque each pixel is.
        values: (objectives, n), what the objective is on each picture as it is shown, unchanged
            (before grey, where it is not opaque).
        course: (steps, objectives, n), during the optimisation, on changed pictures.
        kept: (kept, objectives, n, rows, columns, channels), pictures on the way.
        kept_after: after how many steps.
    """

    names: tuple[str, ...]
    pictures: Float[np.ndarray, "objective n y x planes"]
    values: Float[np.ndarray, "objective n"]
    course: Float[np.ndarray, "step objective n"]
    kept: Float[np.ndarray, "kept objective n y x planes"]
    kept_after: tuple[int, ...] = ()

    __repr__ = brief

    def figure(self) -> Figure:
        """The pictures with their values, a row an objective; single ones side by side."""
        objectives, n = self.pictures.shape[:2]
        columns = n if n > 1 else min(objectives, SIDE_BY_SIDE)
        rows = -(-objectives * n // columns)
        drawing = figure(0.3 + 1.9 * columns, 0.2 + 2.1 * rows)
        axes = drawing.subplots(rows, columns, squeeze=False).ravel()
        for at in axes:
            at.axis("off")
        places = [(r, i) for r in range(objectives) for i in range(n)]
        for at, (r, i) in zip(axes, places, strict=False):
            at.imshow(shown(self.pictures[r, i]), cmap="gray", vmin=0, vmax=1)
            at.set_title(f"{clip(self.names[r], 30)}: {self.values[r, i]:.3g}", fontsize=NORMAL)
        return drawing

    def progress(self, objective: int = 0) -> Figure:
        """The pictures of one objective on the way, a row a step that was kept, then at the end.

        Raises:
            ValueError: there is no such objective.
        """
        if not 0 <= objective < len(self.names):
            raise ValueError(f"objectives are 0 to {len(self.names) - 1}, got {objective}")
        stages = np.concatenate([self.kept[:, objective], self.pictures[None, objective]])
        after = [*self.kept_after, len(self.course)]
        drawing = figure(0.3 + 1.9 * len(after), 0.2 + 2.1 * stages.shape[1])
        axes = drawing.subplots(stages.shape[1], len(after), squeeze=False)
        for column, (pictures, steps) in enumerate(zip(stages, after, strict=True)):
            for row, picture in enumerate(pictures):
                axes[row, column].imshow(shown(picture), cmap="gray", vmin=0, vmax=1)
                axes[row, column].set_title(f"after {steps:,} steps", fontsize=NORMAL)
                axes[row, column].axis("off")
        drawing.suptitle(self.names[objective], fontsize=NORMAL)
        return drawing

    def save(self, folder: pathlib.Path | str) -> list[pathlib.Path]:
        """Write each picture as a PNG of its own pixels; returns the files.

        Raises:
            OSError: the folder cannot be made or written.
        """
        files: dict[str, np.ndarray] = {}
        for r, name in enumerate(self.names):
            for i, picture in enumerate(self.pictures[r]):
                file = f"{plain(name)[:LONGEST]}_{i}"
                while file in files:  # another name may differ in what a file's cannot have
                    file = f"{file}_{r}"
                files[file] = shown(picture)
        return write(folder, files)


def shown(picture: Float[np.ndarray, "y x planes"]) -> np.ndarray:
    """As matplotlib and Pillow take it: grey ones without channels, or with an alpha channel."""
    channels = picture.shape[-1]
    if channels == 1:
        return picture[..., 0]
    if channels in GREYS:
        return np.concatenate([np.repeat(picture[..., :1], 3, axis=-1), picture[..., 1:]], axis=-1)
    return picture
