"""Serves ``ablation`` and ``suited`` too."""

import jax.numpy as jnp
import numpy as np
import pytest
from toy_replacement import replacement
from toys import batch, mlp_model

import aann
from aann.bench import ablation
from aann.bench.ablation import View
from aann.bench.suited import check_programs
from aann.bench.workbench import workbench

MODEL, INPUTS = mlp_model(), batch(8)


@pytest.fixture(scope="module")
def bench():
    return workbench(MODEL, replacement(), 8)


def test_what_flows_through_untouched_is_the_model(bench):
    written, logits = bench.flow(bench.start(INPUTS), lambda i, natural, reads: natural)
    np.testing.assert_allclose(logits, MODEL(INPUTS), atol=1e-6)
    natural, reads = bench.look(bench.start(INPUTS))
    np.testing.assert_array_equal(natural[0], written[0])
    _, captured = aann.capture(MODEL, ["h", "m"])(INPUTS)
    np.testing.assert_allclose(reads[0][0], captured["h"], atol=1e-6)
    np.testing.assert_allclose(natural[0], captured["m"][:, [4, 1, 3]], atol=1e-6)


def test_what_is_computed_is_what_the_program_says(bench):
    started = bench.start(INPUTS)
    _, reads = bench.look(started)
    expected = replacement().compute(*reads[0])
    np.testing.assert_allclose(bench.computed(started)[0], expected, atol=1e-6)


def test_every_rung_writes_what_its_name_says():
    natural = jnp.arange(12.0).reshape(4, 3)
    view = View(natural, (), jnp.asarray([2, 0, 5, 1]), natural * 10)
    state = jnp.asarray([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(ablation.zero((), view), np.zeros((4, 3)))
    np.testing.assert_array_equal(ablation.constant(state, view), [[1, 2, 3]] * 4)
    donors = natural[jnp.asarray([2, 0, 1, 1])]
    np.testing.assert_array_equal(ablation.resample(natural, view), donors)
    np.testing.assert_array_equal(ablation.program((), view), natural * 10)
    affine = ablation.recalibrated((state, state), view)
    np.testing.assert_array_equal(affine, np.asarray(natural) * 10 * [1, 2, 3] + [1, 2, 3])
    order = jnp.asarray([2, 0, 1])
    np.testing.assert_array_equal(ablation.permuted(order, view), natural[:, order] * 10)
    np.testing.assert_array_equal(ablation.intact((), view), natural)
    with pytest.raises(TypeError, match="needs a program's output"):
        ablation.program((), view._replace(output=None))


def test_programs_must_suit_the_bench(bench):
    other = aann.make(lambda h, c: h[:, :2], model="else", site="m", units=(0, 1), reads=("h",))
    wide = replacement(lambda h, c: h[:, :2] * c.gain)
    with pytest.raises(ValueError, match="are 2 programs for 1 replacements") as caught:
        check_programs(bench, [(replacement(), replacement()), (other,), (wide,)])
    assert "cannot stand beside 'ours'" in str(caught.value)
    assert "must return shape (8, 3)" in str(caught.value)
