import jax
import jax.numpy as jnp
import numpy as np
from pictures_toy import colour_model, pictures

from aann.vis.features.differences import far
from aann.vis.features.holding import Holding, settling
from aann.vis.features.objectives.objective import PICTURES
from aann.vis.features.parametrisations import Fourier, Pixels
from aann.vis.features.seen import Eye
from aann.vis.features.transforms import Jitter

EYE = Eye(colour_model(), (0.0, 255.0))


def red(values, given):
    return values[PICTURES][..., 0].mean((1, 2)) - given[PICTURES][..., 1].mean((1, 2)) * 0


def moved(values, given):
    return jnp.abs(values[PICTURES] - given[PICTURES]).max((1, 2, 3)) / 0.1


PIXELS = Pixels(decorrelate=False)


def run(held, made=PIXELS, steps=80, transforms=(), score=red):
    holding = Holding(EYE, ["low"], score, held, made, settling(0.05, steps), steps, transforms)
    given = np.clip(pictures(2), 0.2, 0.8)
    start = made.at(jnp.asarray(given))
    return given, holding.run(given, start, range(steps), jax.random.key(0))


def test_the_best_within_the_bounds_is_on_the_bound():
    given, best = run([moved])
    assert (best.broken <= 1).all()
    gain = best.pictures[..., 0] - given[..., 0]
    assert (gain.max((1, 2)) > 0.06).all()
    assert (gain > 0.03).all()
    assert (gain < 0.101).all()
    assert np.abs(best.pictures - given).max() < 0.101
    np.testing.assert_allclose(best.score, best.pictures[..., 0].mean((1, 2)), rtol=1e-4)
    assert best.course.shape == (80, 2)


def test_nothing_held_goes_all_the_way_and_units_of_measurement_do_not_matter():
    given, free = run([])
    assert (free.score > given[..., 0].mean((1, 2)) + 0.15).all()
    np.testing.assert_array_equal(free.broken, 0)
    _, large = run([moved], score=lambda v, g: 1e20 * red(v, g))
    _, small = run([moved], score=lambda v, g: 1e-20 * red(v, g))
    np.testing.assert_allclose(large.pictures, small.pictures, atol=2e-2)


def test_bounds_that_cannot_hold_are_broken_as_little_as_was_found():
    _, best = run([lambda v, g: 2 + red(v, g)])
    assert (best.broken > 1).all()
    assert (best.broken < 2.3).all()


def test_both_pictures_are_changed_alike():
    """A picture that has not moved is nowhere different, whatever happens to both."""
    _, best = run([], Fourier(), 3, (Jitter(4),), score=lambda v, g: -far("low")(v, g))
    assert (best.course[0] > -0.02).all()


def test_poles_do_not_take_the_picture_along():
    _, best = run([moved], steps=5, score=lambda v, g: jnp.log(red(v, g) - red(v, g)))
    assert np.isfinite(best.pictures).all()
    assert (best.broken == np.inf).all()
