"""The worst misses in pictures: what the position sees beside the natural and the artificial map.

field = aann.vis.receptive_field.receptive_field(model, "mixed3b", units)
worst_pictures(lab.worst(), field=field)
"""

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from aann.residuals.worst import Cases, Worst
from aann.vis.caption import captioned
from aann.vis.receptive_field import ReceptiveField, rows_and_columns
from aann.vis.residuals.misses import SIDES, label, sides_of, which
from aann.vis.residuals.panels import flat, of, titled
from aann.vis.style import FAINT, INK, NORMAL, SMALL, figure

BEYOND: Final = 0.9
"""How bright the part of a crop is that lies beyond the picture's edges."""
_MARK: Final = "#FF4FA3"
"""On pictures and maps, whose colours are of all kinds."""


def worst_pictures(
    found: Worst, *, unit: int | None = None, field: ReceptiveField | None = None, most: int = 6,
    title: str = "",
) -> Figure:  # fmt: skip
    """What the position sees of its picture, then the natural and the artificial map.

    Args:
        found: of ``aann.residuals.worst``, on pictures.
        unit: as the replacement has it; by default the worst of all units.
        field: what positions see, see ``aann.vis.receptive_field``; without it pictures are whole.
        most: misses of a kind.
        title: by default which program this is.

    Raises:
        KeyError: there is no such unit.
        ValueError: inputs are no pictures, or there are no misses.
    """
    sides = sides_of(found, unit)
    shape = np.shape(found.examples.load([0])[0])
    where = field.axes if field is not None else rows_and_columns(shape)
    if where is None:
        raise ValueError(
            f"inputs of shape {shape} are no pictures: pass field=, worst_contexts shows tokens, "
            "and worst_values any inputs"
        )
    pictures, scale = _loaded(found, sides, most)
    mapped = len(found.about.places) >= 2
    across, rows = 1 + 2 * mapped, min(most, max(map(len, sides)))
    drawing = figure(0.4 + max(1.3 * across, 2.6) * 2, 0.75 + 1.65 * rows)
    halves: Any = drawing.subfigures(1, 2)
    for cases, half in zip(sides, halves, strict=True):
        mine = half.subplots(rows, across, squeeze=False)
        for at in mine.ravel():
            at.axis("off")
        if len(cases):
            half.suptitle(SIDES[cases.kind], fontsize=NORMAL, color=INK, fontweight="bold")
        for row in range(min(rows, len(cases))):
            raw = pictures[int(cases.example[row])]
            if field is None:
                shown = np.moveaxis(raw, where, (0, 1))
                box = _cell(cases, row, shown.shape, found.about.places)
            else:
                fill = scale[0] + BEYOND * (scale[1] - scale[0])
                shown, box = field.crop(raw, cases.position[row], fill), None
            _picture(mine[row, 0], shown, scale, box)
            _words(mine[row, 0], cases, row, mapped)
            if mapped:
                _maps(mine[row, 1:], cases, row, found.about.places)
    titled(drawing, title or found.about.title("worst misses"))
    seen = "what the position sees" if field is not None else "the picture with the position"
    maps = ", then the maps of the unit in nature and in the program, on one scale" * mapped
    return captioned(
        drawing,
        f"The worst misses of {of(found.about)}, {which(unit)}: {seen}{maps}. At most a few of an "
        "example, apart from each other.",
    )


def _loaded(
    found: Worst, sides: tuple[Cases, Cases], most: int
) -> tuple[dict[int, np.ndarray], tuple[float, float]]:
    """The pictures by the indices of their examples; what is black and what is white in them."""
    wanted = sorted({int(i) for cases in sides for i in cases.example[:most]})
    loaded = [np.asarray(x) for x in found.examples.load(wanted)]
    ends = float(min(map(np.min, loaded))), float(max(map(np.max, loaded)))
    return dict(zip(wanted, loaded, strict=True)), ends


def _words(axes: Axes, cases: Cases, row: int, mapped: bool) -> None:
    text = (
        f"{label(cases, row)}\nnatural {cases.natural[row]:.3g}, program "
        f"{cases.artificial[row]:.3g}"
    )
    said = axes.set_title(text, fontsize=SMALL - 1.5, color=INK, loc="left", pad=2)
    said.set_in_layout(not mapped)  # it may run on above the maps, whose titles are as high


def _picture(
    axes: Axes, picture: np.ndarray, scale: tuple[float, float],
    box: tuple[float, float, float, float] | None,
) -> None:  # fmt: skip
    low, high = scale
    shown = np.clip((picture.astype(np.float64) - low) / max(high - low, 1e-12), 0, 1)
    shown = shown[..., 0] if shown.shape[2:] == (1,) else shown[..., :3]
    axes.imshow(shown, cmap="gray", vmin=0, vmax=1)
    if box is not None:
        left, top, width, height = box
        axes.add_patch(
            Rectangle((left, top), width, height, fill=False, edgecolor=_MARK, linewidth=1.2)
        )


def _cell(
    cases: Cases, row: int, shape: tuple[int, ...], places: tuple[int, ...]
) -> tuple[float, float, float, float] | None:
    """Left, top, width and height of a position's share of the whole picture."""
    if len(places) != 2:
        return None
    height, width = (size / count for size, count in zip(shape[:2], places, strict=True))
    y, x = cases.position[row].tolist()
    return x * width - 0.5, y * height - 0.5, width, height


def _maps(axes: np.ndarray, cases: Cases, row: int, places: tuple[int, ...]) -> None:
    maps = [flat(x[row].astype(np.float64)) for x in (cases.natural_map, cases.artificial_map)]
    low = min(0.0, *(float(x.min()) for x in maps))
    high = max(*(float(x.max()) for x in maps), low + 1e-12)
    for at, values, name in zip(axes, maps, ("natural", "program"), strict=True):
        at.imshow(values, vmin=low, vmax=high, cmap="viridis", interpolation="nearest")
        if len(places) == 2:
            y, x = cases.position[row].tolist()
            at.add_patch(
                Rectangle((x - 1.5, y - 1.5), 3, 3, fill=False, edgecolor=_MARK, linewidth=1.0)
            )
        at.set_title(f"\n{name}", fontsize=SMALL - 1.5, color=FAINT, loc="left", pad=2)
