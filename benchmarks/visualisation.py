"""Steps a second of feature visualisation of InceptionV1's mixed3b, beside PyTorch.

``python -m benchmarks.visualisation [--units 343,415,345] [--steps 20] [--repeats 3]``

One picture of 224 x 224, as Lucent optimises by default, then one for each unit, all together:
Fourier coefficients in decorrelated colours, Lucid's transformations, Adam. PyTorch does the same
work with the same weights, in the memory layout that is faster, once as Lucent does it (the whole
network runs, a hook reads the layer) and once stopped at the layer. Compared first: values and
gradients of unchanged pictures. Sides take turns, so that other load on the machine meets all
alike; reported are medians. The first step, which compiles, is reported apart.
"""

import time

import jax
import jax.numpy as jnp
import numpy as np
import optax

import zoo
from aann.vis import ROBUST, Fourier, channel
from aann.vis.features.ascent import Ascent
from aann.vis.features.seen import Eye
from benchmarks import saving
from benchmarks.inception_by_hand import read_weights
from benchmarks.inception_throughput import time_in_turns
from zoo.scripts import script
from zoo.scripts.integers import naturals, positive

SIZE = (224, 224)


class Ours:
    """The same loop as in ``aann.vis.visualise``, step by step."""

    def __init__(self, units):
        model = zoo.load("inceptionv1")
        self.ascent = Ascent(
            Eye(model, (0.0, 255.0)), [channel("mixed3b", u) for u in units], (1, *SIZE, 3),
            Fourier(), optax.adam(0.05), ROBUST,
        )  # fmt: skip
        start = Fourier().start(jax.random.key(0), (1, *SIZE, 3))
        self.free = jnp.repeat(start[None], len(units), axis=0)
        self.params, self.state = model.params, jax.vmap(self.ascent.rule.init)(self.free)
        self.compiled, self.count = jax.jit(self.ascent.step), 0

    def values(self):
        """(units,), of the pictures as they are."""
        pictures = self.ascent.pictures(self.free)
        return np.asarray(jax.jit(self.ascent.values)(self.params, pictures))[:, 0]

    def gradient(self):
        """Of minus the values."""

        def minus(free):
            return -self.ascent.values(self.params, self.ascent.pictures(free)).sum()

        return np.asarray(jax.jit(jax.grad(minus))(self.free))[:, 0]

    def steps(self, steps):
        """So many steps, to the end."""
        for _ in range(steps):
            key = jax.random.fold_in(jax.random.key(1), self.count)
            self.free, self.state, _ = self.compiled(self.free, self.state, key, self.params)
            self.count += 1
        jax.block_until_ready(self.free)


def main(argv=None):
    parser = script.parser("benchmarks.visualisation", __doc__)
    parser.add_argument("--units", type=naturals, default=(343, 415, 345), metavar="N,N")
    parser.add_argument("--steps", type=positive, default=20, metavar="N")
    parser.add_argument("--repeats", type=positive, default=3, metavar="N")
    saving.add(parser)
    args = parser.parse_args(argv)
    found = {"steps": args.steps, "repeats": args.repeats, "pictures": len(args.units)}
    for name, units in (("one", args.units[:1]), ("all", args.units)):
        found |= {f"{name} {what}": number for what, number in _compared(units, args).items()}
    saving.save(args, found)


def _compared(units, args):
    """Steps a second of both sides for one picture of each unit."""
    from benchmarks.pytorch import torch  # noqa: PLC0415
    from benchmarks.pytorch.visualisation import Visualisation  # noqa: PLC0415

    ours, stored = Ours(units), read_weights()
    free = np.asarray(ours.free)[:, 0]
    layouts = (torch.contiguous_format, torch.channels_last)
    theirs = {
        (layout, whole): Visualisation(stored, units, free, SIZE, layout, whole)
        for layout in layouts for whole in (True, False)
    }  # fmt: skip
    _check(ours, theirs.values())
    begun = time.perf_counter()
    ours.steps(1)
    first = time.perf_counter() - begun
    for one in theirs.values():
        one.step()
    functions = {"aann": lambda: ours.steps(args.steps)}
    functions |= {
        key: lambda one=one: [one.step() for _ in range(args.steps)] for key, one in theirs.items()
    }
    taken = time_in_turns(functions, args.repeats)
    whole, stopped = (min(taken[layout, way] for layout in layouts) for way in (True, False))
    rates = {
        "aann": args.steps / taken["aann"], "whole": args.steps / whole,
        "stopped": args.steps / stopped,
    }  # fmt: skip
    print(f"steps a second for {len(units)} picture(s) (and aann's as a multiple)")
    print(f"  aann                      {rates['aann']:6.2f}   first step {first:.1f} s")
    print(f"  PyTorch, as Lucent        {rates['whole']:6.2f}  ({whole / taken['aann']:.2f})")
    print(f"  PyTorch, stopped at layer {rates['stopped']:6.2f}  ({stopped / taken['aann']:.2f})")
    return {
        **rates, "ratio": whole / taken["aann"], "ratio stopped": stopped / taken["aann"],
        "first": first,
    }  # fmt: skip


def _check(ours, theirs):
    """The two compute the same: values to 1e-3 of them, gradients to 1e-2 of their norm."""
    values, gradient = ours.values(), ours.gradient()
    for one in theirs:
        np.testing.assert_allclose(
            one.values(one.pictures()).detach().numpy(), values, rtol=1e-3, atol=1e-4
        )
        apart = np.linalg.norm(one.gradient() - gradient) / np.linalg.norm(gradient)
        np.testing.assert_array_less(apart, 1e-2)


if __name__ == "__main__":
    main()
