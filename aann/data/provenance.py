"""Where a result comes from: which examples, and which versions of what."""

import platform
import shlex
import sys
from importlib.metadata import version

import jax

from aann.data.examples import Examples
from aann.version import __version__


def described(examples: Examples) -> dict[str, object]:
    """Name, split, number and hash of examples; the number of groups where they have some."""
    groups = {} if examples.groups is None else {"groups": len(set(examples.groups))}
    return {
        "name": examples.name,
        "split": examples.split,
        "n": len(examples),
        "hash": examples.hash,
        **groups,
    }


def command() -> str:
    """What was run, as it is typed; a kernel's own words say nothing of the notebook."""
    return "notebook" if "ipykernel" in sys.modules else shlex.join(sys.argv)


def versions() -> dict[str, str]:
    """Of Python and the libraries, and the devices."""
    libraries = {name: version(name) for name in ("jax", "jaxlib", "numpy", "flax")}
    backend = f"{jax.default_backend()} x {jax.device_count()}"
    return {
        "python": platform.python_version(),
        **libraries,
        "aann": __version__,
        "backend": backend,
    }
