"""Tables beyond the ladder reach the terminal, the Markdown and the HTML page alike."""

import pytest
from report_made import report, row

from aann.report import beyond
from aann.report.grid import Cell, Grid


@pytest.fixture
def table(monkeypatch):
    """One table more, whose cells are input."""
    made = Grid("What <else>", ["asked", "found"], [[Cell("a|b", "a|b"), Cell("0.5", 0.5)]], ["so"])
    monkeypatch.setattr(beyond, "TABLES", (lambda _: made, lambda _: made._replace(rows=[])))
    return made


def test_a_table_without_rows_is_left_out(table):
    assert beyond.beyond(report(row("a"))) == [table]


def test_it_is_shown_everywhere(table):
    found = report(row("a"))
    assert "What <else>\n---" in str(found)
    assert "## What \\<else>" in found.markdown()
    assert "a\\|b" in found.markdown()
    assert "What &lt;else&gt;" in found.html()
