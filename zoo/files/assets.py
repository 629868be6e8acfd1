"""Published files that the project uses but does not contain: found, or downloaded, and verified.

A folder of assets is looked for

1. in the mirror, the folder that the environment variable ``AANN_ASSETS`` names,
2. in the user's cache (``platformdirs``), and
3. at its source, a commit on GitHub (``zoo.files.download``).

It comes from one of these as a whole, never mixed. Every file is checked against its SHA-256 each
time it is asked for, so that what a function here returns is what was published.

Sharp edge: the mirror's ``imagenet_samples`` were scaled and encoded again, so its checksums
(``checksums.txt``, in the format of ``sha256sum -c``) hold for the mirror alone. No checksum is
known for the originals at the source: they are pinned by their commit, checked to be
complete pictures, and their digests are recorded on the first download and hold from then on. The
same goes for a file of which only the git blob id is known; it is checked instead. A file of which
nothing is known is taken as the user has it (``unchecked``), and never downloaded.
"""

import os
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import platformdirs

from zoo.checkpoints.content import check_regular
from zoo.files import checksums, sources
from zoo.files.sources import MIRROR_VARIABLE, AssetError


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
    from zoo.files import download  # noqa: PLC0415 - the network's libraries, when they are needed

    where = cache() / folder
    known = wanted if sources.SOURCES[folder].known else download.recorded(where, wanted)
    if known is None or not all((where / name).is_file() for name in wanted):
        searched = [_mirror_state(mirror, folder), f"the cache {where}: not complete"]
        known = download.download(folder, where, wanted, searched)
    return _verified(where, known, f"the cache {where}")


def unchecked(folder: str, name: str, instead: str) -> Path:
    """A file that the user put beside the others of a folder, and of which no digest is known.

    Args:
        folder: a key of ``SOURCES``.
        name: of the file, which ``fetch`` does not know.
        instead: what needs no such file, for the message.

    Raises:
        AssetError: it is neither in the mirror nor in the cache, or is no file.
    """
    mirror = _mirror()
    places = [(cache() / folder, "the cache")]
    if mirror is not None:
        places.insert(0, (mirror / folder, f"the mirror ({MIRROR_VARIABLE})"))
    searched = []
    for where, place in places:
        try:
            check_regular(where / name)
        except OSError as error:
            reason = "not there" if isinstance(error, FileNotFoundError) else "it is no file"
            searched.append(f"{place}, {where}: {reason}")
        else:
            return where / name
    raise AssetError(
        f"{name!r} is not to be had. Places searched:\n  "
        + "\n  ".join(searched)
        + "\nIt is not downloaded, because nothing is known to check it by. Download it from "
        f"{sources.SOURCES[folder].locate(name)} and put it into one of these folders. What needs "
        f"no file: {instead}"
    )


def mirrored(folder: str) -> bool:
    """Whether there is a mirror that holds this folder.

    Raises:
        AssetError: the variable does not name a folder.
    """
    mirror = _mirror()
    return mirror is not None and (mirror / folder).is_dir()


def cache() -> Path:
    """The user's cache folder of this project."""
    return Path(platformdirs.user_cache_dir("aann", appauthor=False))


def _wanted(folder: str, names: Collection[str] | None) -> dict[str, str]:
    """File -> SHA-256, or else git blob id, of what was asked for."""
    if folder not in sources.SOURCES:
        raise ValueError(f"no assets are called {folder!r}; there are {', '.join(sources.SOURCES)}")
    known = {**sources.SOURCES[folder].blobs, **checksums.published()[folder]}
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
            f"the assets (a folder that holds {', '.join(sources.SOURCES)}), or unset it to "
            "download them"
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
        check_regular(path)
        problem = checksums.mismatch(path, expected)
    except OSError as error:
        return f"{path.name}: cannot be read ({error.strerror or 'it is no file'})"
    return problem and f"{path.name}: altered or truncated, {problem}"
