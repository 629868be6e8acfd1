import jax.numpy as jnp
import numpy as np

from aann.vis.tuning.responses import responses


def test_each_batch_is_read_by_itself():
    batches = np.arange(24.0).reshape(2, 3, 4)
    found = responses(lambda x: x[:, :2] + jnp.ones((1, 2), x.dtype), batches)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, batches[..., :2] + 1)
