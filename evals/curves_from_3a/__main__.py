"""Curve detectors as a program of the layer below, alone and fed by an artificial layer."""

import argparse
import dataclasses
import functools
import pathlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import aann
import zoo
from aann.evaluation.shuffles import Shuffles
from aann.vis import report as vis
from circuits.curves import controls as curve_controls
from circuits.curves import family as curve_family
from circuits.curves.inputs import measure
from circuits.curves_from_3a import controls as read_out_controls
from circuits.curves_from_3a import fit as curves_from_3a_fit
from circuits.early_curves import fit as early_curves_fit
from evals.curves_from_3a import read_out
from evals.shared import (
    arguments,
    beyond,
    command,
    curve_figures,
    pictures,
    refitted,
    shuffled,
    start,
    units_page,
    untrained_curves,
)
from zoo.scripts import integers, script

NAME = "curves_from_3a"
SITE, READ = "mixed3b", "mixed3a"
FITS = 10
"""Each takes some minutes."""


def main(argv: list[str] | None = None) -> None:
    """Write both programs, measure each alone and both together, and save the reports."""
    args, on, folder = start.begin(_parser(), argv, "pictures", pictures.problem)
    model = zoo.load("inceptionv1")
    design, heldout = pictures.examples(args)
    inputs = measure(model, design)
    command.say(f"finding {args.family} curve detectors in {SITE} ...")
    family = curve_family.find_family(model, inputs, SITE, args.family)
    command.say(f"{family}; fitting to {READ} ...")
    curves, measured = curves_from_3a_fit.calibrate(model, family, design, READ)
    report = _report(
        args,
        on,
        model,
        [curves],
        design,
        heldout,
        _programs(curves, measured),
        _wrong(curves),
        beyond.beyond(args),
        shuffled.curves(curves, args),
    )
    make = functools.partial(_made, model, args)
    report = refitted.added(report, model, make, (design, heldout), args, on, FITS)
    report = report.with_arrays(**curve_figures.maps(model, curves, heldout, report))
    nothing = untrained_curves.tried(model, design, family, NAME, args.seed)
    report = dataclasses.replace(report, untrained=nothing)
    tuning = curve_figures.tuning(model, curves, family)
    report = report.with_arrays(**tuning.arrays())
    report = report.with_arrays(**read_out.arrays(model, curves))
    command.save(report, {**vis.figures(report), **read_out.figures(report.arrays)}, folder)
    units_page.save(args, model, family, tuning, design, folder)
    if args.alone:
        return
    command.say(f"fitting the same units of {READ} from pixels ...")
    early = early_curves_fit.calibrate(model, READ, curves, design, inputs)
    _stack(args, on, model, early, curves, design, heldout, folder)


def _made(model: aann.Model, args: argparse.Namespace, design: aann.Design) -> aann.Replacement:
    """The family and what it reads, found and fitted on a design half."""
    family = curve_family.find_family(model, measure(model, design), SITE, args.family)
    return curves_from_3a_fit.calibrate(model, family, design, READ).own


def _stack(
    args: argparse.Namespace,
    on: aann.Machine,
    model: aann.Model,
    early: aann.Replacement,
    curves: aann.Replacement,
    design: aann.Design,
    heldout: aann.HeldOut,
    folder: pathlib.Path,
) -> None:
    """Reports on the artificial layer below alone, and on both layers."""
    turned = curve_controls.turned(early, 90, ("curve_direction", "line_normal"))
    for name, main, wrong in (
        ("early_curves", [early], [[turned]]),
        ("both", [early, curves], [[turned, curves], [early, curve_controls.turned(curves, 90)]]),
    ):
        more = beyond.beyond(args) if args.thorough else {}
        report = _report(args, on, model, main, design, heldout, (), wrong, more)
        place = command.writable(folder / name)
        if len(main) == 1:
            report = report.with_arrays(**curve_figures.maps(model, early, heldout, report))
        command.save(report, vis.figures(report), place)


def _report(
    args: argparse.Namespace,
    on: aann.Machine,
    model: aann.Model,
    main: Sequence[aann.Replacement],
    design: aann.Design,
    heldout: aann.HeldOut,
    programs: Sequence[Sequence[aann.Replacement]],
    controls: Sequence[Sequence[aann.Replacement]],
    more: Mapping[str, Any],
    *shuffles: Shuffles,
) -> aann.Report:
    return aann.evaluate(
        model, main, heldout, design=design, programs=programs, controls=[*controls, *shuffles],
        linear=len(main) == 1 and main[0].site == SITE, **more,
        seed=args.seed, name=NAME, progress=sys.stderr.isatty(), machine=on,
    )  # fmt: skip


def _programs(curves: aann.Replacement, measured: aann.Replacement) -> list[list[aann.Replacement]]:
    """The program with less knowledge, or with one kind of input alone."""
    return [
        [measured.with_constants(name="directions as measured")],
        [read_out_controls.equally_loud(curves)],
        [read_out_controls.without(curves, "line")],
        [read_out_controls.without(curves, "curve")],
    ]


def _wrong(curves: aann.Replacement) -> list[list[aann.Replacement]]:
    return [
        [curve_controls.turned(curves, 90)],
        [curve_controls.turned(curves, 180)],
        [read_out_controls.shuffled(curves)],
    ]


def _parser() -> argparse.ArgumentParser:
    parser = arguments.parser(NAME, __doc__ or "", f"out/{NAME}")
    arguments.add_thorough(parser)
    pictures.add(parser)
    units_page.add(parser)
    parser.add_argument(
        "--family", type=integers.positive, default=10, metavar="N",
        help="how many curve detectors to replace (default: 10)",
    )  # fmt: skip
    parser.add_argument(
        "--alone", action="store_true", help=f"leave out the artificial units of {READ}"
    )
    return parser


if __name__ == "__main__":
    script.run(main)
