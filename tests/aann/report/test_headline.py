"""What a report says first."""

import dataclasses

from further_made import further
from report_made import UNKNOWN, report, row

from aann.report.headline import headline

PROGRAM = "KL recovered: program 0.75 [0.62, 0.88]; above the best constant by 0.50 [0.38, 0.62]"
BESIDE = (
    "beside it: zero 0, best constant 0.25 [0.12, 0.38], best control 0.50 [0.38, 0.62] (wrong)"
)


def test_the_program_stands_beside_what_knows_less_and_what_is_wrong():
    found = further()
    assert headline(found) == [PROGRAM, BESIDE]
    for text in (str(found), repr(found), found.markdown()):
        lines = [line.lstrip("\\").replace("\\", "") for line in text.splitlines()]
        assert [line for line in lines if line in (PROGRAM, BESIDE)] == [PROGRAM, BESIDE]
    page = found.html()
    assert "KL of the best constant" in page
    assert "zeroed: 0; the program is 0.500 [0.375, 0.625] above" in page


def test_what_is_missing_is_left_out():
    assert headline(report(row(kind="fit"))) == []
    alone = report(row(kl=UNKNOWN))
    assert headline(alone) == ["KL recovered: program not identified", "beside it: zero 0"]
    without = dataclasses.replace(further(), above_constant={})
    assert headline(without)[0] == "KL recovered: program 0.75 [0.62, 0.88]"
