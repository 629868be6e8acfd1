"""Weights on disk: a safetensors file with flat names such as ``blocks_0.attn.W_Q``."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
from flax.traverse_util import flatten_dict
from safetensors.flax import save_file


def save(path: Path, params: Any, metadata: Mapping[str, Any], dtype: Any = jnp.float32) -> None:
    """Write parameters, or replace those of an earlier file, as a whole.

    Args:
        path: of the file.
        params: nested dict of arrays.
        metadata: key -> anything that JSON can say; each value is stored as JSON.
        dtype: of the arrays on disk.
    """
    flat: dict[str, jax.Array] = flatten_dict(params, sep=".")  # type: ignore[no-untyped-call]
    arrays = {name: jnp.asarray(x, dtype) for name, x in sorted(flat.items())}
    beside = path.with_name(path.name + ".new")
    try:
        save_file(arrays, beside, {key: json.dumps(value) for key, value in metadata.items()})
        beside.chmod(0o644)  # safetensors writes files that only their owner can read
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
