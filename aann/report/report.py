"""Results: a table, ``report.json``, Markdown, HTML; figures are drawn from them alone.

``data`` holds what a report says, ``text`` and ``html`` what it looks like; this file joins them.
"""

import dataclasses
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from aann.report import arrays_file, pictures, text
from aann.report.data import SCHEMA, ReportData
from aann.report.file import read
from aann.report.folder import replacing
from aann.report.refitted import Refitted
from aann.report.tested import Unit
from aann.shown.screen import screen

if TYPE_CHECKING:
    from aann.report.equivalence import Equivalence


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

    def equivalence(
        self, margin: float = 0.1, *, metrics: Sequence[str] = (), row: str | None = None,
        unit: Unit = "damage", confidence: float = 0.95, against: str = "intact",
        power: float = 0.8, simulate: bool = True, seed: int | None = None, draws: int = 10_000,
    ) -> "Equivalence":  # fmt: skip
        """Is a row at least as good as the intact model? Non-inferiority and equivalence tests.

        See ``aann.statistics.equivalence`` for the verdicts.

        Args:
            margin: mean loss beyond the other's that does not matter.
            metrics: by which losses; by default all.
            row: by default the report's program.
            unit: ``"damage"``: the margin is a share of the damage of zeroing; ``"loss"``: in the
                loss's own unit (nats for kl and nll, rates for the others).
            confidence: of each one-sided bound.
            against: another row, or the intact model.
            power: chance to decide with the examples that it says are needed.
            simulate: draw experiments where a test is undecided (seconds), rather than trust the
                delta method alone.
            seed: of the bootstrap; by default the report's.
            draws: of the bootstrap.

        Raises:
            ValueError: rows or metrics that are not there, numbers out of range, or no per-example
                losses: all problems.
        """
        from aann.report.equivalence import measured  # noqa: PLC0415 - it shows reports

        return measured(
            self, margin, metrics=metrics, row=row, unit=unit, confidence=confidence,
            against=against, power=power, simulate=simulate, seed=seed, draws=draws,
        )  # fmt: skip

    def _repr_html_(self) -> str:
        from aann.report.html import fragment  # noqa: PLC0415

        return fragment(self)

    def __repr__(self) -> str:
        return screen(text.glance(self))

    def __str__(self) -> str:
        return text.table(self)
