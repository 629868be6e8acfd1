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

The loss is computed with a faster network, equal to the module up to rounding: "=" sits always at
the same place, so only its row of attention and only its MLP are computed, and what heads read of
a token is computed once for each of the 113 tokens and looked up.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from aann.evaluation.metrics import nll
from zoo.scripts import script
from zoo.train import command
from zoo.train.loop import Task
from zoo.train.state import Record
from zoo.transformer.model import TransformerConfig

P = 113
WARM_UP = 10
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


def pairs(p: int = P) -> Int[np.ndarray, "pairs 3"]:
    """All (a, b, p), in the order of a, then of b; int32."""
    a, b = np.divmod(np.arange(p * p), p)
    return np.stack([a, b, np.full_like(a, p)], axis=1).astype(np.int32)


def training_pairs(seed: int, fraction: float = 0.3, p: int = P) -> Int[np.ndarray, " chosen"]:
    """Rows of ``pairs`` that a run of this seed is trained on, sorted."""
    order = np.random.default_rng(seed).permutation(p * p)
    return np.sort(order[: int(fraction * p * p)])


def logits_at_equals(
    params: Any, c: TransformerConfig, tokens: Int[Array, "batch 3"]
) -> Float[Array, "batch outputs"]:
    """What the module computes, for sequences that end in "=", by looking tokens up.

    Args:
        params: of ``Transformer(c)``.
        c: made by ``config``.
        tokens: (a, b, p) with a and b below p; the last column is not looked at.
    """
    attention, mlp = params["blocks_0"]["attn"], params["blocks_0"]["mlp"]
    p, width = c.d_vocab - 1, c.heads * c.d_head
    table, place = params["embed"]["W_E"], params["pos_embed"]["W_pos"]
    equals = table[p] + place[2]
    query = jnp.einsum("d,hde->he", equals, attention["W_Q"]) * c.d_head**-0.5
    asked = jnp.einsum("hde,he->dh", attention["W_K"], query)
    sources = [table[:p] + place[0][None], table[:p] + place[1][None], equals[None]]
    values = [jnp.einsum("td,hde->the", x, attention["W_V"]) for x in sources]
    read = [
        jnp.concatenate([x @ asked, v.reshape(-1, width)], axis=1)
        for x, v in zip(sources, values, strict=True)
    ]
    rows = [read[0][tokens[:, 0]], read[1][tokens[:, 1]]]
    rows.append(jnp.broadcast_to(read[2], rows[0].shape))
    together = jnp.stack(rows, axis=1)  # (batch, 3, heads + heads * d_head)
    pattern = jax.nn.softmax(together[..., : c.heads], axis=1)
    value = together[..., c.heads :].reshape(-1, 3, c.heads, c.d_head)
    z = jnp.sum(pattern[..., None] * value, axis=1).reshape(-1, width)
    x = equals[None] + z @ attention["W_O"].reshape(width, c.d_model)
    hidden = jax.nn.relu(x @ mlp["W_in"] + mlp["b_in"][None])
    x = x + hidden @ mlp["W_out"] + mlp["b_out"][None]
    logits: jax.Array = x @ params["unembed"]["W_U"]
    return logits


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
    everything = pairs(p)
    chosen = training_pairs(seed, s.fraction, p)
    rest = np.setdiff1d(np.arange(p * p), chosen)
    answers = (everything[:, 0] + everything[:, 1]) % p

    def losses(params: Any, rows: np.ndarray) -> tuple[jax.Array, jax.Array]:
        logits = logits_at_equals(params, c, jnp.asarray(everything[rows]))
        labels = jnp.asarray(answers[rows])
        right = (jnp.argmax(logits, axis=1).astype(labels.dtype) == labels).astype(jnp.float32)
        return nll(logits, labels).mean(), right.mean()

    def measure(params: Any) -> dict[str, jax.Array]:
        train_loss, train_accuracy = losses(params, chosen)
        test_loss, test_accuracy = losses(params, rest)
        return {
            "train_loss": train_loss,
            "train_accuracy": train_accuracy,
            "test_loss": test_loss,
            "test_accuracy": test_accuracy,
        }

    def memorised(record: Record) -> bool:
        known = record["train_loss"] < MEMORISED and record["train_accuracy"] == 1.0
        return s.memorise and known

    return Task(
        name="modular_addition_" + ("memorised" if s.memorise else f"seed{seed}"),
        config=c,
        loss=lambda params, key: losses(params, chosen)[0],
        measure=measure,
        optimizer=optimizer(s, steps),
        settings=dataclasses.asdict(s),
        seed=seed,
        steps=steps,
        every=every,
        done=memorised,
    )


def optimizer(settings: Settings, steps: int) -> optax.GradientTransformation:
    """AdamW with warm-up, a constant rate, and the fall of the last tenth."""
    fall = steps // 10
    rate = optax.join_schedules(
        [
            optax.linear_schedule(0.0, settings.learning_rate, WARM_UP),
            optax.cosine_decay_schedule(settings.learning_rate, max(fall, 1)),
        ],
        [steps - fall],
    )
    return optax.adamw(rate, b1=0.9, b2=0.98, weight_decay=settings.weight_decay)


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
