"""Every form: entered by the door, written the same each time, safe for what opens it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pyarrow import parquet

from tocsin.errors import UsageError
from tocsin.export import EVENT_COLUMNS, _xlsx, columns, table_rows
from tocsin.interfaces import Exporter, load_plugin, load_plugins
from tocsin.records import EventRow, PublicEvent

from .invented import BATTLES, edition, event, invented_events, row

KML = "{http://www.opengis.net/kml/2.2}"
OURS = ("csv", "geojson", "geoparquet", "jsonl", "kml", "xlsx")
TEXT_COLUMNS = [c.name for c in columns() if c.type == "text" and c.name != "event_id_cnty"]
# Everything that a broken page can leave in a text: half letters, control characters, other scripts, formulas.
AWKWARD = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.sampled_from(
        [
            "=1+1",
            "@SUM(A1)",
            "+49",
            "{=A1}",
            "http://example.org",
            "mailto:a",
            "internal:Sheet1!A1",
            "12",
            "2024-01-01",
            "_x0041_",
            "a\r\nb\rc",
            "\x00\x0b\x1f\x7f\ufffe",
            "half \ud800 letter",
            "قُتل ثلاثة",
            "שלום",
            "\u202e=1",
            "<b>&amp;]]>",
            "🕊️",
            " ",
        ]
    ),
)
WHERE = "country = 'Syria'"


def exporter(name: str) -> Exporter:
    made: Exporter = load_plugin("tocsin.exporters", name)()
    return made


def one_row(**cells: Any) -> list[PublicEvent]:
    made = event(1, BATTLES, "Armed clash", "Tell Amrin")
    return [replace(made, rows=(replace(row(made), **cells),))]


def written(name: str, events: list[PublicEvent], folder: Path, **changes: Any) -> Path:
    form = exporter(name)
    path = folder / form.file
    form.write(events, path, edition(**changes))
    return path


def placemarks(path: Path) -> list[Any]:
    return list(etree.parse(path).iter(f"{KML}Placemark"))


def data_of(placemark: Any) -> dict[str, str]:
    return {d.get("name"): d.findtext(f"{KML}value") or "" for d in placemark.iter(f"{KML}Data")}


def test_ours_enter_by_the_door_that_others_use() -> None:
    found = load_plugins("tocsin.exporters")
    assert set(OURS) <= set(found)
    files = [kind().file for kind in found.values()]
    assert len(files) == len(set(files))


def test_a_wrong_name_is_told_with_the_closest() -> None:
    with pytest.raises(UsageError, match="'geojon'; did you mean geojson"):
        exporter("geojon")
    with pytest.raises(UsageError, match=r"csv, .*xlsx"):
        exporter("shapefile")


def test_the_columns_are_those_of_the_table() -> None:
    assert tuple(c.name for c in columns()) == EVENT_COLUMNS
    assert all(c.meaning.endswith(".") for c in columns())
    assert {c.type for c in columns()} == {"text", "date", "integer", "number"}
    assert all((c.type == "text") == (EventRow.__annotations__[c.name] == "str") or c.type == "date" for c in columns())


@pytest.mark.parametrize("name", OURS)
def test_the_same_events_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    first = written(name, invented_events(), tmp_path / "a").read_bytes()
    again = written(name, invented_events(), tmp_path / "a").read_bytes()
    assert first == again == written(name, invented_events(), tmp_path / "b").read_bytes()
    assert [p.name for p in (tmp_path / "a").iterdir()] == [exporter(name).file]


@pytest.mark.parametrize("name", OURS)
def test_no_events_make_a_file_that_is_whole(name: str, tmp_path: Path) -> None:
    form = exporter(name)
    assert form.write([], tmp_path / form.file, edition()) == 0
    assert (tmp_path / form.file).exists()


@pytest.mark.parametrize("name", OURS)
def test_what_fails_half_way_leaves_the_old_file(name: str, tmp_path: Path) -> None:
    path = written(name, invented_events(), tmp_path)
    before = path.read_bytes()
    broken = [*invented_events(), replace(one_row()[0], rows=(None,))]
    with pytest.raises((AttributeError, TypeError)):
        # JSON Lines can hold nothing for a row, but not something that is no record.
        written(name, broken if name != "jsonl" else [*broken, object()], tmp_path)  # type: ignore[list-item]
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["geojson", "geoparquet", "kml", "xlsx"])
def test_forms_that_have_room_for_it_tell_the_edition(name: str, tmp_path: Path) -> None:
    path = written(name, invented_events(), tmp_path, where=WHERE, made_with=(("codebook", "core 7"),))
    if name == "geojson":
        told = json.loads(path.read_text("utf-8"))["tocsin"]
        left_out = Counter(event.not_exported for event in invented_events() if not event.rows)
        assert told["not_in_table"] == left_out
        assert sum(left_out.values()) == 5
        shown = json.dumps(told)
    elif name == "geoparquet":
        shown = parquet.read_schema(path).metadata[b"tocsin"].decode()
    elif name == "kml":
        shown = etree.parse(path).findtext(f"{KML}Document/{KML}description")
        shown = shown.replace("&#x27;", "'")
    else:
        shown = str(list(openpyxl.load_workbook(path)["About"].values))
    assert WHERE in shown
    assert "core 7" in shown
    assert "2024-05-01" in shown


# GeoJSON


def test_a_feature_a_row_and_a_place_without_a_point_has_no_geometry(tmp_path: Path) -> None:
    events = [*invented_events(), *one_row(event_id_cnty="TOC-0", latitude=0.0, longitude=0.0)]
    features = json.loads(written("geojson", events, tmp_path).read_text("utf-8"))["features"]
    rows = {r.event_id_cnty: r for r in table_rows(events)}
    assert [f["id"] for f in features] == list(rows)
    for feature in features:
        of = rows[feature["id"]]
        point = feature["geometry"]
        assert (point and point["coordinates"]) == ([of.longitude, of.latitude] if of.latitude else None)
        assert list(feature["properties"]) == [*EVENT_COLUMNS, "event_ids"]
        assert feature["properties"]["fatalities"] == of.fatalities
        assert feature["properties"]["actor2"] == (of.actor2 or None)


# XLSX


def test_the_workbook_is_as_a_reader_expects(tmp_path: Path) -> None:
    path = written("xlsx", invented_events(), tmp_path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Events", "Columns", "About"]
    sheet = book["Events"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:AE{len(table_rows(invented_events())) + 1}"
    first = table_rows(invented_events())[0]
    cells = {name: cell for name, cell in zip(EVENT_COLUMNS, sheet[2], strict=True)}  # noqa: C416
    assert cells["event_date"].value == datetime.fromisoformat(first.event_date)
    assert cells["event_date"].number_format == "yyyy-mm-dd"
    assert (cells["latitude"].value, cells["fatalities"].value) == (first.latitude, first.fatalities)
    assert [line[0] for line in book["Columns"].iter_rows(min_row=2, values_only=True)] == list(EVENT_COLUMNS)
    assert book.properties.created.isoformat() == "2024-05-01T09:30:00"
    with ZipFile(path) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}


@pytest.mark.parametrize(
    ("text", "rtl"), [("قُتل ثلاثة في Idlib", True), ("\u202b«שלום»", True), ("Idlib إدلب", False), ("12 (1)", False)]
)
def test_text_from_right_to_left_is_set_so(text: str, rtl: bool, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written("xlsx", one_row(notes=text), tmp_path))["Events"]
    cell = sheet.cell(2, EVENT_COLUMNS.index("notes") + 1)
    assert cell.value == text
    assert cell.alignment.readingOrder == (2 if rtl else 0)


def test_a_cell_that_is_too_long_is_cut_and_days_before_the_calendar_are_text(tmp_path: Path) -> None:
    path = written("xlsx", one_row(notes="🕊" * 20_000, event_date="1899-12-31"), tmp_path)
    sheet = openpyxl.load_workbook(path)["Events"]
    notes = sheet.cell(2, EVENT_COLUMNS.index("notes") + 1).value
    assert notes == "🕊" * 16_383 + "…"
    assert sheet["B2"].value == "1899-12-31"


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_xlsx, "_MOST_LINES", 5)
    with pytest.raises(UsageError, match="a sheet holds 4 rows and there are 14"):
        written("xlsx", invented_events(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40)
@given(cells=st.lists(AWKWARD, min_size=len(TEXT_COLUMNS), max_size=len(TEXT_COLUMNS)))
def test_any_text_is_text_in_a_workbook(cells: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    named = dict(zip(TEXT_COLUMNS, cells, strict=True))
    path = written("xlsx", one_row(**named), tmp_path_factory.mktemp("xlsx"))
    sheet = openpyxl.load_workbook(path)["Events"]
    shown = {name: sheet.cell(2, EVENT_COLUMNS.index(name) + 1) for name in TEXT_COLUMNS}
    for name, text in named.items():
        assert shown[name].data_type in ("s", "inlineStr", "n"), text
        assert shown[name].data_type != "n" or shown[name].value is None
        assert shown[name].hyperlink is None
        expected = plain(text).replace("_x0041_", "_x005F_x0041_")
        assert (shown[name].value or "") == expected


def plain(text: str) -> str:
    """`text` as XML can hold it."""
    return "".join(map(_plain, text)).replace("\r\n", "\n").replace("\r", "\n")


def _plain(letter: str) -> str:
    number = ord(letter)
    fits = letter in "\t\n\r" or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or number > 0xFFFF
    return letter if fits else "\ufffd"


# KML


def test_placemarks_stand_in_folders_by_type(tmp_path: Path) -> None:
    path = written("kml", invented_events(), tmp_path)
    document = etree.parse(path).getroot()[0]
    found = {f.findtext(f"{KML}name"): len(f.findall(f"{KML}Placemark")) for f in document.iter(f"{KML}Folder")}
    rows = table_rows(invented_events())
    assert found == {t: sum(r.event_type == t for r in rows) for t in sorted({r.event_type for r in rows})}
    styles = {f"#{s.get('id')}" for s in document.iter(f"{KML}Style")}
    assert {p.findtext(f"{KML}styleUrl") for p in placemarks(path)} == styles
    assert "http" not in path.read_text("utf-8").replace("http://www.opengis.net/kml/2.2", "")


def test_a_day_is_a_moment_and_a_month_a_span(tmp_path: Path) -> None:
    month = event(
        2,
        BATTLES,
        "Armed clash",
        "Tell Amrin",
        date_start=date(2024, 3, 1),
        date_end=date(2024, 3, 31),
        time_precision=3,
    )
    month = replace(month, rows=(row(month),))
    by_id = {data_of(p)["event_ids"]: p for p in placemarks(written("kml", [*one_row(), month], tmp_path))}
    assert by_id["e-0001"].findtext(f"{KML}TimeStamp/{KML}when") == "2024-03-01"
    span = by_id["e-0002"].find(f"{KML}TimeSpan")
    assert [part.text for part in span] == ["2024-03-01", "2024-03-31"]


def test_a_row_without_a_point_is_no_placemark(tmp_path: Path) -> None:
    assert placemarks(written("kml", one_row(latitude=0.0, longitude=0.0), tmp_path)) == []


def test_markup_in_a_text_is_shown_and_not_run(tmp_path: Path) -> None:
    [placemark] = placemarks(written("kml", one_row(notes="<script>x</script>", source="<img src=x>"), tmp_path))
    balloon = placemark.findtext(f"{KML}description")
    assert "&lt;script&gt;x&lt;/script&gt;" in balloon
    assert "<script" not in balloon
    assert "<img" not in balloon


@settings(max_examples=40)
@given(cells=st.lists(AWKWARD, min_size=len(TEXT_COLUMNS), max_size=len(TEXT_COLUMNS)))
def test_any_text_is_text_in_kml_geojson_and_geoparquet(
    cells: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    named = dict(zip(TEXT_COLUMNS, cells, strict=True))
    folder, events = tmp_path_factory.mktemp("any"), one_row(**named)
    [placemark] = placemarks(written("kml", events, folder))
    shown = data_of(placemark)
    assert all(shown.get(name, "") == plain(text) for name, text in named.items())
    [feature] = json.loads(written("geojson", events, folder).read_text("utf-8"))["features"]
    [line] = parquet.read_table(written("geoparquet", events, folder)).to_pylist()
    for name, text in named.items():
        whole = text.encode("utf-8", "replace").decode() or None
        assert feature["properties"][name] == line[name] == whole


def test_moments_are_of_utc_wherever_the_edition_was_made(tmp_path: Path) -> None:
    there = datetime.fromisoformat("2024-05-01T12:30:00+03:00")
    a = written("xlsx", invented_events(), tmp_path / "a", as_of=there)
    b = written("xlsx", invented_events(), tmp_path / "b", as_of=there.astimezone(UTC))
    assert a.read_bytes() == b.read_bytes()
