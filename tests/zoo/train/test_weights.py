import json

import jax.numpy as jnp
import numpy as np
import pytest
from safetensors import safe_open

from zoo.train import weights


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_weights_have_flat_names_a_dtype_and_metadata(tmp_path, dtype):
    path = tmp_path / "toy.safetensors"
    params = {"blocks_0": {"attn": {"W_Q": jnp.full((2, 3), 0.1)}}, "embed": jnp.arange(4.0)}
    weights.save(path, params, {"config": {"heads": 2}, "final": [0.5]}, jnp.dtype(dtype))
    with safe_open(path, "np") as file:
        assert sorted(file.keys()) == ["blocks_0.attn.W_Q", "embed"]
        array = file.get_tensor("blocks_0.attn.W_Q")
        about = {key: json.loads(value) for key, value in file.metadata().items()}
    assert array.dtype == dtype
    np.testing.assert_array_equal(array, np.full((2, 3), 0.1, dtype))
    assert about == {"config": {"heads": 2}, "final": [0.5]}


def test_everyone_can_read_them(tmp_path):
    weights.save(tmp_path / "toy.safetensors", {"w": jnp.zeros(1)}, {})
    assert (tmp_path / "toy.safetensors").stat().st_mode & 0o777 == 0o644
