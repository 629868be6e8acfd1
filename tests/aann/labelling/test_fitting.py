"""``landscape`` and ``thresholds`` too."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from aann.labelling.thresholds import Thresholds
from aann.statistics.steps import best_steps, class_sums, gains, threshold

N = 300


def band(params, x):
    """Class 1 where the first input lies between -0.5 and 1."""
    inside = jnp.minimum(x[:, 0] + 0.5, 1 - x[:, 0])
    return jnp.stack([-inside, inside], -1)


@pytest.fixture(scope="module")
def model():
    return aann.Model(band, {}, "band", jax.ShapeDtypeStruct((2,), jnp.float32))


def data(labelled=True, groups=None):
    x = np.random.default_rng(0).normal(size=(N, 2)).astype(np.float32)
    noisy = np.abs(x[:, 0] - 0.25) + 0.3 * x[:, 1] < 0.75
    return aann.from_arrays("toy", x, noisy.astype(int) if labelled else None, groups=groups)


def first(x):
    return x[:, 0]


def on_host(x):
    return [float(row[0]) for row in x]


def test_a_network_of_two_thresholds_is_found_and_called_as_a_program(model):
    found = aann.fit_thresholds(aann.design(data()), first, model, batch_size=64)
    assert found.thresholds == pytest.approx((-0.5, 1), abs=0.05)
    assert found.classes == (0, 1, 0)
    assert found.accuracy == 1
    assert found.fitted_to == "network"
    again = aann.label_agreement(model, found, aann.design(data()))
    assert again.with_network.share.estimate == 1
    assert again.program == "first"


@pytest.mark.parametrize(("score", "host"), [(first, False), (on_host, True)])
@pytest.mark.parametrize("k", [1, 2, 4])
def test_what_is_right_on_design_is_what_the_program_labels_right(model, score, host, k):
    design = aann.design(data())
    found = aann.fit_thresholds(design, score, k=k, host=host)
    told = np.asarray(found(design.load(range(N))))
    assert np.mean(told == design.labels) == found.accuracy
    assert found.accuracy_at(found.thresholds) == found.accuracy
    assert len(found.thresholds) <= k
    assert found.fitted_to == "truth"
    p = found.accuracy
    assert found.error == pytest.approx(np.sqrt(p * (1 - p) / N))
    agreed = aann.label_agreement(model, found, design)  # which knows where it runs
    assert agreed.with_truth.share.estimate == pytest.approx(found.accuracy)


def test_every_point_of_the_landscape_is_the_accuracy_there():
    found = aann.fit_thresholds(aann.design(data()), first)
    ground = found.landscape(points=12)
    lower, upper = ground.thresholds
    assert ground.accuracy.shape == (len(lower), len(upper))
    assert np.nanmax(ground.accuracy) == found.accuracy
    for i, j in np.ndindex(*ground.accuracy.shape):
        if lower[i] <= upper[j]:
            assert ground.accuracy[i, j] == found.accuracy_at((lower[i], upper[j]))
        else:
            assert np.isnan(ground.accuracy[i, j])
    assert {found.thresholds[0]} <= {*lower.tolist()}


def test_a_curve_and_a_close_up_hold_the_others_at_their_best():
    found = aann.fit_thresholds(aann.design(data()), first, k=4)
    low, *_ = found.thresholds
    curve = found.landscape((1,), points=30)
    for at, right in zip(curve.thresholds[0], curve.accuracy, strict=True):
        moved = (low, at, *found.thresholds[2:])
        if low <= at <= found.thresholds[2]:
            assert right == found.accuracy_at(moved)
        else:
            assert np.isnan(right)
    close = found.landscape((0, 1), points=30, near=2.0)
    assert np.ptp(close.thresholds[0]) < np.ptp(found.landscape((0, 1)).thresholds[0])
    assert np.nanmax(close.accuracy) == found.accuracy


def test_what_is_flat_costs_one_error_and_what_lies_beyond_costs_more():
    found = aann.fit_thresholds(aann.design(data()), first)
    for i, flat in enumerate(found.flat):
        ends = [list(found.thresholds), list(found.thresholds)]
        ends[0][i], ends[1][i] = flat.low, flat.high
        assert flat.low <= found.thresholds[i] <= flat.high
        for at in ends:
            assert found.accuracy_at(at) >= found.accuracy - found.error
        scores = np.sort(data().load(range(N))[:, 0])
        inside = (scores > flat.low) & (scores <= flat.high)
        assert flat.share == pytest.approx(inside.mean())
        below = scores[scores <= flat.low]
        ends[0][i] = float(below[-1]) - 1e-6
        assert found.accuracy_at(ends[0]) < found.accuracy - found.error


def of(values, labels, k, dtype, host):
    scores = np.asarray(values, dtype)
    distinct, sums = class_sums(scores, np.asarray(labels), 2)
    places, classes = best_steps(sums, k)
    steps = tuple(threshold(distinct, p) for p in places)
    return scores, Thresholds(
        "s", lambda x: x, host, steps, classes, "truth", 0.0, 0.0, {}, distinct,
        sums.sum(axis=1), gains(sums, classes), int(sums[-1, classes[-1]]),
    )  # fmt: skip


@settings(deadline=None)
@given(
    # Few sizes: each is compiled anew.
    st.sampled_from([1, 2, 5, 20]).flatmap(
        lambda n: st.lists(st.tuples(st.integers(0, 40), st.integers(0, 1)), min_size=n, max_size=n)
    ),
    st.sampled_from([np.float32, np.int32, np.uint8]),
    st.booleans(),
)
def test_a_score_lies_on_the_same_side_on_the_host_and_in_jax(examples, dtype, host):
    values, labels = zip(*examples, strict=True)
    scores, found = of(values, labels, 2, dtype, host)
    told = found.label(scores)
    np.testing.assert_array_equal(told, found.label(jnp.asarray(scores)))
    assert np.mean(told == np.asarray(labels)) == found.accuracy_at(found.thresholds)


def test_where_no_threshold_helps_there_is_none(model):
    x = np.linspace(0, 0.9, 20, dtype=np.float32)
    design = aann.design(aann.from_arrays("one class", np.stack([x, x], 1)))
    found = aann.fit_thresholds(design, first, model)
    assert found.thresholds == ()
    assert found.classes == (1,)
    assert found.accuracy_at(()) == found.accuracy == 1
    assert "no threshold is better than class 1" in str(found)
    np.testing.assert_array_equal(found(design.load(range(3))), [1, 1, 1])
    with pytest.raises(ValueError, match="no threshold of 'first' is better than class 1 for all"):
        found.landscape()


def test_groups_make_the_error_larger():
    x = np.random.default_rng(1).normal(size=(N // 3, 2)).astype(np.float32)
    noisy = np.abs(x[:, 0] - 0.25) + 0.3 * x[:, 1] < 0.75
    thrice = aann.from_arrays(
        "copies", np.repeat(x, 3, 0), np.repeat(noisy.astype(int), 3),
        groups=np.repeat(np.arange(N // 3), 3),
    )  # fmt: skip
    once = aann.from_arrays("once", x, noisy.astype(int))
    errors = [aann.fit_thresholds(aann.design(e), first).error for e in (thrice, once)]
    assert errors[0] == pytest.approx(errors[1])


def test_it_prints_as_a_table_and_is_strict_json():
    found = aann.fit_thresholds(aann.design(data()), first, name="height")
    told = str(found)
    assert "thresholds of 'height' for the labels of the truth; toy (design, n = 300)" in told
    assert "on held-out examples" in told
    plain = json.loads(found.to_json())
    assert plain["thresholds"] == list(found.thresholds)
    assert len(plain["flat"]) == 2


def refused(match, kind=ValueError, design=None, score=first, *more, **options):
    with pytest.raises(kind, match=match):
        aann.fit_thresholds(aann.design(data()) if design is None else design, score, *more,
                            **options)  # fmt: skip


@pytest.mark.usefixtures("unchecked")
def test_held_out_examples_and_what_is_no_score_are_refused(model):
    _, heldout = aann.split(data())
    refused("thresholds are fitted on design examples, got HeldOut", TypeError, heldout)
    refused("thresholds are fitted on design examples, got Examples", TypeError, data())
    refused("a score is a function of a batch of inputs, .* got float", TypeError, None, np.ones(N))
    refused("has no labels to fit to.*; k is a number of thresholds, at least 1: got 0", ValueError,
            aann.design(data(labelled=False)), k=0)  # fmt: skip
    refused("gives NaN or infinity for .* of 300 examples: 0000", score=lambda x: jnp.log(x[:, 0]))
    refused("mixes examples", score=lambda x: x[:, 0] - x[:, 0].mean())
    refused(r"real numbers \(batch,\), one an example, got shape \(300, 2\)", score=lambda x: x)
    refused(r"real numbers \(batch,\), got complex64", TypeError,
            score=lambda x: x[:, 0].astype(jnp.complex64))  # fmt: skip
    refused("cannot be traced", TypeError, score=lambda x: np.sin(x[:, 0]))
    found = aann.fit_thresholds(aann.design(data()), first)
    with pytest.raises(ValueError, match=r"2 ascending thresholds of 'first', got \[1.0, 0.0\]"):
        found.accuracy_at((1, 0))
    with pytest.raises(ValueError, match=r"got vary=\(1, 0\), points=150"):
        found.landscape((1, 0))


def test_on_mnist_the_published_bounds_are_found(assets):
    import zoo
    from zoo.eis_vii_mnist import rule
    from zoo.mnist import pictures

    clue = pictures.part("train").pictures[rule.CLUE]

    def similarity(x):
        return rule.similarity(np.rint(255 * x[..., 0]).astype(np.uint8), clue) / 255

    design = zoo.data("mnist", split="design")
    found = aann.fit_thresholds(design, similarity, zoo.load("eis_vii_mnist"), host=True)
    assert found.classes == (1, 0, 1)
    assert found.thresholds == pytest.approx(rule.BOUNDS, abs=100)
    assert found.accuracy_at(rule.BOUNDS) == pytest.approx(0.9628, abs=2e-4)
    assert found.accuracy_at(rule.BOUNDS) <= found.accuracy < 0.966
    assert all(flat.low < at < flat.high for flat, at in zip(found.flat, rule.BOUNDS, strict=True))


def test_labels_count_by_which_there_are_and_not_by_the_largest():
    x = np.arange(60, dtype=np.float32)[:, None] * np.ones((1, 2), np.float32)
    labels = np.where(x[:, 0] < 20, 2_000_000_000, np.where(x[:, 0] < 40, 7, 90_000))
    design = aann.design(aann.from_arrays("far", x, labels))
    found = aann.fit_thresholds(design, first, k=2)
    assert found.classes == (2_000_000_000, 7, 90_000)
    assert found.accuracy == 1
    assert found.accuracy_at([19, 39]) == 1
    with pytest.raises(ValueError, match=r"expected 2 ascending thresholds of 'first', got \[nan"):
        found.accuracy_at([np.nan, 3.0])


def test_integers_that_no_float_tells_apart_are_refused():
    def far(x):
        return (np.asarray(x)[:, 0] * 100).astype(np.int64) + 2**60

    with pytest.raises(ValueError, match=r"score 'far' has integers that no float tells apart"):
        aann.fit_thresholds(aann.design(data()), far, host=True)
