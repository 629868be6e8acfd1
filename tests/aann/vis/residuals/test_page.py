"""The page of a lab; also of ``chapter``, ``chapters`` and ``missed``."""

import re

import pytest
import residual_toy

import aann
from aann.evaluation.network_settings import Networks
from aann.vis.caption import caption
from aann.vis.residuals.chapter import Chapter

FEW = {"sizes": Networks(widths=(2,), steps=30), "progress": False, "steps": 0}


@pytest.fixture(scope="module")
def lab():
    return aann.residuals(
        residual_toy.flat(), residual_toy.half(), residual_toy.examples(), progress=False
    )


def test_a_page_has_every_measurement_and_each_figure_a_caption(lab, tmp_path):
    files = lab.save(tmp_path, **FEW)
    assert files[0] == tmp_path / "residuals.html"
    assert all(file.is_file() for file in files)
    page = files[0].read_text(encoding="utf-8")
    headings = re.findall(r"<h2>(.*)</h2>", page)
    assert headings == [
        "At a glance", "What it costs", "Units beside the program", "Kinds of misses",
        "The worst misses", "Where it is wrong", "What is missing", "What the same reads reach",
        "Provenance",
    ]  # fmt: skip
    assert "n = 48" in page
    assert "flat data, design" in page


def test_figures_are_those_of_the_page(lab):
    found = lab.figures(**{**FEW, "sizes": None})
    assert {"costs", "gains", "units", "kinds", "quantiles", "worst", "upstream"} <= set(found)
    assert "sizes" not in found
    assert all(caption(figure) for figure in found.values())


def test_several_programs_have_chapters_of_their_own(tmp_path):
    above = aann.make(
        lambda x, c: x * c.gain, model="flat", site="plain", units=range(residual_toy.WIDTH),
        reads=("input",), constants={"gain": 0.9}, name="above",
    )  # fmt: skip
    lab = aann.residuals(
        residual_toy.flat(), [above, residual_toy.half()], residual_toy.examples(), progress=False
    )
    files = lab.save(tmp_path, **{**FEW, "sizes": None}, name="two")
    page = files[0].read_text(encoding="utf-8")
    assert files[0].name == "two.html"
    assert "Kinds of misses of above" in page
    assert "Kinds of misses of half" in page
    assert (tmp_path / "two_half_kinds.png").is_file()


def test_a_perfect_program_has_a_page(tmp_path):
    right = residual_toy.half(
        lambda plain, square, c: (plain @ residual_toy.A + square @ residual_toy.B)[:, (2, 0, 3)],
        reads=("plain", "square"), constants={}, name="right",
    )  # fmt: skip
    lab = aann.residuals(residual_toy.flat(), right, residual_toy.examples(), progress=False)
    page = lab.save(tmp_path, **{**FEW, "sizes": None})[0].read_text(encoding="utf-8")
    assert "Units beside the program" in page


def test_what_cannot_be_measured_is_left_out_with_the_reason():
    def fails():
        raise ValueError("no gradient.\nmore of it")

    chapter = Chapter("What it costs")
    assert chapter.tried("costs", fails) is None
    assert chapter.notes == ["Left out: costs (no gradient)."]


def test_held_out_residuals_say_so_on_the_page(tmp_path):
    _, heldout = aann.split(
        aann.from_arrays("flat data", residual_toy.examples(64).load(range(64)))
    )
    with pytest.warns(UserWarning, match="HELD-OUT"):
        lab = aann.residuals(residual_toy.flat(), residual_toy.half(), heldout, progress=False)
    page = lab.save(tmp_path, **FEW)[0].read_text(encoding="utf-8")
    assert "fitted on design" in page
    assert "HELD" in page.upper()


def test_a_folder_that_cannot_be_written(lab, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        lab.save(tmp_path / "file", **FEW)
