"""Networks whose programs miss what is known: flat, on a grid, and of tokens with padding."""

import jax
import jax.numpy as jnp
import numpy as np

import aann

WIDTH, UNITS, CLASSES = 6, (2, 0, 3), 5
LENGTH, TOKENS = 5, 7


def _weights(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32) / 2


A, B = _weights(0, WIDTH, 4), _weights(1, WIDTH, 4)
C = _weights(2, 4, CLASSES)
MINE = jnp.asarray(UNITS)


def _flat(p, x):
    plain, square = aann.site("plain", x * 1.0), aann.site("square", x * x)
    m = aann.site("m", plain @ p["a"] + square @ p["b"])
    return aann.site("logits", jnp.tanh(m) @ p["c"])


def flat(apply=_flat):
    """Units are linear in two sites, ``plain`` and ``square``."""
    params = {"a": A, "b": B, "c": C}
    return aann.Model(apply, params, "flat", jax.ShapeDtypeStruct((WIDTH,), jnp.float32))


def half(program=lambda plain, c: (plain @ jnp.asarray(A))[:, MINE] * c.gain, **more):
    """A program that knows of ``plain`` alone."""
    options = {"reads": ("plain",), "constants": {"gain": 1.0}, "name": "half", **more}
    return aann.make(program, model="flat", site="m", units=UNITS, **options)


def missing(square):
    """What it does not know."""
    return (square @ jnp.asarray(B))[:, MINE]


def examples(n=48, groups=None):
    inputs = np.random.default_rng(7).normal(size=(n, WIDTH)).astype(np.float32)
    labels = np.asarray(jnp.argmax(flat()(jnp.asarray(inputs)), -1))
    made = aann.from_arrays("flat data", inputs, labels, groups=groups)
    return aann.design(made)


def _grid(p, x):
    below = aann.site("below", x * 1.0)
    cells = below.reshape(len(x), 4, 2, 4, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(-1, 4, 4, 12)
    m = aann.site("m", jax.nn.relu(cells @ p["w"]))
    return aann.site("logits", m.mean((1, 2)) @ p["c"])


def grid():
    """Pictures of 8 x 8, units on 4 x 4 that read the cells below them."""
    params = {"w": _weights(3, 12, 4), "c": C * 8}
    return aann.Model(_grid, params, "grid", jax.ShapeDtypeStruct((8, 8, 3), jnp.float32))


def on_grid(factor=0.5):
    def program(below, c):
        m = jax.nn.relu(
            below.reshape(-1, 4, 2, 4, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(-1, 4, 4, 12)
            @ jnp.asarray(_weights(3, 12, 4))
        )
        return m[..., MINE] * c.factor

    return aann.make(
        program, model="grid", site="m", units=UNITS, reads=("below",), name="fainter",
        constants={"factor": factor},
    )  # fmt: skip


def pictures(n=24):
    inputs = np.random.default_rng(8).normal(size=(n, 8, 8, 3)).astype(np.float32)
    return aann.design(aann.from_arrays("pictures", inputs))


def _tokens(p, ids):
    e = aann.site("embed", p["e"][ids])
    bare = jnp.where(ids[..., None] == 0, jnp.nan, e)  # what is at padding is nobody's business
    low = aann.site("low", jnp.tanh(bare @ p["a"]))
    m = aann.site("m", jnp.tanh(low @ p["b"]))
    return aann.site("logits", m @ p["c"])


def tokens():
    """Tokens whose padding, token 0, is NaN inside; two sites one above the other."""
    params = {
        "e": _weights(4, TOKENS, 6),
        "a": _weights(5, 6, 4),
        "b": _weights(6, 4, 4) * 2,
        "c": C,
    }
    return aann.Model(_tokens, params, "tokens", jax.ShapeDtypeStruct((LENGTH,), jnp.int32))


def two_programs():
    """One for units of ``low``, and one for ``m`` that reads what the first one put there."""
    params = tokens().params

    def upper(ids, c):
        e = jnp.asarray(params["e"])[ids]
        return jnp.where(ids[..., None] == 0, 0.0, 0.8 * jnp.tanh(e @ jnp.asarray(params["a"])))[
            ..., :2
        ]

    def lower(low, c):
        return jnp.nan_to_num(0.9 * jnp.tanh(low @ jnp.asarray(params["b"])))[..., :3]

    return [
        aann.make(upper, model="tokens", site="low", units=(0, 1), reads=("input",), name="upper"),
        aann.make(lower, model="tokens", site="m", units=(0, 1, 2), reads=("low",), name="lower"),
    ]


def sentences(n=20):
    rng = np.random.default_rng(9)
    ids = rng.integers(1, TOKENS, size=(n, LENGTH)).astype(np.int32)
    labels = rng.integers(0, CLASSES, size=(n, LENGTH)).astype(np.int32)
    for row, end in enumerate(rng.integers(2, LENGTH + 1, size=n)):
        ids[row, end:], labels[row, end:] = 0, -1
    return aann.design(aann.from_arrays("sentences", ids, labels))
