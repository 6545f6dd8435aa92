"""Destroying what endangers a source, so that nothing but a contentless tombstone is left.

In one transaction the document's rows go: its texts, receipts, codings, claims, copies, and the judgements that
rest on it; events that rested on it alone go too, and from the others every value goes that no remaining claim
states. Only then are files touched, under a mark in ``state`` that has the work finished after a kill.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, and_, select

from tocsin.errors import NotFound, UsageError
from tocsin.records import Claim, Counts, Event, Judgement, MergedField, When, from_json, to_json
from tocsin.store._database import moment_for, next_number, put_state
from tocsin.store._documents import MANY, batches, condemn_original, fingerprint
from tocsin.store._schema import (
    claims,
    codings,
    copies,
    document_versions,
    documents,
    event_claims,
    events,
    judgements,
    receipts,
    texts,
    tombstones,
    withdrawals,
)

UNFINISHED = "destruction unfinished"
"""Key in ``state`` while files still hold what the tables no longer do."""

_COUNTED = ("deaths", "injured", "detained", "abducted", "displaced")

# What a workspace's own files are called; anything else in the folder somebody put there.
OWN = (
    "tocsin.toml",
    "tocsin.db",
    "tocsin.db-wal",
    "tocsin.db-shm",
    "tocsin.lock",
    "originals",
    "snapshots",
    "releases",
    "scratch",
)

_BACKUP_SUFFIXES = (
    ".bak",
    ".db",
    ".dump",
    ".sql",
    ".sqlite",
    ".old",
    ".zip",
    ".tar",
    ".tgz",
    ".gz",
    ".xz",
    ".zst",
    ".7z",
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was destroyed, and what still has to be looked after by hand.

    Parameters
    ----------
    document_id, forgotten_at, reason
        What the tombstone holds.
    originals : tuple of str
        Digests of the destroyed files as received.
    shared : tuple of str
        Other documents that came from the same files: they are kept, but their originals are gone.
    repeated_in : tuple of str
        Documents that are copies of this one, or have the very same text. They still hold its words: forget
        them too if need be.
    events_gone, events_cut : tuple of str
        Events that rested on it alone; and those that lost what only it said and have to be linked again.
    judgements : tuple of str
        Judgements that were destroyed with it.
    outputs : tuple of Path
        Folders and files written from this workspace that may still hold it.
    backups : tuple of Path
        Files in and beside the workspace that look like copies of it.
    beyond_reach : tuple of str
        Codes for what no program can clean from here: ``postgresql-log`` (the server's write-ahead log, its
        replicas and dumps).
    """

    document_id: str
    forgotten_at: datetime
    reason: str
    originals: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    repeated_in: tuple[str, ...] = ()
    events_gone: tuple[str, ...] = ()
    events_cut: tuple[str, ...] = ()
    judgements: tuple[str, ...] = ()
    outputs: tuple[Path, ...] = ()
    backups: tuple[Path, ...] = ()
    beyond_reach: tuple[str, ...] = ()


def check_reason(reason: str) -> None:
    """Refuse anything but a short code: a sentence in a tombstone might say what was to be forgotten.

    Raises
    ------
    UsageError
        If `reason` is no code.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", reason):
        raise UsageError(
            "the reason is a short code in small letters, such as source-at-risk or request; "
            "a tombstone holds no free text"
        )


def forget(connection: Connection, document_id: str, at: datetime, reason: str) -> Forgotten:
    """Destroy the rows of `document_id` in the transaction of `connection`.

    Raises
    ------
    NotFound
        If there is no such document, nor a tombstone of one.
    """
    tombstone = connection.execute(select(tombstones).where(tombstones.c.document_id == document_id)).first()
    put_state(connection, UNFINISHED, "yes")
    if tombstone is not None:
        return Forgotten(document_id, tombstone.forgotten_at, tombstone.reason)
    if connection.execute(select(documents).where(documents.c.id == document_id)).first() is None:
        raise NotFound(f"no document {document_id!r} in this workspace")
    moment = moment_for(connection, at)
    originals, shared = _originals(connection, document_id)
    for digest in originals:
        condemn_original(connection, digest, moment)
    hashes, repeated_in = _repeats(connection, document_id)
    lost = _claims_of_no_other(connection, document_id)
    gone, cut = _cut_events(connection, lost, moment)
    judged = _cut_judgements(connection, {document_id, *lost, *gone}, set(cut))
    _delete_rows(connection, document_id, hashes)
    connection.execute(tombstones.insert().values(document_id=document_id, forgotten_at=moment, reason=reason))
    return Forgotten(document_id, moment, reason, originals, shared, repeated_in, gone, cut, judged)


def _originals(connection: Connection, document_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    mine = select(receipts.c.original).where(receipts.c.document_id == document_id, receipts.c.original != "")
    digests = tuple(sorted(set(connection.execute(mine).scalars())))
    others = select(receipts.c.document_id).where(
        receipts.c.original.in_(digests), receipts.c.document_id != document_id
    )
    return digests, tuple(sorted(set(connection.execute(others).scalars())))


def _repeats(connection: Connection, document_id: str) -> tuple[list[str], tuple[str, ...]]:
    """The texts that no other document has, and the documents that repeat its words."""
    mine = select(document_versions.c.text_hash).where(document_versions.c.document_id == document_id)
    hashes = set(connection.execute(mine).scalars())
    others = select(document_versions.c.document_id, document_versions.c.text_hash).where(
        document_versions.c.text_hash.in_(hashes), document_versions.c.document_id != document_id
    )
    same = connection.execute(others).all()
    found = {row.document_id for row in same}
    pairs = select(copies.c.document_id, copies.c.origin_id).where(
        (copies.c.document_id == document_id) | (copies.c.origin_id == document_id)
    )
    for row in connection.execute(pairs):
        found |= {row.document_id, row.origin_id} - {document_id}
    return sorted(hashes - {row.text_hash for row in same}), tuple(sorted(found))


def _claims_of_no_other(connection: Connection, document_id: str) -> set[str]:
    # Two documents with the very same text have claims with the same ids.
    lost = set(connection.execute(select(claims.c.id).where(claims.c.document_id == document_id)).scalars())
    for ids in batches(sorted(lost), MANY):
        others = select(claims.c.id).where(claims.c.id.in_(ids), claims.c.document_id != document_id)
        lost -= set(connection.execute(others).scalars())
    return lost


def _cut_events(
    connection: Connection, lost: Collection[str], moment: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    touched: set[int] = set()
    for ids in batches(sorted(lost), MANY):
        touched |= set(
            connection.execute(select(event_claims.c.event_n).where(event_claims.c.claim_id.in_(ids))).scalars()
        )
    cut: set[str] = set()
    deleted: set[str] = set()
    ended: set[str] = set()
    for numbers in batches(sorted(touched), MANY):
        for row in connection.execute(select(events).where(events.c.n.in_(numbers))).all():
            event = from_json(row.record, Event)
            left = tuple(c for c in event.claim_ids if c not in lost)
            dead = and_(event_claims.c.event_n == row.n, event_claims.c.claim_id.not_in(left))
            connection.execute(event_claims.delete().where(dead))
            if left:
                record = to_json(_cut(event, _remaining(connection, left)))
                values = {"record": record, "content": fingerprint(record)}
                connection.execute(events.update().where(events.c.n == row.n).values(**values))
                cut.add(row.id)
            else:
                connection.execute(events.delete().where(events.c.n == row.n))
                deleted.add(row.id)
                if row.recorded_to is None:
                    ended.add(row.id)
    n = next_number(connection, withdrawals.c.n)
    for i, identity in enumerate(sorted(ended)):
        connection.execute(withdrawals.insert().values(n=n + i, id=identity, recorded_from=moment))
    gone = ended | (deleted - cut - _with_versions(connection, deleted))
    return tuple(sorted(gone)), tuple(sorted(cut - gone))


def _with_versions(connection: Connection, ids: Collection[str]) -> set[str]:
    found: set[str] = set()
    for some in batches(sorted(ids), MANY):
        found |= set(connection.execute(select(events.c.id).where(events.c.id.in_(some))).scalars())
    return found


def _remaining(connection: Connection, ids: Sequence[str]) -> list[Claim]:
    """Every version of the claims with these ids."""
    found: list[Claim] = []
    for some in batches(ids, MANY):
        rows = connection.execute(select(claims.c.record).where(claims.c.id.in_(some)))
        found += [from_json(row.record, Claim) for row in rows]
    return found


def _cut(event: Event, remaining: Sequence[Claim]) -> Event:
    """`event` with only those values that one of the remaining claims states in the same words."""
    left = {claim.id for claim in remaining}
    people = {p for claim in remaining for p in claim.participants}
    places = {p for claim in remaining for p in claim.where}
    counts = {
        name: value
        for name in _COUNTED
        if (value := getattr(event.counts, name)) in [getattr(claim.counts, name) for claim in remaining]
    }
    reports = len({claim.document_id for claim in remaining})
    return replace(
        event,
        claim_ids=tuple(c for c in event.claim_ids if c in left),
        code=event.code if event.code in {claim.code for claim in remaining} else None,
        participants=tuple(p for p in event.participants if p in people),
        attribution=event.attribution if event.attribution in {c.attribution for c in remaining} else "none",
        when=event.when if event.when in {claim.when for claim in remaining} else When(),
        where=tuple(p for p in event.where if p in places),
        counts=Counts(**counts),
        weapon=event.weapon if event.weapon in {claim.weapon for claim in remaining} else "",
        fields=_cut_fields(event.fields, left),
        documents=min(event.documents, reports),
        lineages=min(event.lineages, reports),
    )


def _cut_fields(fields: Iterable[MergedField], left: Collection[str]) -> tuple[MergedField, ...]:
    kept = []
    for merged in fields:
        by = tuple(c for c in merged.claim_ids if c in left)
        against = tuple(c for c in merged.disputed_by if c in left)
        if by:
            kept.append(replace(merged, claim_ids=by, disputed=merged.disputed and bool(against), disputed_by=against))
    return tuple(kept)


def _cut_judgements(connection: Connection, gone: Collection[str], cut: Collection[str]) -> tuple[str, ...]:
    """Destroy the judgements on what is gone and, on events that were cut, the corrections and all reasons.

    A correction or a reason may have been taken from the forgotten words, and nothing tells whether it was.
    """
    dead: list[str] = []
    for row in connection.execute(select(judgements)).all():
        judgement = from_json(row.record, Judgement)
        subjects = set(judgement.subjects)
        if subjects & set(gone) or (subjects & set(cut) and judgement.verdict == "correct"):
            dead.append(judgement.id)
        elif subjects & set(cut) and judgement.reason:
            record = to_json(replace(judgement, reason=""))
            connection.execute(judgements.update().where(judgements.c.n == row.n).values(record=record))
    for ids in batches(dead, MANY):
        connection.execute(judgements.delete().where(judgements.c.id.in_(ids)))
    return tuple(sorted(dead))


def _delete_rows(connection: Connection, document_id: str, hashes: Sequence[str]) -> None:
    connection.execute(
        copies.delete().where((copies.c.document_id == document_id) | (copies.c.origin_id == document_id))
    )
    for table in (claims, codings, receipts, document_versions):
        connection.execute(table.delete().where(table.c.document_id == document_id))
    connection.execute(texts.delete().where(texts.c.hash.in_(hashes)))
    connection.execute(documents.delete().where(documents.c.id == document_id))


def find_backups(folder: Path) -> tuple[Path, ...]:
    """Files in and beside `folder` that may hold copies of what is in it."""
    inside = [path for path in folder.iterdir() if path.name not in OWN and not path.name.startswith(".writing-")]
    beside = [
        path
        for path in _listed(folder.parent)
        if path != folder
        and (path.name.startswith(folder.name) or (path.is_file() and path.suffix.lower() in _BACKUP_SUFFIXES))
    ]
    return tuple(sorted({*inside, *beside}))


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        # Somebody may enter the workspace and not be allowed to list what lies beside it.
        return []
