"""The command line that the training scripts share, and the files that a finished run leaves.

In the run's folder: ``NAME.safetensors``, the weights under flat names (``blocks_0.attn.W_Q``)
with config, settings and final measures as metadata; ``NAME.json``, the same and the course of
the run in at most 400 points; ``NAME.png``, its loss curves. To ship a network, copy the first
two to ``zoo/weights``.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from zoo.scripts import script
from zoo.scripts.integers import natural, positive
from zoo.train import curve, weights
from zoo.train.loop import Task, train
from zoo.train.state import Record

POINTS = 400


def parser(name: str, doc: str | None, steps: int) -> argparse.ArgumentParser:
    """The options that all scripts have.

    Args:
        name: of the script, as in ``python -m zoo.train.NAME``.
        doc: of the script; its first line is shown.
        steps: the default.
    """
    made = script.parser(f"zoo.train.{name}", doc)
    made.add_argument(
        "--seed", type=natural, default=0, metavar="S", help="of parameters, split and batches"
    )
    made.add_argument(
        "--steps", type=positive, default=steps, metavar="N", help="default: %(default)s"
    )
    made.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the run; default: out/train/NAME"
    )
    made.add_argument(
        "--snapshot-every", type=positive, metavar="N", help="keep the parameters every N looks"
    )
    return made


def run(
    task: Task,
    options: argparse.Namespace,
    dtype: Any = jnp.float32,
    finish: Callable[[Any], Record] | None = None,
) -> Path:
    """Train or go on training, then write the results.

    Args:
        task: what to train.
        options: parsed by ``parser``.
        dtype: of the weights on disk; the final measures are taken after rounding to it.
        finish: more measures of the final parameters, too slow to take during the run.

    Returns:
        The path of the weights.

    Raises:
        ValueError: see ``train``.
    """
    out = options.out or Path("out") / "train" / task.name
    params, records = train(task, out, snapshot_every=options.snapshot_every)
    kept = jax.tree.map(lambda x: x.astype(dtype).astype(x.dtype), params)
    final = {**records[-1], **{name: float(x) for name, x in jax.jit(task.measure)(kept).items()}}
    final |= finish(kept) if finish else {}
    path: Path = out / f"{task.name}.safetensors"
    weights.save(path, params, metadata(task, final), dtype)
    write_log(path.with_suffix(".json"), task, records, final)
    curve.save(path.with_suffix(".png"), task.name, records)
    print(f"{path}: {json.dumps(final)}")
    return path


def metadata(task: Task, final: Record) -> dict[str, Any]:
    """What goes with the weights: ``config`` to build the network, ``run`` and ``final``."""
    run = task.identity()
    return {"config": run.pop("config"), "run": run, "final": final, "jax": jax.__version__}


def write_log(path: Path, task: Task, records: list[Record], final: Record) -> None:
    """The course of a run, every record or ``POINTS`` of them evenly spaced, both ends among them.

    Numbers keep six significant digits.
    """
    chosen = np.unique(np.linspace(0, len(records) - 1, POINTS).round().astype(int))
    names = [name for name in records[-1] if name != "seconds"]
    course = {
        name: [_short(records[i][name]) for i in chosen if name in records[i]] for name in names
    }
    log = {
        **metadata(task, {name: _short(value) for name, value in final.items()}),
        "course": course,
    }
    path.write_text(json.dumps(log, indent=1, separators=(",", ": ")).replace(",\n   ", ", "))


def _short(value: int | float) -> int | float:
    return value if isinstance(value, int) else float(f"{value:.6g}")
