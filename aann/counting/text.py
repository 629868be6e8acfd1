"""How many numbers are in a number, or in a string that may hide some."""

from collections.abc import Iterable
from typing import Any

import numpy as np

NAME = 40
"""Characters of a string that may be a word: a name, an einsum formula or the like."""

DIGITS = 4
"""Digits that a word may have."""

WORDS = 400
"""Characters that all the different words of a program may have together; more of them count."""


def rounded(values: Any) -> list[float]:
    """Numbers as float32, by which they are compared; flat. Infinite where they are too large."""
    with np.errstate(over="ignore"):
        flat: list[float] = np.asarray(values).astype(np.float32).ravel().tolist()
    return flat


def free(value: Any) -> bool:
    """Whether a number costs nothing: the integers from -2 to 2, as signs, axes and powers."""
    return bool(value in (-2, -1, 0, 1, 2))


def is_word(text: Any) -> bool:
    """Whether a string is short, has few digits and is no number: it is taken for a word."""
    if not isinstance(text, str) or len(text) > NAME:
        return False
    digits = sum(map(str.isdigit, text))
    return digits <= DIGITS and not (digits and _is_number(text))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def packed(text: str | bytes) -> int:
    """How many 32-bit numbers a string could hide."""
    return -(-len(text) // 4)


def too_many(words: Iterable[str]) -> int:
    """How many numbers the words beyond ``WORDS`` characters could hide."""
    return -(-max(sum(map(len, set(words))) - WORDS, 0) // 4)


def scalars(value: Any) -> list[float]:
    """The numbers in a Python scalar, or in a tuple of them: two in a complex one, one for every 32
    bits in a large integer.
    """
    if isinstance(value, tuple | frozenset):
        return [x for part in value for x in scalars(part)]
    if isinstance(value, complex):
        return [value.real, value.imag]
    if isinstance(value, int) and value.bit_length() > 32:
        return [0.0] * -(-value.bit_length() // 32)
    return [float(value)] if isinstance(value, int | float) else []
