"""Progress measures of a training run of modular addition, from its snapshots."""

import argparse
import dataclasses
import json
import pathlib
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax.traverse_util import unflatten_dict
from safetensors.flax import load_file

import aann
from circuits.modular_addition import fourier
from circuits.modular_addition import progress as modular_progress
from evals.modular_addition import figures as modular_figures
from evals.shared import arguments, command
from zoo.scripts import script
from zoo.scripts.integers import natural
from zoo.train import modular_addition as training
from zoo.transformer.model import as_model

NAME = "modular_progress"


def main(argv: list[str] | None = None) -> None:
    """Measure every snapshot of a run, and write the curves that ``modular_figures`` shows."""
    args = _parser().parse_args(argv)
    snapshots = find(args.run)
    with jax.default_matmul_precision("highest"):
        curves, frequencies = measure(snapshots, args.seed, args.fraction)
    folder = command.writable(args.out)
    name = args.network or f"seed{args.seed}"
    path = folder / modular_figures.PROGRESS.format(name)
    plain = {"schema": 1, "network": name, "frequencies": list(frequencies), "curves": curves}
    path.write_text(json.dumps(plain) + "\n", encoding="utf-8")
    last = ", ".join(f"{n} {values[-1]:.3g}" for n, values in curves.items())
    print(f"{path}: {len(snapshots)} snapshots, frequencies {frequencies}, at the end {last}")


def find(run: pathlib.Path) -> dict[int, pathlib.Path]:
    """Step -> snapshot, in the order of training.

    Raises:
        ValueError: there are none.
    """
    found = {int(p.stem.partition("_")[2]): p for p in run.glob("snapshots/step_*.safetensors")}
    if not found:
        raise ValueError(
            f"{run} has no snapshots/step_*.safetensors: train with python -m "
            "zoo.train.modular_addition --snapshot-every N"
        )
    return dict(sorted(found.items()))


def measure(
    snapshots: dict[int, pathlib.Path], seed: int, fraction: float
) -> tuple[dict[str, list[float]], Sequence[int]]:
    """Curves of all measures, and the key frequencies, which are those of the last snapshot.

    Args:
        snapshots: step -> file of parameters.
        seed: of the run; it decides which pairs were trained on.
        fraction: of the pairs that were trained on.

    Raises:
        ValueError: the last snapshot has no key frequencies.
    """
    models = {step: _model(path) for step, path in snapshots.items()}
    last = models[max(models)]
    frequencies = fourier.key_frequencies(last)
    p = last.params["unembed"]["W_U"].shape[1]
    trained = np.zeros(p * p, bool)
    trained[training.training_pairs(seed, fraction, p)] = True
    curves: dict[str, list[float]] = {"step": []}
    for step, model in models.items():
        shared = dataclasses.replace(model, apply=last.apply)  # one compiled function for all
        found = modular_progress.measure(shared, frequencies, trained.reshape(p, p))
        curves["step"].append(step)
        for name, value in found._asdict().items():
            curves.setdefault(name, []).append(float(f"{value:.4g}"))
    return curves, frequencies


def _model(path: pathlib.Path) -> aann.Model:
    params: Any = unflatten_dict(load_file(path), sep=".")  # type: ignore[no-untyped-call]
    heads = params["blocks_0"]["attn"]["W_Q"].shape[0]
    d_model, d_mlp = params["blocks_0"]["mlp"]["W_in"].shape
    p = params["unembed"]["W_U"].shape[1]
    floats = jax.tree.map(lambda x: x.astype(jnp.float32), params)
    return as_model(training.config(p, d_model, heads, d_mlp), floats, path.stem)


def _parser() -> argparse.ArgumentParser:
    parser = script.parser(f"evals.{NAME}", __doc__)
    parser.add_argument(
        "--run", type=arguments.folder, required=True, metavar="DIR", help="of the training run"
    )
    parser.add_argument("--seed", type=natural, default=0, metavar="S", help="of the run")
    parser.add_argument(
        "--fraction", type=float, default=0.3, metavar="F", help="of the pairs trained on"
    )
    parser.add_argument("--network", help="what to call it (default: seedS)")
    parser.add_argument(
        "--out", type=pathlib.Path, default=pathlib.Path(f"out/{NAME}"), metavar="DIR",
        help=f"write the curves here (default: out/{NAME})",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    script.run(main)
