"""Progress measures: how much of a network's loss is due to the Fourier circuit, while it trains.

After Nanda et al. 2023 (arXiv 2301.05217). Logits over all pairs (a, b) have a *wave part*: for the
key frequencies, their components along cos(w (a + b)) and sin(w (a + b)).

- *restricted*: the loss over all pairs with nothing but the wave part and the constant. It falls
  when the circuit can do the task alone.
- *excluded*: the loss on the training pairs with the wave part taken out. It rises when the network
  comes to rely on the circuit instead of on what it memorised.

Sharp edge: a mask that is the outer product of a list of frequencies for a with the same list for b
keeps far more: products of different frequencies, functions of a alone, waves of a - b. Losses
measured with it flatter both measures; here only functions of a + b pass.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

import aann
from aann.evaluation.metrics import nll
from circuits.modular_addition.fourier import waves


class Progress(NamedTuple):
    """Mean cross-entropies in nats; ``excluded`` on the training pairs, ``restricted`` on all."""

    train: float
    test: float
    restricted: float
    excluded: float


def wave_part(
    logits: Float[Array, "p p classes"], frequencies: Sequence[int]
) -> Float[Array, "p p classes"]:
    """What the logits over all (a, b) have along cos(w (a + b)) and sin(w (a + b))."""
    total, residue = _sums(len(logits))
    by_sum = jnp.zeros(logits.shape[1:]).at[total].add(logits) / len(logits)
    pair = waves(jnp.asarray(frequencies), residue, jnp.asarray(len(logits)))
    wave = jnp.concatenate(pair, axis=1) * jnp.sqrt(2 / len(logits))  # orthonormal columns
    part: Array = (wave @ (wave.T @ by_sum))[total]
    return part


def restricted(
    logits: Float[Array, "p p classes"], frequencies: Sequence[int]
) -> Float[Array, "p p classes"]:
    """The wave part and the constant alone."""
    return wave_part(logits, frequencies) + logits.mean((0, 1))[None, None]


def excluded(
    logits: Float[Array, "p p classes"], frequencies: Sequence[int]
) -> Float[Array, "p p classes"]:
    """All but the wave part."""
    return logits - wave_part(logits, frequencies)


def measure(
    model: aann.Model, frequencies: Sequence[int], trained: Bool[np.ndarray, "p p"]
) -> Progress:
    """Losses of a network and its progress measures.

    Args:
        model: tokens (a, b, p) to logits (batch, p).
        frequencies: the key frequencies, of the trained network where this is a snapshot.
        trained: for all (a, b) whether the network was trained on the pair.

    Raises:
        ValueError: ``trained`` is not square, or holds all pairs or none.
    """
    mask = np.asarray(trained, bool)
    problems = []
    if mask.ndim != 2 or mask.shape[0] != mask.shape[1]:
        problems.append(f"trained has one entry for each pair (p, p), got shape {mask.shape}")
    if mask.all() or not mask.any():
        problems.append(f"some pairs are trained on and some are not, got {mask.mean():.0%}")
    if problems:
        raise ValueError("; ".join(problems))
    found = _losses(model.apply, tuple(frequencies))(model.params, jnp.asarray(mask))
    return Progress(*(float(x) for x in found))


def pairs(modulus: int) -> Int[np.ndarray, "pairs 3"]:
    """The tokens (a, b, "=") of all pairs, b running faster; "=" is the token p."""
    a, b = np.divmod(np.arange(modulus**2, dtype=np.int32), np.int32(modulus))
    return np.stack([a, b, np.full_like(a, modulus)], axis=1)


@functools.cache
def _losses(
    apply: Callable[[Any, Any], Any], frequencies: tuple[int, ...]
) -> Callable[[Any, jax.Array], tuple[jax.Array, ...]]:
    """One compiled function for all snapshots of a network."""

    @jax.jit
    def run(params: Any, trained: jax.Array) -> tuple[jax.Array, ...]:
        p = len(trained)
        logits = apply(params, jnp.asarray(pairs(p))).reshape(p, p, p)
        total, _ = _sums(p)

        def loss(values: jax.Array, where: jax.Array) -> jax.Array:
            each = nll(values.reshape(p * p, p), total.ravel()).reshape(p, p)
            return jnp.where(where, each, 0.0).sum() / where.sum().astype(jnp.float32)

        return (
            loss(logits, trained),
            loss(logits, ~trained),
            loss(restricted(logits, frequencies), jnp.ones_like(trained)),
            loss(excluded(logits, frequencies), trained),
        )

    return run


def _sums(p: int) -> tuple[Int[Array, "p p"], Int[Array, " p"]]:
    """(a + b) mod p for all a and b, and the residues themselves."""
    residue = jnp.arange(p)
    return (residue[:, None] + residue[None, :]) % p, residue
