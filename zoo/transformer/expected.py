"""The check that parameters are exactly those that a configuration stands for.

Flax leaves parameters that a module does not ask for lying: without this, weights with biases under
a configuration without them make a network that runs and is another one.
"""

from typing import Any

import jax
import jax.numpy as jnp

from aann.shown.brief import listed
from zoo.transformer.config import TransformerConfig


def named(params: Any) -> dict[str, Any]:
    """Name, such as ``blocks_0.attn.W_Q``, -> array."""
    leaves = jax.tree_util.tree_leaves_with_path(params)
    return {jax.tree_util.keystr(path, simple=True, separator="."): leaf for path, leaf in leaves}


def check_params(config: TransformerConfig, params: Any, expected: Any) -> None:
    """Refuse parameters that are not those expected.

    Args:
        config: the network's, for the message.
        params: nested dict of arrays.
        expected: nested dict of shapes.

    Raises:
        ValueError: some are missing, left over or of another shape; all are listed.
    """
    found = {name: jnp.shape(leaf) for name, leaf in named(params).items()}
    shapes = {name: leaf.shape for name, leaf in named(expected).items()}
    problems = [f"missing: {name} {shapes[name]}" for name in shapes if name not in found]
    problems += [f"not expected: {name} {found[name]}" for name in found if name not in shapes]
    problems += [
        f"{name}: expected shape {shapes[name]}, found {found[name]}"
        for name in found
        if name in shapes and found[name] != shapes[name]
    ]
    if problems:
        raise ValueError(
            f"the parameters are not those of layers={config.layers}, d_mlp={config.d_mlp}, "
            f"biases={config.biases}, layer_norm={config.layer_norm}: {len(problems)} problem(s)\n"
            + listed(problems)
        )
