"""How many of all sequences a network gets wrong whose answer does not depend on their order.

The artificial networks of max-of-K read tokens without their positions, so that sequences with the
same tokens have the same answer: one of each is run (766,480 of 64^4) and counted as many times as
it can be ordered. Sharp edge: for a network that knows positions the count would be wrong, so the
answers are compared on reversed sequences too.
"""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np

import aann

BATCH = 8192


def mistakes(model: aann.Model, vocabulary: int, width: int) -> int:
    """Sequences of ``width`` tokens whose largest one does not have the largest logit.

    Args:
        model: tokens (batch, width) to logits (batch, vocabulary).
        vocabulary: tokens are below it.
        width: tokens of a sequence.

    Raises:
        ValueError: an answer depends on the order of the tokens.
    """
    chosen = multisets(vocabulary, width)
    count = orders(chosen)
    rows = -(-len(chosen) // BATCH) * BATCH
    padded = np.resize(chosen, (rows, width)).reshape(-1, min(BATCH, rows), width)
    answers = jax.jit(
        lambda params, batches: jax.lax.map(
            lambda tokens: jnp.argmax(model.apply(params, tokens), axis=-1), batches
        )
    )
    forth, back = (
        np.asarray(answers(model.params, jnp.asarray(x))).ravel()[: len(chosen)]
        for x in (padded, padded[..., ::-1])
    )
    if (forth != back).any():
        first = chosen[np.flatnonzero(forth != back)[0]]
        raise ValueError(
            f"{(forth != back).sum()} answers depend on the order of the tokens, the first for "
            f"{first.tolist()}: such a network has to be run on every order of them"
        )
    return int(count[forth != chosen.max(1)].sum())


def multisets(vocabulary: int, width: int) -> np.ndarray:
    """All sequences in rising order, (sequences, width) int32."""
    number = math.comb(vocabulary + width - 1, width)
    flat = itertools.chain.from_iterable(
        itertools.combinations_with_replacement(range(vocabulary), width)
    )
    return np.fromiter(flat, np.int32, number * width).reshape(number, width)


def orders(rising: np.ndarray) -> np.ndarray:
    """In how many orders each row can be written, (rows,) int64."""
    run = np.ones(len(rising), np.int64)
    repeats = np.ones(len(rising), np.int64)
    for i in range(1, rising.shape[1]):
        run = np.where(rising[:, i] == rising[:, i - 1], run + 1, 1)
        repeats *= run
    return math.factorial(rising.shape[1]) // repeats
