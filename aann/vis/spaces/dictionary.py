"""A semantic dictionary: what a layer says of one picture, in channels that have faces.

    found = dictionary(model, "mixed4d", picture)
    found.figure()

At each position a layer is a list of numbers; each number's channel gets an icon, so that the
strongest can be read (Olah et al. 2018, "The Building Blocks of Interpretability",
doi 10.23915/distill.00010).
"""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from aann.model import Model
from aann.shown.brief import brief
from aann.vis.features import png
from aann.vis.features.given import (
    AXES,
    PIXELS,
    activations,
    count_problems,
    layer_shape,
    one_given,
    refuse,
    site_problems,
)
from aann.vis.spaces.icons import drawn_channels
from aann.vis.style import INK, NORMAL, figure

Icons = Mapping[int, np.ndarray] | Callable[[Sequence[int]], Mapping[int, np.ndarray]]

MARK = "#E69F00"


@dataclasses.dataclass(frozen=True, eq=False)
class Dictionary:
    """What ``dictionary`` found.

    Attributes:
        site: the layer.
        picture: (rows, columns, channels) in [0, 1].
        cells: rows and columns of the layer.
        positions: (p, 2), rows and columns among the cells.
        channels: (p, top), the strongest at each, the first the strongest.
        values: (p, top), their activations.
        shares: (p, top), of all that is above 0 there; 0 where nothing is.
        icons: channel -> picture in [0, 1].
    """

    site: str
    picture: Float[np.ndarray, "rows columns colour"]
    cells: tuple[int, int]
    positions: Int[np.ndarray, "p two"]
    channels: Int[np.ndarray, "p top"]
    values: Float[np.ndarray, "p top"]
    shares: Float[np.ndarray, "p top"]
    icons: Mapping[int, np.ndarray]

    __repr__ = brief

    def figure(self) -> Figure:
        """The picture with the positions, and a row of icons for each."""
        count, top = self.channels.shape
        drawing = figure(1.5 * max(2.0, count * 0.75) + 1.25 * top, 0.25 + 1.5 * count)
        grid = drawing.add_gridspec(
            count, 1 + top, width_ratios=[max(2.0, count * 0.75) * 1.2, *[1.0] * top]
        )
        whole = drawing.add_subplot(grid[:, 0])
        png.show(whole, self.picture, f"{self.site}, {self.cells[0]} x {self.cells[1]} positions")
        for p, (y, x) in enumerate(self.positions):
            self._mark(whole, p, int(y), int(x))
            for t in range(top):
                at = drawing.add_subplot(grid[p, 1 + t])
                unit = int(self.channels[p, t])
                said = f"{self.values[p, t]:.3g} ({self.shares[p, t]:.0%})"
                before = f"{p + 1}.  " if t == 0 else ""
                png.show(at, self.icons[unit], f"{before}{unit}\n{said}")
        return drawing

    def save(self, folder: pathlib.Path | str) -> list[pathlib.Path]:
        """Write the picture and each icon as PNG files; returns them.

        Raises:
            OSError: the folder cannot be made or written.
        """
        icons = {f"{self.site}_{unit}": icon for unit, icon in sorted(self.icons.items())}
        return png.write(folder, {"picture": self.picture, **icons})

    def _mark(self, axes: Any, index: int, y: int, x: int) -> None:
        tall, wide = (s / c for s, c in zip(self.picture.shape[:2], self.cells, strict=True))
        axes.add_patch(
            Rectangle((x * wide - 0.5, y * tall - 0.5), wide, tall, fill=False, edgecolor=MARK,
                      linewidth=1.6)
        )  # fmt: skip
        label = {"fontsize": NORMAL, "color": INK, "ha": "left", "va": "bottom"}
        box = {"facecolor": "white", "alpha": 0.8, "pad": 1, "edgecolor": "none"}
        axes.text((x + 1) * wide, y * tall, f"{index + 1}", bbox=box, **label)


def dictionary(
    model: Model,
    site: str,
    picture: Any,
    *,
    positions: int | Sequence[tuple[int, int]] = 4,
    top: int = 4,
    icons: Icons | None = None,
    steps: int = 128,
    size: tuple[int, int] | None = None,
    low_high: tuple[float, float] = PIXELS,
    seed: int = 0,
    progress: bool = True,
) -> Dictionary:
    """The strongest channels at positions of a picture, each with its icon.

    Args:
        model: takes pictures.
        site: (n, rows, columns, channels).
        picture: (rows, columns, channels) in [0, 1], or ``aann.Examples`` of one.
        positions: (row, column) among the site's cells; or how many: those where the layer is
            strongest, apart from each other.
        top: channels a position.
        icons: pictures in [0, 1] by channel, or a function that makes them, such as
            ``lambda channels: icons.cropped(model, site, channels, pictures)``; by default feature
            visualisations.
        steps: of those.
        size: of those; by default the model's.
        low_high: what black and white are for the model.
        seed: of the icons.
        progress: whether to show how far they are.

    Raises:
        ValueError: no such site, positions outside, not one picture, icons that are not there.
    """
    found, problems = one_given(model, picture, low_high)
    problems += site_problems(model, site, axes=AXES) + count_problems(top=top, steps=steps)
    if not problems:
        problems += _place_problems(positions, layer_shape(model, site) or (0, 0, 0), top)
    refuse(problems)
    here = activations(model, [site], found, low_high)[site][0]
    where = _apart(np.linalg.norm(here, axis=-1), positions) if isinstance(positions, int) else [
        (int(y), int(x)) for y, x in positions
    ]  # fmt: skip
    at = here[tuple(np.asarray(where).T)]
    order = np.argsort(-at, axis=1, kind="stable")[:, :top]
    values = np.take_along_axis(at, order, 1)
    above = np.maximum(at, 0).sum(1, keepdims=True)
    shares = np.maximum(values, 0) / np.where(above > 0, above, 1)
    units = [int(u) for u in np.unique(order)]
    if icons is None:
        made: Mapping[int, np.ndarray] = drawn_channels(
            model, site, units, steps=steps, size=size, low_high=low_high, seed=seed,
            progress=progress,
        )  # fmt: skip
    else:
        made = icons(units) if callable(icons) else icons
    kept = _icons(made, units)
    return Dictionary(
        site, found[0], here.shape[:2], np.asarray(where), order, values, shares, kept
    )


def _place_problems(positions: Any, shape: tuple[int, ...], top: int) -> list[str]:
    rows, columns, channels = shape
    problems = []
    if top > channels:
        problems.append(f"top is at most the number of channels, {channels}, got {top}")
    if isinstance(positions, int):
        return problems + count_problems(positions=positions)
    wanted = np.asarray(positions)
    if wanted.ndim != 2 or wanted.shape[1] != 2 or not len(wanted):
        return [*problems, f"positions are (row, column) each, got shape {wanted.shape}"]
    out = [tuple(p) for p in wanted.tolist() if not (0 <= p[0] < rows and 0 <= p[1] < columns)]
    if out:
        listed = ", ".join(map(str, out[:5]))
        problems.append(f"positions are below ({rows}, {columns}) and from 0 up, got {listed}")
    return problems


def _apart(strength: np.ndarray, count: int) -> list[tuple[int, int]]:
    """The strongest positions, each as far from those before as an even spread would be."""
    y, x = np.indices(strength.shape)
    away = 0.7 * (strength.size / count) ** 0.5
    left, found = strength.astype(np.float64), list[tuple[int, int]]()
    while len(found) < count and np.isfinite(left).any():
        row, column = map(int, np.unravel_index(left.argmax(), left.shape))
        found.append((row, column))
        left = np.where(np.hypot(y - row, x - column) < away, -np.inf, left)
    return found


def _icons(made: Any, units: Sequence[int]) -> dict[int, np.ndarray]:
    missing = [u for u in units if u not in made]
    refuse([f"icons of channels {', '.join(map(str, missing[:10]))} are not given"] * bool(missing))
    found = {u: np.asarray(made[u], np.float32) for u in units}
    wrong = [u for u, i in found.items() if i.ndim not in (2, 3) or not np.isfinite(i).all()
             or i.min() < 0 or i.max() > 1]  # fmt: skip
    refuse(
        [f"icon of channel {u}: a picture in [0, 1] is expected, got {found[u].shape}"
         for u in wrong]
    )  # fmt: skip
    return found
