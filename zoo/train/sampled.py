"""A task whose batches are drawn anew at every step: AdamW, its rate falling along a cosine."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import optax

from zoo.train.loop import Task
from zoo.transformer.model import TransformerConfig

Batch = tuple[jax.Array, ...]
"""Tokens, and labels where they do not follow from the tokens."""


def task(
    name: str,
    shape: TransformerConfig,
    settings: Any,
    draw: Callable[[jax.Array], Batch],
    tests: Batch,
    judge: Callable[..., tuple[jax.Array, jax.Array]],
    *,
    seed: int,
    steps: int,
    every: int,
) -> Task:
    """The run of a seed.

    Args:
        name: of the task, without the seed.
        shape: of the network.
        settings: a dataclass with a ``learning_rate``, a ``weight_decay`` and more of its own.
        draw: a step's own key -> its batch.
        tests: the same for all runs.
        judge: ``(params, shape, *batch) -> (loss, accuracy)``.
        seed: of the parameters and the batches.
        steps: of the optimizer, over which the learning rate falls to zero.
        every: steps between two looks.
    """

    def measure(params: Any) -> dict[str, jax.Array]:
        test_loss, test_accuracy = judge(params, shape, *tests)
        return {"test_loss": test_loss, "test_accuracy": test_accuracy}

    rate = optax.cosine_decay_schedule(settings.learning_rate, steps)
    return Task(
        name=f"{name}_seed{seed}",
        config=shape,
        loss=lambda params, key: judge(params, shape, *draw(key))[0],
        measure=measure,
        optimizer=optax.adamw(rate, weight_decay=settings.weight_decay),
        settings=dataclasses.asdict(settings),
        seed=seed,
        steps=steps,
        every=every,
    )
