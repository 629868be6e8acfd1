"""Files of a folder that are replaced together: all of them or none, whatever happens.

    with replacing(folder) as new:
        (new / "report.json").write_text(...)
        (new / "report.npz").write_bytes(...)

They are written beside the old ones, into a folder inside of ``folder``, and synced; then that
folder gets its final name, which is one step: from then on the new files count, and are moved to
their places. Whoever finds them half moved, since a process was killed just then, looks in both
places (``place``) or moves the rest (``replacing``).
"""

import contextlib
import os
import pathlib
import secrets
import shutil
from collections.abc import Iterator
from typing import Final

READY: Final = ".aann-ready"
_PARTIAL: Final = ".aann-partial"
_DAY: Final = 24 * 3600.0


@contextlib.contextmanager
def replacing(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """A new folder, whose files replace those of the same names in ``folder`` at the end.

    Args:
        folder: created where there is none.

    Raises:
        OSError: files cannot be written; then all old ones are still there.
    """
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file: a report is a folder, give it another name")
    folder.mkdir(parents=True, exist_ok=True)
    _move(folder)
    new = folder / f"{_PARTIAL}-{secrets.token_hex(4)}"
    new.mkdir()
    _remove_partial(folder, new.stat().st_mtime)
    try:
        yield new
        for file in new.iterdir():
            _sync(file)
        _sync(new)
        _commit(new, folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    _move(folder)


def place(file: pathlib.Path) -> pathlib.Path:
    """Where a file is read from: its place, or where it waits to be moved there."""
    ready = file.parent / READY / file.name
    return ready if ready.is_file() else file


def _move(folder: pathlib.Path) -> None:
    """Move new files to their places, if there are any; another process may be doing so too."""
    ready = folder / READY
    if ready.is_symlink() or not ready.is_dir():
        return
    for file in sorted(ready.iterdir()):
        with contextlib.suppress(FileNotFoundError):
            file.replace(folder / file.name)
    _sync(folder)
    with contextlib.suppress(FileNotFoundError):
        ready.rmdir()


def _commit(new: pathlib.Path, folder: pathlib.Path) -> None:
    """From here on the new files count."""
    if taken := [f.name for f in new.iterdir() if (folder / f.name).is_dir()]:
        raise IsADirectoryError(f"{folder} has folders called {', '.join(taken)}: remove them")
    for _ in range(100):
        try:
            new.rename(folder / READY)
        except OSError:
            if not (folder / READY).is_dir():
                raise
            _move(folder)  # of another process that writes here
        else:
            return
    raise OSError(f"{folder / READY} is in the way: remove it")


def _remove_partial(folder: pathlib.Path, now: float) -> None:
    """Remove what processes left that were killed while they wrote, a day ago and more."""
    for left in folder.glob(f"{_PARTIAL}-*"):
        with contextlib.suppress(OSError):
            if left.lstat().st_mtime < now - _DAY:
                shutil.rmtree(left, ignore_errors=True)


def _sync(path: pathlib.Path) -> None:
    """Wait until it is on the disk. Folders cannot be opened for that everywhere."""
    if path.is_dir() and os.name == "nt":
        return
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
