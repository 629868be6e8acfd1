"""The tables of subsets, and of whether they add up. Serves ``subset`` too."""

import numpy as np
import pytest
from further_made import further, known, subset

import aann
from aann.report.subsets import MOST, adds_up, subsets

LOSSES = {"losses/kl": np.repeat([[0.5], [0.5], [0.5], [0.5], [0.0]], 20, axis=1)}


def test_halves_come_first_then_units_by_their_damage():
    grid = subsets(further())
    assert [row[0].text for row in grid.rows] == ["half 1a: 3", "half 1b: 5", "unit 5", "unit 3"]
    assert [row[3].text for row in grid.rows][2:] == ["not identified", "0.750 [0.625, 0.875]"]
    assert "KL recovered by halves: from 0.500 to 0.750 (2 halves)." in grid.notes


def test_of_many_units_those_with_most_damage_are_shown():
    many = [subset("alone", [i % 2], known(0.5), damage=1 / (1 + i)) for i in range(MOST + 5)]
    grid = subsets(further(subsets=many))
    assert len(grid.rows) == MOST
    assert f"Of {MOST + 5} units alone those {MOST} are shown" in grid.notes[-1]


def test_whether_it_adds_up_is_said_of_halves_and_of_units_alone():
    grid = adds_up(further())
    assert [[cell.text for cell in row] for row in grid.rows] == [
        ["halves", "1.250 [1.125, 1.375]"], ["alone", "not identified"],
    ]  # fmt: skip
    assert not adds_up(further(adds_up={})).rows


def test_they_are_saved_and_read(tmp_path):
    made = further(subsets=[subset("half", [0], known(0.5)), subset("half", [1], known(0.5))])
    made.with_arrays(**LOSSES).save(tmp_path, figures=False)
    read = aann.Report.load(tmp_path)
    assert read.subsets == made.subsets
    assert (read.mixing, read.adds_up) == (made.mixing, made.adds_up)
    assert read.above_constant == made.above_constant


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mixing": {"0.5": {"kl": known(0.5)}}}, "mixing lacks its ends, shares 0 and 1"),
        ({"mixing": {"half": {"kl": known(0.5)}}}, "'half', which is no number from 0 to 1"),
        ({"subsets": [subset("half", [7])]}, "subsets.0..units are no places of the report's"),
        ({"subsets": [subset("some", [0])]}, "subsets.0..kind is 'some', not half or alone"),
        ({"adds_up": {"halves": {}}}, "no 'kl' in adds_up.'halves'"),
        ({"above_constant": {"nll": known(0.5)}}, "no 'kl' in above_constant"),
    ],
)
def test_files_with_anything_else_are_refused(tmp_path, change, message):
    further().with_arrays(**LOSSES).save(tmp_path, figures=False)
    text = further(**change).to_json()
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        aann.Report.load(tmp_path)
