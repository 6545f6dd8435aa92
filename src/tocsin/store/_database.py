"""The database under a workspace: connections, the one writer, migrations.

Readers take a connection for one short transaction at a time, so that a long stream never holds back a
checkpoint and an abandoned one leaves nothing open. There is one writer at a time: it holds a lock from its first
write until the workspace is closed, because ids are given by reading the ledger and then writing to it.
"""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
    tuple_,
)
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from tocsin.errors import UsageError, WorkspaceBusy, WorkspaceError
from tocsin.store._schema import in_utc, metadata, state

HEAD = "0001"
"""The schema this code reads and writes."""

KNOWN = ("0001",)
"""Every schema that it can bring up to date."""

# Long enough for a person's second command to wait out a short first one.
LOCK_WAIT_S = 5.0
# SQLite's own locks are held for one transaction; a batch of codings commits in well under a second.
BUSY_TIMEOUT_MS = 30_000
# 64 documents of 100 kB are a few megabytes; larger pages were no faster.
PAGE = 64


class Database:
    """One SQLite file or one PostgreSQL schema.

    Parameters
    ----------
    folder : Path
        The workspace; messages name it, and SQLite's files lie in it.
    url : str, optional
        A PostgreSQL address; without it, ``tocsin.db`` in the folder.
    """

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder = folder
        self.engine = _sqlite_engine(folder / "tocsin.db") if url is None else _postgresql_engine(url)
        self._writer: Connection | None = None
        self._lock_file: sqlite3.Connection | None = None
        self._turn = threading.RLock()
        self._closed = False

    @property
    def sqlite(self) -> bool:
        """Whether the records are in a file of the workspace."""
        return self.engine.dialect.name == "sqlite"

    def prepare(self) -> None:
        """Bring the schema up to date.

        Raises
        ------
        WorkspaceError
            If another version wrote it, it cannot be reached, or another process is busy with it.
        """
        if self._schema() == HEAD:
            return
        self.lock(LOCK_WAIT_S)
        if self._schema() != HEAD:
            self._migrate()
        self.unlock()

    def _failed(self, error: DatabaseError) -> WorkspaceError:
        name = self.engine.url.render_as_string(hide_password=True)
        return WorkspaceError(f"{self.folder}: {name} failed: {error.orig}")

    def _schema(self) -> str | None:
        with self.read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if found is not None and found not in KNOWN:
            raise WorkspaceError(
                f"{self.folder}: its schema is {found}, this Tocsin knows up to {HEAD}; "
                "open it with the version of Tocsin that wrote it, or a newer one"
            )
        return None if found is None else str(found)

    def _migrate(self) -> None:
        # Alembic takes a while to import and is needed only here.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        with self.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)

    # The one writer -----------------------------------------------------------------------------------------------

    def lock(self, wait: float) -> None:
        """Become the one writer, waiting up to `wait` seconds.

        Raises
        ------
        WorkspaceBusy
            If another process is writing.
        """
        with self._turn:
            self._check_open()
            if self._writer is not None:
                return
            try:
                connection = self.engine.connect().execution_options(tocsin_writes=True)
            except DatabaseError as error:
                raise self._failed(error) from error
            try:
                taken = self._lock_sqlite(wait) if self.sqlite else _lock_postgresql(connection, wait)
            except BaseException:
                connection.close()
                raise
            if not taken:
                connection.close()
                raise WorkspaceBusy(f"{self.folder}: another process is writing to it; try again when that has ended")
            self._writer = connection

    def _lock_sqlite(self, wait: float) -> bool:
        # An exclusive transaction on an empty database file is a lock that every system gives back when its
        # holder dies, however it dies.
        path = self.folder / "tocsin.lock"
        _create_private(path)
        lock = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("PRAGMA journal_mode = OFF")
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            return False
        self._lock_file = lock
        return True

    def unlock(self) -> None:
        """Let others write."""
        with self._turn:
            if self._writer is not None:
                # Closing for good, not back into the pool: PostgreSQL's lock ends with its session.
                self._writer.invalidate()
                self._writer.close()
                self._writer = None
            if self._lock_file is not None:
                self._lock_file.close()
                self._lock_file = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction of the writer; it is written whole or not at all."""
        with self._turn:
            self.lock(LOCK_WAIT_S)
            assert self._writer is not None
            try:
                with self._writer.begin():
                    yield self._writer
            except DatabaseError as error:
                if error.connection_invalidated:
                    # The lock went with the session: it has to be taken again.
                    self.unlock()
                raise self._failed(error) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One short transaction of a reader."""
        self._check_open()
        try:
            with self.engine.connect() as connection:
                yield connection
        except DatabaseError as error:
            raise self._failed(error) from error

    def pages(
        self, statement: Select[Any], keys: Sequence[ColumnElement[Any]], size: int = PAGE
    ) -> Iterator[Sequence[Row[Any]]]:
        """Yield the rows of `statement` in the order of `keys`, at most `size` at a time.

        `keys` are columns of the statement that together tell its rows apart.
        """
        ordered = statement.order_by(*keys).limit(size)
        page = ordered
        names = [str(key.key) for key in keys]
        while True:
            with self.read() as connection:
                rows = connection.execute(page).all()
            if rows:
                yield rows
            if len(rows) < size:
                return
            last = rows[-1]._mapping
            page = ordered.where(tuple_(*keys) > tuple_(*(last[name] for name in names)))

    def scrub(self) -> None:
        """Leave no bytes of deleted rows in the database's files.

        Raises
        ------
        WorkspaceError
            If a reader keeps them open.
        """
        with self._turn:
            self.lock(LOCK_WAIT_S)
            try:
                if self.sqlite:
                    _scrub_sqlite(self.folder / "tocsin.db")
                else:
                    with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                        for table in metadata.sorted_tables:
                            connection.exec_driver_sql(f'VACUUM FULL "{table.name}"')
            except (sqlite3.OperationalError, OperationalError) as error:
                raise WorkspaceError(
                    f"{self.folder}: what was forgotten is deleted, but a reader has the database open and its bytes "
                    f"are still in the file; close it and forget once more ({error})"
                ) from error

    def close(self) -> None:
        """Give everything back."""
        with self._turn:
            self.unlock()
            self.engine.dispose()
            self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise WorkspaceError(f"{self.folder}: this workspace was closed; open it again")


LATEST = "latest"
"""Key in ``state`` of the latest moment recorded."""


def moment_for(connection: Connection, at: datetime) -> datetime:
    """Return the moment to record under, `at` or, where the clock went back, the latest moment recorded.

    History is only ever added to: a record never comes to lie before one that somebody may have read already.
    """
    at = in_utc(at)
    found = connection.execute(select(state.c.value).where(state.c.key == LATEST)).scalar()
    latest = None if found is None else datetime.fromisoformat(found)
    if latest is not None and at <= latest:
        return latest
    put_state(connection, LATEST, at.isoformat())
    return at


def get_state(connection: Connection, key: str) -> str | None:
    """Return what is kept under `key`."""
    return connection.execute(select(state.c.value).where(state.c.key == key)).scalar()


def put_state(connection: Connection, key: str, value: str | None) -> None:
    """Keep `value` under `key`; None removes it."""
    connection.execute(state.delete().where(state.c.key == key))
    if value is not None:
        connection.execute(state.insert().values(key=key, value=value))


def next_number(connection: Connection, column: ColumnElement[int]) -> int:
    """The number after the last in `column`; safe because there is one writer."""
    last = connection.execute(select(func.max(column))).scalar()
    return 1 if last is None else last + 1


def _scrub_sqlite(path: Path) -> None:
    # Not a connection of the engine: VACUUM runs outside any transaction.
    connection = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            answer = connection.execute(statement).fetchone()
            if answer is not None and answer[0]:
                raise sqlite3.OperationalError("database is locked")
    finally:
        connection.close()


def _create_private(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _sqlite_engine(path: Path) -> Engine:
    _create_private(path)
    # An error message must not carry what was being stored.
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: object) -> None:
        # Python's driver would begin transactions late and only for some statements; SQLAlchemy begins them here.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        # With a write-ahead log a power cut may take the last commits, never tear one; a step run again redoes them.
        connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that first reads must not find at its first write that another came between.
        writes = connection.get_execution_options().get("tocsin_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql_engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError("the database address cannot be read; it looks like postgresql://user@host/name") from error
    if parsed.drivername.split("+")[0] not in ("postgresql", "postgres"):
        raise UsageError(
            f"{parsed.drivername} is not a database Tocsin speaks to; give a postgresql:// address, or none"
        )
    if importlib.util.find_spec("psycopg") is None:
        raise UsageError("PostgreSQL needs a driver that is not installed; run: pip install 'tocsin[postgresql]'")
    return create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True)


def _lock_postgresql(connection: Connection, wait: float) -> bool:
    # One lock a schema, because one schema holds one workspace.
    attempt = text("SELECT pg_try_advisory_lock(hashtextextended('tocsin ' || current_schema(), 0))")
    deadline = time.monotonic() + wait
    while True:
        with connection.begin():
            if connection.execute(attempt).scalar():
                return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.05)
