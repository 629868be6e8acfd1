"""Figures as picture files in memory, for light pages and for dark ones."""

import io
import warnings
from typing import Any

from matplotlib.figure import Figure

from aann.report.pictures import Picture, title
from aann.report.report import Report
from aann.vis.alt import alt_text
from aann.vis.caption import caption
from aann.vis.night import at_night
from aann.vis.report import makers
from aann.vis.style import QUALITY


def picture(figure: Figure, name: str, *, photographs: bool = False) -> Picture:
    """A figure as PNG in both colours, with its description and caption.

    Args:
        figure: finished; its colours and its layout are left as they were.
        name: of its file, without an ending: ``recovered_against_bits``.
        photographs: whether it is full of them: then it is JPEG, a tenth as large, for light and
            dark pages alike.
    """
    if photographs:
        words = title(name)
        data = _saved(figure, "jpeg", quality=QUALITY, optimize=True)
        return Picture(
            words, alt_text(figure, words), "image/jpeg", data, caption=caption(figure),
            file=f"{name}.jpg", inches=figure.get_figwidth(),
        )  # fmt: skip
    light = _saved(figure, "png")
    layout = figure.get_layout_engine()
    figure.set_layout_engine("none")  # a second pass of it would move things by a pixel
    with at_night(figure), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said above
        dark = _dark(figure)
    figure.set_layout_engine(layout)
    words = title(name)
    return Picture(
        words, alt_text(figure, words), "image/png", light,
        caption=caption(figure), dark=dark, file=f"{name}.png", inches=figure.get_figwidth(),
    )  # fmt: skip


def pictures(report: Report, metric: str | None = None) -> list[Picture]:
    """All figures that can be drawn of a report.

    Args:
        report: the result of ``aann.evaluate``.
        metric: which recovered loss to show, by default the first of the report.

    Warns:
        UserWarning: some cannot be drawn: which, and why. The others are.
    """
    made = []
    for name, draw in makers(report, metric or report.metrics[0]).items():
        try:
            made.append(picture(draw(), name))
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, MemoryError) as error:
            warnings.warn(
                f"the figure {name!r} was not drawn: {error}. The report is whole without it; "
                "save(folder, figures=False) draws none",
                stacklevel=2,
            )
    return made


def _dark(figure: Figure) -> bytes:
    try:
        return _saved(figure, "webp", lossless=True)
    except ValueError:  # larger than this format can be: dark pages show the light one on a card
        return b""


def _saved(figure: Figure, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format=kind, bbox_inches="tight", pil_kwargs=options)
    return file.getvalue()
