"""Event datasets that others made, read into one set of columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tocsin.codebook import load_codebook
from tocsin.errors import InputError, RejectedRow, UnreadableInput
from tocsin.interfaces import DATASET_COLUMNS, arrow_schema
from tocsin.sources._dataset_layouts import DatasetLayout, headerless_columns, layout_of, mapping_file
from tocsin.sources._dataset_rows import Block, Rejected, blocks, open_text, records
from tocsin.sources._dataset_values import Values
from tocsin.sources._dates import day_order
from tocsin.sources._rows import is_tags
from tocsin.sources.sheets import SheetSource, held_sheets
from tocsin.sources.tables import delimiter_of

__all__ = ["dataset_cells", "dataset_table", "opened_dataset", "read_dataset"]

_HEAD = 1 << 18
"""Characters looked at to tell what a table is: some hundred rows."""
_TITLES = 10
"""Rows that may stand above the header, such as a title and the day of a download."""


def read_dataset(path: Path, mapping: Path | None = None) -> Iterator[Any]:
    """Yield the events of a dataset in the common columns, and an error for each row that cannot be read.

    It streams: a file of any length is read in bounded memory.

    Parameters
    ----------
    path : Path
        UCDP GED or GED Candidate, ACLED, GTD or Tocsin's own ``events.csv``: a table of text, packed by gzip or alone
        in a zip or neither, or a spreadsheet.
    mapping : Path, optional
        What the columns of any other table hold (TOML); it also comes before what is known of these.

    Yields
    ------
    pyarrow.RecordBatch or InputError
        Batches have the columns of :data:`tocsin.interfaces.DATASET_COLUMNS`, rows in the order of the file. A row that
        is left out is a :class:`~tocsin.errors.RejectedRow`; a file that is, an
        :class:`~tocsin.errors.UnreadableInput`.

    Raises
    ------
    UsageError
        If the mapping file cannot be read or names something unknown.
    """
    for found in opened_dataset(path, mapping):
        yield found if isinstance(found, InputError) else found[0]


def opened_dataset(path: Path, mapping: Path | None, dataset: str = "") -> Iterator[Any]:
    """As :func:`read_dataset`, each batch with the sensitivity of its dataset, which is called `dataset` if given."""
    layout = mapping_file(mapping) if mapping is not None else None
    try:
        read = _read_sheet if path.suffix.lower() in SheetSource.suffixes else _read_text
        yield from read(path, layout, dataset)
    except UnreadableInput as error:
        yield error
    except (OSError, EOFError, ValueError) as error:
        yield UnreadableInput(path.name, f"cannot be read to its end ({error}); it may be cut off, get it again")


def dataset_table(path: Path, mapping: Path | None = None) -> tuple[Any, tuple[InputError, ...]]:
    """Return a whole dataset as an Arrow table in the common columns, and what had to be left out.

    Parameters and errors are those of :func:`read_dataset`.
    """
    import pyarrow as pa  # type: ignore[import-untyped]

    batches: list[Any] = []
    problems: list[InputError] = []
    for found in read_dataset(path, mapping):
        (problems if isinstance(found, InputError) else batches).append(found)
    return pa.Table.from_batches(batches, arrow_schema(DATASET_COLUMNS)), tuple(problems)


def dataset_cells(path: Path, columns: Sequence[str], mapping: Path | None = None) -> dict[int, tuple[str, ...]]:
    """Return cells of a dataset as they stand, by the number of the row, for what has no common column.

    Parameters
    ----------
    path, mapping : Path
        As for :func:`read_dataset`.
    columns : sequence of str
        The dataset's own names.

    Raises
    ------
    UnreadableInput
        If the dataset cannot be read or has no such column; the message names those that it has.
    """
    layout = mapping_file(mapping) if mapping is not None else None
    name = path.name
    if path.suffix.lower() in SheetSource.suffixes:
        rows, top, there, _ = _first_sheet(path, layout)
        body = rows[top + 1 :] if len(rows) > top and is_tags(rows[top]) else rows[top:]
        at = _columns(columns, there, name)
        return {number: tuple((row + [""] * len(there))[i] for i in at) for number, row in enumerate(body, start=1)}
    with open_text(path, name) as (file, name):
        head = file.read(_HEAD)
        delimiter, there, _, skipped = _recognised(head, name, layout)
        at = _columns(columns, there, name)
        cells: dict[int, tuple[str, ...]] = {}
        order = sorted(set(at))
        for block in blocks(file, head[skipped:], delimiter, len(there), order):
            values = [column.to_pylist() for column in block.columns]
            cells.update(zip(block.rows, zip(*(values[order.index(i)] for i in at), strict=True), strict=True))
        return cells


def _columns(wanted: Sequence[str], there: Sequence[str], name: str) -> list[int]:
    for column in wanted:
        if column not in there:
            raise UnreadableInput(name, f"has no column {column!r}; it has: {', '.join(there)}")
    return [there.index(column) for column in wanted]


def _read_text(path: Path, layout: DatasetLayout | None, dataset: str) -> Iterator[Any]:
    with open_text(path, path.name) as (file, name):
        head = file.read(_HEAD)
        delimiter, columns, layout, skipped = _recognised(head, name, layout)
        rest = head[skipped:]
        values = _values(
            _called(layout, dataset, path),
            columns,
            [cells for _, cells in islice(records(rest, delimiter), 500)],
        )
        found = blocks(file, rest, delimiter, len(columns), values.used())
        yield from _read(found, values, name)


def _read_sheet(path: Path, layout: DatasetLayout | None, dataset: str) -> Iterator[Any]:
    import pyarrow as pa

    name = path.name
    rows, top, columns, layout = _first_sheet(path, layout)
    body = rows[top:]
    if body and is_tags(body[0]):
        del body[0]
    values = _values(_called(layout, dataset, path), columns, body[:500])
    used = values.used()
    width = len(columns)
    padded = [row + [""] * (width - len(row)) for row in body]
    cells = [pa.array([row[at] for row in padded], pa.string()) for at in used]
    block = Block(range(1, len(body) + 1), cells, _originals=["\t".join(row) for row in body])
    yield from _read([block], values, name)


def _first_sheet(path: Path, layout: DatasetLayout | None) -> tuple[list[list[str]], int, list[str], DatasetLayout]:
    """The rows of the first sheet that is a dataset, where its data begin, the columns, and which it is."""
    error = UnreadableInput(path.name, "holds no table; the first row must name the columns")
    for _, numbered in held_sheets(path, path.name):
        rows = [cells for _, cells in numbered if isinstance(cells, list) and any(c.strip() for c in cells)]
        try:
            return (rows, *_top(rows, path.name, layout))
        except UnreadableInput as found:
            error = found
    raise error


def _recognised(head: str, name: str, layout: DatasetLayout | None) -> tuple[str, list[str], DatasetLayout, int]:
    """The delimiter, the columns, the layout, and where the first row of data begins."""
    first = delimiter_of(head)
    errors: list[UnreadableInput] = []
    for delimiter in (first, *(d for d in ",;\t|" if d != first)):
        rows = [(written, cells) for written, cells in islice(records(head, delimiter), _TITLES * 3) if cells]
        try:
            top, columns, found = _top([cells for _, cells in rows], name, layout)
        except UnreadableInput as error:
            errors.append(error)
            continue
        if top < len(rows) and is_tags(rows[top][1]):
            top += 1
        return delimiter, columns, found, _behind(head, [written for written, _ in rows[:top]])
    raise errors[0]


def _behind(head: str, rows: Iterable[str]) -> int:
    at = 0
    for row in rows:
        at = head.index(row, at) + len(row)
    return at


def _top(
    rows: Sequence[Sequence[str]], name: str, layout: DatasetLayout | None
) -> tuple[int, list[str], DatasetLayout]:
    """Where the rows of data begin, the columns, and which dataset it is."""
    for at, row in enumerate(rows[:_TITLES]):
        if layout is not None and _mapped(layout, row):
            return at + 1, list(row), layout
        known = layout_of(row) if layout is None else None
        if known is not None:
            return at + 1, list(row), known
    columns = ", ".join(c.strip() or "(unnamed)" for c in (rows[0] if rows else ())[:40])
    if layout is not None:
        wanted = ", ".join(names[0] for names in layout.columns.values())
        raise UnreadableInput(
            name, f"has no row that names the columns of the mapping file ({wanted}). It has: {columns}"
        )
    bare = headerless_columns(rows[:5])
    if bare is not None:
        return 0, list(bare[1]), bare[0]
    raise UnreadableInput(
        name,
        "is no dataset known here (UCDP GED, ACLED, GTD, Tocsin's events.csv); say in a mapping file which column "
        f"holds what (--mapping). Its first row is: {columns}",
    )


def _mapped(layout: DatasetLayout, row: Sequence[str]) -> bool:
    """Whether a row names every column of a mapping file."""
    there = Values(layout, row, load_codebook(), "dmy")
    return not there.missing() and bool(there.used())


def _called(layout: DatasetLayout, dataset: str, path: Path) -> DatasetLayout:
    """`layout` under the name that a person gives the dataset; a plain table has no name but its file's."""
    name = dataset or (path.name.split(".")[0] if layout.plain else layout.name)
    return replace(layout, name=name)


def _values(layout: DatasetLayout, columns: Sequence[str], sample: Sequence[Sequence[str]]) -> Values:
    values = Values(layout, columns, load_codebook(), "dmy")
    at = values.column("date_start")
    told = day_order([row[at] for row in sample if at is not None and len(row) > at])
    return replace(values, order=layout.dates or told)


def _read(found: Iterable[Block], values: Values, name: str) -> Iterator[Any]:
    import pyarrow as pa

    ids = _Ids()
    empty = True
    for block in found:
        if block.rows:
            empty = False
            batch, problems, keep = _checked(block, values, ids, name)
            batch = batch.filter(pa.array(keep)) if not keep.all() else batch
            if batch.num_rows:
                yield batch, values.layout.sensitivity
        else:
            problems = []
        problems += [RejectedRow(name, r.reason, row=r.row, original=r.original) for r in block.rejected]
        empty = empty and not problems
        yield from sorted(problems, key=lambda p: p.row)
    if empty:
        raise UnreadableInput(name, "has no rows below its header; leave it out or fill it in")


def _checked(block: Block, values: Values, ids: _Ids, name: str) -> tuple[Any, list[RejectedRow], Any]:
    batch, faults = values.read(block.rows, block.columns)
    keep = np.ones(batch.num_rows, dtype=bool)
    blank = _blank(block)
    keep &= ~blank
    wrong: dict[int, Rejected] = {}
    problems: list[RejectedRow] = []
    for fault in faults:
        if not blank[fault.at]:
            wrong[fault.at] = Rejected(int(block.rows[fault.at]), fault.reason, fault.column)
    if (column := values.column("id")) is not None:
        field = values.columns[column]
        for at, earlier in ids.repeated(batch.column("id").to_pylist(), block.rows, keep):
            reason = f"the id is that of row {earlier} already; an id names one event" if earlier else "is empty"
            wrong.setdefault(at, Rejected(int(block.rows[at]), reason, field))
    for at, each in sorted(wrong.items()):
        keep[at] = False
        problems.append(RejectedRow(name, each.reason, row=each.row, field=each.original, original=block.original(at)))
    return batch, problems, keep


def _blank(block: Block) -> Any:
    """Which rows have nothing in any cell, as spreadsheets leave them below their last."""
    from pyarrow import compute as pc

    blank = np.ones(len(block.rows), dtype=bool)
    for column in block.columns:
        if not blank.any():
            break
        blank &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy(zero_copy_only=False)
    return blank


class _Ids:
    """Which ids were there before, and in which row: by hash, so that millions of them take little memory."""

    def __init__(self) -> None:
        # Sorted runs of (hashes, rows), each at least twice as long as the next.
        self._runs: list[tuple[Any, Any]] = []

    def repeated(self, ids: Sequence[str | None], rows: Sequence[int], keep: Any) -> Iterator[tuple[int, int]]:
        """Yield the position of each id that is empty or was there before, and the row where (0: empty)."""
        at = np.array([i for i, found in enumerate(ids) if keep[i] and found is not None], dtype=np.int64)
        yield from ((i, 0) for i, found in enumerate(ids) if keep[i] and found is None)
        hashes = np.fromiter((hash(ids[i]) for i in at), np.int64, len(at))
        numbers = np.asarray(rows, dtype=np.int64)[at]
        distinct, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
        earlier = numbers[first][inverse]
        for run, where in self._runs:
            found = np.minimum(np.searchsorted(run, hashes), len(run) - 1)
            earlier = np.where(run[found] == hashes, where[found], earlier)
        yield from ((int(at[i]), int(earlier[i])) for i in np.flatnonzero(earlier != numbers))
        new = earlier[first] == numbers[first]
        if new.any():
            self._add(distinct[new], numbers[first][new])

    def _add(self, hashes: Any, rows: Any) -> None:
        while self._runs and len(self._runs[-1][0]) < 2 * len(hashes):
            run, where = self._runs.pop()
            hashes, rows = np.concatenate([run, hashes]), np.concatenate([where, rows])
            order = np.argsort(hashes, kind="stable")
            hashes, rows = hashes[order], rows[order]
        self._runs.append((hashes, rows))
