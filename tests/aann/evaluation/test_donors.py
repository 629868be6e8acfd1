import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import aann
from aann.evaluation.donors import cluster_ranks, donor_of, donor_order

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


@given(st.lists(st.sampled_from("abcdef"), min_size=2, max_size=20), st.integers(0, 5))
def test_clusters_have_ranks_of_their_own_and_stay_together(groups, seed):
    values = np.arange(float(len(groups)))[:, None]
    rank = cluster_ranks(aann.from_arrays("toy", values, groups=groups), seed)
    assert sorted(set(rank.tolist())) == list(range(len(set(groups))))
    assert len({*zip(groups, rank.tolist(), strict=True)}) == len(set(groups))
    alone = aann.from_arrays("toy", values)
    order = donor_order(alone.names, seed)
    np.testing.assert_array_equal(cluster_ranks(alone, seed)[order], range(len(groups)))
