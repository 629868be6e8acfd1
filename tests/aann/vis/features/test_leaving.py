import jax
import numpy as np
from pictures_toy import pictures

from aann.vis.features.leaving import back, kicked


def test_noise_is_small_smooth_and_different_in_each_picture():
    some = np.full((2, 16, 16, 3), 0.5, np.float32)
    found = kicked(some, jax.random.key(0))
    moved = found - some
    assert 0 < np.abs(moved).max() <= 0.05
    assert np.abs(np.diff(moved, axis=1)).mean() < np.abs(moved).mean()
    assert np.abs(found[0] - found[1]).max() > 0


def test_the_way_back_ends_where_it_is_allowed():
    given = pictures(3)
    made = np.clip(given + np.asarray([0.01, 0.2, 0.4])[:, None, None, None], 0, 2)

    def held(seen):
        return np.abs(seen - given).max((1, 2, 3))

    found = back(held, made, given, 0.1)
    np.testing.assert_allclose(held(found), [0.01, 0.1, 0.1], atol=2e-3)
    assert (held(found) <= 0.1).all()
