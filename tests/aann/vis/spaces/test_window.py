import numpy as np
import pytest
from pictures_toy import channels_first, colour_model, grey_model

from aann.vis.spaces.window import window


@pytest.mark.parametrize("first", [False, True])
def test_parts_are_what_positions_see(first):
    model = channels_first(colour_model()) if first else colour_model()
    found = window(model, "cells", (0,), (16, 16))
    assert found.size == (2, 2)
    picture = np.arange(256).reshape(16, 16)
    for position in ((0, 0), (3, 5), (7, 7)):
        y, x = position
        expected = picture[2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
        np.testing.assert_array_equal(found.crop(picture, position), expected)


def test_parts_of_larger_pictures_and_of_other_sizes():
    found = window(colour_model(), "cells", None, (32, 48))
    assert found.size == (4, 6)
    assert found.middles[1, 1].tolist() == [6, 9]
    assert window(grey_model(), "edges", (0,), (28, 28)).size == (1, 2)
    assert window(grey_model(), "edges", (0,), (28, 28), share=0.5).size == (14, 14)
