import pytest

from aann.vis.caption import caption, captioned
from aann.vis.style import figure


def test_a_caption_stays_with_its_figure():
    drawing = figure(2.0, 2.0)
    assert caption(drawing) == ""
    assert captioned(drawing, "All units.\n  Nothing was picked.") is drawing
    assert caption(drawing) == "All units. Nothing was picked."


@pytest.mark.parametrize("text", ["", "  ", "recovered", "recovered.png", "Bars of all rows"])
def test_what_is_no_sentence_is_no_caption(text):
    with pytest.raises(ValueError, match=r"whole sentences .* how that was picked; got"):
        captioned(figure(2.0, 2.0), text)
