"""Replacements for a network that adds modulo p: constants by least squares on design pairs.

Every function turns what ``modular_evidence.observe`` saw, and the key frequencies, into one
replacement with a program of ``circuits.modular_addition.program``. All fits are linear, in closed
form.

Sharp edge: a neuron belongs to the key frequency that explains it best, also where none explains it
well; ``neurons(..., least=None)`` replaces such neurons too.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

import aann
from circuits.modular_addition import program as programs
from circuits.modular_addition.evidence import (
    LAST,
    OUT,
    PATTERN,
    POST,
    PRE,
    SCORES,
    Evidence,
    best,
    replacement,
    rounded,
    solve,
    with_constant,
)

EXPLAINED = 0.85
"""A neuron is one frequency's where it explains this much of the variance (arXiv 2301.05217)."""


def neurons(
    seen: Evidence, frequencies: Sequence[int], least: float | None = EXPLAINED
) -> aann.Replacement:
    """Polynomials in place of the neurons that one key frequency explains.

    Args:
        seen: from ``observe``.
        frequencies: the key frequencies.
        least: part of a neuron's variance that has to be explained; None takes all neurons.

    Raises:
        ValueError: no neuron is explained so well.
    """
    natural = seen.at(POST)
    chosen, weights, r2 = best([solve(seen.products(k), natural) for k in frequencies])
    units = np.flatnonzero(r2 >= (-np.inf if least is None else least))
    if not len(units):
        raise ValueError(
            f"of {len(r2)} neurons of {seen.model.name!r} none has {least:.0%} of its variance "
            f"explained by one of the frequencies {', '.join(map(str, frequencies))}; the most is "
            f"{r2.max():.0%}"
        )
    constants = {
        "coefficients": rounded(weights[units], 2, axis=1),
        "frequency": np.asarray(frequencies)[chosen[units]],
        "modulus": seen.modulus,
    }
    name = "all neurons" if least is None else "neurons"
    return replacement(seen, programs.neurons, POST, units.tolist(), name, constants)


def rectified(seen: Evidence, polynomials: aann.Replacement) -> aann.Replacement:
    """The program ``rectified`` for the neurons, and the frequencies, of the polynomials."""
    units = np.asarray(polynomials.units)
    frequency = np.asarray(polynomials.constants["frequency"].value)
    drive = seen.at(PRE)[:, units]
    fitted = np.zeros((3, len(units)))
    for k in sorted(set(frequency.tolist())):
        mine = frequency == k
        fitted[:, mine] = solve(seen.totals([k]), drive[:, mine]).weights
    cosine, sine, offset = rounded(fitted, 2, axis=0)
    constants = {
        "cosine": cosine, "sine": sine, "offset": offset,
        "frequency": frequency, "modulus": seen.modulus,
    }  # fmt: skip
    name = f"{polynomials.name}, rectified waves"
    return replacement(seen, programs.rectified, POST, polynomials.units, name, constants)


def mlp(seen: Evidence, frequencies: Sequence[int]) -> aann.Replacement:
    """Waves of a + b in place of all that the MLP writes."""
    k = len(frequencies)
    fitted = solve(with_constant(seen.sums(frequencies)), seen.at(OUT)).weights
    weights = rounded(fitted, 2, axis=1)
    constants = {
        "cosine": weights[:k], "sine": weights[k:-1], "constant": weights[-1],
        "frequency": np.asarray(frequencies), "modulus": seen.modulus,
    }  # fmt: skip
    return replacement(seen, programs.mlp, OUT, range(weights.shape[1]), "mlp", constants)


def mlp_plane(seen: Evidence, frequencies: Sequence[int]) -> aann.Replacement:
    """Waves of a + b along the directions from which the unembedding reads waves of c.

    The directions, W_U times cos(w c) and sin(w c), are replaced by the nearest orthonormal ones.
    """
    unembed = np.asarray(seen.model.params["unembed"]["W_U"], np.float64)
    left, _, right = np.linalg.svd(unembed @ seen.classes(frequencies), full_matrices=False)
    basis = left @ right
    wave = seen.sums(frequencies)
    size = (wave * (seen.at(OUT) @ basis)).sum(0) / (wave**2).sum(0)
    constants = {
        "amplitude": rounded(size.reshape(2, -1).mean(0), 3),
        "frequency": np.asarray(frequencies),
        "modulus": seen.modulus,
    }
    units = range(basis.shape[1])
    return replacement(
        seen, programs.mlp_plane, OUT, units, "mlp plane", constants,
        basis=basis.astype(np.float32),
    )  # fmt: skip


def attention(seen: Evidence, frequencies: Sequence[int]) -> aann.Replacement:
    """The published sinusoid in place of the attention pattern of every head at "="."""
    pattern = seen.at(PATTERN)
    tilt = (pattern[..., 0] - pattern[..., 1]) / 2
    chosen, weights, _ = best([solve(seen.leads([k]), tilt) for k in frequencies])
    constants = {
        **_even(seen),
        "cosine": rounded(weights[:, 0], 3),
        "sine": rounded(weights[:, 1], 3),
        "frequency": np.asarray(frequencies)[chosen],
        "modulus": seen.modulus,
    }
    return _heads(seen, programs.attention, "attention", constants)


def mean_attention(seen: Evidence) -> aann.Replacement:
    """The mean pattern in place of the attention pattern of every head at "="."""
    return _heads(seen, programs.mean_attention, "mean attention", _even(seen))


def blended_attention(seen: Evidence, frequencies: Sequence[int]) -> aann.Replacement:
    """Waves of all key frequencies in place of the attention pattern of every head at "="."""
    scores = seen.at(SCORES)
    weights = solve(seen.leads(frequencies), scores[..., 0] - scores[..., 1]).weights
    k = len(frequencies)
    constants = {
        "cosine": rounded(weights[:k], 3),
        "sine": rounded(weights[k:-1], 3),
        "offset": rounded(weights[-1], 2),
        "rest": rounded(seen.at(PATTERN)[..., LAST].mean(0), 2),
        "frequency": np.asarray(frequencies),
        "modulus": seen.modulus,
    }
    return _heads(seen, programs.blended_attention, "blended attention", constants)


def network(seen: Evidence, frequencies: Sequence[int]) -> aann.Replacement:
    """The Fourier program in place of the whole network."""
    # Waves of different frequencies are orthogonal over c, so that each amplitude is a projection.
    along = seen.sums(frequencies) * (seen.at("logits") @ seen.classes(frequencies))
    size = along.mean(0).reshape(2, -1).sum(0) / (seen.modulus / 2)
    constants = {"amplitude": rounded(size, 3), "frequency": np.asarray(frequencies)}
    program, classes = programs.network(seen.modulus), range(seen.modulus)
    return replacement(seen, program, "logits", classes, "network", constants, positions=None)


def _even(seen: Evidence) -> dict[str, np.ndarray]:
    mean = rounded(seen.at(PATTERN).mean(0), 3)
    return {"first": mean[:, 0], "second": mean[:, 1]}


def _heads(
    seen: Evidence, program: Callable[..., jax.Array], name: str, constants: Mapping[str, Any]
) -> aann.Replacement:
    heads = range(seen.values[PATTERN].shape[1])
    return replacement(seen, program, PATTERN, heads, name, constants, axis=1, position_axis=2)
