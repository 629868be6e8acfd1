"""Examples from arrays in memory, and arrays that fit a model exactly or not at all."""

import hashlib
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from aann.data.examples import Examples
from aann.model import fixed


def from_arrays(
    name: str,
    inputs: ArrayLike,
    labels: ArrayLike | None = None,
    names: Sequence[str] = (),
    *,
    mask: ArrayLike | None = None,
    groups: Sequence[Hashable] | np.ndarray | None = None,
) -> Examples:
    """Examples from arrays in memory.

    Args:
        name: of the data set.
        inputs: (n, ...) array, one example a row. It is copied unless it is read-only.
        labels: (n,) or (n, positions) integers, -1 where a position is not scored, or None.
        names: one an example; by default their position.
        mask: (n, positions) booleans, False at padding, see ``Examples``.
        groups: (n,) what each example belongs to, see ``Examples``.

    Raises:
        TypeError: inputs, labels or mask are no arrays of numbers.
        ValueError: they do not fit together: all problems.
    """
    array = fixed(_numbers(inputs, f"inputs of data set {name!r}"))
    if array.ndim == 0:
        raise ValueError(f"inputs of data set {name!r} are one number: (n, ...), one example a row")
    if labels is not None:
        labels = _whole(_numbers(labels, f"labels of data set {name!r}"))
    return Examples(
        name=name,
        names=tuple(names) or tuple(f"{i:07d}" for i in range(len(array))),
        digests=tuple(hashlib.sha256(np.ascontiguousarray(x).tobytes()).hexdigest() for x in array),
        load=lambda indices: array[np.asarray(indices, dtype=int)],
        labels=labels,
        mask=None if mask is None else _numbers(mask, f"mask of data set {name!r}"),
        groups=None if groups is None else _plain(groups),
    )


def _plain(groups: Sequence[Hashable] | np.ndarray) -> tuple[Hashable, ...]:
    """Groups as Python's own values."""
    if isinstance(groups, np.ndarray):
        return tuple(groups.tolist())
    return tuple(x.item() if isinstance(x, np.generic) else x for x in groups)


def exactly(values: np.ndarray, dtype: DTypeLike, what: str) -> np.ndarray:
    """Values in another dtype, if it holds each of them exactly (NaN stays NaN).

    Args:
        values: numbers.
        dtype: to cast to.
        what: they are, for the message.

    Raises:
        ValueError: some are not held: how many, the first of them, and what to do.
    """
    wanted = np.dtype(dtype)
    if values.dtype == wanted:
        return values
    whole = wanted.kind in "biu"
    if values.dtype.kind in ("biu" if whole else "biuf") or values.dtype.kind == wanted.kind:
        cast, bad = held(values, wanted)
        if not bad.any():
            return cast
        example = values[bad].flat[0]
        detail = f" and {int(bad.sum())} values such as {example!r} are not exact in {wanted}"
    else:
        detail = ""
    raise ValueError(
        f"{what} have dtype {values.dtype}, the model takes {wanted},{detail or ' of another kind'}"
        f": say that you mean it with .astype(np.{wanted})"
    )


def held(values: np.ndarray, dtype: np.dtype[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Values in another dtype, and which of them it does not hold exactly; NaN is held as NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        cast = values.astype(dtype)
        bad = cast.astype(values.dtype) != values
    if dtype.kind in "biu":  # beyond its range an integer wraps, and comes back as what it was
        return cast, bad | ((cast < 0) != (values < 0))
    return cast, bad & ~np.isnan(values)


def _numbers(given: Any, what: str) -> np.ndarray:
    """An array of numbers or booleans.

    Raises:
        TypeError: it is none.
    """
    try:
        array = np.asarray(given)
    except (ValueError, TypeError) as error:
        raise TypeError(f"{what} are no array: {error}; give each example the same shape") from None
    if not (np.issubdtype(array.dtype, np.number) or array.dtype == bool or _small(array.dtype)):
        raise TypeError(f"{what} are an array of numbers, got dtype {array.dtype}")
    return array


def _small(dtype: np.dtype[Any]) -> bool:
    """Whether it is one of JAX's own dtypes, such as bfloat16."""
    return dtype.kind == "V" and dtype.names is None and dtype.itemsize <= 2


def _whole(labels: np.ndarray) -> np.ndarray:
    """Labels in float64 that are whole numbers, as integers; others as they are."""
    if np.issubdtype(labels.dtype, np.floating) and np.isfinite(labels).all():
        whole = labels.astype(np.int64)
        return whole if (whole == labels).all() else labels
    return labels
