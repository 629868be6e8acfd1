"""Joint tuning: natural pictures, turned, shown to a whole family of units.

    found = joint(model, "mixed3b", family, pictures)
    found.figure()

Each picture is brought to where the central cell looks with the place that the units answer to
most, and turned around it. Units that differ in direction alone answer one after the other as the
picture turns; where two pictures give the same order, the family is tuned to direction, not to what
else the pictures show.
"""

import dataclasses
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.ndimage import map_coordinates
from jaxtyping import Float
from matplotlib.figure import Figure

from aann.model import Model
from aann.shown.brief import brief
from aann.statistics.indices import is_count
from aann.vis.features.given import PIXELS
from aann.vis.style import INK, LARGE, SMALL, figure, tidy
from aann.vis.tuning.probe import BATCH, Probe, probe

MOST = 8
"""Pictures that a figure shows."""


@dataclasses.dataclass(frozen=True, eq=False)
class Joint:
    """What ``joint`` found.

    Attributes:
        site: where the units are.
        units: that were read.
        angles: that pictures were turned by, counterclockwise, in degrees.
        places: row and column of each picture that it was turned around.
        answers: of the central cell.
        pictures: as they were shown without a turn.
        low_high: black and white.
    """

    site: str
    units: tuple[int, ...]
    angles: tuple[float, ...]
    places: Float[np.ndarray, "picture 2"]
    answers: Float[np.ndarray, "picture angle unit"]
    pictures: Float[np.ndarray, "picture y x channel"]
    low_high: tuple[float, float]

    __repr__ = brief

    def figure(self, title: str = "") -> Figure:
        """A row a picture: the picture, and each unit's answer as it turns."""
        n = min(MOST, len(self.pictures))
        high = max(0.9, 0.16 * len(self.units))
        drawing = figure(5.4, high * n + 0.9)
        grid = drawing.subplots(n, 2, squeeze=False, width_ratios=(1, 4))
        low, top = self.low_high
        for (left, right), picture, answers in zip(grid, self.pictures, self.answers, strict=False):
            shown = np.clip((picture - low) / (top - low), 0, 1)
            left.imshow(
                shown if shown.shape[-1] == 3 else shown[..., 0], cmap="gray", vmin=0, vmax=1
            )
            left.set_axis_off()
            right.imshow(
                np.maximum(answers.T, 0), aspect="auto", cmap="viridis", vmin=0,
                vmax=max(float(answers.max()), 1e-12), interpolation="nearest",
            )  # fmt: skip
            right.set_yticks(range(len(self.units)), [str(u) for u in self.units])
            ticks = np.arange(0, len(self.angles), max(1, len(self.angles) // 4))
            right.set_xticks(ticks, [f"{self.angles[t]:g}" for t in ticks])
            tidy(right)
        grid[-1, 1].set_xlabel("turned by, in degrees counterclockwise", fontsize=SMALL, color=INK)
        text = title or f"{self.site}: each unit's response as a picture turns"
        drawing.suptitle(text, fontsize=LARGE, color=INK)
        return drawing


def joint(
    model: Model,
    site: str,
    units: Sequence[int],
    pictures: Float[np.ndarray, "n y x channel"],
    *,
    places: Float[np.ndarray, "n 2"] | None = None,
    turns: int = 24,
    low_high: tuple[float, float] = PIXELS,
    place: tuple[float, float] | None = None,
) -> Joint:
    """Responses of a family to natural pictures, turned.

    Args:
        model: an image model that declares ``inputs``.
        site: (batch, rows, columns, channels), as pictures are.
        units: of the family, in the order that they are to be drawn in.
        pictures: in the model's range.
        places: row and column that each is turned around; None takes the cell where one of the
            units answers most, as far from the central one as its number says.
        turns: how many angles, evenly spread over the circle.
        low_high: black and white of the model's pictures.
        place: row and column that the central cell looks at; None measures it.

    Raises:
        ValueError: with all problems: pictures are not those of the model, places are not two
            numbers a picture, or ``turns`` is less than 1; or as ``probe`` does.
    """
    probed = probe(model, site, units, low_high=low_high, place=place)
    problems = probed.wrong(pictures)
    if places is not None and places.shape != (len(pictures), 2):
        problems.append(f"places are (n, 2), row and column a picture, got shape {places.shape}")
    if not is_count(turns):
        problems.append(f"turns is how many, at least 1, got {turns}")
    if problems:
        raise ValueError("; ".join(problems))
    if places is None:
        places = _best_places(probed, pictures)
    angles = np.arange(turns) * 360 / turns
    shown = [
        turned(p, (float(at[0]), float(at[1])), probed.place, angles)
        for p, at in zip(pictures, places, strict=True)
    ]
    return Joint(
        site=site,
        units=probed.units,
        angles=tuple(angles.tolist()),
        places=places,
        answers=np.stack([probed.answers(x) for x in shown]),
        pictures=np.stack([x[0] for x in shown]),
        low_high=probed.low_high,
    )


def turned(
    picture: Float[np.ndarray, "y x channel"],
    place: tuple[float, float],
    to: tuple[float, float],
    angles: Float[np.ndarray, " angle"],
) -> Float[np.ndarray, "angle y x channel"]:
    """A picture turned around ``place``, which goes ``to``; beyond its edges it is mirrored.

    Args:
        picture: of any range.
        place: row and column.
        to: row and column that it is seen at.
        angles: counterclockwise, in degrees.
    """
    numbers = (jnp.asarray(x, jnp.float32) for x in (picture, place, to, angles))
    return np.asarray(_turned(*numbers))


@jax.jit
def _turned(picture: jax.Array, place: jax.Array, to: jax.Array, angles: jax.Array) -> jax.Array:
    rows, columns = (jnp.arange(float(n)) for n in picture.shape[:2])
    down, right = jnp.meshgrid(rows - to[0], columns - to[1], indexing="ij")

    def one(angle: jax.Array) -> jax.Array:
        cos, sin = jnp.cos(jnp.deg2rad(angle)), jnp.sin(jnp.deg2rad(angle))
        source = [place[0] + right * sin + down * cos, place[1] + right * cos - down * sin]
        planes = jnp.moveaxis(picture, -1, 0)
        seen: jax.Array = jax.vmap(lambda x: map_coordinates(x, source, order=1, mode="mirror"))(
            planes
        )
        back: jax.Array = jnp.moveaxis(seen, 0, -1)
        return back

    found: jax.Array = jax.lax.map(one, angles)
    return found


def _best_places(probed: Probe, pictures: np.ndarray) -> np.ndarray:
    """Row and column of each picture that the strongest cell looks at."""
    maps = np.concatenate(
        [probed.maps(pictures[k : k + BATCH]) for k in range(0, len(pictures), BATCH)]
    )
    if maps.ndim == 2:  # a site without cells
        return np.tile(np.asarray(probed.place, np.float64), (len(pictures), 1))
    strongest = maps.max(-1)
    cells = np.stack(
        np.unravel_index(strongest.reshape(len(maps), -1).argmax(1), strongest.shape[1:]),
        -1,
    )
    shape = np.array(strongest.shape[1:])
    places: np.ndarray = np.asarray(probed.place) + (cells - shape // 2) * (
        np.array(probed.size) / shape
    )
    return places
