"""Downloads assets into the user's cache: all of a file or nothing, one process at a time.

Files are written to a folder beside the cache, verified there, and moved into place by an atomic
rename. A lock makes parallel processes wait for the one that downloads and then use its files.
"""

import contextlib
import logging
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

import filelock
import pooch
from PIL import Image
from tqdm import tqdm

from aann.store.own import check_own, make_own
from zoo.files import sources
from zoo.files.checksums import mismatch, sha256
from zoo.files.sources import MIRROR_VARIABLE, AssetError, Source

WORKERS = 8
TIMEOUT = 30.0  # seconds without an answer
LOCK_TIMEOUT = 3600.0  # seconds; another process may be downloading over a slow line
RECORD = "{}.recorded.sha256"
_LINE = re.compile(rb"([0-9a-f]{64})  ([ -~]+)")


def download(
    folder: str, where: Path, wanted: Mapping[str, str], searched: Sequence[str]
) -> dict[str, str]:
    """Complete ``where`` with the files of an asset folder.

    Args:
        folder: a key of ``sources.SOURCES``.
        where: folder of the cache that receives the files.
        wanted: file -> digest as the mirror has it; used where it holds for the source.
        searched: the places searched before, for the error message.

    Returns:
        File -> SHA-256 that the files in ``where`` must have.

    Raises:
        AssetError: the source is out of reach, or what came is not what was published.
    """
    source = sources.SOURCES[folder]
    with _locked(where):
        known = dict(wanted) if source.known else _read_record(where)
        missing = [n for n in wanted if n not in known or not (where / n).is_file()]
        with _scratch(where) as scratch:
            came, problems = _get_all(source, missing, known, scratch)
            known |= came
            if not source.known and came:
                _write_record(where, known)
            for name in came:
                os.replace(scratch / name, where / name)
    if problems:
        raise AssetError(_message(folder, source, searched, problems))
    return {name: known[name] for name in wanted}


def recorded(where: Path, wanted: Mapping[str, str]) -> dict[str, str] | None:
    """The digests recorded when ``wanted`` were first downloaded, None if some were not."""
    known = _read_record(where)
    return {n: known[n] for n in wanted} if wanted.keys() <= known.keys() else None


def _get_all(
    source: Source, names: Sequence[str], known: Mapping[str, str], scratch: Path
) -> tuple[dict[str, str], list[str]]:
    """Download into ``scratch``. Returns file -> SHA-256 of what came, and the problems."""
    came: dict[str, str] = {}
    problems: list[str] = []
    bar = tqdm(total=len(names), desc="downloading", unit="file", disable=not names)
    with ThreadPoolExecutor(WORKERS) as pool, bar:
        tasks = {pool.submit(_get, source, n, known.get(n), scratch): n for n in names}
        try:
            for task in as_completed(tasks):
                name = tasks[task]
                if task.cancelled():
                    continue
                if error := task.exception():
                    problems.append(f"{source.locate(name)}: {error}")
                    _cancel(tasks)
                else:
                    came[name] = task.result()
                    bar.update()
        finally:  # on Ctrl-C the pool would otherwise finish all of them first
            _cancel(tasks)
    return came, problems


def _get(source: Source, name: str, known: str | None, scratch: Path) -> str:
    """Download and check one file. Returns its SHA-256."""
    path = Path(
        pooch.retrieve(
            source.locate(name),
            known_hash=None if known is None else f"sha256:{known}",
            fname=name,
            path=scratch,
            downloader=pooch.HTTPDownloader(timeout=TIMEOUT),
        )
    )
    if (blob := source.blobs.get(name)) is not None:
        if problem := mismatch(path, blob):
            raise ValueError(problem)
    elif known is None:
        with Image.open(path) as picture:  # raises OSError where the picture is not complete
            picture.load()
    return sha256(path)


def _cancel(tasks: Iterable[Future[str]]) -> None:
    for task in tasks:
        task.cancel()


@contextlib.contextmanager
def _locked(where: Path) -> Iterator[None]:
    try:
        make_own(where)
        check_own(where.parent, where.name)
        lock = filelock.FileLock(where.with_name(f"{where.name}.lock"), timeout=LOCK_TIMEOUT)
        lock.acquire()
    except OSError as error:
        raise AssetError(
            f"the cache {where} cannot be written to ({error}). Make room there, choose another "
            f"with XDG_CACHE_HOME, or set {MIRROR_VARIABLE} to a mirror of the assets"
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _scratch(where: Path) -> Iterator[Path]:
    """An empty folder beside ``where``; what a killed process left there is removed."""
    folder = where.with_name(f"{where.name}.partial")
    _clear(folder)
    folder.mkdir(mode=0o700)
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield folder
    finally:
        logger.setLevel(level)
        shutil.rmtree(folder, ignore_errors=True)


def _clear(path: Path) -> None:
    """Remove a folder, or whatever else is in its place."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _read_record(where: Path) -> dict[str, str]:
    """File -> SHA-256; a damaged record is none, so that files are downloaded again."""
    path = where.with_name(RECORD.format(where.name))
    if not path.is_file():
        return {}
    lines = [_LINE.fullmatch(line) for line in path.read_bytes().split(b"\n")[:-1]]
    return {line[2].decode(): line[1].decode() for line in lines if line}


def _write_record(where: Path, known: Mapping[str, str]) -> None:
    path = where.with_name(RECORD.format(where.name))
    half = path.with_name(f"{path.name}.partial")
    _clear(half)
    half.write_text("".join(f"{known[name]}  {name}\n" for name in sorted(known)))
    os.replace(half, path)


def _message(folder: str, source: Source, searched: Sequence[str], problems: Sequence[str]) -> str:
    places = [*searched, f"the source {source.url}: {len(problems)} download(s) failed"]
    return (
        f"the assets {folder!r} are not to be had. Places searched:\n  "
        + "\n  ".join(places)
        + "\nWhat failed:\n  "
        + "\n  ".join(sorted(problems)[:3])
        + f"\nConnect to the network, or set {MIRROR_VARIABLE} to a mirror: a folder that "
        f"holds {folder}/ with the files of the source. What needs neither: "
        "python -m evals.modular_addition, on weights that ship with the project"
    )
