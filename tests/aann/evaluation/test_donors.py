import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aann.evaluation.donors import donor_of, donor_order

names = st.lists(st.text(max_size=5), min_size=1, max_size=20, unique=True)


@given(names, st.integers(0, 5), st.randoms())
def test_order_and_donors_go_by_name_alone(names, seed, random):
    other = random.sample(names, len(names))
    assert [names[i] for i in donor_order(names, seed)] == [
        other[i] for i in donor_order(other, seed)
    ]
    mine, theirs = donor_of(names, seed), donor_of(other, seed)
    assert dict(zip(names, mine, strict=True)) == dict(zip(other, theirs, strict=True))
    assert mine.dtype == np.int32
    assert (mine >= 0).all()


def test_another_seed_is_another_order():
    names = [str(i) for i in range(50)]
    orders = [donor_order(names, seed) for seed in range(3)]
    assert all(sorted(order) == list(range(50)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
