"""What examples are checked for when they are made."""

import math
from collections.abc import Hashable, Sequence

import numpy as np

UNSCORED = -1
"""The label of a position that does not count, where logits have positions."""


def labels(given: np.ndarray | None, n: int) -> list[str]:
    """What is wrong with the labels of ``n`` examples, whatever the model."""
    if given is None:
        return []
    problems = []
    if given.ndim not in (1, 2) or len(given) != n:
        problems.append(f"{n} names but labels of shape {given.shape}")
    if not np.issubdtype(given.dtype, np.integer):
        problems.append(f"labels are integers, got {given.dtype}")
    return problems


def mask(given: np.ndarray | None, labels: np.ndarray | None, names: Sequence[str]) -> list[str]:
    """What is wrong with the mask of examples with these labels."""
    if given is None:
        return []
    if given.ndim != 2 or len(given) != len(names) or given.dtype != bool:
        return [
            f"a mask is ({len(names)}, positions) booleans, True where there is something: got "
            f"{given.dtype} of shape {given.shape}"
        ]
    problems = []
    if empty := [names[i] for i in np.flatnonzero(~given.any(axis=1)).tolist()]:
        problems.append(f"the mask leaves nothing of {some(empty)}: leave them out")
    if labels is None:
        return problems
    if labels.shape != given.shape:
        problems.append(f"a mask of shape {given.shape} but labels of shape {labels.shape}")
    elif len(at := np.argwhere(~given & (labels != UNSCORED))):
        shown = [f"{names[i]}[{t}]: {labels[i, t]}" for i, t in at[:5].tolist()]
        problems.append(
            f"{len(at)} labels where the mask says padding: {', '.join(shown)}; -1 means not scored"
        )
    return problems


def groups(given: Sequence[Hashable] | None, names: Sequence[str]) -> list[str]:
    """What is wrong with the groups of examples with these names."""
    if given is None:
        return []
    problems = []
    if len(given) != len(names):
        problems.append(f"{len(names)} names but {len(given)} groups")
    kinds = sorted({type(group).__name__ for group in given})
    if len(kinds) > 1:
        problems.append(
            f"groups are of one kind, got {', '.join(kinds)}: 1 and '1' could be one group or two; "
            "make them all str or all int"
        )
    nan = [isinstance(group, float) and math.isnan(group) for group in given]
    if missing := [name for name, bad in zip(names, nan, strict=False) if bad]:
        problems.append(
            f"{len(missing)} groups are NaN: {some(missing)}; give each a group, or leave it out"
        )
    return problems


def some(values: Sequence[object], most: int = 10) -> str:
    """The first of them, for a message."""
    return ", ".join(map(str, values[:most])) + (", ..." if len(values) > most else "")
