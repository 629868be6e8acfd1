"""The published labels of all pairs, as planes: class 0 or 1 for each A (rows) and B (columns).

``transformer_label_info.pkl`` has two: ``labels``, what the secret rule says (42.8% are class 1),
and ``model_labels``, what the published network says (42.5%). They agree on 98.63% of the 12,769
pairs.
"""

from typing import Any, Final

import numpy as np
from jaxtyping import Int

from aann.shown.brief import clip, listed
from zoo.checkpoints.numpy_pickle import read_pickle
from zoo.eis_vii_transformer.halves import P
from zoo.files import assets

FILE: Final = "transformer_label_info.pkl"
LABELS: Final = ("true", "published")
_KEYS: Final = {"true": "labels", "published": "model_labels"}


def plane(labels: str = "true") -> Int[np.ndarray, "113 113"]:
    """Classes of all pairs, int32.

    Args:
        labels: ``"true"``, those of the secret rule, or ``"published"``, those of the published
            network.

    Raises:
        ValueError: the file does not hold the planes; all that is wrong is listed.
        zoo.AssetError: the file is neither here nor to be had, or is damaged.
    """
    path = assets.fetch("eis_vii", [FILE])[FILE]
    return as_planes(read_pickle(path), str(path))[labels]


def as_planes(content: Any, where: str) -> dict[str, np.ndarray]:
    """The planes of a file, by the names of ``LABELS``; int32.

    Args:
        content: the file's dict: key -> (113, 113) array of zeros and ones.
        where: it comes from, for the message.

    Raises:
        ValueError: see ``plane``.
    """
    if not isinstance(content, dict):
        raise ValueError(f"{where} holds a {type(content).__name__}, expected a dict of two planes")
    keys = set(_KEYS.values())
    problems = [f"missing: {key}" for key in sorted(keys - content.keys())]
    problems += [f"not expected: {clip(str(key), 60)}" for key in content if key not in keys]
    for key in sorted(keys & content.keys()):
        found = content[key]
        if np.shape(found) != (P, P):
            problems.append(f"{key}: expected shape {(P, P)}, found {np.shape(found)}")
        elif not np.isin(found, (0, 1)).all():
            problems.append(f"{key}: has values other than 0 and 1")
    if problems:
        raise ValueError(
            f"{where} does not hold the labels of the EIS VII transformer, "
            f"{len(problems)} problem(s):\n" + listed(problems)
        )
    return {name: np.asarray(content[key]).astype(np.int32) for name, key in _KEYS.items()}
