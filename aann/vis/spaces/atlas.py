"""An activation atlas: a layer laid out on a page, each place with a picture of what it means.

    found = atlas(model, "mixed4d", pictures)
    found.figure()

Activations at random positions of many pictures are laid out in the plane; a grid is drawn over
them, and the mean direction of each cell that holds enough of them becomes a feature visualisation
(Carter et al. 2019, "Activation Atlas", doi 10.23915/distill.00015).

Sharp edge: the layout is one of many. Neighbours in it are alike in the layer; distance between
what is far apart means little, least so with UMAP and t-SNE.
"""

import dataclasses
import pathlib
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from matplotlib.figure import Figure

from aann.model import Model
from aann.shown.brief import brief
from aann.vis.features import png
from aann.vis.features.given import (
    AXES,
    PIXELS,
    activations,
    count_problems,
    given,
    refuse,
    site_problems,
)
from aann.vis.spaces.icons import drawn
from aann.vis.spaces.layout import laid_out, layout_problems
from aann.vis.style import INK, NORMAL, figure


@dataclasses.dataclass(frozen=True, eq=False)
class Atlas:
    """What ``atlas`` found.

    Attributes:
        site: the layer.
        layout: how it was laid out: ``"umap"``, ``"tsne"`` or ``"pca"``.
        whitened: whether the directions are relative to how channels vary together.
        grid: cells a side.
        points: (m, 2) in [0, 1], column and row of each activation; rows go down.
        pictures: (m,), which picture each is of.
        positions: (m, 2), where in it, among the cells of the layer.
        cells: (k, 2), row and column of each cell with an icon.
        counts: (k,), activations in it.
        directions: (k, channels), of length 1.
        icons: (k, rows, columns, channels) in [0, 1].
    """

    site: str
    layout: str
    whitened: bool
    grid: int
    points: Float[np.ndarray, "m two"]
    pictures: Int[np.ndarray, " m"]
    positions: Int[np.ndarray, "m two"]
    cells: Int[np.ndarray, "k two"]
    counts: Int[np.ndarray, " k"]
    directions: Float[np.ndarray, "k channel"]
    icons: Float[np.ndarray, "k rows columns colour"]

    __repr__ = brief

    def figure(self) -> Figure:
        """Left where activations lie, right the icons of cells, larger with more of them."""
        drawing = figure(11.0, 5.9)
        dots, map_ = drawing.subplots(1, 2, width_ratios=[1, 1])
        for axes in (dots, map_):
            axes.set_xlim(0, self.grid)
            axes.set_ylim(self.grid, 0)
            axes.set_aspect("equal")
            axes.set_xticks(range(self.grid + 1), [])
            axes.set_yticks(range(self.grid + 1), [])
            axes.tick_params(length=0)
            axes.grid(color="#E6E6E6", linewidth=0.6)
            axes.set_axisbelow(True)
            axes.spines[:].set_color("#E6E6E6")
        x, y = (self.points * self.grid).T
        dots.scatter(x, y, s=5, color=INK, alpha=0.5, linewidths=0)
        dots.set_title(f"{self.site}: {len(self.points)} activations, laid out by {self.layout}",
                       fontsize=NORMAL, color=INK)  # fmt: skip
        most = self.counts.max()
        for (row, column), count, icon in zip(self.cells, self.counts, self.icons, strict=True):
            half = 0.49 * (0.55 + 0.45 * (count / most) ** 0.5)
            middle = (column + 0.5, row + 0.5)
            map_.imshow(
                png.pixels(icon), cmap="gray", vmin=0, vmax=255, zorder=2,
                extent=(middle[0] - half, middle[0] + half, middle[1] + half, middle[1] - half),
            )  # fmt: skip
        map_.set_xlim(0, self.grid)
        map_.set_ylim(self.grid, 0)
        what = "whitened mean direction" if self.whitened else "mean direction"
        map_.set_title(f"{what} of each cell with {self.counts.min()} to {most} of them",
                       fontsize=NORMAL, color=INK)  # fmt: skip
        return drawing

    def save(self, folder: pathlib.Path | str) -> list[pathlib.Path]:
        """Write each icon as a PNG of its own pixels; returns the files.

        Raises:
            OSError: the folder cannot be made or written.
        """
        return png.write(
            folder,
            {f"{self.site}_row_{r}_column_{c}": icon
             for (r, c), icon in zip(self.cells, self.icons, strict=True)},
        )  # fmt: skip


def atlas(
    model: Model,
    site: str,
    pictures: Any,
    *,
    per_picture: int = 1,
    grid: int = 8,
    least: int = 3,
    layout: str | None = None,
    whiten: bool = False,
    power: float = 2.0,
    steps: int = 128,
    size: tuple[int, int] | None = None,
    low_high: tuple[float, float] = PIXELS,
    batch: int = 16,
    seed: int = 0,
    progress: bool = True,
) -> Atlas:
    """Lay out a layer's activations and draw what each part of the layout stands for.

    Args:
        model: takes pictures.
        site: (n, rows, columns, channels).
        pictures: ``aann.Examples``, or (n, rows, columns, channels) in [0, 1].
        per_picture: positions drawn at random from each.
        grid: cells a side.
        least: activations that a cell must hold to get an icon.
        layout: ``"umap"``, ``"tsne"`` or ``"pca"``; by default UMAP where umap-learn is installed
            (``pip install 'aann[atlas]'``), or else t-SNE.
        whiten: take mean directions relative to the covariance of all activations drawn.
        power: of the cosine in the icons' objective, see ``icons.towards``.
        steps: of the icons.
        size: of the icons; by default the model's.
        low_high: what black and white are for the model.
        batch: pictures at a time.
        seed: of positions, layout and icons.
        progress: whether to show how far the icons are.

    Raises:
        ValueError: no such site or layout, too few activations, no cell holds enough of them.
    """
    found, problems = given(model, pictures, low_high)
    problems += site_problems(model, site, axes=AXES) + layout_problems(layout)
    problems += count_problems(
        per_picture=per_picture, grid=grid, least=least, steps=steps, batch=batch
    )
    refuse(problems)
    here = activations(model, [site], found, low_high, batch=batch)[site]
    pictures_of, positions = _drawn(here.shape[:3], per_picture, seed)
    vectors = here[pictures_of, positions[:, 0], positions[:, 1]]
    alive = np.linalg.norm(vectors, axis=1) > 0
    vectors, pictures_of, positions = vectors[alive], pictures_of[alive], positions[alive]
    name, points = laid_out(vectors, layout, seed)
    cells, counts, means = _means(points, vectors, grid, least)
    directions = _white(means, vectors) if whiten else means
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    icons = drawn(
        model, site, directions, power=power, steps=steps, size=size, low_high=low_high,
        batch=batch, seed=seed, progress=progress,
    )  # fmt: skip
    return Atlas(
        site, name, whiten, grid, points, pictures_of, positions, cells, counts,
        directions.astype(np.float32), icons,
    )  # fmt: skip


def _drawn(shape: tuple[int, ...], per_picture: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (m,) and positions (m, 2), without repetition."""
    rng = np.random.default_rng(seed)
    n, rows, columns = shape
    count = min(per_picture, rows * columns)
    chosen = np.stack([rng.permutation(rows * columns)[:count] for _ in range(n)]).ravel()
    return np.repeat(np.arange(n), count), np.stack(np.divmod(chosen, columns), 1)


def _means(
    points: np.ndarray, vectors: np.ndarray, grid: int, least: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells (k, 2), counts (k,) and means (k, channels) of those with enough in them."""
    at = np.minimum((points * grid).astype(int), grid - 1)
    flat = at[:, 1] * grid + at[:, 0]
    counts = np.bincount(flat, minlength=grid * grid)
    full = np.flatnonzero(counts >= least)
    if not len(full):
        raise ValueError(
            f"no cell of {grid} x {grid} holds least={least} of {len(points)} activations: take "
            "more pictures or per_picture, or a smaller grid"
        )
    means = np.stack([vectors[flat == cell].mean(0) for cell in full]).astype(np.float64)
    return np.stack(np.divmod(full, grid), 1), counts[full], means


def _white(means: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Means times the inverse covariance about 0, shrunk towards its diagonal's mean by a tenth.

    Without shrinking, channels that hardly vary in a small sample would decide alone.
    """
    second = vectors.T.astype(np.float64) @ vectors / len(vectors)
    ridge = 0.1 * np.trace(second) / len(second)
    found: np.ndarray = np.linalg.solve(0.9 * second + ridge * np.eye(len(second)), means.T).T
    return found
