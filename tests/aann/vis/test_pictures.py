"""Serves ``report`` too."""

import dataclasses
import io
import warnings

import numpy as np
import pytest
import report_files
from matplotlib.colors import to_hex
from matplotlib.text import Text
from PIL import Image
from report_made import report, row
from scipy.ndimage import gaussian_filter

from aann.report.estimate import Estimate
from aann.vis.caption import captioned
from aann.vis.pictures import picture, pictures
from aann.vis.report import figures
from aann.vis.style import figure

KL = Estimate(0.5, 0.4, 0.6)
MAPS = {
    "pictures": np.zeros((1, 8, 8, 3), np.uint8), "natural_maps": np.ones((1, 4, 4)),
    "artificial_maps": np.ones((1, 4, 4)), "map_titles": np.asarray(["best: a, unit 3"]),
}  # fmt: skip


def opened(data):
    with Image.open(io.BytesIO(data)) as found:
        return found.format, found.size, np.asarray(found.convert("RGB"))


def test_every_figure_has_both_colours_words_and_a_caption_that_says_what_was_picked():
    made = pictures(report_files.report(n=20, draws=100).with_arrays(**MAPS))
    assert [p.file for p in made] == ["recovered.png", "recovered_against_bits.png", "maps.png"]
    for one in made:
        light, dark = opened(one.data), opened(one.dark)
        assert (light[0], dark[0]) == ("PNG", "WEBP")
        assert light[1] == dark[1]
        assert light[2][0, 0].min() == 255
        assert dark[2][0, 0].max() < 40
        assert one.caption.endswith(".")
        assert one.caption != one.name
        assert len(one.alt) > len(one.name)
    assert "Nothing was picked." in made[0].caption
    assert "The titles say which unit" in made[2].caption


def test_maps_say_how_they_were_picked_in_the_words_of_who_did():
    told = {**MAPS, "map_choice": np.asarray("The best of 9, and its loudest unit.")}
    made = pictures(report(row(kl=KL)).with_arrays(**told))
    assert made[-1].caption.endswith("The best of 9, and its loudest unit.")


def test_one_report_gives_the_same_bytes():
    one, other = (pictures(report(row(kl=KL), row("b", KL))) for _ in range(2))
    assert one == other


def test_what_cannot_be_drawn_is_said_and_the_rest_is_drawn():
    broken = report(row(kl=KL)).with_arrays(natural_maps=np.ones((1, 4, 4)))
    expected = r"'maps' was not drawn: maps need .* missing: pictures, artificial_maps, map_titles"
    with pytest.warns(UserWarning, match=expected):
        made = pictures(broken)
    assert [p.file for p in made] == ["recovered.png", "recovered_against_bits.png"]
    many = report(*(row(f"row {i}", KL) for i in range(201)))
    expected = "'recovered' was not drawn: a figure shows up to 200 rows, this report has 201"
    with pytest.warns(UserWarning, match=expected):
        assert pictures(dataclasses.replace(many, natural={"bits": None})) == []


def test_a_picture_too_large_for_its_dark_format_is_light_alone():
    drawn = figure(1.0, 110.0)
    made = picture(drawn, "tall")
    assert opened(made.data)[0] == "PNG"
    assert made.dark == b""


@pytest.mark.parametrize(
    "name", ["$x", "a\nb", "\\frac{", "$$", "<b>&", "%s{}", "x" * 300, "\ud800\0"]
)
def test_hostile_names_are_drawn_as_they_are(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of layouts that do not fit
        assert len(pictures(report(row(name, KL), row("zero", kind="ablation")))) == 2


def test_letters_that_fonts_do_not_have_are_said_once():
    with pytest.warns(UserWarning, match="Glyph") as said:
        made = pictures(dataclasses.replace(report(row(kl=KL)), site="曲線"))
    assert len(made) == 2
    assert not [w for w in said if "not drawn" in str(w.message)]


def test_the_first_metric_is_shown_unless_another_is_asked_for():
    made = report_files.report(n=20, draws=100)
    assert "KL damage" in pictures(made)[0].caption
    assert "NLL damage" in pictures(made, "nll")[0].caption
    with pytest.raises(ValueError, match="no metric 'top1' in this report; there are kl, nll"):
        figures(made, "top1")


def test_a_figure_is_left_as_it_was():
    drawn = figures(report(row(kl=KL)))["recovered"]
    engine, inks = drawn.get_layout_engine(), [t.get_color() for t in drawn.findobj(Text)]
    picture(drawn, "a")
    assert drawn.get_layout_engine() is engine
    assert [to_hex(t.get_color()) for t in drawn.findobj(Text)] == [to_hex(ink) for ink in inks]


def test_photographs_are_small_and_one_for_all_pages():
    drawing = captioned(figure(2.0, 2.0), "Nothing is shown.")
    noise = np.random.default_rng(0).normal(size=(400, 400, 3))
    smooth = gaussian_filter(noise, (2, 2, 0))
    drawing.subplots().imshow(np.clip(0.5 + 2 * smooth, 0, 1))
    found, plain = picture(drawing, "seen", photographs=True), picture(drawing, "seen")
    assert (found.kind, found.file, found.dark) == ("image/jpeg", "seen.jpg", b"")
    assert found.caption == plain.caption == "Nothing is shown."
    assert len(found.data) < len(plain.data) + len(plain.dark)
    with Image.open(io.BytesIO(found.data)) as opened:
        assert opened.format == "JPEG"
