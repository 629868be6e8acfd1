"""Of ``settings``: what cannot work is told before an optimisation starts."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pictures_toy import colour_model, pictures

import aann
from aann.vis import Alpha, Fourier, Jitter
from aann.vis.features.accentuation import accentuate
from aann.vis.features.inversion import invert
from aann.vis.features.metamers import metamers
from aann.vis.features.settings import plane_problems, setting_problems, unit_problems

FINE = {"parametrisation": None, "transforms": None, "optimizer": None, "seed": 0}


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"parametrisation": "fourier"}, "parametrisation is one such as Fourier"),
        ({"transforms": Jitter(2)}, "transforms are a sequence"),
        ({"transforms": ("jitter",)}, "transforms are a sequence"),
        ({"optimizer": "adam"}, "optimizer is one of optax"),
        ({"seed": 1.5}, "seed is a whole number, got 1.5"),
        ({"seed": True}, "seed is a whole number, got True"),
    ],
)
def test_each_wrong_setting_is_told(given, match):
    (told,) = setting_problems(colour_model(), **{**FINE, **given})
    assert match in told


def test_right_settings_have_no_problems():
    right = {"parametrisation": Fourier(), "transforms": [Jitter(2)], "seed": np.int64(3)}
    assert setting_problems(colour_model(), **{**FINE, **right}) == []


def test_pictures_of_whole_numbers_have_no_gradient():
    whole = aann.Model(
        lambda p, x: x.astype(jnp.float32).mean((1, 2)) * p, jnp.float32(1), "whole",
        jax.ShapeDtypeStruct((8, 8, 3), jnp.uint8),
    )  # fmt: skip
    (told,) = setting_problems(whole, **FINE)
    assert told.startswith("model 'whole' takes uint8, along which nothing can rise")


@pytest.mark.usefixtures("unchecked")
def test_units_in_any_form_of_indices():
    assert unit_problems(None) == (None, [])
    assert unit_problems(np.array([2, 0])) == ((2, 0), [])
    assert unit_problems(1) == ((1,), [])
    assert "mask" in unit_problems([True, False])[1][0]
    found = metamers(
        colour_model(), "cells", pictures(1), units=np.array([0, 1]), steps=1, progress=False
    )
    assert found.held_at == "cells:0, 1"


def test_one_alpha_channel_where_it_can_be_seen_through():
    shape = (1, 4, 4, 3)
    assert plane_problems((1, 4, 4, 4), shape, see_through=True) == []
    assert "got (1, 4, 4, 4)" in plane_problems((1, 4, 4, 4), shape, see_through=False)[0]
    assert "got (1, 4, 4, 6)" in plane_problems((1, 4, 4, 6), shape, see_through=True)[0]
    with pytest.raises(ValueError, match="the parametrisation makes pictures of shape"):
        accentuate(
            colour_model(), "cells:0", pictures(1), parametrisation=Alpha(), steps=1,
            progress=False,
        )  # fmt: skip


def test_what_would_be_silently_left_out_or_divided_by_nothing_is_refused():
    model, quick = colour_model(), {"steps": 1, "progress": False}
    with pytest.raises(ValueError, match="pixels= is beside a layer: name it with at="):
        accentuate(model, "cells:0", pictures(1), pixels=0.1, **quick)
    with pytest.raises(ValueError, match="site 'cells' is 0 on picture 0: nothing to invert"):
        invert(model, "cells", np.zeros((16, 16, 3)), **quick)
    with pytest.raises(ValueError, match=r"channels\) is expected, got \(\)"):
        invert(model, "cells", None, **quick)
