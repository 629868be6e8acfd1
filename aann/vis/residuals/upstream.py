"""What is missing: how well each upstream site predicts the residual, and its best units."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aann.residuals.upstream_found import Upstream, UpstreamUnit
from aann.shown.brief import clip
from aann.vis.caption import captioned
from aann.vis.features.visualised import shown
from aann.vis.style import FAINT, INK, KINDS, LARGE, NORMAL, SMALL, figure, legend, tidy

MOST: Final = 24
"""Sites that have a bar."""

UNITS: Final = 12
"""Units that are shown."""

_READ: Final = {True: KINDS["ablation"], False: KINDS["program"]}
_WORDS: Final = {True: "site is read", False: "site is not read"}


def upstream_of_residual(
    found: Upstream, pictures: Mapping[tuple[str, tuple[int, ...]], Any] | None = None, *,
    title: str = "",
) -> Figure:  # fmt: skip
    """Cross-validated R2 by site, and the units that are missed most.

    Args:
        found: of ``aann.residuals.upstream``.
        pictures: (site, index of a unit) -> its feature visualisation, (rows, columns, channels) in
            0 to 1; units without one have their bar alone.
        title: by default the program.
    """
    sites = found.sites[:MOST]
    looked = [s.site for s in found.sites if s.labels]
    each = UNITS // max(len(looked), 1)
    units = [unit for site in looked for unit in found.best(max(each, 1), site=site)]
    drawn = [u for u in units if pictures and (u.site, u.unit) in pictures]
    tall = 1.3 + 0.21 * max(len(sites), len(units), 6)
    drawing = figure(8.0, tall + (1.35 if drawn else 0.0))
    parts: Any = drawing.subfigures(2, 1, height_ratios=(tall, 1.35)) if drawn else [drawing]
    upper = parts[0]
    left, right = upper.subplots(1, 2)
    _sites(left, found)
    _units(right, units)
    if drawn and pictures:
        for axes, unit in zip(np.atleast_1d(parts[1].subplots(1, len(drawn))), drawn, strict=True):
            axes.imshow(shown(np.asarray(pictures[unit.site, unit.unit])), cmap="gray")
            axes.set_title(_name(unit), fontsize=SMALL - 1, color=INK)
            axes.axis("off")
    keys = [_key(read) for read in (False, True) if any(s.read == read for s in sites)]
    legend(drawing, keys)
    heading = f"what predicts natural minus artificial of {found.program}"
    drawing.suptitle(title or heading, fontsize=LARGE, color=INK)
    more = f" The best {MOST} of {len(found.sites)} sites are shown." * (len(found.sites) > MOST)
    images = " Below, pictures that these units answer to most." if drawn else ""
    return captioned(
        drawing,
        f"Ridge regression of the residual at {found.target} on each upstream site, "
        f"cross-validated over {found.folds} parts of {found.examples:,} design examples; "
        "lines span the parts. "
        "Right, by how much R2 falls without a unit of the best sites, all others of the site "
        f"refitted, and its own correlation with the residual.{more}{images}",
    )


def _key(read: bool) -> Line2D:
    return Line2D([], [], color=_READ[read], linewidth=6, label=_WORDS[read])


def _sites(axes: Axes, found: Upstream) -> None:
    sites = found.sites[:MOST]
    r2 = np.array([np.nan_to_num(s.r2) for s in sites])
    y = np.arange(len(sites))
    axes.barh(y, np.maximum(r2, 0), color=[_READ[s.read] for s in sites], height=0.68)
    for k, s in enumerate(sites):
        ends = np.clip([np.min(s.r2_folds), np.max(s.r2_folds)], -0.05, 1)
        axes.plot(ends, [k, k], color=INK, linewidth=1.0)
    axes.set_yticks(y, [clip(s.site, 28) for s in sites])
    axes.set_ylim(len(sites) - 0.4, -0.6)
    axes.set_xlim(-0.06, 1.0)
    axes.axvline(0, color=FAINT, linewidth=0.8)
    tidy(axes, grid="x")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("R2 of the residual", fontsize=NORMAL, color=INK)


def _units(axes: Axes, units: list[UpstreamUnit]) -> None:
    y = np.arange(len(units))
    drops = np.array([u.drop for u in units])
    axes.barh(y, drops, color=[_READ[u.read] for u in units], height=0.68)
    for k, unit in enumerate(units):
        axes.annotate(
            f" r = {unit.correlation:.2f}", (max(unit.drop, 0), k), fontsize=SMALL - 1, color=INK,
            va="center",
        )  # fmt: skip
    axes.set_yticks(y, [_name(u) for u in units])
    axes.set_ylim(max(len(units), 1) - 0.4, -0.6)
    axes.set_xlim(0, 1.25 * max(float(drops.max(initial=0.0)), 1e-9))
    tidy(axes, grid="x")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("R2 lost without the unit", fontsize=NORMAL, color=INK)


def _name(unit: UpstreamUnit) -> str:
    return f"{clip(unit.site, 22)}:{','.join(map(str, unit.unit))}"
