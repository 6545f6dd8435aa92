"""Columns of any name: what a person says that they hold."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import InputError, UsageError
from tocsin.interfaces import ColumnMap, Item
from tocsin.records import Document
from tocsin.sources import TARGETS, ColumnMaps, Input, find, map_from, map_key, outlines, read_input
from tocsin.sources.jsonfile import JsonSource
from tocsin.sources.tables import CsvSource, JsonLinesSource

SENTENCE = "Armed men stopped a bus on the road to the market and took two traders away."
TABLE = f"""made,on_day,spot,body_of_it,dead_n,killed,chan,ref_no
2021-05-04,03/05/2021,Old Bridge,{SENTENCE},3,no,Valley Post,V-1
2021-05-05,04/05/2021,New Bridge,{SENTENCE},0,yes,Valley Post,V-2
"""
WORDS = "text=body_of_it,date=made,event_date=on_day,place=spot,killed=dead_n,source=chan,id=ref_no"


def documents(found: list[Item | InputError]) -> list[Document]:
    assert all(isinstance(f, Item) for f in found), found
    return [f.document for f in found if isinstance(f, Item)]


def cells(document: Document) -> dict[str, str]:
    return {p.name: document.text[p.start : p.end] for p in document.parts}


def table(tmp_path: Path, words: str, text: str = TABLE, **more: Any) -> list[Item | InputError]:
    path = tmp_path / "log.csv"
    path.write_text(text, encoding=more.pop("encoding", "utf-8"))
    return list(CsvSource().read_mapped(path, "log.csv", map_from([words] if words else [], "--map")))


def test_mapped_columns_go_by_what_they_hold_and_the_text_stays(tmp_path: Path) -> None:
    found = table(tmp_path, WORDS)
    first = documents(found)[0]
    plain = documents(table(tmp_path, ""))[0]
    assert (first.id, first.text, first.text_hash) == (plain.id, plain.text, plain.text_hash)
    assert list(cells(first)) == [
        "reported", "event_date", "place", "text", "killed", "killed (not used)", "outlet", "id",
    ]  # fmt: skip
    assert cells(first)["killed"] == "3"
    assert first.source == "Valley Post"
    assert first.published is not None
    assert first.published.start == date(2021, 5, 4)
    assert [f.item for f in found if isinstance(f, Item)] == ["V-1", "V-2"]


def test_the_first_of_several_columns_that_is_there_is_taken(tmp_path: Path) -> None:
    (first, _) = documents(table(tmp_path, "text=story,text=body_of_it"))
    assert cells(first)["text"] == SENTENCE


def test_one_column_may_hold_two_things(tmp_path: Path) -> None:
    first = documents(table(tmp_path, "date=made,event_date=made"))[0]
    assert first.published is not None
    assert cells(first)["event_date"] == "2021-05-04"


def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    (error,) = table(tmp_path, "killed=dead_nr")
    assert isinstance(error, InputError)
    assert "no column 'dead_nr', which is to hold killed; did you mean 'dead_n'? There are: made, on_day" in str(error)


@pytest.mark.parametrize(("order", "day"), [("dmy", 3), ("mdy", 5)])
def test_the_order_of_dates_can_be_said(tmp_path: Path, order: str, day: int) -> None:
    first = documents(table(tmp_path, f"date=on_day,dates={order}"))[0]
    assert first.published is not None
    assert first.published.start is not None
    assert first.published.start.day == day


def test_days_with_the_month_first_say_so(tmp_path: Path) -> None:
    first = documents(table(tmp_path, "event_date=on_day,dates=mdy"))[0]
    assert "event_date (month first)" in cells(first)


def test_delimiter_and_encoding_can_be_said(tmp_path: Path) -> None:
    text = f"no~what\n1~Обстрел рынка, {SENTENCE}\n"
    (first,) = documents(table(tmp_path, "delimiter=~,encoding=cp1251", text, encoding="cp1251"))
    assert cells(first)["what"].startswith("Обстрел")


def test_language_can_be_told(tmp_path: Path) -> None:
    (first,) = documents(table(tmp_path, "language=tongue", f"tongue,notes\nFrench,{SENTENCE}\n"))
    assert first.language == "fr"


def test_a_header_below_a_title_is_found_by_the_mapped_columns(tmp_path: Path) -> None:
    text = (
        f"Log of the valley office,,\n2021-05-04,prepared by,the office\nmade,12,body_of_it\n2021-05-04,5,{SENTENCE}\n"
    )
    (first,) = documents(table(tmp_path, "text=body_of_it,killed=12", text))
    assert cells(first)["killed"] == "5"


POST = {
    "ref": 7,
    "payload": {"msg": {"txt": SENTENCE, "hd": "Bus stopped"}, "at": "2021-05-03T10:00:00Z"},
    "by": [{"n": "A. Reporter"}, {"n": "B. Reporter"}],
    "chan": {"display": "Valley Post"},
}
PATHS = "title=payload.msg.hd,date=payload.at,source=chan.display,author=by[0].n"


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (POST, "text=payload.msg.txt"),
        ([POST], "text=payload.msg.txt"),
        ([POST], "text=.[].payload.msg.txt"),
        ({"data": {"rows": [POST]}, "notes": [{"text": "of the server"}] * 3}, "text=$.data.rows[*].payload.msg.txt"),
        ({"data": {"rows": [POST]}, "notes": [{"text": "of the server"}] * 3}, "text=payload.msg.txt,items=data.rows"),
        ({"by_id": {"a.1": POST, "b.2": POST}}, "text=payload.msg.txt,items=by_id.*"),
    ],
)
def test_fields_are_found_by_their_paths(tmp_path: Path, shape: Any, words: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(shape), encoding="utf-8")
    mapping = map_from([f"{words},{PATHS}"], "--map")
    first = documents(list(JsonSource().read_mapped(path, "a.json", mapping)))[0]
    assert first.text == f"Bus stopped\n\n{SENTENCE}"
    assert (first.title, first.source, first.author) == ("Bus stopped", "Valley Post", "A. Reporter")
    assert first.published is not None
    assert first.published.start == date(2021, 5, 3)


def test_evidence_in_nested_objects_makes_a_row(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    row = {"id": 3, "title": "Bus", "text": SENTENCE, "toll": {"dead": 2}, "where": {"name": "Old Bridge"}}
    path.write_text(json.dumps(row), encoding="utf-8")
    mapping = map_from(["killed=toll.dead", "place=where.name"], "--map")
    (plain,) = documents(list(JsonLinesSource().read(path, "a.jsonl")))
    (first,) = documents(list(JsonLinesSource().read_mapped(path, "a.jsonl", mapping)))
    assert first.id == plain.id
    assert (cells(first)["killed"], cells(first)["place"]) == ("2", "Old Bridge")


def test_a_mapped_id_does_not_make_another_document(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"id": 1, "code": "V-1", "text": SENTENCE}]), encoding="utf-8")
    (plain,) = documents(list(JsonSource().read(path, "a.json")))
    (found,) = JsonSource().read_mapped(path, "a.json", map_from(["id=code"], "--map"))
    assert isinstance(found, Item)
    assert (found.document.id, found.item) == (plain.id, "V-1")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("text=payload.msg.text", "did you mean 'payload.msg.txt'? There are: ref, payload.msg.txt"),
        ("text=rows[].txt", "no list of objects at 'rows[]'; lists of objects stand at: posts[]"),
    ],
)
def test_a_missing_field_is_named_with_those_there_are(tmp_path: Path, words: str, reason: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"posts": [POST, POST]}), encoding="utf-8")
    (error,) = JsonSource().read_mapped(path, "a.json", map_from([words], "--map"))
    assert reason in str(error)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("txet=body", "nothing is called 'txet'; did you mean text?"),
        ("body", "'body' says nothing; write what it is and the column, as text=body"),
        ("text=", "says nothing"),
        ("dates=ymd", "it may be dmy or mdy; days that begin with the year are read anyway"),
        ("sensitivity=secret", "it may be open or restricted"),
        ("encoding=klingon", "no encoding is called 'klingon'"),
        ("delimiter=ab", "is not one character"),
    ],
)
def test_what_cannot_be_meant_is_said(words: str, reason: str) -> None:
    with pytest.raises(UsageError, match=r"^--map: ") as caught:
        map_from([words], "--map")
    assert reason in str(caught.value)


def test_words_and_tables_say_the_same() -> None:
    said = map_from(["text=a, b,killed = dead", "delimiter=tab"], "--map")
    assert said == map_from({"text": "a, b", "deaths": "dead", "delimiter": "\t"}, "file")
    assert said.fields == (("text", "a, b"), ("killed", "dead"))


@given(st.dictionaries(st.sampled_from(TARGETS), st.from_regex(r"[a-z][a-z_. ]{0,8}[a-z]", fullmatch=True)))
def test_every_target_is_understood(columns: dict[str, str]) -> None:
    assert dict(map_from([",".join(f"{t}={c}" for t, c in columns.items())] if columns else [], "x").fields) == columns


def test_what_is_given_goes_before_the_first_pattern_that_fits() -> None:
    maps = ColumnMaps(
        map_from(["text=said"], "--map"),
        (
            ("logs/*.csv", map_from({"text": "body", "killed": "dead"}, "toml")),
            ("", map_from({"dates": "mdy"}, "toml")),
        ),
    )
    assert maps.of("in/logs/a.csv").fields == (("text", "said"), ("killed", "dead"))
    assert maps.of("in/b.csv") == ColumnMap((("text", "said"),), dates="mdy")
    assert maps.key("in/logs/a.csv") != maps.key("in/b.csv") != ""
    assert ColumnMaps().key("a") == ColumnMaps().key() == ""


def test_maps_reach_files_in_archives_and_sensitivity_any_form(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("logs/log.csv", TABLE)
        archive.writestr("note.txt", SENTENCE)
    maps = ColumnMaps(
        by_pattern=(
            ("logs/*.csv", map_from({"killed": "dead_n", "text": "body_of_it"}, "")),
            ("*.txt", map_from({"sensitivity": "restricted"}, "")),
        )
    )
    (found,) = find([tmp_path / "a.zip"])
    assert isinstance(found, Input)
    assert map_key(found, maps)
    rows = [r.item.document for r in read_input(found, maps) if not isinstance(r, InputError)]
    assert [("killed" in cells(d), d.sensitivity) for d in rows] == [
        (True, "restricted"),
        (True, "restricted"),
        (False, "restricted"),
    ]


def test_an_outline_says_what_was_taken_for_what(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(TABLE, encoding="utf-8")
    (found,) = find([tmp_path / "log.csv"])
    assert isinstance(found, Input)
    (outline,) = outlines(found, ColumnMaps(map_from(["killed=dead_n"], "--map")))
    assert (outline.delimiter, outline.encoding) == (",", "utf-8-sig")
    held = {c.name: (c.holds, c.how) for c in outline.columns}
    assert held["body_of_it"] == ("text", "found")
    assert held["dead_n"] == ("killed", "mapped")
    assert held["spot"] == ("", "")
