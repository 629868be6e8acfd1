import numpy as np
from scrubs import N, apart, chain, drawn, examples, model, signs

import aann
from aann.scrubbing.bound import bind
from aann.scrubbing.equivalence import Anything
from aann.scrubbing.plan import anybody, nobody, paths, seeded


def bound(program=signs, where=None, **more):
    return bind(model(), aann.Hypothesis(program, where or {"a": "h", "b": "z", "c": "m"}, **more))


def test_a_path_for_every_way_from_the_output_up():
    """The tree: of ``b`` and of its parent ``a`` one more each where several need them."""
    assert [path for path, _ in paths(bound())] == [
        (), ("c",), ("c", "a"), ("c", "b"), ("c", "b", "a"),
    ]  # fmt: skip


def test_donors_agree_on_the_way_up():
    """Each node agrees with the donor of what needs it, not with the example at the root."""
    found = drawn(bound(), examples(), scrubs=50)
    x = np.random.default_rng(1).normal(size=(N, 3, 4)).astype(np.float32)
    a = (x[:, 0, 0] > 0).astype(int)
    b = a + (x[:, 1, 0] > 0)
    values = {"a": a, "b": b, "c": a * b + b}
    for path in list(found.own)[1:]:
        value = values[path[-1]]
        np.testing.assert_array_equal(value[found.own[path]], value[found.own[path[:-1]]])
    root = found.own["c", "b", "a"]
    assert (values["c"][root] != values["c"][found.own[()]]).any()


def test_who_lends_what_no_value_claims():
    resampled = drawn(bound(chain, {"a": "h", "c": "m"}), examples(), scrubs=3)
    assert (resampled.base[()] != resampled.own[()]).any()  # the output is of c alone
    assert (resampled.base["c",] != resampled.own["c",]).any()
    np.testing.assert_array_equal(resampled.base["c", "a"], resampled.own["c", "a"])  # it reads
    for rest in ("keep", "zero"):
        kept = drawn(bound(chain, {"a": "h", "c": "m"}, rest=rest), examples())
        assert all((kept.base[path] == kept.own[path]).all() for path in kept.own)


def test_more_scrubs_keep_the_earlier_ones():
    few, many = (drawn(bound(), examples(), scrubs=n) for n in (2, 5))
    for kind in ("own", "base"):
        for path, rows in getattr(few, kind).items():
            np.testing.assert_array_equal(rows, getattr(many, kind)[path][:2])


def test_seeds():
    first, same, other = (drawn(bound(), examples(), seed=s) for s in (0, 0, 1))
    assert all((first.own[p] == same.own[p]).all() for p in first.own)
    assert all((first.own[p] != other.own[p]).any() for p in first.own if p)
    assert seeded(0, ("own", "a")).random() != seeded(0, ("own", "b")).random()
    assert seeded(0, ("a", "b")).random() != seeded(0, ("ab",)).random()


def test_hypotheses_of_the_same_values_share_their_draws():
    """What differs between two rows is then what they claim, and not chance."""
    one = drawn(bound(apart, {"a": "h", "b": "z"}, same=Anything()), examples())
    two = drawn(bound(apart, {"a": "h", "b": "m"}, same=Anything()), examples())
    np.testing.assert_array_equal(one.own["a",], two.own["a",])
    np.testing.assert_array_equal(one.own["b",], two.own["b",])


def test_everybody_for_itself_and_anybody_for_anyone():
    whole = nobody(bound(), N)
    assert all((rows == np.arange(N)).all() for rows in whole.own.values())
    anyone = anybody(bound(), N, 200, 0)
    counts = np.bincount(anyone.own["c",].reshape(-1), minlength=N)
    assert counts.min() > 120
    assert counts.max() < 280
    assert (anyone.own["c",] == np.arange(N)).mean() < 0.1
