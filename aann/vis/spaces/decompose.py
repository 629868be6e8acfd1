"""Rows of numbers as sums of a few directions, in a fixed order, sign and scale."""

import warnings
from typing import Any

import numpy as np

METHODS = ("nmf", "pca")


def estimator_of(method: Any, k: int, seed: int) -> Any:
    """From scikit-learn with k components, or the user's own."""
    from sklearn.decomposition import NMF, PCA  # noqa: PLC0415 - when it is needed

    if method == "nmf":
        return NMF(n_components=k, init="nndsvda", random_state=seed, max_iter=400)
    if method == "pca":
        return PCA(n_components=k, random_state=seed)
    return method


def fitted(
    estimator: Any, flat: np.ndarray, split: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """Strengths (rows, k), directions (k, channels), what was subtracted, whether it converged.

    Args:
        estimator: in the manner of scikit-learn.
        flat: (rows, channels), float64.
        split: whether to hand over what is above and what is below 0 side by side.
    """
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - when it is needed

    channels = flat.shape[1]
    data = np.concatenate([np.maximum(flat, 0), np.maximum(-flat, 0)], 1) if split else flat
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        strength = np.asarray(estimator.fit_transform(data), np.float64)
    rows = np.asarray(estimator.components_, np.float64)
    centre = np.asarray(getattr(estimator, "mean_", np.zeros(channels)), np.float64)
    if split:
        rows = rows[:, :channels] - rows[:, channels:]
    stopped = any(issubclass(w.category, ConvergenceWarning) for w in caught)
    return strength, rows, centre, not stopped


def ordered(
    strength: np.ndarray, rows: np.ndarray, data: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Shares, largest first, with strengths and directions in that order, scale and sign fixed."""
    length = np.linalg.norm(rows, axis=1)
    peak = np.take_along_axis(rows, np.abs(rows).argmax(1)[:, None], 1)[:, 0]
    turned = (peak < 0) & (strength < 0).any(0)  # what is from 0 up stays so
    scale = np.where(length > 0, length, 1.0) * np.where(turned, -1.0, 1.0)
    strength, rows = strength * scale, rows / scale[:, None]
    total = max(float(np.square(data).sum()), 1e-300)
    shares = np.einsum("pk,pk->k", strength, data @ rows.T) / total
    order = np.argsort(-shares, kind="stable")
    return shares[order], (strength[:, order], rows[order])


def name_of(method: Any, split: bool) -> str:
    """For titles."""
    if isinstance(method, str):
        return "NMF of both signs" if split else method.upper()
    return type(method).__name__
