"""Weights on disk: a safetensors file with flat names such as ``blocks_0.attn.W_Q``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
from flax.traverse_util import flatten_dict
from safetensors.flax import save_file


def save(path: Path, params: Any, metadata: Mapping[str, Any], dtype: Any = jnp.float32) -> None:
    """Write parameters.

    Args:
        path: of the file.
        params: nested dict of arrays.
        metadata: key -> anything that JSON can say; each value is stored as JSON.
        dtype: of the arrays on disk.
    """
    flat: dict[str, jax.Array] = flatten_dict(params, sep=".")  # type: ignore[no-untyped-call]
    arrays = {name: jnp.asarray(x, dtype) for name, x in sorted(flat.items())}
    save_file(arrays, path, {key: json.dumps(value) for key, value in metadata.items()})
    path.chmod(0o644)  # safetensors writes files that only their owner can read
