"""How long a killed run takes to resume, and a second program at the same place to evaluate.

    python -m benchmarks.resume [--images 60]

InceptionV1, ten units of mixed3b, the whole ladder; every line is an evaluation from scratch:
compilation, costs and bootstrap included. The first one, with no cache folder, only warms up.
"""

import dataclasses
import pathlib
import tempfile
import time

import aann
import zoo
from benchmarks import saving
from benchmarks.brightness import UNITS, brightness
from zoo.scripts import script
from zoo.scripts.integers import positive


class StoppedError(Exception):
    """Stands for a kill."""


def main(argv=None):
    parser = script.parser("benchmarks.resume", __doc__)
    parser.add_argument("--images", type=positive, default=60, help="of each half (default: 60)")
    saving.add(parser)
    args = parser.parse_args(argv)
    model = zoo.load("inceptionv1")
    halves = aann.split(zoo.data("imagenet_samples"))
    design, heldout = (half.take(range(args.images)) for half in halves)
    program = aann.make(
        brightness, model="inceptionv1", site="mixed3b", units=UNITS, name="brightness",
        constants={"gain": 0.1},
    )  # fmt: skip

    def timed(machine=None, stop=None, program=program):
        begin = time.perf_counter()
        try:
            report = aann.evaluate(
                model, program, stopping(heldout, stop), design=design, machine=machine
            )
        except StoppedError:
            report = None
        return time.perf_counter() - begin, report

    timed()
    fresh, expected = timed()
    print(f"without a cache folder: {fresh:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        keep = aann.Machine(cache=pathlib.Path(folder))
        resume = dataclasses.replace(keep, resume=True)
        stopped, _ = timed(keep, stop=args.images // 2)
        show("stopped half-way through the held-out images", stopped, fresh)
        resumed, report = timed(resume)
        show("resumed", resumed, fresh)
        assert report.to_json() == expected.to_json()
        again, report = timed(resume)
        show("resumed when all was done", again, fresh)
        assert report.to_json() == expected.to_json()
        other, _ = timed(keep, program=program.with_constants(gain=0.2))
        show("another program at the same place", other, fresh)
        size = sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*.shard"))
        print(f"on disk: {size / 2**20 / args.images / 2:.1f} MiB an image")
    shares = {"stopped": stopped, "resumed": resumed, "again": again, "other": other}
    saving.save(args, {name: seconds / fresh for name, seconds in shares.items()})


def stopping(examples, stop):
    """The examples, of which those from one on cannot be loaded."""

    def load(indices):
        if stop is not None and max(indices) >= stop:
            raise StoppedError
        return examples.load(indices)

    return dataclasses.replace(examples, load=load)


def show(what, seconds, fresh):
    print(f"{what}: {seconds:.1f} s, {seconds / fresh:.2f} of the first")


if __name__ == "__main__":
    main()
