"""All 512 single-neuron ablations of the modular-addition MLP, against PyTorch hooks.

``python -m benchmarks.neuron_sweep [--repeats 3] [--hooked 4] [--suffix 64] [--variant published]``

The work: each hidden neuron of the MLP set to zero, alone, and the loss of each of the 12,769
pairs for each. PyTorch's side is what people do today: a forward hook zeroes the neuron and the
whole model runs again, under ``inference_mode``, then the cross-entropy of every pair. aann's two
paths are measured beside it: the cached suffix (``shortcut=False``), and the low-rank update that
the sweep finds by itself. Times are of everything from examples to losses on the host, without
compilation, which is printed apart; repetitions of the three are interleaved and the median counts.
Every neuron costs the same with hooks and with the suffix, so that a sample of neurons is run and
the time of one is multiplied. The losses of the sample are compared.
"""

import os
import statistics
import time

import numpy as np

import zoo
from aann.data.arrays import from_arrays
from aann.sweeps.sweep import sweep
from benchmarks import saving
from zoo.scripts import script
from zoo.scripts.integers import positive

SITE = "blocks.0.mlp.post"
NEURONS = 512


def timed(function):
    """What a function returns, and the seconds that it took."""
    start = time.perf_counter()
    result = function()
    return result, time.perf_counter() - start


def check(ours, others, theirs, sample):
    """The two paths agree with each other, and with PyTorch as far as its loss has digits."""
    np.testing.assert_allclose(ours[: len(others)], others, rtol=1e-3, atol=1e-6)
    # log_softmax leaves an absolute error of the logits' last digit, whatever the loss.
    np.testing.assert_allclose(ours[sample], theirs, rtol=1e-3, atol=2e-5)


def main(argv=None):
    parser = script.parser("benchmarks.neuron_sweep", __doc__)
    parser.add_argument("--repeats", type=positive, default=3)
    parser.add_argument("--hooked", type=positive, default=4, help="neurons to run with hooks")
    parser.add_argument("--suffix", type=positive, default=64, help="neurons to run with it")
    parser.add_argument("--variant", default="published")
    saving.add(parser)
    args = parser.parse_args(argv)
    from benchmarks.pytorch.transformer import Grokked, torch, with_hook  # noqa: PLC0415

    model = zoo.load("modular_addition", args.variant)
    data = zoo.data("modular_addition")
    tokens, labels = np.asarray(data.load(range(len(data)))), np.asarray(data.labels)
    pairs = from_arrays("pairs", tokens, labels)
    hooked, inputs = Grokked(model.params), torch.tensor(tokens).long()
    answers = torch.tensor(labels).long()
    sample = np.linspace(0, NEURONS - 1, args.hooked).astype(int)

    shortcut, preparing = timed(lambda: sweep(model, SITE, range(NEURONS)))
    assert shortcut.path == "low rank", shortcut.why
    suffix = sweep(model, SITE, range(args.suffix), shortcut=False)
    sides = {
        "hooks": lambda: [with_hook(hooked, inputs, answers, neuron) for neuron in sample],
        "suffix": lambda: suffix.run(pairs).losses["nll"],
        "aann": lambda: shortcut.run(pairs).losses["nll"],
    }
    counts = {"hooks": args.hooked, "suffix": args.suffix, "aann": NEURONS}
    with torch.inference_mode():
        first = {name: timed(run) for name, run in sides.items()}
        rounds = [{n: timed(run)[1] for n, run in sides.items()} for _ in range(args.repeats)]
    check(first["aann"][0], first["suffix"][0], np.stack(first["hooks"][0]), sample)

    cost = {n: statistics.median(r[n] for r in rounds) / counts[n] for n in sides}
    load = os.getloadavg()[0]
    print(f"{NEURONS} neurons, {len(pairs)} pairs; {os.cpu_count()} cores, load {load:.1f}")
    print(f"  forward hooks  {cost['hooks'] * 1e3:7.2f} ms a neuron (of {args.hooked})")
    print(f"  cached suffix  {cost['suffix'] * 1e3:7.2f} ms a neuron (of {args.suffix})")
    print(f"  low rank       {cost['aann'] * 1e3:7.2f} ms a neuron (all {NEURONS})")
    print(f"  hooks / low rank       {cost['hooks'] / cost['aann']:7.1f}")
    print(f"  hooks / cached suffix  {cost['hooks'] / cost['suffix']:7.1f}")
    compiling = preparing + first["aann"][1]
    whole = cost["hooks"] * NEURONS / compiling
    print(f"  preparing, compiling and the first sweep {compiling:.1f} s: {whole:.1f} times faster")
    saving.save(
        args, {"neurons": NEURONS, "pairs": len(pairs), "ratio": cost["hooks"] / cost["aann"],
               "suffix ratio": cost["hooks"] / cost["suffix"], "ms": cost["aann"] * 1e3},
    )  # fmt: skip


if __name__ == "__main__":
    main()
