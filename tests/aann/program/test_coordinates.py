import jax
import jax.numpy as jnp
import pytest

from aann.program.coordinates import coordinates

TOKENS = jax.ShapeDtypeStruct((1, 7), jnp.int32)
PICTURES = jax.ShapeDtypeStruct((1, 3, 8, 8), jnp.float32)


@pytest.mark.parametrize(
    ("shape", "axis", "inputs", "expected"),
    [
        ((1, 7, 32), -1, TOKENS, ()),
        ((1, 7, 4, 8), -1, TOKENS, ()),
        ((1, 7, 4, 8), 2, TOKENS, (2,)),
        ((1, 7, 4, 8), -2, TOKENS, (2,)),
        ((1, 7, 4, 8), 2, PICTURES, (2,)),
        ((1, 4, 7, 8), 1, TOKENS, (2,)),
        ((1, 4, 8), 1, TOKENS, (1,)),
        ((1, 4, 8), 1, PICTURES, (1,)),
        ((1, 16, 5, 5), 1, PICTURES, ()),
        ((1, 16, 5, 5), 1, {"x": PICTURES, "t": TOKENS}, (2,)),
        ((1, 5, 5, 16), 3, PICTURES, ()),
        ((1, 16, 5, 5, 5), -4, PICTURES, ()),
    ],
)
def test_the_rule(shape, axis, inputs, expected):
    assert coordinates(shape, axis, inputs) == expected
