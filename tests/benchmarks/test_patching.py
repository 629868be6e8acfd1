"""What needs no TransformerLens; ``benchmarks.pytorch.hooked`` is checked by every run, as here."""

import numpy as np
import pytest

from benchmarks import patching

VALUES = np.array([[1.0, -200.0], [3.0, 0.0]])


def test_numbers_that_agree_pass():
    patching.check(VALUES * (1 + 9e-6), VALUES)


def test_numbers_that_differ_are_an_error():
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        patching.check(VALUES + 3e-3, VALUES)


class Side:
    """Both sides, with what each technique gives."""

    def __init__(self, scale=1.0):
        for name in patching.TECHNIQUES:
            setattr(self, name, lambda: VALUES * scale)


def test_every_technique_is_compared_before_it_counts():
    found = patching.compare(Side(), Side(), repeats=2)
    assert list(found) == list(patching.TECHNIQUES)
    assert all(mine >= 0 and other >= 0 for mine, other, _ in found.values())
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        patching.compare(Side(), Side(1.1), repeats=1)


def test_there_is_something_to_copy_and_answers_are_tokens():
    clean, corrupted, right, wrong = patching.pairs(patching.ATTN_ONLY_2L, 3)
    half = patching.ATTN_ONLY_2L.context // 2
    assert clean.shape == corrupted.shape == (3, 2 * half)
    np.testing.assert_array_equal(clean[:, :half], clean[:, half:])
    np.testing.assert_array_equal(right, clean[:, half])
    assert (right != wrong).all()
