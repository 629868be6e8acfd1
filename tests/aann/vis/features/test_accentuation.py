import jax.numpy as jnp
import numpy as np
import pytest
from pictures_toy import colour_model, grey_model, pictures
from PIL import Image

import aann
from aann.vis.features.accentuation import accentuate
from aann.vis.features.holding import settling
from aann.vis.features.objectives.objective import PICTURES, Objective
from aann.vis.features.objectives.units import channel
from aann.vis.features.transforms import Jitter

QUICK = {"steps": 40, "transforms": (), "progress": False}


def test_more_strength_more_activation_within_the_bound():
    some = pictures(2)
    found = [
        accentuate(colour_model(), "cells:0", some, at="low", strength=strength, **QUICK)
        for strength in (0.05, 0.3)
    ]
    for one, strength in zip(found, (0.05, 0.3)):
        assert one.held.all()
        assert (one.distance <= strength).all()
        assert (one.after > one.before).all()
        assert 0 <= one.pictures.min() <= one.pictures.max() <= 1
    assert (found[1].after > found[0].after).all()
    assert (found[1].distance > found[0].distance).all()


def seen(some):
    found = aann.capture(colour_model(), ["cells", "low"])(255 * some)[1]
    return {site: np.asarray(value) for site, value in found.items()}


def test_the_numbers_are_those_of_the_pictures():
    some = pictures(2)
    found = accentuate(colour_model(), "cells:0", some, at="low", strength=0.2, **QUICK)
    values = [seen(some), seen(found.pictures)]
    for numbers, value in ((found.before, values[0]), (found.after, values[1])):
        np.testing.assert_allclose(numbers, value["cells"][..., 0].mean((1, 2)), rtol=1e-4)
    moved = np.linalg.norm((values[1]["low"] - values[0]["low"]).reshape(2, -1), axis=1)
    length = np.linalg.norm(values[0]["low"].reshape(2, -1), axis=1)
    np.testing.assert_allclose(found.distance, moved / length, rtol=1e-3)
    pixels = np.linalg.norm((found.pictures - some).reshape(2, -1), axis=1)
    grey = np.linalg.norm((some - 0.5).reshape(2, -1), axis=1)
    np.testing.assert_allclose(found.pixels, pixels / grey, rtol=1e-3)


def test_pixels_can_be_held_alone_or_too():
    some = pictures(2)
    alone = accentuate(colour_model(), channel("cells", 1), some, strength=0.1, **QUICK)
    assert alone.at is None
    assert (alone.pixels <= 0.1).all()
    np.testing.assert_allclose(alone.pixels, alone.distance)
    both = accentuate(colour_model(), "cells:1", some, at="low", strength=9.0, pixels=0.1, **QUICK)
    assert both.held.all()
    assert (both.pixels <= 0.1).all()


def test_one_grey_picture_under_changes_and_the_seed(tmp_path):
    def run(seed):
        return accentuate(
            grey_model(), "edges:0", pictures(1, 28, 1)[0], at="edges", strength=0.4, steps=8,
            transforms=(Jitter(4),), low_high=(0.0, 1.0), seed=seed, progress=False,
        )  # fmt: skip

    found, again, other = run(0), run(0), run(1)
    np.testing.assert_array_equal(found.pictures, again.pictures)
    assert np.abs(found.course - other.course).max() > 0
    axes = found.figure().axes
    assert axes[0].get_title() == f"edges:0: {found.before[0]:.3g}"
    assert axes[2].get_title() == f"where they differ:\nedges moved by {found.distance[0]:.0%}"
    for file, at in zip(found.save(tmp_path), axes, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(file)), at.images[0].get_array())


def test_objectives_without_a_number_are_refused():
    bad = Objective("bad", (), lambda v: jnp.log(-1 - v[PICTURES].mean((1, 2, 3))))
    with pytest.raises(ValueError, match="NaN or infinite on what was found"):
        accentuate(colour_model(), bad, pictures(2), **QUICK)


def test_a_unit_that_is_dead_on_the_picture_wakes_up():
    dark = np.full((1, 16, 16, 3), 0.3, np.float32)
    rule = {**QUICK, "optimizer": settling(0.2, 40)}
    found = accentuate(colour_model(), "cells:0", dark, at="low", strength=1.0, **rule)
    assert found.before == 0
    assert found.after > 0


def test_all_problems_at_once():
    with pytest.raises(ValueError, match="units 0 to 3, got 9") as caught:
        accentuate(colour_model(), "cells:9", pictures(), at="lowest", strength=0.0, pixels=-1.0)
    for said in ("no site 'lowest'", "strength is a share above 0", "pixels is a share above 0"):
        assert said in str(caught.value)
    with pytest.raises(ValueError, match="takes 3 channels, got 1"):
        accentuate(colour_model(), "cells:0", pictures(1, 16, 1))
