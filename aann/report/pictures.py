"""Pictures that pages show, with a description for who cannot see them."""

import base64
import mimetypes
import pathlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aann.shown.brief import brief


class Picture(NamedTuple):
    """A picture file in memory.

    Attributes:
        name: what to call it, for example ``recovered against bits``.
        alt: what it shows, in words.
        kind: its media type, for example ``image/png``.
        data: the file's bytes.
    """

    name: str
    alt: str
    kind: str
    data: bytes

    def __repr__(self) -> str:
        return brief(self)

    @property
    def address(self) -> str:
        """A ``data:`` URI that holds all of it."""
        return f"data:{self.kind};base64,{base64.b64encode(self.data).decode()}"


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
        Picture(title(name), alt, kinds[name], (folder / name).read_bytes())
        for name, alt in described.items()
    ]


def title(name: str) -> str:
    """The name of a picture file in words."""
    return pathlib.PurePath(name).stem.replace("_", " ")
