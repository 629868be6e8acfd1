"""Paired differences of what two rows recover.

Serves ``pairing`` too.
"""

import dataclasses
import json
from typing import get_args

import numpy as np
import pytest
import report_files
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import aann
from aann.comparison.compare import compare_rows, main_row
from aann.statistics.bootstrap import difference, recovered
from aann.statistics.interval import Method, Setting, rerank

QUICK = {"draws": 500}
NUMBERS = ("estimate", "low", "high")


def numbers(found, metric="kl"):
    (d,) = [d for d in found.differences if d.metric == metric]
    return np.asarray([[getattr(e, n) for n in NUMBERS] for e in (d.difference, d.percentile)])


def test_nominal_95_percent_cover_the_true_difference():
    n, repeats, truth = 150, 1200, 0.05
    rng = np.random.default_rng(4)
    damage = rng.gamma(2.0, 1.0, (repeats, n))
    other = 0.5 * damage + rng.gamma(1.0, 1.0, (repeats, n))
    other[::2] = damage[::2]  # the same units, and other ones
    shared = rng.normal(size=(repeats, n))
    spliced = np.stack([
        0.2 * damage + 0.3 * shared + 0.2 * rng.normal(size=(repeats, n)),
        0.25 * other + 0.4 * shared,
    ])  # fmt: skip
    found = recovered(
        np.zeros((2, repeats, n)), spliced, np.stack([damage, other]), Setting(draws=500)
    ).ratio
    gap = difference(found[0], found[1])
    for interval in (gap, *(rerank(gap, method) for method in get_args(Method))):
        covered = ((interval.low <= truth) & (truth <= interval.high)).mean()
        assert 0.93 <= covered <= 0.97


def test_differences_agree_with_scipy():
    one, two = report_files.report(300), report_files.report(300, seed=0)
    found = aann.compare(one, "ours", two, "wrong", draws=20_000, metrics=["nll"])
    losses = one.arrays["losses/nll"].astype(float)

    def gap(zero, ours, wrong, intact, axis=-1):
        return (wrong - ours).mean(axis) / (zero - intact).mean(axis)

    theirs = stats.bootstrap(
        (losses[0], losses[1], losses[3], losses[-1]), gap, paired=True, vectorized=True,
        n_resamples=20_000, method="percentile", rng=np.random.default_rng(1),
    )  # fmt: skip
    _, (estimate, low, high) = numbers(found, "nll")
    assert estimate == pytest.approx(gap(losses[0], losses[1], losses[3], losses[-1]), rel=1e-6)
    expected = theirs.confidence_interval
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.1 * (high - low))


def test_identical_programs_differ_by_exactly_nothing():
    one, two = report_files.report(main="a"), report_files.report(main="b")
    found = aann.compare(one, second=two, **QUICK)
    assert [(d.first, d.second, d.metric) for d in found.differences] == [
        ("a", "b", "kl"), ("a", "b", "nll"),
    ]  # fmt: skip
    for metric in ("kl", "nll"):
        np.testing.assert_array_equal(numbers(found, metric), 0.0)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(20, 80))
def test_order_does_not_matter_and_swapping_changes_the_sign(seed, shuffle, n):
    order = np.random.default_rng(shuffle).permutation(n).tolist()
    one, two = report_files.report(n, seed), report_files.report(n, seed, order=order)
    straight = numbers(aann.compare(one, "ours", one, "wrong", **QUICK))
    np.testing.assert_array_equal(
        numbers(aann.compare(one, "ours", two, "wrong", **QUICK)), straight
    )
    swapped = numbers(aann.compare(two, "wrong", one, "ours", **QUICK))
    np.testing.assert_allclose(swapped[:, [0, 2, 1]], -straight, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.sets(st.integers(0, 60), min_size=25), st.sets(st.integers(0, 60), min_size=45))
def test_overlapping_sets_are_compared_on_what_they_share(first, second):
    shared = sorted(first & second)
    a, b = (report_files.report(order=sorted(s)) for s in (first, second))
    if len(shared) < 10:
        with pytest.raises(ValueError, match=f"share {len(shared)} examples"):
            aann.compare(a, "ours", b, "wrong", **QUICK)
        return
    found = aann.compare(a, "ours", b, "wrong", **QUICK)
    whole = report_files.report(order=shared)
    assert found.n == len(shared)
    np.testing.assert_array_equal(
        numbers(found), numbers(aann.compare(whole, "ours", whole, "wrong", **QUICK))
    )
    if len(shared) < max(len(first), len(second)):
        assert "those that both reports have" in str(found)


def test_pairing_makes_intervals_narrow():
    report = report_files.report(200)
    both = [report.row(r).recovered["kl"] for r in ("ours", "ours, recalibrated")]
    (_, low, high), _ = numbers(aann.compare(report, "ours", None, "ours, recalibrated"))
    assert 0 < low < 0.05 < high  # the truth
    assert high - low < np.hypot(*(e.high - e.low for e in both))


def without(report, array):
    kept = {name: x for name, x in report.arrays.items() if name != array}
    return dataclasses.replace(report, arrays=kept)


def test_what_keeps_reports_apart_is_listed_at_once():
    one = report_files.report()
    two = report_files.report(model="other", weights="00", site="t")
    two = without(dataclasses.replace(two, seed=3), "losses/nll")
    with pytest.raises(ValueError, match="'toy' and 'toy' cannot be compared:") as error:
        aann.compare(one, second=two, metrics=["kl", "nll", "top9"])
    for line in (
        "- models differ: 'net' and 'other'",
        "- weights differ: 'ff' and '00'",
        "- seeds differ: 0 and 3",
        "- sites or units differ: 2 units of s and 2 units of t; fractions of different damages",
        "- no losses of metric 'nll' in toy",
        "- no losses of metric 'top9' in toy; both have kl, nll",
    ):
        assert line in str(error.value)


def test_other_units_are_compared_where_that_is_asked_for():
    one, two = report_files.report(main="a"), report_files.report(units=[3, 6], main="b")
    with pytest.raises(ValueError, match="2 units of s, which are not the same ones"):
        aann.compare(one, second=two)
    found = aann.compare(one, second=two, other_units=True, **QUICK)
    assert "different units: fractions of different damages" in str(found)


def test_other_data_is_refused():
    with pytest.raises(ValueError, match="60 of 60 examples .* other contents or labels: x0000, "):
        aann.compare(report_files.report(), None, report_files.report(labels=range(60)))
    other = report_files.report(order=range(55, 90))
    with pytest.raises(ValueError, match=r"share 5 examples; an interval needs at least 10"):
        aann.compare(report_files.report(), None, other)
    with pytest.raises(ValueError, match=r"kl of the intact model differs by .* on average"):
        aann.compare(report_files.report(), None, report_files.report(seed=9))
    old = without(report_files.report(), "examples/marks")
    with pytest.raises(ValueError, match=r"toy: no names of examples in report.npz"):
        aann.compare(old, None, report_files.report())


def test_rows_must_exist_and_differ():
    report = report_files.report()
    with pytest.raises(KeyError, match="no row 'theirs'; rows are zero, ours"):
        aann.compare(report, "theirs")
    with pytest.raises(ValueError, match="row 'ours' and itself"):
        aann.compare(report)
    bare = dataclasses.replace(report, rows=[r for r in report.rows if r.kind != "program"])
    with pytest.raises(ValueError, match="report 'toy' has no program: name a row"):
        main_row(bare)


def test_a_difference_of_unidentified_rows_is_none():
    report = report_files.report()
    arrays = {k: x.copy() for k, x in report.arrays.items()}
    arrays["losses/kl"][0] = arrays["losses/kl"][-1] - 1.0
    report = dataclasses.replace(report, arrays=arrays)
    found = compare_rows(report, report, [("ours", "wrong")], ("kl",), Setting(draws=200))
    assert not found.differences[0].difference.identified
    assert "not identified" in str(found)
    json.loads(found.to_json(), parse_constant=pytest.fail)


def test_what_is_printed_and_saved():
    report = report_files.report()
    pairs = [("ours", "wrong"), ("ours", "ours, recalibrated")]
    found = compare_rows(report, report, pairs, (), Setting(draws=200, confidence=0.9))
    text, page = str(found), found.markdown()
    for words in ("difference [90%]", "n = 60", "seed 0, 200 draws", "4 rows of equal", "0.4"):
        assert words in text
        assert words in page
    plain = json.loads(found.to_json(), parse_constant=pytest.fail)
    assert plain["n"] == 60
    assert len(plain["differences"]) == 4
    assert plain["first"]["data"]["hash"] == report.data["hash"]
