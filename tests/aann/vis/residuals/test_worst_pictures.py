"""Worst misses: ``worst_pictures``, ``worst_contexts``, ``worst_values``, ``misses``."""

import dataclasses

import numpy as np
import pytest
from observed_made import observed, smooth

from aann.residuals.worst import worst
from aann.vis.caption import caption
from aann.vis.receptive_field import ReceptiveField
from aann.vis.residuals.worst_contexts import worst_contexts
from aann.vis.residuals.worst_pictures import worst_pictures
from aann.vis.residuals.worst_values import worst_values

RNG = np.random.default_rng(0)


def pictures():
    y = smooth(n=9, side=6, units=2)
    return worst(observed(y, y + RNG.normal(size=y.shape), units=(7, 3), kind="pictures"))


def sequences():
    y, p = RNG.normal(size=(2, 9, 8, 2))
    present = np.arange(8)[None] < 1 + np.arange(9)[:, None] % 8
    part = observed(y, p, kind="tokens", present=present)
    masked = dataclasses.replace(part.examples, mask=present)
    return worst(dataclasses.replace(part, examples=masked))


def drawn(figure):
    figure.draw_without_rendering()
    return figure


def test_pictures_stand_beside_both_maps():
    found = pictures()
    figure = drawn(worst_pictures(found, most=3))
    assert len(figure.axes) == 3 * 6
    case = found.of("over")
    shown = [np.asarray(axes.images[0].get_array()) for axes in figure.axes[:3]]
    assert shown[0].shape == (12, 12, 3)
    np.testing.assert_allclose(shown[1], case.natural_map[0])
    np.testing.assert_allclose(shown[2], case.artificial_map[0])
    assert case.names[0] in figure.axes[0].get_title(loc="left")
    assert "the picture with the position" in caption(figure)


def test_a_field_cuts_out_what_the_position_sees():
    starts = np.clip(2 * np.arange(6) - 2, 0, 12)
    ends = np.stack([starts, np.clip(2 * np.arange(6) + 4, 0, 12)], -1)
    rows, columns = np.broadcast_arrays(ends[:, None], ends[None])
    field = ReceptiveField(np.stack([rows, columns], -2), (12, 12), (0, 1))
    figure = drawn(worst_pictures(pictures(), unit=3, field=field, most=2))
    assert np.asarray(figure.axes[0].images[0].get_array()).shape == (6, 6, 3)
    assert "at unit 3: what the position sees" in caption(figure)


def test_single_values_have_no_maps():
    found = worst(observed(*RNG.normal(size=(2, 9, 2)), kind="pictures"))
    assert len(drawn(worst_pictures(found, most=2)).axes) == 4


def test_tokens_are_there_twice():
    found = sequences()
    figure = drawn(worst_contexts(found, names=[f"w{i}" for i in range(50)], most=3))
    case = found.of("over")
    words = [text.get_text() for text in figure.axes[0].texts]
    token = found.examples.load([int(case.example[0])])[0, case.position[0, 0]]
    assert words.count(f"w{token}") >= 2
    assert any(w.startswith("natural") for w in words)
    assert any(w.startswith("program") for w in words)
    one = worst(observed(*RNG.normal(size=(2, 9, 2)), kind="tokens"))
    assert drawn(worst_contexts(one))


def test_positions_that_the_replacement_names_are_marked():
    y, p = RNG.normal(size=(2, 9, 2, 2))
    found = worst(observed(y, p, kind="tokens", positions=(5, 2)))
    case = found.of("over")
    place = (5, 2)[case.position[0, 0]]
    token = found.examples.load([int(case.example[0])])[0, place]
    axes = drawn(worst_contexts(found, most=1)).axes[0]
    strong = [text.get_text() for text in axes.texts if text.get_fontweight() == "bold"]
    assert strong == [str(token)] * 2


@pytest.mark.parametrize("found", [pictures, sequences], ids=["pictures", "sequences"])
def test_values_of_anything(found):
    figure = drawn(worst_values(found(), most=4))
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "the program fires too much", "the program fires too little",
    ]  # fmt: skip


def test_what_cannot_be_shown_says_what_can():
    vectors = worst(observed(*RNG.normal(size=(2, 9, 2))))
    with pytest.raises(ValueError, match=r"inputs of shape \(2,\) are no pictures: pass field="):
        worst_pictures(vectors)
    with pytest.raises(ValueError, match="contexts are of tokens, integers, one for each"):
        worst_contexts(pictures())
    right = worst(observed(np.ones((9, 2)), np.ones((9, 2))))
    with pytest.raises(ValueError, match="there are no misses to show"):
        worst_values(right)
    with pytest.raises(KeyError, match="kinds are over and under, of units 7, 3 or None"):
        worst_values(pictures(), unit=4)


def test_one_sided_misses_are_drawn():
    y = np.ones((9, 4, 4, 1))
    found = worst(observed(y, 0 * y, kind="pictures"))
    assert len(found.of("over")) == 0
    assert drawn(worst_pictures(found))
    assert drawn(worst_values(found))
