"""Time of rendering 10,000 stimuli, beside loops that draw them one by one.

    python -m benchmarks.stimuli [--n N] [--size PIXELS] [--loop N]

Each kind of stimulus is drawn with its own random settings. The loops do what is done by hand: arcs
and lines by Pillow at four times the size, made small; gratings by NumPy, a picture at a time. They
are timed on ``--loop`` stimuli and scaled up. Ours are timed with what they compile. The goal is
less than 10 s for each kind.
"""

import time
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from aann.vis.stimuli.angles import angles
from aann.vis.stimuli.arcs import arcs
from aann.vis.stimuli.circles import circles, spirals
from aann.vis.stimuli.digits import digits
from aann.vis.stimuli.gratings import gabors, gratings
from aann.vis.stimuli.lines import lines
from aann.vis.stimuli.textures import checkerboards, dots, noise
from benchmarks import saving
from zoo.scripts import script
from zoo.scripts.integers import positive

FINE = 4


def main(argv: list[str] | None = None) -> None:
    parser = script.parser("benchmarks.stimuli", __doc__)
    parser.add_argument("--n", type=positive, default=10_000)
    parser.add_argument("--size", type=positive, default=64)
    parser.add_argument("--loop", type=positive, default=200)
    saving.add(parser)
    args = parser.parse_args(argv)
    size = (args.size, args.size)
    rng = np.random.default_rng(0)
    turn, radius = rng.uniform(0, 360, args.n), rng.uniform(10, 60, args.n)
    kinds: dict[str, Callable[[], np.ndarray]] = {
        "arcs": lambda: arcs(size, turn, radius, filled=turn < 180),
        "lines": lambda: lines(size, turn, half_length=20.0),
        "angles": lambda: angles(size, turn, 90.0, bend=turn / 360),
        "gratings": lambda: gratings(size, turn, phase=turn),
        "gabors": lambda: gabors(size, turn, phase=turn),
        "circles": lambda: circles(size, radius),
        "spirals": lambda: spirals(size, turn),
        "checkerboards": lambda: checkerboards(size, 8.0, turn),
        "dots": lambda: dots(size, seeds=range(args.n)),
        "noise": lambda: noise(size, seeds=range(args.n)),
        "digits": lambda: digits(size, turn // 36, angle=turn),
    }
    found = {name: seconds(render) for name, render in kinds.items()}
    few = min(args.loop, args.n)
    loops = {
        "arcs": lambda: [pillow_arc(args.size, turn[k], radius[k]) for k in range(few)],
        "lines": lambda: [pillow_line(args.size, turn[k]) for k in range(few)],
        "gratings": lambda: [plain_grating(args.size, turn[k]) for k in range(few)],
    }
    slow = {name: seconds(loop) * args.n / few for name, loop in loops.items()}
    print(f"{args.n:,} stimuli of {args.size} x {args.size} pixels, in seconds")
    for name, x in found.items():
        beside = (
            f"   one by one {slow[name]:6.2f}, {slow[name] / x:5.1f} times" if name in slow else ""
        )
        print(f"{name:14} {x:6.2f}{beside}")
    ratios = {f"{name} ratio": slow[name] / found[name] for name in slow}
    saving.save(args, {**found, **ratios, "n": args.n, "size": args.size})


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def pillow_arc(size: int, direction: float, radius: float, stroke: float = 4.0) -> np.ndarray:
    """A ring through the middle of the picture, drawn large and made small."""
    image = Image.new("L", (FINE * size, FINE * size))
    angle = np.deg2rad(direction)
    middle = size / 2 + radius * np.array([np.cos(angle), -np.sin(angle)])
    for grown, ink in ((stroke / 2, 255), (-stroke / 2, 0)):
        box = [*(middle - radius - grown), *(middle + radius + grown)]
        ImageDraw.Draw(image).ellipse([FINE * x for x in box], fill=ink)
    return smaller(image)


def pillow_line(size: int, orientation: float, half_length: float = 20.0) -> np.ndarray:
    """A stroke through the middle of the picture, drawn large and made small."""
    image = Image.new("L", (FINE * size, FINE * size))
    angle = np.deg2rad(orientation)
    along = half_length * np.array([np.cos(angle), -np.sin(angle)])
    ends = [*(size / 2 - along), *(size / 2 + along)]
    ImageDraw.Draw(image).line([FINE * x for x in ends], fill=255, width=4 * FINE)
    return smaller(image)


def smaller(image: Image.Image) -> np.ndarray:
    """Pixels in [0, 1] of a picture, each the mean of FINE x FINE."""
    return np.asarray(image.reduce(FINE), np.float32) / 255


def plain_grating(size: int, direction: float, wavelength: float = 8.0) -> np.ndarray:
    """A sine wave, as a line of NumPy."""
    y, x = np.mgrid[:size, :size]
    angle = np.deg2rad(direction)
    across = x * np.cos(angle) - y * np.sin(angle)
    wave: np.ndarray = (1 + np.cos(2 * np.pi * across / wavelength)) / 2
    return wave.astype(np.float32)


if __name__ == "__main__":
    main()
