"""Kinds of whole numbers for arguments."""

import argparse

from aann.statistics.interval import LEAST_DRAWS


def positive(text: str) -> int:
    """An integer of at least 1."""
    if (value := natural(text)) < 1:
        raise argparse.ArgumentTypeError(f"expected an integer of at least 1, got {text!r}")
    return value


def natural(text: str) -> int:
    """An integer of at least 0."""
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise argparse.ArgumentTypeError(f"expected a non-negative integer, got {text!r}")
    return value


def naturals(text: str) -> tuple[int, ...]:
    """Integers of at least 0, between commas."""
    return tuple(natural(part) for part in text.split(","))


def draws(text: str) -> int:
    """A number of bootstrap draws that gives an interval."""
    if (value := positive(text)) < LEAST_DRAWS:
        raise argparse.ArgumentTypeError(
            f"{value} draws are too few for an interval: at least {LEAST_DRAWS}"
        )
    return value
