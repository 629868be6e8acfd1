"""The table of shuffles.

Serves ``shuffled`` too.
"""

import dataclasses

import pytest
import report_files
from report_made import report, row

from aann.report import among
from aann.report.report import Report
from aann.report.shuffled import Shuffled, Standing

STANDING = Standing(0.85, [0.1, 0.3, None, -2.0], 1, 0.75, 0.4, 0.1, 0.6)


def shuffled(standing=STANDING, **more):
    facts = {
        "program": "ours", "kind": "units", "what": "outputs of 9 units permuted", "n": 4,
        "enumerated": False, "examples": 15, "of": 20, "seed": 3,
    }  # fmt: skip
    return Shuffled(**(facts | more), metrics={"kl": standing})


def made(*found):
    return dataclasses.replace(report(row("ours")), shuffles=list(found))


def test_a_line_says_where_the_program_stands():
    (line,) = among.table(made(shuffled())).rows
    assert [cell.text for cell in line] == [
        "ours: outputs of 9 units permuted", "KL", "0.850", "-2.000", "0.100", "0.300", "75.0%",
        "0.4", "[0.1, 0.6]",
    ]  # fmt: skip


def test_notes_say_how_many_were_drawn_and_on_what():
    note, _ = among.table(made(shuffled())).notes
    assert note == (
        "outputs of 9 units permuted: 4 wrong programs, drawn with seed 3, on 15 of 20 held-out "
        "examples."
    )
    every = among.table(made(shuffled(enumerated=True, examples=20)))
    assert "permuted: all 4 wrong programs, on 20 held-out examples." in every.notes[0]
    assert every.rows[0][-1].text == "exact"


def test_without_damage_nothing_is_said():
    nothing = Standing(None, [None, None], 2, 0.0, 1.0, 0.3, 1.0)
    (line,) = among.table(made(shuffled(nothing))).rows
    assert [cell.text for cell in line][2:] == ["-"] * 7


def test_reports_without_shuffles_have_no_table():
    assert not among.table(made()).rows


@pytest.mark.parametrize("enumerated", [True, False])
def test_they_are_saved_and_read(tmp_path, enumerated):
    one = report_files.report(shuffles=[shuffled(enumerated=enumerated)])
    one.save(tmp_path, figures=False)
    again = Report.load(tmp_path)
    assert again.shuffles == one.shuffles
    for page in (str(again), again.markdown(), again.html()):
        assert "Among wrong programs of the same form" in page
