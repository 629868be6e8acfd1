"""The page of a report, read back with a parser; ``tests/test_pages.py`` looks at it.

Serves ``grid`` too.
"""

import base64
import dataclasses
import hashlib
import html.parser
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_made import report, row

from aann.report.estimate import Estimate
from aann.report.grid import of_text
from aann.report.html import Chapter, page
from aann.report.pictures import Picture

HOSTILE = (
    "</script></style></title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}"
)
VOID = {"meta", "link", "img", "path", "br", "source"}


class Reader(html.parser.HTMLParser):
    """Elements, attributes and texts of a page; it must close what it opens, in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.open, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"script", "style"} & set(self.open):
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def hostile():
    bad = HOSTILE
    made = report(
        dataclasses.replace(row(bad, Estimate(0.5, 0.4, 0.6)), source=f'"""{bad}"""\n# {bad}'),
        row("zero", Estimate(0.0, 0.0, 0.0), source=bad),
    )
    return dataclasses.replace(
        made, eval=bad, claim=bad, command=bad, model=bad, site=bad, weights=bad,
        data={"name": bad, "split": bad, "n": 20, "hash": bad}, versions={bad: bad},
        constants={bad: {"value": [1.0] * 20, "origin": bad, "note": bad}},
    )  # fmt: skip


def test_everything_a_reader_needs_is_on_the_page():
    ours = row(kl=Estimate(0.871, 0.842, 0.9), source="def ours(x, c):\n    return x * c.gain")
    made = Reader(
        report(row("zero"), ours).html([Picture("bars", "Bars of KL", "image/png", b"P")])
    )
    for wanted in (
        "It claims | this.", "2 units of s in net : 3, 5", "0.871 [0.842, 0.900]",
        "Not identified: 1 row", "0.1000 [0.0500, 0.2000]",
        "def ours ( x , c ): return x * c . gain",
        "50,000 constants, 1,600,000 bits", "gain 1.5 2 fitted on design", "n = 20",
        "python -m evals.toy", "parameters ff", "jax 0", "3,456",
    ):  # fmt: skip
        assert wanted in made.text, wanted
    assert ("img", "alt", "Bars of KL") in made.attributes
    assert ("img", "src", "data:image/png;base64,UA==") in made.attributes
    assert ("meta", "name", "viewport") in made.attributes


@pytest.mark.parametrize("whole", [True, False])
def test_input_cannot_add_elements_or_attributes(whole):
    show = (lambda r: r.html([Picture("p", "p", "image/png", b"")])) if whole else (
        lambda r: r._repr_html_()
    )  # fmt: skip
    made = Reader(show(hostile()))
    assert made.tags.count("script") == 1
    assert made.tags.count("img") == whole
    assert not [a for a in made.attributes if a[1].startswith("on")]
    assert not [a for a in made.attributes if a[1] in ("src", "href") and a[2][0] not in "#d"]
    assert made.text.count("{{7*7}}") > 10  # shown as it is, everywhere
    picture_of_hostile_name = Picture(HOSTILE, HOSTILE, "image/png", b"")
    again = Reader(report(row()).html([picture_of_hostile_name]))
    assert ("img", "alt", HOSTILE) in again.attributes
    assert again.tags.count("script") == 1


def test_the_policy_lets_nothing_run_or_load_but_what_is_on_the_page():
    text = report(row()).html()
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)">', text)
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert f"script-src 'sha256-{digest}';" in policy
    assert "http" not in text.replace("http-equiv", "")


def test_rows_with_one_source_share_it_and_the_evaluated_program_comes_first():
    made = report(
        row("other", source="lambda: other"), row("ours", source="lambda: ours"),
        row("wrong", source="lambda: ours", kind="control"),
    )  # fmt: skip
    text = Reader(made.html()).text
    assert text.count("lambda : ours") == 1
    assert text.index("lambda : ours") < text.index("lambda : other")
    assert re.search(r"lambda : ours ■ ours .* △ wrong KL", text)


def test_several_reports_make_one_page_with_one_script_and_links_that_lead_somewhere():
    chapters = [Chapter(report(row(name))) for name in ("a", "b")]
    table = of_text("all", [["program", "kind", "kl"], ["a", "program", "0.5 [0.4, 0.6]"]])
    made = Reader(page(chapters, title="Both", lead="Why.", summary=[table]))
    assert made.tags.count("script") == made.tags.count("h1") == 1
    ids = [value for _, name, value in made.attributes if name == "id"]
    links = [v for tag, name, v in made.attributes if (tag, name) == ("a", "href")]
    assert len(set(ids)) == len(ids) == 3
    assert links == [f"#{i}" for i in ids]
    with pytest.raises(ValueError, match="one report, or several with a title; got 2"):
        page(chapters)


def test_many_numbers_of_a_constant_are_cut_short_with_all_behind():
    many = {"value": list(range(100)), "origin": "fitted", "note": ""}
    made = Reader(dataclasses.replace(report(row()), constants={"table": many}).html())
    assert "0 1 2 3 4 5 6 7 ... (100 numbers) 0 1 2" in made.text
    assert "97 98 99" in made.text


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_any_text_is_shown_as_it_is(names):
    made = Reader(report(*(row(n, source=n) for n in names)).html())
    shown = " ".join(made.texts)
    for name in names:
        assert " ".join(name.replace("\r", "\n").split()) in " ".join(shown.split()) or "\0" in name


def test_cells_of_text_sort_by_the_number_they_start_with():
    grid = of_text(
        "t",
        [
            ["name", "kl", "count", "note"],
            ["1 a", "-1.5 [-2, 0]", "1,024", "x"],
            ["b", "-", "7", ""],
        ],
    )
    values = [[cell.value for cell in line] for line in grid.rows]
    assert values == [["1 a", -1.5, 1024.0, "x"], ["b", None, 7.0, None]]
    assert [grid.numeric(i) for i in range(4)] == [False, True, True, False]
