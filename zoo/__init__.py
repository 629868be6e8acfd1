"""Pretrained models and data sets by name: ``zoo.load("inceptionv1")``, ``zoo.data(...)``."""

import difflib
from collections.abc import Callable, Collection

import aann
from zoo import inceptionv1, induction, max_of_k, modular_addition
from zoo.assets import AssetError
from zoo.data import data

__all__ = ["MODELS", "VARIANTS", "AssetError", "data", "load"]

MODELS: dict[str, Callable[..., aann.Model]] = {
    "inceptionv1": inceptionv1.load,
    "modular_addition": modular_addition.load,
    "induction": induction.load,
    "max_of_k": max_of_k.load,
}
"""Name -> loader."""

VARIANTS: dict[str, tuple[str, ...]] = {
    "modular_addition": modular_addition.VARIANTS,
    "induction": induction.VARIANTS,
    "max_of_k": max_of_k.VARIANTS,
}
"""Name -> variants, the default one first; models that are not here have none."""


def load(name: str, variant: str | None = None) -> aann.Model:
    """A pretrained model whose activations are sites.

    Args:
        name: a key of ``MODELS``.
        variant: one of ``VARIANTS[name]``, by default the first.

    Raises:
        ValueError: no model is called ``name``, or it has no such variant; or its file does not
            hold its architecture.
        AssetError: its weights are neither here nor to be had, or are damaged.
    """
    if name not in MODELS:
        raise ValueError(
            f"no model is called {name!r}; there are {', '.join(MODELS)}{_close(name, MODELS)}"
        )
    if variant is None:
        return MODELS[name]()
    known = VARIANTS.get(name, ())
    if not known:
        raise ValueError(f"{name!r} has no variants, got {variant!r}; leave it out")
    if variant not in known:
        raise ValueError(
            f"{name!r} has no variant {variant!r}; there are {', '.join(known)}"
            f"{_close(variant, known)}"
        )
    return MODELS[name](variant)


def _close(name: str, known: Collection[str]) -> str:
    matches = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""
