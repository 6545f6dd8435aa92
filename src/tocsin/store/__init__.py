"""The workspace: records in, records out.

A workspace is a folder (mode 0700) with ``tocsin.toml`` (settings), ``tocsin.db`` (SQLite with a write-ahead log and
secure deletion; or none, where the records are in PostgreSQL), ``originals/`` (what was received, by its SHA-256,
changed by nothing but ``forget``), ``snapshots/`` (Parquet, one folder a vintage) and ``releases/``. The tables are
described in ``_schema``.
"""

from tocsin.store._documents import Added, Arrival, Tombstone
from tocsin.store._forget import Forgotten
from tocsin.store._workspace import Output, Run, Workspace

__all__ = ["Added", "Arrival", "Forgotten", "Output", "Run", "Tombstone", "Workspace"]
