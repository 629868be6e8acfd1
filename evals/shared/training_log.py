"""Loss curves of the networks whose training was recorded."""

import json
import pathlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import zoo
from aann.vis.caption import captioned
from aann.vis.fourier import training

NAMES = {"loss": "train", "test_loss": "test"}
"""Curves of a log that are drawn, and what figures call them."""


CAPTION = (
    "Losses while the networks were trained, on logarithmic axes: every network that the tables "
    "name and whose training was recorded."
)


def figures(task: str, variants: Iterable[str]) -> dict[str, Figure]:
    """The figure ``training`` with a panel for each variant that has a log; none without logs."""
    runs = {v: read for v in variants if (read := curves(task, v)) is not None}
    if not runs:
        return {}
    drawn = training(runs, title="losses in training")
    return {"training": captioned(drawn, CAPTION)}


def curves(task: str, variant: str) -> dict[str, np.ndarray] | None:
    """Losses over training steps that ship with the weights; None where there are none.

    Returns:
        ``step``, ``train`` and ``test`` -> (points,).

    Raises:
        ValueError: the log has no such curves.
    """
    path = pathlib.Path(zoo.__file__).parent / "weights" / f"{task}_{variant}.json"
    if not path.is_file():
        return None
    course: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")).get("course", {})
    if missing := [n for n in ("step", *NAMES) if n not in course]:
        raise ValueError(f"{path} has no course of {', '.join(missing)}: train the network again")
    steps = np.asarray(course["step"], np.float64)
    return {"step": steps, **{new: _aligned(course[old], steps) for old, new in NAMES.items()}}


def _aligned(values: Any, steps: np.ndarray) -> np.ndarray:
    """With NaN at the first steps where nothing is known: no training loss before training."""
    missing = len(steps) - len(values)
    return np.concatenate([np.full(missing, np.nan), np.asarray(values, np.float64)])
