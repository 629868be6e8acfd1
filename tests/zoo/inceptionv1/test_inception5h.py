"""The checkpoint of Distill and Lucid, and ``zoo.inceptionv1.distill_units``."""

import dataclasses
import hashlib
import json

import h5py
import inception_files
import jax.numpy as jnp
import numpy as np
import pytest
import torch_files
from numpy.lib.stride_tricks import sliding_window_view

import aann
import zoo
from zoo.files import sources as published
from zoo.inceptionv1 import distill_units
from zoo.inceptionv1 import model as inceptionv1


def blob(content):
    return hashlib.sha1(b"blob " + str(len(content)).encode() + b"\0" + content).hexdigest()


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load the variant from a mirror that holds a file, which counts as the published one."""

    def run(content, network=None):
        folder = tmp_path / "inception5h"
        folder.mkdir(exist_ok=True)
        (folder / "inception5h.pth").write_bytes(content)
        source = published.SOURCES["inception5h"]
        found = dataclasses.replace(source, blobs={"inception5h.pth": blob(content)})
        monkeypatch.setitem(published.SOURCES, "inception5h", found)
        monkeypatch.setenv("AANN_ASSETS", str(tmp_path))
        return inceptionv1.load("distill", network)

    return run


def test_every_number_of_every_key_goes_to_its_place(load):
    rng = np.random.default_rng(0)
    arrays = {
        key: rng.standard_normal(shape, np.float32)
        for key, shape in inception_files.shapes().items()
    }
    model = load(inception_files.content(arrays))
    assert model.name == "inceptionv1:distill"
    left = dict(arrays)
    for layer, params in model.params.items():
        operation = "pre_activation_matmul" if layer == "softmax2" else "pre_relu_conv"
        weight = left.pop(f"{layer}_{operation}.weight")
        np.testing.assert_array_equal(params["bias"], left.pop(f"{layer}_{operation}.bias"))
        if weight.ndim == 2:
            expected = np.einsum("oi->io", weight)
        elif params["kernel"].ndim == 2:
            expected = np.einsum("oi->io", weight[:, :, 0, 0])
        else:
            expected = np.einsum("oiyx->yxio", weight)
        np.testing.assert_array_equal(params["kernel"], expected)
    assert not left


def test_the_same_weights_in_the_other_layout_are_the_same_network(load, assets):
    arrays = {}
    for key in inception_files.shapes():
        name = key.replace("_pre_relu_conv", "").replace("_pre_activation_matmul", "")
        stem = name.replace(".weight", "_w").replace(".bias", "_b")
        with h5py.File(assets / "inceptionv1" / f"{stem}.h5") as file:
            array = np.asarray(file[stem])
        if key.startswith("softmax2") and array.ndim == 4:
            array = array[:, 0, 0]
        elif array.ndim == 4:
            array = np.ascontiguousarray(np.moveaxis(array, 3, 1))
        arrays[key] = array
    dump = zoo.load("inceptionv1")
    distill = load(inception_files.content(arrays))
    assert aann.sites(distill).keys() == aann.sites(dump).keys()
    assert distill.params.keys() == dump.params.keys()
    for layer, params in dump.params.items():
        for kind, array in params.items():
            np.testing.assert_array_equal(distill.params[layer][kind], array, f"{layer} {kind}")


def test_all_that_does_not_fit_is_listed(load):
    shapes = inception_files.shapes()
    del shapes["mixed4c_3x3_pre_relu_conv.weight"]
    shapes["head0_bottleneck_pre_relu_conv.weight"] = (128, 508, 1, 1)
    shapes["conv2d0_pre_relu_conv.weight"] = (64, 7, 7, 3)
    shapes["softmax2_pre_activation_matmul.weight"] = (1024, 1008)
    with pytest.raises(ValueError, match=r"inception5h.pth does not fit .* 4 problem") as error:
        load(inception_files.hollow(shapes))
    message = str(error.value)
    assert "missing: mixed4c_3x3_pre_relu_conv.weight" in message
    assert "not expected: head0_bottleneck_pre_relu_conv.weight" in message
    assert "conv2d0_pre_relu_conv.weight: expected shape (64, 3, 7, 7), found (64, 7" in message
    assert "matmul.weight: expected shape (1008, 1024), found (1024, 1008)" in message


def test_what_is_no_state_dict_is_refused(load):
    with pytest.raises(ValueError, match="holds a list, expected a state dict"):
        load(torch_files.modern([1]))


def test_another_file_is_refused_with_both_ids(load, tmp_path):
    load(inception_files.hollow(inception_files.shapes()))
    path = tmp_path / "inception5h" / "inception5h.pth"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(zoo.AssetError) as error:
        inceptionv1.load("distill")
    assert f"git blob id is {blob(whole[:-1])}, expected {blob(whole)}" in str(error.value)


def test_the_normalisation_is_the_one_of_lucids_graph():
    """TensorFlow's LRN with depth_radius 5, alpha 1e-4, beta 0.5 and bias 2, in NumPy."""
    x = np.random.default_rng(0).normal(0, 60, (1, 2, 2, 20)).astype(np.float32)
    squares = np.pad(x.astype(np.float64) ** 2, ((0, 0), (0, 0), (0, 0), (5, 5)))
    expected = x / (2 + 1e-4 * sliding_window_view(squares, 11, axis=3).sum(-1)) ** 0.5
    found = inceptionv1.InceptionV1().normalise(jnp.asarray(x))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    lucent = inceptionv1.InceptionV1(window=9, alpha=1e-4, k=1.0).normalise(jnp.asarray(x))
    near = sliding_window_view(squares[..., 1:-1], 9, axis=3)
    np.testing.assert_allclose(lucent, x / (1 + 1e-4 * near.mean(-1)) ** 0.5, rtol=1e-5)


def test_variants():
    with pytest.raises(ValueError, match="no variant 'distil'; there are dump, distill; did you"):
        zoo.load("inceptionv1", "distil")
    with pytest.raises(ValueError, match="variant is one of dump, distill, got 'lucid'"):
        inceptionv1.load("lucid")


def test_families_are_units_of_their_sites():
    widths = {"conv2d2": 192, "mixed3a": 256, "mixed3b": 480, "mixed4a": 508}
    sizes = {}
    for name, (site, units) in distill_units.FAMILIES.items():
        assert len(set(units)) == len(units)
        assert 0 <= min(units) <= max(units) < widths[site]
        sizes[name] = len(units)
    assert list(sizes.values()) == [10, 11, 12, 5, 5, 11, 33, 14]
    curves = distill_units.FAMILIES["3b curves"].units
    assert set(curves) == set(distill_units.CURVE_PEAKS)
    assert all(320 <= unit < 416 for unit in curves)  # the 5x5 branch


def test_peaks_are_those_of_the_published_tuning_data(assets):
    tuning = json.loads((assets / "distill_curves" / "curves-mixed3b.json").read_text())
    assert tuple(tuning["neurons"]) == distill_units.FAMILIES["3b curves"].units
    peaks = {int(unit): np.argmax(curve) / 2 for unit, curve in tuning["activations"].items()}
    assert peaks == dict(distill_units.CURVE_PEAKS)
