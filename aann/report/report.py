"""Results: a table, ``report.json``, Markdown, HTML; figures are drawn from them alone.

``data`` holds what a report says, ``text`` and ``html`` what it looks like; this file joins them.
"""

import dataclasses
import os
import pathlib
from collections.abc import Mapping, Sequence

import numpy as np

from aann.report import arrays_file, pictures, text
from aann.report.data import SCHEMA, ReportData
from aann.report.file import read
from aann.report.folder import replacing
from aann.report.refitted import Refitted
from aann.shown.screen import screen


class Report(ReportData):
    """The result of ``aann.evaluate``: its attributes are those of ``ReportData``."""

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Report":
        """What ``save`` wrote.

        Args:
            path: the folder, or ``report.json`` in it; ``report.npz`` lies beside it.

        Raises:
            OSError: a file is missing or cannot be read.
            ValueError: a file is truncated or altered, or of another schema: all problems.
        """
        report, arrays = read(cls, path, SCHEMA)
        return report.with_arrays(**arrays)

    def with_arrays(self, **arrays: np.ndarray) -> "Report":
        """The same report with more arrays."""
        return dataclasses.replace(self, arrays={**self.arrays, **arrays})

    def with_refit(self, found: Refitted) -> "Report":
        """The same report with what ``aann.refit`` found of its program."""
        return dataclasses.replace(self, refit=found)

    def save(
        self,
        folder: str | os.PathLike[str],
        figures: bool | Sequence[str | pictures.Picture] | Mapping[str, str] = True,
    ) -> None:
        """Write ``report.json``, ``report.md``, ``report.html``, ``report.npz`` and figures.

        All of them or none.

        A report that is there already is replaced as a whole: with a full disk, or where the
        process is killed, it stays.

        Args:
            folder: created where there is none.
            figures: by default those that can be drawn of the report; False for none; or
                pictures that the pages show: as ``Picture``, which are saved too, or as names of
                files that are in the folder already, or as such names with a description of each
                for who cannot see them.

        Raises:
            OSError: there are no such pictures, or the folder cannot be written.
            ValueError: a file is no picture, or a picture has no name of a file.

        Warns:
            UserWarning: a figure cannot be drawn; the rest is saved.
        """
        path = pathlib.Path(folder).expanduser()
        shown = pictures.of(self, path, figures)
        texts = {
            "report.html": self.html(shown),
            "report.json": self.to_json(),
            "report.md": self.markdown(shown),
        }
        there = set() if isinstance(figures, bool) else {f for f in figures if isinstance(f, str)}
        with replacing(path) as new:
            for name, content in texts.items():
                (new / name).write_text(content + "\n", encoding="utf-8")
            for picture in shown:
                if picture.file not in there:
                    (new / picture.file).write_bytes(picture.data)
            arrays_file.write(new / "report.npz", self.arrays)

    def markdown(self, figures: Sequence[str | pictures.Picture] = ()) -> str:
        """The report as a Markdown page that shows ``figures`` (files beside it)."""
        return text.page(self, figures)

    def html(self, figures: Sequence[pictures.Picture] = ()) -> str:
        """The report as an HTML page that holds all it needs, ``figures`` included."""
        from aann.report.html import Chapter, page  # noqa: PLC0415 - Jinja, when it is needed

        return page([Chapter(self, figures)])

    def _repr_html_(self) -> str:
        from aann.report.html import fragment  # noqa: PLC0415

        return fragment(self)

    def __repr__(self) -> str:
        return screen(text.glance(self))

    def __str__(self) -> str:
        return text.table(self)
