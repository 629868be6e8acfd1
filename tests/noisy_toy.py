"""Models whose units are a known share of what can be read, so that R2 is known.

``h`` shows three of eight inputs. Units of ``u``: a function of them, the same with noise of a
known share of the variance added, and noise alone. ``grid`` is the same with places.
"""

import jax
import jax.numpy as jnp
import numpy as np

import aann

NOISE = 0.25
"""Of the variance of unit 1."""

WIDE = 8


def base(kind, h):
    if kind == "linear":
        return (h[..., 0] + h[..., 1]) / np.sqrt(2.0)
    return (jnp.square(h[..., 0]) - 1 + h[..., 1] * h[..., 2]) / np.sqrt(3.0)


def units(kind, x):
    of_h = base(kind, x[..., :3])
    noisy = np.sqrt(1 - NOISE) * of_h + np.sqrt(NOISE) * x[..., 5]
    return jnp.stack([of_h, noisy, x[..., 6]], axis=-1)


def model(kind="linear", places=(), tokens=False, heads=0):
    """Inputs (*places, WIDE); sites ``h`` and ``u``, units last; or heads before the last."""

    def apply(p, x):
        h = aann.site("h", x[..., :3])
        del h
        u = units(kind, x)
        if heads:
            u = jnp.stack([u] * heads, axis=-2)
        u = aann.site("u", u)
        return u.reshape(len(u), -1)

    return aann.Model(apply, {}, "noisy", jax.ShapeDtypeStruct((*places, WIDE), jnp.float32))


def data(n=200, places=(), seed=0, **more):
    x = np.random.default_rng(seed).normal(size=(n, *places, WIDE)).astype(np.float32)
    return aann.from_arrays("noisy data", x, **more)


def design(n=200, places=(), seed=0, **more):
    return aann.design(data(n, places, seed, **more))


def program(h, c):
    """Unit 1 is the mean of the first two of h; nothing is known of the others."""
    of_h = c.gain * (h[..., 0] + h[..., 1])
    return jnp.stack([of_h, of_h, 0.0 * of_h], axis=-1)


def replacement(function=program, units=(0, 1, 2), **more):
    return aann.make(
        function, model="noisy", site="u", units=units, reads=("h",), constants={"gain": 0.5},
        name="ours", **more,
    )  # fmt: skip
