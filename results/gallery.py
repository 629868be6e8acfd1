"""The pictures of ``docs/gallery.md``: ``python -m results.gallery`` draws them again.

Only pictures that are made here: photographs of the samples are not ours to show.
"""

import io
import pathlib

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

import aann
import zoo
from aann.vis import channel, diversity, visualise
from aann.vis.stimuli.angles import angles
from aann.vis.stimuli.arcs import arcs
from aann.vis.stimuli.circles import circles, spirals
from aann.vis.stimuli.gratings import gabors, gratings
from aann.vis.stimuli.lines import lines
from aann.vis.stimuli.textures import checkerboards
from aann.vis.style import INK, SMALL, figure
from aann.vis.tuning.radial import radial
from zoo.scripts import script
from zoo.scripts.integers import positive

FOLDER = pathlib.Path(__file__).parent.parent / "docs" / "gallery"
CURVES = (343, 415, 345, 360, 391, 374, 327, 335, 334, 384)
SITE = "mixed3b"
EACH = 8
"""Stimuli of a kind."""


def main(argv: list[str] | None = None) -> None:
    """Draw all of them."""
    parser = script.parser("results.gallery", __doc__ or "")
    parser.add_argument("--steps", type=positive, default=512, metavar="N")
    parser.add_argument("--out", type=pathlib.Path, default=FOLDER, metavar="DIR")
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    model = zoo.load("inceptionv1")
    for name, drawing in {
        "curves": curves(model, args.steps), "diverse": diverse(model, args.steps),
        "tuning": radial(model, SITE, CURVES).figure(), "stimuli": stimuli(),
    }.items():  # fmt: skip
        save(drawing, args.out / f"{name}.jpg")


def save(drawing: Figure, path: pathlib.Path) -> None:
    """As JPEG, which is small for pictures full of detail."""
    buffer = io.BytesIO()
    drawing.savefig(buffer, format="png", bbox_inches="tight", dpi=110)
    with Image.open(buffer) as image:
        image.convert("RGB").save(path, quality=82, optimize=True)


def curves(model: aann.Model, steps: int) -> Figure:
    """The ten curve detectors, each channel's mean."""
    return visualise(model, [channel(SITE, u) for u in CURVES], steps=steps).figure()


def diverse(model: aann.Model, steps: int) -> Figure:
    """Four pictures of one unit, kept apart at a later layer."""
    objective = (channel("mixed4b", 1) + 50.0 * diversity("mixed4b")).named("mixed4b:1")
    return visualise(model, objective, n=4, steps=steps).figure()


def stimuli() -> Figure:
    """A row of covers a renderer."""
    size, turns = (64, 64), np.arange(EACH) * 360.0 / EACH
    rows = {
        "arcs by direction": arcs(size, turns, radius=20.0, half_length=20.0),
        "filled": arcs(size, turns, radius=20.0, filled=True),
        "angle to curve": angles(size, direction=90.0, opening=80.0, bend=np.linspace(0, 1, EACH)),
        "lines": lines(size, turns / 2, half_length=22.0, stroke=4.0),
        "gratings": gratings(size, turns / 2, wavelength=np.linspace(6, 20, EACH)),
        "Gabors": gabors(size, turns / 2, wavelength=10.0),
        "circles": circles(size, np.linspace(6, 28, EACH)),
        "spirals": spirals(size, turns, pitch=np.linspace(6, 16, EACH), radius=28.0),
        "checkerboards": checkerboards(size, np.linspace(4, 18, EACH)),
    }
    drawing = figure(0.75 * EACH + 1.2, 0.78 * len(rows))
    grid = drawing.subplots(len(rows), EACH)
    for axes, (name, covers) in zip(grid, rows.items(), strict=True):
        low, high = float(np.min(covers)), float(np.max(covers))
        for at, cover in zip(axes, covers, strict=True):
            at.imshow((cover - low) / (high - low), cmap="gray", vmin=0, vmax=1)
            at.set_xticks([])
            at.set_yticks([])
        axes[0].set_ylabel(name, fontsize=SMALL, color=INK, rotation=0, ha="right", va="center")
    return drawing


if __name__ == "__main__":
    script.run(main)
