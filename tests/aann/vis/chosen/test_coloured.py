import re

import numpy as np
import pytest

from aann.vis.chosen.coloured import (
    ABOVE,
    BELOW,
    Line,
    as_figure,
    as_html,
    as_text,
    colour,
    most_of,
)

LINES = {
    "unit, the strongest": [
        Line("3 first", ("a", "<b>", "c"), np.asarray([0.5, 3.0, -1.5]), 1),
        Line("2 second", ("new\nline", ""), np.asarray([2.0, 0.0]), 0),
    ],
    "unit, the weakest": [Line("-9", ("x",), np.asarray([-9.0]), 0)],
}


def test_colours_run_from_white_to_those_of_the_ends():
    assert colour(0.0, 2.0) == "#ffffff"
    assert colour(2.0, 2.0) == ABOVE.lower()
    assert colour(-5.0, 2.0) == BELOW.lower()
    assert colour(1.0, 0.0) == "#ffffff"
    assert most_of(LINES["unit, the strongest"]) == 3
    assert most_of([]) == 0


def test_text_puts_the_strongest_in_brackets():
    rows = as_text(LINES).splitlines()
    assert rows[0] == "unit, the strongest"
    assert rows[1].split() == ["3", "first", "a", "[<b>]", "c"]
    assert rows[2].endswith(r"[new\nline] ''")


def test_html_escapes_words_and_colours_them():
    page = as_html(LINES)
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    spans = re.findall(r'<span style="(.*?)" title="(.*?)">(.*?)</span>', page)
    assert [title for _, title, _ in spans] == ["0.5", "3", "-1.5", "2", "0", "-9"]
    assert sum("outline" in style for style, *_ in spans) == 3
    for tag in ("div", "table", "tr", "td", "h4", "span"):
        assert page.count(f"<{tag}") - page.count("<thead") * (tag == "th") == page.count(
            f"</{tag}>"
        )


def test_a_figure_has_a_box_a_word_and_the_strongest_below_each_other():
    drawing = as_figure(LINES, title="all")
    drawing.canvas.draw()
    first, second = drawing.axes
    assert first.get_title(loc="left") == "unit, the strongest"
    assert len(first.patches) == 5
    chosen = [p for p in first.patches if p.get_linewidth() > 0]
    assert len({round(p.get_x(), 6) for p in chosen}) == 1
    assert [t.get_text() for t in second.texts] == ["-9", "x"]


def test_no_words_are_refused():
    with pytest.raises(ValueError, match="no words to be drawn"):
        as_figure({"nothing": []})
