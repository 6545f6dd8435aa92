from __future__ import annotations

import base64
import hashlib
import json
import re
import stat
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import UsageError
from tocsin.export import _report, map_box, write_report
from tocsin.records import Count, Counts, PublicClaim, PublicEvent, PublicQuote

from .invented import BATTLES, edition, event, invented_events, many_events
from .outline import sketched_outline

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028\"'&<!--"


def written(path: Path, events: list[PublicEvent], **options: Any) -> str:
    options = {"edition": edition(), **options}
    write_report(events, sketched_outline(), path / "report.html", **options)
    return (path / "report.html").read_text(encoding="utf-8")


def embedded(page: str, name: str = "data") -> Any:
    [text] = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.S)
    return json.loads(text)


def test_the_page_loads_nothing_and_its_policy_forbids_it(tmp_path: Path) -> None:
    page = written(tmp_path, invented_events())
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r"""<(?:script|img|iframe|object|embed|source|video|audio)[^>]*\ssrc=""", page)
    assert re.findall(r"<link[^>]*>", page) == ['<link rel="icon" href="data:,">']
    assert "@import" not in page
    assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", page)


def test_the_policy_names_the_script_and_the_style_that_are_there(tmp_path: Path) -> None:
    page = written(tmp_path, invented_events())
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        [text] = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in page


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    texts = {f.name: HOSTILE for f in fields(PublicEvent) if f.type == "str" and f.name not in ("modality", "status")}
    claims = {f.name: HOSTILE for f in fields(PublicClaim) if f.type == "str"}
    claim = replace(invented_events()[0].claims[0], **claims, quotes=(PublicQuote(HOSTILE, HOSTILE),))
    bad = replace(invented_events()[0], **texts, claims=(claim,), disputed=(HOSTILE,), masked=(HOSTILE,))
    hostile = edition(title=HOSTILE, reasons={HOSTILE: HOSTILE}, notes=(HOSTILE,), made_with=((HOSTILE, HOSTILE),))
    clean = written(tmp_path, invented_events()[:1])
    page = written(tmp_path, [bad, replace(bad, rows=())], edition=hostile)
    assert page.count("<script") == clean.count("<script") == 3
    assert page.count("</script") == 3
    assert "<img" not in page
    assert "\u2028" not in re.findall(r'id="data">(.*?)</script>', page, re.S)[0]
    assert embedded(page)["events"][0]["claims"][0]["passage"] == HOSTILE


def test_figures_cover_incidents_only(tmp_path: Path) -> None:
    figures = _report._figures(invented_events(), _report._types(invented_events()), _report._words())
    assert figures["count"] == 15
    assert dict(figures["groups"]) == {"incidents": 15, "background": 1, "denied": 1, "threatened": 1, "generic": 1}
    assert figures["disputed"] == 3
    assert (figures["unplaced"], figures["undated"]) == (1, 1)
    assert sum(line["count"] for line in figures["by_type"]) == 15
    assert figures["countries"] == ["Iraq", "Syria"]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (Count(12, 12, 12), "12"),
        (Count(12, 15, 18), "12–18"),
        (Count(12, None, None), "at least 12"),
        (Count(None, None, 40), "up to 40"),
        (Count(None, 40, 40), "40"),
        (Count(None, 30, None), "30"),
        (Count(3, 5, None), "3–5"),
        (Count(0, 0, 0), "0"),
        (Count(1_200, None, 1_500), "1,200–1,500"),
        (Count(), ""),
    ],
)
def test_ranges_read_as_a_person_would_say_them(count: Count, text: str) -> None:
    assert _report._range(count, _report._words()) == text


def test_totals_tell_unknown_from_none_and_count_a_part_once() -> None:
    whole = event(1, BATTLES, "Armed clash", counts=Counts(Count(10, 10, 12)))
    part = event(2, BATTLES, "Armed clash", counts=Counts(Count(4, 4, 4)), part_of=whole.id)
    silent = event(3, BATTLES, "Armed clash")
    words = _report._words()
    assert _report._tally([whole, part, silent], [whole, part, silent], words) == {
        "count": 3,
        "killed": "10–12",
        "unknown": 1,
    }
    assert _report._tally([silent], [silent], words)["killed"] == ""


def test_zero_is_kept_where_unknown_is_left_out(tmp_path: Path) -> None:
    at_zero = replace(invented_events()[0], latitude=0.0, longitude=0.0, documents=0)
    [record] = embedded(written(tmp_path, [at_zero]))["events"]
    assert (record["latitude"], record["longitude"], record["documents"]) == (0.0, 0.0, 0)
    [bare] = embedded(written(tmp_path, [event(1, "", "", date_start=None, date_end=None)]))["events"]
    assert not {"latitude", "date_start", "location", "counts"} & set(bare)


def test_the_page_says_how_many_it_left_out(tmp_path: Path) -> None:
    events = many_events(30)
    page = written(tmp_path, events, limit=10)
    kept = embedded(page)["events"]
    assert len(kept) == 10
    assert [e["date_start"] for e in kept] == sorted((e["date_start"] for e in kept), reverse=True)
    assert "10 latest of 30 events" in page
    assert 'id="capped"' not in written(tmp_path, events, limit=30)


def test_the_order_given_does_not_matter(tmp_path: Path) -> None:
    assert written(tmp_path, invented_events()) == written(tmp_path, invented_events()[::-1])


def test_an_internal_page_says_so_and_is_the_owners(tmp_path: Path) -> None:
    page = written(tmp_path, invented_events(), internal=True)
    assert page.count("INTERNAL: do not forward") >= 3  # title, banner, catalogue
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == 0o600
    assert '<p class="banner"' not in written(tmp_path, invented_events())


def test_readers_without_scripts_get_a_table(tmp_path: Path) -> None:
    page = written(tmp_path, invented_events())
    [table] = re.findall(r"<noscript>(.*?)</noscript>", page, re.S)
    assert table.count("<tr>") == 1 + len(invented_events())
    assert "خان الوردة" in table


@pytest.mark.parametrize("events", [[], invented_events()[:1], [event(1, "", "", date_start=None, date_end=None)]])
def test_few_events_make_a_page_too(tmp_path: Path, events: list[PublicEvent]) -> None:
    assert len(embedded(written(tmp_path, events))["events"]) == len(events)


def test_every_word_the_page_asks_for_is_in_the_catalogue() -> None:
    words = _report._words()
    asked = set()
    for name in _report._SCRIPTS:
        asked |= set(re.findall(r"""\b(?:say|term)\("([^"]+)\"""", _report._static(name)))
    missing = {key for key in asked if key not in words}
    assert not missing


def test_the_map_asks_for_the_part_of_the_world_it_shows() -> None:
    assert map_box([event(1, "", "")]) is None
    west, south, east, north = map_box(invented_events()) or (0, 0, 0, 0)
    assert west < 36 < 46.3 < east
    assert south < 31 < 36.5 < north
    assert east - west < 40


def test_missing_libraries_are_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_report, "_LIBRARY", "vendor/absent.js")
    with pytest.raises(UsageError, match="npm ci"):
        written(tmp_path, [])
    assert not (tmp_path / "report.html").exists()


def test_a_negative_limit_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="limit"):
        written(tmp_path, [], limit=-1)
