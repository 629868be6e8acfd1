import numpy as np
import pytest

from aann.vis.spaces.upscale import crop, upscaled


def test_a_map_keeps_its_values_in_the_middle_of_cells():
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    large = upscaled(values, (15, 20))
    assert large.shape == (15, 20)
    np.testing.assert_allclose(large[2::5, 2::5], values, atol=1e-5)
    np.testing.assert_allclose(upscaled(values, (3, 4)), values)


@pytest.mark.parametrize(("at", "first"), [((5, 5), 33), ((0, 0), 0), ((9, 9), 66)])
def test_parts_lie_inside(at, first):
    picture = np.arange(100).reshape(10, 10)
    part = crop(picture, at, (4, 4))
    assert part.shape == (4, 4)
    assert part[0, 0] == first
