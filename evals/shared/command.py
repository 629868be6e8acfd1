"""What an evaluation says and writes: examples as asked for, results in a folder."""

import argparse
import pathlib
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import TypeVar

import jax
import numpy as np
from matplotlib.figure import Figure

import aann
from aann.report.folder import replacing
from aann.report.grid import Grid
from aann.report.html import Chapter, page
from aann.vis.pictures import picture

Half = TypeVar("Half", bound=aann.Examples)


def leads() -> bool:
    """Whether this process prints and writes results: of several, process 0 does."""
    return not jax.distributed.is_initialized() or jax.process_index() == 0


def pick(examples: Half, n: int | None, seed: int) -> Half:
    """``n`` of the examples, picked by the seed; all of them where ``n`` is None.

    Raises:
        ValueError: there are fewer than ``n``.
    """
    if n is None:
        return examples
    if n > len(examples):
        raise ValueError(
            f"{n} examples were asked for, but {examples.name!r} ({examples.split}) has "
            f"{len(examples)}"
        )
    chosen = np.random.default_rng(seed).choice(len(examples), n, replace=False)
    return examples.take(sorted(chosen.tolist()))


def limited(
    design: aann.Design, heldout: aann.HeldOut, args: argparse.Namespace
) -> tuple[aann.Design, aann.HeldOut]:
    """The examples of both halves that ``--n``, ``--limit`` and ``--seed`` ask for.

    Raises:
        ValueError: ``--n`` asks for more than there are.
    """
    n = args.n or (min(args.limit, len(heldout)) if args.limit else None)
    limit = min(args.limit, len(design)) if args.limit else None
    return pick(design, limit, args.seed), pick(heldout, n, args.seed)


def writable(folder: pathlib.Path) -> pathlib.Path:
    """The folder, created and shown to take files before hours of work depend on it.

    Raises:
        OSError: it cannot be created or written.
    """
    folder = folder.expanduser()  # shells leave the ~ of --out=~/results as it is
    if not leads():
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(f"cannot write results to {folder}: {error.strerror}; pass --out") from error
    return folder


def say(text: str) -> None:
    """One line about what is going on, on stderr: stdout is for the result."""
    if leads():
        print(text, file=sys.stderr, flush=True)


def show(text: str) -> None:
    """A result, on stdout."""
    if leads():
        print(text, flush=True)


def save(report: aann.Report, figures: Mapping[str, Figure], folder: pathlib.Path) -> Chapter:
    """Print the report and write it and its figures into ``folder``; returns what a page shows.

    Raises:
        ValueError: figures have no caption: all of them, after everything is written.
    """
    if not leads():
        return Chapter(report, ())
    shown = [picture(figure, name) for name, figure in figures.items()]
    report.save(folder, shown)
    show(str(report))
    written = ["report.html", "report.json", "report.md", "report.npz", *(p.file for p in shown)]
    say(f"wrote {', '.join(written)} to {folder}")
    if bare := [p.file for p in shown if not p.caption]:
        raise ValueError(
            f"figures of a report say what they show and how that was picked: give "
            f"{', '.join(bare)} a caption with aann.vis.caption.captioned"
        )
    return Chapter(report, shown)


def save_page(
    name: str, claim: str, chapters: Sequence[Chapter], tables: Sequence[Grid], folder: pathlib.Path
) -> None:
    """Write ``report.html`` anew: one page of all networks and reports, the last report first.

    Args:
        name: of the evaluation.
        claim: what it is about.
        chapters: the reports with their figures, from the smallest part to the whole.
        tables: of all networks.
        folder: where results go.
    """
    if not leads():
        return
    text = page([chapters[-1], *chapters[:-1]], title=name, lead=claim, summary=tables)
    with replacing(folder) as new:
        (new / "report.html").write_text(f"{text}\n", encoding="utf-8")
    say(f"wrote report.html of all networks to {folder}")
