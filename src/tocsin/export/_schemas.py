"""JSON schemas of what is written, made from the records themselves so that they cannot drift."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from tocsin.export._files import replacing
from tocsin.export._ged import GedRow
from tocsin.export._hapi import HapiRow
from tocsin.export._lines import ClaimLine
from tocsin.export._tables import EVENT_COLUMNS, ClaimRow
from tocsin.records import Event, EventRow, PublicEvent

__all__ = ["schemas", "write_schemas"]

_WRITTEN: dict[str, tuple[type, str]] = {
    "events.csv": (EventRow, "One row of events.csv, as an object of its columns."),
    "events.jsonl": (PublicEvent, "One line of events.jsonl."),
    "events-ged.csv": (GedRow, "One row of events-ged.csv, as an object of its columns; null is empty."),
    "events-hapi.csv": (HapiRow, "One row of events-hapi.csv, as an object of its columns; null is empty."),
    "internal-claims.csv": (ClaimRow, "One row of internal/claims.csv, as an object of its columns; null is empty."),
    "internal-claims.jsonl": (ClaimLine, "One line of internal/claims.jsonl."),
    "internal-events.jsonl": (Event, "One line of internal/events.jsonl."),
}


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON schema of each written form, by its name."""
    found = {}
    for name, (kind, description) in _WRITTEN.items():
        schema = msgspec.json.schema(kind)
        found[name] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": name,
            "description": description,
            **schema,
        }
    row = found["events.csv"]["$defs"]["EventRow"]
    row["properties"] = {column: row["properties"][column] for column in EVENT_COLUMNS}
    row["required"] = [column for column in EVENT_COLUMNS if column in row["required"]]
    return found


def write_schemas(folder: Path) -> None:
    """Write each schema to ``NAME.schema.json`` in `folder`."""
    for name, schema in schemas().items():
        with replacing(folder / f"{name}.schema.json") as file:
            file.write(json.dumps(schema, indent=2, ensure_ascii=False))
            file.write("\n")
