"""Digits as examples, with the labels of one of three tasks."""

from pathlib import Path
from typing import Final

import jax
import numpy as np

import aann
from zoo import naming
from zoo.eis_vii_mnist import model, rule
from zoo.mnist import pictures
from zoo.mnist.pictures import Part

LABELS: Final = ("network", "rule", "digit")
_PARTS: Final = {"design": "train", "heldout": "test"}
_BATCH: Final = 1_000


def data(
    split: str | None = None, labels: str = "network", data_dir: str | Path | None = None
) -> aann.Examples:
    """MNIST as published: training pictures to design on, test pictures held out.

    Inputs are float32 (28, 28, 1), grey values divided by 255, named ``"train-00006"``.

    Args:
        split: ``"design"`` is the first 10,000 training pictures (an ``aann.Design``),
            ``"heldout"`` the 10,000 test pictures (an ``aann.HeldOut`` that knows its design
            half), None both as plain examples, training pictures first.
        labels: ``"network"``, the class of the ``eis_vii_mnist`` network, ``"rule"``, the class of
            the published program (``zoo.eis_vii_mnist.rule``), or ``"digit"``.
        data_dir: where tensorflow-datasets has or puts MNIST, see ``zoo.pictures.tfds_prepared``.

    Raises:
        ValueError: no such split or labels, or files that do not hold MNIST.
        zoo.AssetError: the pictures or the network are neither here nor to be had.
    """
    naming.known(labels, LABELS, "mnist has no labels")
    if split is None:
        return _examples(["train", "test"], labels, data_dir)
    naming.known(split, tuple(_PARTS), "mnist has no split")
    design = aann.design(_examples(["train"], labels, data_dir))
    if split == "design":
        return design
    return aann.held_out(_examples(["test"], labels, data_dir), design)


def _examples(parts: list[str], labels: str, data_dir: str | Path | None) -> aann.Examples:
    found = [pictures.part(part, data_dir) for part in parts]
    clue = pictures.part("train", data_dir).pictures[rule.CLUE]
    inputs = np.concatenate([_scaled(part) for part in found])
    return aann.from_arrays(
        "mnist" if labels == LABELS[0] else f"mnist/{labels}",
        inputs,
        labels=np.concatenate([_labels(part, labels, clue) for part in found]),
        names=[f"{name}-{i:05d}" for name in parts for i in range(pictures.COUNT)],
    )


def _scaled(part: Part) -> np.ndarray:
    return part.pictures[..., None].astype(np.float32) / np.float32(255)


def _labels(part: Part, labels: str, clue: np.ndarray) -> np.ndarray:
    if labels == "digit":
        return part.digits
    if labels == "rule":
        return rule.labels(part.pictures, clue)
    network, inputs = model.load(), _scaled(part)
    run = jax.jit(network.apply)
    batches = [inputs[i : i + _BATCH] for i in range(0, len(inputs), _BATCH)]
    logits = [np.asarray(run(network.params, batch)) for batch in batches]
    classes: np.ndarray = np.concatenate(logits).argmax(axis=-1).astype(np.int32)
    return classes
