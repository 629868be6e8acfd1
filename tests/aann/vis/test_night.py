import io

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text
from PIL import Image

from aann.vis import colours
from aann.vis.bits import against_bits
from aann.vis.ladder import bars
from aann.vis.maps import MapRow, maps
from aann.vis.night import at_night, night
from aann.vis.style import KINDS, NIGHT, NIGHTLY, Bar, figure

ROWS = [
    Bar("zero", "ablation", 0.0, 0.0, 0.0, 0.0), Bar("linear", "fit", 0.4, 0.35, 0.45, 3e4),
    Bar("ours", "program", 1.2, 1.1, 1.3, 4e3), Bar("lost", "control", None, None, None, 4e3),
    Bar("turned", "control", -4.0, -5.0, -0.1, 4.05e3),
]  # fmt: skip
PAPER = np.array(to_rgb(NIGHT))


def pixels(drawing):
    file = io.BytesIO()
    drawing.savefig(file, format="png", dpi=50)
    with Image.open(file) as opened:
        return np.asarray(opened.convert("RGB"))


def laid_out(drawing):
    drawing.draw_without_rendering()
    drawing.set_layout_engine("none")
    return drawing


def some_maps():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (20, 20, 3)).astype(np.uint8)
    return maps([MapRow(picture, *rng.exponential(size=(2, 6, 6)), "dog.jpg")], title="maps")


DRAWN = {"bars": lambda: bars(ROWS), "bits": lambda: against_bits(ROWS, 6e6), "maps": some_maps}


@pytest.mark.parametrize("name", DRAWN)
def test_letters_are_read_on_dark_paper_and_all_is_as_before_afterwards(name):
    drawing = laid_out(DRAWN[name]())
    before = pixels(drawing)
    with at_night(drawing):
        after = pixels(drawing)
        letters = [t for t in drawing.findobj(Text) if t.get_visible() and t.get_text()]
        inks = np.array([to_rgb(t.get_color()) for t in letters])
    assert len(letters) > 5
    assert colours.contrast(inks, PAPER).min() >= 4.4
    assert to_hex(after[0, 0] / 255).upper() == NIGHT
    assert (before[0, 0] == 255).all()
    np.testing.assert_array_equal(pixels(drawing), before)


def test_pictures_and_maps_keep_their_colours():
    drawing = laid_out(some_maps())
    before = pixels(drawing)
    with at_night(drawing):
        after = pixels(drawing)
    image = drawing.axes[0].get_window_extent()
    scale = 50 / drawing.dpi
    x, y = (round(scale * v) for v in (image.x0 + 20, image.y1 - 20))
    inside = np.s_[before.shape[0] - y : before.shape[0] - y + 8, x : x + 8]
    np.testing.assert_array_equal(after[inside], before[inside])


def test_words_on_a_map_stay_and_words_beside_pictures_in_bare_axes_turn():
    drawing = figure(3.0, 3.0)
    framed, bare = drawing.subplots(1, 2)
    for axes in (framed, bare):
        axes.imshow(np.zeros((2, 2)), extent=(0, 1, 0, 1))
        axes.text(0.5, 0.5, "on it", color="#222222", ha="center")
    framed.text(0.5, 0.9, "in its frame", color="#222222")
    bare.text(0.5, -0.5, "below it", color="#222222")
    bare.axis("off")
    pixels(drawing)
    with at_night(drawing):
        turned = {
            (axes is bare, text.get_text()): to_hex(text.get_color()) != "#222222"
            for axes in drawing.axes
            for text in axes.texts
        }
    assert turned == {
        (False, "on it"): False, (False, "in its frame"): False, (True, "on it"): False,
        (True, "below it"): True,
    }  # fmt: skip


def test_colours_come_back_after_an_error():
    drawing = figure(2.0, 2.0)
    (line,) = drawing.subplots().plot([0, 1], color=KINDS["program"])

    def fail():
        with at_night(drawing):
            assert to_hex(line.get_color()).upper() == NIGHTLY[KINDS["program"]]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert to_hex(line.get_color()).upper() == KINDS["program"]
    assert to_hex(drawing.get_facecolor()) == "#ffffff"


def test_no_colour_stays_none_and_transparency_stays():
    assert len(night("none")) == 0
    np.testing.assert_allclose(night((0, 0, 0, 0.25))[0, 3], 0.25)
    assert to_hex(night("white")[0]).upper() == NIGHT
