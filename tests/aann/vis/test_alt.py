from aann.vis.alt import MOST, alt_text
from aann.vis.style import figure


def test_titles_and_axes_are_said_in_order_and_bare_panels_are_not():
    drawing = figure(4.0, 3.0)
    drawing.suptitle("Two\npanels")
    left, _, right = drawing.subplots(1, 3)
    left.set_title("first", loc="left")
    left.set_xlabel("loss")
    right.set_ylabel("units")
    assert alt_text(drawing, "losses") == "losses. Two panels. first; across: loss. up: units"


def test_many_panels_are_counted():
    drawing = figure(4.0, 3.0)
    for i, axes in enumerate(drawing.subplots(MOST + 3, 1)):
        axes.set_title(f"panel {i}")
    assert alt_text(drawing, "all").endswith(f"panel {MOST - 1}. and 3 more panels")
