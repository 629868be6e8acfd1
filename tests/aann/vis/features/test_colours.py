import jax
import jax.numpy as jnp
import numpy as np

from aann.vis.features.colours import COLOURS, EDGE, from_range, to_range


def test_colours_of_photographs_have_their_covariance():
    rng = np.random.default_rng(0)
    planes = 1e-3 * rng.normal(size=(1, 200, 200, 3)).astype(np.float32)
    pictures = np.asarray(to_range(jnp.asarray(planes), decorrelate=True), np.float64)
    covariance = np.cov(pictures.reshape(-1, 3).T)
    expected = COLOURS @ COLOURS.T
    np.testing.assert_allclose(covariance / covariance[0, 0], expected / expected[0, 0], atol=0.03)
    plain = np.asarray(to_range(jnp.asarray(planes[..., :1]), decorrelate=True))
    np.testing.assert_allclose(plain, jax.nn.sigmoid(planes[..., :1]))


def test_there_and_back():
    pictures = np.random.default_rng(0).uniform(0.02, 0.98, (2, 5, 6, 3)).astype(np.float32)
    for decorrelate in (True, False):
        planes = from_range(jnp.asarray(pictures), decorrelate=decorrelate)
        np.testing.assert_allclose(to_range(planes, decorrelate=decorrelate), pictures, atol=1e-5)
    ends = to_range(
        from_range(jnp.asarray([[[[0.0], [1.0]]]]), decorrelate=False), decorrelate=False
    )
    np.testing.assert_allclose(ends, [[[[EDGE], [1 - EDGE]]]], rtol=1e-4)
