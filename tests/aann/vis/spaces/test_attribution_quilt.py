import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pictures_toy import colour_model, grey_model, pictures
from PIL import Image

import aann
from aann.vis.spaces.attribution_quilt import attribution_quilt


def test_parts_are_of_their_bins(tmp_path):
    some = pictures(8)
    found = attribution_quilt(colour_model(), "cells", 0, some, bins=4, each=3, share=0.3)
    here = np.asarray(aann.capture(colour_model(), ["cells"])(255 * some)[1]["cells"])[..., 0]
    at = (found.pictures, found.positions[:, 0], found.positions[:, 1])
    np.testing.assert_allclose(found.values, here[at], rtol=1e-5)
    assert (found.edges[found.bins] <= found.values + 1e-6).all()
    assert (found.values <= found.edges[found.bins + 1] + 1e-6).all()
    assert found.counts.sum() == here.size
    for b in range(4):
        assert 0 < (found.bins == b).sum() <= 3
        assert len(set(found.pictures[found.bins == b])) == (found.bins == b).sum()
    assert found.parts.shape == (len(found.bins), 5, 5, 3)
    assert found.attribution.shape == found.parts.shape[:3]
    drawing = found.figure()
    assert len(drawing.axes) == 2 * 4 * 3
    files = found.save(tmp_path)
    top = int(np.flatnonzero(found.bins == 3)[0])
    for row, file in ((0, files[2 * top]), (1, files[2 * top + 1])):
        shown = drawing.axes[3 * row].images[0].get_array()
        np.testing.assert_array_equal(np.asarray(Image.open(file)), shown)
    assert "cells:0, drawn at random by activation" in drawing.get_suptitle()


def test_pictures_stay_in_range_and_colour_tells_signs():
    some = pictures(4)
    found = attribution_quilt(colour_model(), "signed", 0, some, bins=2, each=2)
    for i in range(len(found.parts)):
        for shown in (found.coloured(i), found.multiplied(i)):
            assert np.isfinite(shown).all()
            assert shown.min() >= 0
            assert shown.max() <= 1
    against = int(found.attribution.sum((1, 2)).argmin())
    y, x = np.unravel_index(found.attribution[against].argmin(), found.attribution.shape[1:])
    red, _, blue = found.coloured(against)[y, x]
    assert blue > red


def test_to_a_lower_layer_of_one_channel_pictures():
    some = pictures(4, 28, 1)
    found = attribution_quilt(
        grey_model(), "edges", 1, some, bins=3, each=2, low_high=(0.0, 1.0), seed=1
    )
    again = attribution_quilt(
        grey_model(), "edges", 1, some, bins=3, each=2, low_high=(0.0, 1.0), seed=1
    )
    np.testing.assert_array_equal(found.attribution, again.attribution)
    assert found.parts.shape[-1] == 1
    assert found.coloured(0).shape[-1] == 3
    lower = attribution_quilt(colour_model(), "cells", 0, pictures(4), to="low", bins=2, each=2)
    assert lower.to == "low"
    assert "gradient x activation of low" in lower.figure(colour=False).get_suptitle()


def test_what_a_unit_does_not_look_at_is_refused():
    def apply(p, x):
        a = aann.site("a", x[..., :1] / 255)
        b = aann.site("b", x[..., 1:2] / 255)
        return (a + b).mean((1, 2))

    model = aann.Model(apply, 0.0, "two", jax.ShapeDtypeStruct((16, 16, 3), jnp.float32))
    with pytest.raises(ValueError, match="b:0 does not depend on 'a' at any position drawn"):
        attribution_quilt(model, "b", 0, pictures(2), to="a")
    with pytest.raises(ValueError, match="to is a site below 'b', or 'input'"):
        attribution_quilt(model, "b", 0, pictures(2), to="b")
    with pytest.raises(ValueError, match="cells:0 is 0 everywhere on these pictures"):
        attribution_quilt(colour_model(), "cells", 0, np.zeros((2, 16, 16, 3)))
    with pytest.raises(ValueError, match="units 0 to 3, got 9") as caught:
        attribution_quilt(colour_model(), "cells", 9, pictures(), to="nowhere", bins=0, share=0.0)
    for said in ("no site 'nowhere'", "bins is a whole number", "share is above 0"):
        assert said in str(caught.value)
