"""Small marked models that several test files share."""

import dataclasses

import jax
import jax.numpy as jnp
from hypothesis import strategies as st

import aann

WIDTH = 6


def mlp(p, x):
    """Two hidden layers behind jit, remat and a transposed weight; the first one is skipped to."""
    h = aann.site("h", jnp.tanh(x @ p["w"]))

    @jax.jit
    def block(h):
        return aann.site("m", jax.nn.relu(h @ p["v"].T))

    m = jax.checkpoint(block)(h)
    return aann.site("logits", h + m @ p["v"])


def mlp_model(name="toy"):
    """The model above with WIDTH inputs and outputs."""
    w, v = jax.random.normal(jax.random.key(0), (2, WIDTH, WIDTH))
    return aann.Model(mlp, {"w": w, "v": v}, name, jax.ShapeDtypeStruct((WIDTH,), jnp.float32))


def batch(n=4, seed=1):
    """Inputs for the models here."""
    return jax.random.normal(jax.random.key(seed), (n, WIDTH))


_OPS = {
    "tanh": lambda w, a, b: jnp.tanh(a @ w),
    "add": lambda w, a, b: a + b,
    "relu": lambda w, a, b: jax.nn.relu(b - a @ w.T),
    "jit": lambda w, a, b: jax.jit(lambda y: aann.site("inner", jnp.sin(y)))(a) * b,
    "mask": lambda w, a, b: jnp.where(jnp.arange(WIDTH)[None, :] % 2 == 0, a, b),
}


@dataclasses.dataclass(frozen=True)
class RandomNet:
    """A random acyclic network: each node applies an operation to two earlier nodes."""

    nodes: tuple[tuple[str, int, int], ...]

    def __call__(self, p, x):
        values = [x]
        for i, (op, a, b) in enumerate(self.nodes):
            y = _OPS[op](p["w"][i], values[a % len(values)], values[b % len(values)])
            values.append(aann.site(f"n{i}", y))
        return aann.site("logits", sum(values[1:], start=values[0]))


def random_models(max_nodes=7):
    """Hypothesis strategy: models made of RandomNet."""
    node = st.tuples(st.sampled_from(sorted(_OPS)), st.integers(0, 99), st.integers(0, 99))

    def build(nodes):
        w = jax.random.normal(jax.random.key(3), (max_nodes, WIDTH, WIDTH)) / 2
        spec = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)
        return aann.Model(RandomNet(tuple(nodes)), {"w": w}, "random", spec)

    return st.lists(node, min_size=1, max_size=max_nodes).map(build)
