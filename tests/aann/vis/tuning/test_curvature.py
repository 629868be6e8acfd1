import io

import curve_toy
import numpy as np
import pytest
import tuned_toy as toy

from aann.vis.tuning.circular import angle_between
from aann.vis.tuning.curvature import curvature, sigma
from aann.vis.tuning.probe import probe

NATURAL = np.random.default_rng(0).uniform(0, 255, (5, 48, 48, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def found():
    return curvature(
        toy.model(), "cells", toy.LINES, NATURAL, directions=24, curvatures=(0.0, 0.05, 0.2),
        half_length=10.0, place=(28.0, 28.0),
    )  # fmt: skip


def test_line_detectors_like_lines_best_from_either_side(found):
    assert found.answers.shape == (4, 3, 24)
    for (bent, direction), orientation in zip(found.best, toy.ORIENTATIONS, strict=True):
        assert bent == 0
        assert angle_between(2 * direction, 2 * (orientation + 90)) < 20
    straight = found.answers[:, 0]
    np.testing.assert_allclose(straight[:, :12], straight[:, 12:], rtol=0.02, atol=0.02)


def test_sigma_is_the_spread_over_places_of_natural_pictures(found):
    probed = probe(toy.model(), "cells", toy.LINES, place=(28.0, 28.0))
    np.testing.assert_allclose(found.sigma, probed.maps(NATURAL).std((0, 1, 2)), rtol=1e-4)
    np.testing.assert_allclose(sigma(probed, NATURAL), found.sigma)


def test_the_figure_has_a_panel_a_unit_and_one_bar(found):
    figure = found.figure()
    figure.savefig(io.BytesIO(), format="png")
    assert [a.get_title() for a in figure.axes[:4]] == [str(u) for u in toy.LINES]
    assert len({axes.images[0].get_clim() for axes in figure.axes[:4]}) == 1
    assert "sigma" in figure.axes[4].get_ylabel()


@pytest.mark.usefixtures("optimised")
def test_curve_detectors_like_curves_of_their_direction_best():
    kinds = tuple(k for k, at in enumerate(curve_toy.ORDER) if at < 5)
    pictures = np.asarray(curve_toy.designs(4)[0].load(range(4)))
    found = curvature(
        curve_toy.model(), "cells", kinds, pictures, directions=8, curvatures=(0.0, 0.03)
    )
    expected = [curve_toy.DIRECTIONS[curve_toy.ORDER[k]] for k in kinds]
    assert all(bent == 0.03 for bent, _ in found.best)
    assert angle_between([d for _, d in found.best], expected).max() < 30


def test_problems_are_told_together():
    with pytest.raises(ValueError, match="directions is how many, at least 1, got 0; curvatures"):
        curvature(toy.model(), "cells", toy.LINES, NATURAL, directions=0, curvatures=(-1.0,))
    with pytest.raises(ValueError, match=r"pictures are \(n, 48, 48, 3\), .* \(5, 20, 48, 3\)"):
        curvature(toy.model(), "cells", toy.LINES, NATURAL[:, :20], place=(28.0, 28.0))
    with pytest.raises(ValueError, match="same everywhere in 1 pictures have no sigma: 1, 3, 4, 6"):
        curvature(
            toy.model(), "cells", toy.LINES, np.full((1, 48, 48, 3), 117, np.float32),
            place=(28.0, 28.0),
        )  # fmt: skip
