"""A hand-written curve detector in place of InceptionV1's: how much of the loss does it recover?"""

import argparse
import sys

import jax
import jax.numpy as jnp
import numpy as np

import aann
import zoo
from aann.vis.report import figures
from circuits import (
    curve_baselines,
    curve_calibration,
    curve_controls,
    curve_detectors,
    curve_family,
)
from evals import arguments, command, machine
from evals.integers import positive

NAME = "curve_detectors"
SHOWN = {"best": 0.0, "median": 0.5, "worst": 1.0}


def main(argv: list[str] | None = None) -> None:
    """Find the family, write its program, measure it, and save the report."""
    parser = _parser()
    args = parser.parse_args(argv)
    _check_arguments(parser, args)
    on = machine.of(args)
    folder = command.writable(args.out)
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
    report = report.with_arrays(**_maps(model, curves, heldout, report))
    report = report.with_arrays(**_tuning(model, curves, family))
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


def _check_arguments(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    if args.labels and not args.images:
        parser.error("--labels names the classes of the pictures in --images: pass both")
    arguments.check_counts(parser, args, "pictures")


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
        seen = set(design.digests)
        unseen = [i for i, digest in enumerate(heldout.digests) if digest not in seen]
        if len(unseen) < len(heldout):
            command.say(
                f"left out {len(heldout) - len(unseen)} of {len(heldout)} pictures: design images, "
                "which the program was tuned on"
            )
            heldout = heldout.take(unseen)
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


def _maps(
    model: aann.Model, curves: aann.Replacement, heldout: aann.HeldOut, report: aann.Report
) -> dict[str, np.ndarray]:
    """Natural and artificial maps of three images.

    Best, median and worst by the part of the damage that is left, among the half of the images that
    zero-ablation damages most: on the others the units hardly matter.
    """
    names = [r.name for r in report.rows]
    kl, zeroed = (report.arrays["losses/kl"][names.index(n)] for n in (curves.name, "zero"))
    damaged = np.argsort(-zeroed)[: (len(zeroed) + 1) // 2]
    ranked = damaged[np.argsort(kl[damaged] / np.maximum(zeroed[damaged], 1e-12))]
    chosen = [int(ranked[round(place * (len(ranked) - 1))]) for place in SHOWN.values()]
    pictures = heldout.load(chosen)
    read = jax.jit(lambda x: (aann.capture(model, [curves.site])(x)[1], curves.compute(x)))
    values, artificial = read(jnp.asarray(pictures))
    natural, artificial = np.asarray(curves.pick(values[curves.site])), np.asarray(artificial)
    units = np.maximum(natural, artificial).max((1, 2)).argmax(-1)
    titles = [
        f"{name}: {heldout.names[i]}, unit {curves.units[u]}, "
        f"KL {kl[i]:.2g} (zeroed {zeroed[i]:.2g})"
        for name, i, u in zip(SHOWN, chosen, units, strict=True)
    ]
    three = np.arange(len(chosen))
    return {
        "pictures": pictures.astype(np.uint8),
        "natural_maps": natural[three, :, :, units],
        "artificial_maps": artificial[three, :, :, units],
        "map_titles": np.asarray(titles),
    }


def _tuning(
    model: aann.Model, curves: aann.Replacement, family: curve_family.Family
) -> dict[str, np.ndarray]:
    """Responses of the family to curves of every direction, natural and artificial."""
    artificial = curve_family.measure_tuning(aann.splice(model, curves), family)
    return {
        "tuning_directions": np.asarray(family.angles),
        "natural_tuning": family.tuning,
        "artificial_tuning": artificial,
    }


if __name__ == "__main__":
    command.run(main)
