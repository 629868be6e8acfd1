"""Sequences of tokens to probe transformers with: repeats, and what comes just before.

``repeated`` shows induction: in the second block each next token has been seen. ``previous`` shows
heads and units that read the token before: sequences in sets that are alike but for one token.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from aann.shown.brief import brief


class Repeated(NamedTuple):
    """Sequences of random tokens, each repeated.

    Attributes:
        tokens: (n, length), int32.
        predictable: positions whose next token has been seen after the same token.
    """

    tokens: Int[np.ndarray, "n position"]
    predictable: Int[np.ndarray, " position"]

    def __repr__(self) -> str:
        return brief(self)


class Previous(NamedTuple):
    """Sets of sequences that differ in one token.

    Attributes:
        tokens: (n, choices, length), int32.
        changed: position of the token that differs, of each set.
        choices: (n, choices): the tokens there.
    """

    tokens: Int[np.ndarray, "n choice position"]
    changed: Int[np.ndarray, " n"]
    choices: Int[np.ndarray, "n choice"]

    def __repr__(self) -> str:
        return brief(self)


def repeated(
    n: int,
    block: int,
    vocabulary: int,
    *,
    times: int = 2,
    first: int | None = None,
    seed: int = 0,
) -> Repeated:
    """Blocks of random tokens, all different, and the same again.

    Args:
        n: number of sequences.
        block: tokens of a block.
        vocabulary: tokens from 0 to this, exclusive.
        times: how often each block stands there, at least 2.
        first: a token that every sequence begins with, once, and that no block holds.
        seed: of the tokens.

    Raises:
        ValueError: with all that does not fit.
    """
    pool = _pool(vocabulary, first)
    problems = [
        f"{name} is at least {least}, got {value}"
        for name, value, least in (("n", n, 1), ("block", block, 2), ("times", times, 2))
        if value < least
    ]
    if block > len(pool):
        problems.append(f"a block of {block} different tokens does not fit into {len(pool)} tokens")
    _raise([*problems, *_token_problems(vocabulary, first)])
    blocks = _different(pool, n, block, np.random.default_rng(seed))
    before = 0 if first is None else 1
    start = np.full((n, before), first or 0, np.int32)
    tokens = np.concatenate([start, np.tile(blocks, (1, times))], 1)
    return Repeated(tokens, np.arange(before + block, tokens.shape[1] - 1))


def previous(
    n: int,
    length: int,
    vocabulary: int,
    *,
    choices: int = 8,
    first: int | None = None,
    seed: int = 0,
) -> Previous:
    """Random sequences, each with ``choices`` different tokens at one random position.

    What follows the position is alike in all of a set: whatever differs at the next position has
    read the token before.

    Args:
        n: number of sets.
        length: of a sequence.
        vocabulary: tokens from 0 to this, exclusive.
        choices: sequences of a set, at least 2.
        first: a token that every sequence begins with, and that stands nowhere else.
        seed: of the tokens and positions.

    Raises:
        ValueError: with all that does not fit.
    """
    pool = _pool(vocabulary, first)
    before = 0 if first is None else 1
    problems = [
        f"{name} is at least {least}, got {value}"
        for name, value, least in (("n", n, 1), ("length", length, 2 + before),
                                   ("choices", choices, 2))
        if value < least
    ]  # fmt: skip
    if choices > len(pool):
        problems.append(f"{choices} different choices need as many tokens, there are {len(pool)}")
    _raise([*problems, *_token_problems(vocabulary, first)])
    rng = np.random.default_rng(seed)
    base = rng.choice(pool, (n, length)).astype(np.int32)
    if first is not None:
        base[:, 0] = first
    changed = rng.integers(before, length - 1, n)
    shown = _different(pool, n, choices, rng)
    tokens = np.repeat(base[:, None], choices, 1)
    tokens[np.arange(n), :, changed] = shown
    return Previous(tokens, changed, shown)


def _pool(vocabulary: int, first: int | None) -> np.ndarray:
    tokens = np.arange(max(vocabulary, 0), dtype=np.int32)
    return tokens if first is None else tokens[tokens != first]


def _token_problems(vocabulary: int, first: int | None) -> list[str]:
    if first is None or 0 <= first < vocabulary:
        return []
    return [f"first is a token from 0 to {vocabulary - 1}, got {first}"]


def _different(pool: np.ndarray, n: int, many: int, rng: np.random.Generator) -> np.ndarray:
    """(n, many) tokens; those of a row differ."""
    order = np.argsort(rng.random((n, len(pool)), np.float32), axis=1)[:, :many]
    chosen: np.ndarray = pool[order]
    return chosen


def _raise(problems: list[str]) -> None:
    if problems:
        raise ValueError("; ".join(problems))
