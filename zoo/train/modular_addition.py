"""Addition modulo 113: a one-layer transformer that first memorises and then groks.

``python -m zoo.train.modular_addition --seed 0`` repeats the setting of Nanda et al., "Progress
measures for grokking via mechanistic interpretability" (arXiv 2301.05217): tokens "a b =", read at
"="; four heads of 32, an MLP of 512 ReLU, no layer norm; 30% of the pairs in one full batch, AdamW
with learning rate 1e-3, betas (0.9, 0.98), weight decay 1, ten steps of warm-up. One difference:
over the last tenth of the run the learning rate falls to zero along a cosine, so that the run
does not end on one of AdamW's spikes. Seeds differ in when they grok: the networks in
``zoo/weights`` ran for 25,000 (seed 0), 12,000 (1) and 10,000 steps (2).

``--memorise`` trains without weight decay and stops as soon as the training pairs are known with
a mean loss below 1e-4: a network with the same parts and no circuit, for controls.
"""

import dataclasses

import jax.numpy as jnp
import numpy as np
from jaxtyping import Int

from zoo.scripts import script
from zoo.train import command, pairs
from zoo.train.loop import Task
from zoo.train.state import Record
from zoo.transformer.model import TransformerConfig

P = 113
MEMORISED = 1e-4
"""Mean training loss in nats below which ``--memorise`` stops."""


def config(p: int = P, d_model: int = 128, heads: int = 4, d_mlp: int = 512) -> TransformerConfig:
    """The paper's shape, but for the output of "=", which is left out."""
    return TransformerConfig(
        layers=1,
        heads=heads,
        d_model=d_model,
        d_head=d_model // heads,
        d_mlp=d_mlp,
        d_vocab=p + 1,
        d_vocab_out=p,
        context=3,
        biases=("mlp",),
        last=True,
    )


def training_pairs(seed: int, fraction: float = 0.3, p: int = P) -> Int[np.ndarray, " chosen"]:
    """Rows of ``zoo.train.pairs.pairs`` that a run of this seed is trained on, sorted."""
    order = np.random.default_rng(seed).permutation(p * p)
    return np.sort(order[: int(fraction * p * p)])


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a run can change; the defaults are the paper's."""

    fraction: float = 0.3
    learning_rate: float = 1e-3
    weight_decay: float = 1.0
    memorise: bool = False


def task(
    seed: int,
    steps: int,
    settings: Settings | None = None,
    shape: TransformerConfig | None = None,
    every: int = 100,
) -> Task:
    """The run of a seed.

    Args:
        seed: of the parameters and of the choice of training pairs.
        steps: of the optimizer; the decay at the end depends on it.
        settings: by default the paper's.
        shape: made by ``config``, by default the paper's.
        every: steps between two looks.
    """
    s, c = settings or Settings(), shape or config()
    p = c.d_vocab_out

    def memorised(record: Record) -> bool:
        known = record["train_loss"] < MEMORISED and record["train_accuracy"] == 1.0
        return s.memorise and known

    return pairs.task(
        "modular_addition_" + ("memorised" if s.memorise else f"seed{seed}"),
        c,
        s,
        (pairs.pairs(p)[:, :2].sum(axis=1) % p).astype(np.int32),
        training_pairs(seed, s.fraction, p),
        seed=seed,
        steps=steps,
        every=every,
        done=memorised,
    )


def main(argv: list[str] | None = None) -> None:
    """Train one seed from the command line."""
    parser = command.parser("modular_addition", __doc__, steps=25_000)
    parser.add_argument("--fraction", type=float, default=0.3, help="of the pairs for training")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--weight-decay", type=float, default=1.0)
    parser.add_argument(
        "--memorise", action="store_true", help="no weight decay, and stop when memorised"
    )
    options = parser.parse_args(argv)
    settings = Settings(
        fraction=options.fraction,
        learning_rate=options.learning_rate,
        weight_decay=0.0 if options.memorise else options.weight_decay,
        memorise=options.memorise,
    )
    dtype = jnp.float16 if options.memorise else jnp.float32
    command.run(task(options.seed, options.steps, settings), options, dtype)


if __name__ == "__main__":
    script.run(main)
