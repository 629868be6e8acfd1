"""Networks of the zoo before training: the same architecture with parameters drawn anew.

What is claimed of a network should not be found in these: nothing was learnt, but every site, shape
and unit is there. Weights are drawn as the architecture initialises them: those of transformers as
``zoo.transformer.model`` does (normal, of variance one over the width of the residual stream),
kernels of image networks as He et al., arXiv 1502.01852, do for ReLUs (normal, of variance two over
the inputs of a unit), so that activations neither die out nor grow from layer to layer. Biases are
zero, scales of normalisation one. Arrays of other names, in networks from elsewhere, are drawn with
the mean and the spread of what they hold.

Sharp edge: Flax's default for kernels has half of that variance, with which mean squares of
activations halve from layer to layer.
"""

import dataclasses
import math

import jax
import numpy as np

import aann


def untrained(model: aann.Model, seed: int = 0) -> aann.Model:
    """``model`` with random parameters; its name says so.

    Args:
        model: a network; its integers stay as they are.
        seed: of the parameters.
    """
    leaves, tree = jax.tree_util.tree_flatten_with_path(model.params)
    names = [str(getattr(path[-1], "key", "")) if path else "" for path, _ in leaves]
    arrays = [np.asarray(leaf) for _, leaf in leaves]
    width = next((x.shape[-1] for n, x in zip(names, arrays, strict=True) if n == "W_E"), None)
    source = np.random.default_rng(seed)
    drawn = [_drawn(source, name, x, width) for name, x in zip(names, arrays, strict=True)]
    params = jax.tree_util.tree_unflatten(tree, drawn)
    return dataclasses.replace(model, params=params, name=f"{model.name}, untrained")


def _drawn(
    source: np.random.Generator, name: str, trained: np.ndarray, width: int | None
) -> np.ndarray:
    """One array anew; ``width`` is that of the residual stream, where there is one."""
    if not np.issubdtype(trained.dtype, np.floating):
        return trained
    if name in ("bias", "b", "w") or name.startswith("b_"):
        return np.full_like(trained, float(name == "w"))
    mean = 0.0
    if name == "kernel":
        spread = math.sqrt(2 / math.prod(trained.shape[:-1]))
    elif width and name.startswith("W_"):
        spread = float(width) ** -0.5
    else:
        mean, spread = float(trained.mean()), float(trained.std())
    return np.asarray(mean + spread * source.standard_normal(trained.shape), trained.dtype)
