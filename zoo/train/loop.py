"""The training loop of every network here: many steps in one compiled scan, then a look.

After each ``every`` steps the measures are taken; after ``checkpoint_every`` such looks the state
goes to disk. All randomness comes from the seed and the number of the step, so a run that was
killed and started again ends with the same weights, bit for bit on the same machine.

Sharp edges: another machine or JAX version rounds differently, and long runs amplify that; the
circuit found by another run of the same seed there may use other frequencies.
"""

import dataclasses
import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import optax
from tqdm import tqdm

from zoo.train import state as checkpoints
from zoo.train import weights
from zoo.train.state import Record
from zoo.transformer.model import Transformer, TransformerConfig

CHECKPOINT = "checkpoint.safetensors"


def _never(record: Record) -> bool:
    return False


@dataclasses.dataclass(frozen=True)
class Task:
    """One network to train.

    Attributes:
        name: of the network, with its seed.
        config: its shape.
        loss: ``(params, key) -> scalar``; the key is the step's own, for sampling a batch.
        measure: ``params -> {name: scalar}``, ``train_*`` and ``test_*``; taken between scans.
        optimizer: of optax.
        settings: what else decides the result, as JSON can say it; kept with the weights.
        seed: of the initial parameters and of all batches.
        steps: how many at most.
        every: steps between two looks.
        done: whether to stop after a look; by default never.
    """

    name: str
    config: TransformerConfig
    loss: Callable[[Any, jax.Array], jax.Array]
    measure: Callable[[Any], dict[str, jax.Array]]
    optimizer: optax.GradientTransformation
    settings: dict[str, Any]
    seed: int
    steps: int
    every: int = 100
    done: Callable[[Record], bool] = _never

    def __post_init__(self) -> None:
        if self.every < 1 or self.steps < 1 or self.steps % self.every:
            raise ValueError(
                f"steps is a multiple of {self.every}, the steps between two looks, and above 0; "
                f"got {self.steps}"
            )

    def identity(self) -> dict[str, Any]:
        """All that decides the result, as JSON can say it."""
        return {
            "name": self.name,
            "config": dataclasses.asdict(self.config),
            "seed": self.seed,
            "steps": self.steps,
            "every": self.every,
            **self.settings,
        }


def train(
    task: Task,
    out: Path,
    checkpoint_every: int = 10,
    snapshot_every: int | None = None,
    progress: bool = True,
) -> tuple[Any, list[Record]]:
    """Train, from the checkpoint in ``out`` if there is one.

    Args:
        task: what to train.
        out: folder for the checkpoint and the snapshots; made if need be.
        checkpoint_every: looks between two checkpoints; the last state is always kept.
        snapshot_every: looks between two snapshots ``snapshots/step_000100.safetensors`` of the
            parameters; None keeps none.
        progress: show a progress bar.

    Returns:
        The parameters and the records: ``step``, ``seconds`` of training so far, ``loss`` (the
        mean over the steps since the last look; absent at step 0) and the task's measures.

    Raises:
        ValueError: the checkpoint is damaged or of a run with other settings.
    """
    out.mkdir(parents=True, exist_ok=True)
    path, identity = out / CHECKPOINT, task.identity()
    measure = jax.jit(task.measure)
    if path.exists():
        like = jax.eval_shape(functools.partial(_start, task))
        (params, memory), records = checkpoints.restore(path, like, identity)
    else:
        params, memory = jax.jit(functools.partial(_start, task))()
        records = [_record(0, 0.0, measure(params))]
        _snapshot(task, out, params, 0, snapshot_every)
    advance = jax.jit(functools.partial(_advance, task))
    before, began = records[-1]["seconds"], time.monotonic()
    with tqdm(
        total=task.steps, initial=int(records[-1]["step"]), desc=task.name, disable=not progress
    ) as bar:
        while records[-1]["step"] < task.steps and not task.done(records[-1]):
            step = int(records[-1]["step"])
            (params, memory), losses = advance((params, memory), step)
            measures = {"loss": losses.mean(), **measure(params)}
            step += task.every
            records.append(_record(step, before + time.monotonic() - began, measures))
            bar.set_postfix({k: f"{v:.3g}" for k, v in records[-1].items() if "loss" in k})
            bar.update(task.every)
            _snapshot(task, out, params, step, snapshot_every)
            if step // task.every % checkpoint_every == 0:
                checkpoints.save(path, (params, memory), identity, records)
    checkpoints.save(path, (params, memory), identity, records)
    return params, records


def _start(task: Task) -> tuple[Any, Any]:
    """Parameters and the optimizer's memory before the first step."""
    tokens = jnp.zeros((1, task.config.context), jnp.int32)
    params = Transformer(task.config).init(jax.random.key(task.seed), tokens)["params"]
    return params, task.optimizer.init(params)


def _advance(task: Task, state: tuple[Any, Any], first: jax.Array) -> tuple[Any, jax.Array]:
    """The state after ``every`` more steps, and the loss of each of them."""
    source = jax.random.fold_in(jax.random.key(task.seed), 0)

    def step(state: tuple[Any, Any], number: jax.Array) -> tuple[tuple[Any, Any], jax.Array]:
        params, memory = state
        key = jax.random.fold_in(source, number)
        loss, slope = jax.value_and_grad(task.loss)(params, key)
        with jax.numpy_dtype_promotion("standard"):  # optax takes powers of its integer counter
            change, memory = task.optimizer.update(slope, memory, params)
        return (optax.apply_updates(params, change), memory), loss

    return jax.lax.scan(step, state, first + jnp.arange(task.every))


def _record(step: int, seconds: float, measures: dict[str, jax.Array]) -> Record:
    values = {name: float(value) for name, value in measures.items()}
    return {"step": step, "seconds": round(seconds, 3), **values}


def _snapshot(task: Task, out: Path, params: Any, step: int, snapshot_every: int | None) -> None:
    """Keep the parameters of this step if it is one of those to keep."""
    if snapshot_every is None or step // task.every % snapshot_every:
        return
    folder = out / "snapshots"
    folder.mkdir(exist_ok=True)
    weights.save(folder / f"step_{step:06d}.safetensors", params, {"step": step})
