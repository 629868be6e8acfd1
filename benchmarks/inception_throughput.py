"""Images a second through the two halves of InceptionV1, up to mixed3b and from there.

``python -m benchmarks.inception_throughput [--repeats 9] [--images 50] [--micro-batch 10]``

Compared in one run, each repeat taking turns so that other load on the machine meets all alike:

* plain XLA: the network written down directly, one XLA operation for each layer;
* hand-written split: two functions of the fast layers of ``zoo``, cut by hand;
* aann: ``aann.cut`` of the marked model that ``zoo.load`` gives;
* PyTorch (``pip install torch``; nothing else needs it), contiguous and channels-last.

The five compute the same logits, which is checked first. JAX runs in micro-batches, PyTorch takes
all images at once. Reported are medians.
"""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import aann
import zoo
from benchmarks import saving
from benchmarks.inception_by_hand import (
    fast_layers,
    plain_xla,
    prefix,
    prepared,
    read_weights,
    suffix,
)
from zoo.scripts import script
from zoo.scripts.integers import positive


class Contestant(NamedTuple):
    """Timed functions without arguments, and what they compute."""

    prefix: Callable[[], None]
    suffix: Callable[[], None]
    logits: np.ndarray


def jax_contestant(run_prefix, run_suffix, weights, pixels, size) -> Contestant:
    """``run_prefix(weights, pixels)`` and ``run_suffix(weights, its result)`` in micro-batches."""
    run_prefix, run_suffix = jax.jit(run_prefix), jax.jit(run_suffix)
    batches = [jnp.asarray(pixels[i : i + size]) for i in range(0, len(pixels), size)]
    middle = [jax.block_until_ready(run_prefix(weights, batch)) for batch in batches]
    logits = [np.asarray(run_suffix(weights, values)) for values in middle]
    return Contestant(
        lambda: [jax.block_until_ready(run_prefix(weights, batch)) for batch in batches],
        lambda: [jax.block_until_ready(run_suffix(weights, values)) for values in middle],
        np.concatenate(logits),
    )


def from_ops(make, weights, pixels, size) -> Contestant:
    return jax_contestant(
        lambda weights, x: prefix(make(weights), x - 117.0),
        lambda weights, x: suffix(make(weights), x),
        weights,
        pixels,
        size,
    )


def from_cut(pixels, size) -> Contestant:
    model = zoo.load("inceptionv1")
    pieces = aann.cut(model, "mixed3b", model.batch(size))
    return jax_contestant(
        pieces.prefix,
        lambda weights, values: pieces.suffix(weights, *values),
        jax.jit(pieces.prepare)(model.params),
        pixels,
        size,
    )


def from_torch(stored, layout, pixels) -> Contestant:
    from benchmarks.pytorch.inception import torch, torch_ops  # noqa: PLC0415

    ops = torch_ops(stored, layout)
    x = torch.tensor(pixels).permute(0, 3, 1, 2).contiguous(memory_format=layout) - 117.0
    middle = prefix(ops, x)
    return Contestant(
        lambda: prefix(ops, x), lambda: suffix(ops, middle), suffix(ops, middle).numpy()
    )


def time_in_turns(functions, repeats):
    """Median seconds of each function."""
    seconds = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def main(argv=None):
    parser = script.parser("benchmarks.inception_throughput", __doc__)
    parser.add_argument("--repeats", type=positive, default=9)
    parser.add_argument("--images", type=positive, default=50)
    parser.add_argument("--micro-batch", type=positive, default=10)
    saving.add(parser)
    args = parser.parse_args(argv)
    from benchmarks.pytorch.inception import torch  # noqa: PLC0415

    torch.set_grad_enabled(False)
    pixels = zoo.data("imagenet_samples").load(range(args.images))
    stored, size = read_weights(), args.micro_batch
    as_arrays = {name: jnp.asarray(array) for name, array in stored.items()}
    contestants = {
        "plain XLA": from_ops(plain_xla, as_arrays, pixels, size),
        "hand-written split": from_ops(fast_layers, prepared(stored), pixels, size),
        "aann": from_cut(pixels, size),
        "torch contiguous": from_torch(stored, torch.contiguous_format, pixels),
        "torch channels-last": from_torch(stored, torch.channels_last, pixels),
    }
    reference = contestants["torch contiguous"].logits
    for name, contestant in contestants.items():
        np.testing.assert_allclose(contestant.logits, reference, atol=1e-3, err_msg=name)
    found: dict[str, float] = {}
    for half in ("prefix", "suffix"):
        functions = {name: getattr(c, half) for name, c in contestants.items()}
        taken = time_in_turns(functions, args.repeats)
        best_torch = min(taken["torch contiguous"], taken["torch channels-last"])
        print(f"{half}, images a second (and as a multiple of the better PyTorch)")
        for name, seconds in taken.items():
            print(f"  {name:20s} {len(pixels) / seconds:6.1f}  ({best_torch / seconds:.2f})")
        by_hand = taken["hand-written split"] / taken["aann"]
        print(f"  aann / hand-written split: {by_hand:.2f}")
        found |= {
            f"{half} aann": len(pixels) / taken["aann"], f"{half} torch": len(pixels) / best_torch,
            f"{half} ratio": best_torch / taken["aann"], f"{half} by hand": by_hand,
        }  # fmt: skip
    saving.save(args, found)


if __name__ == "__main__":
    main()
