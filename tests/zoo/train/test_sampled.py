import dataclasses

import jax
import jax.numpy as jnp
import pytest
from toy_task import SHAPE

from zoo.train import sampled


@dataclasses.dataclass(frozen=True)
class Settings:
    batch: int = 2
    learning_rate: float = 0.5
    weight_decay: float = 0.25


def judge(params, shape, numbers, labels):
    """Something that tells what it was given."""
    assert shape is SHAPE
    return jnp.sum(params * numbers), jnp.sum(labels)


@pytest.fixture
def task():
    def draw(key):
        return jax.random.uniform(key, (2,)), jnp.zeros(2)

    return sampled.task(
        "toy", SHAPE, Settings(), draw, (jnp.asarray([1.0, 2.0]), jnp.ones(2)), judge,
        seed=3, steps=20, every=5,
    )  # fmt: skip


def test_the_run_is_told_by_its_name_and_settings(task):
    assert task.identity() == {
        "name": "toy_seed3", "config": dataclasses.asdict(SHAPE), "seed": 3, "steps": 20,
        "every": 5, "batch": 2, "learning_rate": 0.5, "weight_decay": 0.25,
    }  # fmt: skip


def test_steps_are_judged_on_batches_of_their_own_and_measures_on_the_tests(task):
    params = jnp.asarray([1.0, 10.0])
    keys = jax.random.split(jax.random.key(0))
    losses = [float(task.loss(params, key)) for key in keys]
    expected = [float(jnp.sum(params * jax.random.uniform(key, (2,)))) for key in keys]
    assert losses == pytest.approx(expected)
    assert losses[0] != losses[1]
    measures = {name: float(value) for name, value in task.measure(params).items()}
    assert measures == {"test_loss": 21.0, "test_accuracy": 2.0}


def test_the_rate_falls_to_zero_and_weights_decay(task):
    params = jnp.asarray([1.0])
    memory, changes = task.optimizer.init(params), []
    with jax.numpy_dtype_promotion("standard"):
        for _ in range(21):
            change, memory = task.optimizer.update(jnp.zeros(1), memory, params)
            changes.append(-float(change[0]))
    assert changes[0] == pytest.approx(0.5 * 0.25)
    assert changes == sorted(changes, reverse=True)
    assert changes[-1] == 0
