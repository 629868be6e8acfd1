"""Of ``gallery`` and of ``rendering``, which reports share."""

import re

import pytest

from aann.report.gallery import Part, gallery
from aann.report.pictures import Picture
from aann.shown.screen import Shown, Tabular

DATA = b"\x89PNG\r\n\x1a\n"


def picture(name="one", caption="All of it is shown."):
    return Picture(name, f"{name} in words", "image/png", DATA, caption=caption, dark=b"RIFF")


def test_a_page_holds_its_parts_in_order_and_runs_no_script():
    page = gallery(
        "What 2 <units> see",
        [Part("First", [picture(), picture("two")], "A lead."), Part("Second", [picture("three")])],
        lead="Of a toy.", provenance={"seed": "3"},
    )  # fmt: skip
    assert re.findall(r"<h2>(.*)</h2>", page) == ["First", "Second", "Provenance"]
    assert re.findall(r'alt="(.*) in words"', page) == ["one", "two", "three"]
    assert page.count("<figcaption>All of it is shown.</figcaption>") == 3
    assert page.count("prefers-color-scheme: dark") >= 3
    assert "<title>What 2 &lt;units&gt; see</title>" in page
    assert "A lead." in page
    assert "<dt>seed</dt><dd>3</dd>" in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_letters_that_no_page_can_hold_are_written_out():
    assert "\\ud800" in gallery("a \ud800", [Part("First", [picture()])])


def test_a_picture_without_a_caption_and_an_empty_part_are_refused_together():
    with pytest.raises(
        ValueError, match="part 'Empty' has no pictures, tables or words; picture 'one'"
    ):
        gallery("page", [Part("Empty", []), Part("First", [picture(caption="")])])
    with pytest.raises(ValueError, match="a gallery has a part at least"):
        gallery("page", [])


class Table(Tabular):
    def _shown(self):
        return Shown(["some <b>numbers</b>"], [["unit", "error"], ["3", "0.1"]])


def test_tables_are_folded_up_behind_pictures_and_open_without_them():
    page = gallery(
        "page", [Part("Both", [picture()], "", [Table()]), Part("One", [], "", [Table()])]
    )
    assert page.index("<figure>") < page.index("<details>")
    assert page.count("<details>") == page.count("<details open>") == 1
    assert page.count("some &lt;b&gt;numbers&lt;/b&gt;") == 2


def test_narrow_pictures_do_not_fill_the_page():
    wide, narrow = picture()._replace(inches=7.0), picture("two")._replace(inches=2.5)
    page = gallery("page", [Part("Both", [wide, narrow])])
    assert page.count("max-width: 20.0rem") == 1
