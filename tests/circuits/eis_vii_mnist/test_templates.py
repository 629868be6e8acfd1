"""``circuits.eis_vii_mnist.refined``: templates in few numbers, drawn and found."""

import challenge_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
from circuits.eis_vii_mnist import fit, refined, templates


def constants(values):
    return aann.Constants({n: jnp.asarray(x, jnp.float32) for n, x in values.items()})


def stroke(**changed):
    straight = {"ends": [-1, 0, 1, 0], "width": 0.1, "softness": 0.02, "bend": 0, "weight": 1}
    return np.asarray(templates.stroke(constants({**straight, **changed})))


def test_a_stroke_is_ink_along_a_line():
    drawn = stroke()
    np.testing.assert_allclose(drawn, drawn[:, ::-1], atol=1e-6)
    np.testing.assert_allclose(drawn, drawn[::-1], atol=1e-6)
    assert drawn[14, 13:15].min() > 0.9
    assert drawn[:, :11].max() < 1e-3
    assert drawn[:2].max() < 1e-3
    np.testing.assert_allclose(stroke(weight=0.5), drawn / 2, rtol=1e-5)
    np.testing.assert_allclose(stroke(ends=[1, 0, -1, 0]), drawn, atol=1e-6)
    assert stroke(bend=0.5)[13:15].sum(0).argmax() > 16


@settings(deadline=None, max_examples=10)
@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(0.1, 0.3))
def test_a_stroke_moves_with_its_ends(down, across, width):
    pixels = np.round(np.asarray([down, across]) * 10).astype(int)
    ends = np.asarray([-0.4, 0, 0.4, 0.2])
    moved = stroke(ends=ends + np.tile(pixels / 10, 2), width=width)
    rolled = np.roll(stroke(ends=ends, width=width), pixels, (0, 1))
    np.testing.assert_allclose(moved, rolled, atol=1e-3)


def test_where_the_descent_starts_is_the_ink():
    start = templates.start_of_stroke(toy.clue())
    np.testing.assert_allclose(start["ends"], [-1, 0, 1, 0], atol=0.02)
    assert (
        np.corrcoef(np.asarray(templates.stroke(constants(start))).ravel(), toy.clue().ravel())[
            0, 1
        ]
        > 0.75
    )
    with pytest.raises(ValueError, match="there is none"):
        templates.start_of_stroke(np.zeros((28, 28)))


def test_waves_are_products_of_cosines():
    basis = np.asarray(templates.wave_basis(3))
    assert len(basis) == templates.count_of_waves(3) == 10
    place = (np.arange(28) + 0.5) / 28
    every = [
        np.outer(np.cos(np.pi * i * place), np.cos(np.pi * j * place))
        for i in range(4)
        for j in range(4 - i)
    ]
    np.testing.assert_allclose(basis, every, atol=1e-5)
    amplitude = np.random.default_rng(0).normal(size=10)
    picture = np.tensordot(amplitude, every, 1)
    found = templates.start_of_waves(picture, 3)["amplitude"]
    np.testing.assert_allclose(found, amplitude, atol=1e-4)
    drawn = templates.waves(3)(constants({"amplitude": amplitude}))
    np.testing.assert_allclose(drawn, picture, atol=1e-5)


def test_blocks_are_means():
    picture = np.random.default_rng(0).random((28, 28))
    start = templates.start_of_blocks(picture, 4)
    drawn = np.asarray(templates.blocks(4)(constants(start)))
    assert start["cells"].shape == (7, 7)
    np.testing.assert_allclose(drawn[:4, 8:12], picture[:4, 8:12].mean(), rtol=1e-5)
    np.testing.assert_allclose(drawn.mean(), picture.mean(), rtol=1e-5)
    for side in (0, 3, 29):
        with pytest.raises(ValueError, match=f"blocks divide 28 pixels, got blocks of {side}"):
            templates.blocks(side)


def difference(seen, program):
    return np.asarray(program.compute(jnp.asarray(seen.images)))[:, 0] * np.sqrt(2)


def test_a_stroke_is_found_from_end_to_end():
    seen = toy.seen()
    start = templates.start_of_stroke(seen.clue)
    start["ends"] = start["ends"] + np.asarray([0.0, 0.05, 0.0, 0.05])
    program = fit.drawn(seen, templates.stroke, start, "stroke")
    assert np.corrcoef(difference(seen, program), seen.difference)[0, 1] > 0.95
    assert {c.origin for c in program.constants.values()} == {"fitted"}


def test_waves_say_where_the_network_departs_from_the_clue():
    across = np.cos(np.pi * (np.arange(28) + 0.5) / 28)[None]
    seen = toy.seen(network=toy.model(toy.clue() + 0.3 * across))
    plain, with_waves = fit.vee(seen), refined.clue_and_waves(seen, order=2)
    waves = np.asarray(with_waves.constants["amplitude"].value)
    assert waves.shape == (6,)
    assert waves[1] == pytest.approx(0.3, abs=0.05)  # one half period across
    errors = [np.abs(difference(seen, p) - seen.difference).mean() for p in (plain, with_waves)]
    assert errors[1] < errors[0] / 3
    assert with_waves.constants["template"].origin == "source"
    assert "template" not in refined.stroke_and_waves(seen, order=1).constants
