import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special

from aann.evaluation.metrics import check_labels, in_top, kl, per_example

jitted, jitted_kl = jax.jit(per_example), jax.jit(kl)
matrices = hnp.arrays(
    np.float32,
    st.tuples(st.just(6), st.just(8)),
    elements=st.floats(-80, 80, width=32, allow_subnormal=False),  # XLA takes those for zero
)


def reference(logits, intact, labels):
    """The same metrics in float64, ranks by sorting."""
    logits, intact = np.float64(logits), np.float64(intact)
    log_p, log_q = special.log_softmax(intact, axis=-1), special.log_softmax(logits, axis=-1)
    rank = [
        np.argsort(-x, kind="stable").tolist().index(k) for x, k in zip(logits, labels, strict=True)
    ]
    return {
        "kl": special.rel_entr(np.exp(log_p), np.exp(log_q)).sum(axis=-1),
        "agreement": (logits.argmax(-1) != intact.argmax(-1)).astype(float),
        "nll": -np.take_along_axis(log_q, labels[:, None], -1)[:, 0],
        "top1": (np.array(rank) >= 1).astype(float),
        "top5": (np.array(rank) >= 5).astype(float),
    }


@settings(max_examples=60, deadline=None)
@given(matrices, matrices, hnp.arrays(np.int32, 6, elements=st.integers(0, 7)))
def test_agrees_with_float64(logits, intact, labels):
    ours = jitted(jnp.asarray(logits), jnp.asarray(intact), jnp.asarray(labels))
    theirs = reference(logits, intact, labels)
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        assert ours[name].dtype == jnp.float32
        np.testing.assert_allclose(ours[name], expected, rtol=2e-5, atol=2e-5, err_msg=name)


@settings(max_examples=60, deadline=None)
@given(matrices, matrices)
def test_kl_is_never_negative_and_zero_for_equal_logits(p, q):
    assert (np.asarray(jitted_kl(jnp.asarray(p), jnp.asarray(q))) >= 0).all()
    np.testing.assert_array_equal(jitted_kl(jnp.asarray(p), jnp.asarray(p)), 0.0)


def test_small_divergences_keep_their_digits():
    rng = np.random.default_rng(0)
    intact = rng.normal(0, 3, (50, 1008)).astype(np.float32)
    logits = intact + rng.normal(0, 1e-3, intact.shape).astype(np.float32)
    expected = reference(logits, intact, np.zeros(50, np.int32))["kl"]
    assert expected.max() < 1e-5
    np.testing.assert_allclose(kl(jnp.asarray(intact), jnp.asarray(logits)), expected, rtol=0.05)


def test_impossible_classes():
    p = jnp.array([[0.0, -jnp.inf, 0.0]])
    np.testing.assert_array_equal(kl(p, p), 0.0)
    np.testing.assert_allclose(kl(p, jnp.zeros((1, 3))), np.log(1.5), rtol=1e-6)
    assert kl(jnp.zeros((1, 3)), p)[0] == jnp.inf
    np.testing.assert_allclose(
        kl(jnp.array([[0.0, -1e30]]), jnp.array([[0.0, 0.0]])), np.log(2), rtol=1e-6
    )


def test_ties_go_to_the_lower_index():
    logits = jnp.array([[1.0, 3.0, 3.0, 3.0, 0.0]] * 5)
    labels = jnp.arange(5, dtype=jnp.int32)
    assert in_top(logits, labels, 1).tolist() == [False, True, False, False, False]
    assert in_top(logits, labels, 2).tolist() == [False, True, True, False, False]
    assert in_top(logits, labels, 5).all()
    top1 = per_example(logits, logits, labels)["top1"]
    assert top1.tolist() == [1, 0, 1, 1, 1]


def test_a_model_agrees_with_itself_and_few_classes_have_no_top5():
    logits = jnp.array([[1.0, 2.0, 0.0]])
    losses = per_example(logits, logits, jnp.array([0], jnp.int32))
    assert losses.keys() == {"kl", "agreement", "nll", "top1"}
    assert losses["agreement"][0] == losses["kl"][0] == 0
    assert per_example(logits, logits).keys() == {"kl", "agreement"}


def test_runs_under_jit_and_marks_labels_out_of_range():
    logits = jax.random.normal(jax.random.key(0), (4, 6))
    labels = jnp.array([0, 6, -1, 5], jnp.int32)
    losses = jax.jit(per_example)(logits, logits, labels)
    for name in ("nll", "top1", "top5"):
        assert np.isnan(losses[name]).tolist() == [False, True, True, False]


def test_bad_input(unchecked):
    logits = jnp.zeros((2, 4))
    with pytest.raises(ValueError, match="top-5 of 4 classes: k lies between 1 and 4"):
        in_top(logits, jnp.zeros(2, jnp.int32), 5)
    with pytest.raises(ValueError, match=r"intact logits have shape \(3, 4\).*labels have shape"):
        per_example(logits, jnp.zeros((3, 4)), jnp.zeros(3, jnp.int32))
    with pytest.raises(ValueError, match=r"positions, classes\), got \(2, 3, 4, 1\)"):
        per_example(jnp.zeros((2, 3, 4, 1)), jnp.zeros((2, 3, 4, 1)))
    with pytest.raises(ValueError, match=r"2 of 3 labels.*\(0 to 9\): a: 10, c: -1; map"):
        check_labels(np.array([10, 0, -1]), 10, ["a", "b", "c"])
    with pytest.raises(ValueError, match=r"40 of 40 labels .* 9: 5 and 30 more"):
        check_labels(np.full(40, 5), 5)
    with pytest.raises(TypeError, match=r"integer indices .* got float64"):
        check_labels(np.zeros(3), 10)
    check_labels(np.arange(10), 10)


def test_the_loss_of_a_sure_answer_keeps_its_digits():
    logits = jnp.asarray([[30.0, 0.0, 3.0], [-3.0, 40.0, 2.0]], dtype=jnp.float32)
    labels = jnp.asarray([0, 1], dtype=jnp.int32)
    expected = np.log1p([np.exp(-30.0) + np.exp(-27.0), np.exp(-43.0) + np.exp(-38.0)])
    np.testing.assert_allclose(per_example(logits, logits, labels)["nll"], expected, rtol=1e-5)


def test_an_example_with_positions_loses_the_mean_over_the_scored_ones():
    rng = np.random.default_rng(0)
    logits, intact = (jnp.asarray(rng.normal(size=(4, 3, 6)), dtype=jnp.float32) for _ in "ab")
    labels = np.asarray([[0, 1, 2], [-1, 5, -1], [3, -1, 3], [-1, -1, 0]], np.int32)
    found = jitted(logits, intact, jnp.asarray(labels))
    for i, row in enumerate(labels):
        scored = np.flatnonzero(row >= 0)
        alone = jitted(logits[i, scored], intact[i, scored], jnp.asarray(row[scored]))
        for name, losses in alone.items():
            np.testing.assert_allclose(found[name][i], losses.mean(), rtol=1e-5, err_msg=name)
    everywhere = jitted(logits, intact)
    np.testing.assert_allclose(everywhere["kl"][0], jitted_kl(intact[0], logits[0]).mean(), 1e-5)


def test_labels_of_positions_are_checked():
    with pytest.raises(ValueError, match=r"1 examples have no scored position .*: b; leave"):
        check_labels(np.array([[0, -1], [-1, -1]]), 4, ["a", "b"])
    with pytest.raises(ValueError, match=r"2 of 4 labels .*: a\[1\]: 4, b\[0\]: -2; map"):
        check_labels(np.array([[0, 4], [-2, 1]]), 4, ["a", "b"])
