"""Scrubs of the MNIST challenge's network, against capturing donors' activations run by run.

``python -m benchmarks.scrubbing [--repeats 3] [--save FILE]``

10,000 pictures, each scrubbed once: both groups of units of the first dense layer, each from a
picture of its own. The other side is what a user would write: for every batch the network is run
on the donors of each group to capture their activations, and on the pictures with these put in
(``aann.capture`` and ``aann.splice`` are not used; two compiled functions are). It gets the donors
for nothing, has no baselines and no intervals. Losses of both sides are compared before times are.
A call of ``aann.scrub`` includes all of it: values, donors, the baselines of intact network,
zero-ablation and any donors, and 10,000 draws of the bootstrap. The first call compiles.
"""

import statistics
import time

import jax
import jax.numpy as jnp
import numpy as np

import aann
import zoo
from aann.evaluation.metrics import kl
from aann.scrubbing.equivalence import Within
from benchmarks import saving
from circuits.eis_vii_mnist.groups import by_components
from zoo.eis_vii_mnist import rule
from zoo.scripts import script
from zoo.scripts.integers import positive

BATCH = 500


def main(argv=None):
    parser = script.parser("benchmarks.scrubbing", __doc__)
    parser.add_argument("--repeats", type=positive, default=3, metavar="N")
    saving.add(parser)
    args = parser.parse_args(argv)
    model, examples = zoo.load("eis_vii_mnist"), zoo.data("mnist", split="design")
    pictures = examples.load(range(len(examples)))
    groups = by_components(np.asarray(jax.jit(aann.capture(model, ["fc1"]))(pictures)[1]["fc1"]))
    hypothesis = claim(pictures[rule.CLUE, ..., 0], groups)
    first, found = timed(lambda: aann.scrub(model, hypothesis, examples, scrubs=1))
    donors = [found.donors[hypothesis.name][name][0] for name in ("one", "inverse")]
    by_hand(model, pictures[:BATCH], [d[:BATCH] % BATCH for d in donors], groups)  # compiles
    ours, theirs = [], []
    for _ in range(args.repeats):
        ours.append(timed(lambda: aann.scrub(model, hypothesis, examples, scrubs=1))[0])
        seconds, losses = timed(lambda: by_hand(model, pictures, donors, groups))
        theirs.append(seconds)
    mine = found.losses[hypothesis.name]["kl"][0]
    np.testing.assert_allclose(mine, losses, rtol=1e-3, atol=1e-4)
    numbers = {
        "first": first, "aann": statistics.median(ours), "by_hand": statistics.median(theirs),
        "samples": len(examples), "rows": 4, "repeats": args.repeats,
    }  # fmt: skip
    print(f"{len(examples):,} scrub samples, and as many for each of two baselines and zero")
    print(f"  aann.scrub, first call  {first:7.2f} s")
    print(f"  aann.scrub, later       {numbers['aann']:7.2f} s")
    print(f"  by hand, the scrub only {numbers['by_hand']:7.2f} s")
    saving.save(args, {**numbers, "ratio": numbers["by_hand"] / numbers["aann"]})


def claim(clue, groups):
    """Both groups carry the likeness to the clue, within 1% of its range."""
    signs = jnp.asarray(0.255 * (2 * clue.reshape(-1) - 1))

    def likeness(images):
        s = images.reshape(len(images), -1) @ signs
        return jnp.maximum(aann.value("one", s), aann.value("inverse", s))

    where = {"one": aann.Where("fc1", groups.one), "inverse": aann.Where("fc1", groups.inverse)}
    return aann.Hypothesis(likeness, where, Within(0.55, "gaussian"), rest="keep")


def timed(run):
    """Seconds, and what ``run`` returned."""
    start = time.perf_counter()
    result = run()
    return time.perf_counter() - start, result


@jax.jit
def dense(params, pictures):
    """The network as far as its first dense layer, without marks."""
    x = pictures
    for layer in ("conv1", "conv2"):
        x = jax.lax.conv_general_dilated(
            x, params[layer]["kernel"], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = jax.nn.relu(x + params[layer]["bias"][None, None, None])
        window = (1, 2, 2, 1)
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
    x = x.reshape(len(x), -1)
    return jax.nn.relu(x @ params["fc1"]["kernel"] + params["fc1"]["bias"][None])


@jax.jit
def loss(params, natural, one, inverse, ones, inverses):
    """KL of the network with both groups put in."""
    spliced = natural.at[:, ones].set(one[:, ones]).at[:, inverses].set(inverse[:, inverses])
    head = params["fc2"]
    return kl(*(x @ head["kernel"] + head["bias"][None] for x in (natural, spliced)))


def by_hand(model, pictures, donors, groups):
    """The same scrub, batch by batch."""
    units = [jnp.asarray(u) for u in (groups.one, groups.inverse)]
    found = []
    for start in range(0, len(pictures), BATCH):
        rows = slice(start, start + BATCH)
        natural, one, inverse = (
            dense(model.params, pictures[i]) for i in (rows, donors[0][rows], donors[1][rows])
        )
        found.append(np.asarray(loss(model.params, natural, one, inverse, *units)))
    return np.concatenate(found)


if __name__ == "__main__":
    script.run(main)
