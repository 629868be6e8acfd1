import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aann
from circuits.fitting import outputs

SIZE = 6


def model():
    """Two channels of a picture, of which the logits see the first alone."""

    def apply(params, x):
        cells = aann.site("cells", x[..., :2] * params)
        return jnp.stack(
            [cells[..., 0].sum((1, 2)), cells[..., 1].sum((1, 2)) * 0, x.sum((1, 2, 3))], -1
        )

    inputs = jax.ShapeDtypeStruct((SIZE, SIZE, 3), jnp.float32)
    return aann.Model(apply, jnp.float32(1), name="sum", inputs=inputs)


def halves(n=40):
    rng = np.random.default_rng(0)
    return aann.split(
        aann.from_arrays("noise", rng.uniform(0, 0.2, (n, SIZE, SIZE, 3)).astype(np.float32))
    )


def replacement(gain):
    def program(image, c):
        """Each channel times a gain."""
        return image[..., :2] * c.gain[None, None, None, :]

    return aann.make(
        program,
        model="sum",
        site="cells",
        units=(0, 1),
        constants={"gain": aann.Constant(np.asarray(gain))},
    )


def seen(design):
    return np.asarray(design.load(range(len(design))), np.float32)


def approach(start, design, **kwargs):
    given = {"steps": {"gain": 0.5}, "logarithmic": ("gain",), "epochs": 80, **kwargs}
    return outputs.approach(model(), start, start.program, seen(design), design, **given)


def test_what_the_outputs_depend_on_comes_close_to_the_network():
    design, _ = halves()
    found = approach(replacement([0.3, 1.0]), design)
    assert abs(float(found.gain[0]) - 1) < 0.1


def test_constants_without_a_step_stay():
    design, _ = halves()
    start = replacement([0.3, 1.0])
    found = approach(start, design, steps={}, logarithmic=(), epochs=1)
    np.testing.assert_allclose(found.gain, [0.3, 1.0])


@given(st.floats(0.01, 100), st.floats(-5, 5), st.integers(0, 99))
def test_correlation_is_that_of_numpy_at_any_scale(scale, shift, seed):
    rng = np.random.default_rng(seed)
    made, natural = rng.normal(size=(2, 3, 4, 5, 2)).astype(np.float32)
    found = outputs.correlation(jnp.asarray(scale * (made + shift)), jnp.asarray(natural))
    pairs = zip(made.reshape(-1, 2).T, natural.reshape(-1, 2).T, strict=True)
    wanted = [np.corrcoef(one, other)[0, 1] for one, other in pairs]
    np.testing.assert_allclose(found, wanted, atol=2e-3)


def test_a_unit_that_is_constant_has_no_correlation_and_no_slope_without_end():
    natural = jnp.asarray(np.random.default_rng(0).normal(size=(2, 3, 3, 1)), jnp.float32)
    silent = jnp.zeros_like(natural)
    assert float(outputs.correlation(silent, natural)[0]) == 0
    slope = jax.grad(lambda made: outputs.correlation(made, natural).sum())(silent)
    assert np.isfinite(np.asarray(slope)).all()


def test_heldout_examples_are_refused(unchecked):
    _, heldout = halves()
    with pytest.raises(TypeError, match="design images only"):
        approach(replacement([1.0, 1.0]), heldout)
