from __future__ import annotations

import csv
import json
import stat
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.codebook import load_codebook
from tocsin.export import (
    CLAIM_COLUMNS,
    EVENT_COLUMNS,
    INTERNAL_NOTICE,
    ClaimInContext,
    write_claims_csv,
    write_events_csv,
)
from tocsin.records import (
    Actor,
    Claim,
    Count,
    Counts,
    Document,
    EventRow,
    Evidence,
    Participant,
    Place,
    Speaker,
    When,
    text_hash,
)

from .invented import invented_events

ACLED = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,"
    "actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,"
    "latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp"
)
CLAIMS = (
    "document,item,claim_id,event_id,event_type,sub_event_type,modality,background,outcome,attribution,speaker,"
    "speaker_kind,actor1,actor1_kind,actor2,actor2_kind,deaths_low,deaths_best,deaths_high,injured,detained,abducted,"
    "displaced,weapon,location_name,admin1,country,latitude,longitude,geo_precision,date_start,date_end,"
    "time_precision,score,evidence"
)
TEXT_COLUMNS = [f.name for f in fields(EventRow) if f.type == "str"]
ROW = invented_events()[0].rows[0]
TEXT = "On Sunday at least 4 villagers died in Deir Nasim, a doctor said."


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_events_csv_has_exactly_the_31_columns_in_order(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    rows = [row for event in invented_events() for row in event.rows]
    assert write_events_csv(rows, path) == len(rows)
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert header == ACLED.split(",") == list(EVENT_COLUMNS)
    assert len(header) == 31
    assert [row["event_id_cnty"] for row in read(path)] == [row.event_id_cnty for row in rows]


def test_lines_end_as_rfc_4180_says_and_an_empty_table_has_its_header(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    write_events_csv([], path)
    assert path.read_bytes() == ACLED.encode() + b"\r\n"


@pytest.mark.parametrize(
    "cell", ["=1+1", "+49 30 1", "-2", "@SUM(A1)", "\tx", "\rx", "\nx", "  =1", "\u200b=1", "＝1", "\u2066=x"]
)
def test_text_that_a_spreadsheet_would_run_is_neutralised(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "events.csv"
    write_events_csv([replace(ROW, notes=cell, actor1=cell, location=cell)], path)
    [row] = read(path)
    assert {row["notes"], row["actor1"], row["location"]} == {"'" + cell}


def test_negative_numbers_stay_numbers(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    write_events_csv([replace(ROW, latitude=-12.5, longitude=-77.04)], path)
    [row] = read(path)
    assert (float(row["latitude"]), float(row["longitude"])) == (-12.5, -77.04)


@given(cells=st.lists(st.text(st.characters(codec="utf-8")), min_size=len(TEXT_COLUMNS), max_size=len(TEXT_COLUMNS)))
def test_any_text_comes_back_whole_or_with_an_apostrophe(
    cells: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "events.csv"
    write_events_csv([replace(ROW, **dict(zip(TEXT_COLUMNS, cells, strict=True)))], path)
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert [len(line) for line in lines] == [31, 31]
    for name, cell in zip(TEXT_COLUMNS, cells, strict=True):
        written = lines[1][EVENT_COLUMNS.index(name)]
        assert written in (cell, "'" + cell)
        assert written[:1] not in tuple("=+-@\t\r\n")


def test_a_lone_surrogate_does_not_cost_the_table(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    write_events_csv([replace(ROW, notes="half \ud800 letter"), ROW], path)
    assert len(read(path)) == 2


def test_a_table_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    write_events_csv([ROW], path)
    before = path.read_bytes()

    def broken():  # type: ignore[no-untyped-def]
        yield ROW
        raise RuntimeError("the source went away")

    with pytest.raises(RuntimeError):
        write_events_csv(broken(), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["events.csv"]


def made_claim(**changes: object) -> ClaimInContext:
    document = Document("d-1", "text", TEXT, text_hash(TEXT), source="Wire")
    deaths, place = document.span(10, 30), document.span(39, 49)
    claim = Claim(
        id="c-1",
        document_id="d-1",
        text_hash=document.text_hash,
        trigger=document.span(31, 35),
        code="attack",
        participants=(Participant("target", Actor("villagers", label="", kind="Civilians"), 2),),
        when=When(date(2024, 3, 3), date(2024, 3, 3), "day"),
        where=(Place("Deir Nasim", "Dayr Nasim", -1.5, 30.25, "settlement", country_name="Utopia", admin1="North"),),
        counts=Counts(deaths=Count(4, None, None), injured=Count(2, 3, 4), displaced=Count(50, None, None)),
        speaker=Speaker("a doctor", "witness"),
        evidence=(
            Evidence("deaths", (deaths,)),
            Evidence("location", (place,)),
            Evidence("when", (), "document date"),
        ),
        score=0.91239,
    )
    return ClaimInContext(replace(claim, **changes), document, "in/a.txt", "7", "e-1")  # type: ignore[arg-type]


def test_claims_csv_is_flat_and_quotes_its_words(tmp_path: Path) -> None:
    path = tmp_path / "internal" / "claims.csv"
    assert write_claims_csv([made_claim()], path, load_codebook()) == 1
    [row] = read(path)
    assert list(row) == CLAIMS.split(",") == list(CLAIM_COLUMNS)
    assert json.loads(row["evidence"]) == {"deaths": "at least 4 villagers", "location": "Deir Nasim"}
    expected = {
        "document": "in/a.txt",
        "item": "7",
        "event_id": "e-1",
        "event_type": "Violence against civilians",
        "sub_event_type": "Attack",
        "background": "false",
        "actor1": "",
        "actor2": "villagers",
        "actor2_kind": "Civilians",
        "deaths_low": "4",
        "deaths_best": "",
        "injured": "3",
        "displaced": "50",
        "abducted": "",
        "location_name": "Dayr Nasim",
        "country": "Utopia",
        "latitude": "-1.5",
        "date_start": "2024-03-03",
        "time_precision": "1",
        "score": "0.9124",
    }
    assert {name: row[name] for name in expected} == expected


def test_unknown_is_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    bare = made_claim(code=None, where=(), when=When(), counts=Counts(), participants=(), evidence=())
    older = made_claim(code="a_code_of_another_codebook")
    write_claims_csv([bare, older], path, load_codebook())
    first, second = read(path)
    empty = "event_type sub_event_type actor2 deaths_low injured location_name latitude geo_precision date_start"
    assert {first[name] for name in empty.split()} == {""}
    assert first["evidence"] == "{}"
    assert (second["event_type"], second["sub_event_type"]) == ("", "a_code_of_another_codebook")


def test_internal_files_are_the_owners_and_say_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "internal" / "claims.csv"
    write_claims_csv([made_claim()], path, load_codebook())
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (path.parent / INTERNAL_NOTICE).read_text(encoding="utf-8").startswith("INTERNAL: do not forward")
