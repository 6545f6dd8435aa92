"""Events and claims of one vintage as Parquet, for analysis.

Days are ``date32``, moments ``timestamp[us, UTC]``; unknown is null. ``record`` is the whole record as JSON, the other
columns repeat of it what panels are made of. A snapshot is as internal as the workspace it lies in.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tocsin.interfaces import ArrowKind, arrow_schema
from tocsin.records import Claim, Event, Place, When, to_json
from tocsin.store._documents import batches
from tocsin.store._originals import sync_folder

# One row group each; a few thousand events with their JSON are some megabytes.
_ROWS = 5_000
_NAME = "%Y%m%dT%H%M%S.%fZ"
_COUNTED = ("deaths", "injured", "detained", "abducted", "displaced")

_COMMON: dict[str, ArrowKind] = {
    "recorded_at": "moment",
    "code": "string",
    "modality": "string",
    "background": "bool",
    "attribution": "string",
    "actor1": "string",
    "actor1_kind": "string",
    "actor2": "string",
    "actor2_kind": "string",
    "initiators": "strings",
    "targets": "strings",
    "date_start": "date",
    "date_end": "date",
    "date_precision": "string",
    "date_extent": "string",
    "location": "string",
    "country": "string",
    "admin1": "string",
    "admin2": "string",
    "latitude": "float",
    "longitude": "float",
    "place_precision": "string",
    "places": "int",
    **dict.fromkeys((f"{counted}_{bound}" for counted in _COUNTED for bound in ("low", "best", "high")), "int"),
    "weapon": "string",
}
EVENT_COLUMNS: dict[str, ArrowKind] = {
    "id": "string",
    **_COMMON,
    "status": "string",
    "documents": "int",
    "lineages": "int",
    "disputed": "strings",
    "claim_ids": "strings",
    "part_of": "string",
    "record": "string",
}
CLAIM_COLUMNS: dict[str, ArrowKind] = {
    "id": "string",
    "document_id": "string",
    **_COMMON,
    "outcome": "string",
    "speaker": "string",
    "speaker_kind": "string",
    "coder": "string",
    "score": "float",
    "record": "string",
}


def snapshot_name(as_of: datetime) -> str:
    """The folder of the vintage `as_of`; names sort by time."""
    return as_of.astimezone(UTC).strftime(_NAME)


def snapshot_moment(name: str) -> datetime:
    """The vintage of a folder; ValueError where the name is none."""
    return datetime.strptime(name, _NAME).replace(tzinfo=UTC)


def write_snapshot(
    folder: Path, events: Iterable[tuple[Event, datetime]], claims: Iterable[tuple[Claim, datetime]]
) -> None:
    """Write ``events.parquet`` and ``claims.parquet`` into `folder`, replacing what is there."""
    working = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    try:
        _write(working / "events.parquet", EVENT_COLUMNS, events, _event_row)
        _write(working / "claims.parquet", CLAIM_COLUMNS, claims, _claim_row)
        folder.mkdir(mode=0o700, exist_ok=True)
        for path in sorted(working.iterdir()):
            os.replace(path, folder / path.name)
        sync_folder(folder)
    finally:
        shutil.rmtree(working)


def clear_half_snapshots(folder: Path) -> None:
    """Delete what a killed process left half-written."""
    for path in folder.glob(".writing-*"):
        shutil.rmtree(path)


def _write(
    path: Path,
    columns: dict[str, ArrowKind],
    records: Iterable[tuple[Any, datetime]],
    row: Callable[[Any], dict[str, Any]],
) -> None:
    # Arrow takes a while to import and most commands never write a snapshot.
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    schema = arrow_schema(columns)
    with parquet.ParquetWriter(path, schema) as writer:
        for batch in batches(records, _ROWS):
            rows = [{**row(record), "recorded_at": recorded_at} for record, recorded_at in batch]
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _event_row(event: Event) -> dict[str, Any]:
    return {
        **_common(event),
        "id": event.id,
        "status": event.status,
        "documents": event.documents,
        "lineages": event.lineages,
        "disputed": list(event.disputed),
        "claim_ids": list(event.claim_ids),
        "part_of": event.part_of,
    }


def _claim_row(claim: Claim) -> dict[str, Any]:
    return {
        **_common(claim),
        "id": claim.id,
        "document_id": claim.document_id,
        "outcome": claim.outcome,
        "speaker": claim.speaker.name or None,
        "speaker_kind": claim.speaker.kind,
        "coder": claim.coder or None,
        "score": claim.score,
    }


def _common(record: Event | Claim) -> dict[str, Any]:
    return {
        "code": record.code,
        "modality": record.modality,
        "background": record.background,
        "attribution": record.attribution,
        **_actor(record, 1),
        **_actor(record, 2),
        "initiators": _having(record, "initiator"),
        "targets": _having(record, "target"),
        **_dates(record.when),
        **_place(record.where[0] if record.where else None),
        "places": len(record.where),
        **_counts(record),
        "weapon": record.weapon or None,
        "record": to_json(record),
    }


def _actor(record: Event | Claim, side: int) -> dict[str, Any]:
    actor = record.side(side)
    if actor is None:
        return {f"actor{side}": None, f"actor{side}_kind": None}
    return {f"actor{side}": actor.label or actor.name, f"actor{side}_kind": actor.kind}


def _having(record: Event | Claim, role: str) -> list[str]:
    """Who had a role: the first side of a row is not always the one that began."""
    return [one.actor.label or one.actor.name for one in record.participants if one.role == role]


def _dates(when: When) -> dict[str, Any]:
    return {
        "date_start": when.start,
        "date_end": when.end,
        "date_precision": when.precision,
        "date_extent": when.extent,
    }


def _place(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {}
    return {
        "location": place.label or place.name,
        "country": place.country or None,
        "admin1": place.admin1 or None,
        "admin2": place.admin2 or None,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "place_precision": place.precision,
    }


def _counts(record: Event | Claim) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for counted in _COUNTED:
        count = getattr(record.counts, counted)
        for bound in ("low", "best", "high"):
            row[f"{counted}_{bound}"] = None if count is None else getattr(count, bound)
    return row
