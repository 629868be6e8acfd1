from functools import partial

import challenge_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

from circuits.eis_vii_mnist import ceiling


@pytest.fixture(scope="module")
def seen():
    return toy.seen()


@pytest.mark.parametrize("bound", [partial(ceiling.two_templates, side=4), ceiling.of_reads])
def test_bounds_are_near_a_network_that_is_the_program(seen, bound, optimised):
    program = bound(seen)
    found = np.asarray(program.compute(jnp.asarray(seen.images)))[:, 0] * np.sqrt(2)
    assert np.corrcoef(found, seen.difference)[0, 1] > 0.9


def test_reads_are_likeness_waves_and_edges():
    x = np.zeros((1, 28, 28, 1), np.float32)
    x[0, 5:9, 10:12] = 1
    found = np.asarray(ceiling.reads(jnp.asarray(x), jnp.asarray(toy.clue())))
    assert found.shape == (1, 1 + 21 + 2)
    assert found[0, 0] == pytest.approx(-0.255 * 8)
    assert found[0, 1] == pytest.approx(8)  # the constant wave is the ink
    np.testing.assert_allclose(found[0, -2:], [2 * 2, 2 * 4])  # across columns, then rows


def test_a_convolutional_network_learns(seen, optimised):
    short, longer = (ceiling.of_pixels(seen, epochs=n) for n in (1, 30))
    errors = [
        np.abs(np.asarray(p.compute(jnp.asarray(seen.images)))[:, 0] * 2**0.5 - seen.difference)
        for p in (short, longer)
    ]
    assert errors[1].mean() < errors[0].mean()
    again = ceiling.of_pixels(seen, epochs=1)
    np.testing.assert_array_equal(again.constants["inner"].value, short.constants["inner"].value)
