"""What a unit looks at, from where it is silent to where it fires most: a quilt as attribution.

    found = attribution_quilt(model, "mixed3b", 379, pictures)
    found.figure()

Parts of pictures in bins of the unit's activation, drawn at random from each bin, and each once
more with the attribution of the unit to its pixels (or to a layer below): Cammarata et al. 2020,
"Curve Detectors", doi 10.23915/distill.00024.003. What is drawn from all of its range says more of
a unit than its strongest examples do.

Sharp edge: attribution to pixels is fine-grained and of both signs even where the unit is clear;
attribution to the layer below (``to=``) reads better.
"""

import dataclasses
import pathlib
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from matplotlib.figure import Figure

from aann.model import Model
from aann.shown.brief import brief
from aann.splicing.splice import sites
from aann.trace.site import INPUT
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
from aann.vis.features.settings import slope_problems
from aann.vis.spaces.attributed import attributed, blurred
from aann.vis.spaces.upscale import upscaled
from aann.vis.spaces.window import window
from aann.vis.style import INK, NORMAL, figure

FADED = 0.12
"""Of a part's contrast where nothing is attributed."""
FOR, AGAINST = (0.90, 0.62, 0.0), (0.0, 0.45, 0.70)
"""Orange and blue of Okabe and Ito."""
STRONG = 99.0
"""Percentile of magnitude with full colour."""


@dataclasses.dataclass(frozen=True, eq=False)
class AttributionQuilt:
    """What ``attribution_quilt`` found; parts lie in the order of their bins, then of activation.

    Attributes:
        site: of the unit.
        unit: a channel.
        to: what it is attributed to.
        edges: (bins + 1,), of activation.
        counts: (bins,), positions of all pictures in each bin.
        bins: (m,), of each part.
        values: (m,), activation of the unit at its middle.
        pictures: (m,), which picture it is of.
        positions: (m, 2), among the cells of the site.
        parts: (m, rows, columns, channels) in [0, 1].
        attribution: (m, rows, columns), blurred gradient x activation; orange is for, blue against.
    """

    site: str
    unit: int
    to: str
    edges: Float[np.ndarray, " edge"]
    counts: Int[np.ndarray, " bin"]
    bins: Int[np.ndarray, " m"]
    values: Float[np.ndarray, " m"]
    pictures: Int[np.ndarray, " m"]
    positions: Int[np.ndarray, "m two"]
    parts: Float[np.ndarray, "m rows columns colour"]
    attribution: Float[np.ndarray, "m rows columns"]

    __repr__ = brief

    def multiplied(self, part: int) -> Float[np.ndarray, "rows columns colour"]:
        """A part whose contrast is what its attribution is in magnitude, in [0, 1]."""
        weight = np.abs(self._strength(part))[..., None]
        shown: np.ndarray = 0.5 + (self.parts[part] - 0.5) * (FADED + (1 - FADED) * weight)
        return shown

    def coloured(self, part: int) -> Float[np.ndarray, "rows columns three"]:
        """A pale grey part with orange for and blue against the unit, in [0, 1]."""
        strength = self._strength(part)[..., None]
        grey = 0.6 + 0.4 * self.parts[part].mean(-1, keepdims=True)
        hue = np.where(strength >= 0, np.asarray(FOR), np.asarray(AGAINST))
        weight = np.abs(strength)
        shown: np.ndarray = ((1 - weight) * grey + weight * hue * grey).astype(np.float32)
        return shown

    def shown(self, colour: bool = True) -> dict[str, np.ndarray]:
        """The pictures of ``figure``: each part, and the same with its attribution."""
        found: dict[str, np.ndarray] = {}
        for i in range(len(self.parts)):
            name = f"{self.site}_{self.unit}_bin_{self.bins[i]}_{i}"
            found[name] = self.parts[i]
            found[f"{name}_attribution"] = self.coloured(i) if colour else self.multiplied(i)
        return found

    def figure(self, colour: bool = True) -> Figure:
        """Two rows a bin, the highest activations on top: parts, and their attribution.

        Args:
            colour: orange for and blue against; or else parts multiplied by the magnitude.
        """
        shown = list(self.shown(colour).values())
        filled = [b for b in range(len(self.counts))[::-1] if (self.bins == b).any()]
        columns = max(int((self.bins == b).sum()) for b in filled)
        tall = self.parts.shape[1] / self.parts.shape[2]
        drawing = figure(1.6 + 0.95 * columns, 0.5 + (1.95 * tall + 0.1) * len(filled))
        axes = drawing.subplots(2 * len(filled), columns, squeeze=False)
        for at in axes.flat:
            at.axis("off")
        for r, b in enumerate(filled):
            for c, i in enumerate(np.flatnonzero(self.bins == b)):
                png.show(axes[2 * r, c], shown[2 * i])
                png.show(axes[2 * r + 1, c], shown[2 * i + 1])
            share = self.counts[b] / self.counts.sum()
            said = f"{self.edges[b]:.3g} to {self.edges[b + 1]:.3g}\n{share:.2%} of positions"
            axes[2 * r, 0].text(-0.12, 0.5, said, transform=axes[2 * r, 0].transAxes, ha="right",
                                va="center", fontsize=NORMAL, color=INK)  # fmt: skip
        below = "pixels" if self.to == INPUT else self.to
        drawing.suptitle(
            f"{self.site}:{self.unit}, drawn at random by activation, and gradient x activation of "
            f"{below}",
            fontsize=NORMAL, color=INK,
        )  # fmt: skip
        return drawing

    def save(self, folder: pathlib.Path | str, colour: bool = True) -> list[pathlib.Path]:
        """Write the pictures of ``figure`` as PNG files; returns them.

        Raises:
            OSError: the folder cannot be made or written.
        """
        return png.write(folder, self.shown(colour))

    def _strength(self, part: int) -> np.ndarray:
        """In [-1, 1]; 0 where nothing is attributed."""
        here = self.attribution[part]
        top = float(np.percentile(np.abs(here), STRONG)) or float(np.abs(here).max())
        return np.clip(here / top, -1, 1) if top > 0 else np.zeros_like(here)


def attribution_quilt(
    model: Model,
    site: str,
    unit: int,
    pictures: Any,
    *,
    to: str = INPUT,
    bins: int = 5,
    each: int = 6,
    share: float | None = None,
    blur: float = 0.012,
    low_high: tuple[float, float] = PIXELS,
    batch: int = 16,
    seed: int = 0,
) -> AttributionQuilt:
    """Parts of pictures by bins of a unit's activation, with what the unit looks at in them.

    Args:
        model: takes pictures.
        site: (n, rows, columns, channels).
        unit: a channel of it.
        pictures: ``aann.Examples``, or (n, rows, columns, channels) in [0, 1].
        to: ``"input"``, or a site below with (n, rows, columns, channels).
        bins: of equal width, from the lowest activation to the highest.
        each: parts a bin, at most one of each picture, drawn at random.
        share: of a picture's sides that a part has; by default it is what the unit sees.
        blur: of attribution to pixels, which by itself has little but fine grain: standard
            deviation of a Gaussian, as a share of a picture's sides. Sums stay as they are.
        low_high: what black and white are for the model.
        batch: pictures at a time.
        seed: of what is drawn.

    Raises:
        ValueError: no such site or unit, no data, the unit is the same everywhere, or it does not
            depend on ``to``.
    """
    found, problems = given(model, pictures, low_high)
    problems += slope_problems(model)
    problems += site_problems(model, site, (unit,), axes=AXES) + count_problems(
        bins=bins, each=each, batch=batch
    )
    problems += site_problems(model, to, axes=AXES) if to != site else [
        f"to is a site below {site!r}, or 'input'"
    ]  # fmt: skip
    if share is not None and not 0 < share <= 1:
        problems.append(f"share is above 0 and at most 1, got {share}")
    if not 0 <= blur < 1:
        problems.append(f"blur is from 0 up and below 1, got {blur}")
    refuse(problems)
    here = activations(model, [site], found, low_high, batch=batch)[site][..., unit]
    if here.min() == here.max():
        raise ValueError(f"{site}:{unit} is {here.min():.3g} everywhere on these pictures")
    edges = np.linspace(here.min(), here.max(), bins + 1)
    which = np.clip(np.searchsorted(edges, here, "right") - 1, 0, bins - 1)
    places = _drawn(which, bins, each, seed)
    places = places[np.lexsort((-here[tuple(places.T)], which[tuple(places.T)]))]
    seen = attributed(
        model, site, unit, found[places[:, 0]], places[:, 1:], to=to, low_high=low_high,
        batch=batch,
    )  # fmt: skip
    if not seen.any():
        raise ValueError(
            f"{site}:{unit} does not depend on {to!r} at any position drawn: name a site below it "
            f"(the sites in order: {', '.join(sites(model))})"[:400]
        )
    if to == INPUT:
        seen = blurred(seen, blur)
    shape = found.shape[1:3]
    whole = [values if values.shape == shape else upscaled(values, shape) for values in seen]
    view = window(model, site, (unit,), shape, share)
    parts = np.stack([view.crop(found[i], (y, x)) for i, y, x in places.tolist()])
    shares = np.stack([view.crop(w, p) for w, p in zip(whole, places[:, 1:].tolist(), strict=True)])
    at = tuple(places.T)
    return AttributionQuilt(
        site, unit, to, edges, np.bincount(which.ravel(), minlength=bins), which[at], here[at],
        places[:, 0], places[:, 1:], parts, shares,
    )  # fmt: skip


def _drawn(which: np.ndarray, bins: int, each: int, seed: int) -> np.ndarray:
    """(m, 3): picture, row, column; of each bin at most one position a picture."""
    rng = np.random.default_rng(seed)
    chosen = []
    for b in range(bins):
        places = rng.permutation(np.argwhere(which == b))
        _, first = np.unique(places[:, 0], return_index=True)
        chosen.append(places[np.sort(first)[:each]])
    return np.concatenate(chosen)
