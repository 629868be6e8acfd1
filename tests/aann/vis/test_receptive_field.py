import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
import zoo
from aann.vis.chosen.numbers import units
from aann.vis.receptive_field import fields_of, receptive_field


def net(params, x):
    h = aann.site("wide", jax.nn.relu(conv(x, params["a"], (2, 2), "SAME") - 1e6))  # always off
    k = aann.site("narrow", conv(x, params["b"], (2, 2), "SAME"))
    both = aann.site("both", jnp.concatenate([h, k], -1))
    return aann.site("pooled", both.mean((1, 2)))


def conv(x, kernel, stride, padding):
    return jax.lax.conv_general_dilated(
        x, kernel, stride, padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


PARAMS = {"a": np.ones((5, 3, 3, 2), np.float32), "b": np.ones((1, 1, 3, 2), np.float32)}


def model(apply=net, shape=(12, 10, 3)):
    return aann.Model(apply, PARAMS, "toy", jax.ShapeDtypeStruct(shape, jnp.float32))


def test_a_box_is_what_the_kernel_covers_even_of_a_unit_that_is_off():
    field = receptive_field(model(), "wide")
    assert field.positions == (6, 5)
    assert field.size == (5, 3)
    assert field.picture == (12, 10)
    assert field.box((2, 2)) == ((3, 8), (4, 7))


def test_boxes_end_at_the_edges():
    field = receptive_field(model(), "wide")
    assert field.box((0, 0)) == ((0, 4), (0, 3))
    assert field.box((5, 4)) == ((9, 12), (8, 10))


def test_units_of_one_site_have_boxes_of_their_own():
    assert receptive_field(model(), "both", units=3).size == (1, 1)
    assert receptive_field(model(), "both", units=(1, 3)).size == (5, 3)
    assert receptive_field(model(), "both").box((2, 2)) == ((3, 8), (4, 7))


def test_without_positions_there_is_one_box_the_whole_picture():
    field = receptive_field(model(), "pooled")
    assert field.positions == ()
    assert field.box(()) == ((0, 12), (0, 10))


def test_of_the_input_each_pixel_sees_itself():
    assert receptive_field(model(), "input").box((4, 7)) == ((4, 5), (7, 8))


def test_channels_may_come_first_in_the_picture_and_at_the_site():
    def apply(params, x):
        return aann.site("first", net(params, x.transpose(0, 2, 3, 1)) * 1), aann.site(
            "site", conv(x.transpose(0, 2, 3, 1), params["a"], (2, 2), "SAME").transpose(0, 3, 1, 2)
        )

    field = receptive_field(model(apply, (3, 12, 10)), "site", axis=1)
    np.testing.assert_array_equal(field.ends, receptive_field(model(), "wide").ends)
    assert field.axes == (1, 2)


def test_axes_say_what_a_shape_does_not():
    def apply(params, x):
        return aann.site("site", x.sum(-1, keepdims=True))

    seven = model(apply, (12, 10, 7))
    with pytest.raises(ValueError, match="say with axes="):
        receptive_field(seven, "site")
    assert receptive_field(seven, "site", axes=(0, -2)).box((3, 4)) == ((3, 4), (4, 5))


def test_crops_have_one_size_and_say_what_lies_beyond_the_edge():
    field = receptive_field(model(), "wide")
    picture = np.arange(360, dtype=np.float32).reshape(12, 10, 3)
    np.testing.assert_array_equal(field.crop(picture, (2, 2), -1), picture[3:8, 4:7])
    corner = field.crop(picture, (0, 0), -1)
    assert corner.shape == (5, 3, 3)
    assert (corner[0] == -1).all()
    np.testing.assert_array_equal(corner[1:], picture[:4, :3])
    last = field.crop(picture, (5, 4), -1)
    np.testing.assert_array_equal(last[:3, :2], picture[9:, 8:])
    assert (last[3:] == -1).all()
    assert (last[:, 2] == -1).all()


def test_a_crop_of_a_picture_with_channels_first_is_upright():
    def apply(params, x):
        return aann.site("site", x[:, :1] * 2)

    field = receptive_field(model(apply, (3, 12, 10)), "site", axis=1)
    picture = np.arange(360, dtype=np.float32).reshape(3, 12, 10)
    assert field.crop(picture, (4, 5), 0).tolist() == [[picture[:, 4, 5].tolist()]]


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(ValueError, match=r"takes \(5,\)(.|\n)*no site 'wid'"):
        receptive_field(model(lambda p, x: aann.site("wide", x), (5,)), "wid")
    with pytest.raises(ValueError, match=r"site 'both' has units 0 to 3, got 4, 9"):
        receptive_field(model(), "both", units=(4, 1, 9))
    with pytest.raises(ValueError, match="axes= names two axes of an input"):
        receptive_field(model(), "both", axes=(0, -3))
    with pytest.raises(ValueError, match="has no axis 0 of units besides the batch"):
        receptive_field(model(), "both", axis=0)
    with pytest.raises(ValueError, match=r"positions are within \(6, 5\), got \(6, 0\)"):
        receptive_field(model(), "both").box((6, 0))


@pytest.mark.usefixtures("assets")
def test_units_of_mixed3b_see_what_their_branch_sees():
    model = zoo.load("inceptionv1")
    fields = fields_of(model, units("mixed3b", (0, 200, 343)))
    assert [f.size for f in fields] == [(59, 59), (75, 75), (91, 91)]  # by hand, layer by layer
