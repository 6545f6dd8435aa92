"""The two plain forms, as exporters: the table and the lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tocsin.export._lines import write_events_jsonl
from tocsin.export._tables import table_rows, write_events_csv
from tocsin.interfaces import Edition
from tocsin.records import PublicEvent

__all__ = ["CsvExporter", "JsonLinesExporter"]


class CsvExporter:
    """ACLED's 31 columns as CSV. It has no room for the edition."""

    file = "events.csv"

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write one line a row; see :func:`write_events_csv`."""
        return write_events_csv(table_rows(events), path)


class JsonLinesExporter:
    """Every event whole, with claims and quotes, one a line. It has no room for the edition."""

    file = "events.jsonl"

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write one line an event; see :func:`write_events_jsonl`."""
        return write_events_jsonl(events, path)
