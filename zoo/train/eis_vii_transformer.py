"""The network of the second EIS VII challenge, trained again on the published labels.

``python -m zoo.train.eis_vii_transformer --seed 0`` trains the architecture of the challenge
(Casper, "EIS VII: A Challenge for Mechanists", 2023) on the true labels of the pairs that the
published network was trained on (``zoo.eis_vii_transformer.halves``), in one full batch: AdamW with
learning rate 5e-4, betas (0.9, 0.98), weight decay 1, ten steps of warm-up, the rate falling to
zero over the last tenth. The seed is of the parameters alone.

A finished run is compared with the published network's classes on all pairs: how often they
agree, and how many pairs each gets wrong, and both.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Int

from zoo.eis_vii_transformer import planes
from zoo.eis_vii_transformer.halves import training_rows
from zoo.eis_vii_transformer.model import CONFIG
from zoo.scripts import script
from zoo.train import command, pairs
from zoo.train.loop import Task
from zoo.train.state import Record
from zoo.transformer.model import TransformerConfig


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a run can change."""

    learning_rate: float = 5e-4
    weight_decay: float = 1.0


def task(
    seed: int,
    steps: int,
    labels: Int[np.ndarray, "p p"],
    settings: Settings | None = None,
    shape: TransformerConfig | None = None,
    every: int = 100,
) -> Task:
    """The run of a seed.

    Args:
        seed: of the parameters.
        steps: of the optimizer; the decay at the end depends on it.
        labels: 0 or 1 for each A (rows) and B.
        settings: by default this file's.
        shape: by default the challenge's.
        every: steps between two looks.
    """
    s, c = settings or Settings(), shape or CONFIG
    return pairs.task(
        f"eis_vii_transformer_seed{seed}",
        c,
        s,
        labels.ravel(),
        training_rows(len(labels)),
        seed=seed,
        steps=steps,
        every=every,
    )


def compared(
    params: Any,
    c: TransformerConfig,
    labels: Int[np.ndarray, "p p"],
    published: Int[np.ndarray, "p p"],
) -> Record:
    """How a network's classes compare with the true ones and with the published network's.

    Args:
        params: of ``Transformer(c)``.
        c: as for ``pairs.logits_at_end``.
        labels: the true classes.
        published: those that the published network gives.

    Returns:
        Accuracy on all pairs, agreement with the published network, and how many pairs this one
        (``all_mistakes``), the published one (``published_mistakes``) and both
        (``shared_mistakes``) get wrong; ``published_test_mistakes`` are those of the published one
        that it was not trained on.
    """
    tokens = jnp.asarray(pairs.pairs(len(labels)))
    logits = jax.jit(lambda x: pairs.logits_at_end(x, c, tokens))(params)
    classes = np.argmax(logits, axis=1).reshape(labels.shape)
    wrong, theirs = classes != labels, published != labels
    untrained = np.ones(labels.size, bool)
    untrained[training_rows(len(labels))] = False
    unseen = untrained.reshape(labels.shape)
    return {
        "all_accuracy": float(np.mean(~wrong)),
        "published_agreement": float(np.mean(classes == published)),
        "all_mistakes": int(wrong.sum()),
        "published_mistakes": int(theirs.sum()),
        "shared_mistakes": int((wrong & theirs).sum()),
        "published_test_mistakes": int((theirs & unseen).sum()),
    }


def main(argv: list[str] | None = None) -> None:
    """Train one seed from the command line."""
    parser = command.parser("eis_vii_transformer", __doc__, steps=10_000)
    parser.add_argument("--learning-rate", type=float, default=Settings.learning_rate)
    parser.add_argument("--weight-decay", type=float, default=Settings.weight_decay)
    options = parser.parse_args(argv)
    settings = Settings(options.learning_rate, options.weight_decay)
    labels, published = (planes.plane(name) for name in planes.LABELS)
    chosen = task(options.seed, options.steps, labels, settings)

    def finish(params: Any) -> Record:
        return compared(params, chosen.config, labels, published)

    command.run(chosen, options, jnp.float16, finish)


if __name__ == "__main__":
    script.run(main)
