"""The bytes of a file that may be anything: a pipe or a device would never end."""

from pathlib import Path


def read_bytes(path: str | Path) -> bytes:
    """All of a regular file.

    Raises:
        OSError: it cannot be read, or is a folder, a pipe, a device or the like.
    """
    path = Path(path)
    check_regular(path)
    return path.read_bytes()


def check_regular(path: Path) -> None:
    """Refuse what has no end, or blocks who opens it.

    Raises:
        OSError: there is nothing, or a folder, a pipe, a device or the like.
    """
    path.stat()
    if not path.is_file():
        raise OSError(f"{path} is no regular file")
