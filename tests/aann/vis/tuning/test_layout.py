import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.vis.tuning.layout import natural_problems, picture_of


def takes(*shape):
    inputs = jax.ShapeDtypeStruct(shape, jnp.float32)
    return aann.Model(lambda p, x: x, jnp.float32(1), "net", inputs)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((28, 30), ((28, 30, 1), False)),
        ((28, 30, 1), ((28, 30, 1), False)),
        ((28, 30, 3), ((28, 30, 3), False)),
        ((3, 28, 30), ((28, 30, 3), True)),
        ((2, 2, 3), ((2, 2, 3), False)),
    ],
)
def test_few_channels_tell_the_layout(shape, expected):
    assert picture_of(takes(*shape)) == expected


@pytest.mark.parametrize("shape", [(7,), (9, 9, 9), (2, 9, 9, 3)])
def test_what_is_no_picture_is_refused(shape):
    with pytest.raises(ValueError, match=r"at most 4 channels, but 'net' takes inputs of shape \("):
        picture_of(takes(*shape))


@pytest.mark.usefixtures("unchecked")
def test_natural_pictures_are_in_the_range_of_the_model():
    one, pixels = (4, 5, 3), np.full((2, 4, 5, 3), 200.0)
    assert natural_problems(pixels, one, (0.0, 255.0)) == []
    assert natural_problems(pixels.tolist(), one, (0.0, 255.0)) == []
    assert "from 0 to 1 (low_high), got 200" in natural_problems(pixels, one, (0.0, 1.0))[0]
    assert "got nan" in natural_problems(pixels * np.nan, one, (0.0, 255.0))[0]
    assert "got shape (4, 5, 3)" in natural_problems(pixels[0], one, (0.0, 255.0))[0]
