"""Real pages in a browser: what they log, load and look like on a desk, on a phone, at night."""

import dataclasses

import pytest
import toy_replacement as toy
from browser import browser, console, find, look, requests
from report_made import report, row
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from toys import mlp_model

import aann
from aann.report.data import METRICS
from aann.report.estimate import Damage, Estimate
from aann.vis.report import figures
from evals.shared import command

SEEN = """
const box = arguments[0].closest('.scroll').getBoundingClientRect();
const cell = arguments[0].getBoundingClientRect();
return cell.left >= box.left && cell.right <= Math.min(box.right, innerWidth) + 0.5;
"""
"""Whether all of an element's width is seen where its box is not scrolled."""

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


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """The page of a user's own report: five losses, long names, rows that are not identified."""
    folder = tmp_path_factory.mktemp("drawn")
    rows = {
        "zero": ("ablation", 0.0, 0.0, 0.0), "linear": ("fit", 0.3, 0.2, 0.4),
        "turned by a quarter of a circle": ("control", 0.4, 0.3, 0.5),
        "run wild": ("control", -40.0, -52.0, -0.5), "lost": ("control", None, None, None),
        "curves of every direction": ("program", 0.85, 0.8, 0.9),
    }  # fmt: skip
    known = {name: Estimate(*x, identified=x[0] is not None) for name, (_, *x) in rows.items()}
    lost = Estimate(None, None, None, identified=False)
    made = report(*(
        dataclasses.replace(
            row(name, kind=rows[name][0], bits=1000.0 * i, source="def f(x, c):\n    return x"),
            recovered={m: lost if m == "top5" else kl for m in METRICS},
            loss=dict.fromkeys(METRICS, 0.5),
        )
        for i, (name, kl) in enumerate(known.items())
    ))  # fmt: skip
    hurt = dict.fromkeys(METRICS, Damage(0.1, 0.05, 0.2))
    dataclasses.replace(made, damage=hurt, intact=dict.fromkeys(METRICS, 0.1)).save(folder)
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


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 375])
def test_a_users_report_fits_with_its_figures_in_the_colours_of_the_page(
    driver, drawn, width, dark
):
    look(driver, drawn, width, dark=dark)
    assert console(driver) == []
    fits = "const e = document.documentElement; return e.scrollWidth <= e.clientWidth"
    assert driver.execute_script(fits)
    wide = "return [...document.querySelectorAll('main *')].filter(e => !e.parentElement.closest("
    wide += "'.scroll, pre, svg') && e.getBoundingClientRect().right > innerWidth + 0.5).length"
    assert driver.execute_script(wide) == 0
    pictures = driver.find_elements(By.TAG_NAME, "img")
    assert len(pictures) == 2
    for picture in pictures:
        shown = picture.get_property("currentSrc").partition(";")[0]
        assert shown == ("data:image/webp" if dark else "data:image/png")
        assert picture.get_property("naturalWidth") > 0
        assert len(picture.get_attribute("alt").split()) > 5
        card = picture.find_element(By.XPATH, "./ancestor::div[1]")
        ground = brightness(card.value_of_css_property("background-color"))
        assert (ground < 0.2) if dark else (ground > 0.9)
    captions = [c.text for c in driver.find_elements(By.TAG_NAME, "figcaption")]
    assert all(c.endswith(".") and len(c.split()) > 10 for c in captions)


def test_paper_is_white_whatever_the_screen_is(driver, drawn):
    look(driver, drawn, dark=True)
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": dark})
    try:
        body = driver.find_element(By.TAG_NAME, "body")
        assert brightness(body.value_of_css_property("background-color")) == 1
        picture = driver.find_element(By.TAG_NAME, "img")
        WebDriverWait(driver, 10).until(
            lambda _: picture.get_property("currentSrc").startswith("data:image/png")
        )
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


@pytest.mark.parametrize(
    ("width", "seen"),
    [(1280, ["row", "kind", "KL", "correlation", "R²", "constants", "bits"]), (375, ["row", "KL"])],
)
def test_what_a_row_recovers_and_costs_is_seen_without_scrolling(driver, drawn, width, seen):
    look(driver, drawn, width)
    table = driver.find_element(By.CSS_SELECTOR, "table.sortable")
    heads = [h for h in table.find_elements(By.CSS_SELECTOR, "thead th") if h.is_displayed()]
    assert [h.text.split("\n")[0].rstrip(" ↕") for h in heads][: len(seen)] == seen
    assert driver.execute_script(SEEN, table.find_element(By.CSS_SELECTOR, "caption span"))
    for line in table.find_elements(By.CSS_SELECTOR, "tbody tr"):
        cells = [c for c in line.find_elements(By.CSS_SELECTOR, "th, td") if c.is_displayed()]
        assert all(driver.execute_script(SEEN, cell) for cell in cells[: len(seen)]), line.text


def test_the_headline_has_the_best_control_and_what_is_not_identified_is_folded(driver, drawn):
    look(driver, drawn)
    program, control = driver.find_elements(By.CSS_SELECTOR, ".facts li")[:2]
    assert "0.850" in program.text
    assert control.text.startswith("KL of the best control\n0.400")
    assert "turned by a quarter" in control.text
    table = driver.find_element(By.CSS_SELECTOR, "table.sortable")
    assert "lost" not in names(table)
    assert "top5" not in table.find_element(By.TAG_NAME, "thead").text
    folded = driver.find_element(By.CSS_SELECTOR, "details.folded")
    assert folded.get_attribute("open") is None
    summary = folded.find_element(By.TAG_NAME, "summary")
    assert summary.text == "Not identified: top5, 1 row"
    inside = folded.find_element(By.TAG_NAME, "table")
    assert not inside.is_displayed()
    summary.click()
    assert inside.is_displayed()
    assert names(inside) == ["lost"]
    wild = table.find_element(By.XPATH, ".//th[@data-value='run wild']/..")
    first = wild.find_element(By.CSS_SELECTOR, "svg")
    assert len(first.find_elements(By.CSS_SELECTOR, ".beyond")) == 1
    assert "-40.000 [-52.000, -0.500]" in wild.text


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
