"""The ledger of looks: whose residuals were seen on examples that reports are about.

A program that was changed after a look at its held-out residuals is fitted to them, and no interval
knows. A look is kept with the program's name, the digest of its source, the model, the site and a
few of the examples, so that it is found again when the program, its constants or the choice of
examples have changed since, as long as one of these stays: the name or the source; and some of the
examples.

The ledger is one file of lines for all of a user's processes, ``looked.jsonl`` in the folder that
the environment variable ``AANN_LOOKED`` names, by default the user's folder for state. Where it
cannot be written, the process at least remembers.

Sharp edges: programs that are called the same, at one site of one model, are taken for one. A
ledger that was deleted, or is on another machine, knows nothing.
"""

import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
from typing import Any, Final

import filelock

from aann.counting.reach import written
from aann.data.examples import Examples
from aann.program.replacement import Replacement
from aann.shown.brief import brief
from aann.store.digest import digest
from aann.store.own import make_own

VARIABLE: Final = "AANN_LOOKED"
FILE: Final = "looked.jsonl"
SOME: Final = 64
"""Examples of a look that are kept: those of the smallest digests, so that parts overlap."""
_DIGITS: Final = 16
_LONGEST: Final = 2**14  # characters of a line that one of ours may have
_PATIENCE: Final = 10.0  # seconds to wait for another process

_unwritten: list["Look"] = []


@dataclasses.dataclass(frozen=True)
class Look:
    """One look.

    Attributes:
        model: name of the model.
        site: where the program writes.
        name: of the program.
        source: digest of its source; empty where that cannot be read.
        data: hash of the examples.
        examples: the first digits of some of their contents' digests.
        day: ISO 8601, UTC.
    """

    model: str
    site: str
    name: str
    source: str
    data: str
    examples: tuple[str, ...]
    day: str

    __repr__ = brief


def folder() -> pathlib.Path:
    """Where the ledger is."""
    if given := os.environ.get(VARIABLE, "").strip():
        return pathlib.Path(given).expanduser()
    import platformdirs  # noqa: PLC0415 - when it is needed

    return pathlib.Path(platformdirs.user_state_dir("aann", appauthor=False))


def record(replacement: Replacement, examples: Examples) -> OSError | None:
    """Keep a look, and say why it could not be written, if that is so."""
    look = Look(
        replacement.model, replacement.site, replacement.name, _source(replacement), examples.hash,
        tuple(sorted(x[:_DIGITS] for x in examples.digests)[:SOME]),
        datetime.datetime.now(datetime.UTC).date().isoformat(),
    )  # fmt: skip
    try:
        _write(look)
    except OSError as error:  # also filelock's Timeout
        _unwritten.append(look)
        return error
    return None


def looks(replacement: Replacement, examples: Examples) -> list[Look]:
    """All looks at this program on some of these examples, the first one first."""
    found = [
        look
        for look in [*_read(), *_unwritten]
        if (look.model, look.site) == (replacement.model, replacement.site)
    ]
    if not found:
        return []
    source = _source(replacement)
    mine = [x for x in found if x.name == replacement.name or (source and x.source == source)]
    ours = {x[:_DIGITS] for x in examples.digests} if mine else set()
    return sorted((x for x in mine if not ours.isdisjoint(x.examples)), key=lambda x: x.day)


def _source(replacement: Replacement) -> str:
    try:
        return digest(written([replacement.program]))
    except (TypeError, RuntimeError, OSError):  # a function that was built in, say
        return ""


def _write(look: Look) -> None:
    where = folder()
    make_own(where)
    line = json.dumps(dataclasses.asdict(look)) + "\n"
    with filelock.FileLock(where / f"{FILE}.lock", timeout=_PATIENCE):
        file = where / FILE
        cut = file.is_file() and not _ends_a_line(file)  # by a writer that was killed
        with file.open("a", encoding="utf-8") as ledger:
            ledger.write("\n" * cut + line)


def _ends_a_line(file: pathlib.Path) -> bool:
    with file.open("rb") as ledger:
        if not ledger.seek(0, os.SEEK_END):
            return True
        ledger.seek(-1, os.SEEK_END)
        return ledger.read(1) == b"\n"


def _read() -> list[Look]:
    """What the ledger holds; lines that are none of ours are left out."""
    found = []
    with (
        contextlib.suppress(OSError),
        (folder() / FILE).open(encoding="utf-8", errors="replace") as ledger,
    ):
        while line := ledger.readline(_LONGEST):
            with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
                found.append(_look(json.loads(line)))
    return found


def _look(plain: dict[str, Any]) -> Look:
    """One line.

    Raises:
        KeyError: it is of another kind.
        TypeError: likewise.
        ValueError: likewise.
    """
    examples: Any = plain["examples"]
    look = Look(**{**plain, "examples": tuple(examples)})
    texts = [x for k, x in plain.items() if k != "examples"]
    if not isinstance(examples, list) or not all(isinstance(x, str) for x in texts + examples):
        raise TypeError("a line has text fields")
    datetime.date.fromisoformat(look.day)
    return look
