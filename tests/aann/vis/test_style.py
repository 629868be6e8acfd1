"""How figures show themselves in notebooks; what they look like is tested with each of them."""

import base64
import io

import numpy as np
import PIL.Image
import pytest

from aann.vis.caption import captioned
from aann.vis.style import figure


@pytest.fixture
def shown(monkeypatch):
    """What is handed to IPython: data and words for each output."""
    seen = []
    monkeypatch.setattr(
        "IPython.display.display",
        lambda data, metadata=None, raw=False: seen.append((data, metadata or {})),
    )
    return seen


def drawn(picture=None):
    """A figure of a line, or of a picture."""
    made = figure(2.0, 1.5)
    axes = made.subplots()
    axes.set_title("squares")
    axes.plot([0, 1, 4]) if picture is None else axes.imshow(picture)
    return made


def kinds(data):
    return [kind for kind in data if kind.startswith("image/")]


def test_a_notebook_shows_a_figure_with_words_and_its_caption_below(shown):
    made = captioned(drawn(), "Squares of numbers.")
    made._ipython_display_()
    (data, words), (below, _) = shown
    assert base64.b64decode(data["image/png"]) == made._repr_png_()
    assert words == {"image/png": {"alt": "figure. squares"}}
    assert below == {"text/markdown": "*Squares of numbers.*", "text/plain": "Squares of numbers."}


def test_without_a_caption_there_is_the_picture_alone(shown):
    drawn()._ipython_display_()
    assert [kinds(data) for data, _ in shown] == [["image/png"]]


def test_what_is_full_of_photographs_is_a_jpeg(shown):
    drawn(np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8))._ipython_display_()
    ((data, words),) = shown
    assert kinds(data) == ["image/jpeg"] == list(words)
    assert PIL.Image.open(io.BytesIO(base64.b64decode(data["image/jpeg"]))).format == "JPEG"
