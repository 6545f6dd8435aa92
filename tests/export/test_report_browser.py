"""The report in a real browser: opened from the disk, with no network, at a desk and on a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tocsin.export import write_report
from tocsin.records import PublicEvent, PublicQuote

from .invented import edition, event, invented_events, many_events
from .outline import sketched_outline

pytestmark = pytest.mark.browser

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("TOCSIN_TEST_CHROMIUM") or shutil.which("chromium")
    if not path:
        reason = "no Chromium: install it (apt-get install chromium) or name it in TOCSIN_TEST_CHROMIUM"
        if os.environ.get("TOCSIN_TEST_STRICT") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Opened:
    """A page and everything it complained about or asked for."""

    def __init__(self, page: Page, complaints: list[str], requests: list[str]) -> None:
        self.page, self.complaints, self.requests = page, complaints, requests


@pytest.fixture
def report(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    contexts = []

    def show(events: list[PublicEvent], size: dict[str, int] = DESK, address: str = "", **options: Any) -> Opened:
        path = tmp_path / "report.html"
        options = {"edition": edition(), **options}
        write_report(events, sketched_outline(), path, **options)
        context = browser.new_context(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        opened = Opened(page, [], [])
        page.on("console", lambda message: opened.complaints.append(message.text))
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("request", lambda request: opened.requests.append(request.url))
        page.goto(path.as_uri() + address)
        return opened

    yield show
    for context in contexts:
        context.close()


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("events", ["none", "one", "lost", "all"])
def test_it_opens_without_a_complaint_or_a_request(report: Any, size: dict[str, int], events: str) -> None:
    lost = event(1, "", "", date_start=None, date_end=None)
    given = {"none": [], "one": invented_events()[:1], "lost": [lost], "all": invented_events()}[events]
    opened = report(given, size)
    incidents = {"none": 0, "one": 1, "lost": 1, "all": 15}[events]
    expect(opened.page.locator("#events .event")).to_have_count(incidents)
    expect(opened.page.locator("#map .symbol")).to_have_count({"none": 0, "one": 1, "lost": 0, "all": 14}[events])
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    assert overflow(opened.page) == 0


def test_filters_narrow_the_list_the_map_and_the_timeline(report: Any) -> None:
    page = report(invented_events()).page
    events, symbols = page.locator("#events .event"), page.locator("#map .symbol")
    page.get_by_role("button", name="Battles").click()
    expect(events).to_have_count(2)
    expect(symbols).to_have_count(2)
    page.get_by_role("button", name="Clear filters").click()
    expect(events).to_have_count(15)
    page.locator("#sub").select_option("Suicide bomb")
    expect(events).to_have_count(1)
    page.get_by_role("button", name="Clear filters").click()
    page.locator("#actor").select_option("Islamic State (Iraq)")
    expect(events).to_have_count(2)
    page.get_by_role("button", name="Clear filters").click()
    page.locator("#place").select_option(label="Idlib (2)")
    expect(events).to_have_count(2)
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_label("Disputed only").check()
    expect(events).to_have_count(3)
    page.get_by_label("Disputed only").uncheck()
    page.get_by_label("Search the text").fill("governor")
    expect(events).to_have_count(1)
    page.get_by_label("Search the text").fill("nothing has these words")
    expect(page.get_by_text("Nothing here matches these filters.")).to_be_visible()


def test_search_finds_arabic_and_forgives_accents(report: Any) -> None:
    page = report(invented_events()).page
    page.get_by_label("Search the text").fill("خان الوردة")
    expect(page.locator("#events .event")).to_have_count(1)
    page.get_by_label("Search the text").fill("ḤALAB")
    expect(page.locator("#events .event")).to_have_count(1)
    page.get_by_label("Search the text").fill("halab")
    expect(page.locator("#events .event")).to_have_count(1)


def test_days_can_be_chosen_by_keyboard_and_by_dragging(report: Any) -> None:
    page = report(invented_events()).page
    events = page.locator("#events .event")
    page.locator("#from").fill("2024-04-01")
    # Those dated to April, and the one dated only to a week of it; not the month of March.
    expect(events).to_have_count(7)
    page.get_by_role("button", name="Clear filters").click()
    page.locator("#timeline").scroll_into_view_if_needed()
    box = page.locator("#timeline .overlay").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 30, steps=4)
    page.mouse.up()
    expect(page.locator("#from")).to_have_value("2024-04-10")
    expect(page.locator("#to")).to_have_value("2024-04-23")
    expect(events).to_have_count(4)


def test_what_is_denied_threatened_or_usual_is_kept_apart(report: Any) -> None:
    page = report(invented_events()).page
    page.get_by_role("radio", name="Denied").check()
    expect(page.locator("#events .event")).to_have_count(1)
    expect(page.get_by_text("said not to have happened")).to_be_visible()
    page.get_by_role("radio", name="Habits and totals").check()
    expect(page.locator("#events .event")).to_have_count(1)
    expect(page.locator("#group-note")).to_contain_text("Not counted")


def test_an_event_opens_to_its_claims_quotes_and_disputes(report: Any) -> None:
    page = report(invented_events()).page
    head = page.get_by_role("button", name="Tell Amrin")
    expect(head).to_have_attribute("aria-expanded", "false")
    head.focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-expanded", "true")
    detail = page.locator(".event.open .detail")
    expect(detail.locator(".claim")).to_have_count(4)
    marks = detail.locator(".claim").first.locator("mark")
    assert marks.all_inner_texts() == ["Warplanes struck", "Tell Amrin", "Thursday morning", "at least 12"]
    deaths = detail.locator(".dispute").first
    assert deaths.locator(".side strong").all_inner_texts() == ["at least 12", "18", "3", "15"]
    expect(deaths.locator(".side.taken")).to_have_count(2)
    expect(deaths.locator(".side").nth(2)).to_contain_text("a military source (security source), State Bulletin")
    expect(detail).to_contain_text("It did not happen")
    expect(detail).to_contain_text("Not quoted, to protect the source.")
    expect(detail).to_contain_text("In the event table as TOC-SYR-0001-1.")
    expect(detail.get_by_role("link", name="Open the report")).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(page.locator("#map .symbol.chosen")).to_have_count(1)


def test_a_click_on_the_map_opens_the_event(report: Any) -> None:
    page = report(invented_events()).page
    page.locator("#map").scroll_into_view_if_needed()
    page.locator("#map .symbol.k0.near").click()
    expect(page.locator(".event.open .place")).to_contain_text("Rasm Zeitun")
    assert "event=e-0002" in page.url


def test_an_address_restores_the_view(report: Any) -> None:
    page = report(invented_events(), address="#disputed=1&event=e-0012").page
    expect(page.locator("#events .event")).to_have_count(3)
    expect(page.locator(".event.open .place")).to_contain_text("Nusaybah")


def test_an_address_that_makes_no_sense_is_no_error(report: Any) -> None:
    opened = report(invented_events(), address="#group=__proto__&sort=constructor&place=%7B&from=x&event=zz&type=zz")
    expect(opened.page.locator("#events .event")).to_have_count(15)
    assert opened.complaints == []


def test_why_an_event_is_not_in_the_table_is_said(report: Any) -> None:
    explained = edition(reasons={"undated": "No date is known."})
    page = report(invented_events(), address="#event=e-0015", edition=explained).page
    expect(page.locator(".event.open .detail")).to_contain_text("Not in the event table: No date is known. ")
    expect(page.locator(".event.open")).to_contain_text("Date unknown")


def test_an_event_known_to_a_province_lights_up_the_province(report: Any) -> None:
    page = report(invented_events(), address="#event=e-0009").page
    expect(page.locator("#map .division.chosen")).to_have_count(1)
    expect(page.locator(".event.open .detail")).to_contain_text("Placed somewhere in the province")


def test_arabic_runs_right_to_left(report: Any) -> None:
    page = report(invented_events(), address="#event=e-0003").page
    passage = page.locator(".event.open blockquote")
    assert passage.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert page.locator(".event.open .place bdi").first.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert passage.locator("mark").all_inner_texts() == ["قُتل مدنيان", "خان الوردة", "مساء الأربعاء"]


@pytest.mark.parametrize("number", [1, 3, 12])
def test_an_open_event_fits_a_phone(report: Any, number: int) -> None:
    page = report(invented_events(), PHONE, address=f"#event=e-{number:04d}").page
    expect(page.locator(".event.open")).to_be_visible()
    assert overflow(page) == 0


def test_filters_fold_away_on_a_phone(report: Any) -> None:
    page = report(invented_events(), PHONE).page
    expect(page.get_by_label("Search the text")).to_be_hidden()
    page.locator("#more-filters summary").click()
    page.get_by_label("Search the text").fill("governor")
    expect(page.locator("#events .event")).to_have_count(1)
    assert overflow(page) == 0


def test_long_words_do_not_widen_a_phone(report: Any) -> None:
    long = replace(invented_events()[0], location="A" * 300, actor1="B" * 300, notes="C" * 900, weapon="D" * 200)
    page = report([long], PHONE, address="#event=e-0001").page
    expect(page.locator(".event.open")).to_be_visible()
    assert overflow(page) == 0


def test_hostile_text_is_shown_and_never_run(report: Any) -> None:
    bad = '<img src=x onerror="document.title=1"><script>document.title=2</script>&amp;'
    first = invented_events()[0]
    claim = replace(
        first.claims[0], source=bad, speaker=bad, passage=f"before {bad} after", quotes=(PublicQuote(bad, bad),)
    )
    claims = (claim, replace(claim, id="c-x", url="javascript:document.title=3"))
    names = {"location": bad, "actor1": bad, "actor2": bad, "country": bad, "admin1": bad, "notes": bad}
    hostile = replace(first, **names, event_type=bad, sub_event_type=bad, claims=claims, disputed=(bad,), part_of=bad)
    opened = report([hostile], address="#event=e-0001", edition=edition(title="Safe"))
    page = opened.page
    expect(page.locator(".event.open mark").first).to_have_text(bad)
    expect(page.locator(".event.open .place bdi").first).to_have_text(bad)
    page.locator("#map .symbol").hover()
    expect(page.locator("#tip strong")).to_have_text(bad)
    assert page.locator("img").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    assert page.title() == "Safe"
    assert opened.complaints == []


def test_five_thousand_events_open_and_filter(report: Any) -> None:
    opened = report(many_events(5_000))
    page = opened.page
    expect(page.locator("#status")).to_contain_text("5,000 of 5,000 events")
    expect(page.locator("#events .event")).to_have_count(40)
    page.get_by_role("button", name="Show 40 more").click()
    expect(page.locator("#events .event")).to_have_count(80)
    page.locator("#actor").select_option("Group 7")
    expect(page.locator("#status")).to_contain_text("125 of 5,000 events")
    assert opened.complaints == []


def test_print_and_dark_pages_are_whole(report: Any) -> None:
    opened = report(invented_events(), internal=True)
    page = opened.page
    page.emulate_media(color_scheme="dark")
    paper, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert paper == "rgb(23, 22, 20)"
    assert ink == "rgb(236, 231, 223)"
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator(".banner")).to_be_visible()
    assert opened.complaints == []


def test_without_scripts_there_is_a_table(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(invented_events(), sketched_outline(), path, edition())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    expect(page.locator(".plain-table tbody tr")).to_have_count(len(invented_events()))
    expect(page.locator("#explore")).to_be_hidden()
    context.close()


def test_it_can_be_used_by_keyboard_alone(report: Any) -> None:
    page = report(invented_events()).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#map").focus()
    before = page.locator("#map .symbol").first.bounding_box()
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    after = page.locator("#map .symbol").first.bounding_box()
    assert before != after
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, a[href]")]
            .filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label") || e.labels?.length)).length"""
    )
    assert unnamed == 0
