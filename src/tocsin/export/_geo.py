"""Forms for maps: GeoJSON and GeoParquet. Both are the event table with a point for each row."""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tocsin.export._columns import columns, has_point, row_day
from tocsin.export._files import replacing, replacing_file
from tocsin.export._tables import table_rows
from tocsin.export._text import whole
from tocsin.interfaces import Edition
from tocsin.records import EventRow, PublicEvent

__all__ = ["GeoJsonExporter", "GeoParquetExporter"]

_GEOPARQUET = "1.1.0"


class GeoJsonExporter:
    """RFC 7946: a feature for each row of the table.

    Properties are the 31 columns, numbers as numbers and empty cells as null, and ``event_ids``, the events that the
    row stands for, joined by a semicolon. A row whose place has no point has no geometry. Events that are no row are
    left out, so that the layer opens as the same table as ``events.csv``; the member ``tocsin``, which map programs
    pass over, counts them by reason.
    """

    file = "events.geojson"

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write one feature a line, and return how many."""
        written = 0
        # `name` is what GDAL, and so QGIS, calls the layer.
        head = {"type": "FeatureCollection", "name": "events", "tocsin": about(events, edition)}
        with replacing(path) as file:
            file.write(_json(head)[:-1])
            file.write(', "features": [')
            for row in table_rows(events):
                file.write(",\n" if written else "\n")
                file.write(_json(_feature(row)))
                written += 1
            file.write("\n]}\n")
        return written


class GeoParquetExporter:
    """GeoParquet 1.1: the 31 columns in their types, ``event_ids`` as a list, and ``geometry``, a point in WKB.

    An empty cell is null. The edition is in the file's metadata under ``tocsin``, as JSON.
    """

    file = "events.parquet"

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write the table, and return how many rows it has."""
        import pyarrow as pa  # type: ignore[import-untyped]
        from pyarrow import parquet

        rows = table_rows(events)
        types = {
            "text": pa.string(),
            "date": pa.date32(),
            "integer": pa.int32(),
            "number": pa.float64(),
        }
        fields = [
            # Seconds since 1970 leave 32 bits in 2038.
            pa.field(c.name, pa.int64() if c.name == "timestamp" else types[c.type])
            for c in columns()
        ]
        values: dict[str, list[Any]] = {c.name: [_cell(row, c.name) for row in rows] for c in columns()}
        values["event_date"] = [row_day(row) for row in rows]
        values["event_ids"] = [list(row.incident_ids) for row in rows]
        values["geometry"] = [_wkb(row) for row in rows]
        fields += [pa.field("event_ids", pa.list_(pa.string())), pa.field("geometry", pa.binary())]
        metadata = {"geo": _json(_geo(rows)), "tocsin": _json(about(events, edition))}
        table = pa.table(values, schema=pa.schema(fields, metadata=metadata))
        with replacing_file(path) as part:
            parquet.write_table(table, part, compression="zstd")
        return len(rows)


def about(events: Sequence[PublicEvent], edition: Edition) -> dict[str, Any]:
    """The edition, and which events are no row, as plain values for a form's metadata."""
    left_out = Counter(event.not_exported or "no row" for event in events if not event.rows)
    return {
        "title": edition.title,
        "as_of": edition.as_of.isoformat(),
        "where": edition.where,
        "events": len(events),
        "not_in_table": dict(sorted(left_out.items())),
        "reasons": {code: words for code, words in sorted(edition.reasons.items()) if code in left_out},
        "notes": list(edition.notes),
        "made_with": dict(edition.made_with),
    }


def _feature(row: EventRow) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [row.longitude, row.latitude]} if has_point(row) else None
    properties = {c.name: _cell(row, c.name) for c in columns()}
    properties["event_ids"] = "; ".join(row.incident_ids)
    return {"type": "Feature", "id": row.event_id_cnty, "geometry": point, "properties": properties}


def _cell(row: EventRow, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, str):
        return whole(value) or None
    if name in ("latitude", "longitude") and not has_point(row):
        return None
    return value


def _wkb(row: EventRow) -> bytes | None:
    """A point as well-known binary: little-endian, type 1, x, y."""
    return struct.pack("<BIdd", 1, 1, row.longitude, row.latitude) if has_point(row) else None


def _geo(rows: Sequence[EventRow]) -> dict[str, Any]:
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"]}
    points = list(_points(rows))
    if points:
        xs, ys = zip(*points, strict=True)
        column["bbox"] = [min(xs), min(ys), max(xs), max(ys)]
    return {"version": _GEOPARQUET, "primary_column": "geometry", "columns": {"geometry": column}}


def _points(rows: Sequence[EventRow]) -> Iterator[tuple[float, float]]:
    return ((row.longitude, row.latitude) for row in rows if has_point(row))


def _json(value: Any) -> str:
    return whole(json.dumps(value, ensure_ascii=False, allow_nan=False))
