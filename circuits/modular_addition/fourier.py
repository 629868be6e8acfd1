"""Fourier analysis of residues modulo p: waves, spectra, and which frequencies a network uses.

A function of one residue x is a constant plus cosines and sines of 2 pi k x / p for the
frequencies k = 1 to (p - 1) / 2; a function of two residues has all their products. Networks that
add modulo p by the Fourier algorithm (Nanda et al. 2023, arXiv 2301.05217) use few frequencies: the
*key frequencies*. They are found in the weights, in the map from neurons to logits: no data and
no list of frequencies goes in.

Sharp edges: p is odd, so that no frequency is its own mirror. Where no frequency stands out there
are no key frequencies, and ``key_frequencies`` says so instead of returning the largest noise.
"""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

import aann

LEAST = 2.0
"""A key frequency holds at least so many times the power that it had if all had the same."""

MOST = 0.5
"""And together the key frequencies hold at least this part of the power. Networks that add hold
0.83 to 1.0 in theirs; one that memorised had two frequencies above ``LEAST``, with 0.10."""


def waves(
    frequency: Int[Array, " wave"], residue: Int[Array, " batch"], modulus: Int[Array, ""]
) -> tuple[Float[Array, "batch wave"], Float[Array, "batch wave"]]:
    """Cosines and sines of 2 pi k x / p for every residue x and frequency k."""
    turns = frequency[None, :] * residue[:, None] % modulus  # in integers: exact
    angle = 2 * jnp.pi * turns.astype(jnp.float32) / modulus.astype(jnp.float32)
    return jnp.cos(angle), jnp.sin(angle)


def shares(table: Float[Array, "rows p"]) -> Float[np.ndarray, " frequency"]:
    """The share of each frequency, from 1 to (p - 1) / 2, in the power along the rows of a table.

    Args:
        table: each row is a function of the residues 0 to p - 1; their means do not count.

    Returns:
        float64, adding up to 1; all equal where every row is constant. Frequency k is at k - 1.

    Raises:
        ValueError: p is even or below 3.
    """
    values = np.asarray(table, np.float64)
    check_modulus(values.shape[1])
    spectrum = np.abs(np.fft.rfft(values - values.mean(1, keepdims=True), axis=1)[:, 1:]) ** 2
    power = spectrum.sum(0)
    even: np.ndarray = np.full(len(power), 1 / len(power))
    return power / power.sum() if power.sum() > 0 else even


def plane_shares(values: Float[Array, "p p unit"]) -> Float[np.ndarray, "half half unit"]:
    """Each pair of frequencies' share in a function of two residues, for each unit.

    Args:
        values: for all a and b.

    Returns:
        float64. Entry (j, k) is the power of all products of a wave of frequency j in a with one
        of frequency k in b; 0 stands for a constant. The constant of both does not count.

    Raises:
        ValueError: p is even or below 3.
    """
    array = np.asarray(values, np.float64)
    p = array.shape[0]
    check_modulus(p)
    power = np.abs(np.fft.fft2(array - array.mean((0, 1)), axes=(0, 1))) ** 2
    half = (p + 1) // 2
    for axis in (0, 1):  # k and -k are the same frequency
        mirrored = np.flip(np.take(power, range(half, p), axis), axis)
        power = np.take(power, range(half), axis)
        power[(slice(None),) * axis + (slice(1, None),)] += mirrored
    total = power.sum((0, 1))
    return power / np.where(total > 0, total, 1.0)


def neuron_to_logit(params: Any) -> Float[Array, "neuron p"]:
    """W_out W_U of a one-layer transformer: what each neuron adds to each class's logit."""
    product: Array = params["blocks_0"]["mlp"]["W_out"] @ params["unembed"]["W_U"]
    return product


def key_frequencies(model: aann.Model) -> tuple[int, ...]:
    """The frequencies that stand out in the model's map from neurons to logits, strongest first.

    Args:
        model: a one-layer transformer of ``zoo.transformer.model`` whose outputs are the residues.

    Raises:
        ValueError: those with ``LEAST`` times an equal share hold less than ``MOST`` of the power.
    """
    share = shares(neuron_to_logit(model.params))
    found = strongest(share, int((share >= LEAST / len(share)).sum()))
    held = float(sum(share[k - 1] for k in found))
    if held < MOST:
        (top,) = strongest(share, 1)
        raise ValueError(
            f"{model.name!r} has no key frequencies: the strongest of {len(share)}, {top}, has "
            f"{share.max() * len(share):.2f} times an equal share of the power of W_out W_U, and "
            f"all above {LEAST:g} times hold {held:.0%} of it, of {MOST:.0%} that are needed; this "
            "network does not add by the Fourier algorithm"
        )
    return found


def strongest(share: Float[np.ndarray, " frequency"], n: int) -> tuple[int, ...]:
    """The ``n`` frequencies with the largest shares, strongest first."""
    return tuple(int(k) + 1 for k in np.argsort(-share, kind="stable")[:n])


def other_frequencies(
    rng: np.random.Generator, frequency: Int[np.ndarray, " wave"], modulus: int
) -> Int[np.ndarray, " wave"]:
    """As many different frequencies, picked at random: those of a wrong program.

    Waves that shared a frequency share another one.
    """
    used, at = np.unique(frequency, return_inverse=True)
    drawn = 1 + rng.choice(modulus // 2, len(used), replace=False)
    return np.asarray(drawn, frequency.dtype)[at]


def check_modulus(p: int) -> None:
    """Refuse moduli with a frequency that is its own mirror, or without any.

    Raises:
        ValueError: p is even or below 3.
    """
    if p < 3 or p % 2 == 0:
        raise ValueError(f"the modulus is odd and at least 3, got {p} residues")
