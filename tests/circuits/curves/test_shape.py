import dataclasses

import curve_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

from circuits.curves import program as curve_detectors
from circuits.curves import shape as curve_shape
from circuits.curves.energy import oriented_energy
from circuits.curves.family import find_family
from circuits.curves.fit import values
from circuits.curves.inputs import Inputs
from circuits.fitting.descent import correlations


@pytest.fixture(scope="module")
def family():
    return find_family(toy.model(), Inputs(), "cells", 5)


def test_the_fit_comes_closer_to_units_made_with_another_shape(family, monkeypatch):
    monkeypatch.setattr(curve_shape, "EPOCHS", 6)
    for name, value in (("echo", 1.3), ("tuning", 6.0)):
        monkeypatch.setitem(curve_shape.TEMPLATE, name, value)
    design, _ = toy.designs(48)
    model = toy.model()
    evidence = curve_shape.energies(model, family, design)
    fitted = curve_shape.descend_shape(family, evidence)
    shape = {n: jnp.float32(x) for n, x in curve_shape.TEMPLATE.items()}
    start = type(fitted)({**fitted, **shape})
    before, after = (correlations(curve_shape.unit_values, c, evidence) for c in (start, fitted))
    assert (after > 0.9).all()
    assert after.mean() > before.mean()


def test_the_program_from_energy_on_is_the_program():
    c = toy.replacement().values
    image = jnp.asarray(np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)), jnp.float32)
    energy = oriented_energy(image, c)
    np.testing.assert_allclose(
        curve_shape.unit_values(energy, c), toy.replacement().compute(image), rtol=1e-5
    )


def test_the_shape_has_two_digits():
    fitted = values({**curve_detectors.SHAPE, **toy.constants()})
    rough = {n: jnp.float32(1.2345e-3) for n in curve_shape.TEMPLATE}
    rounded = curve_shape.two_digits(type(fitted)({**fitted, **rough}))
    assert rounded == dict.fromkeys(curve_shape.TEMPLATE, 0.0012)


def test_heldout_images_are_refused(family, unchecked):
    _, heldout = toy.designs(4)
    with pytest.raises(TypeError, match="design images only"):
        curve_shape.fit_shape(toy.model(), family, heldout)


def test_every_shape_constant_but_the_wavelength_is_fitted():
    assert {*curve_shape.TEMPLATE, "wavelength"} == set(curve_detectors.SHAPE)
    assert all(curve_shape.TEMPLATE[n] > 0 for n in curve_shape.LOGARITHMIC)
    assert {*curve_shape.STEPS, *curve_shape.LOGARITHMIC} == set(curve_shape.TEMPLATE)


def test_the_shape_belongs_to_pixels(family):
    design, _ = toy.designs(4)
    scaled = dataclasses.replace(family, inputs=Inputs(0.0, 1.0))
    with pytest.raises(ValueError, match="the shape belongs to pictures from 0 to 255"):
        curve_shape.fit_shape(toy.model(), scaled, design)
