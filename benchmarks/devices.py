"""Scaling over devices and processes, and how far the losses of examples move.

    python -m benchmarks.devices [--images N] [--batch B] [--repeats R]

Measures two rows (zero-ablation and a program) in InceptionV1 on sample images: on one device
without a mesh, on 1, 2 and 4 devices in turns, and in two processes. Everything is compiled before.
Devices of a CPU are made by XLA out of the same cores: with no more than two cores nothing can get
faster, and the ratios say what spreading costs. Where JAX has an accelerator its own devices are
used, as many as there are, and the two processes, which would fight for them, are left out.
"""

import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import jax
import jax.numpy as jnp
import numpy as np

import aann
import zoo
from aann.bench.workbench import workbench
from aann.evaluation.ladder import programs_row, zero_row
from aann.evaluation.measure import measure
from benchmarks import saving
from zoo.scripts import script
from zoo.scripts.integers import positive

DEVICES = (1, 2, 4)


def main(argv: list[str] | None = None) -> None:
    words = sys.argv[1:] if argv is None else argv
    args = parsed(words)
    if args.port:
        jax.distributed.initialize(f"localhost:{args.port}", 2, args.process)
    if args.out:
        timed(args)
        return
    with tempfile.TemporaryDirectory() as folder:
        report(args, words, pathlib.Path(folder))


def parsed(words: list[str]) -> argparse.Namespace:
    parser = script.parser("benchmarks.devices", __doc__)
    parser.add_argument("--images", type=positive, default=48)
    parser.add_argument("--batch", type=positive, default=8, help="a multiple of 4")
    parser.add_argument("--repeats", type=positive, default=5)
    for internal in ("--port", "--process"):
        parser.add_argument(internal, type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=pathlib.Path, help=argparse.SUPPRESS)
    saving.add(parser)
    return parser.parse_args(words)


def timed(args: argparse.Namespace) -> None:
    """Measure on every machine that this process has, in turns; times and losses to a file."""
    runs = {}
    model, program = zoo.load("inceptionv1"), edges()
    heldout = zoo.data("imagenet_samples", split="heldout").take(range(args.images))
    rows = [zero_row([program]), programs_row([program], "program")]
    for name, machine in machines(args).items():
        bench = workbench(model, program, args.batch, machine)
        runs[name] = (bench, measure(bench, rows, heldout).losses["kl"])
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(args.repeats):
        for name, (bench, _) in runs.items():
            start = time.perf_counter()
            measure(bench, rows, heldout)
            times[name].append(time.perf_counter() - start)
    found = {
        name: {"seconds": statistics.median(times[name]), "kl": np.asarray(kl).tolist()}
        for name, (_, kl) in runs.items()
    }
    args.out.write_text(json.dumps({"backend": jax.default_backend(), "found": found}))


def machines(args: argparse.Namespace) -> dict[str, aann.Machine]:
    if args.port:
        return {"2 processes": aann.Machine(distributed=True)}
    some = [n for n in DEVICES if n <= jax.local_device_count()]
    return {"no mesh": aann.Machine()} | {
        f"{n} device{'s' if n > 1 else ''}": aann.Machine.of_devices(n) for n in some
    }


def edges() -> aann.Replacement:
    """Cheap: what is measured is the network."""

    def program(image, c):
        step = jnp.abs(jnp.diff(image.mean(-1), axis=1, append=image.mean(-1)[:, -1:]))
        cells = step.reshape(-1, 28, 8, 28, 8).mean((2, 4))
        return c.gain * jnp.stack([cells, cells], axis=-1)

    return aann.make(
        program, model="inceptionv1", site="mixed3b", units=(343, 415), constants={"gain": 2.0},
        name="edges",
    )  # fmt: skip


def report(args: argparse.Namespace, words: list[str], folder: pathlib.Path) -> None:
    child = [sys.executable, "-m", "benchmarks.devices", *words]
    several = {**os.environ, "XLA_FLAGS": f"--xla_force_host_platform_device_count={DEVICES[-1]}"}
    subprocess.run([*child, "--out", str(folder / "devices")], env=several, check=True)
    measured = json.loads((folder / "devices").read_text())
    found = measured["found"]
    if measured["backend"] == "cpu":
        with socket.socket() as probe:
            probe.bind(("localhost", 0))
            port = ["--port", str(probe.getsockname()[1])]
        pair = [
            subprocess.Popen(
                [*child, *port, "--process", str(i), "--out", str(folder / str(i))],
                stdout=subprocess.DEVNULL,
            )
            for i in range(2)
        ]
        codes = [process.wait() for process in pair]
        if any(codes):
            raise SystemExit("a process failed")
        found |= json.loads((folder / "0").read_text())["found"]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{measured['backend']}, {cores} cores; {args.images} images, batches of {args.batch}")
    alone = found["no mesh"]
    numbers: dict[str, float] = {}
    largest = np.abs(alone["kl"]).max()
    for name, run in found.items():
        speed = alone["seconds"] / run["seconds"]
        apart = np.abs(np.subtract(run["kl"], alone["kl"])).max()
        numbers |= {name: speed, "moved": max(numbers.get("moved", 0.0), float(apart))}
        print(
            f"{name:12} {run['seconds']:6.2f} s, {speed:.2f} times as fast; KL of an example moves "
            f"by at most {apart:.1e} (largest KL {largest:.2f})"
        )
    saving.save(args, numbers)
    if measured["backend"] == "cpu":
        print("devices and processes share the cores: more of them than cores cannot be faster")


if __name__ == "__main__":
    main()
