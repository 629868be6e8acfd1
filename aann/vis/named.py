"""Models and data by what a command line calls them: a name of the zoo, or ``path.py:function``.

The core knows nothing of the zoo: what is installed with entry points ``load`` and ``data`` of the
group ``aann.zoo`` is asked.
"""

import hashlib
import importlib.util
import pathlib
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

import numpy as np

from aann.data.examples import Examples
from aann.model import Model

SAMPLES: dict[tuple[int, ...], str] = {(224, 224, 3): "imagenet_samples", (28, 28, 1): "mnist"}
"""Shape of one picture -> data of the zoo that are such."""

PIXELS = (0.0, 255.0)
ENOUGH = 100
"""Pictures that have black and white between them."""


def model(name: str) -> Model:
    """The model that a name means.

    Args:
        name: of the zoo, or ``path.py:function`` whose result is an ``aann.Model``.

    Raises:
        ValueError: there is none of this name, or the function returns something else.
        OSError: there is no such file.
    """
    if ":" not in name:
        _not_a_file(name)
        return _model(_zoo("load")(name), name)
    return _model(_called(name), name)


def data(name: str | None, shape: tuple[int, ...]) -> Examples | None:
    """The pictures that a name means; without one, the zoo's of this shape, or None.

    Of the zoo's it is the design half: what a program is held out on is not looked at.

    Args:
        name: of the zoo, or ``path.py:function`` whose result is ``aann.Examples``.
        shape: of one picture.

    Raises:
        ValueError: there is none of this name, or the function returns something else.
        OSError: there is no such file.
    """
    if name is not None and ":" in name:
        found = _called(name)
        if not isinstance(found, Examples):
            raise ValueError(f"{name} returns aann.Examples, got {type(found).__name__}")
        return found
    if name is not None:
        _not_a_file(name)
    chosen = name if name is not None else SAMPLES.get(shape)
    if chosen is None:
        return None
    found = _zoo("data")(chosen, split="design")
    assert isinstance(found, Examples)
    return found


def low_high(given: Examples | None) -> tuple[float, float]:
    """Black and white: the least and the largest value of up to ``ENOUGH`` pictures, or pixels'.

    Raises:
        ValueError: all of them are one value.
    """
    if given is None:
        return PIXELS
    pictures = given.load(range(min(len(given), ENOUGH)))
    found = float(np.min(pictures)), float(np.max(pictures))
    if not found[0] < found[1]:
        raise ValueError(
            f"all pictures are {found[0]:g} everywhere: say what black and white are, low_high= or "
            "--low-high"
        )
    return found


def _zoo(name: str) -> Callable[..., Any]:
    found = tuple(entry_points(group="aann.zoo", name=name))
    if not found:
        raise ValueError("no zoo of models is installed: pass path.py:function")
    loaded: Callable[..., Any] = found[0].load()
    return loaded


def _model(found: Any, name: str) -> Model:
    if not isinstance(found, Model):
        flax = any(kind.__module__.startswith("flax.") for kind in type(found).__mro__)
        how = ": make one of it with aann.adapters.nnx.model or aann.adapters.linen.model"
        raise ValueError(
            f"{name} returns an aann.Model, got {type(found).__name__}{how if flax else ''}"
        )
    return found


def _not_a_file(name: str) -> None:
    if name.endswith(".py"):
        raise ValueError(f"{name!r} names no function: pass {name}:function")


def _called(name: str) -> Any:
    """What a function of a file returns."""
    file, _, function = name.rpartition(":")
    path = pathlib.Path(file).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"no file {file!r}: pass path.py:function")
    own = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]  # no other module's name
    spec = importlib.util.spec_from_file_location(f"{path.stem}_{own}", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{file!r} is no Python file: pass path.py:function")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # where data classes of a file look for it
    spec.loader.exec_module(module)
    make: Callable[[], Any] | None = getattr(module, function, None)
    if not callable(make):
        names = [k for k, v in vars(module).items() if callable(v) and not k.startswith("_")]
        raise ValueError(
            f"{file} has no function {function!r}; there are {', '.join(names) or 'none'}"
        )
    return make()
