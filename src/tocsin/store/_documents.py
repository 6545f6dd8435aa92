"""Documents, their versions, and what they were received as."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, and_, func, select

from tocsin.errors import InputError
from tocsin.records import Document, Receipt, Sensitivity, When, content_id, from_json, to_json
from tocsin.store._database import moment_for, next_number
from tocsin.store._schema import (
    codings,
    destroyed_originals,
    document_versions,
    documents,
    in_utc,
    receipts,
    texts,
    tombstones,
    visible,
)

# Documents a transaction: a commit costs some milliseconds, and what a kill loses is at most this much work.
BATCH = 200
# SQLite takes 32,766 values in one statement and PostgreSQL 65,535; this stays far below both.
MANY = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document as it arrived: under which name, as which item, in which original (SHA-256).

    `anew` says that a person wants it as it is read now, also where an earlier version of it was the same.
    """

    document: Document
    name: str
    item: str = ""
    original: str = ""
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a batch of arrivals, by document id, in order of arrival.

    `new` had never been seen, `revised` are known ones with a new text or new particulars, `known` changed
    nothing (but may have got another receipt), `forgotten` were destroyed once and were not taken again.
    `identical` are those of the known that had been received at this very moment before: twice in one go.
    """

    new: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    identical: tuple[str, ...] = ()

    def __add__(self, more: Added) -> Added:
        """What became of both batches, one after the other."""
        return Added(
            self.new + more.new,
            self.revised + more.revised,
            self.known + more.known,
            self.forgotten + more.forgotten,
            self.identical + more.identical,
        )


@dataclass(frozen=True, slots=True)
class Tombstone:
    """All that is left of a forgotten document."""

    document_id: str
    forgotten_at: datetime
    reason: str


@dataclass(slots=True)
class _Known:
    """What the database knows of the documents of one batch, kept in step while the batch is worked out."""

    current: dict[str, Document] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    receipts: set[str] = field(default_factory=set)
    tombstones: set[str] = field(default_factory=set)
    received_now: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Rows:
    """Rows of one batch for each table, written together: a statement a row is most of the time that storing takes."""

    texts: list[dict[str, Any]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        """Write them, what others refer to first."""
        rows = ((texts, self.texts), (documents, self.documents), (document_versions, self.versions))
        for table, values in (*rows, (receipts, self.receipts)):
            if values:
                connection.execute(table.insert(), values)
            values.clear()


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut `items` into lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def fingerprint(record: str) -> str:
    """Tells one content of a record from another."""
    return hashlib.sha256(record.encode()).hexdigest()[:32]


def as_bytes(text: str) -> bytes:
    """The bytes that the hash of a text is of; a scraped text may hold half a surrogate pair."""
    return text.encode("utf-8", "surrogatepass")


def as_text(body: bytes) -> str:
    """The text of :func:`as_bytes`."""
    return body.decode("utf-8", "surrogatepass")


def receipt_of(arrival: Arrival, at: datetime) -> Receipt:
    """The receipt of `arrival`; received again, the same thing has the same id."""
    name, item = _storable(arrival.name), _storable(arrival.item)
    document_id = arrival.document.id
    identity = content_id("r", document_id, name, item, arrival.original)
    return Receipt(identity, document_id, name, item, arrival.original, in_utc(at))


def _storable(name: str) -> str:
    # A file's name may be no UTF-8 and an entry's id may hold anything; a database takes neither.
    return name.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def add_batch(connection: Connection, arrivals: Sequence[Arrival], at: datetime) -> Added:
    """Add `arrivals` in the transaction of `connection`."""
    moment = moment_for(connection, at)
    known = _look_up(connection, arrivals, at)
    new: list[str] = []
    revised: list[str] = []
    unchanged: list[str] = []
    forgotten: list[str] = []
    identical: list[str] = []
    next_receipt = next_number(connection, receipts.c.n)
    rows = _Rows()
    for arrival in arrivals:
        identity = arrival.document.id
        if identity in known.tombstones:
            forgotten.append(identity)
            condemn_original(connection, arrival.original, moment)
            continue
        current = known.current.get(identity)
        document = _settle(arrival.document, current)
        record = document_json(document, arrival.name, arrival.item)
        if _is_seen(record, arrival, known):
            unchanged.append(identity)
            if identity in known.received_now:
                identical.append(identity)
        else:
            (revised if identity in known.current else new).append(identity)
            _insert_version(connection, document, record, known, rows, moment)
        known.received_now.add(identity)
        receipt = receipt_of(arrival, at)
        if receipt.id not in known.receipts:
            known.receipts.add(receipt.id)
            rows.receipts.append(_receipt_row(next_receipt, receipt))
            next_receipt += 1
    rows.write(connection)
    return Added(tuple(new), tuple(revised), tuple(unchanged), tuple(forgotten), tuple(identical))


def holds(connection: Connection, arrivals: Sequence[Arrival], at: datetime) -> bool:
    """Whether adding `arrivals` would tell nothing but that they came in another original."""
    known = _look_up(connection, arrivals, at)
    for arrival in arrivals:
        document = _settle(arrival.document, known.current.get(arrival.document.id))
        if not _is_seen(document_json(document, arrival.name, arrival.item), arrival, known):
            return False
    ids = {a.document.id for a in arrivals}
    found = select(receipts.c.document_id, receipts.c.name, receipts.c.item).where(receipts.c.document_id.in_(ids))
    received = {tuple(row) for row in connection.execute(found)}
    return all((a.document.id, _storable(a.name), _storable(a.item)) in received for a in arrivals)


def _is_seen(record: str, arrival: Arrival, known: _Known) -> bool:
    """Whether `record` says nothing that its document did not say before."""
    identity = arrival.document.id
    current = known.current.get(identity)
    if current is not None and arrival.anew:
        return record == document_json(current)
    return fingerprint(record) in known.seen.get(identity, ())


def condemn_original(connection: Connection, digest: str, moment: datetime) -> None:
    """Mark an original as not to be kept; the file itself goes once this is committed."""
    there = connection.execute(select(destroyed_originals.c.digest).where(destroyed_originals.c.digest == digest))
    if digest and there.first() is None:
        connection.execute(destroyed_originals.insert().values(digest=digest, destroyed_at=moment))


def _look_up(connection: Connection, arrivals: Sequence[Arrival], at: datetime) -> _Known:
    ids = {a.document.id for a in arrivals}
    known = _Known()
    # A revised text has another hash than the arrival's document only where it is current, so these two suffice.
    hashes = {a.document.text_hash for a in arrivals}
    known.texts = set(connection.execute(select(texts.c.hash).where(texts.c.hash.in_(hashes))).scalars())
    receipt_ids = {receipt_of(a, at).id for a in arrivals}
    known.receipts = set(connection.execute(select(receipts.c.id).where(receipts.c.id.in_(receipt_ids))).scalars())
    gone = select(tombstones.c.document_id).where(tombstones.c.document_id.in_(ids))
    known.tombstones = set(connection.execute(gone).scalars())
    versions = select(document_versions).where(document_versions.c.document_id.in_(ids))
    for row in connection.execute(versions.order_by(document_versions.c.version)):
        known.seen.setdefault(row.document_id, set()).add(row.content)
        known.last[row.document_id] = row.version
        if row.recorded_to is None:
            # Without its text: only the particulars are compared and inherited here.
            known.current[row.document_id] = from_json(row.record, Document)
    if known.current:
        now = select(receipts.c.document_id).where(receipts.c.document_id.in_(list(known.current)))
        known.received_now = set(connection.execute(now.where(receipts.c.received_at == in_utc(at))).scalars())
    return known


def _settle(incoming: Document, current: Document | None) -> Document:
    """What `incoming` comes to beside what is known: a gap does not undo a date, nor openness a restriction."""
    if current is None:
        return incoming
    gap = incoming.published is None or incoming.published.anchor == "given"
    return replace(
        incoming,
        published=current.published if gap and current.published is not None else incoming.published,
        sensitivity="restricted" if current.sensitivity == "restricted" else incoming.sensitivity,
    )


def document_json(document: Document, name: str = "", item: str = "") -> str:
    """The record of `document` without its text.

    Raises
    ------
    InputError
        If its title, address or the like cannot be written as UTF-8.
    """
    try:
        return to_json(replace(document, text=""))
    except UnicodeEncodeError as error:
        raise InputError(name or document.id, f"its particulars hold broken characters: {error}", item=item) from error


def _insert_version(
    connection: Connection, document: Document, record: str, known: _Known, rows: _Rows, moment: datetime
) -> None:
    if document.text_hash not in known.texts:
        known.texts.add(document.text_hash)
        rows.texts.append({"hash": document.text_hash, "body": as_bytes(document.text)})
    version = known.last.get(document.id, 0) + 1
    if version == 1:
        rows.documents.append({"id": document.id, "recorded_from": moment})
        rows.versions.append(_version_row(document, record, version, moment))
    else:
        rows.write(connection)  # the version that this one closes may be among them
        write_version(connection, document, record, version, moment)
    known.last[document.id] = version
    known.current[document.id] = document
    known.seen.setdefault(document.id, set()).add(fingerprint(record))


def write_version(connection: Connection, document: Document, record: str, version: int, moment: datetime) -> None:
    """Close the current version of `document` and open the next."""
    if version > 1:
        current = and_(document_versions.c.document_id == document.id, visible(document_versions, None))
        connection.execute(document_versions.update().where(current).values(recorded_to=moment))
    connection.execute(document_versions.insert(), [_version_row(document, record, version, moment)])


def _version_row(document: Document, record: str, version: int, moment: datetime) -> dict[str, Any]:
    return {
        "document_id": document.id,
        "version": version,
        "text_hash": document.text_hash,
        "content": fingerprint(record),
        "record": record,
        "recorded_from": moment,
    }


def fill_published(connection: Connection, row: Row[Any], published: When, at: datetime) -> bool:
    """Give the document of `row` a date, if it has none."""
    document = from_json(row.record, Document)
    if document.published is not None:
        return False
    return _revise(connection, row, replace(document, published=published), at)


def put_sensitivity(connection: Connection, row: Row[Any], sensitivity: Sensitivity, at: datetime) -> bool:
    """Open or restrict the document of `row`."""
    return _revise(connection, row, replace(from_json(row.record, Document), sensitivity=sensitivity), at)


def _revise(connection: Connection, row: Row[Any], document: Document, at: datetime) -> bool:
    record = document_json(document)
    if record == row.record:
        return False
    write_version(connection, document, record, row.version + 1, moment_for(connection, at))
    return True


def _receipt_row(n: int, receipt: Receipt) -> dict[str, Any]:
    return {
        "n": n,
        "id": receipt.id,
        "document_id": receipt.document_id,
        "name": receipt.name,
        "item": receipt.item,
        "original": receipt.original,
        "received_at": receipt.received_at,
    }


# Reading --------------------------------------------------------------------------------------------------------------


def select_documents(as_of: datetime | None = None) -> Select[Any]:
    """Versions current now or `as_of`, with their texts."""
    return (
        select(document_versions, texts.c.body)
        .join(texts, texts.c.hash == document_versions.c.text_hash)
        .where(visible(document_versions, as_of))
    )


def restricted_now(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of `ids` whose current version is restricted."""
    current = select(document_versions.c.document_id, document_versions.c.record).where(
        document_versions.c.document_id.in_(ids), visible(document_versions, None)
    )
    return {
        row.document_id
        for row in connection.execute(current)
        if from_json(row.record, Document).sensitivity == "restricted"
    }


def select_uncoded(key: str) -> Select[Any]:
    """Current versions that no current coding with `key` is of."""
    done = (
        select(codings.c.n)
        .where(codings.c.document_id == document_versions.c.document_id)
        .where(codings.c.version == document_versions.c.version)
        .where(codings.c.key == key)
        .where(visible(codings, None))
    )
    return select_documents().where(~done.exists())


def document_of(row: Row[Any]) -> Document:
    """The document of a row of :func:`select_documents`."""
    return replace(from_json(row.record, Document), text=as_text(row.body))


def receipt_from(row: Row[Any]) -> Receipt:
    """The receipt of a row."""
    return Receipt(row.id, row.document_id, row.name, row.item, row.original, row.received_at)


def first_receipts_of(
    connection: Connection, ids: Sequence[str] | None, as_of: datetime | None = None
) -> Mapping[str, Receipt]:
    """The first receipt of each document, or of those that had one `as_of`."""
    first = select(func.min(receipts.c.n)).group_by(receipts.c.document_id)
    if ids is not None:
        first = first.where(receipts.c.document_id.in_(ids))
    if as_of is not None:
        first = first.where(receipts.c.received_at <= as_of)
    found = connection.execute(select(receipts).where(receipts.c.n.in_(first)).order_by(receipts.c.document_id))
    return {row.document_id: receipt_from(row) for row in found}
