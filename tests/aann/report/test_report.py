"""Serves ``data``, ``estimate``, ``text`` too."""

import dataclasses
import json

import numpy as np
import pytest
from report_made import report, row

from aann.report.estimate import Estimate


def test_the_table_shows_intervals_and_what_is_not_identified():
    text = str(report(row(kl=Estimate(-0.5, -1.25, 0.125)), row("vague", constants=None)))
    assert "-0.50 [-1.25, 0.12]" in text
    vague = next(line for line in text.splitlines() if line.startswith("vague"))
    assert "not identified" in vague
    assert vague.split()[-3] == "-"
    assert "3,456" in text
    assert "n = 20" in text
    widths = {len(line) for line in text.splitlines() if set(line) == {"-"}}
    assert len(widths) == 1


def test_a_mean_over_units_needs_all_of_them():
    assert row().mean_correlation is None
    assert dataclasses.replace(row(), correlation=[0.5, 0.25]).mean_correlation == 0.375


def test_everything_is_written_and_the_json_is_strict(tmp_path):
    original = report(row(source="def ours(x, c): ..."))
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    (folder / "bars_of_kl.png").write_bytes(b"PNG")
    original.save(folder, figures=["bars_of_kl.png"])
    plain = json.loads((folder / "report.json").read_text(), parse_constant=pytest.fail)
    assert plain["rows"][0]["recovered"]["kl"] == {
        "estimate": None, "low": None, "high": None, "identified": False,
    }  # fmt: skip
    assert plain["rows"][0]["source"] == "def ours(x, c): ..."
    assert plain["damage"]["kl"] == {"mean": 0.1, "low": 0.05, "high": 0.2}
    page = (folder / "report.md").read_text()
    assert "![bars of kl](bars_of_kl.png)" in page
    assert "| gain | 1.5 2 | fitted | on design |" in page
    assert (
        'src="data:image/png;base64,UE5H" alt="bars of kl"' in (folder / "report.html").read_text()
    )
    with np.load(folder / "report.npz") as arrays:
        assert arrays["losses/kl"].shape == (2, 20)


def test_by_default_a_report_has_the_figures_that_can_be_drawn(tmp_path):
    made = report(
        row("zero", Estimate(0.0, 0.0, 0.0), kind="ablation"), row(kl=Estimate(0.5, 0.4, 0.6))
    )
    made.save(tmp_path / "drawn")
    texts = ["report.html", "report.json", "report.md", "report.npz"]
    drawn = ["recovered.png", "recovered_against_bits.png"]
    assert sorted(p.name for p in (tmp_path / "drawn").iterdir()) == sorted([*texts, *drawn])
    page = (tmp_path / "drawn" / "report.html").read_text()
    assert page.count("data:image/png") == page.count("data:image/webp") == 2
    markdown = (tmp_path / "drawn" / "report.md").read_text()
    assert "](recovered.png)\n\nEvery row of the ladder, in its order" in markdown
    made.save(tmp_path / "bare", figures=False)
    assert sorted(p.name for p in (tmp_path / "bare").iterdir()) == texts
    assert "<img" not in (tmp_path / "bare" / "report.html").read_text()


def test_what_cannot_be_drawn_costs_no_report(tmp_path):
    broken = report(row(kl=Estimate(0.5, 0.4, 0.6))).with_arrays(natural_maps=np.ones(3))
    with pytest.warns(UserWarning, match="'maps' was not drawn: .* save.folder, figures=False"):
        broken.save(tmp_path)
    with np.load(tmp_path / "report.npz") as arrays:
        assert "natural_maps" in arrays
    assert (tmp_path / "recovered.png").is_file()


def test_missing_pictures_are_all_named_before_anything_is_written(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no a.png, b.png in .*: save the figures"):
        report(row()).save(tmp_path / "new", figures=["a.png", "b.png"])
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ValueError, match=r"figures are pictures, .* got notes.txt"):
        report(row()).save(tmp_path, figures={"notes.txt": "notes"})
    assert not (tmp_path / "report.json").exists()


def test_an_unknown_row_names_the_rows():
    with pytest.raises(KeyError, match="no row 'theirs'; rows are ours"):
        report(row()).row("theirs")


def test_arrays_can_be_added_without_changing_the_original():
    original = report(row())
    more = original.with_arrays(maps=np.ones(3))
    assert set(more.arrays) == {"losses/kl", "maps"}
    assert set(original.arrays) == {"losses/kl"}
