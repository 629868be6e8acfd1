import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.vis import artificial, natural_minus_artificial, program_value, visualise
from aann.vis.features.seen import Eye

X = np.random.default_rng(0).uniform(size=(3, 6, 6, 3)).astype(np.float32)


def network(p, x):
    """Unit 0 is red, unit 1 green and blue."""
    return aann.site("h", jnp.stack([x[..., 0], x[..., 1] + x[..., 2]], -1) * p).mean((1, 2))


def first(p, x):
    return jnp.moveaxis(aann.site("h", jnp.stack([x[:, 0], x[:, 1] + x[:, 2]], 1) * p), 1, -1)


def toy(function=network, shape=(6, 6, 3)):
    one = jax.ShapeDtypeStruct(shape, jnp.float32)
    return aann.Model(function, jnp.float32(1), "toy", one)


def claim(image, c):
    """Unit 1 is green, unit 0 red."""
    green = aann.value("green", image[..., 1] * c.gain)
    return jnp.stack([green, image[..., 0]], -1)


def program(function=claim, axis=-1):
    constants = {"gain": aann.Constant(2.0)}
    return aann.Replacement(
        function, "toy", "h", (1, 0), constants=constants, axis=axis, name="claim"
    )


VALUES = Eye(toy(), (0.0, 1.0)).look(jnp.float32(1), jnp.asarray(X), ["h"])


def test_what_a_program_says_and_what_it_misses_by_hand():
    mean = X.mean((1, 2))
    for objective, expected in (
        (artificial(program(), 1), 2 * mean[:, 1]),
        (artificial(program()), (2 * mean[:, 1] + mean[:, 0]) / 2),
        (natural_minus_artificial(program(), 1), mean[:, 2] - mean[:, 1]),
        (natural_minus_artificial(program(), 0), 0 * mean[:, 0]),
        (program_value(program(), "green"), 2 * mean[:, 1]),
        (program_value(program(), "green", unit=2), 2 * X[:, :, 2, 1].mean(1)),
    ):
        np.testing.assert_allclose(objective.of(VALUES), expected, rtol=1e-5, atol=1e-6)
        assert objective.sites == ("h",)


def test_programs_read_the_layout_of_their_model():
    def turned(image, c):
        return jnp.stack([image[:, 1] * c.gain, image[:, 0]], 1)

    eye = Eye(toy(first, (3, 6, 6)), (0.0, 1.0))
    values = eye.look(jnp.float32(1), jnp.asarray(X), ["h"])
    found = natural_minus_artificial(program(turned, axis=1), 1).of(values)
    np.testing.assert_allclose(found, X[..., 2].mean((1, 2)) - X[..., 1].mean((1, 2)), rtol=1e-4)


def test_pictures_show_what_a_program_misses():
    found = visualise(
        toy(), natural_minus_artificial(program(), 1), steps=40, transforms=(), progress=False,
        low_high=(0.0, 1.0),
    )  # fmt: skip
    _, green, blue = found.pictures[0, 0].mean((0, 1))
    assert blue - green > 0.05
    assert found.names == ("h minus claim, unit 1",)


def test_what_is_not_replaced_or_not_named_is_refused():
    with pytest.raises(ValueError, match="program 'claim' replaces units 1, 0 of 'h', not 5"):
        artificial(program(), 5)
    with pytest.raises(ValueError, match="no site 'value.grean'"):
        program_value(program(), "grean").of(VALUES)
    with pytest.raises(
        ValueError, match="value 'green' of program 'claim' has units 0 to 5, got 6"
    ):
        program_value(program(), "green", 6).of(VALUES)
