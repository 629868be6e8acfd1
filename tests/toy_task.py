"""A training task of a fraction of a second: say the last token again."""

import jax
import jax.numpy as jnp
import optax

from aann.evaluation.metrics import nll
from zoo.train.loop import Task
from zoo.transformer.model import TransformerConfig, forward

SHAPE = TransformerConfig(
    layers=1,
    heads=1,
    d_model=4,
    d_head=4,
    d_mlp=None,
    d_vocab=5,
    d_vocab_out=5,
    context=2,
    last=True,
)


def toy_task(steps=40, seed=0, **changes):
    def loss(params, key):
        tokens = jax.random.randint(key, (16, 2), 0, 5)
        return nll(forward(SHAPE, params, tokens), tokens[:, -1]).mean()

    options = {
        "name": f"toy_seed{seed}",
        "config": SHAPE,
        "loss": loss,
        "measure": lambda params: {"test_loss": loss(params, jax.random.key(1))},
        "optimizer": optax.adamw(optax.linear_schedule(3e-2, 0.0, 40)),
        "settings": {"rate": 3e-2},
        "seed": seed,
        "steps": steps,
        "every": 5,
    }
    return Task(**options | changes)


def equal(one, other):
    """Whether two pytrees hold the same bits."""
    return jax.tree.all(jax.tree.map(lambda a, b: bool(jnp.array_equal(a, b)), one, other))
