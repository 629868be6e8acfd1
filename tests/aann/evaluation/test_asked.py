"""What is asked beyond the ladder is checked before work starts."""

import numpy as np
import pytest

from aann.evaluation.asked import asked


def test_shares_are_put_in_order(unchecked):
    assert asked([0.75, np.float32(0.5)]).mixing == (0.5, 0.75)
    assert asked(np.asarray([0.25])).mixing == (0.25,)
    assert asked() == asked((), 0, False)


@pytest.mark.parametrize(
    "mixing", [[0.0], [1], [-0.1], [float("nan")], [True], ["0.5"], [None], [[0.5]]]
)
def test_other_shares_are_refused(mixing, unchecked):
    with pytest.raises(ValueError, match=r"lie between 0 and 1, of which 0 \(intact\) and 1"):
        asked(mixing)


@pytest.mark.parametrize("mixing", [0.5, "0.5", None])
def test_what_is_no_list_is_refused(mixing, unchecked):
    with pytest.raises(ValueError, match=r"mixing is a list of shares such as \(0.25, 0.5, 0.75\)"):
        asked(mixing)


@pytest.mark.parametrize("subsets", [-1, 1.5, True, False, None, "2"])
def test_other_numbers_of_splits_are_refused(subsets, unchecked):
    with pytest.raises(ValueError, match="subsets is how many times to split the units"):
        asked((), subsets)


def test_all_problems_are_told_at_once(unchecked):
    with pytest.raises(ValueError, match=r"(?s)differ from.*subsets is.*got -2; alone is.*got 1$"):
        asked([0.5, 0.5], -2, 1)
