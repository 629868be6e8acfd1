"""A layer in a few directions: non-negative matrix factorisation of its activations.

    found = factors(model, "mixed3b", pictures, k=6)
    found.figure()

Positions of all pictures are rows, channels are columns. Each direction comes with a map of every
picture that says how strong it is there (Olah et al. 2018, "The Building Blocks of
Interpretability", doi 10.23915/distill.00010). Any decomposition in the manner of scikit-learn
does in its place.

Sharp edge: the number of directions is a choice, and other pictures give other directions.
"""

import dataclasses
import pathlib
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from aann.model import Model
from aann.shown.brief import brief
from aann.vis.features import png
from aann.vis.features.given import (
    AXES,
    PIXELS,
    activations,
    count_problems,
    given,
    refuse,
    site_problems,
)
from aann.vis.spaces.decompose import METHODS, estimator_of, fitted, name_of, ordered
from aann.vis.spaces.upscale import upscaled
from aann.vis.style import figure

SIGNED = ("refuse", "split")
RARE = 0.02
"""Positions at which a factor is strong enough to show all of the picture."""
LOW = 0.12
"""Of a picture's contrast where a factor is not there at all."""


@dataclasses.dataclass(frozen=True, eq=False)
class Factors:
    """What ``factors`` found, the largest share first.

    Attributes:
        site: that was taken apart.
        method: how.
        components: (k, channels), of length 1. Their sign is that in which the maps are from 0 up,
            or else that in which the largest weight is.
        maps: (n, y, x, k), strength of each at each position, in units of the activations.
        centre: (channels,), what was subtracted before; 0 for NMF.
        shares: (k,), of the sum of squares (about the centre) that each explains.
        explained: of the sum of squares, by all together.
        converged: whether the optimiser stopped by itself.
        pictures: (n, rows, columns, channels) in [0, 1].
    """

    site: str
    method: str
    components: Float[np.ndarray, "k channel"]
    maps: Float[np.ndarray, "n y x k"]
    centre: Float[np.ndarray, " channel"]
    shares: Float[np.ndarray, " k"]
    explained: float
    converged: bool
    pictures: Float[np.ndarray, "n rows columns colour"]

    __repr__ = brief

    def overlay(self, picture: int, factor: int) -> Float[np.ndarray, "rows columns colour"]:
        """A picture where it has the factor, faded to grey elsewhere, in [0, 1].

        A negative strength counts as none; whole is what only ``RARE`` of all positions exceed.
        """
        strength = self.maps[..., factor]
        top = float(np.quantile(strength, 1 - RARE)) or float(strength.max())
        top = max(top, 1e-12)
        shape = self.pictures.shape[1:3]
        mask = upscaled(np.clip(strength[picture] / top, 0, 1), shape)[..., None]
        shown: np.ndarray = 0.5 + (self.pictures[picture] - 0.5) * (LOW + (1 - LOW) * mask)
        return shown

    def strongest(self, factor: int, count: int = 3) -> list[int]:
        """Its channels of the largest weights."""
        order = np.argsort(-np.abs(self.components[factor]), kind="stable")
        return [int(c) for c in order[:count]]

    def telling(self, most: int = 6) -> list[int]:
        """Pictures to look at: of each factor in turn that in which it is strongest, then next."""
        strength = self.maps.sum((1, 2))
        order = np.argsort(-strength, axis=0, kind="stable")
        return [int(i) for i in dict.fromkeys(order.ravel().tolist())][:most]

    def shown(self, most: int = 6) -> dict[str, np.ndarray]:
        """The pictures of ``figure``: each and, for each factor, where it is."""
        found = {}
        for i in self.telling(most):
            found[f"{i}"] = self.pictures[i]
            for f in range(len(self.components)):
                found[f"{i}_factor_{f}"] = self.overlay(i, f)
        return found

    def figure(self, most: int = 6) -> Figure:
        """A row a picture of ``telling``, a column a factor: the picture where that is.

        Args:
            most: pictures.
        """
        shown = list(self.shown(most).values())
        columns = 1 + len(self.components)
        rows = len(shown) // columns
        tall = self.pictures.shape[1] / self.pictures.shape[2]
        drawing = figure(1.5 * columns, 0.75 + 1.5 * tall * rows)
        axes = drawing.subplots(rows, columns, squeeze=False)
        for j, (at, picture) in enumerate(zip(axes.flat, shown, strict=True)):
            f, title = j % columns - 1, ""
            if j == 0:
                title = f"{self.site}, {self.method}:\n{self.explained:.0%} explained"
            elif j < columns:
                names = ", ".join(map(str, self.strongest(f)))
                title = f"{f}: {self.shares[f]:.0%}\n{names}"
            png.show(at, picture, title)
        return drawing

    def save(self, folder: pathlib.Path | str, most: int = 6) -> list[pathlib.Path]:
        """Write the pictures of ``figure`` as PNG files; returns them.

        Raises:
            OSError: the folder cannot be made or written.
        """
        return png.write(folder, self.shown(most))


def factors(
    model: Model,
    site: str,
    pictures: Any,
    *,
    k: int = 6,
    method: Any = "nmf",
    signed: str = "refuse",
    low_high: tuple[float, float] = PIXELS,
    batch: int = 16,
    seed: int = 0,
) -> Factors:
    """Take a layer apart into a few directions.

    Args:
        model: takes pictures.
        site: (n, rows, columns, channels).
        pictures: ``aann.Examples``, or (n, rows, columns, channels) in [0, 1].
        k: directions.
        method: ``"nmf"``, ``"pca"``, or an estimator with ``fit_transform`` and ``components_``
            (and ``mean_``, if it subtracts one), which brings its own k.
        signed: activations below 0 have no NMF: ``"refuse"`` them, or ``"split"`` each channel into
            what is above and what is below 0, factorise both, and subtract them again.
        low_high: what black and white are for the model.
        batch: pictures at a time.
        seed: of the decomposition.

    Raises:
        ValueError: no such site, method or data; activations are NaN, all 0, or below 0; k is
            larger than the data. All problems that can be seen before work, at once.
    """
    found, problems = given(model, pictures, low_high)
    problems += site_problems(model, site, axes=AXES)
    problems += count_problems(k=k, batch=batch)
    if isinstance(method, str) and method not in METHODS:
        problems.append(f"methods are {', '.join(METHODS)} or an estimator, got {method!r}")
    if signed not in SIGNED:
        problems.append(f"signed is one of {', '.join(SIGNED)}, got {signed!r}")
    refuse(problems)
    here = activations(model, [site], found, low_high, batch=batch)[site]
    flat = here.reshape(-1, here.shape[-1]).astype(np.float64)
    split = method == "nmf" and bool((flat < 0).any())
    refuse(_flat_problems(site, flat, k if isinstance(method, str) else 1, split, signed))
    estimator = estimator_of(method, k, seed)
    strength, rows, centre, converged = fitted(estimator, flat, split)
    order, parts = ordered(strength, rows, flat - centre)
    total = float(np.square(flat - centre).sum())
    left = float(np.square(flat - centre - parts[0] @ parts[1]).sum())
    return Factors(
        site,
        name_of(method, split),
        parts[1].astype(np.float32),
        parts[0].reshape(*here.shape[:-1], -1).astype(np.float32),
        centre.astype(np.float32),
        order.astype(np.float32),
        1 - left / total if total > 0 else 0.0,
        converged,
        found,
    )


def _flat_problems(site: str, flat: np.ndarray, k: int, split: bool, signed: str) -> list[str]:
    problems = []
    if not np.any(flat):
        problems.append(f"site {site!r} is 0 everywhere on these pictures: nothing to take apart")
    if k > min(flat.shape):
        problems.append(
            f"k is at most the number of channels and of positions, {min(flat.shape)}, got {k}"
        )
    if split and signed == "refuse":
        problems.append(
            f"site {site!r} goes down to {flat.min():.3g}, and NMF is for activations from 0 up: "
            "take the site after the ReLU, signed='split', or method='pca'"
        )
    return problems
