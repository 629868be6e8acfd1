"""A task on all pairs (a, b) of numbers below p: tokens (a, b, p), read at the last one.

The loss is computed with a faster network, equal to the module up to rounding: token p sits always
at the same place, so only its row of attention and only its MLP are computed, and what heads read
of a token is computed once for each of the p + 1 tokens and looked up.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from aann.evaluation.metrics import nll
from zoo.train.loop import Task
from zoo.train.state import Record
from zoo.transformer.model import TransformerConfig

WARM_UP = 10


def pairs(p: int) -> Int[np.ndarray, "pairs 3"]:
    """All (a, b, p), in the order of a, then of b; int32."""
    a, b = np.divmod(np.arange(p * p), p)
    return np.stack([a, b, np.full_like(a, p)], axis=1).astype(np.int32)


def logits_at_end(
    params: Any, c: TransformerConfig, tokens: Int[Array, "batch 3"]
) -> Float[Array, "batch outputs"]:
    """What the module computes, for sequences that end in token p, by looking tokens up.

    Args:
        params: of ``Transformer(c)``.
        c: one layer, ``p + 1`` tokens, a context of 3, biases in the MLP alone, ``last``.
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


def task(
    name: str,
    shape: TransformerConfig,
    settings: Any,
    labels: Int[np.ndarray, " pairs"],
    chosen: Int[np.ndarray, " chosen"],
    *,
    seed: int,
    steps: int,
    every: int,
    done: Callable[[Record], bool] = lambda record: False,
) -> Task:
    """The run of a seed: some of the pairs in one full batch, measured on them and on the others.

    Args:
        name: of the network, with the seed.
        shape: as for ``logits_at_end``.
        settings: a dataclass with a ``learning_rate``, a ``weight_decay`` and more of its own.
        labels: of all pairs, in the order of ``pairs``.
        chosen: rows of ``pairs`` to train on.
        seed: of the parameters.
        steps: of the optimizer; the decay at the end depends on it.
        every: steps between two looks.
        done: whether to stop after a look.
    """
    everything = pairs(shape.d_vocab - 1)
    rest = np.setdiff1d(np.arange(len(everything)), chosen)

    def losses(params: Any, rows: np.ndarray) -> tuple[jax.Array, jax.Array]:
        logits = logits_at_end(params, shape, jnp.asarray(everything[rows]))
        wanted = jnp.asarray(labels[rows])
        right = (jnp.argmax(logits, axis=1).astype(wanted.dtype) == wanted).astype(jnp.float32)
        return nll(logits, wanted).mean(), right.mean()

    def measure(params: Any) -> dict[str, jax.Array]:
        train_loss, train_accuracy = losses(params, chosen)
        test_loss, test_accuracy = losses(params, rest)
        return {
            "train_loss": train_loss,
            "train_accuracy": train_accuracy,
            "test_loss": test_loss,
            "test_accuracy": test_accuracy,
        }

    return Task(
        name=name,
        config=shape,
        loss=lambda params, key: losses(params, chosen)[0],
        measure=measure,
        optimizer=optimizer(settings.learning_rate, settings.weight_decay, steps),
        settings=dataclasses.asdict(settings),
        seed=seed,
        steps=steps,
        every=every,
        done=done,
    )


def optimizer(
    learning_rate: float, weight_decay: float, steps: int
) -> optax.GradientTransformation:
    """AdamW with warm-up, a constant rate, and the fall of the last tenth."""
    fall = steps // 10
    rate = optax.join_schedules(
        [
            optax.linear_schedule(0.0, learning_rate, WARM_UP),
            optax.cosine_decay_schedule(learning_rate, max(fall, 1)),
        ],
        [steps - fall],
    )
    return optax.adamw(rate, b1=0.9, b2=0.98, weight_decay=weight_decay)
