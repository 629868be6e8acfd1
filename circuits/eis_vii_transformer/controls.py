"""Wrong versions of the programs, with their own constants where these can be kept.

- ``shuffled``: the look-ups are dealt out to other tokens;
- ``exchanged``: A in place of B, and B in place of A;
- ``alone``: one of several thresholds;
- ``evenly``: attention to all three positions alike.

The OR of two thresholds has its own fit (``thresholds.read(..., form="any")``).
"""

import dataclasses

import jax
import numpy as np

import aann

SEED = 0


def shuffled(replacement: aann.Replacement, seed: int = SEED) -> aann.Replacement:
    """The program with the look-ups of A, and those of B, dealt out to other tokens."""
    rng = np.random.default_rng(seed)
    tables = {}
    for name in ("first", "second"):
        table = np.asarray(replacement.constants[name].value)
        tables[name] = table[:, rng.permutation(table.shape[1])]
    return replacement.with_constants(name="look-ups shuffled over tokens", **tables)


def exchanged(replacement: aann.Replacement) -> aann.Replacement:
    """The program shown (B, A) in place of (A, B)."""
    inner = replacement.program

    def swaps(tokens: jax.Array, c: aann.Constants) -> jax.Array:
        """The program, shown A in place of B and B in place of A."""
        return inner(tokens.at[:, :2].set(tokens[:, 1::-1]), c)

    return dataclasses.replace(replacement, program=swaps, name="A and B exchanged")


def swapped(replacement: aann.Replacement) -> aann.Replacement:
    """Fixed attention to A where B is attended to, and to B where A is."""
    first, second = (np.asarray(replacement.constants[n].value) for n in ("first", "second"))
    return replacement.with_constants(name="A and B exchanged", first=second, second=first)


def alone(replacement: aann.Replacement, threshold: int) -> aann.Replacement:
    """One of the thresholds, without the others."""
    one = {
        n: np.asarray(replacement.constants[n].value)[threshold][None] for n in ("first", "second")
    }
    constants = {
        n: aann.Constant(x, replacement.constants[n].origin, replacement.constants[n].note)
        for n, x in one.items()
    }
    return dataclasses.replace(
        replacement, name=f"threshold {threshold + 1} alone", constants=constants
    )


def evenly(replacement: aann.Replacement) -> aann.Replacement:
    """Fixed attention to all three positions alike."""
    third = np.full_like(np.asarray(replacement.constants["first"].value), 1 / 3)
    return replacement.with_constants(name="even attention", first=third, second=third)
