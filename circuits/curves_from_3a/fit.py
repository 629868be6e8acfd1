"""Constants of ``curves_from_3a``, from measured tuning and design images.

Directions and classes of the units of the layer below are measured with synthetic pictures
(``tuning``). Which of them to read, how loud each is, and the constants of the curve detectors
themselves are fitted by squared error on design images (``search``), then a little further by what
errors cost the network (``circuits.fitting.finish``). Gains are raised at last by one factor, as
for the program from pixels.

``python -m circuits.curves_from_3a.fit`` prints the constants of the mirrored checkpoint, and how
well they do on design images that they were not fitted on. Sharp edge: some minutes; descents are
long, so that on another number of threads or processor constants end a few hundredths elsewhere.
"""

from typing import NamedTuple

import numpy as np

import aann
from aann.shown.brief import brief
from circuits.curves import fit as curve_calibration
from circuits.curves import mirrored
from circuits.curves.cells import Cells
from circuits.curves.cells import measure as measure_cells
from circuits.curves.checks import check, check_fires, check_grids, warn_of_the_mean
from circuits.curves.family import Family
from circuits.curves_from_3a import program as curves_from_3a
from circuits.curves_from_3a import search
from circuits.curves_from_3a.begin import as_measured
from circuits.curves_from_3a.provenance import constants
from circuits.curves_from_3a.search import Form, Found
from circuits.curves_from_3a.tuning import EarlyTuning, measure
from circuits.fitting import finish, loudness
from circuits.fitting.descent import Evidence, correlations, gather, spread

IMAGES = 320
FORM = Form()


class Calibrated(NamedTuple):
    """The program, and one with the directions below as measured, of least squared error alone."""

    own: aann.Replacement
    measured: aann.Replacement

    def __repr__(self) -> str:
        return brief(self)


class Fit(NamedTuple):
    """What constants are fitted to, and for what."""

    model: aann.Model
    family: Family
    cells: Cells
    few: aann.Design
    rest: aann.Design
    evidence: Evidence
    spreads: np.ndarray
    tuned: EarlyTuning

    def __repr__(self) -> str:
        return brief(self)

    def candidates(self, form: Form) -> Found:
        """A program that reads every unit below."""
        return search.candidates(self.family, self.tuned, self.evidence, self.spreads, form)

    def refined(self, first: Found, form: Form) -> Found:
        """A program that reads the loudest of them."""
        return search.refine(first, self.evidence, self.spreads, form)

    def program(self, found: dict[str, aann.Constant]) -> aann.Replacement:
        """The program in place of the family."""
        return curves_from_3a.replacement(
            self.model.name, self.family.site, self.cells.site, self.family.units, found,
            self.cells.axis,
        )  # fmt: skip

    def made(self, found: Found, form: Form) -> aann.Replacement:
        """The program, finished if the form says so, with its gains raised."""
        images = f"{len(self.few)} design images"
        if not form.finish:
            return self.raised(found, f"squared error on {images}")
        start = self.program(constants(found, self.spreads, ""))
        seen = search.seen_of(self.evidence, found.chosen, self.spreads)
        fitted = finish.descend(
            self.model, start, curves_from_3a.unit_curves, found.constants, seen, self.few,
            steps=form.steps, logarithmic=search.LOGARITHMIC,
        )  # fmt: skip
        note = f"squared error on {images}, then with KL(intact || spliced)"
        return self.raised(Found(fitted, found.chosen), note)

    def raised(self, found: Found, note: str) -> aann.Replacement:
        """The program with its gains raised by the factor that is best on other images."""
        start = self.program(constants(found, self.spreads, note))
        check_fires(
            self.family, lambda x: curves_from_3a.read_curves(x, start.values), self.evidence
        )
        factor = loudness.choose(self.model, start, self.rest)
        warn_of_the_mean(factor, self.family)
        return self.program(constants(found, self.spreads, note, factor))


def calibrate(
    model: aann.Model,
    family: Family,
    design: aann.Design,
    read: str = "mixed3a",
    *,
    images: int = IMAGES,
    form: Form = FORM,
) -> Calibrated:
    """``curves_from_3a`` in place of ``family``.

    Args:
        model: the model.
        family: units and rough directions.
        design: images to fit on.
        read: the site below, on the same grid of stride 8.
        images: how many images, evenly spread over their names.
        form: how much the program may know.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: there is no family; a grid is not the program's, ``read`` has fewer units than
            are to be kept, or all that are kept are of one kind; or a unit fires on no image.

    Warns:
        UserWarning: as ``circuits.curves.fit.calibrate``.
    """
    given = prepare(model, family, design, read, images)
    if not 1 <= form.kept <= given.cells.channels:
        raise ValueError(
            f"kept is between 1 and the {given.cells.channels} units of {read!r}, got {form.kept}"
        )
    found = given.refined(given.candidates(form), form)
    steps = {n: x for n, x in form.steps.items() if n not in search.ANGLES}
    start = Found(as_measured(found.constants, found.chosen), found.chosen)
    fixed = search.fit(start, given.evidence, given.spreads, steps, "last")
    measured = given.made(fixed, form._replace(finish=False))
    return Calibrated(given.made(found, form), measured)


def prepare(
    model: aann.Model, family: Family, design: aann.Design, read: str, images: int = IMAGES
) -> Fit:
    """What a fit of ``curves_from_3a`` looks at; arguments as for ``calibrate``.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: there is no family, or a grid is not the program's.
    """
    check(model, family)
    cells = measure_cells(model, read, family.inputs)
    check_grids(cells, family.cells)
    few = spread(design, images)
    seen = gather(model, family.site, family.units, few, read, axis=cells.axis)
    spreads = seen.seen.std((0, 1, 2), dtype=np.float64) + 1e-6
    rest = curve_calibration.others(design, few)
    tuned = measure(model, cells, family.inputs)
    return Fit(model, family, cells, few, rest, seen, spreads, tuned)


def main(argv: list[str] | None = None) -> None:
    """Print the constants of the mirrored checkpoint."""
    model, family, design = mirrored.begin("circuits.curves_from_3a.fit", __doc__, argv)
    found = calibrate(model, family, design)
    print("units", family.units)
    for name, constant in found.own.constants.items():
        print(name, np.asarray(constant.value).tolist())
    fitted_on = set(spread(design, IMAGES).names)
    rest = design.take([i for i, name in enumerate(design.names) if name not in fitted_on])
    seen = gather(model, family.site, family.units, rest, "mixed3a")
    for what, program in found._asdict().items():
        shown = correlations(program.program, program.values, seen)
        print(f"directions {what}: mean correlation on {len(rest)} other design images", end=" ")
        print(f"{shown.mean():.3f}")


if __name__ == "__main__":
    mirrored.run(main)
