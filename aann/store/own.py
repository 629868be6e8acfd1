"""Folders that are the user's alone: what others can write there would be taken for results.

Sharp edge: on systems without POSIX owners and modes nothing is checked.
"""

import os
import pathlib
import stat


def make_own(folder: pathlib.Path) -> None:
    """Make a folder, and those above it that there are not, for the user alone (0700).

    Raises:
        OSError: it cannot be made; a link that leads nowhere is in its place, say.
    """
    if not folder.is_dir():
        if not os.path.lexists(folder.parent):
            make_own(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def check_own(folder: pathlib.Path, *inside: str) -> None:
    """Refuse a folder that others can write to, and folders in it that lie elsewhere.

    Args:
        folder: exists.
        *inside: names of folders in it, which need not exist.

    Raises:
        OSError: with what to do.
    """
    info = folder.stat()
    if hasattr(os, "geteuid") and info.st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to another user")
    if os.name == "posix" and stat.S_IMODE(info.st_mode) & 0o022:
        raise PermissionError(f"other users can write to {folder}: chmod go-w {folder}")
    if links := [str(folder / name) for name in inside if (folder / name).is_symlink()]:
        raise OSError(f"links are not followed: remove {', '.join(links)}")
