"""The pictures that an evaluation of an image model is about: the samples', or the user's own."""

import argparse

import aann
import zoo
from evals.shared import arguments, command
from zoo.pictures.same import unseen


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which pictures to report on."""
    given = parser.add_mutually_exclusive_group()
    given.add_argument(
        "--images", type=arguments.folder, metavar="DIR",
        help="report on the pictures in this folder (class from a WordNet id at the start of the "
        "file's or folder's name, or from --labels); the ladder is still fitted on the design half "
        "of the sample images",
    )  # fmt: skip
    given.add_argument(
        "--data", choices=("imagenet_v2", "imagenette"),
        help="report on all of this data set, read by tensorflow-datasets; fitted as with --images",
    )  # fmt: skip
    parser.add_argument(
        "--labels", type=arguments.file, metavar="CSV",
        help="classes of the pictures: columns file and wnid",
    )  # fmt: skip


def problem(args: argparse.Namespace) -> str | None:
    """What is wrong with these arguments together."""
    if args.labels and not args.images:
        return "--labels names the classes of the pictures in --images: pass both"
    return None


def examples(args: argparse.Namespace) -> tuple[aann.Design, aann.HeldOut]:
    """The halves to fit and to report on. Another picture that is a design image is left out.

    Raises:
        zoo.AssetError: pictures cannot be had.
        ValueError: a picture has no class, or ``--n`` asks for more than there are.
    """
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
