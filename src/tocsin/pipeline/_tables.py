"""What a person names as data, as a table of events to compute on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.codebook import Codebook
from tocsin.errors import UsageError
from tocsin.pipeline._as_of import AsOf, moment_of, within
from tocsin.pipeline._event_sources import event_sources
from tocsin.store import Workspace

if TYPE_CHECKING:
    from tocsin.analysis import EventTable

__all__ = ["home_of", "open_events", "workspace_sources"]

SETTINGS = "tocsin.toml"


def open_events(data: Path, codebook: Codebook, *, as_of: AsOf = None, mapping: Path | None = None) -> EventTable:
    """The events of a workspace, of the folder that a run wrote, or of a dataset's file.

    Parameters
    ----------
    data : Path
        A workspace, a folder that holds one (``OUT``), or a file: UCDP, ACLED, GTD, our own table, Parquet.
    codebook : Codebook
    as_of : str, date or datetime, optional
        A workspace is read as it was known then.
    mapping : Path, optional
        What the columns of a file hold, where it is none of those.

    Raises
    ------
    UsageError
        If there is no such data, or a file is to be read as of a day: it is of one vintage.
    NothingUsable
        If there are no events in it.
    """
    from tocsin.analysis import event_table, snapshot_table

    if data.is_dir():
        home = home_of(data)
        with Workspace.open(home, create=False) as kept:
            kept.finish_forgetting()
            now = datetime.now(UTC)
            moment = within(kept, moment_of(as_of), now) or now
            recorded = kept.recorded()
            # Nothing is known later than the latest record, so that what is asked twice is written once.
            vintage = min(moment, recorded[1]) if recorded else moment
            return snapshot_table(kept.snapshot(vintage), str(home), vintage, codebook)
    if not data.exists():
        raise UsageError(f"{data}: there is no such file or workspace; tocsin run makes one from reports")
    if as_of is not None:
        raise UsageError(f"{data}: a file is of one vintage; --as-of reads a workspace as it was known on a day")
    return event_table(data, mapping)


def workspace_sources(data: Path, as_of: AsOf = None) -> tuple[tuple[frozenset[str], ...], str, str]:
    """The outlets that tell of each incident of a workspace by themselves; its name; and the moment it is as of.

    Raises
    ------
    UsageError
        If there is no workspace in `data`.
    """
    home = home_of(data)
    with Workspace.open(home, create=False) as kept:
        kept.finish_forgetting()
        now = datetime.now(UTC)
        moment = within(kept, moment_of(as_of), now)
        return event_sources(kept, moment), str(home), f"{moment or now:%Y-%m-%d %H:%M} UTC"


def home_of(data: Path) -> Path:
    """The workspace that `data` is, or holds.

    Raises
    ------
    UsageError
        If there is none.
    """
    home = data if (data / SETTINGS).exists() else data / "workspace"
    if not (home / SETTINGS).exists():
        raise UsageError(f"{data}: there is no workspace in it; name one, the folder of a run, or an event table")
    return home
