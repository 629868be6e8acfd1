"""Examples for the toy model, and a replacement that is right about three of its units."""

import jax
import jax.numpy as jnp
import numpy as np
from toys import WIDTH, mlp_model

import aann

UNITS = (4, 1, 3)
N = 120


def data(n=N, labels=True):
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(n, WIDTH)).astype(np.float32)
    answers = np.asarray(jnp.argmax(mlp_model()(jnp.asarray(inputs)), -1)) if labels else None
    return aann.from_arrays("toy data", inputs, answers)


def truth(h, c):
    """The units are what the weights say."""
    v = mlp_model().params["v"]
    return jax.nn.relu(h @ v.T)[:, jnp.asarray(UNITS)] * c.gain + c.offset


def replacement(function=truth, reads=("h",), **constants):
    constants = constants or {"gain": 1.0, "offset": 0.0}
    return aann.make(
        function, model="toy", site="m", units=UNITS, reads=reads, constants=constants, name="ours"
    )
