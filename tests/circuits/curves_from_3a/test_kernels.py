import early_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.curves_from_3a import kernels


def constants(**new):
    return aann.Constants({**toy.curves().values, **{n: jnp.asarray(v) for n, v in new.items()}})


CENTRED = {"right": np.zeros(5), "up": np.zeros(5)}
SILENT = {"piece_weight": np.zeros(1), "own_weight": np.zeros((1, 5))}


def test_a_quarter_turn_of_a_unit_turns_its_filter():
    one, two = (
        np.asarray(kernels.unit_kernels(constants(direction=np.full(5, d), **CENTRED)))
        for d in (30.0, 120.0)
    )
    quarter = kernels.FACINGS // 4
    np.testing.assert_allclose(np.roll(np.rot90(one), quarter, 2), two, atol=1e-5)


def test_arcs_and_the_crowd_sum_to_one():
    c = constants(**CENTRED)
    frame = kernels.frames(c)
    for drawn in (kernels.arc(frame, c, 1), kernels.arc(frame, c, -1), kernels.crowd(frame, c)):
        np.testing.assert_allclose(drawn.sum((0, 1, 2)), 1, rtol=1e-5)
        assert np.asarray(drawn).min() >= 0


def test_the_echo_is_the_arc_seen_from_the_other_side():
    straight = constants(curvature=np.zeros(5), **CENTRED)
    frame = kernels.frames(straight)
    arc, echo = (np.asarray(kernels.arc(frame, straight, way)) for way in (1, -1))
    np.testing.assert_allclose(np.roll(arc, kernels.FACINGS // 2, 2), echo, atol=1e-6)


def test_pieces_without_weight_say_nothing():
    c = constants(**SILENT)
    frame = kernels.frames(c)
    plain = kernels.arc(frame, c, 1) - kernels.wide(c.opposing) * kernels.arc(frame, c, -1)
    plain = plain - kernels.wide(c.crowd) * kernels.crowd(frame, c)
    np.testing.assert_allclose(kernels.unit_kernels(c), plain, atol=1e-6)


def test_a_piece_sums_to_its_weight_and_lies_where_it_is_said_to():
    c = constants(
        direction=np.full(5, 90.0), piece_along=[8.0], piece_inward=[16.0], piece_facing=[45.0],
        piece_weight=[-0.5], piece_width=2.0, arc_tuning=20.0, **CENTRED,
    )  # fmt: skip
    drawn = np.asarray(kernels.pieces(kernels.frames(c), c, "piece"))
    np.testing.assert_allclose(drawn.sum((0, 1, 2)), -0.5, rtol=0.01)
    y, x, facing, _ = np.unravel_index(np.abs(drawn).argmax(), drawn.shape)
    # upwards is inward for a unit that faces up, to the right along
    assert (y, x, facing) == (0, 3, 6)


@pytest.mark.parametrize("place", [(80.0, 0.0), (0.0, -90.0)])
def test_a_piece_beyond_the_filter_fades(place):
    c = constants(piece_along=[place[0]], piece_inward=[place[1]], piece_width=4.0)
    assert np.abs(kernels.pieces(kernels.frames(c), c, "piece")).max() < 1e-3
