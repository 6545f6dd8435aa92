"""An event dataset as a table to compute on: of a workspace's snapshot, or of a file as others publish it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.codebook import Codebook
from tocsin.errors import InputError, NothingUsable
from tocsin.sources import dataset_table

if TYPE_CHECKING:
    from ibis import Table

__all__ = ["EventTable", "event_table", "snapshot_table"]

LETHAL_ONLY = ("UCDP GED",)
"""Datasets whose rows all have at least one death in one of their figures: they say nothing of other incidents."""


@dataclass(frozen=True, slots=True, eq=False)
class EventTable:
    """Events to compute on, and what to know of them.

    Attributes
    ----------
    table : ibis Table
        The columns of ``docs/datasets.md``; of a workspace those of its snapshot, ``event_type``, ``country_name``.
    name : str
        What to call it in words: the dataset and the file, or the workspace.
    dataset : str
        The dataset's name (``UCDP GED``, ``ACLED`` …), ``workspace`` for one's own.
    rows : int
        Events in it.
    first, last : date, optional
        The first day of its first and of its last event; None where none has a date.
    as_of : datetime, optional
        The moment that a workspace is read as of.
    problems : tuple of InputError
        Rows that could not be read.
    partial : bool
        Whether it is known to hold some of what happened only, so that it tells how much there was at least.
    """

    table: Table
    name: str
    dataset: str
    rows: int
    first: date | None
    last: date | None
    as_of: datetime | None = None
    problems: tuple[InputError, ...] = ()
    partial: bool = False

    @property
    def lethal_only(self) -> bool:
        """Whether it holds only incidents in which somebody died."""
        return self.dataset in LETHAL_ONLY

    @property
    def caveats(self) -> tuple[str, ...]:
        """What limits every number that is computed from it."""
        found = ["Recorded events are counted, not all that happened: what nobody reported is not in it."]
        if self.lethal_only:
            found.append(f"{self.dataset} holds only events in which somebody died.")
        if self.problems:
            found.append(f"{len(self.problems):,} rows could not be read and are not in it.")
        if self.as_of is not None:
            found.append(f"As it was known on {self.as_of:%Y-%m-%d %H:%M} UTC.")
        return tuple(found)


def event_table(path: Path, mapping: Path | None = None) -> EventTable:
    """The events of a dataset's file, in any form that :func:`tocsin.sources.dataset_table` reads, or Parquet.

    Raises
    ------
    NothingUsable
        If no row of it can be read; the message names the first things that are wrong.
    UsageError
        If there is no such file, or the mapping file is wrong.
    """
    import ibis

    if path.suffix == ".parquet":
        return _described(ibis.read_parquet(path), path.name, "", ())
    table, problems = dataset_table(path, mapping)
    if not table.num_rows:
        shown = "\n".join(f"  {problem}" for problem in problems[:5]) or "  it has no rows"
        raise NothingUsable(f"{path.name}: no event could be read\n{shown}")
    dataset = str(table.column("dataset")[0].as_py() or "")
    name = f"{dataset}, {path.name}" if dataset else path.name
    return _described(_held(table), name, dataset, problems)


def snapshot_table(folder: Path, name: str, as_of: datetime, codebook: Codebook) -> EventTable:
    """The events of a workspace's snapshot in `folder`; ``event_type`` is the codebook's label of their code.

    ``country_name`` is its name of their country.
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    table = parquet.read_table(folder / "events.parquet")
    types = [_event_type(codebook, code) for code in table.column("code").to_pylist()]
    table = table.append_column("event_type", pa.array(types, pa.string()))
    called = {state.iso3: state.name for state in codebook.actors.states}
    names = [called.get(iso3) for iso3 in table.column("country").to_pylist()]
    table = table.append_column("country_name", pa.array(names, pa.string()))
    return _described(_held(table), name, "workspace", (), as_of)


def _event_type(codebook: Codebook, code: str | None) -> str | None:
    return codebook.event_type_of(code).label if code is not None and code in codebook.codes else None


def _held(table: Any) -> Table:
    import ibis

    return ibis.memtable(table)


def _described(
    table: Table, name: str, dataset: str, problems: tuple[InputError, ...], as_of: datetime | None = None
) -> EventTable:
    found: Mapping[str, Any] = (
        table.agg(rows=table.count(), first=table.date_start.min(), last=table.date_start.max())
        .to_pyarrow()
        .to_pylist()[0]
    )
    return EventTable(table, name, dataset, found["rows"], found["first"], found["last"], as_of, problems)
