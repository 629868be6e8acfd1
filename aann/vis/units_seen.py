"""What some units see: a page of pictures for people who look before they count.

Feature visualisation of each unit, several of them kept apart; examples of data by how strongly it
fires; how strongly it fires how often; and its answers to curves of every direction, natural and,
where a program is in its place, artificial.
"""

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from aann.data.examples import Examples
from aann.data.provenance import versions
from aann.machine.progress import LOG
from aann.model import Model
from aann.program.replacement import Replacement
from aann.report.folder import replacing
from aann.report.gallery import Part, gallery
from aann.report.words import some
from aann.shown.brief import brief, counted
from aann.vis.caption import captioned
from aann.vis.chosen.found import DatasetExamples
from aann.vis.examples import examples
from aann.vis.features.given import PIXELS
from aann.vis.features.objectives.batch import diversity
from aann.vis.features.objectives.units import channel, neuron
from aann.vis.features.seen import Eye
from aann.vis.features.visualise import visualise
from aann.vis.features.visualised import shown
from aann.vis.pictures import picture
from aann.vis.style import INK, LARGE, NORMAL, figure
from aann.vis.tuning.radial import FEW, Radial, radial
from aann.vis.units_checked import checked

APART = 20.0
"""Weight of diversity beside a channel's mean."""

LEAST = 64
"""Pixels of a side on which curves can be drawn."""

PHOTOGRAPHS = ("features", "examples")
"""How names of figures begin that are full of photographs, or of pictures like them."""


@dataclasses.dataclass(frozen=True, eq=False)
class UnitsSeen:
    """Figures of what units see.

    Attributes:
        title: of the page.
        figures: heading -> name -> figure, each with a caption.
        provenance: name -> how they were made.
        notes: what could not be shown, and why.
    """

    title: str
    figures: Mapping[str, Mapping[str, Figure]]
    provenance: Mapping[str, str]
    notes: tuple[str, ...] = ()

    __repr__ = brief

    def save(self, folder: pathlib.Path | str, name: str = "units") -> list[pathlib.Path]:
        """Write ``NAME.html``, which holds all of it, and each figure as ``NAME_*.png`` or JPEG.

        Args:
            folder: made where it is not there.
            name: at the start of all files' names.

        Returns:
            The files, the page first.

        Raises:
            OSError: the folder cannot be written.
        """
        where = pathlib.Path(folder)
        where.mkdir(parents=True, exist_ok=True)
        parts = [
            Part(
                heading,
                [
                    picture(f, f"{name}_{key}", photographs=key.startswith(PHOTOGRAPHS))
                    for key, f in figures.items()
                ],
            )
            for heading, figures in self.figures.items()
        ]
        text = gallery(self.title, parts, lead=" ".join(self.notes), provenance=self.provenance)
        files = {f"{name}.html": f"{text}\n".encode()}
        files |= {p.file: p.data for part in parts for p in part.pictures}
        with replacing(where) as new:
            for file, data in files.items():
                (new / file).write_bytes(data)
        return [where / file for file in files]


def units_seen(
    model: Model,
    site: str,
    units: Sequence[int],
    data: Examples | None = None,
    *,
    program: Replacement | None = None,
    tuning: Radial | None = None,
    n: int = 10,
    several: int = 3,
    steps: int = 256,
    low_high: tuple[float, float] = PIXELS,
    seed: int = 0,
    cache: pathlib.Path | str | None = None,
    progress: bool = True,
) -> UnitsSeen:
    """Pictures of what units of an image model see.

    Args:
        model: takes pictures, and declares ``inputs``.
        site: (n, rows, columns, channels), or (n, channels).
        units: of its channels.
        data: pictures to show examples of; without them there are none.
        program: in place of the units: its answers to curves stand beside theirs.
        tuning: the units' answers to curves, where they are measured already.
        n: examples of a section.
        several: pictures of a unit that are kept apart, beside the one of its middle cell.
        steps: of the optimiser.
        low_high: what black and white are for the model.
        seed: of everything that is random.
        cache: folder that keeps what was found in the data.
        progress: show bars on a terminal, lines in the log elsewhere.

    Raises:
        ValueError: the model takes no pictures, sites or units are not there, data are of another
            shape, or numbers out of range: before any of the work.
    """
    units = checked(model, site, units, data, low_high, n=n, steps=steps, several=several)
    names = [f"{site}:{u}" for u in units]
    figures: dict[str, dict[str, Figure]] = {
        "What they answer to most": _answers(
            model, site, units, several, steps, low_high, seed, progress
        )
    }
    notes = []
    if data is None:
        notes.append("There are no examples of data on this page: none were given.")
    else:
        found = examples(model, names, data, n=n, seed=seed, cache=cache, progress=progress)
        figures["What makes them fire in data"] = _quilts(found)
    rows, columns, _ = Eye(model, low_high).shape
    if tuning is None and min(rows, columns) < LEAST:
        notes.append(
            f"There is no tuning to curves on this page: pictures of {rows} x {columns} are too "
            "small for them."
        )
    else:
        figures["Curves of every direction"] = _tuning(
            tuning or radial(model, site, units, artificial=program, low_high=low_high, **FEW)
        )
    for note in notes:
        LOG.info("%s", note)
    what = f"{counted(len(units), 'unit')} of {site}"
    provenance = {
        "model": f"{model.name}, parameters {model.fingerprint()}",
        "units": some(units),
        "seed": str(seed),
        "optimiser": f"{steps} steps, Adam with learning rate 0.05",
        "versions": ", ".join(f"{name} {v}" for name, v in versions().items()),
    }
    if data is not None:
        provenance["data"] = f"{data.name}, {data.split}, n = {len(data)}"
    return UnitsSeen(f"What {what} see", figures, provenance, tuple(notes))


def _answers(
    model: Model, site: str, units: Sequence[int], several: int, steps: int,
    low_high: tuple[float, float], seed: int, progress: bool,
) -> dict[str, Figure]:  # fmt: skip
    """One picture of each unit's middle cell, and several of all of it."""
    alone = visualise(
        model, [neuron(site, u) for u in units], steps=steps, low_high=low_high, seed=seed,
        progress=progress,
    )  # fmt: skip
    rows, values = alone.pictures, alone.values
    if several:
        apart = visualise(
            model, [channel(site, u) + APART * diversity(site) for u in units], n=several,
            steps=steps, low_high=low_high, seed=seed, progress=progress,
        )  # fmt: skip
        rows = np.concatenate([rows, apart.pictures], axis=1)
    drawing = figure(0.3 + 1.35 * len(units), 0.5 + 1.35 * rows.shape[1])
    grid = drawing.subplots(rows.shape[1], len(units), squeeze=False)
    for column, unit in enumerate(units):
        for row, one in enumerate(rows[column]):
            axes = grid[row, column]
            axes.imshow(shown(one), cmap="gray", vmin=0, vmax=1)
            axes.set_xticks([])
            axes.set_yticks([])
            axes.spines[:].set_visible(False)
            axes.set_aspect("equal")
        grid[0, column].set_title(f"{unit}\n{values[column, 0]:.3g}", fontsize=NORMAL, color=INK)
    drawing.suptitle(f"{site}: pictures optimised for each unit", fontsize=LARGE, color=INK)
    below = (
        f" Below it {counted(several, 'picture')} of the whole channel, kept apart by diversity."
        if several
        else ""
    )
    return {
        "features": captioned(
            drawing,
            f"All {counted(len(units), 'unit')}; nothing was picked. The first row is optimised "
            f"for the unit's middle cell, whose activation on it stands above.{below} Each picture "
            "had to survive random padding, shifts, turns and changes of scale at every step. What "
            "a unit likes best need not look like what makes it fire in photographs.",
        )
    }


def _quilts(found: DatasetExamples) -> dict[str, Figure]:
    drawn = {
        "histogram": captioned(
            found.histogram(),
            "How strongly each unit fires at how many positions of all these examples, on "
            "logarithmic axes, and the share of positions where it fires at all.",
        )
    }
    for unit in found.units:
        drawn[f"examples_{unit.name.rpartition(':')[2]}"] = captioned(
            found.figure(unit.name),
            f"What positions of {unit.name} see of their pictures: the strongest, the weakest, "
            "some drawn at random from all, and some drawn from bins of about as many positions "
            "each. One position of an example at most in a row; grey lies beyond its edge.",
        )
    return drawn


def _tuning(found: Radial) -> dict[str, Figure]:
    both = "Answers" if found.artificial is None else "The units' own answers and the program's"
    return {
        "tuning": captioned(
            found.figure(),
            f"{both} to drawn curves of every direction. The line is the mean, the band the "
            f"{found.band_name}. All units; nothing was picked.",
        )
    }
