"""What a network that adds modulo p does with the design pairs, and how constants are made of it.

``observe`` runs the network on the design half once; ``solve`` fits by linear least squares, in
float64; ``rounded`` keeps the digits that count; ``replacement`` declares the result. The fits of
single circuits are in ``circuits.modular_addition.fit``.

Sharp edge: sites are read at "=", the last of the three positions: nothing else reaches the logits.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import aann
from aann.data.batches import batches
from circuits.fitting.design import check as check_design
from circuits.modular_addition import fourier
from circuits.modular_addition.program import products

PATTERN, SCORES = "blocks.0.attn.pattern", "blocks.0.attn.scores"
PRE, POST, OUT = "blocks.0.mlp.pre", "blocks.0.mlp.post", "blocks.0.mlp.out"
SITES = (SCORES, PATTERN, PRE, POST, OUT, "logits")
LAST = 2
"""The position of "="."""

BATCH = 512


@dataclasses.dataclass(frozen=True, eq=False)
class Evidence:
    """What the network does with the design pairs.

    Attributes:
        model: the network.
        tokens: (n, 3) int32.
        values: site -> (n, ...) float32, at "=" alone where a site has positions.
    """

    model: aann.Model
    tokens: np.ndarray
    values: Mapping[str, np.ndarray]

    @property
    def modulus(self) -> int:
        """How many residues there are."""
        return int(self.values["logits"].shape[1])

    def at(self, site: str) -> np.ndarray:
        """A site's values in float64."""
        return self.values[site].astype(np.float64)

    def waves(self, k: Sequence[int], residues: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Cosines and sines of the frequencies at some residues, (n, frequencies) each."""
        cosine, sine = fourier.waves(
            jnp.asarray(k, jnp.int32), jnp.asarray(residues, jnp.int32), jnp.asarray(self.modulus)
        )
        return np.asarray(cosine, np.float64), np.asarray(sine, np.float64)

    def sums(self, k: Sequence[int]) -> np.ndarray:
        """Cosines at a + b, then sines, (n, 2 K)."""
        return np.concatenate(self.waves(k, self.tokens[:, 0] + self.tokens[:, 1]), axis=1)

    def classes(self, k: Sequence[int]) -> np.ndarray:
        """Cosines at c, then sines, (p, 2 K)."""
        return np.concatenate(self.waves(k, np.arange(self.modulus)), axis=1)

    def leads(self, k: Sequence[int]) -> np.ndarray:
        """Cosines at a less those at b, sines likewise, and a constant: (n, 2 K + 1)."""
        a, b = (np.concatenate(self.waves(k, self.tokens[:, i]), axis=1) for i in (0, 1))
        return with_constant(a - b)

    def totals(self, k: Sequence[int]) -> np.ndarray:
        """Cosines at a plus those at b, sines likewise, and a constant: (n, 2 K + 1)."""
        a, b = (np.concatenate(self.waves(k, self.tokens[:, i]), axis=1) for i in (0, 1))
        return with_constant(a + b)

    def products(self, k: int) -> np.ndarray:
        """All products of (1, cos, sin) at a with those at b: (n, 9)."""
        a, b = (self.waves([k], self.tokens[:, i]) for i in (0, 1))
        first, second = (
            (jnp.asarray(cosine, jnp.float32), jnp.asarray(sine, jnp.float32))
            for cosine, sine in (a, b)
        )
        return np.asarray(products(first, second)[:, 0], np.float64)


def observe(model: aann.Model, design: aann.Design) -> Evidence:
    """Run the network on the design pairs.

    Raises:
        TypeError: ``design`` is not a ``Design``.
    """
    check_design(design, "pairs")

    @jax.jit
    def read(params: Any, tokens: jax.Array) -> dict[str, jax.Array]:
        _, seen = aann.capture(dataclasses.replace(model, params=params), SITES)(tokens)
        attended = {site: seen[site][:, :, LAST] for site in (SCORES, PATTERN)}
        return seen | attended | {site: seen[site][:, LAST] for site in (PRE, POST, OUT)}

    tokens, values = [], []
    for batch in batches(design, min(BATCH, len(design)), model):
        n = len(batch.indices)
        tokens.append(np.asarray(batch.inputs[:n]))
        seen = read(model.params, batch.inputs)
        values.append({site: np.asarray(x[:n]) for site, x in seen.items()})
    joined = {site: np.concatenate([v[site] for v in values]) for site in SITES}
    return Evidence(model, np.concatenate(tokens), joined)


class Fit(NamedTuple):
    """Weights (features, outputs), and the part of each output's variance that they explain."""

    weights: np.ndarray
    r2: np.ndarray


def solve(features: np.ndarray, targets: np.ndarray) -> Fit:
    """Least squares; an output that never varies counts as not explained."""
    weights = np.linalg.lstsq(features, targets, rcond=None)[0]
    left = ((targets - features @ weights) ** 2).sum(0)
    spread = ((targets - targets.mean(0)) ** 2).sum(0)
    explained = 1 - np.divide(left, spread, out=np.ones_like(left), where=spread > 0)
    return Fit(weights, explained)


def best(fits: Sequence[Fit]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each output which fit explains it best, that fit's weights (outputs, features) and R2."""
    r2 = np.stack([fit.r2 for fit in fits])
    chosen = r2.argmax(0)
    weights = np.stack([fit.weights for fit in fits])[chosen, :, np.arange(len(chosen))]
    return chosen, weights, r2.max(0)


def replacement(
    seen: Evidence, program: Callable[..., jax.Array], site: str, units: Sequence[int], name: str,
    constants: Mapping[str, Any], **place: Any,
) -> aann.Replacement:  # fmt: skip
    """The program with its constants declared; it writes at "=" unless ``place`` says otherwise."""
    notes = {
        "frequency": "key frequencies: largest in the spectrum of W_out W_U (see fourier.py)",
        "modulus": "the number of outputs",
    }
    note = f"least squares on {len(seen.tokens)} design pairs"
    declared = {
        n: aann.Constant(x, "derived" if n == "modulus" else "fitted", notes.get(n, note))
        for n, x in constants.items()
    }
    return aann.make(
        program, model=seen.model.name, site=site, units=units, constants=declared, name=name,
        exchangeable=(
            {"frequency": functools.partial(fourier.other_frequencies, modulus=seen.modulus)}
            if "frequency" in declared
            else ()
        ),
        **{"positions": (LAST,), **place},
    )  # fmt: skip


def with_constant(features: np.ndarray) -> np.ndarray:
    """The features and a last one that is always 1."""
    return np.concatenate([features, np.ones((len(features), 1))], axis=1)


def rounded(values: np.ndarray, digits: int, axis: int | None = None) -> np.ndarray:
    """Rounded to so many digits of the largest number (along ``axis``)."""
    largest = np.abs(values).max(axis=axis, keepdims=True)
    step = 10.0 ** (np.floor(np.log10(np.where(largest > 0, largest, 1.0))) - digits + 1)
    result: np.ndarray = np.round(values / step) * step
    return result
