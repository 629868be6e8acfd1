"""Per-position line responses: short lines of every orientation, at every place of a grid.

    found = positions(model, "mixed3b", (343, 415))
    found.figure()

Where a unit answers to which orientation shows what it is made of: the best orientations of a
curve detector lie along its curve.
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from aann.model import Model
from aann.shown.brief import brief
from aann.vis.features.given import PIXELS
from aann.vis.stimuli.lines import lines
from aann.vis.style import INK, LARGE, NORMAL, SMALL, figure, tidy
from aann.vis.tuning.panels import NARROWEST
from aann.vis.tuning.probe import probe

COLUMNS = 5


@dataclasses.dataclass(frozen=True, eq=False)
class Positions:
    """What ``positions`` found.

    Attributes:
        site: where the units are.
        units: that were read.
        orientations: along the lines, in degrees from 0 to 180.
        offsets: of rows and of columns from what the central cell looks at, in pixels.
        answers: mean over light and dark lines, less what plain grey gives.
    """

    site: str
    units: tuple[int, ...]
    orientations: tuple[float, ...]
    offsets: tuple[float, ...]
    answers: Float[np.ndarray, "unit orientation row column"]

    __repr__ = brief

    @property
    def best(self) -> Float[np.ndarray, "unit row column"]:
        """The orientation that the unit answers to most at each place, in degrees."""
        best: np.ndarray = np.asarray(self.orientations)[self.answers.argmax(1)]
        return best

    def figure(self, title: str = "") -> Figure:
        """A panel a unit: at each place a stroke of the best orientation, as long as its answer."""
        columns = min(COLUMNS, len(self.units))
        rows = -(-len(self.units) // columns)
        drawing = figure(max(1.75 * columns, NARROWEST), 1.75 * rows + 0.7)
        grid = drawing.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        step = self.offsets[1] - self.offsets[0] if len(self.offsets) > 1 else 1.0
        right, down = np.meshgrid(self.offsets, self.offsets)
        for k, axes in enumerate(grid.flat):
            if k >= len(self.units):
                axes.set_visible(False)
                continue
            strength = np.maximum(self.answers[k].max(0), 0)
            length = 0.55 * step * strength / max(strength.max(), 1e-12)
            angle = np.deg2rad(self.best[k])
            move = np.stack([length * np.cos(angle), length * np.sin(angle)], -1)
            middle = np.stack([right, -down], -1)
            ends = np.stack([middle - move, middle + move], -2).reshape(-1, 2, 2)
            axes.add_collection(LineCollection(list(ends), colors=INK, linewidths=1.4))
            edge = max(map(abs, self.offsets)) + step
            axes.set_xlim(-edge, edge)
            axes.set_ylim(-edge, edge)
            axes.set_aspect("equal")
            axes.set_title(str(self.units[k]), fontsize=NORMAL, color=INK)
            tidy(axes)
        grid[-1, 0].set_xlabel("pixels right", fontsize=SMALL, color=INK)
        grid[rows // 2, 0].set_ylabel("pixels up", fontsize=SMALL, color=INK)
        text = title or f"{self.site}: best short line at each place"
        drawing.suptitle(text, fontsize=LARGE, color=INK)
        return drawing


def positions(
    model: Model,
    site: str,
    units: Sequence[int],
    *,
    orientations: int = 12,
    across: int = 9,
    step: float = 8.0,
    half_length: float = 10.0,
    stroke: float = 4.0,
    low_high: tuple[float, float] = PIXELS,
    place: tuple[float, float] | None = None,
) -> Positions:
    """Responses to short lines around what the central cell looks at.

    Args:
        model: an image model that declares ``inputs``.
        site: (batch, rows, columns, channels), as pictures are, or (batch, units).
        units: to be read.
        orientations: how many, evenly spread over half a turn.
        across: rows, and columns, of the grid of places.
        step: from place to place, in pixels.
        half_length: of a line to either side of its middle, in pixels.
        stroke: its width, in pixels.
        low_high: black and white of the model's pictures.
        place: row and column that the central cell looks at; None measures it.

    Raises:
        ValueError: with all problems: there are no orientations or places, or a length is not
            positive; or as ``probe`` does.
    """
    problems = [
        f"{name} is at least 1, got {value}"
        for name, value in (("orientations", orientations), ("across", across))
        if value < 1
    ]
    problems += [
        f"{name} is a positive number of pixels, got {value:g}"
        for name, value in (("step", step), ("half_length", half_length), ("stroke", stroke))
        if not value > 0
    ]
    if problems:
        raise ValueError("; ".join(problems))
    probed = probe(model, site, units, low_high=low_high, place=place)
    offsets = step * (np.arange(across) - (across - 1) / 2)
    down, right = (x.ravel() for x in np.meshgrid(offsets, offsets, indexing="ij"))
    angles = np.arange(orientations) * 180 / orientations

    def covers() -> Iterator[np.ndarray]:
        for angle in angles:
            yield lines(
                probed.size, angle, place=(probed.place[0] + down, probed.place[1] + right),
                half_length=half_length, stroke=stroke,
            )  # fmt: skip

    shown = [(probed.shows(c) + probed.shows(c, -1.0)) / 2 for c in covers()]
    nothing = probed.shows(np.zeros((1, *probed.size), np.float32))
    answers = (np.stack(shown) - nothing).transpose(2, 0, 1)
    return Positions(
        site=site,
        units=probed.units,
        orientations=tuple(angles.tolist()),
        offsets=tuple(offsets.tolist()),
        answers=answers.reshape(len(probed.units), orientations, across, across),
    )
