"""Peak memory of an evaluation against its budget, for data that does and does not fit into it.

    python -m benchmarks.memory --budget 128MiB

A network whose prefix takes 128 KiB an example is evaluated with a program that reads tokens, so
that the design examples are gone through twice and their prefixes are kept: in memory up to the
budget, the rest on disk. Every line is a process of its own: one with little data, of which
nothing is kept, then as much as fills the budget once, and ten times. What a process takes more
than the first one is divided by the budget. The peak is that of resident memory (VmHWM on Linux).
"""

import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jax
import jax.numpy as jnp
import numpy as np

import aann
from benchmarks import saving
from evals.shared.sizes import size
from zoo.scripts import script

VOCABULARY, LENGTH, READ, UNITS, BATCH = 16, 2**15, 8, (0, 1), 32
EXAMPLE = 4 * LENGTH
DONORS = 2**16
"""Bytes that the donors of resample ablation take at most."""
LEAST = 24 * BATCH
"""Examples of each half where nothing is kept; with fewer the heap has not got to its size."""


def main(argv=None):
    parser = script.parser("benchmarks.memory", __doc__)
    parser.add_argument("--budget", type=size, default=2**27, help="default: 128MiB")
    parser.add_argument("--times", type=float, nargs="+", default=[1.0, 10.0])
    parser.add_argument("--cache", action="store_true", help="with a cache folder")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    saving.add(parser)
    args = parser.parse_args(argv)
    if args.one:
        print(json.dumps(measured(args.one, args.budget, args.cache)))
        return
    shares = {}
    least = run(LEAST, 0, args.cache)
    print(f"budget {args.budget / 2**20:.0f} MiB; process {least / 2**20:.0f} MiB")
    for times in args.times:
        n = int(times * args.budget / EXAMPLE)
        grown = run(n, args.budget, args.cache) - least
        print(
            f"prefixes of {times:g} times the budget: {grown / 2**20:.1f} MiB more, "
            f"{grown / args.budget:.3f} of the budget"
        )
        shares[f"{times:g} times"] = grown / args.budget
    saving.save(args, {**shares, "budget in MiB": args.budget / 2**20})


def run(n, budget, cached):
    """The peak of a process that evaluates on ``n`` examples of each half, in bytes."""
    command = [sys.executable, "-m", "benchmarks.memory", "--one", str(n)]
    command += ["--budget", str(budget), *(["--cache"] if cached else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])["peak"]


def measured(n, budget, cached):
    with tempfile.TemporaryDirectory() as folder:
        cache = pathlib.Path(folder) if cached else None
        machine = aann.Machine(memory=max(budget, DONORS), cache=cache)
        report = evaluate(n, machine)
    return {"n": n, "peak": peak(), "kl": report.row("guess").loss["kl"]}


def peak():
    """The largest resident memory that this process has had, in bytes."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def evaluate(n, machine):
    design, heldout = aann.split(data(2 * n))
    return aann.evaluate(
        model(), guess, heldout, design=design, batch_size=BATCH, draws=100, machine=machine
    )


def model():
    keys = jax.random.split(jax.random.key(0), 3)
    params = {
        "scale": jax.random.normal(keys[0], (LENGTH,)),
        "in": jax.random.normal(keys[1], (LENGTH, 4)) / LENGTH**0.5,
        "out": jax.random.normal(keys[2], (LENGTH, VOCABULARY)) / LENGTH**0.5,
    }
    shape = jax.ShapeDtypeStruct((LENGTH,), jnp.int32)
    return aann.Model(forward, params, "wide", shape)


def forward(p, tokens):
    """The wide layer crosses the cut: what the units gate."""
    tokens = tokens.at[:, :READ].set(aann.site("code", tokens[:, :READ]))
    wide = jnp.tanh(tokens.astype(jnp.float32) * p["scale"][None])
    units = aann.site("units", jax.nn.relu(wide @ p["in"]))
    gated = jnp.tanh(wide * (1 + units.sum(-1, keepdims=True)))
    return aann.site("logits", gated @ p["out"])


def _guess(code, c):
    """Units count tokens."""
    return c.gain * jnp.stack([(code == i).mean(-1).astype(jnp.float32) for i in UNITS], -1)


guess = aann.make(
    _guess, model="wide", site="units", units=UNITS, reads=("code",), constants={"gain": 0.5},
    name="guess",
)  # fmt: skip


def data(n):
    """Sequences that are made when they are asked for: the data itself takes no memory."""

    def load(indices):
        return np.stack([
            np.random.default_rng(i).integers(0, VOCABULARY, LENGTH).astype(np.int32)
            for i in indices
        ])  # fmt: skip

    names = tuple(map(str, range(n)))
    digests = tuple(hashlib.sha256(name.encode()).hexdigest() for name in names)
    return aann.Examples("sequences", names, digests, load, np.arange(n) % VOCABULARY)


if __name__ == "__main__":
    main()
