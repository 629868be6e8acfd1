import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from aann.vis import colours
from aann.vis.style import FAINT, INK, KINDS, MARKERS, NATURAL, NIGHT, NIGHTLY

WHITE, DARK = np.ones(3), np.array(to_rgb(NIGHT))
PALETTES = {
    "light": (WHITE, [*KINDS.values(), NATURAL]),
    "dark": (DARK, [NIGHTLY[c] for c in (*KINDS.values(), NATURAL)]),
}
CHANNEL = st.floats(0, 1)
COLOUR = st.tuples(CHANNEL, CHANNEL, CHANNEL).map(np.array)


def rgb(*names):
    return np.array([to_rgb(name) for name in names])


def test_contrast_is_that_of_the_guidelines():
    """From the WCAG: 21 for black on white; #767676 is the lightest grey for text on white."""
    np.testing.assert_allclose(colours.contrast(np.zeros(3), WHITE), 21)
    greys = colours.contrast(rgb("#767676", "#777777"), WHITE)
    assert greys[1] < 4.5 < greys[0]


def test_lightness_and_hue_are_those_of_the_commission():
    """CIE L*, a*, b* of the primaries of sRGB, as tables of colour science have them."""
    expected = [(53.24, 80.09, 67.20), (87.73, -86.18, 83.18), (32.30, 79.19, -107.86)]
    found = colours.lab(rgb("#f00", "#0f0", "#00f"))
    np.testing.assert_allclose(found, expected, atol=0.03)
    np.testing.assert_allclose(colours.lab(WHITE), [100, 0, 0], atol=1e-3)


@pytest.mark.parametrize("sight", colours.CVD)
def test_greys_look_the_same_whatever_is_missing(sight):
    greys = np.repeat(np.linspace(0, 1, 5)[:, None], 3, 1)
    np.testing.assert_allclose(colours.simulated(greys, sight), greys, atol=2e-3)


def test_red_and_green_come_together_where_a_cone_is_missing():
    red, green = rgb("#c04040", "#408040")
    whole = colours.difference(red, green)
    for sight, most in (("protanopia", 0.5), ("deuteranopia", 0.5), ("tritanopia", 2.0)):
        seen = colours.difference(*(colours.simulated(c, sight) for c in (red, green)))
        assert seen < most * whole, sight
    with pytest.raises(ValueError, match="sight is one of protanopia, .* got 'normal'"):
        colours.simulated(red, "normal")


@pytest.mark.parametrize("sight", ["all cones", *colours.CVD])
@pytest.mark.parametrize("scheme", PALETTES)
def test_kinds_of_rows_are_told_apart_by_colour(scheme, sight):
    paper, palette = PALETTES[scheme]
    seen = rgb(*palette)
    assert colours.contrast(seen, paper).min() >= 3
    if sight in colours.CVD:
        seen = colours.simulated(seen, sight)
    apart = {
        (palette[i], palette[j]): float(colours.difference(seen[i], seen[j]))
        for i, j in itertools.combinations(range(len(palette)), 2)
    }
    assert min(apart.values()) > 20, min(apart, key=apart.get)


def test_kinds_of_rows_are_told_apart_without_colour():
    assert set(MARKERS) == set(KINDS)
    assert len(set(MARKERS.values())) == len(MARKERS)


def test_letters_can_be_read():
    assert colours.contrast(rgb(INK, FAINT), WHITE).min() > 4.5


@given(COLOUR)
def test_on_dark_paper_colours_keep_their_contrast(colour):
    new = colours.matched(colour, DARK)
    most = float(colours.contrast(WHITE, DARK))
    wanted = min(float(colours.contrast(colour, WHITE)), most)
    assert colours.contrast(new, DARK) == pytest.approx(wanted, rel=0.02)
    assert ((new >= 0) & (new <= 1)).all()


@given(COLOUR)
def test_a_least_contrast_is_for_what_is_seen_at_all(colour):
    before = float(colours.contrast(colour, WHITE))
    after = float(colours.contrast(colours.matched(colour, DARK, 4.5), DARK))
    if before >= 2.01:
        assert after > 4.4
    elif before < 1.99:
        assert after == pytest.approx(before, rel=0.02)
