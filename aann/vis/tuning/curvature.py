"""Direction against curvature: what units answer to arcs from straight to tight, in sigma.

    found = curvature(model, "mixed3b", (343, 415), pictures)
    found.figure()

One sigma is the standard deviation of the unit over all places of natural pictures, so that units
of different scales share one colour bar. Curvature 0 is a straight line, of which a direction and
its opposite are the same.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from aann.model import Model
from aann.shown.brief import brief
from aann.statistics.indices import is_count
from aann.vis.features.given import PIXELS
from aann.vis.stimuli.arcs import HALF_LENGTH, arcs
from aann.vis.style import INK, LARGE, NORMAL, SMALL, figure, tidy
from aann.vis.tuning.panels import NARROWEST
from aann.vis.tuning.probe import BATCH, Probe, probe

CURVATURES = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.045, 0.065, 0.1)
"""1 / px: radii from 200 to 10 pixels, and a straight line."""
STRAIGHT = 1e-4
"""Curvature that no picture tells from a line."""
COLUMNS = 5


@dataclasses.dataclass(frozen=True, eq=False)
class Curvature:
    """What ``curvature`` found.

    Attributes:
        site: where the units are.
        units: that were read.
        directions: that were shown, in degrees.
        curvatures: that were shown, 1 / px.
        sigma: of each unit over natural pictures, in the site's own scale.
        answers: in units of ``sigma``, mean over light and dark lines.
    """

    site: str
    units: tuple[int, ...]
    directions: tuple[float, ...]
    curvatures: tuple[float, ...]
    sigma: Float[np.ndarray, " unit"]
    answers: Float[np.ndarray, "unit curvature direction"]

    __repr__ = brief

    @property
    def best(self) -> list[tuple[float, float]]:
        """Of each unit, the curvature and the direction that it answers to most."""
        flat = self.answers.reshape(len(self.units), -1).argmax(1)
        found = zip(*np.unravel_index(flat, self.answers.shape[1:]), strict=True)
        return [(self.curvatures[c], self.directions[d]) for c, d in found]

    def figure(self, title: str = "") -> Figure:
        """A heat map a unit, with one colour bar."""
        columns = min(COLUMNS, len(self.units))
        rows = -(-len(self.units) // columns)
        drawing = figure(max(1.7 * columns + 0.8, NARROWEST), 1.6 * rows + 0.8)
        grid = drawing.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        top = max(float(self.answers.max()), 1e-12)
        for k, axes in enumerate(grid.flat):
            if k >= len(self.units):
                axes.set_visible(False)
                continue
            shown = axes.imshow(
                self.answers[k], aspect="auto", origin="lower", vmin=0.0, vmax=top, cmap="viridis"
            )
            axes.set_title(str(self.units[k]), fontsize=NORMAL, color=INK)
            ticks = np.arange(0, len(self.directions), max(1, len(self.directions) // 4))
            axes.set_xticks(ticks, [f"{self.directions[t]:g}" for t in ticks])
            some = np.arange(0, len(self.curvatures), 2)
            axes.set_yticks(some, [f"{self.curvatures[t]:g}" for t in some])
            tidy(axes)
        grid[-1, 0].set_xlabel("direction in degrees", fontsize=SMALL, color=INK)
        grid[rows // 2, 0].set_ylabel("curvature in 1 / px", fontsize=SMALL, color=INK)
        bar = drawing.colorbar(shown, ax=list(grid.flat), shrink=0.8)
        bar.set_label("response in sigma", fontsize=SMALL, color=INK)
        bar.ax.tick_params(labelsize=SMALL)
        text = title or f"{self.site}: lines by direction and curvature"
        drawing.suptitle(text, fontsize=LARGE, color=INK)
        return drawing


def curvature(
    model: Model,
    site: str,
    units: Sequence[int],
    pictures: Float[np.ndarray, "n y x channel"],
    *,
    directions: int = 24,
    curvatures: Sequence[float] = CURVATURES,
    half_length: float = HALF_LENGTH,
    low_high: tuple[float, float] = PIXELS,
    place: tuple[float, float] | None = None,
) -> Curvature:
    """Responses to light and dark line arcs of every direction and curvature, in sigma.

    Args:
        model: an image model that declares ``inputs``.
        site: (batch, rows, columns, channels), as pictures are, or (batch, units).
        units: to be read.
        pictures: natural ones, in the model's range, from which sigma is measured.
        directions: how many, evenly spread over the circle.
        curvatures: 1 / px, 0 for a line.
        half_length: of the arcs to either side of their middle, in pixels.
        low_high: black and white of the model's pictures.
        place: row and column that the central cell looks at; None measures it.

    Raises:
        ValueError: with all problems: there are no directions or curvatures, a curvature is
            negative, pictures are not those of the model, or a unit never changes over them; or as
            ``probe`` does.
    """
    problems = []
    if not is_count(directions):
        problems.append(f"directions is how many, at least 1, got {directions}")
    if not len(curvatures) or not np.min(curvatures, initial=0.0) >= 0:
        problems.append("curvatures are 1 / px, 0 for a line, none of them negative")
    if problems:
        raise ValueError("; ".join(problems))
    probed = probe(model, site, units, low_high=low_high, place=place)
    scale = sigma(probed, pictures)
    angles = np.arange(directions) * 360 / directions
    round_ = np.repeat(1 / np.maximum(np.asarray(curvatures, float), STRAIGHT), directions)
    covers = arcs(
        probed.size, np.tile(angles, len(curvatures)), round_, place=probed.place,
        half_length=half_length,
    )  # fmt: skip
    answers = (probed.shows(covers) + probed.shows(covers, -1.0)) / 2 / scale
    return Curvature(
        site=site,
        units=probed.units,
        directions=tuple(angles.tolist()),
        curvatures=tuple(float(c) for c in curvatures),
        sigma=scale,
        answers=answers.T.reshape(len(probed.units), len(curvatures), directions),
    )


def sigma(probed: Probe, pictures: np.ndarray) -> Float[np.ndarray, " unit"]:
    """Standard deviation of the units over all places of natural pictures.

    Raises:
        ValueError: pictures are not those of the model, or a unit never changes over them.
    """
    if problems := probed.wrong(pictures):
        raise ValueError("; ".join(problems))
    maps = [probed.maps(pictures[k : k + BATCH]) for k in range(0, len(pictures), BATCH)]
    found: np.ndarray = np.concatenate([m.reshape(-1, len(probed.units)) for m in maps]).std(0)
    still = [str(u) for u, s in zip(probed.units, found, strict=True) if not s > 0]
    if still:
        raise ValueError(
            f"units of {probed.site!r} that are the same everywhere in {len(pictures)} pictures "
            f"have no sigma: {', '.join(still)}; show more pictures, or leave them out"
        )
    return found
