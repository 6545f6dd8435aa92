"""The rows of a table of any length, as columns of text a block at a time; rows that cannot be told apart are named.

A block is parsed by Arrow. Where that finds anything amiss, the block is gone through line by line, so that a quotation
mark that is never closed or a line cut short costs its own row and no other.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from tocsin.errors import UnreadableInput
from tocsin.sources._decoding import SAMPLE, encoding_of, on_error, repaired

__all__ = ["Block", "Rejected", "blocks", "open_text", "records"]

_BLOCK = 1 << 22
"""Characters read at a time: some thousand rows, 4 to 8 MB. Larger blocks are no faster (1 to 32 MB were tried)."""
_MOST_LINES = 200
"""Lines that one row may have; a quotation mark open for longer was never closed. A cell may hold some dozen."""
_LONGEST = 16 * _BLOCK
"""Characters after which a row is taken for one that does not end."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be told apart, its number, and the row as it stands."""

    row: int
    reason: str
    original: str


@dataclass(slots=True)
class Block:
    """Some rows of a table.

    `rows` are their numbers, counted from 1, `columns` their cells, a column each and as long as `rows`; `rejected`
    are those between them that could not be read.
    """

    rows: Sequence[int]
    columns: list[Any]
    rejected: list[Rejected] = field(default_factory=list)
    text: str = ""
    delimiter: str = ","

    def original(self, at: int) -> str:
        """The row at this position of `rows`, as it stands in the file."""
        if self.text and not self._originals:
            self._originals = [text for text, row in records(self.text, self.delimiter) if row]
        if self._originals:
            return self._originals[at]
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow([column[at].as_py() for column in self.columns])
        return out.getvalue()

    _originals: list[str] = field(default_factory=list)


@contextmanager
def open_text(path: Path, name: str) -> Iterator[tuple[io.TextIOWrapper, str]]:
    """Open a table, packed by gzip or alone in a zip or neither, as text in its encoding; yield it and its name.

    Raises
    ------
    UnreadableInput
        If it cannot be opened, is empty, is not text, or a zip holds anything but one table.
    """
    try:
        with _opened(path, name) as (raw, inner):
            sample = raw.read(SAMPLE)
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableInput(name, f"cannot be opened ({reason}); check the file or get it again") from error
    if not sample.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise UnreadableInput(inner, "is empty; leave it out or replace it")
    encoding = encoding_of(sample, inner, whole=len(sample) < SAMPLE)
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    with _opened(path, name) as (raw, inner):
        yield io.TextIOWrapper(cast(Any, raw), encoding, on_error(encoding), newline=None), inner


@contextmanager
def _opened(path: Path, name: str) -> Iterator[tuple[IO[bytes], str]]:
    if path.name.lower().endswith(".gz"):
        with gzip.open(path, "rb") as packed:
            yield cast(IO[bytes], packed), name
    elif path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            tables = [m for m in archive.infolist() if m.filename.lower().endswith((".csv", ".tsv", ".txt"))]
            tables = [m for m in tables if not m.filename.startswith("__MACOSX")]
            tables = [m for m in tables if m.filename.lower().endswith(".csv")] or tables
            if len(tables) != 1:
                there = ", ".join(m.filename for m in tables[:5]) or "none"
                raise UnreadableInput(
                    name, f"must hold one table (.csv), and there are {len(tables)}: {there}; unpack it"
                )
            with archive.open(tables[0]) as member:
                yield member, f"{name}/{tables[0].filename}"
    else:
        with path.open("rb") as file:
            yield file, name


def records(text: str, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each row of `text` as it stands and its cells; no cells where it cannot be told where the row ends."""
    lines = io.StringIO(text, newline="\n").readlines()
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        size = _row_length(lines, at, delimiter)
        row = "".join(lines[at : at + max(size, 1)]).removesuffix("\n")
        yield row, (_cells(row, delimiter) if size else [])
        at += max(size, 1)


def _row_length(lines: list[str], at: int, delimiter: str) -> int:
    """How many lines the row that begins at a line has; 0 where a quotation mark is open to the end."""
    if '"' not in lines[at]:
        return 1
    row = ""
    for size, line in enumerate(lines[at : at + _MOST_LINES], start=1):
        row += line
        if _closed(row, delimiter):
            return size
    return 0


def _closed(row: str, delimiter: str) -> bool:
    # Strict reading says so where a quotation mark is still open at the end of the text.
    try:
        next(csv.reader(io.StringIO(row, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" not in str(error)
    return True


def _cells(row: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(row, newline=""), delimiter=delimiter))
    except csv.Error:
        return []


def blocks(file: io.TextIOWrapper, begun: str, delimiter: str, width: int, used: Sequence[int]) -> Iterator[Block]:
    """Yield the rows of `file` that follow, a block at a time.

    Parameters
    ----------
    file : text file
        Where reading goes on.
    begun : str
        What was already read of it, from the first row on.
    delimiter : str
        What stands between cells.
    width : int
        Cells of a row.
    used : sequence of int
        The columns to return, the others are passed over.

    Raises
    ------
    UnreadableInput
        Never for a row; only through `file`, where its packing is damaged.
    """
    text, row = begun, 1
    ended = False
    while not ended:
        broken: Exception | None = None
        try:
            chunk = file.read(_BLOCK)
        except (EOFError, OSError, zipfile.BadZipFile, ValueError) as error:
            chunk, broken = "", error
        ended = not chunk
        text += repaired(chunk)
        cut = len(text) if ended else _cut(text)
        block = _fast(text[:cut], delimiter, width, used, row) if cut else None
        if block is None:
            block, cut = _slow(text, delimiter, width, used, row, ended or len(text) > _LONGEST)
        if block.rows or block.rejected:
            yield block
            row += len(block.rows) + len(block.rejected)
        text = text[cut:]
        if broken is not None:
            raise broken


def _cut(text: str) -> int:
    """Where the last row of `text` that is whole ends; 0 where that cannot be told at a glance."""
    at = text.rfind("\n") + 1
    quotes = text.count('"', 0, at)
    for _ in range(_MOST_LINES):
        if quotes % 2 == 0:
            return at
        before = text.rfind("\n", 0, at - 1) + 1
        quotes -= text.count('"', before, at)
        at = before
        if not at:
            break
    return 0


def _fast(text: str, delimiter: str, width: int, used: Sequence[int], row: int) -> Block | None:
    """The rows of `text` as Arrow reads them; None where a row has another number of cells, or cannot be read."""
    # Arrow takes a while to import and most commands never need it.
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import csv as arrow_csv

    data = text.encode("utf-8", "replace")
    names = [str(at) for at in range(width)]
    wrong = False

    def skip(_: Any) -> str:
        nonlocal wrong
        wrong = True
        return "skip"

    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(column_names=names, block_size=max(len(data) + 1, 1024), use_threads=False),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip),
            arrow_csv.ConvertOptions(
                include_columns=[str(at) for at in used],
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return Block(range(row, row), [pa.array([], pa.string()) for _ in used]) if not text.strip() else None
    if wrong:
        return None
    columns = [pa.concat_arrays(c.chunks) if c.num_chunks else pa.array([], pa.string()) for c in table.columns]
    return Block(range(row, row + table.num_rows), columns, text=text, delimiter=delimiter)


def _slow(text: str, delimiter: str, width: int, used: Sequence[int], row: int, ended: bool) -> tuple[Block, int]:
    """The rows of `text` one by one, and how far that went: the last lines may go on in what follows."""
    import pyarrow as pa

    cells: list[list[str]] = []
    numbers: list[int] = []
    originals: list[str] = []
    rejected: list[Rejected] = []
    lines = io.StringIO(text, newline="\n").readlines()
    last = len(lines) if ended else max(len(lines) - _MOST_LINES, 0)
    at = done = 0
    while at < last:
        size = 1
        if lines[at].strip():
            size = _row_length(lines, at, delimiter)
            written = "".join(lines[at : at + max(size, 1)]).removesuffix("\n")
            found = _cells(written, delimiter) if size else []
            while len(found) > width and not found[-1].strip():
                found.pop()
            number = row + len(numbers) + len(rejected)
            if len(found) == width:
                cells.append([found[column] for column in used])
                numbers.append(number)
                originals.append(written)
            else:
                # A row of several lines that does not come out is one line whose quotation mark was never closed.
                size = 1
                first = lines[at].removesuffix("\n")
                final = ended and at + 1 >= len(lines)
                rejected.append(Rejected(number, _why(first, delimiter, width, final), first))
        done += sum(map(len, lines[at : at + size]))
        at += size
    columns = [pa.array(list(column), pa.string()) for column in zip(*cells, strict=True)]
    block = Block(numbers, columns or [pa.array([], pa.string()) for _ in used], rejected, _originals=originals)
    return block, done


def _why(line: str, delimiter: str, width: int, final: bool) -> str:
    cut = "; the file ends here and may be cut off" if final else ""
    if not _closed(line, delimiter):
        return f'a quotation mark (") that opens a cell is never closed{cut}. Close or delete it'
    cells = len(_cells(line, delimiter))
    other = next((d for d in ",;\t|" if d != delimiter and len(_cells(line, d)) == width), None)
    if other is not None:
        return f"its cells are parted by {other!r}, those of the other rows by {delimiter!r}; write all rows alike"
    return f"has {cells} cells under {width} columns{cut}; put cells that hold {delimiter!r} in quotes"
