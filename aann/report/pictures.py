"""Pictures that pages show, with a description for who cannot see them."""

import base64
import mimetypes
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aann.shown import later
from aann.shown.brief import brief

DARK = "image/webp"
"""What pictures for dark pages are: pages alone hold them, and without loss they are small so."""

NARROW = 5.0
"""Inches up to which a picture does not fill a page."""
REM = 8.0
"""Of an inch there: letters are as large as those of pictures that fill the page."""

DRAWN = "figures of a report"
"""What ``later`` knows the function by that draws them: report -> pictures."""


class Picture(NamedTuple):
    """A picture file in memory.

    Attributes:
        name: what to call it, for example ``recovered against bits``.
        alt: what it shows, in words.
        kind: its media type, for example ``image/png``.
        data: the file's bytes.
        caption: sentences below it: what it shows, and how that was picked.
        dark: the same picture for pages in dark colours, as WebP; empty where there is none.
        file: its name in the folder of a report; empty where it has none.
        inches: how wide it was drawn; None where that is not known. Narrow ones stay so on pages.
    """

    name: str
    alt: str
    kind: str
    data: bytes
    caption: str = ""
    dark: bytes = b""
    file: str = ""
    inches: float | None = None

    def __repr__(self) -> str:
        return brief(self)

    @property
    def narrow(self) -> float | None:
        """Width on a page, in rem, of a picture that is not to fill it."""
        return None if self.inches is None or self.inches > NARROW else REM * self.inches

    @property
    def address(self) -> str:
        """A ``data:`` URI that holds all of it."""
        return _address(self.kind, self.data)

    @property
    def dark_address(self) -> str:
        """The same of the picture for dark pages."""
        return _address(DARK, self.dark)


def of(
    report: Any, folder: pathlib.Path, figures: bool | Sequence[str | Picture] | Mapping[str, str]
) -> list[Picture]:
    """The pictures that ``Report.save`` shows.

    Args:
        report: drawn where ``figures`` is True.
        folder: where those lie that are named.
        figures: as of ``Report.save``.

    Raises:
        FileNotFoundError, ValueError: as ``read``; a picture has no name of a file.
    """
    if isinstance(figures, bool):
        return list(later.get(DRAWN)(report)) if figures else []
    if isinstance(figures, Mapping):
        return read(folder, figures)
    named = {p.file: p for p in read(folder, [f for f in figures if isinstance(f, str)])}
    return [named[f] if isinstance(f, str) else _with_file(f) for f in figures]


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _with_file(picture: Picture) -> Picture:
    if pathlib.PurePath(picture.file).name != picture.file or not picture.file:
        raise ValueError(
            f"the picture {picture.name!r} has no name of a file to save it by: file is "
            f"{picture.file!r}, expected for example 'recovered.png'"
        )
    return picture


def read(folder: pathlib.Path, files: Sequence[str] | Mapping[str, str]) -> list[Picture]:
    """The pictures of these names in a folder.

    Args:
        folder: where they are.
        files: their names, or their names with descriptions; without one, the name describes it.

    Raises:
        FileNotFoundError: some are missing; all of them are named.
        ValueError: some are no pictures, by their names.
    """
    described = files if isinstance(files, Mapping) else {name: title(name) for name in files}
    if missing := [name for name in described if not (folder / name).is_file()]:
        raise FileNotFoundError(
            f"no {', '.join(missing)} in {folder}: save the figures of a report before the report"
        )
    kinds = {name: mimetypes.guess_type(name)[0] or "" for name in described}
    if other := [name for name, kind in kinds.items() if not kind.startswith("image/")]:
        raise ValueError(f"figures are pictures, such as .png or .svg, got {', '.join(other)}")
    return [
        Picture(title(name), alt, kinds[name], (folder / name).read_bytes(), file=name)
        for name, alt in described.items()
    ]


def title(name: str) -> str:
    """The name of a picture file in words."""
    return pathlib.PurePath(name).stem.replace("_", " ")
