"""Real pages in a browser: what they log, load and look like on a desk, on a phone, at night."""

import pytest
import toy_replacement as toy
from browser import browser, console, find, look, requests
from report_made import report, row
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from toys import mlp_model

import aann
from aann.vis.report import figures
from evals.shared import command

HOSTILE = "</script><script>document.title='owned'</script><img src=http://localhost:9/x>"


@pytest.fixture(scope="session")
def driver():
    with browser() as found:
        yield found


@pytest.fixture(scope="session")
def page(tmp_path_factory):
    """The page of a quick evaluation, saved as the evaluations save theirs."""
    folder = tmp_path_factory.mktemp("page")
    heldout = aann.split(toy.data())[1]
    made = aann.evaluate(mlp_model(), toy.replacement(), heldout, draws=200, name="toy")
    one = command.save(made, {"recovered": figures(made)["recovered"]}, folder)
    command.save_page("toys", "What toys do.", [one, one], [], folder)
    return folder / "report.html"


def brightness(colour):
    """Of ``rgb(r, g, b)``, from 0 to 1."""
    red, green, blue = [float(x) for x in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 360])
def test_a_page_is_whole_and_fits(driver, page, width, dark):
    look(driver, page, width, dark=dark)
    assert console(driver) == []
    assert requests(driver) == [page.as_uri()]
    pictures = driver.find_elements(By.TAG_NAME, "img")
    assert pictures
    assert all(p.get_property("naturalWidth") > 0 and p.get_attribute("alt") for p in pictures)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    body = driver.find_element(By.TAG_NAME, "body")
    ink, paper = (brightness(body.value_of_css_property(p)) for p in ("color", "background-color"))
    assert (ink - paper if dark else paper - ink) > 0.7
    code = driver.find_element(By.TAG_NAME, "pre")
    assert "def truth(h, c):" in code.text
    assert (brightness(code.value_of_css_property("color")) > 0.5) == dark


def names(table):
    cells = table.find_elements(By.CSS_SELECTOR, "tbody th")
    return [cell.get_attribute("data-value") for cell in cells]


def test_a_click_or_a_key_on_a_header_sorts_with_unknown_values_last(driver, page):
    look(driver, page)
    table = driver.find_element(By.CSS_SELECTOR, "table.sortable")
    before = names(table)
    heads = table.find_elements(By.CSS_SELECTOR, "thead th")
    name, correlation = heads[0], next(h for h in heads if h.text.startswith("correlation"))
    column = heads.index(correlation)

    def values():
        cells = table.find_elements(By.CSS_SELECTOR, f"tbody td:nth-child({column + 1})")
        return [None if cell.text == "-" else float(cell.text) for cell in cells]

    correlation.find_element(By.TAG_NAME, "button").click()
    known = [v for v in values() if v is not None]
    assert correlation.get_attribute("aria-sort") == "descending"
    assert known == sorted(known, reverse=True)
    assert len(set(known)) > 2
    assert values()[-1] is None
    correlation.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert correlation.get_attribute("aria-sort") == "ascending"
    assert values() == [*reversed(known), *([None] * (len(before) - len(known)))]
    name.find_element(By.TAG_NAME, "button").send_keys(Keys.SPACE)
    assert correlation.get_attribute("aria-sort") is None
    assert names(table) == sorted(before) != before
    for _ in range(2):
        name.find_element(By.TAG_NAME, "button").click()
    assert names(table) == before


def test_hostile_text_neither_runs_nor_loads(driver, tmp_path):
    path = tmp_path / "hostile.html"
    path.write_text(report(row(HOSTILE, source=HOSTILE)).html(), encoding="utf-8")
    look(driver, path)
    assert driver.title == "toy"
    assert HOSTILE in driver.find_element(By.TAG_NAME, "pre").text
    assert requests(driver) == [path.as_uri()]
    assert console(driver) == []


def test_the_checks_above_can_fail(driver, tmp_path):
    path = tmp_path / "bad.html"
    path.write_text("<body style='width:2000px'><img src='none.png'><script>throw 1</script>")
    look(driver, path, width=360)
    assert any("none.png" in url for url in requests(driver))
    assert len(console(driver)) >= 1
    assert driver.find_element(By.TAG_NAME, "img").get_property("naturalWidth") == 0
    assert driver.execute_script("return document.documentElement.scrollWidth") > 360


@pytest.mark.parametrize("mirror", [None, "/some/mirror"])
def test_without_a_browser_tests_skip_but_not_in_ci(monkeypatch, mirror):
    expected = r"no chromium, chromedriver on this machine \(apt-get install chromium"
    monkeypatch.setenv("PATH", "")
    if mirror is None:
        monkeypatch.delenv("AANN_ASSETS", raising=False)
    else:
        monkeypatch.setenv("AANN_ASSETS", mirror)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=expected):
        find()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match=expected):
        find()
