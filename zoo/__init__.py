"""Pretrained models and data sets by name: ``zoo.load("inceptionv1")``, ``zoo.data(...)``."""

import difflib
from collections.abc import Callable

import aann
from zoo import inceptionv1
from zoo.assets import AssetError
from zoo.data import data

__all__ = ["MODELS", "AssetError", "data", "load"]

MODELS: dict[str, Callable[[], aann.Model]] = {"inceptionv1": inceptionv1.load}
"""Name -> loader."""


def load(name: str) -> aann.Model:
    """A pretrained model whose layers are sites.

    Args:
        name: a key of ``MODELS``.

    Raises:
        ValueError: no model is called ``name``.
        AssetError: its weights are neither here nor to be had, or are damaged.
    """
    if name not in MODELS:
        close = difflib.get_close_matches(name, MODELS, n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f"no model is called {name!r}; there are {', '.join(MODELS)}{hint}")
    return MODELS[name]()
