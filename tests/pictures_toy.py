"""Small models of pictures whose layers are known, and pictures for them."""

import jax
import jax.numpy as jnp
import numpy as np

import aann

SIZE = 16


def colours(p, x):
    """Layer ``cells`` (8, 8, 4): red, green, blue and brightness above grey, of 2 x 2 pixels."""
    x = x / 255
    n, rows, columns, _ = x.shape
    cells = x.reshape(n, rows // 2, 2, columns // 2, 2, 3).mean((2, 4))
    low = aann.site("low", cells)
    bright = low.mean(-1, keepdims=True) - 0.5
    wide = aann.site("signed", jnp.concatenate([low - 0.5, bright], -1) * p)
    return aann.site("cells", jax.nn.relu(wide)).mean((1, 2))


def colour_model():
    """Takes (n, 16, 16, 3) from 0 to 255."""
    inputs = jax.ShapeDtypeStruct((SIZE, SIZE, 3), jnp.float32)
    return aann.Model(colours, jnp.float32(2), "colours", inputs)


def channels_first(model):
    """The colour model with everything in the other layout."""

    def apply(p, x):
        x = jnp.moveaxis(x, 1, -1) / 255
        n, rows, columns, _ = x.shape
        cells = x.reshape(n, rows // 2, 2, columns // 2, 2, 3).mean((2, 4))
        low = aann.site("low", jnp.moveaxis(cells, -1, 1))
        bright = low.mean(1, keepdims=True) - 0.5
        wide = aann.site("signed", jnp.concatenate([low - 0.5, bright], 1) * p)
        return aann.site("cells", jax.nn.relu(wide)).mean((2, 3))

    inputs = jax.ShapeDtypeStruct((3, SIZE, SIZE), jnp.float32)
    return aann.Model(apply, model.params, "first", inputs)


def grey_model():
    """Takes (n, 28, 28, 1) from 0 to 1; layer ``edges`` (28, 27, 2) is edges of both signs."""

    def apply(p, x):
        edge = x[:, :, 1:] - x[:, :, :-1]
        both = jax.nn.relu(jnp.concatenate([edge, -edge], -1) * p)
        return aann.site("edges", both).mean((1, 2))

    inputs = jax.ShapeDtypeStruct((28, 28, 1), jnp.float32)
    return aann.Model(apply, jnp.float32(1), "grey", inputs)


def pictures(n=6, size=SIZE, channels=3, seed=0):
    """In [0, 1]: blocks of one colour each."""
    rng = np.random.default_rng(seed)
    blocks = rng.uniform(size=(n, size // 4, size // 4, channels))
    return blocks.repeat(4, 1).repeat(4, 2).astype(np.float32)
