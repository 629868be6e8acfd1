import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.chosen.pool import Entries, Pool, first, priorities


def entries(rng, count):
    """Unlike rows, many of which are alike in group, key and example."""
    return Entries(
        rng.integers(0, 3, count), rng.integers(0, 4, count).astype(np.float32),
        rng.permutation(count).astype(np.uint64), rng.integers(0, 5, count), np.arange(count),
        rng.normal(size=count).astype(np.float32),
    )  # fmt: skip


def slowly(given, n, per_example):
    """The same in plain Python."""
    kept, seen = [], {}
    for row in sorted(zip(*(c.tolist() for c in given), strict=True), key=lambda r: r[:3]):
        group, _, _, example, _, _ = row
        seen[group, example] = seen.get((group, example), 0) + 1
        here = sum(r[0] == group for r in kept)
        if seen[group, example] <= per_example and here < n:
            kept.append(row)
    return kept


def rows(given):
    return list(zip(*(c.tolist() for c in given), strict=True))


@given(st.integers(0, 40), st.integers(1, 5), st.integers(1, 3), st.integers(0, 99))
def test_the_first_of_each_group_are_those_of_a_loop(count, n, per_example, seed):
    given = entries(np.random.default_rng(seed), count)
    assert rows(first(given, n, per_example)) == slowly(given, n, per_example)


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 3), st.integers(0, 99))
def test_what_a_pool_keeps_does_not_depend_on_how_it_came(count, n, per_example, seed):
    rng = np.random.default_rng(seed)
    given = entries(rng, count)
    pool = Pool(3, n, per_example)
    for example in rng.permutation(5):  # an example comes all at once, as it does in a batch
        part = given.take(given.example == example)
        pool.add(part.take(pool.may_enter(part.group, part.key, part.priority)))
    assert rows(pool.entries) == slowly(given, n, per_example)


def test_priorities_depend_on_seed_name_and_position_alone():
    found = priorities("0", ["a", "b", "c"], 50)
    np.testing.assert_array_equal(priorities("0", ["c", "a"], 20), found[[2, 0], :20])
    assert len(np.unique(found)) == found.size
    assert (priorities("1", ["a"], 50) != found[:1]).all()


def test_priorities_are_uniform():
    found = priorities("0", [str(i) for i in range(50)], 400) / 2.0**64
    assert abs(found.mean() - 0.5) < 0.01
    assert abs(np.corrcoef(found[:, :-1].ravel(), found[:, 1:].ravel())[0, 1]) < 0.03
