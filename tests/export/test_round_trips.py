"""Every form, opened with the tools that its users have, holds the same events."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import geopandas
import pandas as pd
import pytest

from tocsin.export import EVENT_COLUMNS, columns, has_point, table_rows
from tocsin.interfaces import load_plugin
from tocsin.records import EventRow, PublicEvent, from_json

from .invented import edition, invented_events

EVENTS = invented_events()
ROWS = table_rows(EVENTS)
IDS = [row.event_id_cnty for row in ROWS]
STRICT = "TOCSIN_TEST_STRICT"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forms")
    for name in ("csv", "geojson", "geoparquet", "jsonl", "kml", "xlsx"):
        exporter = load_plugin("tocsin.exporters", name)()
        exporter.write(EVENTS, path / exporter.file, edition(title="أحداث الربيع"))
    return path


def needed(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        reason = f"{program} is not installed (Debian: {package})"
        if os.environ.get(STRICT) == "1":
            pytest.fail(f"{reason} ({STRICT}=1 lets nothing be skipped)")
        pytest.skip(reason)
    return found


def same(shown: Any, row: EventRow, name: str) -> bool:
    """Whether a cell of any tool tells what the row tells; nothing shown is an empty cell."""
    value = getattr(row, name)
    if shown is None or (not isinstance(shown, str) and pd.isna(shown)):
        return value == ""
    if isinstance(value, str):
        return str(shown).removesuffix(" 00:00:00") == value
    return float(shown) == float(value)


def assert_same(table: pd.DataFrame) -> None:
    assert list(table["event_id_cnty"]) == IDS
    for row, (_, line) in zip(ROWS, table.iterrows(), strict=True):
        assert [name for name in EVENT_COLUMNS if not same(line[name], row, name)] == []


def test_pandas_opens_the_table(folder: Path) -> None:
    assert_same(pd.read_csv(folder / "events.csv", parse_dates=["event_date"], dtype={"iso": str}))


def test_pandas_opens_the_workbook(folder: Path) -> None:
    table = pd.read_excel(folder / "events.xlsx", dtype={"iso": str})
    assert table["event_date"].dtype.kind == "M"
    assert table["fatalities"].dtype.kind == "i"
    assert_same(table)


def test_pandas_opens_the_lines(folder: Path) -> None:
    table = pd.read_json(folder / "events.jsonl", lines=True)
    assert list(table["id"]) == [event.id for event in EVENTS]
    lines = (folder / "events.jsonl").read_text("utf-8").splitlines()
    assert [from_json(line, PublicEvent) for line in lines] == EVENTS


@pytest.mark.parametrize("name", ["events.geojson", "events.parquet"])
def test_geopandas_opens_both(folder: Path, name: str) -> None:
    table = (geopandas.read_parquet if name.endswith("parquet") else geopandas.read_file)(folder / name)
    assert table.crs.to_epsg() == 4326 or table.crs.to_string() == "OGC:CRS84"
    assert_same(table)
    for row, point in zip(ROWS, table.geometry, strict=True):
        assert (point.x, point.y) == (row.longitude, row.latitude)


def test_types_of_the_parquet_are_those_of_the_columns(folder: Path) -> None:
    table = geopandas.read_parquet(folder / "events.parquet").drop(columns="geometry")
    described = duckdb.sql(f"DESCRIBE SELECT * FROM '{folder / 'events.parquet'}'").fetchall()
    kinds = {"text": "VARCHAR", "date": "DATE", "integer": "INTEGER", "number": "DOUBLE"}
    expected = {c.name: kinds[c.type] for c in columns()} | {"timestamp": "BIGINT", "event_ids": "VARCHAR[]"}
    assert {name: kind for name, kind, *_ in described if name != "geometry"} == expected
    assert [list(ids) for ids in table["event_ids"]] == [list(row.incident_ids) for row in ROWS]


@pytest.mark.parametrize("name", ["events.csv", "events.parquet"])
def test_duckdb_opens_both(folder: Path, name: str) -> None:
    question = f"SELECT count(*), sum(fatalities), min(event_date)::VARCHAR FROM '{folder / name}' WHERE year = 2024"
    of_2024 = [row for row in ROWS if row.year == 2024]
    expected = (len(of_2024), sum(r.fatalities for r in of_2024), min(r.event_date for r in of_2024))
    assert duckdb.sql(question).fetchone() == expected


@pytest.mark.gdal
@pytest.mark.parametrize("name", ["events.geojson", "events.kml"])
def test_gdal_opens_both(folder: Path, name: str) -> None:
    ogrinfo = needed("ogrinfo", "gdal-bin")
    command = [ogrinfo, "-ro", "-al", str(folder / name)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "ERROR" not in found.stderr
    shown = found.stdout
    assert sorted(re.findall(r"event_id_cnty \(String\) = (\S+)", shown)) == sorted(IDS)
    points = re.findall(r"POINT (?:Z )?\((\S+) (\S+?)(?: 0)?\)", shown)
    assert sorted((float(x), float(y)) for x, y in points) == sorted(
        (r.longitude, r.latitude) for r in ROWS if has_point(r)
    )
    if name.endswith("geojson"):
        assert "event_date: Date" in shown
        assert "fatalities: Integer" in shown
    else:
        layers = re.findall(r"^Layer name: (.+)$", shown, re.MULTILINE)
        assert sorted(layers) == sorted({r.event_type for r in ROWS})


@pytest.mark.libreoffice
def test_libreoffice_opens_the_workbook(folder: Path, tmp_path: Path) -> None:
    soffice = needed("soffice", "libreoffice-calc-nogui")
    # Comma, double quotes, UTF-8, from line 1, cells as they are shown, first sheet.
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", form, "--outdir", str(tmp_path)]
    subprocess.run([*command, str(folder / "events.xlsx")], capture_output=True, check=True, timeout=120)
    [made] = tmp_path.glob("*.csv")
    with made.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["event_id_cnty"] for line in lines] == IDS
    for row, line in zip(ROWS, lines, strict=True):
        assert [name for name in EVENT_COLUMNS if not same(line[name] or None, row, name)] == []


def test_a_layer_of_features_is_json(folder: Path) -> None:
    layer = json.loads((folder / "events.geojson").read_text("utf-8"))
    assert (layer["type"], layer["name"], layer["tocsin"]["title"]) == ("FeatureCollection", "events", "أحداث الربيع")
