"""A hand-written curve detector in place of InceptionV1's: how much of the loss does it recover?"""

import argparse
import sys

import jax.numpy as jnp

import aann
import zoo
from aann.vis.report import figures
from circuits.curves import baselines as curve_baselines
from circuits.curves import controls as curve_controls
from circuits.curves import family as curve_family
from circuits.curves import fit as curve_calibration
from circuits.curves import program as curve_detectors
from evals.shared import arguments, command, curve_figures, start
from zoo.pictures.same import unseen
from zoo.scripts import script
from zoo.scripts.integers import positive

NAME = "curve_detectors"


def main(argv: list[str] | None = None) -> None:
    """Find the family, write its program, measure it, and save the report."""
    parser = _parser()
    args, on, folder = start.begin(parser, argv, "pictures", _problem)
    model = zoo.load("inceptionv1", args.variant)
    if args.site not in aann.sites(model):
        parser.error(_unknown_site(model, args.site))
    design, heldout = _examples(args)
    command.say(f"finding {args.family} curve detectors in {args.site} ...")
    family = curve_family.find_family(model, args.site, args.family)
    command.say(f"found {_directions(family)}; calibrating on {design.name}, {design.split} ...")
    curves = _replacement(model, family, design)
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
        ],
        seed=args.seed,
        name=NAME,
        progress=sys.stderr.isatty(),
        machine=on,
    )
    report = report.with_arrays(**curve_figures.maps(model, curves, heldout, report))
    report = report.with_arrays(**curve_figures.tuning(model, curves, family))
    command.save(report, figures(report), folder)


def _parser() -> argparse.ArgumentParser:
    parser = arguments.parser(NAME, __doc__ or "", "out/curve_detectors")
    pictures = parser.add_mutually_exclusive_group()
    pictures.add_argument(
        "--images", type=arguments.folder, metavar="DIR",
        help="report on the pictures in this folder (class from a WordNet id at the start of the "
        "file's or folder's name, or from --labels); the ladder is still fitted on the design half "
        "of the sample images",
    )  # fmt: skip
    pictures.add_argument(
        "--data", choices=("imagenet_v2", "imagenette"),
        help="report on all of this data set, read by tensorflow-datasets; fitted as with --images",
    )  # fmt: skip
    parser.add_argument(
        "--labels", type=arguments.file, metavar="CSV",
        help="classes of the pictures: columns file and wnid",
    )  # fmt: skip
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


def _problem(args: argparse.Namespace) -> str | None:
    if args.labels and not args.images:
        return "--labels names the classes of the pictures in --images: pass both"
    return None


def _unknown_site(model: aann.Model, name: str) -> str:
    try:
        aann.capture(model, [name])(jnp.zeros(model.batch(1).shape))
    except ValueError as error:
        return str(error)
    return f"{name!r} cannot be replaced"


def _examples(args: argparse.Namespace) -> tuple[aann.Design, aann.HeldOut]:
    """The halves to fit and to report on. Another picture that is a design image is left out."""
    design, heldout = aann.split(zoo.data("imagenet_samples"))
    if args.images or args.data:
        given = {"path": args.images, "labels": args.labels} if args.images else {}
        heldout = aann.held_out(zoo.data(args.data or "imagenet_folder", **given), design)
        kept = unseen(heldout, design)
        if len(kept) < len(heldout):
            command.say(
                f"left out {len(heldout) - len(kept)} of {len(heldout)} pictures: design images, "
                "which the program was tuned on"
            )
            heldout = heldout.take(kept)
    return command.limited(design, heldout, args)


def _directions(family: curve_family.Family) -> str:
    pairs = zip(family.units, family.directions, strict=True)
    return ", ".join(f"{unit} ({direction:.0f} degrees)" for unit, direction in pairs)


def _replacement(
    model: aann.Model, family: curve_family.Family, design: aann.Design
) -> aann.Replacement:
    constants = curve_calibration.calibrate(model, family.site, family, design)
    return curve_detectors.replacement(model.name, family.site, family.units, constants)


def _reduced(curves: aann.Replacement) -> list[aann.Replacement]:
    """The program without, in turn, each of the three things that the published attempt lacked."""
    return [
        curve_controls.without_colour(curves),
        curve_controls.without_centring(curves),
        curve_controls.without_scale(curves),
    ]


if __name__ == "__main__":
    script.run(main)
