"""A workspace as a dataset to read: records, and tables for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tocsin.pipeline._as_of import AsOf, moment_of, within
from tocsin.records import Claim, Count, Document, Event
from tocsin.store import Workspace

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

__all__ = ["Dataset"]

_COUNTS = ("deaths", "injured", "detained", "abducted", "displaced")


class Dataset:
    """What a workspace holds, for reading. Close it, or use it in a ``with`` statement.

    This is the full record, original names and all: what may be handed on is what ``tocsin export`` writes.

    Everything is as it is known now or, given `as_of`, as it was known then: a day (``"2024-05-01"`` or a ``date``)
    means the end of that day in UTC, a moment carries a zone. Each method takes an `as_of` of its own too.
    """

    def __init__(self, workspace: Workspace, as_of: AsOf = None) -> None:
        self._workspace = workspace
        self._as_of = self._moment(as_of) if as_of is not None else None

    @property
    def as_of(self) -> datetime | None:
        """The moment that everything is read as of, where none is named; None is now."""
        return self._as_of

    def _moment(self, as_of: AsOf) -> datetime | None:
        return self._as_of if as_of is None else within(self._workspace, moment_of(as_of), datetime.now(UTC))

    @property
    def path(self) -> Path:
        """The folder of the workspace."""
        return self._workspace.path

    def documents(self, as_of: AsOf = None) -> Iterator[Document]:
        """Yield every document, in the order of their ids."""
        return self._workspace.documents(as_of=self._moment(as_of))

    def claims(self, as_of: AsOf = None) -> Iterator[Claim]:
        """Yield every claim, by document."""
        return self._workspace.claims(self._moment(as_of))

    def events(self, as_of: AsOf = None) -> Iterator[Event]:
        """Yield every event, in the order of their ids."""
        return self._workspace.events(self._moment(as_of))

    def event(self, reference: str, as_of: AsOf = None) -> Event:
        """The event with this id, or the beginning of it.

        Raises
        ------
        NotFound
            If it names none, or several.
        """
        return self._workspace.event(reference, self._moment(as_of))

    def claims_table(self, as_of: AsOf = None) -> pa.Table:
        """Every claim as a row of an Arrow table; null is unknown. ``.to_pandas()`` makes a data frame of it.

        Of several places the first is shown, and ``places`` says how many there are.
        """
        moment = self._moment(as_of)
        home = {claim: event.id for event in self._workspace.events(moment) for claim in event.claim_ids}
        rows = (_claim_row(claim, home.get(claim.id)) for claim in self._workspace.claims(moment))
        return _table(rows, {**_CLAIM_FIELDS, **_SHARED_FIELDS, **_count_fields()})

    def events_table(self, as_of: AsOf = None) -> pa.Table:
        """Every event as a row of an Arrow table; null is unknown. ``.to_pandas()`` makes a data frame of it.

        Of several places the first is shown, and ``places`` says how many there are.
        """
        rows = (_event_row(event) for event in self.events(as_of))
        return _table(rows, {**_EVENT_FIELDS, **_SHARED_FIELDS, **_count_fields()})

    def close(self) -> None:
        """Close it."""
        self._workspace.close()

    def __enter__(self) -> Dataset:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_CLAIM_FIELDS = {
    "claim_id": "string",
    "event_id": "string",
    "document_id": "string",
    "outcome": "string",
    "speaker": "string",
    "speaker_kind": "string",
    "score": "float64",
}
_EVENT_FIELDS = {
    "event_id": "string",
    "status": "string",
    "documents": "int64",
    "lineages": "int64",
    "claims": "int64",
    "part_of": "string",
    "disputed": "strings",
}
_SHARED_FIELDS = {
    "code": "string",
    "modality": "string",
    "background": "bool",
    "attribution": "string",
    "actor1": "string",
    "actor1_kind": "string",
    "actor2": "string",
    "actor2_kind": "string",
    "date_start": "date32",
    "date_end": "date32",
    "date_precision": "string",
    "location": "string",
    "admin1": "string",
    "country": "string",
    "latitude": "float64",
    "longitude": "float64",
    "place_precision": "string",
    "places": "int64",
    "weapon": "string",
}


def _count_fields() -> dict[str, str]:
    return {f"{name}_{bound}": "int64" for name in _COUNTS for bound in ("low", "best", "high")}


def _claim_row(claim: Claim, event_id: str | None) -> dict[str, Any]:
    return {
        "claim_id": claim.id,
        "event_id": event_id,
        "document_id": claim.document_id,
        "outcome": claim.outcome,
        "speaker": claim.speaker.name or None,
        "speaker_kind": claim.speaker.kind,
        "score": claim.score,
        **_shared_row(claim),
    }


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "status": event.status,
        "documents": event.documents,
        "lineages": event.lineages,
        "claims": len(event.claim_ids),
        "part_of": event.part_of,
        "disputed": list(event.disputed),
        **_shared_row(event),
    }


def _shared_row(record: Claim | Event) -> dict[str, Any]:
    place = record.where[0] if record.where else None
    actor1, actor2 = record.side(1), record.side(2)
    row: dict[str, Any] = {
        "code": record.code,
        "modality": record.modality,
        "background": record.background,
        "attribution": record.attribution,
        "actor1": (actor1.label or actor1.name) if actor1 else None,
        "actor1_kind": actor1.kind if actor1 else None,
        "actor2": (actor2.label or actor2.name) if actor2 else None,
        "actor2_kind": actor2.kind if actor2 else None,
        "date_start": record.when.start,
        "date_end": record.when.end,
        "date_precision": record.when.precision,
        "location": (place.label or place.name) if place else None,
        "admin1": (place.admin1 or None) if place else None,
        "country": (place.country or None) if place else None,
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "place_precision": place.precision if place else None,
        "places": len(record.where),
        "weapon": record.weapon or None,
    }
    for name in _COUNTS:
        count: Count = getattr(record.counts, name) or Count()
        row |= {f"{name}_low": count.low, f"{name}_best": count.best, f"{name}_high": count.high}
    return row


def _table(rows: Iterator[dict[str, Any]], fields: dict[str, str]) -> pa.Table:
    import pyarrow as pa

    kinds: dict[str, pa.DataType] = {
        "string": pa.string(),
        "strings": pa.list_(pa.string()),
        "int64": pa.int64(),
        "float64": pa.float64(),
        "bool": pa.bool_(),
        "date32": pa.date32(),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in fields.items()])
    return pa.Table.from_pylist(list(rows), schema=schema)
