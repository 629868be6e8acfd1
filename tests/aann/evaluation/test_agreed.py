"""Serves ``sums`` too."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.evaluation import sums
from aann.evaluation.agreed import MUCH

SHAPE = (3, 3, 2)


def model(shape=SHAPE):
    """The first two channels go on."""

    def apply(p, x):
        return jnp.tanh(aann.site("h", x[..., :2] * 1.0).mean((1, 2)))

    return aann.Model(apply, {}, "net", jax.ShapeDtypeStruct(shape, jnp.float32))


def program(function, name):
    return aann.make(function, model="net", site="h", units=(0, 1), name=name)


def report(**more):
    x = np.random.default_rng(1).normal(size=(80, *SHAPE)).astype(np.float32)
    _, heldout = aann.split(aann.from_arrays("noise", x))
    half = program(lambda x, c: x * 0.5 + 0.1, "half")
    return aann.evaluate(model(), half, heldout, draws=100, **more)


@pytest.fixture(scope="module")
def made():
    return report()


def test_every_row_has_its_agreement_with_intervals(made):
    row = made.main
    assert row.correlation_interval.estimate == pytest.approx(row.mean_correlation, abs=1e-5)
    assert row.r2_interval.estimate == pytest.approx(row.mean_r2, abs=1e-5)
    assert row.robust_correlation.estimate == pytest.approx(1, abs=1e-6)
    assert row.r2_interval.low < row.mean_r2 < row.r2_interval.high
    zero = made.row("zero")
    assert zero.robust_correlation.estimate is None
    assert zero.r2_interval.estimate == pytest.approx(zero.mean_r2, abs=1e-5)
    for measure in ("correlation", "r2", "robust"):
        assert made.arrays[f"agreement/{measure}"].shape == (len(made.rows), 2, 3)


def test_without_a_program_stating_the_units_takes_3_bits_a_value(made):
    values = np.prod(SHAPE)
    mean, zero = (made.row(name).residual_bits.estimate for name in ("mean", "zero"))
    assert mean == pytest.approx(values * 0.5 * np.log2(100), rel=0.01)
    assert zero == pytest.approx(mean, rel=0.01)
    assert made.main.residual_bits.estimate < mean - values * 0.9  # half of it is known


def test_the_program_is_tested_against_the_intact_model(made):
    assert [t.metric for t in made.equivalence_tests] == made.metrics
    assert {t.row for t in made.equivalence_tests} == {"half"}
    assert made.equivalence_tests[0].margin == 0.1


def test_batches_change_nothing_but_rounding(made):
    other = report(batch_size=7)
    for a, b in zip(made.rows, other.rows, strict=True):
        for name in ("correlation_interval", "r2_interval", "robust_correlation", "residual_bits"):
            mine, theirs = getattr(a, name), getattr(b, name)
            if mine.estimate is None:
                assert theirs.estimate is None
            else:
                assert (theirs.estimate, theirs.low, theirs.high) == pytest.approx(
                    (mine.estimate, mine.low, mine.high), rel=1e-4, abs=1e-5
                )


def test_what_takes_too_much_memory_is_left_out_and_said(monkeypatch, tmp_path):
    monkeypatch.setattr(sums, "KEPT", 1000)
    bare = report()
    assert MUCH in bare.notes
    assert bare.main.correlation_interval is None
    assert bare.main.residual_bits is None
    assert bare.main.correlation == pytest.approx([1, 1], abs=1e-5)
    bare.save(tmp_path, figures=False)
    assert aann.Report.load(tmp_path).to_json() == bare.to_json()


def test_one_picture_that_decides_is_seen():
    """Of 200 pictures one is a hundred times as loud, and there a program of noise is right."""
    x = np.random.default_rng(2).normal(size=(400, 5, 5, 4)).astype(np.float32)
    x[200, ..., 2:] = 0.77 * x[200, ..., :2] + 0.64 * x[200, ..., 2:]
    x[200] *= 100
    design = aann.design(aann.from_arrays("quiet", x[:200]))
    heldout = aann.held_out(aann.from_arrays("loud", x[200:]), design)
    noise = program(lambda x, c: x[..., 2:], "noise")
    found = aann.evaluate(
        model((5, 5, 4)), noise, heldout, design=design, rows=["mean"], linear=False, draws=100
    ).main
    assert found.mean_correlation > 0.65
    assert found.correlation_interval.low < 0
    assert found.correlation_interval.high > 0.95
    assert abs(found.robust_correlation.estimate) < 0.03
    assert found.robust_correlation.high < 0.06
