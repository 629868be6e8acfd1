"""All pairs as examples, with the labels of the secret rule or of the published network."""

import numpy as np

import aann
from zoo import modular_addition, naming
from zoo.eis_vii_transformer import halves, planes


def data(split: str | None = None, labels: str = "true") -> aann.Examples:
    """All 12,769 pairs (A, B, 113), named ``"007,042"``, with their class.

    Args:
        split: ``"design"`` is the half that the published network was trained on, and so were
            those trained here (an ``aann.Design``; see ``halves``); ``"heldout"`` is the other (an
            ``aann.HeldOut`` that knows its design half); None is all of them.
        labels: ``"true"``, those of the secret rule, or ``"published"``, those that the published
            network gives.

    Raises:
        ValueError: no such split or labels, or a file that does not hold the labels.
        zoo.AssetError: the labels are neither here nor to be had.
    """
    naming.known(labels, planes.LABELS, "eis_vii_transformer has no labels")
    if split is not None:
        naming.known(split, ("design", "heldout"), "eis_vii_transformer has no split")
    classes = planes.plane(labels).ravel()
    everything = np.arange(len(classes))
    if split is None:
        return _examples(everything, classes, labels)
    trained = halves.training_rows()
    design = aann.design(_examples(trained, classes, labels))
    if split == "design":
        return design
    return aann.held_out(_examples(np.setdiff1d(everything, trained), classes, labels), design)


def _examples(rows: np.ndarray, classes: np.ndarray, labels: str) -> aann.Examples:
    tokens = modular_addition.pairs()[rows]
    return aann.from_arrays(
        "eis_vii_transformer" if labels == planes.LABELS[0] else f"eis_vii_transformer/{labels}",
        tokens,
        labels=classes[rows],
        names=[f"{a:03d},{b:03d}" for a, b, _ in tokens.tolist()],
    )
