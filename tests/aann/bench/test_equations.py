import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.bench.equations import RIDGE, Equations


def rows(n, width, seed=1):
    """Features with a constant last, and targets."""
    rng = np.random.default_rng(seed)
    x = np.c_[rng.normal(size=(n, width)) + 3, np.ones(n)].astype(np.float32)
    y = x @ rng.normal(size=(width + 1, 2)) / width + rng.normal(size=(n, 2))
    return x, y.astype(np.float32)


def ridge(x, y):
    """The definition, in float64."""
    x, y = x.astype(float), y.astype(float)
    penalty = RIDGE * x.var(0).mean()
    free = np.diag([1.0] * (x.shape[1] - 1) + [0.0])
    return np.linalg.lstsq(x.T @ x / len(x) + penalty * free, x.T @ y / len(x), rcond=None)[0]


def solved(x, y, dual, parts=3):
    equations = Equations(dual)
    for part in np.array_split(np.arange(len(x)), parts):
        if len(part):
            equations.add(jnp.asarray(x[part]), jnp.asarray(y[part]))
    return equations


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 60), st.integers(1, 40), st.booleans(), st.integers(1, 4))
def test_weights_are_those_of_ridge_regression_either_way(n, width, dual, parts):
    x, y = rows(n, width)
    if n == 1:  # no variance, no penalty, and any weight would do
        return
    found = solved(x, y, dual, parts).solve()
    np.testing.assert_allclose(x @ found, x @ ridge(x, y), atol=2e-2 if n <= width else 2e-3)
    if n > 2 * width:
        np.testing.assert_allclose(found, ridge(x, y), rtol=2e-3, atol=2e-3)


def test_columns_that_add_up_to_the_constant_are_no_trouble():
    """One-hot columns do: without the penalty, of constants, the matrix is singular."""
    x = np.c_[np.eye(3)[np.arange(30) % 3], np.ones(30)].astype(np.float32)
    y = np.arange(30, dtype=np.float32)[:, None] % 3
    np.testing.assert_allclose(x @ solved(x, y, False).solve(), y, atol=0.01)
    np.testing.assert_allclose(x @ solved(x, y, True).solve(), y, atol=0.01)
    constant = np.ones((30, 4), np.float32)
    for dual in (False, True):
        found = constant @ solved(constant, y, dual).solve()
        np.testing.assert_allclose(found, np.full((30, 1), y.mean()), atol=1e-5)


@pytest.mark.parametrize("dual", [False, True])
def test_sums_are_taken_out_put_back_and_merged(dual):
    x, y = rows(40, 9)
    whole = solved(x, y, dual, 2)
    first, second = (solved(x[part], y[part], dual, 1) for part in (slice(20), slice(20, None)))
    again = Equations(dual)
    again.restore(first.state())
    assert again.rows == 20
    merged = again.merge(second)
    assert merged.rows == 40
    np.testing.assert_array_equal(merged.solve(), whole.solve())
    empty = Equations(dual)
    empty.restore(Equations(dual).state())
    np.testing.assert_array_equal(empty.merge(whole).solve(), whole.solve())


def test_no_rows_are_refused():
    for dual in (False, True):
        with pytest.raises(ValueError, match="nothing to fit"):
            Equations(dual).solve()
