import base64

import pytest
from report_made import report, row

from aann.report import pictures
from aann.report.estimate import Estimate
from aann.report.pictures import Picture

ONE = Picture("one", "It shows one.", "image/png", b"P", "All of it.", b"W", "one.png")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "two_bars.png").write_bytes(b"Q")
    return tmp_path


def test_addresses_hold_all_of_both():
    kind, _, data = ONE.dark_address.partition(";base64,")
    assert (kind, base64.b64decode(data)) == ("data:image/webp", b"W")
    assert ONE.address == f"data:image/png;base64,{base64.b64encode(b'P').decode()}"


def test_pictures_in_memory_and_in_the_folder_come_in_the_order_asked_for(folder):
    found = pictures.of(None, folder, ["two_bars.png", ONE])
    assert [p.file for p in found] == ["two_bars.png", "one.png"]
    assert (found[0].name, found[0].alt, found[0].data) == ("two bars", "two bars", b"Q")
    (described,) = pictures.of(None, folder, {"two_bars.png": "Two bars."})
    assert described.alt == "Two bars."
    assert pictures.of(None, folder, ()) == pictures.of(None, folder, figures=False) == []


def test_by_default_they_are_drawn(tmp_path):
    made = pictures.of(report(row(kl=Estimate(0.5, 0.4, 0.6))), tmp_path, figures=True)
    assert [p.file for p in made] == ["recovered.png", "recovered_against_bits.png"]


@pytest.mark.parametrize("file", ["", "../one.png", "/one.png", "a/b.png"])
def test_a_picture_is_saved_beside_the_report_alone(tmp_path, file):
    with pytest.raises(ValueError, match=r"'one' has no name of a file .* for example 'recovered"):
        report(row()).save(tmp_path, figures=[ONE._replace(file=file)])
    assert list(tmp_path.iterdir()) == []


def test_pictures_in_memory_are_saved_and_those_of_the_folder_left_alone(folder):
    before = (folder / "two_bars.png").stat().st_mtime_ns
    report(row()).save(folder, figures=[ONE, "two_bars.png"])
    assert (folder / "one.png").read_bytes() == b"P"
    assert (folder / "two_bars.png").stat().st_mtime_ns == before
    page = (folder / "report.html").read_text()
    assert (
        f'<source media="screen and (prefers-color-scheme: dark)" srcset="{ONE.dark_address}">'
        in (page)
    )
    assert page.count("<source") == 1  # the other has no dark colours
    assert "<figcaption>All of it.</figcaption>" in page
    assert "![It shows one.](one.png)\n\nAll of it.\n" in (folder / "report.md").read_text()
