"""A hand-written curve detector in place of InceptionV1's: how much of the loss does it recover?"""

import argparse
import dataclasses
import functools
import sys

import jax.numpy as jnp

import aann
import zoo
from aann.vis.report import figures
from circuits.curves import baselines as curve_baselines
from circuits.curves import controls as curve_controls
from circuits.curves import family as curve_family
from circuits.curves import fit as curve_calibration
from circuits.curves.inputs import measure
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
from zoo.scripts import script
from zoo.scripts.integers import positive

NAME = "curve_detectors"
FITS = 10
"""Each takes a few minutes."""


def main(argv: list[str] | None = None) -> None:
    """Find the family, write its program, measure it, and save the report."""
    parser = _parser()
    args, on, folder = start.begin(parser, argv, "pictures", pictures.problem)
    model = zoo.load("inceptionv1", args.variant)
    if args.site not in aann.sites(model):
        parser.error(_unknown_site(model, args.site))
    design, heldout = pictures.examples(args)
    command.say(f"finding {args.family} curve detectors in {args.site} ...")
    family = curve_family.find_family(model, measure(model, design), args.site, args.family)
    command.say(f"{family}; calibrating on {design.name}, {design.split} ...")
    curves, loudness = curve_calibration.calibrate(model, family, design)
    command.say(f"gains are {curve_calibration.raised(loudness)}")
    report = aann.evaluate(
        model,
        curves,
        heldout,
        design=design,
        programs=[curve_baselines.lines_alone(curves, model, design), *_reduced(curves)],
        controls=[
            curve_baselines.edge_energy(curves, model, design),
            curve_controls.turned(curves, 90),
            curve_controls.turned(curves, 180),
            shuffled.curves(curves, args),
        ],
        **beyond.beyond(args),
        seed=args.seed,
        name=NAME,
        progress=sys.stderr.isatty(),
        machine=on,
    )
    make = functools.partial(_made, model, args)
    report = refitted.added(report, model, make, (design, heldout), args, on, FITS)
    report = report.with_arrays(**curve_figures.maps(model, curves, heldout, report))
    nothing = untrained_curves.tried(model, design, family, NAME, args.seed)
    report = dataclasses.replace(report, untrained=nothing)
    tuning = curve_figures.tuning(model, curves, family)
    report = report.with_arrays(**tuning.arrays())
    command.save(report, figures(report), folder)
    units_page.save(args, model, family, tuning, design, folder)


def _made(model: aann.Model, args: argparse.Namespace, design: aann.Design) -> aann.Replacement:
    """The family, found and calibrated on a design half."""
    family = curve_family.find_family(model, measure(model, design), args.site, args.family)
    return curve_calibration.calibrate(model, family, design).replacement


def _parser() -> argparse.ArgumentParser:
    parser = arguments.parser(NAME, __doc__ or "", "out/curve_detectors")
    arguments.add_thorough(parser)
    pictures.add(parser)
    units_page.add(parser)
    parser.add_argument(
        "--variant", choices=zoo.VARIANTS["inceptionv1"],
        help="which InceptionV1: distill is the checkpoint of Distill and Lucid (default: dump)",
    )  # fmt: skip
    parser.add_argument("--site", default="mixed3b", help="where to look (default: mixed3b)")
    parser.add_argument(
        "--family", type=positive, default=10, metavar="N",
        help="how many curve detectors to replace (default: 10)",
    )  # fmt: skip
    return parser


def _unknown_site(model: aann.Model, name: str) -> str:
    try:
        aann.capture(model, [name])(jnp.zeros(model.batch(1).shape))
    except ValueError as error:
        return str(error)
    return f"{name!r} cannot be replaced"


def _reduced(curves: aann.Replacement) -> list[aann.Replacement]:
    """The program without, in turn, each of the three things that the published attempt lacked."""
    return [
        curve_controls.without_colour(curves),
        curve_controls.without_centring(curves),
        curve_controls.without_scale(curves),
    ]


if __name__ == "__main__":
    script.run(main)
