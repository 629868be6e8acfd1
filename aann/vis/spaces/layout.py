"""Many directions in the plane, by UMAP, t-SNE or principal components."""

import importlib.util

import numpy as np
from jaxtyping import Float

LAYOUTS = ("umap", "tsne", "pca")
FEWEST = 4
"""Activations that can be laid out."""
OUTER = 1.0
"""Per cent of points on each side that are put on the border."""


def layout_problems(layout: str | None) -> list[str]:
    """Whether there is such a layout, and whether it is installed."""
    if layout is not None and layout not in LAYOUTS:
        return [f"layouts are {', '.join(LAYOUTS)}, got {layout!r}"]
    if layout == "umap" and not has_umap():
        return [
            "layout 'umap' needs umap-learn, which is not installed: pip install 'aann[atlas]', or "
            "layout='tsne' or 'pca'"
        ]
    return []


def has_umap() -> bool:
    """Whether umap-learn is installed."""
    return importlib.util.find_spec("umap") is not None


def laid_out(
    vectors: Float[np.ndarray, "m channel"], layout: str | None, seed: int
) -> tuple[str, Float[np.ndarray, "m two"]]:
    """Which layout it is, and a point in [0, 1] x [0, 1] for each vector.

    Directions count, not lengths: cosine distance for UMAP and t-SNE, unit vectors for PCA.

    Args:
        vectors: none of them 0.
        layout: ``"umap"``, ``"tsne"`` or ``"pca"``; by default UMAP if it is installed, or t-SNE.
        seed: of the layout.

    Raises:
        ValueError: fewer than four vectors.
    """
    if len(vectors) < FEWEST:
        raise ValueError(
            f"a layout is of {FEWEST} activations that are not 0 at least, got {len(vectors)}"
        )
    name = layout or ("umap" if has_umap() else "tsne")
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    points = {"umap": _umap, "tsne": _tsne, "pca": _pca}[name](unit, seed)
    low, high = np.percentile(points, [OUTER, 100 - OUTER], axis=0)
    spread = np.where(high > low, high - low, 1.0)
    return name, np.clip((points - low) / spread, 0, 1).astype(np.float32)


def _umap(unit: np.ndarray, seed: int) -> np.ndarray:
    import umap  # noqa: PLC0415 - optional

    near = min(20, len(unit) - 1)
    made = umap.UMAP(n_neighbors=near, min_dist=0.01, metric="cosine", random_state=seed, n_jobs=1)
    return np.asarray(made.fit_transform(unit), np.float64)


def _tsne(unit: np.ndarray, seed: int) -> np.ndarray:
    from sklearn.manifold import TSNE  # noqa: PLC0415 - when it is needed
    from threadpoolctl import (  # type: ignore[import-untyped]  # noqa: PLC0415
        threadpool_limits,  # comes with scikit-learn
    )

    near = min(30.0, (len(unit) - 1) / 3)
    made = TSNE(perplexity=near, metric="cosine", init="pca", random_state=seed)
    with threadpool_limits(1):  # sums in one order; threads are no faster for a few thousands
        return np.asarray(made.fit_transform(unit), np.float64)


def _pca(unit: np.ndarray, seed: int) -> np.ndarray:
    from sklearn.decomposition import PCA  # noqa: PLC0415 - when it is needed

    found = PCA(n_components=2, random_state=seed).fit_transform(unit)
    return np.asarray(found, np.float64)
