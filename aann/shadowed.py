"""Packages of this project that something else of the same name hides.

``zoo``, ``circuits`` and ``evals`` lie beside ``aann`` under names that users choose too: a file
``zoo.py`` in the folder that Python runs in comes first, and ``zoo.load`` is not to be found. So
``import aann`` looks, without importing anything, and warns (never with an error: the file may have
nothing to do with us); a command line of ours that cannot run without the hidden package ends with
the same words. ``evals`` is run, not imported, so that only command lines speak of it.

Sharp edge: a program that imports the hidden package and never ``aann`` gets Python's own error.
"""

import os
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

NEEDS = {"zoo": (), "circuits": ("zoo",), "evals": ("circuits", "zoo")}
"""The packages beside ``aann``, and those that their command lines cannot run without."""


def check() -> None:
    """Warn of packages that are hidden; end a command line of ours that needs one of them.

    Raises:
        SystemExit: with the message, where ``python -m`` runs a module that needs them.
    """
    found = hidden(Path(__file__).parent.parent)
    running = _running()
    needed = [] if running in found else [name for name in NEEDS.get(running, ()) if name in found]
    if needed:
        raise SystemExit("\n".join(f"error: {_message(name, found[name])}" for name in needed))
    ours = running == "aann" or (running in NEEDS and running not in found)
    for name, place in found.items():
        if name == "evals" and not ours:
            continue
        try:
            # Warnings leave out the frames of the import system: the third is who imports aann.
            warnings.warn(_message(name, place), stacklevel=3)
        except UserWarning as warning:  # made an error by -W error
            print(f"warning: {warning}", file=sys.stderr)


def hidden(home: Path) -> dict[str, str]:
    """Package -> the file or folder that Python finds in its place.

    Args:
        home: the folder that ``aann`` lies in. Packages that are not there cannot be hidden.
    """
    places = {name: home / name for name in NEEDS if (home / name / "__init__.py").is_file()}
    found = {name: _found(name) for name in places}
    return {
        name: there
        for name, there in found.items()
        if there and os.path.realpath(there) != os.path.realpath(places[name])
    }


def _found(name: str) -> str | None:
    """The folder of the package, or the file of the module, that an import of ``name`` gives."""
    try:
        spec = find_spec(name)
    except ValueError:  # a module that was put together by hand, as pytest does
        return None
    if spec is None:
        return None
    return next(iter(spec.submodule_search_locations or ()), spec.origin)


def _running() -> str:
    """The top-level package of the module that ``python -m`` runs, empty where it runs none."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    name: str = spec.name if spec else ""
    if not name and sys.argv[:1] == ["-m"]:  # Python is still looking for the module
        name = sys.orig_argv[len(sys.orig_argv) - len(sys.argv)]
    return name.partition(".")[0]


def _message(name: str, place: str) -> str:
    return (
        f"aann's package {name!r} is hidden by {place}, which Python finds first: rename that, or "
        "run from another folder"
    )
