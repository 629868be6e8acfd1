from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aann.counting.digits import significant


@given(st.floats(1e-30, 1e30), st.integers(1, 8))
def test_the_rounded_number_is_near_and_has_so_many_digits(x, digits):
    rounded = float(significant(x, digits))
    assert abs(rounded - x) <= 0.5000001 * 10.0 ** (np.floor(np.log10(x)) + 1 - digits)
    assert len(Decimal(str(rounded)).normalize().as_tuple().digits) <= digits
    assert significant(rounded, digits) == rounded


def test_arrays_keep_their_shape_and_signs_their_place():
    np.testing.assert_array_equal(significant([[-1.26, 0.0]], 2), [[-1.3, 0.0]])
