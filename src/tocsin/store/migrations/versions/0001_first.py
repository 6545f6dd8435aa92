"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tocsin.store._schema import Moment, key_text

revision = "0001"
down_revision = None


def _versioned() -> tuple[sa.Column[object], sa.Column[object]]:
    return (
        sa.Column("recorded_from", Moment(), nullable=False),
        sa.Column("recorded_to", Moment()),
    )


def _number(name: str = "n") -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), primary_key=True, autoincrement=False)


def _one_current(table: str, *columns: str) -> None:
    current = sa.text("recorded_to IS NULL")
    op.create_index(
        f"ux_{table}_current", table, list(columns), unique=True, sqlite_where=current, postgresql_where=current
    )


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "texts",
        sa.Column("hash", key_text(), primary_key=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "documents",
        sa.Column("id", key_text(), primary_key=True),
        sa.Column("recorded_from", Moment(), nullable=False),
    )
    op.create_table(
        "document_versions",
        sa.Column("document_id", key_text(), sa.ForeignKey("documents.id"), primary_key=True),
        _number("version"),
        sa.Column("text_hash", key_text(), sa.ForeignKey("texts.hash"), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        *_versioned(),
    )
    _one_current("document_versions", "document_id")
    op.create_table(
        "receipts",
        _number(),
        sa.Column("id", key_text(), nullable=False, unique=True),
        sa.Column("document_id", key_text(), sa.ForeignKey("documents.id"), nullable=False, index=True),
        sa.Column("name", sa.Text(), nullable=False, index=True),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("original", key_text(), nullable=False, index=True),
        sa.Column("received_at", Moment(), nullable=False),
    )
    op.create_table(
        "codings",
        _number(),
        sa.Column("document_id", key_text(), sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_hash", key_text(), nullable=False),
        sa.Column("coder", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        *_versioned(),
    )
    op.create_index("ix_codings_document_id", "codings", ["document_id", "n"])
    _one_current("codings", "document_id", "coder")
    op.create_table(
        "claims",
        sa.Column("coding_n", sa.Integer(), sa.ForeignKey("codings.n"), primary_key=True, autoincrement=False),
        _number("position"),
        sa.Column("id", key_text(), nullable=False, index=True),
        sa.Column("document_id", key_text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_index("ix_claims_document_id", "claims", ["document_id", "coding_n", "position"])
    op.create_table(
        "copies",
        _number(),
        sa.Column("document_id", key_text(), nullable=False, index=True),
        sa.Column("origin_id", key_text(), nullable=False, index=True),
        sa.Column("record", sa.Text(), nullable=False),
        *_versioned(),
    )
    _one_current("copies", "document_id", "origin_id")
    op.create_table(
        "ledger",
        _number(),
        sa.Column("id", key_text(), nullable=False, unique=True),
        sa.Column("recorded_from", Moment(), nullable=False),
    )
    op.create_table(
        "withdrawals",
        _number(),
        sa.Column("id", key_text(), sa.ForeignKey("ledger.id"), nullable=False),
        *_versioned(),
    )
    _one_current("withdrawals", "id")
    op.create_table(
        "events",
        _number(),
        sa.Column("id", key_text(), sa.ForeignKey("ledger.id"), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        *_versioned(),
    )
    op.create_index("ix_events_id", "events", ["id", "n"])
    _one_current("events", "id")
    op.create_table(
        "event_claims",
        sa.Column("event_n", sa.Integer(), sa.ForeignKey("events.n"), primary_key=True, autoincrement=False),
        sa.Column("claim_id", key_text(), primary_key=True),
    )
    op.create_index("ix_event_claims_claim_id", "event_claims", ["claim_id"])
    op.create_table(
        "redirects",
        _number(),
        sa.Column("old", key_text(), nullable=False),
        sa.Column("new", key_text(), nullable=False),
        *_versioned(),
    )
    _one_current("redirects", "old")
    op.create_table(
        "judgements",
        _number(),
        sa.Column("id", key_text(), nullable=False, unique=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("recorded_from", Moment(), nullable=False),
    )
    op.create_table(
        "tombstones",
        sa.Column("document_id", key_text(), primary_key=True),
        sa.Column("forgotten_at", Moment(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_table(
        "destroyed_originals",
        sa.Column("digest", key_text(), primary_key=True),
        sa.Column("destroyed_at", Moment(), nullable=False),
    )
    op.create_table(
        "outputs",
        sa.Column("path", sa.Text(), primary_key=True),
        sa.Column("written_at", Moment(), nullable=False),
    )
    op.create_table(
        "runs",
        _number(),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("marker", sa.Text(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
    )
    op.create_table(
        "state",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
