"""The main job: curve detectors where their weights can be had, else what ships with the project.

``make eval`` runs it, so that a newcomer gets a real result on a machine without network too.
"""

import pathlib
from collections.abc import Callable

import zoo
from evals import curve_detectors
from evals.modular_addition import __main__ as modular_addition
from evals.shared import command
from zoo.scripts import script

OUT = pathlib.Path("out")


def main(argv: list[str] | None = None) -> None:
    """Run one evaluation or the other, with its default arguments."""
    parser = script.parser("evals.default", __doc__)
    parser.add_argument(
        "--out", type=pathlib.Path, default=OUT, metavar="DIR",
        help=f"write results into a folder of the evaluation's name in here (default: {OUT})",
    )  # fmt: skip
    args = parser.parse_args(argv)
    name, run = _choose()
    run(["--out", str(args.out / name)])


def _choose() -> tuple[str, Callable[[list[str]], None]]:
    try:
        zoo.load("inceptionv1")
        zoo.data("imagenet_samples", split="heldout")
    except zoo.AssetError as error:
        command.say(str(error))
        command.say(
            "the curve detectors need those files; running modular addition on the weights that "
            "ship with the project instead (python -m evals.modular_addition)"
        )
        return modular_addition.NAME, modular_addition.main
    return curve_detectors.NAME, curve_detectors.main


if __name__ == "__main__":
    script.run(main)
