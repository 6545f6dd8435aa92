"""``tocsin.toml``: what may be set, and which of flag, environment, file and default goes first."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tocsin.errors import UsageError, WorkspaceError

FILE = "tocsin.toml"
URL_VARIABLE = "TOCSIN_DATABASE_URL"

_NEW = """\
# Settings of this Tocsin workspace.
# A flag goes before an environment variable (TOCSIN_...), and that before what stands here.

[store]
# Where the records are kept: "sqlite" (tocsin.db beside this file) or "postgresql".
database = "{database}"
# The address of the PostgreSQL database, unless {variable} gives it.
# url = "postgresql://user@host/name"
"""


def new_settings(database: str) -> str:
    """The text of a new ``tocsin.toml``."""
    return _NEW.format(database=database, variable=URL_VARIABLE)


def read_settings(path: Path) -> Mapping[str, Any]:
    """Return what ``tocsin.toml`` at `path` holds.

    Raises
    ------
    UsageError
        If it is not TOML; the message names the line.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}; correct it by hand") from error
    if not isinstance(settings.get("store", {}), dict):
        raise UsageError(f"{path}: store must be a table, [store]")
    return settings


def database_url(flag: str | None, settings: Mapping[str, Any], folder: Path) -> str | None:
    """Return the address of the database, None for the SQLite file in the folder.

    Raises
    ------
    WorkspaceError
        If the address disagrees with where this workspace keeps its records: opening it anyway would show
        an empty workspace.
    """
    store = settings.get("store", {})
    given = flag or os.environ.get(URL_VARIABLE) or None
    url = given or store.get("url")
    if url is None and store.get("database") == "postgresql":
        raise WorkspaceError(
            f"{folder}: the records of this workspace are in PostgreSQL; set {URL_VARIABLE}, "
            f"or url under [store] in {folder / FILE}"
        )
    if given and not store.get("url") and (folder / "tocsin.db").exists():
        raise WorkspaceError(
            f"{folder}: the records of this workspace are in its tocsin.db, but a database address was given; "
            f"leave it out ({URL_VARIABLE}), or choose another folder"
        )
    return None if url is None else str(url)
