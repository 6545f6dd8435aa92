"""The report in a real browser: opened from the disk, with no network and no script, at a desk and on a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tocsin.report import write

from .invented import made

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("TOCSIN_TEST_CHROMIUM") or shutil.which("chromium")
    if not path:
        reason = "no Chromium: install it (apt-get install chromium) or name it in TOCSIN_TEST_CHROMIUM"
        if os.environ.get("TOCSIN_TEST_STRICT") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_it_reads_without_a_script_and_asks_for_nothing(
    browser: Browser, tmp_path: Path, width: int, height: int
) -> None:
    path = tmp_path / "report.html"
    write(made(), path)
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    assert not complaints
    assert requests == [path.as_uri()]
    assert page.locator("h1").inner_text().startswith("Monthly report")
    assert page.locator("figure svg").count() == 2
    # Only what scrolls by itself is wider than the page.
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    table = page.locator("table").first.bounding_box()
    assert table is not None
    assert table["height"] > 0
    context.close()
