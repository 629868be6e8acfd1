"""Lines of tables.

What ``readme``, ``circuits``, ``challenges``, ``scrubs``, ``tried`` and ``docs`` quote: see
test_project.py.
"""

from results.quotes.tables import header, line, rows


def test_lines():
    assert header("a", "b") == ["| a | b |", "| --- | --- |"]
    assert line("a", "", "c") == "| a | | c |"
    assert line("", "b") == "| | b |"


def test_rows_look_up_their_cells():
    made = rows("run.part", [("**ours**", "ours, again"), ("theirs", "theirs")], ["kl:2", "bits:d"])
    assert made == [
        "| **ours** | {run.part[ours, again].kl:2} | {run.part[ours, again].bits:d} |",
        "| theirs | {run.part[theirs].kl:2} | {run.part[theirs].bits:d} |",
    ]
