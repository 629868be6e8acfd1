"""Pages of pictures: parts with a heading, a few sentences, tables, and figures with captions.

As a report's page, one holds all it needs, follows the reader's colours, and runs no script.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aann.report.pictures import Picture
from aann.report.rendering import asset, environment, legible
from aann.shown.brief import brief
from aann.shown.screen import Tabular


class Part(NamedTuple):
    """Tables and pictures that belong together.

    Attributes:
        heading: a few words.
        pictures: in their order.
        lead: sentences before them.
        tables: behind the pictures, folded up where there are some.
    """

    heading: str
    pictures: Sequence[Picture]
    lead: str = ""
    tables: Sequence[Tabular] = ()

    def __repr__(self) -> str:
        return brief(self)


def gallery(
    title: str,
    parts: Sequence[Part],
    *,
    lead: str = "",
    provenance: Mapping[str, str] | None = None,
) -> str:
    """A page of pictures.

    Args:
        title: of the page.
        parts: in their order.
        lead: sentences below the title.
        provenance: name -> how the pictures were made.

    Raises:
        ValueError: there is nothing to show, or a picture has no caption: all problems.
    """
    problems = [] if parts else ["a gallery has a part at least"]
    problems += [
        f"part {part.heading!r} has no pictures, tables or words"
        for part in parts
        if not (part.pictures or part.tables or part.lead)
    ]
    problems += [
        f"picture {picture.name!r} has no caption: say what it shows, and how that was picked"
        for part in parts
        for picture in part.pictures
        if not picture.caption
    ]
    if problems:
        raise ValueError("; ".join(problems))
    return legible(
        environment()
        .get_template("gallery.html")
        .render(
            title=title, lead=lead, parts=parts, provenance=provenance or {},
            style=asset("style.css"),
        )
    )  # fmt: skip
