import curve_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.counting import complexity
from aann.vis.stimuli import curves as stimuli
from aann.vis.tuning import circular
from circuits.curves import baselines as curve_baselines
from circuits.curves import program as curve_detectors

ANGLES = tuple(float(a) for a in range(0, 360, 15))


@pytest.fixture(scope="module")
def baselines():
    design, _ = toy.designs(24)
    make = (curve_baselines.lines_alone, curve_baselines.edge_energy)
    return [f(toy.replacement(), toy.model(), design) for f in make]


def test_baselines_replace_the_same_units(baselines):
    for baseline in baselines:
        assert baseline.units == toy.replacement().units
        assert baseline.compute(jnp.zeros((2, 64, 48, 3))).shape == (2, 8, 6, 5)
    assert [b.name for b in baselines] == ["lines alone", "edge energy"]


def test_baselines_say_less_than_the_curve_program(baselines):
    reads = [toy.model().batch(1)]
    whole = complexity.measure(toy.replacement(), reads)
    lines, edges = (complexity.measure(b, reads) for b in baselines)
    assert edges.constants < lines.constants < whole.constants
    assert edges.bits < lines.bits < whole.bits


def test_lines_are_wanted_along_the_tangent(baselines):
    zero = np.zeros(5)
    centred = baselines[0].with_constants(right=zero, up=zero)
    straight = [stimuli.Variant(True, False, 10000.0)]
    shown = next(stimuli.pictures((toy.SIZE, toy.SIZE, 3), (63.0, 63.0), ANGLES, straight))
    answers = np.asarray(centred.compute(jnp.asarray(shown)))[:, 7, 7].T
    np.testing.assert_allclose(answers[:, :12], answers[:, 12:], atol=0.05 * answers.max())
    twice = tuple(2 * angle for angle in ANGLES[:12])
    _, preferred = circular.mean_vector(answers[:, :12], twice)
    assert circular.angle_between(preferred, 2 * np.asarray(toy.DIRECTIONS)).max() < 20


def test_edge_energy_is_one_map_for_all_units(baselines):
    image = jnp.asarray(np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)), jnp.float32)
    maps = np.asarray(baselines[1].compute(image))
    gain = np.asarray(baselines[1].constants["gain"].value)
    np.testing.assert_allclose(maps / gain, maps[..., :1] / gain[0] + 0 * maps, rtol=1e-4)


def test_heldout_images_are_refused(unchecked):
    _, heldout = toy.designs(4)
    with pytest.raises(TypeError, match="design images only"):
        curve_baselines.edge_energy(toy.replacement(), toy.model(), heldout)


def test_they_can_be_spliced_in(baselines):
    _, heldout = toy.designs(16)
    model = toy.model()
    names = {n for n in curve_detectors.SHAPE if n in baselines[0].constants}
    assert names == {"wavelength", "contrast", "line_tuning", "crowd_spread"}
    spliced = aann.splice(model, baselines[0])
    assert np.isfinite(np.asarray(spliced(jnp.asarray(heldout.load([0, 1]))))).all()
