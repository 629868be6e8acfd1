"""Networks whose program is known, because they are compiled by hand from it.

Each has units that compute a few functions of the input, distractors beside them, and logits that
read all of them. Labels are drawn from the network's own probabilities. Of every network the
program is exact: put in place of the units it changes nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import aann

SITE = "planted"
SIDE, CLASSES = 12, 10
P, FREQUENCIES = 59, (1, 5, 22)
VOCABULARY, LENGTH = 8, 12


class Planted(NamedTuple):
    """A network and its program.

    Attributes:
        name: of the network.
        model: its site ``SITE`` has shape (batch, units, ...).
        units: those that the program is about.
        inputs: ``(rng, n) -> inputs``.
        truth: ``(inputs, constants) -> values`` of the units.
        constants: name -> value.
        scales: name -> by how much a constant is moved when it is moved by 100%.
        moved: ``(inputs, by) -> inputs`` elsewhere; None where places mean nothing.
        apart: ``(inputs, others) -> (n, m)``, how unlike inputs are.
    """

    name: str
    model: aann.Model
    units: tuple[int, ...]
    inputs: Callable[[np.random.Generator, int], np.ndarray]
    truth: Callable[[Any, Any], Any]
    constants: Mapping[str, np.ndarray]
    scales: Mapping[str, Any]
    moved: Callable[[Any, float], Any] | None
    apart: Callable[[Any, Any], Any]

    def examples(self, n: int, seed: int) -> tuple[aann.Design, aann.HeldOut]:
        """Two halves of ``n`` examples with labels from the network's probabilities."""
        rng = np.random.default_rng(seed)
        inputs = self.inputs(rng, n)
        logits = np.asarray(jax.jit(self.model)(inputs), np.float64)
        labels = (logits + rng.gumbel(size=logits.shape)).argmax(-1).astype(np.int32)
        return aann.split(aann.from_arrays(self.name, inputs, labels=labels))


def every(seed: int) -> list[Planted]:
    """All networks, with what is random in them drawn by the seed."""
    return [
        edges(seed),
        edges(seed, "superposed"),
        edges(seed, "correlated"),
        addition(seed),
        attention(seed),
    ]


def edges(seed: int, kind: str = "apart") -> Planted:
    """Oriented edge detectors on pictures, with as many random templates as distractors.

    Args:
        seed: of templates and read-out.
        kind: ``"apart"``; ``"superposed"``: each unit is a mixture of all detectors;
            ``"correlated"``: detectors in pairs of nearly the same orientation.
    """
    rng = np.random.default_rng([seed, 1])
    angles = np.arange(8) * 2 * np.pi / 8 + rng.uniform(0, 0.3)
    if kind == "correlated":
        angles[1::2] = angles[::2] + 0.25
    constants = {
        "angle": angles,
        "gain": rng.uniform(0.2, 0.3, 8),
        "threshold": rng.uniform(0.5, 1.0, 8),
    }
    mixture = np.eye(8)
    if kind == "superposed":
        mixture = np.linalg.qr(rng.normal(size=(8, 8)))[0]
        constants["mixture"] = mixture
    scales = {"angle": 1.0, "gain": constants["gain"], "threshold": constants["threshold"]}
    templates = _smoothed(rng.normal(size=(8, SIDE, SIDE)))
    order = rng.permutation(16)
    params = {
        "templates": templates / np.linalg.norm(templates, axis=(1, 2), keepdims=True),
        "order": order,
        "read": rng.normal(size=(16, CLASSES)) * 0.6,
    }

    def truth(x: jax.Array, c: Any) -> jax.Array:
        kernels = edge_kernels(c["angle"])
        seen = jnp.einsum("nij,kij->nk", x, kernels) * c["gain"][None]
        found = jax.nn.relu(seen - c["threshold"][None])
        return found @ c["mixture"] if kind == "superposed" else found

    planted = {n: np.asarray(x, np.float32) for n, x in constants.items()}

    def apply(params: Any, x: jax.Array) -> jax.Array:
        others = jax.nn.relu(jnp.einsum("nij,kij->nk", x, params["templates"]) - 0.5)
        units = jnp.concatenate([truth(x, planted), others], 1)[:, params["order"]]
        return aann.site(SITE, units) @ params["read"]

    where = np.argsort(order)[:8]
    model = aann.Model(apply, _arrays(params), f"edges, {kind}", _one((SIDE, SIDE), jnp.float32))
    return Planted(
        model.name, model, tuple(map(int, where)), _pictures, truth, planted, scales, _shifted,
        _squares,
    )  # fmt: skip


def edge_kernels(angle: Any) -> jax.Array:
    """Odd Gabor filters of a wavelength of 8 pixels, (angles, ``SIDE``, ``SIDE``)."""
    y, x = (jnp.asarray(v, jnp.float32) - (SIDE - 1) / 2 for v in np.mgrid[:SIDE, :SIDE])
    along = jnp.cos(angle)[:, None, None] * x[None] + jnp.sin(angle)[:, None, None] * y[None]
    window = jnp.exp(-(x**2 + y**2) / (2 * 3.0**2))[None]
    return jnp.sin(2 * jnp.pi * along / 8) * window


def addition(seed: int) -> Planted:
    """Waves in the sum of two numbers modulo ``P``, beside waves in each number alone."""
    rng = np.random.default_rng([seed, 2])
    constants = {
        "gain": rng.uniform(1.0, 1.5, 3).astype(np.float32),
        "phase": rng.uniform(-1.0, 1.0, 3).astype(np.float32),
    }
    turn = jnp.asarray(2 * np.pi * np.asarray(FREQUENCIES) / P, jnp.float32)

    def waves(total: jax.Array, c: Any) -> jax.Array:
        angle = total[:, None] * turn[None] + c["phase"][None]
        return jnp.concatenate([c["gain"][None] * f(angle) for f in (jnp.cos, jnp.sin)], 1)

    def truth(x: jax.Array, c: Any) -> jax.Array:
        return waves(x.astype(jnp.float32).sum(1), c)

    read = np.asarray(waves(jnp.arange(P, dtype=jnp.float32), constants)).T
    params = {"read": 1.5 * read, "others": rng.normal(size=(12, P)) * 0.15}

    def apply(params: Any, x: jax.Array) -> jax.Array:
        own = [waves(x[:, i].astype(jnp.float32), constants) for i in (0, 1)]
        units = aann.site(SITE, jnp.concatenate([truth(x, constants), *own], 1))
        return units[:, :6] @ params["read"] + units[:, 6:] @ params["others"]

    model = aann.Model(apply, _arrays(params), "addition", _one((2,), jnp.int32))
    return Planted(
        "addition", model, tuple(range(6)), _pairs, truth, constants,
        {"gain": constants["gain"], "phase": 1.0}, None, _squares,
    )  # fmt: skip


def attention(seed: int) -> Planted:
    """Heads that look at the same token, at what came after it, and back, at odd tokens less.

    One more head looks everywhere alike.
    """
    rng = np.random.default_rng([seed, 3])
    constants = {
        "same": np.float32(rng.uniform(3, 4)),
        "after": np.float32(rng.uniform(4, 5)),
        "decay": np.float32(rng.uniform(0.4, 0.6)),
    }

    def truth(x: jax.Array, c: Any) -> jax.Array:
        before, last = x[:, :-1], x[:, -1:]
        same = (before == last).astype(jnp.float32)
        after = jnp.pad(same[:, :-1], ((0, 0), (1, 0)))
        back = -jnp.arange(LENGTH - 2, -1, -1, dtype=jnp.float32)[None] * (1 + before % 2)
        return jax.nn.softmax(
            jnp.stack([c["same"] * same, c["after"] * after, c["decay"] * back], 1), axis=-1
        )

    params = {"read": np.asarray([1.5, 4.0, 2.5, 1.0])}

    def apply(params: Any, x: jax.Array) -> jax.Array:
        evenly = jnp.full((len(x), 1, LENGTH - 1), 1 / (LENGTH - 1))
        pattern = aann.site(SITE, jnp.concatenate([truth(x, constants), evenly], 1))
        seen = jax.nn.one_hot(x[:, :-1], VOCABULARY)
        return jnp.einsum("nhk,nkv,h->nv", pattern, seen, params["read"])

    model = aann.Model(apply, _arrays(params), "attention", _one((LENGTH,), jnp.int32))
    return Planted(
        "attention", model, (0, 1, 2), _sequences, truth, constants, dict(constants), None,
        _other_tokens,
    )  # fmt: skip


def _pictures(rng: np.random.Generator, n: int) -> np.ndarray:
    """Edges of any orientation and place, and noise."""
    y, x = (v - (SIDE - 1) / 2 for v in np.mgrid[:SIDE, :SIDE])
    angle, off = rng.uniform(0, 2 * np.pi, (n, 1, 1)), rng.normal(0, 2, (n, 1, 1))
    edge = np.tanh(np.cos(angle) * x + np.sin(angle) * y - off)
    return (
        rng.uniform(0.3, 1.5, (n, 1, 1)) * edge + 0.3 * rng.normal(size=(n, SIDE, SIDE))
    ).astype(np.float32)


def _pairs(rng: np.random.Generator, n: int) -> np.ndarray:
    """Different pairs of numbers below ``P``."""
    chosen = rng.choice(P * P, min(n, P * P), replace=False)
    return np.stack(np.divmod(chosen, P), 1).astype(np.int32)


def _sequences(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.unique(rng.integers(0, VOCABULARY, (n + 100, LENGTH), dtype=np.int32), axis=0)[:n]


def _shifted(x: jax.Array, by: float) -> jax.Array:
    """A whole number of pixels to the right."""
    return jnp.roll(x, int(by), axis=2)


def _squares(x: jax.Array, others: jax.Array) -> jax.Array:
    one, other = (v.reshape(len(v), -1).astype(jnp.float32) for v in (x, others))
    return jnp.square(one[:, None] - other[None]).sum(-1)


def _other_tokens(x: jax.Array, others: jax.Array) -> jax.Array:
    return (x[:, None] != others[None]).sum(-1)


def _smoothed(x: np.ndarray) -> np.ndarray:
    return sum(np.roll(x, (i, j), (1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1))


def _arrays(params: Mapping[str, np.ndarray]) -> dict[str, jax.Array]:
    kinds = {"f": jnp.float32, "i": jnp.int32}
    return {n: jnp.asarray(x, kinds[np.asarray(x).dtype.kind]) for n, x in params.items()}


def _one(shape: tuple[int, ...], dtype: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(shape, dtype)
