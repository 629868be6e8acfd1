"""Warm calls of the patching techniques, against TransformerLens on the same network.

``python -m benchmarks.patching [--repeats 9] [--examples 8] [--variant seed0] [--save FILE]``

Two networks: the zoo's two-layer induction model, and one of the shape of TransformerLens' own
``attn-only-2l`` (width 512, 48,262 tokens) with random weights, since its weights are downloaded
from a hub, with a quarter of the examples. Each is copied into a ``HookedTransformer``; the numbers
of both sides are compared before anything is timed. What is timed is CPU time (of all threads) of
calls as users write them, from tokens to NumPy, warm: the first call of each, which compiles, is
left out and printed apart. PyTorch runs in one thread: several wait for one another in busy loops,
which would count. Repetitions of the two sides are interleaved and medians count. Ratios are aann's
over TransformerLens'.
"""

import statistics
import time

import jax
import numpy as np

import zoo
from aann.evaluation.answer import log_probability, logit_difference
from aann.patching.attribution import attribution_patching
from aann.patching.direct import direct_logit_attribution
from aann.patching.heads import SCORES, head_scores
from aann.patching.lens import logit_lens
from aann.patching.patch import activation_patching
from benchmarks import saving
from zoo.scripts import script
from zoo.scripts.integers import positive
from zoo.transformer.model import Transformer, TransformerConfig, as_model

RELATIVE = 1e-5
"""How far numbers may be apart, of the largest one."""
ATTN_ONLY_2L = TransformerConfig(
    layers=2, heads=8, d_model=512, d_head=64, d_mlp=None, d_vocab=48262, d_vocab_out=48262,
    context=8, biases=("attn", "unembed"), layer_norm=True,
)  # fmt: skip
TECHNIQUES = (
    "streams", "heads", "heads_by_position", "attribution", "direct", "lens", "scores",
)  # fmt: skip
"""Named as on both sides."""


class Techniques:
    """The same as ``benchmarks.pytorch.hooked.Techniques``, by aann."""

    def __init__(self, model, clean, corrupted, right, wrong):
        self.model, self.clean, self.corrupted = model, clean, corrupted
        self.right, self.metric = right, logit_difference(right, wrong)
        self.z = ["blocks.0.attn.z", "blocks.1.attn.z"]

    def _patched(self, sites, by):
        found = activation_patching(
            self.model, self.clean, self.corrupted, sites, self.metric, by=by
        )
        return np.stack([found.values(site).mean(axis=-1) for site in sites])

    def streams(self):
        return self._patched(["blocks.0.resid_pre", "blocks.1.resid_pre"], ("position",))

    def heads(self):
        return self._patched(self.z, ("head",))

    def heads_by_position(self):
        return self._patched(self.z, ("position", "head"))

    def attribution(self):
        found = attribution_patching(
            self.model, self.clean, self.corrupted, self.z, self.metric,
            by=("position", "head"), exact=0,
        )  # fmt: skip
        return np.stack([found.estimates[site].sum(axis=-1) for site in self.z])

    def direct(self):
        split = {f"blocks.{i}.attn.out": site for i, site in enumerate(self.z)}
        found = direct_logit_attribution(self.model, self.clean, self.metric, split=split)
        return np.concatenate([found.contributions[site] for site in self.z])

    def lens(self):
        return np.stack(
            list(logit_lens(self.model, self.clean, log_probability(self.right)).values())
        )

    def scores(self):
        found = head_scores(self.model, self.clean)
        return np.stack([found.table(name) for name in SCORES])


def cpu(function):
    """What a function returns, and the CPU seconds that it took, of all threads."""
    start = time.process_time()
    result = function()
    return result, time.process_time() - start


def check(ours, theirs):
    """The same numbers, to ``RELATIVE`` of the largest.

    Raises:
        AssertionError: they are not.
    """
    scale = float(np.abs(theirs).max())
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=RELATIVE * max(scale, 1e-30))


def compare(ours, theirs, repeats):
    """Technique -> (median CPU seconds of ours, of theirs, of our first call)."""
    found = {}
    for name in TECHNIQUES:
        mine, other = getattr(ours, name), getattr(theirs, name)
        first, compiling = cpu(mine)
        check(first, other())
        rounds = [(cpu(mine)[1], cpu(other)[1]) for _ in range(repeats)]
        found[name] = *map(statistics.median, zip(*rounds, strict=True)), compiling
    return found


def models(variant):
    """Name -> model and its shape."""
    yield (
        "induction",
        zoo.load("induction", variant),
        TransformerConfig(
            layers=2,
            heads=4,
            d_model=64,
            d_head=16,
            d_mlp=None,
            d_vocab=64,
            d_vocab_out=64,
            context=48,
        ),
    )
    params = jax.jit(Transformer(ATTN_ONLY_2L).init)(jax.random.key(0), np.zeros((1, 2), np.int32))[
        "params"
    ]
    yield "attn-only-2l", as_model(ATTN_ONLY_2L, params, "attn-only-2l"), ATTN_ONLY_2L


def pairs(config, examples):
    """Clean and corrupted tokens with something to copy, right and wrong answers."""
    rng = np.random.default_rng(0)
    half = rng.integers(1, config.d_vocab, (2, examples, config.context // 2))
    clean, corrupted = (np.concatenate([x, x], axis=1).astype(np.int32) for x in half)
    return clean, corrupted, clean[:, 0], corrupted[:, 0]


def main(argv=None):
    parser = script.parser("benchmarks.patching", __doc__)
    parser.add_argument("--repeats", type=positive, default=9)
    parser.add_argument("--examples", type=positive, default=8, help="pairs of sequences")
    parser.add_argument("--variant", default="seed0")
    saving.add(parser)
    args = parser.parse_args(argv)
    from benchmarks.pytorch import hooked  # noqa: PLC0415

    hooked.torch.set_num_threads(1)
    numbers = {}
    for name, model, config in models(args.variant):
        examples = args.examples if name == "induction" else max(1, args.examples // 4)
        given = pairs(config, examples)
        theirs = hooked.Techniques(hooked.hooked(config, model.params), *given)
        found = compare(Techniques(model, *given), theirs, args.repeats)
        print(f"{name}: {examples} pairs of {config.context} tokens, CPU time of a warm call")
        for technique, (mine, other, compiling) in found.items():
            print(
                f"  {technique:18} aann {mine * 1e3:8.1f} ms  TransformerLens {other * 1e3:8.1f} "
                f"ms  ratio {mine / other:6.3f}  (first call {compiling:5.1f} s)"
            )
            numbers[f"{name} {technique}"] = mine / other
    saving.save(args, {"examples": args.examples, **numbers})


if __name__ == "__main__":
    main()
