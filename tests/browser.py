"""Pages in headless Chromium, driven by selenium: what they log, load and look like."""

import contextlib
import json
import os
import shutil
import tempfile

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars",
)  # fmt: skip
PROGRAMS = ("chromium", "chromedriver")


def find():
    """Paths of Chromium and its driver; without them tests skip, but not in CI."""
    paths = [shutil.which(name) for name in PROGRAMS]
    if missing := [name for name, path in zip(PROGRAMS, paths) if path is None]:
        reason = (
            f"pages are looked at in Chromium: no {', '.join(missing)} on this machine "
            "(apt-get install chromium chromium-driver)"
        )
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return paths


@contextlib.contextmanager
def browser():
    """A ``selenium`` driver that records the console and every request."""
    chromium, driver = find()
    options = Options()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        found = webdriver.Chrome(options, Service(driver))
        try:
            yield found
        finally:
            found.quit()


def look(driver, path, width=1280, height=900, dark=False):
    """Open a file at this size of window, in light or dark colours."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    scheme = "dark" if dark else "light"
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    driver.get("about:blank")
    for log in ("browser", "performance"):
        driver.get_log(log)  # of what was open before
    driver.get(path.absolute().as_uri())


def console(driver):
    """What the page logged since ``look``: errors of scripts and of its security policy."""
    return [entry["message"] for entry in driver.get_log("browser")]


def requests(driver):
    """Addresses that the page asked for since ``look``, ``data:`` ones left out."""
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    sent = [m for m in messages if m["method"] == "Network.requestWillBeSent"]
    urls = [m["params"]["request"]["url"] for m in sent]
    return [url for url in urls if not url.startswith("data:")]
