"""JSON of any shape."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import InputError
from tocsin.interfaces import Item
from tocsin.sources import Received
from tocsin.sources import read as read_all
from tocsin.sources.jsonfile import JsonSource

SENTENCE = "Armed men stopped a bus on the road to the market and took two traders away, their families said."
REPORT = {
    "id": "r1",
    "title": "Bus stopped on the market road",
    "text": SENTENCE,
    "url": "https://valley.example/1",
    "publishedAt": "2021-05-03T21:00:00Z",
    "source": {"id": None, "name": "Valley Post"},
}


def read(tmp_path: Path, found: Any) -> list[Item | InputError]:
    path = tmp_path / "a.json"
    path.write_bytes(found if isinstance(found, bytes) else json.dumps(found).encode())
    return list(JsonSource().read(path, "a.json"))


@pytest.mark.parametrize(
    ("found", "items"),
    [
        (REPORT, [""]),
        ([REPORT], ["1"]),
        ([REPORT, REPORT], ["1", "2"]),
        ({"status": "ok", "description": "What was found", "articles": [REPORT]}, ["1"]),
        ({"hits": {"hits": [{"_source": REPORT, "_score": 1.5}]}}, ["1"]),
        ({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": REPORT}]}, ["1"]),
        ({**REPORT, "comments": [{"text": "Is this so?"}, {"text": "It is, I was there."}]}, [""]),
        ((json.dumps(REPORT) + "\n" + json.dumps(REPORT)).encode(), ["1", "2"]),
        (json.dumps([REPORT]).encode("utf-16"), ["1"]),
        (b"\xef\xbb\xbf" + json.dumps([REPORT]).encode(), ["1"]),
    ],
)
def test_the_reports_are_found(tmp_path: Path, found: Any, items: list[str]) -> None:
    read_back = read(tmp_path, found)
    assert [f.item for f in read_back if isinstance(f, Item)] == items
    assert len(read_back) == len(items)
    for each in read_back:
        assert isinstance(each, Item)
        document = each.document
        assert document.text == f"Bus stopped on the market road\n\n{SENTENCE}"
        assert (document.title, document.source) == ("Bus stopped on the market road", "Valley Post")
        assert (document.url, document.sensitivity) == ("https://valley.example/1", "restricted")
        assert document.published is not None
        assert document.published.start == date(2021, 5, 3)


def test_html_and_rendered_fields(tmp_path: Path) -> None:
    post = {
        "id": 7,
        "date": "2021-05-03T00:00:00",
        "link": "https://valley.example/7",
        "title": {"rendered": "Bus stopped"},
        "content": {"rendered": f"<p>{SENTENCE}</p>\n<p>No one was hurt.</p>", "protected": False},
    }
    (found,) = read(tmp_path, [post])
    assert isinstance(found, Item)
    assert found.document.text == f"Bus stopped\n\n{SENTENCE}\n\nNo one was hurt."


def test_logs_keep_their_cells(tmp_path: Path) -> None:
    rows = [{"when": "2021-05-03", "place": "Old Bridge", "killed": 2, "notes": "Two men were shot at the well"}]
    (found,) = read(tmp_path, {"rows": rows})
    assert isinstance(found, Item)
    assert found.document.text == "2021-05-03 | Old Bridge | 2 | Two men were shot at the well"
    assert [p.name for p in found.document.parts] == ["when", "place", "killed", "notes"]


def test_a_torn_file_gives_what_is_whole(tmp_path: Path) -> None:
    found = read(tmp_path, json.dumps([REPORT, REPORT]).encode()[:-30])
    assert isinstance(found[0], Item)
    assert "no whole JSON" in str(found[-1])


def test_what_is_no_export_of_a_channel_comes_here(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"messages": [REPORT]}), encoding="utf-8")
    (found,) = read_all([tmp_path / "a.json"])
    assert isinstance(found, Received)
    assert found.item.document.form == "json object"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"words", "no whole JSON"),
        (bytes(range(256)) * 8, "binary data"),
        (b'["words", 3]', "holds no objects"),
        (b'[{"a": 1}]', "a.json#1: holds no text (a)"),
        (b"[" * 100_000, "nested deeper than 100 levels"),
        (b'{"a":' * 100_000, "nested deeper than 100 levels"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, data: bytes, reason: str) -> None:
    (error,) = read(tmp_path, data)
    assert isinstance(error, InputError)
    assert reason in str(error)


LOG = {"when": "2021-05-03", "place": "Old Bridge", "killed": 2, "notes": SENTENCE}
TWEET = {
    "id_str": "99",
    "full_text": SENTENCE,
    "created_at": "Mon May 03 10:00:00 +0000 2021",
    "user": {"screen_name": "valleypost", "name": "Valley Post"},
    "entities": {"urls": []},
    "retweet_count": 3,
}


def columnar(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.parametrize(
    "shape",
    [
        {"meta": {"count": 2}, "data": {"items": [{"type": "incident", "id": "1", "attributes": LOG}] * 2}},
        {"took": 3, "hits": {"total": {"value": 2}, "hits": [{"_index": "log", "_id": "1", "_source": LOG}] * 2}},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": LOG, "geometry": None}] * 2},
        [list(LOG), list(LOG.values()), list(LOG.values())],
        {"columns": list(LOG), "index": [0, 1], "data": [list(LOG.values())] * 2},
        {"result": {"fields": [{"name": n, "type": "text"} for n in LOG], "rows": [list(LOG.values())] * 2}},
        columnar([LOG, LOG]),
        {name: {"0": value, "1": value} for name, value in LOG.items()},
        {"r-1": LOG, "r-2": LOG},
        {"incidents": {"2021.05.03-a": LOG, "2021.05.03-b": LOG}},
        {"2021-05-03": [LOG], "2021-05-04": [LOG]},
        {"response": {"page": 1, "payload": [{"record": {"fields": LOG}}] * 2}},
        {"value": [{"@odata.id": "x", "item": LOG}] * 2, "description": "A list of what was found in the valley"},
    ],
)
def test_a_log_in_any_shape(tmp_path: Path, shape: Any) -> None:
    found = read(tmp_path, b"\xef\xbb\xbf" + json.dumps(shape).encode())
    assert [f.item for f in found if isinstance(f, Item)] == ["1", "2"], found
    for each in found:
        assert isinstance(each, Item)
        cells = {p.name: each.document.text[p.start : p.end] for p in each.document.parts}
        assert cells.items() >= {"when": "2021-05-03", "place": "Old Bridge", "killed": "2", "notes": SENTENCE}.items()


def test_short_messages_with_their_account(tmp_path: Path) -> None:
    (found,) = read(tmp_path, {"data": [TWEET], "includes": {"users": [{"name": "Valley Post"}]}})
    assert isinstance(found, Item)
    assert SENTENCE in found.document.text
    assert found.document.published is not None
    assert found.document.published.start == date(2021, 5, 3)


def test_points_become_two_fields(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": LOG, "geometry": {"type": "Point", "coordinates": [36.5, 35.9, 12]}}
    area = {"type": "Feature", "properties": LOG, "geometry": {"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}}
    point, polygon = read(tmp_path, {"type": "FeatureCollection", "features": [feature, area]})
    assert isinstance(point, Item)
    assert isinstance(polygon, Item)
    cells = {p.name: point.document.text[p.start : p.end] for p in point.document.parts}
    assert (cells["latitude"], cells["longitude"]) == ("35.9", "36.5")
    assert "[" not in polygon.document.text


def test_a_row_of_an_incident_is_no_article(tmp_path: Path) -> None:
    (found,) = read(tmp_path, [{"title": "Bus", "text": SENTENCE, "killed": 2, "location": "Old Bridge"}])
    assert isinstance(found, Item)
    assert {p.name for p in found.document.parts} == {"title", "text", "killed", "location"}
