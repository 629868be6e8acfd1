"""The table of the line between natural and artificial values."""

import dataclasses

from further_made import further, known
from report_made import UNKNOWN

from aann.report.mixing import gap_share, mixing


def test_the_line_has_a_row_a_share_beside_its_square():
    grid = mixing(further())
    assert grid.head == ["share", "KL", "part of the KL gap", "share squared"]
    assert [[cell.text for cell in row] for row in grid.rows] == [
        ["0", "1.000 [1.000, 1.000]", "0.00", "0.00"],
        ["0.5", "0.875 [0.750, 1.000]", "0.50", "0.25"],
        ["1", "0.750 [0.625, 0.875]", "1.00", "1.00"],
    ]


def test_without_a_line_there_is_no_table():
    assert not mixing(further(mixing={})).rows


def test_a_part_of_nothing_is_unknown():
    report = further()
    perfect = {**report.mixing, "1": {"kl": known(1.0)}}
    assert gap_share(dataclasses.replace(report, mixing=perfect), "0.5", "kl") is None
    vague = {**report.mixing, "1": {"kl": UNKNOWN}}
    assert gap_share(dataclasses.replace(report, mixing=vague), "0.5", "kl") is None
    assert mixing(dataclasses.replace(report, mixing=vague)).rows[1][2].text == "-"
