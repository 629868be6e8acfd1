"""Published files that the project uses but does not contain: found, or downloaded, and verified.

A folder of assets is looked for

1. in the mirror, the folder that the environment variable ``AANN_ASSETS`` names,
2. in the user's cache (``platformdirs``), and
3. at its source, a commit on GitHub (``zoo.download``).

It comes from one of these as a whole, never mixed. Every file is checked against its SHA-256 each
time it is asked for, so that what a function here returns is what was published.

Sharp edge: the mirror's ``imagenet_samples`` were scaled and encoded again, so its checksums
(``checksums.txt``, in the format of ``sha256sum -c``) hold for the mirror alone. No checksum is
known for the originals at the source: they are pinned by their commit, checked to be
complete pictures, and their digests are recorded on the first download and hold from then on. The
same goes for a file of which only the git blob id is known; it is checked instead.
"""

import dataclasses
import functools
import hashlib
import os
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import platformdirs

MIRROR_VARIABLE = "AANN_ASSETS"


class AssetError(RuntimeError):
    """A published file is not to be had, or is not what was published."""


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a folder of assets was published.

    Attributes:
        url: of the commit.
        licence: of the files.
        known: whether ``checksums.txt`` holds for the files at the source.
        folders: suffix of a file's name -> folder of the commit that it is in, if not the root.
        blobs: file -> git blob id, where no SHA-256 is known.
    """

    url: str
    licence: str
    known: bool
    folders: Mapping[str, str] = dataclasses.field(default_factory=dict)
    blobs: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def locate(self, name: str) -> str:
        """The URL of one file."""
        folder = self.folders.get(Path(name).suffix, "")
        return f"{self.url}/{folder}{name}"


SOURCES = {
    "inceptionv1": Source(
        "https://raw.githubusercontent.com/soumith/inception.torch/"
        "8b9705fe4d1643a4cd6a23aebfe8d70c875ae31e",
        licence="Apache-2.0",
        known=True,
        folders={".h5": "dump/"},
    ),
    "inception5h": Source(
        "https://raw.githubusercontent.com/ProGamerGov/pytorch-old-tensorflow-models/"
        "f8187b60fca8a3f5cfa541406dcbcefb80db5c78",
        licence="see the repository",
        known=False,
        blobs={"inception5h.pth": "119f77db85c8352960933e025312b507d9a96ed7"},
    ),
    "imagenet_samples": Source(
        "https://raw.githubusercontent.com/EliSchwartz/imagenet-sample-images/"
        "bc69043e2862758a1906c6a24a792bb28c6bb2ff",
        licence="ImageNet terms, research use",
        known=False,
    ),
    "grokking": Source(
        "https://raw.githubusercontent.com/neelnanda-io/Grokking/"
        "dfbd38f7d23e09aaa5e5c9bd0483b69ca533e580",
        licence="see the repository",
        known=True,
        folders={".pth": "saved_runs/"},
    ),
}


def fetch(folder: str, names: Collection[str] | None = None) -> dict[str, Path]:
    """Verified local files of one folder of assets.

    Args:
        folder: a key of ``SOURCES``.
        names: files of the folder; by default all.

    Returns:
        Name -> path, sorted by name.

    Raises:
        AssetError: files are missing, altered or cannot be downloaded; all are listed.
        ValueError: no such folder, or no such files in it.
    """
    wanted = _wanted(folder, names)
    mirror = _mirror()
    if mirror is not None and (mirror / folder).is_dir():
        return _verified(mirror / folder, wanted, f"the mirror {mirror} ({MIRROR_VARIABLE})")
    from zoo import download  # noqa: PLC0415 - the network's libraries, when they are needed

    where = cache() / folder
    known = wanted if SOURCES[folder].known else download.recorded(where, wanted)
    if known is None or not all((where / name).is_file() for name in wanted):
        searched = [_mirror_state(mirror, folder), f"the cache {where}: not complete"]
        known = download.download(folder, where, wanted, searched)
    return _verified(where, known, f"the cache {where}")


def cache() -> Path:
    """The user's cache folder of this project."""
    return Path(platformdirs.user_cache_dir("aann", appauthor=False))


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
def checksums() -> dict[str, dict[str, str]]:
    """Folder -> file -> SHA-256 of the published files, as the mirror has them."""
    table: dict[str, dict[str, str]] = {folder: {} for folder in SOURCES}
    for line in Path(__file__).with_name("checksums.txt").read_text().splitlines():
        digest, path = line.split("  ", 1)
        folder, name = path.split("/")
        table[folder][name] = digest
    return table


def _wanted(folder: str, names: Collection[str] | None) -> dict[str, str]:
    """File -> SHA-256, or else git blob id, of what was asked for."""
    if folder not in SOURCES:
        raise ValueError(f"no assets are called {folder!r}; there are {', '.join(SOURCES)}")
    known = {**SOURCES[folder].blobs, **checksums()[folder]}
    if unknown := sorted(set(names or ()) - known.keys()):
        raise ValueError(f"{folder!r} has no files {', '.join(unknown)}")
    return {name: known[name] for name in sorted(known if names is None else names)}


def _mirror() -> Path | None:
    value = os.environ.get(MIRROR_VARIABLE, "")
    if not value:
        return None
    if not Path(value).is_dir():
        raise AssetError(
            f"{MIRROR_VARIABLE} is set to {value!r}, which is not a folder. Set it to a mirror of "
            f"the assets (a folder that holds {', '.join(SOURCES)}), or unset it to download them"
        )
    return Path(value)


def _mirror_state(mirror: Path | None, folder: str) -> str:
    if mirror is None:
        return f"a mirror: {MIRROR_VARIABLE} is not set"
    return f"the mirror {mirror} ({MIRROR_VARIABLE}): has no folder {folder!r}"


def _verified(where: Path, wanted: Mapping[str, str], place: str) -> dict[str, Path]:
    """The files of ``where``, all present and unaltered."""
    with ThreadPoolExecutor() as pool:
        found = pool.map(lambda name: _problem(where / name, wanted[name]), wanted)
        problems = [problem for problem in found if problem]
    if problems:
        shown = problems[:10] + ([f"and {len(problems) - 10} more"] if len(problems) > 10 else [])
        raise AssetError(
            f"{place} is not as published, {len(problems)} of {len(wanted)} file(s):\n  "
            + "\n  ".join(shown)
            + "\nDelete or replace these files; what is missing from the cache is downloaded again"
        )
    return {name: where / name for name in wanted}


def _problem(path: Path, expected: str) -> str | None:
    try:
        problem = mismatch(path, expected)
    except OSError as error:
        return f"{path.name}: cannot be read ({error.strerror})"
    return problem and f"{path.name}: altered or truncated, {problem}"
