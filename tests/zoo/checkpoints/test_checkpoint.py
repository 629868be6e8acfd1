import h5py
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zoo.checkpoints import checkpoint

EXPECTED = {
    "conv": {
        "kernel": jax.ShapeDtypeStruct((3, 5, 2, 4), jnp.float32),
        "bias": jax.ShapeDtypeStruct((4,), jnp.float32),
    },
    "dense": {
        "kernel": jax.ShapeDtypeStruct((2, 4), jnp.float32),
        "bias": jax.ShapeDtypeStruct((4,), jnp.float32),
    },
}
STORED = {"conv_w": (4, 3, 5, 2), "conv_b": (4,), "dense_w": (4, 1, 1, 2), "dense_b": (4,)}


def write(path, name, array):
    with h5py.File(path, "w") as file:
        file[name] = array
    return path


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in STORED.items()}


@pytest.fixture
def files(tmp_path, arrays):
    return {name: write(tmp_path / f"{name}.h5", name, arrays[name]) for name in arrays}


def test_kernels_get_their_outputs_last(files, arrays):
    params = checkpoint.from_torch_dump(files, EXPECTED)
    assert jax.tree.map(jnp.shape, params) == jax.tree.map(lambda s: s.shape, EXPECTED)
    for out in range(4):
        np.testing.assert_array_equal(params["conv"]["kernel"][..., out], arrays["conv_w"][out])
        np.testing.assert_array_equal(
            params["dense"]["kernel"][:, out], arrays["dense_w"][out, 0, 0]
        )
    np.testing.assert_array_equal(params["dense"]["bias"], arrays["dense_b"])


def test_all_that_does_not_fit_is_listed(files, tmp_path):
    del files["conv_b"]
    files["head_w"] = files["dense_w"]
    files["conv_w"] = write(tmp_path / "turned.h5", "conv_w", np.zeros((4, 5, 3, 2), np.float32))
    files["dense_b"] = write(tmp_path / "misnamed.h5", "bias", np.zeros(4, np.float32))
    files["dense_w"] = tmp_path / "torn.h5"
    files["dense_w"].write_bytes(b"\x89HDF\r\n\x1a\n torn")
    with pytest.raises(ValueError, match=r"5 problem\(s\)") as error:
        checkpoint.from_torch_dump(files, EXPECTED)
    message = str(error.value)
    assert "missing: conv_b" in message
    assert "not expected: head_w" in message
    assert "conv_w: expected shape (4, 3, 5, 2), found (4, 5, 3, 2)" in message
    assert "expected the one data set 'dense_b', found ['bias']" in message
    assert "dense_w: " in message
