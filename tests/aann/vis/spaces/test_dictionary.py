import numpy as np
import pytest
from matplotlib.patches import Rectangle
from pictures_toy import colour_model, pictures
from PIL import Image

import aann
from aann.vis.features.png import pixels
from aann.vis.spaces.dictionary import dictionary
from aann.vis.spaces.icons import cropped

ICONS = {c: np.full((6, 6, 3), c / 4) for c in range(4)}


def test_the_strongest_channels_are_those_of_the_layer(tmp_path):
    picture = pictures(1)[0]
    found = dictionary(
        colour_model(), "cells", picture, positions=[(0, 0), (5, 2)], top=3, icons=ICONS
    )
    here = np.asarray(aann.capture(colour_model(), ["cells"])(255 * picture[None])[1]["cells"])[0]
    for p, (y, x) in enumerate([(0, 0), (5, 2)]):
        order = np.argsort(-here[y, x], kind="stable")[:3]
        np.testing.assert_array_equal(found.channels[p], order)
        np.testing.assert_allclose(found.values[p], here[y, x][order], rtol=1e-5)
        np.testing.assert_allclose(found.shares[p], here[y, x][order] / here[y, x].sum(), rtol=1e-5)
    drawing = found.figure()
    assert len(drawing.axes) == 1 + 2 * 3
    boxes = [p for p in drawing.axes[0].patches if isinstance(p, Rectangle)]
    assert boxes[1].get_xy() == (2 * 2 - 0.5, 5 * 2 - 0.5)
    unit = int(found.channels[0, 0])
    first = drawing.axes[1]
    assert first.get_title() == f"1.  {unit}\n{found.values[0, 0]:.3g} ({found.shares[0, 0]:.0%})"
    files = found.save(tmp_path)
    np.testing.assert_array_equal(np.asarray(Image.open(files[0])), pixels(picture))
    assert [f.name for f in files[1:]] == [f"cells_{u}.png" for u in sorted(found.icons)]


def test_positions_of_its_own_choice_lie_apart_and_icons_are_drawn():
    found = dictionary(colour_model(), "low", pictures(1), positions=3, top=1, steps=2,
                       progress=False)  # fmt: skip
    assert found.positions.shape == (3, 2)
    apart = found.positions[:, None] - found.positions[None]
    distance = np.hypot(*np.moveaxis(apart, -1, 0))[np.triu_indices(3, 1)]
    assert (distance > 2).all()
    assert set(found.icons) == set(found.channels.ravel().tolist())


def test_icons_from_pictures():
    model, some = colour_model(), pictures(4)
    found = dictionary(
        model, "cells", some[0], positions=2, top=2,
        icons=lambda channels: cropped(model, "cells", channels, some),
    )  # fmt: skip
    assert all(icon.shape == (2, 2, 3) for icon in found.icons.values())


def test_all_problems_at_once(unchecked):
    with pytest.raises(ValueError, match=r"below \(8, 8\) and from 0 up, got \(8, 0\)") as caught:
        dictionary(colour_model(), "cells", pictures(1), positions=[(8, 0)], top=9)
    assert "top is at most the number of channels, 4, got 9" in str(caught.value)
    with pytest.raises(ValueError, match="one picture is"):
        dictionary(colour_model(), "cells", pictures(2))
    with pytest.raises(ValueError, match=r"positions are \(row, column\) each"):
        dictionary(colour_model(), "cells", pictures(1), positions=[(1, 2, 3)])
    with pytest.raises(ValueError, match="icons of channels 0, 1, 2, 3 are not given"):
        dictionary(colour_model(), "cells", pictures(1), icons={})
    with pytest.raises(ValueError, match=r"icon of channel 0: a picture in \[0, 1\]"):
        dictionary(colour_model(), "cells", pictures(1), icons={**ICONS, 0: np.full((2, 2), 9.0)})
