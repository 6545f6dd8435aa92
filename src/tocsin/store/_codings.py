"""What coders said of documents, and the copies found among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from tocsin.errors import NotFound
from tocsin.records import Claim, Coding, Copy, from_json, to_json
from tocsin.store._database import moment_for, next_number
from tocsin.store._documents import MANY, batches, fingerprint
from tocsin.store._schema import claims, codings, copies, document_versions, tombstones, visible


def save(connection: Connection, new: Sequence[Coding], coder: str, at: datetime) -> int:
    """Save codings in the transaction of `connection`; return how many said something new."""
    moment = moment_for(connection, at)
    n = next_number(connection, codings.c.n)
    saved = 0
    # A document twice in one batch: the later closes the earlier, so each batch sees what the last one wrote.
    for batch in _distinct(new):
        ids = [coding.document_id for coding in batch]
        versions = _versions(connection, ids)
        gone = set(
            connection.execute(select(tombstones.c.document_id).where(tombstones.c.document_id.in_(ids))).scalars()
        )
        open_now = select(codings).where(codings.c.document_id.in_(ids), codings.c.coder == coder)
        current = {row.document_id: row for row in connection.execute(open_now.where(visible(codings, None)))}
        closed: list[int] = []
        coding_rows: list[dict[str, Any]] = []
        claim_rows: list[dict[str, Any]] = []
        for coding in batch:
            if coding.document_id in gone:
                continue
            row = _coding_row(n + len(coding_rows), coding, versions, coder, moment)
            before = current.get(coding.document_id)
            if before is not None:
                if (before.content, before.version) == (row["content"], row["version"]):
                    continue
                closed.append(before.n)
            coding_rows.append(row)
            claim_rows.extend(_claim_rows(row["n"], coding))
        if closed:
            connection.execute(codings.update().where(codings.c.n.in_(closed)).values(recorded_to=moment))
        if coding_rows:
            connection.execute(codings.insert(), coding_rows)
        if claim_rows:
            connection.execute(claims.insert(), claim_rows)
        n += len(coding_rows)
        saved += len(coding_rows)
    return saved


def _distinct(new: Iterable[Coding]) -> Iterable[list[Coding]]:
    for some in batches(new, MANY):
        batch: dict[str, Coding] = {}
        for coding in some:
            if coding.document_id in batch:
                yield list(batch.values())
                batch = {}
            batch[coding.document_id] = coding
        yield list(batch.values())


def _versions(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """The last version of each document that has each text."""
    found = connection.execute(
        select(document_versions.c.document_id, document_versions.c.text_hash, document_versions.c.version)
        .where(document_versions.c.document_id.in_(ids))
        .order_by(document_versions.c.version)
    )
    return {(row.document_id, row.text_hash): row.version for row in found}


def _coding_row(
    n: int, coding: Coding, versions: dict[tuple[str, str], int], coder: str, moment: datetime
) -> dict[str, Any]:
    version = versions.get((coding.document_id, coding.text_hash))
    if version is None:
        raise NotFound(f"{coding.document_id}: the workspace has no such document with the text that was coded; add it")
    return {
        "n": n,
        "document_id": coding.document_id,
        "version": version,
        "text_hash": coding.text_hash,
        "coder": coder,
        "key": coding.key,
        "content": fingerprint(to_json(coding)),
        "record": to_json(replace(coding, claims=())),
        "recorded_from": moment,
    }


def _claim_rows(coding_n: int, coding: Coding) -> list[dict[str, Any]]:
    return [
        {
            "coding_n": coding_n,
            "position": position,
            "id": claim.id,
            "document_id": coding.document_id,
            "record": to_json(claim),
        }
        for position, claim in enumerate(coding.claims)
    ]


def select_claims(as_of: datetime | None, document_id: str | None) -> Select[Any]:
    """Claims of the codings visible at `as_of`."""
    found = select(claims, codings.c.recorded_from).join(codings).where(visible(codings, as_of))
    return found if document_id is None else found.where(claims.c.document_id == document_id)


def select_codings(as_of: datetime | None, document_id: str | None) -> Select[Any]:
    """Codings visible at `as_of`, without their claims."""
    found = select(codings).where(visible(codings, as_of))
    return found if document_id is None else found.where(codings.c.document_id == document_id)


def claim_of(row: Row[Any]) -> Claim:
    """The claim of a row."""
    return from_json(row.record, Claim)


def with_claims(connection: Connection, rows: Sequence[Row[Any]]) -> list[Coding]:
    """The codings of `rows`, with their claims."""
    numbers = [row.n for row in rows]
    found = connection.execute(
        select(claims).where(claims.c.coding_n.in_(numbers)).order_by(claims.c.coding_n, claims.c.position)
    )
    by_coding = {n: tuple(map(claim_of, group)) for n, group in groupby(found, key=lambda row: row.coding_n)}
    return [replace(from_json(row.record, Coding), claims=by_coding.get(row.n, ())) for row in rows]


def save_copies(connection: Connection, found: Iterable[Copy], at: datetime) -> int:
    """Make `found` the current set of copies; return how many rows that closed or opened."""
    moment = moment_for(connection, at)
    gone = set(connection.execute(select(tombstones.c.document_id)).scalars())
    wanted = {
        (copy.document_id, copy.origin_id): to_json(copy)
        for copy in found
        if copy.document_id not in gone and copy.origin_id not in gone
    }
    stale: list[int] = []
    for row in connection.execute(select(copies).where(visible(copies, None))):
        if wanted.get((row.document_id, row.origin_id)) == row.record:
            del wanted[row.document_id, row.origin_id]
        else:
            stale.append(row.n)
    for numbers in batches(stale, MANY):
        connection.execute(copies.update().where(copies.c.n.in_(numbers)).values(recorded_to=moment))
    n = next_number(connection, copies.c.n)
    rows = [
        {"n": n + i, "document_id": pair[0], "origin_id": pair[1], "record": record, "recorded_from": moment}
        for i, (pair, record) in enumerate(wanted.items())
    ]
    if rows:
        connection.execute(copies.insert(), rows)
    return len(stale) + len(rows)
