import curve_toy as toy
import foreign_toy as foreign
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from circuits.curves import inputs
from circuits.curves.inputs import Inputs


def model(*shape):
    return aann.Model(lambda p, x: x, (), "net", jax.ShapeDtypeStruct(shape, jnp.float32))


def design(pictures):
    half, _ = aann.split(aann.from_arrays("pictures", np.asarray(pictures, np.float32)))
    return half


@settings(max_examples=30, deadline=None)
@given(st.floats(-200, 200), st.floats(1e-3, 500))
def test_grey_and_contrast_are_the_same_parts_of_every_range(low, size):
    here = Inputs(low, low + size)
    assert here.background == pytest.approx(low + size * 117 / 255)
    assert here.contrast == pytest.approx(size * 80 / 255)


def test_pixels_have_the_grey_that_the_network_takes_off():
    assert (Inputs().background, Inputs().contrast, Inputs().unit) == (117, 80, 1)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize(("low", "high"), [(0.0, 255.0), (0.0, 1.0), (-1.0, 1.0)])
def test_range_and_layout_are_read_off_the_design_pictures(low, high, first):
    given = Inputs(low, high, first)
    rng = np.random.default_rng(0)
    shown = given.from_rows(rng.uniform(low, high, (8, 12, 10, 3)))
    shown = np.asarray(shown).copy()
    shown[:, 0, 0, 0], shown[:, 1, 1, 1] = low, high
    found = inputs.measure(model(*shown.shape[1:]), design(shown))
    assert found.channels_first == first
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.shape(model(*shown.shape[1:])) == (12, 10, 3)


def test_pictures_go_there_and_back():
    x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 5, 6, 3)))
    assert foreign.SCALED.from_rows(x).shape == (2, 3, 5, 6)
    np.testing.assert_array_equal(foreign.SCALED.to_rows(foreign.SCALED.from_rows(x)), x)


@pytest.mark.parametrize(
    ("pictures", "match"),
    [
        (np.full((4, 12, 12, 3), 7.0), r"all 2 pictures are 7 everywhere: .*pass Inputs\(low"),
        (np.full((4, 12, 12, 3), np.nan), "has values that are not finite"),
        (np.zeros((4, 3, 12, 12)), r"has shape \(3, 12, 12\), but 'net' takes \(12, 12, 3\)"),
    ],
)
def test_pictures_that_show_no_range_are_refused(pictures, match):
    with pytest.raises(ValueError, match=match):
        inputs.measure(model(12, 12, 3), design(pictures))


@pytest.mark.parametrize(
    ("shape", "match"),
    [
        ((7,), r"a model of images .* but 'net' takes inputs of shape \(7,\)"),
        ((64, 12, 64), "with at most 4 channels"),
        ((3, 12, 3), "few channels first or last: pass Inputs"),
    ],
)
def test_models_whose_layout_cannot_be_told_are_refused(shape, match):
    with pytest.raises(ValueError, match=match):
        inputs.measure(model(*shape), design(np.zeros((4, *shape))))


def test_another_layout_than_was_said_is_refused_with_the_right_one():
    with pytest.raises(ValueError, match=r"12\): pass Inputs\(low, high, channels_first=True"):
        Inputs().shape(model(3, 12, 12))


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (1.0, 0.0), (0.0, np.inf), (np.nan, 1.0)])
def test_a_range_has_two_ends(low, high):
    with pytest.raises(ValueError, match="pictures go from low to a greater high"):
        Inputs(low, high)


@pytest.mark.usefixtures("unchecked")
def test_heldout_images_are_refused():
    _, heldout = toy.designs(4)
    with pytest.raises(TypeError, match="design images only"):
        inputs.measure(toy.model(), heldout)
