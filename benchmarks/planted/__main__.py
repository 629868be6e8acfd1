"""Do the metrics order programs by a distance that is known?

``python -m benchmarks.planted [--seeds 3] [--short] [--save FILE]``

Five networks are compiled by hand, so that their program is known, and drawn anew for each seed:
oriented edge detectors on small pictures (apart, superposed and correlated), waves in a sum modulo
59, and attention heads. Programs stand at known distances from the true one, in chains: constants
moved by 5 to 80%, wrong gains, shrunk to the mean, noise added, units exchanged, the right function
in another place, tables of design examples. Each metric is asked which of two programs of one chain
is nearer to the truth; the table has the share of right answers, ties counting half.

Then experiments of 50 and of 200 held-out examples are drawn: how far recovered is off, how often
its 95% interval holds what all examples give, and how often the interval of a paired difference
tells two neighbours of a chain apart. ``--short`` does all of it on one small network.
"""

from collections import defaultdict

import aann
from aann.shown.table import aligned
from benchmarks import saving
from benchmarks.planted import judged, networks, programs, trials
from zoo.scripts import script
from zoo.scripts.integers import positive

EXAMPLES, EXPERIMENTS, SHUFFLES = 4_000, 60, 39
FEW_EXAMPLES, FEW_EXPERIMENTS, FEW_SHUFFLES = 600, 10, 9
ALL = "all"
TRIED = ("constants jittered", "gain", "shrunk to the mean")
"""Chains whose programs are in experiments."""
STANDING = ("constants jittered", "units exchanged")
"""Chains whose programs are set among shuffles, in the networks of the first seed."""


def main(argv=None):
    parser = script.parser("benchmarks.planted", __doc__)
    parser.add_argument("--seeds", type=positive, default=3, metavar="N", help="default: 3")
    parser.add_argument("--short", action="store_true", help="one small network, in seconds")
    saving.add(parser)
    args = parser.parse_args(argv)
    pairs, tried = defaultdict(lambda: (0.0, 0)), defaultdict(trials.Counts)
    for seed in range(1 if args.short else args.seeds):
        for net in [networks.addition(seed)] if args.short else networks.every(seed):
            _judge(net, seed, args.short, pairs, tried)
    numbers = {**_shares(pairs), **_experiments(tried)}
    _show(
        numbers, list(dict.fromkeys(m for m, _ in pairs)), list(dict.fromkeys(k for _, k in pairs))
    )
    saving.save(args, {"seeds": args.seeds, "experiments": EXPERIMENTS, **numbers})


def _judge(net, seed, short, pairs, tried):
    """Add what one network says: of each metric and chain, and of each size of experiment."""
    design, heldout = net.examples(FEW_EXAMPLES if short else EXAMPLES, seed)
    planned = programs.plan(net, design, seed)
    report = aann.evaluate(
        net.model, planned.exact, heldout, design=design, programs=planned.others, rows=(),
        linear=False, draws=judged.DRAWS, progress=False,
    )  # fmt: skip
    found = judged.shares(judged.scores(report), planned.chains)
    if seed == 0 and hasattr(aann, "shuffles"):
        chains = {kind: planned.chains[kind] for kind in STANDING}
        shuffles = FEW_SHUFFLES if short else SHUFFLES
        found |= judged.shares(
            {"p": judged.standing(net.model, planned, chains, design, heldout, shuffles)}, chains
        )
    for key, (right, count) in found.items():
        for kind in (key[1], ALL):
            before = pairs[key[0], kind]
            pairs[key[0], kind] = (before[0] + right, before[1] + count)
    for n in trials.SIZES:
        for kind in TRIED:
            tried[n] += trials.trials(
                report, planned.chains[kind], n, FEW_EXPERIMENTS if short else EXPERIMENTS, seed
            )


def _shares(pairs):
    return {f"{metric}: {kind}": right / count for (metric, kind), (right, count) in pairs.items()}


def _experiments(tried):
    """What experiments of each size say."""
    numbers = {}
    for n, c in tried.items():
        numbers |= {
            f"n = {n}: identified": c.intervals / c.rows,
            f"n = {n}: bias": c.bias / c.intervals,
            f"n = {n}: coverage": c.covered / c.intervals,
            f"n = {n}: width": c.width / c.intervals,
            f"n = {n}: told apart": c.told / c.pairs,
            f"n = {n}: misled": c.misled / c.pairs,
        }
    return numbers


def _show(numbers, metrics, kinds):
    kinds = [*(k for k in kinds if k != ALL), ALL]
    cells = [["metric", *kinds]]
    for metric in metrics:
        shares = [numbers.get(f"{metric}: {kind}") for kind in kinds]
        cells.append([metric, *("-" if x is None else f"{x:.2f}" for x in shares)])
    print("share of pairs in the right order; 0.5 is chance")
    print("\n".join(aligned(cells, left=1)))
    names = ("identified", "bias", "coverage", "width", "told apart", "misled")
    rows = [[str(n), *(f"{numbers[f'n = {n}: {x}']:.3f}" for x in names)] for n in trials.SIZES]
    print("\nrecovered of KL from few examples; neighbours of a chain")
    print("\n".join(aligned([["n", *names], *rows], left=1)))


if __name__ == "__main__":
    script.run(main)
