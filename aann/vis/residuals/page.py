"""A residual lab as one page: where a program is wrong, what that costs, what it does not know.

What cannot be measured is left out, and the page says why.
"""

import pathlib
from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from aann.data.provenance import versions
from aann.report.folder import replacing
from aann.report.gallery import Part, gallery
from aann.report.words import some
from aann.residuals import peeking
from aann.residuals.lab import Lab
from aann.vis.pictures import picture
from aann.vis.residuals.chapter import PageSettings
from aann.vis.residuals.chapters import chapters
from aann.vis.residuals.missed import takes_pictures


def figures(lab: Lab, **settings: Any) -> dict[str, Figure]:
    """All figures of a lab.

    Args:
        lab: the residual lab.
        **settings: see ``PageSettings``.

    Returns:
        Name -> figure with a caption.
    """
    found = chapters(lab, PageSettings(**settings))
    return {name: figure for chapter in found for name, figure in chapter.figures.items()}


def save(
    lab: Lab, folder: pathlib.Path | str, *, name: str = "residuals", **settings: Any
) -> list[pathlib.Path]:
    """Write ``NAME.html``, which holds all of it, and each figure as ``NAME_*.png`` or JPEG.

    Args:
        lab: the residual lab.
        folder: made where it is not there.
        name: at the start of all files' names.
        **settings: see ``PageSettings``.

    Returns:
        The files, the page first.

    Raises:
        OSError: the folder cannot be written.
    """
    where = pathlib.Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    chosen, pictures = PageSettings(**settings), takes_pictures(lab)
    parts = [
        Part(
            chapter.heading,
            [
                picture(f, f"{name}_{key}", photographs=pictures and "worst" in key)
                for key, f in chapter.figures.items()
            ],
            " ".join(chapter.notes),
            chapter.tables,
        )
        for chapter in chapters(lab, chosen)
    ]
    programs = ", ".join(part.replacement.name for part in lab.parts)
    claims = [c for part in lab.parts if (c := part.replacement.claim)]
    lead = " ".join([*peeking.head(lab.examples.split), *claims])
    text = gallery(f"Residual of {programs}", parts, lead=lead, provenance=_provenance(lab, chosen))
    files = {f"{name}.html": f"{text}\n".encode()}
    files |= {p.file: p.data for part in parts for p in part.pictures}
    with replacing(where) as new:
        for file, data in files.items():
            (new / file).write_bytes(data)
    return [where / file for file in files]


def _provenance(lab: Lab, settings: PageSettings) -> Mapping[str, str]:
    model, data = lab.bench.model, lab.examples
    return {
        "model": f"{model.name}, parameters {model.fingerprint()}",
        "data": f"{data.name}, {data.split}, n = {len(data)}",
        **{f"units of {p.replacement.name}": some(p.replacement.units) for p in lab.parts},
        "seed": str(settings.seed),
        "versions": ", ".join(f"{name} {v}" for name, v in versions().items()),
    }
