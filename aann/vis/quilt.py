"""A quilt of pictures: patches of single examples, in sections."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from aann.data.examples import Examples
from aann.labelling.found import Kind, LabelAgreement
from aann.shown.brief import brief, clip
from aann.vis.style import INK, LARGE, NORMAL, SMALL, figure

WIDTH = 0.86
"""Inches of a patch."""
FEWEST = 5
"""Patches that a row has room for, so that titles have it too."""


class Patch(NamedTuple):
    """One picture.

    Attributes:
        picture: (height, width), (height, width, 1) or (height, width, 3).
        lines: below it, short.
    """

    picture: np.ndarray
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        return brief(self)


def quilt(
    sections: Mapping[str, Sequence[Patch]],
    *,
    columns: int = 10,
    scale: tuple[float, float] | None = None,
    title: str = "",
) -> Figure:
    """Pictures in rows, under the names of their sections.

    Args:
        sections: name -> patches.
        columns: patches in a row.
        scale: values that are black and white; by default the smallest and largest of all.
        title: above all of them.

    Raises:
        ValueError: there are no patches, or some are no pictures; all that are not are named.
    """
    _check(sections, columns)
    columns = min(columns, max(FEWEST, *map(len, sections.values())))
    everything = [patch.picture for patches in sections.values() for patch in patches]
    low, high = scale or (float(min(map(np.min, everything))), float(max(map(np.max, everything))))
    below = 0.13 * max(len(p.lines) for patches in sections.values() for p in patches)
    rows = {name: -(-len(patches) // columns) for name, patches in sections.items()}
    shape = max(np.shape(picture)[0] / np.shape(picture)[1] for picture in everything)
    tall = WIDTH * shape + below + 0.06
    heights = [tall * rows[name] + 0.25 for name in sections]
    drawing = figure(WIDTH * 1.06 * columns, sum(heights) + 0.45 * bool(title) + 0.1)
    strips = drawing.subplots(len(sections), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (name, patches) in zip(strips, sections.items(), strict=True):
        axes.set_title(name, fontsize=NORMAL, color=INK, loc="left")
        for i, patch in enumerate(patches):
            _sew(axes, patch, (i % columns, i // columns), tall / WIDTH, (low, high))
        axes.set_xlim(-0.03, columns * 1.06)
        axes.set_ylim(rows[name] * tall / WIDTH, -0.02)
        axes.set_aspect("equal")
        axes.axis("off")
    if title:
        drawing.suptitle(title, fontsize=LARGE, color=INK)
    return drawing


def disagreements(
    found: LabelAgreement,
    examples: Examples,
    *,
    score: ArrayLike | None = None,
    most: int = 20,
    columns: int = 10,
    kinds: int = 6,
    title: str = "",
) -> Figure:
    """The pictures that a program and the network label differently, by kind, the surest first.

    Each has its name, the network's margin and, if there is one, the score of the program.

    Args:
        found: what ``aann.label_agreement`` returned.
        examples: the same examples, whose inputs are pictures.
        score: (n,) of all of them, in their order.
        most: pictures of a kind.
        columns: pictures in a row.
        kinds: of differences, the most frequent ones.
        title: by default how many differ.

    Raises:
        ValueError: these are other examples or no pictures, nothing differs, or scores are of
            another number.
    """
    scores = None if score is None else np.asarray(score)
    problems = []
    if examples.names != found.names:
        problems.append(
            f"these are not the examples that were compared, {found.data['name']!r} with "
            f"n = {len(found.names)}: got {examples.name!r} with n = {len(examples)}"
        )
    if scores is not None and scores.shape != (len(found.names),):
        problems.append(
            f"scores are one an example, {(len(found.names),)}: got shape {scores.shape}"
        )
    if not found.kinds:
        problems.append("program and network give every example the same label: nothing to show")
    if problems:
        raise ValueError("; ".join(problems))
    n = len(found.names)
    sections = {
        f"program {kind.program}, network {kind.network}: {len(kind):,} of {n:,}, the network's "
        "surest first": _patches(kind, examples, scores, most)
        for kind in found.kinds[:kinds]
    }
    title = title or (
        f"{found.program} and {found.model} differ on {len(found.differ):,} of {n:,} examples "
        f"({found.data['split']})"
    )
    return quilt(sections, columns=columns, title=title)


def _patches(kind: Kind, examples: Examples, scores: np.ndarray | None, most: int) -> list[Patch]:
    chosen = kind.indices[:most].tolist()
    return [
        Patch(
            np.asarray(picture),
            (
                clip(examples.names[i], 18),
                f"margin {margin:.2g}",
                *(() if scores is None else (f"score {scores[i]:.5g}",)),
            ),
        )
        for i, margin, picture in zip(chosen, kind.margins, examples.load(chosen), strict=False)
    ]


def _sew(
    axes: Axes, patch: Patch, at: tuple[int, int], step: float, scale: tuple[float, float]
) -> None:
    """One patch of width 1, its lines below it."""
    picture = np.asarray(patch.picture, np.float64)
    picture = picture[..., 0] if picture.shape[2:] == (1,) else picture
    left, top = at[0] * 1.06, at[1] * step
    bottom = top + picture.shape[0] / picture.shape[1]
    low, high = scale
    shown = np.clip((picture - low) / max(high - low, 1e-12), 0, 1)
    axes.imshow(
        shown, extent=(left, left + 1, bottom, top), cmap="gray", vmin=0, vmax=1, origin="upper"
    )
    axes.text(left, bottom + 0.03, "\n".join(patch.lines), fontsize=SMALL - 2, color=INK, va="top")


def _check(sections: Mapping[str, Sequence[Patch]], columns: int) -> None:
    problems = [] if columns >= 1 else [f"a quilt has a column at least, got columns={columns}"]
    if not sections or not all(sections.values()):
        problems.append("each section of a quilt has a patch at least, and there is one section")
    for name, patches in sections.items():
        for patch in patches:
            shape = np.shape(patch.picture)
            if len(shape) not in (2, 3) or (len(shape) == 3 and shape[-1] not in (1, 3)):
                problems.append(
                    f"{name}: {' '.join(patch.lines)}: a picture is (height, width[, 1 or 3]), got "
                    f"{shape}"
                )
    if problems:
        raise ValueError("; ".join(problems[:20]))
