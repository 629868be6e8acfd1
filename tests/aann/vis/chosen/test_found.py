import numpy as np
import pytest
from examples_toy import PICTURES, SIZE, look, toy

import aann


@pytest.fixture(scope="module")
def found():
    return look(n=5, batch_size=5)


def test_patches_are_what_the_positions_see(found):
    drawing = found.figure("cells:1", kinds=("top",))
    (axes,) = drawing.axes
    assert axes.get_title(loc="left") == "cells:1, the strongest"
    top = found["cells:1"].of("top")
    assert len(axes.images) == 5
    for k, image in enumerate(axes.images):
        shown = image.get_array()
        assert shown.shape == (3, 3, 3)
        crop = found["cells:1"].field.crop(PICTURES[top.indices[k]], top.positions[k], np.nan)
        inside = ~np.isnan(crop)
        low, high = PICTURES[sorted(set(top.indices))].min(), PICTURES[top.indices].max()
        np.testing.assert_allclose(shown[inside], (crop[inside] - low) / (high - low), atol=1e-6)
        assert (np.abs(shown[~inside] - 0.9) < 1e-6).all()
    assert axes.texts[0].get_text() == f"{top.values[0]:.3g}\npicture{top.indices[0]}"


def test_a_figure_has_all_sections_of_all_units(found):
    drawing = found.figure()
    titles = [axes.get_title(loc="left") for axes in drawing.axes]
    assert len(titles) == sum(len(u.sections) for u in found.units)
    assert any("of the positions" in title for title in titles)
    assert drawing.get_suptitle() == "toy on 12 examples of squares"
    assert len(found.histogram("cells:3").axes) == 1
    assert len(found.histogram().axes) == 2


def test_without_positions_the_whole_picture_is_shown():
    found = look("logits:2", n=2, kinds=("top",))
    assert found.positions == ()
    assert found.figure().axes[0].images[0].get_array().shape == (SIZE, SIZE, 3)
    assert found[0].of("top").positions.shape == (2, 0)


def test_inputs_that_are_no_pictures_have_numbers_but_no_figure():
    def table(params, x):
        return aann.site("h", x * 2)

    model = toy(shape=(7,), function=table)
    found = look("h:1", model=model, data=aann.from_arrays("rows", PICTURES[:, 0, 0:7, 0]), n=2)
    assert found[0].field is None
    with pytest.raises(ValueError, match="the inputs of model 'toy' are no pictures"):
        found.figure()
    with pytest.raises(KeyError, match="no unit 'h:2'; there are h:1"):
        found.histogram("h:2")
    with pytest.raises(ValueError, match="h:1 has no section 'best'; there are top, bottom"):
        found[0].of("best")
