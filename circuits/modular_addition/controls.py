"""Wrong versions of the modular addition programs, which a forgiving metric would reward.

They work on every program of ``circuits.modular_addition.program``, with its own constants:

- ``difference``: it computes a - b instead of a + b;
- ``one_more``: it computes a + b + 1: all phases are off by one step;
- ``other_frequencies``: the same waves, at as many frequencies that the network does not use.
"""

import dataclasses

import jax
import numpy as np

import aann
from circuits.modular_addition.fourier import neuron_to_logit, shares, strongest


def difference(replacement: aann.Replacement, modulus: int) -> aann.Replacement:
    """The program shown -b in place of b."""
    inner = replacement.program

    def subtracts(tokens: jax.Array, c: aann.Constants) -> jax.Array:
        """The program, shown -b in place of b."""
        return inner(tokens.at[:, 1].set(-tokens[:, 1] % modulus), c)

    return dataclasses.replace(replacement, program=subtracts, name="a - b")


def one_more(replacement: aann.Replacement, modulus: int) -> aann.Replacement:
    """The program shown a + 1 in place of a."""
    inner = replacement.program

    def adds_one(tokens: jax.Array, c: aann.Constants) -> jax.Array:
        """The program, shown a + 1 in place of a."""
        return inner(tokens.at[:, 0].set((tokens[:, 0] + 1) % modulus), c)

    return dataclasses.replace(replacement, program=adds_one, name="a + b + 1")


def other_frequencies(replacement: aann.Replacement, model: aann.Model) -> aann.Replacement:
    """The program with each of its frequencies exchanged for one of the model's weakest.

    Raises:
        ValueError: it uses more than half of all frequencies.
    """
    old = np.asarray(replacement.constants["frequency"].value)
    share = shares(neuron_to_logit(model.params))
    used = sorted(set(old.tolist()))
    if 2 * len(used) > len(share):
        raise ValueError(
            f"{replacement.name!r} uses {len(used)} of {len(share)} frequencies, so that there are "
            "not as many others"
        )
    weakest = [k for k in reversed(strongest(share, len(share))) if k not in used]
    exchanged = dict(zip(used, weakest, strict=False))
    new = np.vectorize(exchanged.__getitem__)(old)
    return replacement.with_constants(name="other frequencies", frequency=new)
