"""The workspace: one folder, one database, and what may be done with them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

from sqlalchemy import Connection, Row, func, select

from tocsin.errors import NotFound, WorkspaceError
from tocsin.records import (
    Claim,
    Coding,
    Copy,
    Document,
    Event,
    Judgement,
    Receipt,
    Sensitivity,
    When,
    from_json,
)
from tocsin.store import _codings, _documents, _events, _forget, _snapshot
from tocsin.store._database import LATEST, LOCK_WAIT_S, Database, get_state, next_number, put_state
from tocsin.store._documents import BATCH, Added, Arrival, Tombstone, batches
from tocsin.store._forget import OWN, UNFINISHED, Forgotten
from tocsin.store._originals import (
    clear_half_copies,
    destroy_file,
    keep_original,
    original_path,
    write_whole,
)
from tocsin.store._schema import (
    claims,
    codings,
    copies,
    destroyed_originals,
    document_versions,
    documents,
    events,
    in_utc,
    judgements,
    outputs,
    receipts,
    runs,
    texts,
    tombstones,
    visible,
)
from tocsin.store._settings import FILE, database_url, new_settings, read_settings

# Records are small beside texts; a page of these is well under a megabyte.
_RECORDS = 1_000


@dataclass(frozen=True, slots=True)
class Output:
    """A folder or file that was written from a workspace, last at `written_at`."""

    path: Path
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One step begun, and ended unless `ended_at` is None: then it was interrupted or is still going.

    `marker` is what the step needs to find its way back; ids only, never text.
    """

    number: int
    step: str
    started_at: datetime
    ended_at: datetime | None = None
    marker: str = ""


class Workspace:
    """Everything that was received and made of it, in one folder.

    Open it with :meth:`open` and close it, or use it in a ``with`` statement. Any number of processes may read;
    one writes, from its first write until it closes. Every call that writes is one transaction (:meth:`add_many`
    one a batch), so a process killed at any moment leaves nothing half-written. Streams read a page at a time
    and hold nothing open between pages.

    Moments (`at`, `as_of`) carry a zone. A record is never stored under an earlier moment than one already
    stored, whatever a wrong clock says: what was read as of a moment past stays what it was.
    """

    def __init__(self, path: Path, database: Database, settings: Mapping[str, Any]) -> None:
        self.path = path
        self.settings: Mapping[str, Any] = MappingProxyType(dict(settings))
        self._database = database

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, url: str | None = None, create: bool = True) -> Workspace:
        """Open the workspace in the folder `path`, making it where there is none.

        Parameters
        ----------
        path : path
            The folder. It and what is in it are readable by its owner only.
        url : str, optional
            A PostgreSQL address to keep the records at; goes before ``TOCSIN_DATABASE_URL`` and ``[store] url`` in
            ``tocsin.toml``. One schema holds one workspace.
        create : bool
            Whether to make a workspace where there is none.

        Raises
        ------
        WorkspaceError
            If there is none to open, the folder holds something else, its schema is of a newer version, the
            database cannot be reached, or another process is just bringing it up to date.
        UsageError
            If a setting is wrong.
        """
        folder = Path(path).absolute()
        if not (folder / FILE).exists():
            _make(folder, url, create)
        with suppress(PermissionError):
            folder.chmod(0o700)
        settings = read_settings(folder / FILE)
        for name in ("originals", "snapshots", "releases"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        database = Database(folder, database_url(url, settings, folder))
        try:
            database.prepare()
        except BaseException:
            database.close()
            raise
        return cls(folder, database, settings)

    def close(self) -> None:
        """Close it; others may write then."""
        self._database.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def lock(self, wait: float = LOCK_WAIT_S) -> None:
        """Become the one writer, waiting up to `wait` seconds; every write does so by itself.

        Call it before reading what a write will be made from, such as the ledger.

        Raises
        ------
        WorkspaceBusy
            If another process is writing.
        """
        self._database.lock(wait)

    @property
    def releases(self) -> Path:
        """The folder for releases."""
        return self.path / "releases"

    def keep_scratch(self, name: str, content: bytes) -> None:
        """Keep `content` under `name` until it is kept anew, or a document is forgotten."""
        folder = self._scratch
        folder.mkdir(mode=0o700, exist_ok=True)
        self._database.lock(LOCK_WAIT_S)
        write_whole(folder / name, content)

    def scratch(self, name: str) -> bytes:
        """What was kept under `name`, all of which can be made again; empty where there is nothing."""
        try:
            return (self._scratch / name).read_bytes()
        except FileNotFoundError:
            return b""

    @property
    def _scratch(self) -> Path:
        return self.path / "scratch"

    # Originals ----------------------------------------------------------------------------------------------------

    def add_original(self, path: Path, digest: str) -> bool:
        """Keep the file at `path` as received, under `digest`, the SHA-256 of its bytes.

        Returns
        -------
        bool
            Whether it is kept. False where it held something that was forgotten: it is not stored again.

        Raises
        ------
        InputError
            If its bytes no longer have this digest.
        """
        folder = self.path / "originals"
        original_path(folder, digest)
        self._database.lock(LOCK_WAIT_S)
        if self._destroyed(digest) is not None:
            return False
        keep_original(path, folder, digest)
        return True

    def original(self, digest: str) -> Path:
        """Where the original with this digest lies.

        Raises
        ------
        NotFound
            If it is not here, or was destroyed.
        """
        path = original_path(self.path / "originals", digest)
        if path.exists():
            return path
        since = self._destroyed(digest)
        if since is not None:
            raise NotFound(f"original {digest} was destroyed on {since:%Y-%m-%d} because it held a forgotten document")
        raise NotFound(f"original {digest} is not in {path.parent.parent}; add the file again")

    def _destroyed(self, digest: str) -> datetime | None:
        with self._database.read() as connection:
            found = select(destroyed_originals.c.destroyed_at).where(destroyed_originals.c.digest == digest)
            moment: datetime | None = connection.execute(found).scalar()
            return moment

    # Documents ----------------------------------------------------------------------------------------------------

    def add(self, document: Document, *, name: str, item: str = "", original: str = "", at: datetime) -> bool:
        """Add one document as received under `name`; see :meth:`add_many`.

        Returns
        -------
        bool
            Whether it had never been seen. False for a known one, and for one that was forgotten
            (:meth:`is_forgotten`), which is not taken again.
        """
        return bool(self.add_many([Arrival(document, name, item, original)], at).new)

    def add_many(self, arrivals: Iterable[Arrival], at: datetime) -> Added:
        """Add documents and their receipts, a transaction a batch of 200.

        A known document gets another receipt, unless it has this one. A content of it that was never seen (a new
        text, a date found now) becomes its new version; one seen before changes nothing, so doing it all
        twice changes nothing. A date that was only ``given`` never replaces another, and a restricted document
        stays restricted.

        Raises
        ------
        InputError
            If a document's particulars cannot be stored; its batch is left out.
        """
        whole = Added()
        for batch in batches(arrivals, BATCH):
            with self._database.write() as connection:
                added = _documents.add_batch(connection, batch, at)
            whole += added
        if whole.forgotten:
            self._destroy_condemned()
        return whole

    def holds(self, arrivals: Sequence[Arrival], at: datetime) -> bool:
        """Whether all of `arrivals` were received before, under these names and with this content.

        Which original they came in does not matter: a web page that says the time is another file each second.
        """
        with self._database.read() as connection:
            return all(_documents.holds(connection, batch, at) for batch in batches(arrivals, BATCH))

    def set_published(self, document_id: str, published: When, at: datetime) -> bool:
        """Give an undated document a date; return whether it had none.

        Raises
        ------
        NotFound
            If there is no such document.
        """
        with self._database.write() as connection:
            return _documents.fill_published(connection, _current(connection, document_id), published, at)

    def set_sensitivity(self, document_id: str, sensitivity: Sensitivity, at: datetime) -> bool:
        """Open or restrict a document; return whether that changed it.

        Raises
        ------
        NotFound
            If there is no such document.
        """
        with self._database.write() as connection:
            return _documents.put_sensitivity(connection, _current(connection, document_id), sensitivity, at)

    def documents(self, ids: Iterable[str] | None = None, as_of: datetime | None = None) -> Iterator[Document]:
        """Yield the documents, or those with these ids, as they are now or were `as_of`, in the order of their ids.

        One that was restricted since is restricted as of any moment: whom it protects is in danger today.
        """
        key = [document_versions.c.document_id]
        moment = _utc(as_of)
        statement = _documents.select_documents(moment)
        for some in [None] if ids is None else batches(sorted(set(ids)), _documents.MANY):
            mine = statement if some is None else statement.where(document_versions.c.document_id.in_(some))
            for page in self._database.pages(mine, key):
                found = list(map(_documents.document_of, page))
                yield from found if moment is None else self._as_restricted_now(found)

    def _as_restricted_now(self, found: Sequence[Document]) -> Iterator[Document]:
        with self._database.read() as connection:
            restricted = _documents.restricted_now(connection, [d.id for d in found])
        return (replace(d, sensitivity="restricted") if d.id in restricted else d for d in found)

    def document(self, document_id: str, as_of: datetime | None = None) -> Document:
        """The document with this id, as it is now or was `as_of`.

        Raises
        ------
        NotFound
            If there is none; the message says if it was forgotten.
        """
        found = next(self.documents([document_id], as_of), None)
        if found is None:
            with self._database.read() as connection:
                raise _no_document(connection, document_id)
        return found

    def document_ids(self, name: str = "") -> tuple[str, ...]:
        """Ids of all documents, or of those received under `name`, in order."""
        found = select(documents.c.id).order_by(documents.c.id)
        if name:
            found = select(receipts.c.document_id).where(receipts.c.name == name).distinct()
        with self._database.read() as connection:
            return tuple(sorted(connection.execute(found).scalars()))

    def count_documents(self) -> int:
        """How many documents there are."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(documents)).scalar_one())

    def text(self, text_hash: str) -> str:
        """The text that spans with this hash cite, also where a later version replaced it.

        Raises
        ------
        NotFound
            If it is not here.
        """
        with self._database.read() as connection:
            body = connection.execute(select(texts.c.body).where(texts.c.hash == text_hash)).scalar()
        if body is None:
            raise NotFound(f"no text {text_hash} in this workspace; it may have been forgotten")
        return _documents.as_text(body)

    def receipts(self, document_id: str) -> tuple[Receipt, ...]:
        """What this document was received as, first to last."""
        with self._database.read() as connection:
            found = select(receipts).where(receipts.c.document_id == document_id).order_by(receipts.c.n)
            return tuple(_documents.receipt_from(row) for row in connection.execute(found))

    def first_receipts(self, ids: Sequence[str] | None = None, as_of: datetime | None = None) -> Mapping[str, Receipt]:
        """The first receipt of every document, or of those with these ids, by document id in order.

        With `as_of`, of those that were received until then.
        """
        found: dict[str, Receipt] = {}
        with self._database.read() as connection:
            for some in [None] if ids is None else batches(sorted(set(ids)), _documents.MANY):
                found.update(_documents.first_receipts_of(connection, some, _utc(as_of)))
        return found

    def is_forgotten(self, document_id: str) -> bool:
        """Whether a document with this id was destroyed."""
        with self._database.read() as connection:
            return _tombstone(connection, document_id) is not None

    def tombstones(self) -> tuple[Tombstone, ...]:
        """What is left of forgotten documents, in order of time."""
        with self._database.read() as connection:
            found = select(tombstones).order_by(tombstones.c.forgotten_at, tombstones.c.document_id)
            return tuple(Tombstone(r.document_id, r.forgotten_at, r.reason) for r in connection.execute(found))

    # Codings ------------------------------------------------------------------------------------------------------

    def uncoded(self, key: str) -> Iterator[Document]:
        """Yield the documents whose current version has no current coding with `key`, in the order of their ids.

        `key` is one for all documents: the store itself sees when a document has changed since it was coded,
        its text or its date. Codings may be saved while this is read.
        """
        statement = _documents.select_uncoded(key)
        for page in self._database.pages(statement, [document_versions.c.document_id]):
            yield from map(_documents.document_of, page)

    def save_codings(self, codings: Iterable[Coding], at: datetime, *, coder: str = "default") -> int:
        """Save what `coder` says, in one transaction; return how many codings said something new.

        A new coding of a document closes the one before by the same coder and never deletes it. Codings of
        documents that were forgotten meanwhile are left out.

        Raises
        ------
        NotFound
            If the workspace has no such document with the text that was coded.
        """
        with self._database.write() as connection:
            return _codings.save(connection, list(codings), coder, at)

    def claims(self, as_of: datetime | None = None, document_id: str | None = None) -> Iterator[Claim]:
        """Yield the claims current now or `as_of`, by document and in the order their coder gave them."""
        for claim, _ in self._dated_claims(as_of, document_id):
            yield claim

    def _dated_claims(self, as_of: datetime | None, document_id: str | None) -> Iterator[tuple[Claim, datetime]]:
        statement = _codings.select_claims(_utc(as_of), document_id)
        key = [claims.c.document_id, claims.c.coding_n, claims.c.position]
        for page in self._database.pages(statement, key, _RECORDS):
            for row in page:
                yield _codings.claim_of(row), row.recorded_from

    def claim(self, claim_id: str, as_of: datetime | None = None) -> Claim:
        """The claim with this id; the first by document, where documents with the same text both have it.

        Raises
        ------
        NotFound
            If there is none.
        """
        found = _codings.select_claims(_utc(as_of), None).where(claims.c.id == claim_id)
        with self._database.read() as connection:
            row = connection.execute(found.order_by(claims.c.document_id, claims.c.coding_n)).first()
        if row is None:
            raise NotFound(f"no current claim {claim_id!r} in this workspace; a later coding may have replaced it")
        return _codings.claim_of(row)

    def former_claims(self, ids: Iterable[str]) -> dict[str, Claim]:
        """Those of the claims `ids` that were ever coded, as they were coded last; by id."""
        found: dict[str, Claim] = {}
        with self._database.read() as connection:
            for some in batches(sorted(set(ids)), _documents.MANY):
                rows = connection.execute(select(claims).where(claims.c.id.in_(some)).order_by(claims.c.coding_n))
                found.update((row.id, _codings.claim_of(row)) for row in rows)
        return found

    def codings(self, as_of: datetime | None = None, document_id: str | None = None) -> Iterator[Coding]:
        """Yield the codings current now or `as_of`, with their claims and notes, by document."""
        statement = _codings.select_codings(_utc(as_of), document_id)
        for page in self._database.pages(statement, [codings.c.document_id, codings.c.n]):
            with self._database.read() as connection:
                whole = _codings.with_claims(connection, page)
            yield from whole

    def save_copies(self, copies: Iterable[Copy], at: datetime) -> int:
        """Make `copies` the whole current set, in one transaction; return how many rows that closed or opened."""
        with self._database.write() as connection:
            return _codings.save_copies(connection, copies, at)

    def copies(self, as_of: datetime | None = None) -> tuple[Copy, ...]:
        """Which document repeats which, now or `as_of`, by document."""
        found = select(copies).where(visible(copies, _utc(as_of))).order_by(copies.c.document_id, copies.c.origin_id)
        with self._database.read() as connection:
            return tuple(from_json(row.record, Copy) for row in connection.execute(found))

    # Events -------------------------------------------------------------------------------------------------------

    def ledger(self) -> dict[str, frozenset[str]]:
        """Every event id ever given, oldest first, with the ids of the claims it last stood for.

        Ids that lead elsewhere or were withdrawn are in it too, so that none is given twice and claims that come
        back find their event again. Call :meth:`lock` first when events will be saved from what it says.
        """
        with self._database.read() as connection:
            return _events.read_ledger(connection)

    def save_events(
        self, events: Sequence[Event], redirects: Mapping[str, str], withdrawn: Sequence[str], at: datetime
    ) -> int:
        """Make `events` the current ones, in one transaction; return how many versions that opened.

        A version is opened only where an event's content changed. Events that are not among `events` are closed;
        they lead on where `redirects` (old id → new id) says so and are withdrawn otherwise, as are those in
        `withdrawn`. An id that comes back stops leading elsewhere.

        Raises
        ------
        ValueError
            If an id is given to two events, or to an event and a redirect.
        """
        with self._database.write() as connection:
            return _events.save(connection, list(events), redirects, withdrawn, at)

    def events(self, as_of: datetime | None = None) -> Iterator[Event]:
        """Yield the events current now or `as_of`, in the order of their ids."""
        for event, _ in self.dated_events(as_of):
            yield event

    def dated_events(self, as_of: datetime | None = None) -> Iterator[tuple[Event, datetime]]:
        """Yield the events current now or `as_of`, each with the moment it became what it is, by id."""
        statement = select(events).where(visible(events, _utc(as_of)))
        for page in self._database.pages(statement, [events.c.id, events.c.n], _RECORDS):
            for row in page:
                yield from_json(row.record, Event), row.recorded_from

    def event(self, reference: str, as_of: datetime | None = None) -> Event:
        """The event that `reference` names: an id, an id that was given up, or the beginning of an id.

        Raises
        ------
        NotFound
            If it names none, one that was withdrawn, or several.
        """
        with self._database.read() as connection:
            return _events.find_event(connection, reference, _utc(as_of))

    def event_history(self, event_id: str) -> tuple[tuple[datetime, Event], ...]:
        """Every version of an event, first to last, with the moment it was recorded."""
        found = select(events).where(events.c.id == event_id).order_by(events.c.n)
        with self._database.read() as connection:
            return tuple((row.recorded_from, from_json(row.record, Event)) for row in connection.execute(found))

    def redirects(self, as_of: datetime | None = None) -> dict[str, str]:
        """Event ids that merges and splits gave up, and the id each leads to in the end."""
        with self._database.read() as connection:
            return _events.read_redirects(connection, _utc(as_of))

    def withdrawals(self, as_of: datetime | None = None) -> dict[str, datetime]:
        """Event ids that stand for no event any more, and since when."""
        with self._database.read() as connection:
            return _events.read_withdrawals(connection, _utc(as_of))

    def add_judgements(self, judgements: Iterable[Judgement], at: datetime) -> int:
        """Append judgements, in one transaction; return how many were new.

        Raises
        ------
        WorkspaceError
            If one has the id of another that says something else.
        """
        with self._database.write() as connection:
            return _events.add_judgements(connection, judgements, at)

    def judgements(self, as_of: datetime | None = None) -> Iterator[Judgement]:
        """Yield every judgement recorded until now or `as_of`, first to last; the reader says which supersede."""
        statement = select(judgements)
        moment = _utc(as_of)
        if moment is not None:
            statement = statement.where(judgements.c.recorded_from <= moment)
        for page in self._database.pages(statement, [judgements.c.n], _RECORDS):
            for row in page:
                yield from_json(row.record, Judgement)

    # The workspace's own affairs ----------------------------------------------------------------------------------

    def begin_run(self, step: str, at: datetime, marker: str = "") -> Run:
        """Record that a step begins."""
        with self._database.write() as connection:
            run = Run(next_number(connection, runs.c.n), step, in_utc(at), None, marker)
            values = {"n": run.number, "step": step, "marker": marker, "started_at": run.started_at}
            connection.execute(runs.insert().values(**values))
        return run

    def mark_run(self, run: Run, marker: str) -> Run:
        """Record how far a step has come."""
        with self._database.write() as connection:
            connection.execute(runs.update().where(runs.c.n == run.number).values(marker=marker))
        return replace(run, marker=marker)

    def end_run(self, run: Run, at: datetime) -> Run:
        """Record that a step has ended."""
        ended = in_utc(at)
        with self._database.write() as connection:
            connection.execute(runs.update().where(runs.c.n == run.number).values(ended_at=ended))
        return replace(run, ended_at=ended)

    def runs(self, step: str = "") -> tuple[Run, ...]:
        """The steps begun so far, or those called `step`, first to last."""
        found = select(runs).order_by(runs.c.n)
        if step:
            found = found.where(runs.c.step == step)
        with self._database.read() as connection:
            return tuple(Run(r.n, r.step, r.started_at, r.ended_at, r.marker) for r in connection.execute(found))

    def recorded(self) -> tuple[datetime, datetime] | None:
        """The first and the latest moment that anything was recorded at; None where nothing was yet."""
        with self._database.read() as connection:
            first = connection.execute(select(func.min(documents.c.recorded_from))).scalar()
            latest = get_state(connection, LATEST)
        if latest is None:
            return None
        last = datetime.fromisoformat(latest)
        return (first if first is not None and first < last else last), last

    def record_output(self, path: Path, at: datetime) -> None:
        """Record that `path` was written from this workspace, so that :meth:`forget` can name it."""
        name = os.fsencode(path.absolute()).decode("utf-8", "backslashreplace")
        with self._database.write() as connection:
            connection.execute(outputs.delete().where(outputs.c.path == name))
            connection.execute(outputs.insert().values(path=name, written_at=in_utc(at)))

    def outputs(self) -> tuple[Output, ...]:
        """The folders and files known to have been written from here, by path."""
        with self._database.read() as connection:
            found = connection.execute(select(outputs).order_by(outputs.c.path))
            return tuple(Output(Path(row.path), row.written_at) for row in found)

    def snapshot(self, as_of: datetime) -> Path:
        """Write the events and claims of one vintage as Parquet; return the folder, in ``snapshots/``."""
        moment = in_utc(as_of)
        folder = self.path / "snapshots" / _snapshot.snapshot_name(moment)
        self._database.lock(LOCK_WAIT_S)
        _snapshot.write_snapshot(folder, self.dated_events(moment), self._dated_claims(moment, None))
        return folder

    def forget(self, document_id: str, at: datetime, reason: str) -> Forgotten:
        """Destroy a document and all that rests on it alone, leaving a tombstone: id, moment and `reason`, a code.

        Its original files are destroyed too, also where other documents came from the same files: those keep
        their texts, and the result names them. Snapshots are written anew without it. A document that was
        forgotten already is left at that, and unfinished destruction is finished.

        Raises
        ------
        NotFound
            If there is no such document.
        UsageError
            If `reason` is not a short code.
        WorkspaceError
            If a reader keeps the database's files open; then do it again.
        """
        _forget.check_reason(reason)
        with self._database.write() as connection:
            forgotten = _forget.forget(connection, document_id, at, reason)
        self.finish_forgetting()
        releases = tuple(sorted(self.releases.iterdir()))
        return replace(
            forgotten,
            outputs=(*(output.path for output in self.outputs()), *releases),
            backups=_forget.find_backups(self.path),
            beyond_reach=() if self._database.sqlite else ("postgresql-log",),
        )

    def finish_forgetting(self) -> bool:
        """Finish what a killed :meth:`forget` left undone; return whether there was anything.

        Raises
        ------
        WorkspaceError
            If a reader keeps the database's files open; then do it again.
        """
        with self._database.read() as connection:
            if get_state(connection, UNFINISHED) is None:
                return False
        self._destroy_condemned()
        for path in self._scratch.glob("*"):
            destroy_file(path)
        self._rewrite_snapshots()
        self._database.scrub()
        with self._database.write() as connection:
            put_state(connection, UNFINISHED, None)
        return True

    def _destroy_condemned(self) -> None:
        self._database.lock(LOCK_WAIT_S)
        folder = self.path / "originals"
        clear_half_copies(folder)
        with self._database.read() as connection:
            condemned = list(connection.execute(select(destroyed_originals.c.digest)).scalars())
        for digest in condemned:
            destroy_file(original_path(folder, digest))

    def _rewrite_snapshots(self) -> None:
        folder = self.path / "snapshots"
        _snapshot.clear_half_snapshots(folder)
        for path in sorted(folder.iterdir()):
            # Anything else in there is not ours to rewrite.
            with suppress(ValueError):
                self.snapshot(_snapshot.snapshot_moment(path.name))


def _make(folder: Path, url: str | None, create: bool) -> None:
    if not create:
        raise WorkspaceError(f"{folder}: no workspace here; name the folder of one, or add reports to make one")
    if folder.exists():
        if not folder.is_dir():
            raise WorkspaceError(f"{folder}: is a file; a workspace is a folder")
        foreign = sorted(p.name for p in folder.iterdir() if p.name not in OWN and not p.name.startswith(".writing-"))
        if foreign:
            raise WorkspaceError(
                f"{folder}: is no workspace and holds other things ({foreign[0]}); choose a new or an empty folder"
            )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    address = database_url(url, {}, folder)
    write_whole(folder / FILE, new_settings("sqlite" if address is None else "postgresql"))


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else in_utc(moment)


def _current(connection: Connection, document_id: str) -> Row[Any]:
    mine = document_versions.c.document_id == document_id
    row = connection.execute(select(document_versions).where(mine, visible(document_versions, None))).first()
    if row is None:
        raise _no_document(connection, document_id)
    return row


def _tombstone(connection: Connection, document_id: str) -> Row[Any] | None:
    return connection.execute(select(tombstones).where(tombstones.c.document_id == document_id)).first()


def _no_document(connection: Connection, document_id: str) -> NotFound:
    found = _tombstone(connection, document_id)
    if found is not None:
        return NotFound(f"document {document_id} was forgotten on {found.forgotten_at:%Y-%m-%d} ({found.reason})")
    return NotFound(
        f"no document {document_id!r} in this workspace; `document` in claims.csv names what it was read from"
    )
