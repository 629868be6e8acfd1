"""A page of what units of a model see: what they answer to most, in optimised pictures and in data.

``python -m aann.vis --model inceptionv1 --site mixed3b --units 343,415 --out DIR``
"""

import argparse
import logging
import pathlib
import sys
import tempfile

from aann.machine.progress import LOG
from aann.shown.brief import counted
from aann.vis import named


def main(argv: list[str] | None = None) -> None:
    """Draw the page and say where it is."""
    parser = _parser()
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    LOG.setLevel(logging.INFO)
    from aann.vis.features.seen import Eye  # noqa: PLC0415 - after --help has answered
    from aann.vis.units_seen import units_seen  # noqa: PLC0415

    try:
        _writable(args.out)
        model = named.model(args.model)
        data = named.data(args.data, Eye(model, (0.0, 1.0)).shape)
        if data is not None and args.examples is not None and args.examples < len(data):
            data = data.take(range(args.examples))
        low_high = args.low_high or named.low_high(data)
        found = units_seen(
            model, args.site, args.units, data, n=args.n, several=args.several, steps=args.steps,
            low_high=low_high, seed=args.seed, cache=args.cache,
        )  # fmt: skip
        files = found.save(args.out)
    except (OSError, TypeError, ValueError) as error:
        sys.exit(f"python -m aann.vis: {error}")
    print(f"wrote {files[0]} and {counted(len(files) - 1, 'figure')} beside it")


def _writable(folder: pathlib.Path) -> None:
    """Make a folder and show that it takes files, before minutes of work depend on it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(f"cannot write to {folder}: {error.strerror}; pass --out") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m aann.vis", description=(__doc__ or "").partition("\n")[0],
        allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument(
        "--model", required=True, metavar="NAME",
        help="a model of the zoo that takes pictures, or path.py:make_model",
    )  # fmt: skip
    parser.add_argument("--site", required=True, help="where the units are")
    parser.add_argument("--units", required=True, type=_units, metavar="N,N", help="which")
    parser.add_argument(
        "--out", type=pathlib.Path, default=pathlib.Path("out/units"), metavar="DIR",
        help="write units.html and its figures here (default: out/units)",
    )  # fmt: skip
    parser.add_argument(
        "--data", metavar="NAME",
        help="pictures: data of the zoo, whose design half is shown, or path.py:make_examples "
        "(default: the zoo's of that shape)",
    )  # fmt: skip
    parser.add_argument(
        "--examples", type=_positive, metavar="N", help="go through N pictures (default: all)"
    )
    parser.add_argument(
        "--n", type=_positive, default=10, metavar="N", help="examples in a row (default: 10)"
    )
    parser.add_argument(
        "--several", type=_natural, default=3, metavar="N",
        help="optimised pictures of a unit that are kept apart (default: 3)",
    )  # fmt: skip
    parser.add_argument(
        "--steps", type=_positive, default=256, metavar="N", help="of the optimiser (default: 256)"
    )
    parser.add_argument(
        "--low-high", type=_range, metavar="LOW,HIGH",
        help="what black and white are for the model (default: the least and the largest value of "
        "the data, 0,255 without any)",
    )  # fmt: skip
    parser.add_argument("--seed", type=_natural, default=0, metavar="S", help="default: 0")
    parser.add_argument(
        "--cache", type=pathlib.Path, metavar="DIR", help="keep what was found in the data here"
    )
    return parser


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"expected a non-negative integer, got {text!r}")
    return int(text)


def _positive(text: str) -> int:
    if (value := _natural(text)) < 1:
        raise argparse.ArgumentTypeError(f"expected an integer of at least 1, got {text!r}")
    return value


def _units(text: str) -> tuple[int, ...]:
    found = tuple(_natural(part.strip()) for part in text.split(","))
    if len(set(found)) < len(found):
        raise argparse.ArgumentTypeError(f"expected different units, got {text!r}")
    return found


def _range(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected two numbers, such as 0,1, got {text!r}"
        ) from None
    return low, high


if __name__ == "__main__":
    main()
