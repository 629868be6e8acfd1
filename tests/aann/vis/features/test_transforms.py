import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import ndimage

from aann.vis.features.transforms import (
    ROBUST,
    Affine,
    Crop,
    Jitter,
    Noise,
    Pad,
    Transform,
    composed,
    robust,
)

PICTURES = jnp.asarray(np.random.default_rng(0).random((2, 20, 24, 3), np.float32))
KEYS = [jax.random.key(i) for i in range(8)]


def test_padding_keeps_the_picture_in_the_middle():
    padded = Pad(3, value=0.25)(KEYS[0], PICTURES)
    assert padded.shape == (2, 26, 30, 3)
    np.testing.assert_array_equal(padded[:, 3:-3, 3:-3], PICTURES)
    assert set(np.unique(padded[:, :3])) == {np.float32(0.25)}


def test_jitter_takes_a_part_of_the_picture_anywhere():
    found = set()
    for key in KEYS:
        part = np.asarray(Jitter(4)(key, PICTURES))
        assert part.shape == (2, 16, 20, 3)
        starts = [
            (r, c)
            for r in range(5)
            for c in range(5)
            if np.array_equal(part, PICTURES[:, r : r + 16, c : c + 20])
        ]
        assert len(starts) == 1
        found.update(starts)
    assert len(found) > 3


@pytest.mark.parametrize(("scale", "degrees"), [(1.0, 0.0), (1.25, 0.0), (1.0, 30.0), (0.8, -10.0)])
def test_turns_and_scales_are_those_of_scipy(scale, degrees):
    moved = np.asarray(Affine((scale,), (degrees,))(KEYS[0], PICTURES))
    angle = np.deg2rad(degrees)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    middle = (np.array(PICTURES.shape[1:3]) - 1) / 2
    for n in range(2):
        for c in range(3):
            expected = ndimage.affine_transform(
                np.asarray(PICTURES[n, ..., c], np.float64), matrix, middle - matrix @ middle,
                order=1, mode="nearest",
            )  # fmt: skip
            np.testing.assert_allclose(moved[n, ..., c], expected, atol=2e-4)


def test_all_together_run_compiled_and_follow_the_key():
    run = jax.jit(lambda key, x: composed(ROBUST, key, x))
    assert all(isinstance(t, Transform) for t in ROBUST)
    first, again, other = (np.asarray(run(k, PICTURES)) for k in (KEYS[0], KEYS[0], KEYS[1]))
    assert first.shape == (2, 20 + 24 - 12, 24 + 24 - 12, 3)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01
    assert first.min() >= 0
    assert first.max() <= 1
    np.testing.assert_array_equal(composed((), KEYS[0], PICTURES), PICTURES)


def test_crops_are_parts_scaled_up_and_each_picture_has_its_own():
    ramp = jnp.broadcast_to(jnp.linspace(0.0, 1.0, 40)[None, :, None, None], (3, 40, 30, 1))
    for key in KEYS[:3]:
        cropped = np.asarray(jax.jit(Crop(0.4, 0.6))(key, ramp))
        assert cropped.shape == ramp.shape
        inside = cropped[:, 2:-2, 5, 0]
        steps = np.diff(inside, axis=1) * 39
        assert ((steps.mean(1) > 0.39) & (steps.mean(1) < 0.61)).all(), "a part of that height"
        np.testing.assert_allclose(
            steps, steps.mean(1, keepdims=True) + np.zeros_like(steps), atol=2e-3
        )
        assert len(np.unique(inside[:, 0])) == 3
    np.testing.assert_allclose(Crop(1.0, 1.0)(KEYS[0], PICTURES), PICTURES, atol=1e-5)


def test_noise_has_its_spread():
    found = np.asarray(Noise(0.1)(KEYS[0], jnp.zeros((4, 50, 50, 3))))
    np.testing.assert_allclose([found.mean(), found.std()], [0, 0.1], atol=3e-3)


def test_small_pictures_are_moved_less():
    assert robust(224, 300) == robust(128, 128) == ROBUST
    assert [t.width for t in robust(28, 28) if not isinstance(t, Affine)] == [3, 2, 1]
    seen = composed(robust(8, 9), KEYS[0], PICTURES[:, :8, :9])
    assert seen.shape == (2, 8, 9, 3)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Pad(-2), "padding is a whole number of pixels from 0 up, got -2"),
        (lambda: Jitter(1.5), "a shift is a whole number of pixels from 0 up, got 1.5"),
        (lambda: Affine((0.0,)), "scales are factors above 0"),
        (lambda: Affine((1.0,), ()), "degrees are numbers, one at least"),
        (lambda: Crop(1.0, 0.5), "parts are above 0, at most 1, least before most"),
        (lambda: Noise(float("nan")), "spread is a number from 0 up, got nan"),
    ],
)
def test_changes_that_cannot_be_are_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()
