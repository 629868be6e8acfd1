"""Cells of the planted benchmark's table."""

from results.quotes import planted


def test_p_has_cells_only_where_it_was_measured():
    lines = planted.PAGE.tables["order"]
    widths = {line.count("|") for line in lines}
    assert widths == {len(planted.ORDER_KINDS) + 2}
    (shuffled,) = (line for line in lines if line.startswith("| p among"))
    assert shuffled.count("{planted[p, ") == len(planted.PLACED)
    assert shuffled.count("| - ") == len(planted.ORDER_KINDS) - len(planted.PLACED)
