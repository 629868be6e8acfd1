"""What lies at padding counts nowhere, in all that an evaluation sums up."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.bench.present import columns, present_at
from aann.bench.workbench import workbench

N, T, V, D = 80, 6, 9, 4
RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(3, T + 1, N)
MASK = np.arange(T) < LENGTHS[:, None]
TOKENS = np.where(MASK, RNG.integers(1, V, (N, T)), 0).astype(np.int32)
LABELS = np.where(MASK, RNG.integers(0, V, (N, T)), -1)
EMBED = RNG.normal(size=(V, D)).astype(np.float32)
OUT = RNG.normal(size=(D, V)).astype(np.float32)


def model(padding):
    """Tokens to logits; what the network does at padding is arbitrary."""
    embed = EMBED.copy()
    embed[0] = padding

    def apply(p, tokens):
        return aann.site("h", p["embed"][tokens]) @ p["out"]

    params = {"embed": jnp.asarray(embed), "out": jnp.asarray(OUT)}
    return aann.Model(apply, params, "words", jax.ShapeDtypeStruct((T,), jnp.int32))


def report(padding, **data):
    def program(x, c):
        """The units, halved and shifted; at padding what the network has there."""
        return c.table[x] * 0.5 + 0.3

    words = np.where(np.arange(V)[:, None] == 0, np.nan_to_num(padding), EMBED[:, :2])
    made = aann.make(
        program, model="words", site="h", units=(0, 1), constants={"table": words},
        name="half",
    )  # fmt: skip
    heldout = aann.split(aann.from_arrays("d", TOKENS, **data))[1]
    return aann.evaluate(model(padding), made, heldout, draws=100)


@pytest.mark.parametrize("data", [{"labels": LABELS}, {"mask": MASK}], ids=["labels", "mask"])
def test_a_report_is_the_same_whatever_lies_at_padding(data):
    """Every row of the ladder, all statistics, with labels -1 or without labels but with a mask."""
    plain = report(0.0, **data)
    assert len(plain.rows) == 10
    for padding in (20.0, -1e4, np.nan):
        other = report(padding, **data)
        for row, same in zip(other.rows, plain.rows, strict=True):
            assert row.loss == pytest.approx(same.loss, rel=1e-5, abs=1e-7), row.name
            for mine, theirs in ((row.r2, same.r2), (row.correlation, same.correlation)):
                known = [np.asarray(x, float) for x in (mine, theirs)]  # None is NaN
                np.testing.assert_allclose(*known, rtol=1e-4, err_msg=row.name)


def test_means_are_those_of_the_words_alone():
    """Against NumPy, in float64."""
    found = report(20.0, labels=LABELS)
    design, heldout = aann.split(aann.from_arrays("d", TOKENS, LABELS))
    units, there = EMBED[design.load(range(len(design)))][..., :2], design.present
    everywhere = units[there].mean(0)
    by_position = np.stack([units[there[:, t], t].mean(0) for t in range(T)])
    for name, value in (("mean", everywhere), ("position mean", by_position)):
        h = EMBED[heldout.load(range(len(heldout)))].astype(float)
        written = h.copy()
        written[..., :2] = value
        log_p, log_q = (jax.nn.log_softmax(x @ OUT, axis=-1) for x in (h, written))
        kl = np.where(heldout.present, (np.exp(log_p) * (log_p - log_q)).sum(-1), 0).sum(1)
        expected = (kl / heldout.present.sum(1)).mean()
        assert found.row(name).loss["kl"] == pytest.approx(expected, rel=1e-4)
    assert found.row("mean").correlation == [None, None]
    assert found.row("half").correlation == pytest.approx([1, 1])


@pytest.mark.parametrize("padding", [0.0, 7.0, np.nan])
def test_the_linear_prediction_is_exact_at_words_where_the_units_are_linear(padding):
    """From tokens, one-hot and flat: outputs at each position have equations of their own."""
    rng = np.random.default_rng(1)
    tokens = rng.permutation(np.unique(rng.integers(1, 4, (600, T)), axis=0)).astype(np.int32)
    mask = np.arange(T) < rng.integers(4, T + 1, len(tokens))[:, None]
    data = aann.from_arrays("d", np.where(mask, tokens, 0), mask=mask, groups=range(len(mask)))
    design, heldout = aann.split(data)
    seen = set(design.digests)
    heldout = heldout.take([d not in seen for d in heldout.digests])

    def program(tokens, c):
        return tokens[..., None].astype(jnp.float32) * c.gain

    made = aann.make(program, model="words", site="h", units=(1,), constants={"gain": 0.1})
    found = aann.evaluate(model(padding), made, heldout, rows=["linear"], draws=100)
    assert found.row("linear").r2 == pytest.approx([1.0], abs=0.02)


def bench(axis, positions=None, position_axis=1, shape=(5, 3, 2)):
    """Of a model of tokens whose site has this shape, behind the batch."""

    def apply(p, x):
        total = x.astype(jnp.float32).sum(1).reshape(-1, *[1] * len(shape))
        return aann.site("h", jnp.broadcast_to(total, (len(x), *shape))).reshape(len(x), -1)

    made = aann.Model(apply, {}, "m", jax.ShapeDtypeStruct((5,), jnp.int32))
    place = {"units": (0, 1), "axis": axis, "positions": positions, "position_axis": position_axis}
    program = aann.make(lambda x, c: x, model="m", site="h", **place)
    return workbench(made, program, 4)


PRESENT = np.asarray([[1, 1, 1, 0, 0], [1, 0, 1, 1, 1]], bool)


def test_positions_are_found_beside_units_and_coordinates():
    heads = present_at(bench(2), 0, PRESENT)  # (position, head, coordinate)
    np.testing.assert_array_equal(heads, PRESENT)
    last = present_at(bench(3), 0, PRESENT)  # (position, other, unit)
    np.testing.assert_array_equal(last, np.repeat(PRESENT[..., None], 3, axis=2))
    some = present_at(bench(3, positions=(4, 1)), 0, PRESENT)
    np.testing.assert_array_equal(some, np.repeat(PRESENT[:, [4, 1], None], 3, axis=2))
    first = present_at(bench(1, positions=(4, 1), position_axis=2, shape=(3, 5, 2)), 0, PRESENT)
    np.testing.assert_array_equal(first, PRESENT[:, [4, 1]])


def test_where_no_axis_is_that_of_positions_everything_counts():
    assert present_at(bench(3, shape=(4, 3, 2)), 0, PRESENT) is None
    assert present_at(bench(2), 0, None) is None
    assert present_at(bench(3, positions=(1,), position_axis=2), 0, PRESENT) is None


def test_columns_are_units_or_their_coordinates():
    values = np.arange(60.0).reshape(2, 5, 2, 3)
    np.testing.assert_array_equal(columns(values, None, 0), values.reshape(-1, 3))
    np.testing.assert_array_equal(columns(values, PRESENT, 1), values[PRESENT].reshape(-1, 6))
