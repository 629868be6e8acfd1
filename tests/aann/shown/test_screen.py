from html.parser import HTMLParser

import pytest

from aann.shown.brief import COLUMNS, ROWS
from aann.shown.screen import PAGE, Shown, Tabular, html, screen, text

HOSTILE = "</table><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


class Table(Tabular):
    def __init__(self, rows, columns=2, **more):
        header = ["unit", *(f"metric {i}" for i in range(1, columns))]
        cells = [[f"{i}", *(f"{i}.25" for _ in range(1, columns))] for i in range(rows)]
        self.found = Shown(["losses"], [header, *cells], ["legend"], **more)

    def _shown(self):
        return self.found


class Reader(HTMLParser):
    """Tags and texts of a fragment; it must close what it opens, in order."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.texts = [], [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert {name for name, _ in attrs} <= {"style"}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_a_small_table_is_shown_whole():
    table = Table(2)
    assert repr(table).split("\n") == [
        "losses", "unit  metric 1", "--------------", "0         0.25", "1         1.25",
    ]  # fmt: skip
    assert str(table).split("\n")[-2:] == ["--------------", "legend"]
    assert "more" not in table._repr_html_()


def test_a_long_table_ends_with_how_much_is_missing():
    lines = repr(Table(1000)).split("\n")
    assert len(lines) == ROWS
    assert lines[3].startswith("0 ")
    assert lines[-1] == "... 980 more rows: print shows all"
    assert len(str(Table(1000)).split("\n")) == 1006
    assert repr(Table(21)).split("\n")[-1] == "... 1 more row: print shows all"


def test_rows_that_matter_stay_in_their_place():
    lines = repr(Table(1000, keep=[500, 3])).split("\n")
    assert lines[-2].startswith("500 ")
    assert [line for line in lines if line.startswith("3 ")] == lines[6:7]


def test_columns_that_do_not_fit_go_in_the_order_asked_for_and_are_named():
    lines = repr(Table(1, 12)).split("\n")
    assert lines[-1] == "... columns metric 10, metric 11: print shows all"
    lines = repr(Table(1, 11, drop=[2, 1])).split("\n")
    assert "metric 2" not in lines[1].split("  ")
    assert lines[-1] == "... column metric 2: print shows all"
    wide = Shown(["a " * 200], [["x" * 99, "y"], ["z\nz" * 99, "1"]])
    assert max(map(len, screen(wide).split("\n"))) <= COLUMNS
    assert len(text(wide).split("\n")[0]) == 400


def test_a_page_holds_the_table_and_no_more_than_some_rows():
    page = Reader(html(Shown(["a", "b"], [["n", "v"], *([str(i), "0"] for i in range(999))])))
    assert page.tags.count("tr") == PAGE + 1
    assert page.tags.count("th") == 2
    assert f"... {999 - PAGE} more rows: print shows all" in page.texts


@pytest.mark.parametrize("where", ["head", "header", "cell"])
def test_names_add_no_elements_to_a_page(where):
    head, header, cell = (HOSTILE if where == x else "a" for x in ("head", "header", "cell"))
    page = Reader(html(Shown([head], [[header, "v"], [cell, "1"]])))
    assert set(page.tags) == {"div", "p", "table", "tr", "th", "td"}
    assert HOSTILE in page.texts


def test_nothing_shows_itself_without_saying_what():
    with pytest.raises(NotImplementedError):
        repr(Tabular())
