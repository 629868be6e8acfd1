"""What the scripts start from that print fitted constants: the mirrored checkpoint's curves.

Circuits do not need the zoo; their scripts do, and load it when they run.
"""

from collections.abc import Callable
from typing import NamedTuple

import aann
from circuits.curves.family import Family, find_family
from circuits.curves.inputs import measure


class Mirrored(NamedTuple):
    """InceptionV1, its family of curve detectors, and images to fit on."""

    model: aann.Model
    family: Family
    design: aann.Design


def begin(name: str, doc: str | None, argv: list[str] | None) -> Mirrored:
    """Load what a script fits to.

    Args:
        name: of the module, as in ``python -m NAME``; it takes no arguments.
        doc: of the module; its first line is what ``--help`` shows.
        argv: the words to parse; None takes those of the command line.

    Raises:
        SystemExit: help was asked for, or there are words that are no options.
        zoo.AssetError: the weights or the images cannot be had.
    """
    import zoo  # noqa: PLC0415
    from zoo.scripts import script  # noqa: PLC0415

    script.parser(name, doc).parse_args(argv)
    model = zoo.load("inceptionv1")
    design, _ = aann.split(zoo.data("imagenet_samples"))
    return Mirrored(model, find_family(model, measure(model, design)), design)


def run(main: Callable[[], None]) -> None:
    """Run a script, with errors as messages."""
    from zoo.scripts import script  # noqa: PLC0415

    script.run(main)
