import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.signal import correlate

import aann
import zoo
from zoo.checkpoints.torch_file import read_torch
from zoo.eis_vii_mnist import model


@pytest.fixture(scope="module")
def state():
    rng = np.random.default_rng(0)
    return {
        name: (0.2 * rng.standard_normal(shape)).astype(np.float32)
        for name, shape in model.SHAPES.items()
    }


def by_hand(state, picture):
    """Logits of one (28, 28) picture as PyTorch computes them, channels first, by SciPy."""
    x = picture[None].astype(np.float64)
    for layer in ("conv1", "conv2"):
        weight, bias = state[f"{layer}.weight"].astype(np.float64), state[f"{layer}.bias"]
        x = np.stack([correlate(x, w, "valid")[0] + b for w, b in zip(weight, bias, strict=True)])
        x = np.maximum(x, 0)
        rows = x.shape[1] // 2
        x = x[:, : 2 * rows, : 2 * rows].reshape(len(x), rows, 2, rows, 2).max(axis=(2, 4))
    hidden = np.maximum(state["fc1.weight"].astype(np.float64) @ x.ravel() + state["fc1.bias"], 0)
    return state["fc2.weight"].astype(np.float64) @ hidden + state["fc2.bias"]


def test_logits_are_those_of_scipy(state):
    pictures = np.random.default_rng(1).random((3, 28, 28), dtype=np.float32)
    network = model.as_model(state)
    found = network.apply(network.params, jnp.asarray(pictures[..., None]))
    np.testing.assert_allclose(found, [by_hand(state, x) for x in pictures], rtol=1e-5, atol=1e-4)


def test_sites_are_each_layer_before_and_after_its_relu(state):
    network = model.as_model(state)
    shapes = {name: site.shape[1:] for name, site in aann.sites(network).items()}
    assert shapes == {
        "input": (28, 28, 1),
        "conv1.pre": (26, 26, 8), "conv1": (26, 26, 8), "pool1": (13, 13, 8),
        "conv2.pre": (11, 11, 16), "conv2": (11, 11, 16), "pool2": (5, 5, 16),
        "fc1.pre": (200,), "fc1": (200,), "logits": (2,),
    }  # fmt: skip
    _, values = aann.capture(network, list(shapes)[1:])(jnp.ones((2, 28, 28, 1)))
    for layer in ("conv1", "conv2", "fc1"):
        np.testing.assert_array_equal(values[layer], jax.nn.relu(values[f"{layer}.pre"]))


@pytest.mark.parametrize("site", ["conv1.pre", "pool1", "conv2", "pool2", "fc1.pre", "fc1"])
def test_whole_is_suffix_after_prefix(state, site):
    network, x = model.as_model(state), jnp.asarray(np.random.default_rng(2).random((4, 28, 28, 1)))
    x = x.astype(jnp.float32)
    piece = aann.cut(network, site, x)
    prepared = piece.prepare(network.params)
    values, crossing = piece.prefix(prepared, x)
    np.testing.assert_allclose(
        piece.suffix(prepared, values, crossing), network.apply(network.params, x), atol=1e-5
    )


def test_all_that_is_wrong_with_a_state_dict_is_listed(state):
    bad = {
        **state,
        "conv1.bias": np.zeros(9, np.float32),
        "fc2.bias": np.array([0, np.nan], np.float32),
        "fc1.bias": np.zeros(200, np.int32),
        "fc3.bias": np.zeros(2, np.float32),
    }
    del bad["conv2.weight"]
    with pytest.raises(ValueError, match="5 problem") as error:
        model.as_model(bad)
    for line in (
        "missing: conv2.weight (16, 8, 3, 3)",
        "conv1.bias: expected shape (8,), found (9,)",
        "fc2.bias: holds NaN or infinity",
        "fc1.bias: expected floating-point numbers, found int32",
        "not expected: 'fc3.bias'",
    ):
        assert line in str(error.value)
    with pytest.raises(ValueError, match="got list"):
        model.as_model([1, 2])


def test_the_published_network_is_found_by_name(assets):
    network = zoo.load("eis_vii_mnist")
    path = assets / "eis_vii" / "mnist_model.pt"
    pictures = np.random.default_rng(3).random((2, 28, 28), dtype=np.float32)
    found = network.apply(network.params, jnp.asarray(pictures[..., None]))
    np.testing.assert_allclose(
        found, [by_hand(read_torch(path), x) for x in pictures], rtol=1e-4, atol=1e-3
    )
