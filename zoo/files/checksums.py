"""What published files contain: digests, and the table of those that are known."""

import functools
import hashlib
from pathlib import Path

from zoo.files import sources


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def git_blob(path: Path) -> str:
    """The id that git gives a file's content: hex SHA-1 over ``blob SIZE``, a zero byte and it."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def mismatch(path: Path, expected: str) -> str | None:
    """What is wrong where a file has another digest than ``expected``, SHA-256 or git blob id."""
    kind, digest = ("SHA-256", sha256) if len(expected) == 64 else ("git blob id", git_blob)
    found = digest(path)
    return None if found == expected else f"{kind} is {found}, expected {expected}"


@functools.cache
def published() -> dict[str, dict[str, str]]:
    """Folder -> file -> SHA-256 of the published files, as the mirror has them."""
    table: dict[str, dict[str, str]] = {folder: {} for folder in sources.SOURCES}
    for line in Path(__file__).with_name("checksums.txt").read_text().splitlines():
        digest, path = line.split("  ", 1)
        folder, name = path.split("/")
        table[folder][name] = digest
    return table
