"""A document a row of an event dataset: what the row says, in the common columns, whatever release it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from tocsin.errors import InputError
from tocsin.interfaces import DATASET_COLUMNS, Item
from tocsin.records import DATASET_ROW, Document, Part, Sensitivity, content_id, text_hash
from tocsin.sources._datasets import opened_dataset

__all__ = ["dataset_documents"]

# Where a row stands in a file is not what it says; which dataset it is of is the document's source.
_CELLS = tuple(name for name in DATASET_COLUMNS if name not in ("dataset", "row"))


def dataset_documents(path: Path, mapping: Path | None = None, dataset: str = "") -> Iterator[Item | InputError]:
    """Yield a document for each row of an event dataset, and an error for each that cannot be read.

    A document is known again by its dataset and the row's id there, so that a newer release revises it; what a release
    only writes otherwise (days, numbers, the order of columns) changes nothing.

    Parameters
    ----------
    path, mapping
        As :func:`tocsin.sources.read_dataset` takes them.
    dataset : str, optional
        What to call the dataset instead of what it is known as.

    Raises
    ------
    UsageError
        As :func:`tocsin.sources.read_dataset` does.
    """
    for found in opened_dataset(path, mapping, dataset):
        if isinstance(found, InputError):
            yield found
            continue
        batch, sensitivity = found
        for row in batch.to_pylist():
            yield Item(_document(row, sensitivity), str(row["row"]))


def _document(row: dict[str, Any], sensitivity: Sensitivity) -> Document:
    parts: list[Part] = []
    written: list[str] = []
    at = 0
    for name in _CELLS:
        if row[name] is None:
            continue
        cell = _cell(row[name])
        parts.append(Part("cell", at, at + len(cell), name))
        written.append(cell)
        at += len(cell) + len(" | ")
    text = " | ".join(written)
    known_by = row["id"] or text
    return Document(
        id=content_id("d", DATASET_ROW, row["dataset"], known_by),
        form=DATASET_ROW,
        text=text,
        text_hash=text_hash(text),
        source=row["dataset"],
        title=f"{row['dataset']} {row['id']}" if row["id"] else row["dataset"],
        sensitivity=sensitivity,
        parts=tuple(parts),
    )


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
