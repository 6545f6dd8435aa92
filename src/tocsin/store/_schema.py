"""The tables, the same on SQLite and PostgreSQL.

Every table holds the columns that queries need and, beside them, the record itself as JSON (``record``). What
is versioned has ``recorded_from`` (inclusive) and ``recorded_to`` (exclusive, null while it is current); a row
is closed, never changed and, but for ``forget``, never deleted.

============================  ==========================================================================
``texts``                     extracted text by its hash: the UTF-8 bytes that the hash is of
``documents``                 one row a document
``document_versions``         its record without the text, which it names by hash
``receipts``                  what was received, many to one document
``codings``, ``claims``       what a coder said of one version of a document; a claim lives as long as its coding
``copies``                    which document repeats which
``events``, ``event_claims``  versions of events, and the claims each version rests on
``ledger``                    every event id ever given, in order
``redirects``                 ids that merges and splits gave up, and where they lead
``withdrawals``               ids that stand for no event any more
``judgements``                what people decided, append-only
``tombstones``                documents that were forgotten: id, when, reason code, nothing else
``destroyed_originals``       digests of files that are not to be stored again
``outputs``, ``runs``         folders written from here; steps begun and ended
``state``                     small facts of the workspace itself, such as the latest moment recorded
============================  ==========================================================================
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
    or_,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """A moment in UTC with a zone, on databases that keep zones and on those that do not."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite keeps no zone, so it is given UTC without one."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: nobody could say what it meant."""
        if value is None:
            return None
        moment = in_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def in_utc(moment: datetime) -> datetime:
    """Return `moment` in UTC.

    Raises
    ------
    ValueError
        If it has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no zone; give a datetime with tzinfo, such as UTC")
    return moment.astimezone(UTC)


def key_text() -> String:
    """Text that is compared byte by byte, so that both databases sort ids the same way."""
    return String().with_variant(String(collation="C"), "postgresql")


def _versioned() -> tuple[Column[Any], Column[Any]]:
    return (
        Column("recorded_from", Moment, nullable=False),
        Column("recorded_to", Moment),
    )


texts = Table(
    "texts",
    metadata,
    Column("hash", key_text(), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("recorded_from", Moment, nullable=False),
)

document_versions = Table(
    "document_versions",
    metadata,
    Column("document_id", key_text(), ForeignKey("documents.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("text_hash", key_text(), ForeignKey("texts.hash"), nullable=False),
    Column("content", String, nullable=False),
    Column("record", Text, nullable=False),
    *_versioned(),
)

receipts = Table(
    "receipts",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("id", key_text(), nullable=False, unique=True),
    Column("document_id", key_text(), ForeignKey("documents.id"), nullable=False, index=True),
    Column("name", Text, nullable=False, index=True),
    Column("item", Text, nullable=False),
    Column("original", key_text(), nullable=False, index=True),
    Column("received_at", Moment, nullable=False),
)

codings = Table(
    "codings",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("document_id", key_text(), ForeignKey("documents.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("text_hash", key_text(), nullable=False),
    Column("coder", String, nullable=False),
    Column("key", String, nullable=False),
    Column("content", String, nullable=False),
    Column("record", Text, nullable=False),
    *_versioned(),
    Index("ix_codings_document_id", "document_id", "n"),
)

claims = Table(
    "claims",
    metadata,
    Column("coding_n", Integer, ForeignKey("codings.n"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("id", key_text(), nullable=False, index=True),
    Column("document_id", key_text(), nullable=False),
    Column("record", Text, nullable=False),
    Index("ix_claims_document_id", "document_id", "coding_n", "position"),
)

copies = Table(
    "copies",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("document_id", key_text(), nullable=False, index=True),
    Column("origin_id", key_text(), nullable=False, index=True),
    Column("record", Text, nullable=False),
    *_versioned(),
)

ledger = Table(
    "ledger",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("id", key_text(), nullable=False, unique=True),
    Column("recorded_from", Moment, nullable=False),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("id", key_text(), ForeignKey("ledger.id"), nullable=False),
    *_versioned(),
)

events = Table(
    "events",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("id", key_text(), ForeignKey("ledger.id"), nullable=False),
    Column("content", String, nullable=False),
    Column("record", Text, nullable=False),
    *_versioned(),
    Index("ix_events_id", "id", "n"),
)

event_claims = Table(
    "event_claims",
    metadata,
    Column("event_n", Integer, ForeignKey("events.n"), primary_key=True, autoincrement=False),
    Column("claim_id", key_text(), primary_key=True),
    Index("ix_event_claims_claim_id", "claim_id"),
)

redirects = Table(
    "redirects",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("old", key_text(), nullable=False),
    Column("new", key_text(), nullable=False),
    *_versioned(),
)

judgements = Table(
    "judgements",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("id", key_text(), nullable=False, unique=True),
    Column("record", Text, nullable=False),
    Column("recorded_from", Moment, nullable=False),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("document_id", key_text(), primary_key=True),
    Column("forgotten_at", Moment, nullable=False),
    Column("reason", String, nullable=False),
)

destroyed_originals = Table(
    "destroyed_originals",
    metadata,
    Column("digest", key_text(), primary_key=True),
    Column("destroyed_at", Moment, nullable=False),
)

outputs = Table(
    "outputs",
    metadata,
    Column("path", Text, primary_key=True),
    Column("written_at", Moment, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("step", String, nullable=False),
    Column("marker", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

state = Table(
    "state",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)


def _one_current(table: Table, *columns: str) -> None:
    """Let the database itself refuse a second current version."""
    current = table.c.recorded_to.is_(None)
    Index(
        f"ux_{table.name}_current",
        *(table.c[name] for name in columns),
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )


_one_current(document_versions, "document_id")
_one_current(codings, "document_id", "coder")
_one_current(copies, "document_id", "origin_id")
_one_current(events, "id")
_one_current(redirects, "old")
_one_current(withdrawals, "id")


def visible(table: Table, as_of: datetime | None) -> ColumnElement[bool]:
    """The rows of `table` that were current at `as_of`, or are now."""
    if as_of is None:
        return table.c.recorded_to.is_(None)
    return and_(
        table.c.recorded_from <= as_of,
        or_(table.c.recorded_to.is_(None), table.c.recorded_to > as_of),
    )
