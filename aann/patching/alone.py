"""The check that a metric says of each example what that example's outputs alone say.

A metric less its mean over the batch, say, would depend on how the examples were batched. Outputs
drawn at random stand in for the model's: what a metric mixes does not hang on their values.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.evaluation.answer import Metric
from aann.evaluation.apart import difference
from aann.patching.judge import Judge, judge_of

MOST = 512
"""So many metrics are known to be right; a new one is looked at once."""

_known: set[Any] = set()


def judge_alone(metric: Metric, outputs: Any, examples: int, batch: int) -> Judge | list[str]:
    """``judge_of``, which also finds wrong what looks at other examples of the batch."""
    judge = judge_of(metric, outputs, examples, batch)
    if isinstance(judge, list):
        return judge
    return _mixed(judge, outputs, batch) or judge


def _mixed(judge: Judge, outputs: Any, batch: int) -> list[str]:
    """What is wrong with a metric of a batch of outputs, of which shapes and dtypes are given."""
    if batch < 2 or judge.key in _known:
        return []
    data = jax.tree.map(lambda x: x[np.arange(batch) % len(x)], judge.data)
    rng = np.random.default_rng(0)
    first, other = _drawn(rng, outputs), _drawn(rng, outputs)
    straight = judge.function(first, (data, judge.closed))
    for i in (0, batch - 1):
        mixed = jax.tree.map(lambda x, y, i=i: y.at[i].set(x[i]), first, other)
        beside_others = judge.function(mixed, (data, judge.closed))
        if (apart := difference(straight[i : i + 1], beside_others[i : i + 1])) > 0:
            return [
                "the metric mixes examples: what it says of one differs by up to "
                f"{apart:.3g} when others stand beside it. Return one number an example, of that "
                "example's outputs alone; means over examples come after"
            ]
    if len(_known) >= MOST:
        _known.clear()
    _known.add(judge.key)
    return []


def _drawn(rng: np.random.Generator, shapes: Any) -> Any:
    """Outputs at random, normal where they are floating-point, and 0 or 1 elsewhere."""

    def draw(x: Any) -> jax.Array:
        normal = jnp.issubdtype(x.dtype, jnp.floating)
        drawn = rng.standard_normal(x.shape) if normal else rng.integers(0, 2, x.shape)
        return jnp.asarray(drawn, x.dtype)

    return jax.tree.map(draw, shapes)
