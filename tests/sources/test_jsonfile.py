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
