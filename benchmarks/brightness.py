"""A cheap program in place of ten units of InceptionV1's mixed3b: what is measured is the rest."""

import jax.numpy as jnp

UNITS = tuple(range(320, 416, 10))


def brightness(image, c):
    """Ten units follow the mean brightness of their cell."""
    b, height, width, _ = image.shape
    cells = image.mean(-1).reshape(b, height // 8, 8, width // 8, 8).mean((2, 4))
    return jnp.broadcast_to(c.gain * cells[..., None], (*cells.shape, len(UNITS)))
