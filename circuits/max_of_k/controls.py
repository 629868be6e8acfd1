"""Wrong programs of the same form: tokens are renamed, so that another order counts, another copy.

``renamed`` shows a program other tokens than there are, by a random permutation of the vocabulary:
attention follows a random order of the values, and copying raises the logit of a random value. The
permutation is a constant, so that all of them are compiled as one.
"""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

import aann


def renamed(
    rng: np.random.Generator, main: aann.Replacement | tuple[aann.Replacement, ...], vocabulary: int
) -> Any:
    """The programs, each with a random renaming of the tokens of its own.

    Args:
        rng: draws.
        main: one program, or those that are evaluated together; the tokens are the last it reads.
        vocabulary: how many tokens there are.
    """
    if not isinstance(main, aann.Replacement):
        return tuple(renamed(rng, one, vocabulary) for one in main)
    name = aann.Constant(rng.permutation(vocabulary), "chosen", "a random renaming of the tokens")
    constants = {**main.constants, "renamed": name}
    return dataclasses.replace(main, program=_shown(main.program), constants=constants)


@functools.cache
def _shown(inner: Callable[..., jax.Array]) -> Callable[..., jax.Array]:
    """One function for all renamings of a program, so that it compiles once."""

    def shows(*given: Any) -> jax.Array:
        """The program, shown other tokens."""
        *reads, tokens, c = given
        return inner(*reads, c.renamed[tokens], c)

    return shows
