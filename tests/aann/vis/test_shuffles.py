import dataclasses

import numpy as np
import pytest
from report_made import report, row

from aann.report.shuffled import Shuffled, Standing
from aann.vis.alt import alt_text
from aann.vis.caption import caption
from aann.vis.report import makers
from aann.vis.shuffles import shuffled


def made(program=0.85, draws=(0.1, 0.3, 0.31, -7.0), kind="units"):
    standing = Standing(program, list(draws), 0, 1.0, 0.2, 0.0, 0.5)
    return Shuffled(
        "ours", kind, f"{kind} permuted", len(draws), False, 15, 20, 3, {"kl": standing}
    )


def drawn_texts(axes):
    return [text.get_text() for text in axes.texts]


def test_every_draw_is_drawn_or_counted_at_the_end():
    drawing = shuffled([made(), made(kind="constants", draws=(0.5,))])
    first, second = drawing.axes
    assert sum(patch.get_height() for patch in first.patches) == 3
    assert sum(patch.get_height() for patch in second.patches) == 1
    assert "1 lower" in drawn_texts(first)
    assert not [t for t in drawn_texts(second) if "lower" in t]
    assert "program, beats 100%, p = 0.2" in drawn_texts(first)
    assert first.get_xlim() == second.get_xlim()
    assert {0.0, 1.0, 0.85} <= {float(line.get_xdata()[0]) for line in first.lines}


def test_it_says_what_it_shows():
    drawing = shuffled([made()], title="ten units")
    assert "units permuted: 4 wrong programs, drawn with seed 3, on 15 of 20" in caption(drawing)
    assert "units permuted" in alt_text(drawing, "shuffles")


def test_reports_with_shuffles_have_the_figure():
    plain = report(row("ours"))
    assert "shuffles" not in makers(plain, "kl")
    assert "shuffles" in makers(dataclasses.replace(plain, shuffles=[made()]), "kl")
    other = dataclasses.replace(made(), metrics={})
    assert "shuffles" not in makers(dataclasses.replace(plain, shuffles=[other]), "kl")
    lost = made(program=None, draws=(None,))
    assert "shuffles" not in makers(dataclasses.replace(plain, shuffles=[lost]), "kl")


@pytest.mark.parametrize("found", [[], [made(program=None, draws=(None, None))]])
def test_nothing_to_recover_is_nothing_to_draw(found):
    with pytest.raises(ValueError, match="no shuffles that recover something of kl to draw"):
        shuffled(found)


def test_a_program_far_below_stays_on_the_axis():
    (axes,) = shuffled([made(program=-0.5, draws=np.linspace(-0.9, -0.6, 5).tolist())]).axes
    low, high = axes.get_xlim()
    assert low < -0.5
    assert high > 1


def test_a_program_below_the_axis_is_drawn_at_its_end():
    (axes,) = shuffled([made(program=-5.0)]).axes
    assert "program at -5, beats 100%, p = 0.2" in drawn_texts(axes)
    assert min(float(line.get_xdata()[0]) for line in axes.lines) >= axes.get_xlim()[0]
