"""Pretrained models and data sets by name: ``zoo.load("inceptionv1")``, ``zoo.data(...)``."""

from collections.abc import Callable

import aann
from zoo import induction, max_of_k, modular_addition, naming
from zoo.data import data
from zoo.eis_vii_mnist import model as eis_vii_mnist
from zoo.eis_vii_transformer import model as eis_vii_transformer
from zoo.files.sources import AssetError
from zoo.inceptionv1 import distill_units
from zoo.inceptionv1 import model as inceptionv1

__all__ = ["MODELS", "VARIANTS", "AssetError", "data", "distill_units", "load"]

MODELS: dict[str, Callable[..., aann.Model]] = {
    "inceptionv1": inceptionv1.load,
    "modular_addition": modular_addition.load,
    "induction": induction.load,
    "max_of_k": max_of_k.load,
    "eis_vii_mnist": eis_vii_mnist.load,
    "eis_vii_transformer": eis_vii_transformer.load,
}
"""Name -> loader."""

VARIANTS: dict[str, tuple[str, ...]] = {
    "inceptionv1": inceptionv1.VARIANTS,
    "modular_addition": modular_addition.VARIANTS,
    "induction": induction.VARIANTS,
    "max_of_k": max_of_k.VARIANTS,
    "eis_vii_mnist": eis_vii_mnist.VARIANTS,
    "eis_vii_transformer": eis_vii_transformer.VARIANTS,
}
"""Name -> variants, the default one first."""


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
    naming.known(name, MODELS, "no model is called")
    if variant is None:
        return MODELS[name]()
    naming.known(variant, VARIANTS[name], f"{name!r} has no variant")
    return MODELS[name](variant)
