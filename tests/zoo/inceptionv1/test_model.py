import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import aann
import zoo
from zoo import evidence
from zoo.checkpoints import checkpoint
from zoo.inceptionv1 import model as inceptionv1
from zoo.pictures import images, synsets


@pytest.fixture(scope="module")
def model(assets):
    return zoo.load("inceptionv1")


@pytest.fixture(scope="module")
def dog(assets):
    return images.decode(assets / "inceptionv1" / "dog.jpg")[None].astype(np.float32)


@pytest.fixture(scope="module")
def logits(model, dog):
    return jax.jit(model)(dog)


@pytest.fixture(scope="module")
def activations(model, dog):
    names = ["conv2d0_pre_relu", "maxpool0", "localresponsenorm0", "maxpool1", "mixed3a", "mixed4a"]
    names += [f"mixed3a_{branch}" for branch in ("1x1", "3x3", "5x5", "pool_reduce")]
    return jax.jit(aann.capture(model, names))(dog)[1]


def convolve(x, kernel, bias, stride, before, after):
    """NumPy's idea of a convolution, in float64."""
    padded = np.pad(x.astype(np.float64), ((0, 0), (before, after), (before, after), (0, 0)))
    windows = sliding_window_view(padded, kernel.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("bhwcij,ijco->bhwo", windows, kernel, optimize=True) + bias


def branch(params, name, x):
    """Convolution of stride 1 and ReLU with the parameters of one layer."""
    kernel, bias = np.asarray(params[name]["kernel"]), np.asarray(params[name]["bias"])
    kernel = kernel[None, None] if kernel.ndim == 2 else kernel
    edge = kernel.shape[0] // 2
    return np.maximum(convolve(x, kernel, bias, 1, edge, edge), 0)


def test_a_dalmatian_is_a_dalmatian(logits):
    probabilities = jax.nn.softmax(logits[0])
    best = int(probabilities.argmax())
    assert "dalmatian" in synsets.synsets()[best]
    assert probabilities[best] > 0.999


@pytest.mark.usefixtures("optimised")
def test_top1_on_all_samples_is_the_published_one(model):
    samples = zoo.data("imagenet_samples")
    nll, right = evidence.losses(model, samples)
    assert len(samples) == 1000
    assert right.mean() == pytest.approx(0.857, abs=0.01)
    assert nll.mean() == pytest.approx(0.516, abs=0.002)


def test_every_layer_and_branch_is_a_site(model):
    sites = aann.sites(model)
    stem = ["conv2d0", "conv2d1", "conv2d2"]
    parts = ["1x1", "3x3_bottleneck", "3x3", "5x5_bottleneck", "5x5", "pool_reduce"]
    blocks = [f"mixed{b}" for b in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")]
    convs = stem + [f"{block}_{part}" for block in blocks for part in parts]
    others = ["maxpool0", "maxpool1", "maxpool4", "maxpool10", "avgpool0", "logits"]
    others += ["localresponsenorm0", "localresponsenorm1", "input"]
    others += blocks + [f"{block}_pool" for block in blocks]
    assert set(sites) == {*convs, *(f"{c}_pre_relu" for c in convs), *others}
    assert sites["mixed3b"].shape == (1, 28, 28, 480)
    assert sites["mixed5b"].shape == (1, 7, 7, 1024)


def test_channels_of_a_block_are_1x1_3x3_5x5_pool(activations):
    names = [f"mixed3a_{part}" for part in ("1x1", "3x3", "5x5", "pool_reduce")]
    parts = np.concatenate([activations[name] for name in names], axis=-1)
    np.testing.assert_array_equal(parts, activations["mixed3a"])
    assert [activations[name].shape[-1] for name in names] == [64, 128, 32, 32]


def test_the_first_layer_agrees_with_numpy(model, dog, activations):
    layer = model.params["conv2d0"]
    expected = convolve(dog - 117, np.asarray(layer["kernel"]), np.asarray(layer["bias"]), 2, 2, 3)
    np.testing.assert_allclose(activations["conv2d0_pre_relu"], expected, atol=2e-3)


def test_the_normalisation_agrees_with_numpy(activations):
    x = np.asarray(activations["maxpool0"], np.float64)
    padded = np.pad(x**2, ((0, 0), (0, 0), (0, 0), (5, 5)))
    sums = sliding_window_view(padded, 11, axis=3).sum(axis=-1)
    expected = x / (2 + 1.1e-3 / 11 * sums) ** 0.5
    np.testing.assert_allclose(activations["localresponsenorm0"], expected, rtol=1e-5, atol=1e-6)


def test_a_block_agrees_with_numpy(model, activations):
    x, params = np.asarray(activations["maxpool1"]), model.params
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    pooled = sliding_window_view(padded, (3, 3), axis=(1, 2)).max(axis=(-1, -2))
    layer = functools.partial(branch, params)
    expected = [
        layer("mixed3a_1x1", x),
        layer("mixed3a_3x3", layer("mixed3a_3x3_bottleneck", x)),
        layer("mixed3a_5x5", layer("mixed3a_5x5_bottleneck", x)),
        layer("mixed3a_pool_reduce", pooled),
    ]
    scale = float(activations["mixed3a"].max())
    np.testing.assert_allclose(
        activations["mixed3a"], np.concatenate(expected, axis=-1), atol=1e-5 * scale
    )


def test_it_is_differentiable_down_to_the_pixels(model, dog):
    gradient = jax.jit(jax.grad(lambda x: model(x)[0, 41]))(dog)
    assert gradient.shape == dog.shape
    assert np.isfinite(gradient).all()
    assert float(jnp.abs(gradient).max()) > 0


@pytest.mark.parametrize("site", ["mixed3b", "mixed4a_3x3", "conv2d2_pre_relu"])
def test_prefix_then_suffix_is_the_whole(model, dog, logits, site):
    pieces = aann.cut(model, site, dog)
    prepared = jax.jit(pieces.prepare)(model.params)
    values, crossing = jax.jit(pieces.prefix)(prepared, dog)
    found = jax.jit(pieces.suffix)(prepared, values, crossing)
    np.testing.assert_allclose(found, logits, atol=5e-5)


@pytest.mark.parametrize("padding", ["torch", "torch-ceil"])
def test_other_paddings_have_the_same_shapes(padding):
    network = inceptionv1.InceptionV1(padding=padding)
    pixels = jax.ShapeDtypeStruct((2, 224, 224, 3), jnp.float32)
    logits, variables = jax.eval_shape(network.init_with_output, jax.random.key(0), pixels)
    assert logits.shape == (2, 1008)
    assert set(variables) == {"params"}


def test_weights_of_another_network_are_refused(assets):
    files = {path.stem: path for path in (assets / "inceptionv1").glob("*.h5")}
    files.pop("mixed3b_5x5_w")
    files["conv2d1_w"] = files["conv2d0_w"]
    network = inceptionv1.InceptionV1()
    shapes = jax.eval_shape(
        network.init, jax.random.key(0), jax.ShapeDtypeStruct((1, 224, 224, 3), jnp.float32)
    )
    with pytest.raises(ValueError, match=r"(?s)conv2d1_w: .*missing: mixed3b_5x5_w"):
        checkpoint.from_torch_dump(files, shapes["params"])


def test_an_unknown_model_is_an_error_with_the_close_names():
    with pytest.raises(ValueError, match=r"no model is called 'inception_v1'.*did you mean inc"):
        zoo.load("inception_v1")
