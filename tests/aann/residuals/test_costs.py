"""Which errors cost: they add up to the measured gap. Also ``costed``."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import residual_toy as toy
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import aann
from aann.evaluation.answer import Metric


def lab(model, programs, examples, **more):
    return aann.residuals(model, programs, examples, progress=False, **more)


@pytest.fixture(scope="module")
def flat():
    return lab(toy.flat(), toy.half(), toy.examples())


@pytest.mark.parametrize("metric", ["kl", "nll"])
def test_costs_add_up_to_the_gap_of_every_example(flat, metric):
    found = flat.costs(metric, progress=False)
    assert found.gap.mean() > 0.01
    np.testing.assert_allclose(found.total, found.gap, rtol=2e-4, atol=2e-6)
    assert abs(found.error) < 1e-6
    part = found.parts[0]
    for way in (part.by_unit.sum(), part.by_place.sum(), part.by_example.mean()):
        np.testing.assert_allclose(way, found.gap.mean(), rtol=1e-4)


def test_more_steps_are_closer(flat):
    errors = [abs(flat.costs(steps=steps, progress=False).error) for steps in (1, 2, 3, 8)]
    assert errors == sorted(errors, reverse=True)


def test_first_order_is_about_twice_the_gap_of_small_errors():
    small = lab(toy.flat(), toy.half(_nearly), toy.examples())
    found = small.costs(steps=1, progress=False)
    np.testing.assert_allclose(found.total.mean(), 2 * found.gap.mean(), rtol=0.02)
    assert "first order" in str(found)


def _nearly(plain, c):
    full = plain @ jnp.asarray(toy.A) + (plain * plain) @ jnp.asarray(toy.B)
    return (full * 0.99)[:, toy.MINE]


def test_first_order_is_exact_where_all_is_linear():
    def linear(p, x):
        m = aann.site("m", aann.site("plain", x * 1.0) @ p["a"] + x * x @ p["b"])
        return m @ p["c"]

    here = lab(toy.flat(linear), toy.half(), toy.examples())
    found = here.costs(_first, steps=1, progress=False)
    np.testing.assert_allclose(found.total, found.gap, rtol=1e-3, atol=1e-5)
    assert found.metric == "_first"
    natural, artificial = here.part().grids()
    by_hand = (artificial - natural)[:, 0] * toy.C[list(toy.UNITS), 0]
    np.testing.assert_allclose(found.parts[0].values, by_hand, atol=1e-5)


def _first(logits):
    return logits[:, 0]


def test_the_slope_is_that_of_finite_differences(flat):
    found = flat.costs(steps=1, progress=False).parts[0].values
    natural, artificial = (x[:, 0] for x in flat.part().grids())
    h = np.float32(1e-2)

    def loss(values):
        m = flat.bench.model.params["a"]
        x = np.stack(flat.examples.load(range(len(flat.examples))))
        whole = x @ m + x * x @ toy.B
        intact = jnp.tanh(whole) @ toy.C
        whole = np.array(whole)
        whole[:, list(toy.UNITS)] = values
        spliced = jnp.tanh(whole) @ toy.C
        p, q = jax.nn.log_softmax(intact), jax.nn.log_softmax(spliced)
        return np.asarray((jnp.exp(p) * (p - q)).sum(-1))

    for unit in range(3):
        step = np.zeros_like(artificial)
        step[:, unit] = h * (natural - artificial)[:, unit]
        slope = (loss(artificial + step) - loss(artificial - step)) / (2 * h)
        np.testing.assert_allclose(found[:, unit], -slope, atol=2e-4, rtol=2e-3)


@settings(max_examples=3, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(gain=st.floats(0.0, 1.5), size=st.sampled_from([16, 48]))
def test_any_program_in_any_batches_adds_up(gain, size):
    here = lab(toy.flat(), toy.half(constants={"gain": gain}), toy.examples(), batch_size=size)
    found = here.costs("nll", steps=16, progress=False)
    np.testing.assert_allclose(found.total.mean(), found.gap.mean(), rtol=1e-3, atol=1e-4)


def test_programs_one_above_the_other_with_padding():
    here = lab(toy.tokens(), toy.two_programs(), toy.sentences())
    found = here.costs("nll", progress=False)
    np.testing.assert_allclose(found.total, found.gap, rtol=1e-3, atol=1e-5)
    absent = ~here.part("lower").present
    for part in found.parts:
        assert part.values.shape[:2] == absent.shape
        assert (part.values[absent] == 0).all()
    assert {program for program, _, _ in found.units()} == {"upper", "lower"}


def test_positions_of_a_grid_are_kept_apart():
    here = lab(toy.grid(), toy.on_grid(), toy.pictures())
    found = here.costs(progress=False)
    part = found.parts[0]
    assert part.by_place.shape == (4, 4)
    np.testing.assert_allclose(found.total, found.gap, rtol=1e-3, atol=1e-5)
    worst = found.worst(3)
    assert [w.cost for w in worst] == sorted((w.cost for w in worst), reverse=True)
    top = np.unravel_index(part.values.argmax(), part.values.shape)
    assert (worst[0].number, *worst[0].place, toy.UNITS.index(worst[0].unit)) == top
    assert worst[0].example == here.examples.names[top[0]]


def test_a_program_on_the_host_needs_no_gradient():
    def host(plain, c):
        return (np.asarray(plain) @ toy.A)[:, list(toy.UNITS)].astype(np.float32)

    here = lab(toy.flat(), toy.half(host, constants={}, host=True), toy.examples())
    found = here.costs(progress=False)
    np.testing.assert_allclose(found.total, found.gap, rtol=1e-3, atol=1e-5)


def test_a_loss_of_the_users_own_sees_its_own_examples(flat):
    def loss(logits, weight):
        return weight * logits[:, 0] ** 2

    weight = jnp.arange(len(flat.examples), dtype=jnp.float32)
    found = flat.costs(Metric(loss, (weight,)), progress=False)
    np.testing.assert_allclose(found.total, found.gap, rtol=1e-3, atol=1e-4)
    assert found.gap[0] == 0


def test_what_was_measured_is_kept(flat):
    assert flat.costs(progress=False) is flat.costs(progress=False)
    assert flat.costs(_first, progress=False) is flat.costs(_first, progress=False)
    assert flat.costs(progress=False) is not flat.costs(steps=3, progress=False)


def test_what_is_wrong_is_said(flat):
    with pytest.raises(ValueError, match="steps is a number of nodes, at least 1, got 0"):
        flat.costs(steps=0, progress=False)
    with pytest.raises(ValueError, match=r"metric is 'kl', 'nll' or a function .*, got 'top1'"):
        flat.costs("top1", progress=False)
    with pytest.raises(ValueError, match="one float an example"):
        flat.costs(lambda logits: logits.mean(), progress=False)
    with pytest.raises(ValueError, match="k is a number of errors, at least 1, got 0"):
        flat.costs(progress=False).worst(0)


def test_labels_are_needed_where_they_are():
    here = lab(toy.grid(), toy.on_grid(), toy.pictures())
    with pytest.raises(ValueError, match="'nll' needs labels, and data set 'pictures' has none"):
        here.costs("nll", progress=False)


def test_a_model_without_a_gradient_is_told():
    def looped(p, x):
        m = aann.site("m", aann.site("plain", x * 1.0) @ p["a"])
        turned = jax.lax.while_loop(lambda s: s[1] < 3, lambda s: (s[0] * 2, s[1] + 1), (m, 0))[0]
        return turned @ p["c"]

    here = lab(toy.flat(looped), toy.half(constants={"gain": 0.5}), toy.examples())
    with pytest.raises(ValueError, match="has no gradient below the replaced units"):
        here.costs(progress=False)
