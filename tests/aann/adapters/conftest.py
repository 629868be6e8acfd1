import jax
import pytest


@pytest.fixture(autouse=True)
def as_users_have_it():
    """Flax's own layers promote dtypes and ranks."""
    with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        yield
