import numpy as np
import pytest

import aann
from zoo import halves


def make():
    return aann.from_arrays("toy", np.zeros((40, 1), np.float32))


def test_a_half_is_of_its_type():
    whole = halves.choose(make, None)
    design, heldout = (halves.choose(make, split) for split in ("design", "heldout"))
    assert isinstance(design, aann.Design)
    assert isinstance(heldout, aann.HeldOut)
    assert {*design.names, *heldout.names} == set(whole.names)


def test_nothing_is_made_for_a_split_that_there_is_not():
    with pytest.raises(ValueError, match="split is 'design', 'heldout' or None, got 'test'"):
        halves.choose(lambda: pytest.fail("made"), "test")


def test_numbers_with_which_nothing_can_be_drawn_are_all_told():
    halves.check_draw(2, 0)
    halves.check_draw(64, 2**31 - 2, 64)
    with pytest.raises(
        ValueError, match=r"n is at least 2 and at most 64, got 65; seed is a .* -1"
    ):
        halves.check_draw(65, -1, 64)
    with pytest.raises(ValueError, match="n is at least 2, got 1"):
        halves.check_draw(1, 0)
