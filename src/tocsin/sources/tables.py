"""Tables, one report a row: CSV of any delimiter, and JSON Lines. Both stream.

Their sources are restricted: such tables are logs, forms and exports more often than published media. A
column called ``source`` names who told the row's writer, not an outlet, so it stays a cell.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import Item
from tocsin.records import Document, Language
from tocsin.sources._articles import read_article
from tocsin.sources._cleaning import clean, collapse
from tocsin.sources._composing import Block, Credits, compose, compose_row
from tocsin.sources._dates import DayOrder, day_order, parse_day, published_on
from tocsin.sources._decoding import SAMPLE, encoding_of, repaired, stream
from tocsin.sources._languages import language_of
from tocsin.sources._vocabulary import VOCABULARY

__all__ = ["CsvSource", "JsonLinesSource"]

_SAMPLE_ROWS = 200
"""Rows read ahead to tell the layout, the order of day and month and the language."""
_LONGEST_LINE = 4_000_000
"""Characters; a JSON line beyond this is a file that was not written line by line."""

_COLUMNS: dict[str, list[str]] = VOCABULARY["columns"]
_PUBLISHED_KEYS = (*_COLUMNS["reported"], "date", "datetime", "timestamp", "time")
# Keys that tell nothing of the events themselves; an object with only these and a text is an article.
_ABOUT = frozenset(
    chain(_PUBLISHED_KEYS, *(_COLUMNS[kind] for kind in ("body", "id", "title", "url", "author", "outlet", "about")))
)


class CsvSource:
    """Reads a table with a header row: ``,``, ``;``, tab or ``|`` between cells, in any encoding known here."""

    suffixes = (".csv", ".tsv", ".tab", ".psv")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each row, its number counted from 1 below the header."""
        try:
            with _open(path, name) as file:
                yield from _read_table(file, name)
        except UnreadableInput as error:
            yield error
        except (OSError, UnicodeError) as error:
            yield UnreadableInput(name, f"cannot be read to its end ({error}); check the file")


class JsonLinesSource:
    """Reads one JSON object a line. An object with a body is an article; any other is a row of cells."""

    suffixes = (".jsonl", ".ndjson")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each line that holds an object, its number counted from 1."""
        try:
            with _open(path, name) as file:
                yield from _read_objects(file, name)
        except UnreadableInput as error:
            yield error
        except (OSError, UnicodeError) as error:
            yield UnreadableInput(name, f"cannot be read to its end ({error}); check the file")


def _open(path: Path, name: str) -> io.TextIOWrapper:
    try:
        with path.open("rb") as file:
            sample = file.read(SAMPLE)
    except OSError as error:
        raise UnreadableInput(
            name, f"cannot be opened ({error.strerror or error}); check that it can be read"
        ) from error
    if not sample.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise UnreadableInput(name, "is empty; leave it out or replace it")
    encoding = encoding_of(sample, name, whole=len(sample) < SAMPLE)
    return stream(path, "utf-8-sig" if encoding == "utf-8" else encoding)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the columns of a table are; indexes into a row, None where there is no such column."""

    columns: tuple[str, ...]
    text: int
    reported: int | None
    native_id: int | None
    title: int | None
    url: int | None
    author: int | None
    order: DayOrder
    language: Language


def _read_table(file: io.TextIOWrapper, name: str) -> Iterator[Item | InputError]:
    delimiter = _delimiter(file)
    numbered = _numbered(csv.reader(file, delimiter=delimiter, skipinitialspace=delimiter != "\t"))
    ahead = list(islice(numbered, _SAMPLE_ROWS + 10))
    rows = [row for _, row in ahead if isinstance(row, list)]
    top = _header_index(rows)
    if top is None:
        raise UnreadableInput(name, "holds no table; the first row must name the columns")
    named = _names_columns(rows[top])
    columns = tuple(collapse(repaired(c)) if named else f"column {at}" for at, c in enumerate(rows[top], start=1))
    below = [row for row in rows[top + named :] if not _is_tags(row)]
    layout = _layout(columns, below[:_SAMPLE_ROWS], name)
    skip = next(at for at, (_, row) in enumerate(ahead) if row is rows[top]) + named
    number = 0
    empty = True
    for line, row in chain(ahead[skip:], numbered):
        if isinstance(row, str):
            number += 1
            empty = False
            yield InvalidRow(name, f"line {line}: {row}; the row was left out", item=str(number))
        elif row and not (number == 0 and _is_tags(row)):
            number += 1
            for found in _row(row, layout, name, number, line):
                empty = False
                yield found
    if empty:
        raise UnreadableInput(name, "has no rows below its header; leave it out or fill it in")


def _numbered(reader: Any) -> Iterator[tuple[int, list[str] | str]]:
    """Yield (line, row), and (line, what is wrong) where the row cannot be parsed."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = (
                "a cell longer than 131,072 characters, probably for want of a closing quote"
                if "limit" in str(error)
                else str(error)
            )
            yield reader.line_num, reason
        else:
            yield reader.line_num, row


def _delimiter(file: io.TextIOWrapper) -> str:
    """The delimiter that cuts the first rows into the most columns of the same number."""
    sample = file.read(1 << 16)
    file.seek(0)
    if "\n" in sample and len(sample) == 1 << 16:
        sample = sample[: sample.rindex("\n")]
    return max(",;\t|", key=lambda d: _evenness(sample, d))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in islice(csv.reader(io.StringIO(sample), delimiter=delimiter), 50) if row]
    except csv.Error:
        return 0.0, 0
    if not widths:
        return 0.0, 0
    width, rows = Counter(widths).most_common(1)[0]
    return (rows / len(widths) if width > 1 else 0.0), width


def _header_index(rows: Sequence[list[str]]) -> int | None:
    """The first row as wide as the table: exports put titles and blank rows above it."""
    widths = Counter(sum(1 for c in row if c.strip()) > 1 for row in rows)
    wide = widths[True] > widths[False]
    for at, row in enumerate(rows):
        filled = sum(1 for c in row if c.strip())
        if filled > 1 or (filled and not wide):
            return at
    return None


def _names_columns(row: list[str]) -> bool:
    """Whether a row can be a header: no day, no number and no sentence stands in one."""
    filled = [c.strip() for c in row if c.strip()]
    return not any(len(c.split()) > 8 or parse_day(c) or re.fullmatch(r"[-+]?\d+(?:[.,]\d+)?", c) for c in filled)


def _is_tags(row: list[str]) -> bool:
    """Whether a row holds HXL tags, which humanitarian tables have under their header."""
    filled = [c.strip() for c in row if c.strip()]
    return bool(filled) and all(re.fullmatch(r"#[a-z][a-z0-9_]*(?:\s*\+[a-z0-9_]+)*", c) for c in filled)


def _key(column: str) -> str:
    return (
        " ".join(re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)).casefold().split())
        or column.strip()
    )


def _layout(columns: tuple[str, ...], rows: list[list[str]], name: str) -> _Layout:
    keys = [_key(c) for c in columns]
    text = _text_column(keys, rows)
    if text is None:
        raise UnreadableInput(
            name,
            f"has no column of text to read ({', '.join(c or '(unnamed)' for c in columns)}); "
            "call the one that tells what happened 'text', 'notes' or 'description'",
        )
    dates = [row[at] for row in rows for at, key in enumerate(keys) if at < len(row) and _dated(key)]
    sample = " ".join(collapse(repaired(row[text])) for row in rows if len(row) > text)
    return _Layout(
        columns=columns,
        text=text,
        reported=next((at for at, key in enumerate(keys) if key in _COLUMNS["reported"]), None),
        native_id=_first(keys, _COLUMNS["id"]),
        title=_first(keys, _COLUMNS["title"]),
        url=_first(keys, _COLUMNS["url"]),
        author=_first(keys, _COLUMNS["author"]),
        order=day_order(dates),
        language=language_of(sample),
    )


def _dated(key: str) -> bool:
    return key in _COLUMNS["reported"] or any(word in key.split() for word in _COLUMNS["dated"])


def _first(keys: Sequence[str], names: Sequence[str]) -> int | None:
    return next((keys.index(name) for name in names if name in keys), None)


def _text_column(keys: list[str], rows: list[list[str]]) -> int | None:
    """The column that tells what happened: by its name if it holds words, else the one with the longest sentences."""
    lengths = {at: _words(rows, at) for at in range(len(keys))}
    named = [keys.index(n) for n in _COLUMNS["text"] if n in keys]
    named += [
        at
        for at, key in enumerate(keys)
        if at not in named and set(key.split()) & {"description", "notes", "text", "narrative", "summary", "details"}
    ]
    telling = [at for at in named if lengths[at] >= 3 or not rows]
    if telling:
        return max(telling, key=lambda at: lengths[at])
    at = max(lengths, key=lambda a: lengths[a], default=None)
    # Names, places and categories run to three or four words; a sentence has more.
    return (
        at if at is not None and lengths[at] >= 6 else (named[0] if named and any(lengths[n] for n in named) else None)
    )


def _words(rows: list[list[str]], at: int) -> float:
    cells = [row[at] for row in rows if at < len(row) and row[at].strip()]
    return sum(len(c.split()) for c in cells) / len(cells) if cells else 0.0


def _row(row: list[str], layout: _Layout, name: str, number: int, line: int) -> Iterator[Item | InputError]:
    item = str(number)
    row = [repaired(c) for c in row]
    width = len(layout.columns)
    if any(c.strip() for c in row[width:]):
        yield InvalidRow(
            name,
            f"line {line}: {len(row)} cells under {width} columns, so they cannot be told apart; "
            "put cells that hold the delimiter in quotes. The row was left out",
            item=item,
        )
        return
    cells = [collapse(c) for c in row[:width]] + [""] * (width - len(row))
    if not any(cells):
        return

    def at(column: int | None) -> str:
        return cells[column] if column is not None else ""

    credits = Credits(title=at(layout.title), url=_address(at(layout.url)), author=at(layout.author))
    error = _take_day(credits, at(layout.reported), layout, name, item)
    words = at(layout.text)
    credits.language = language_of(words or " ".join(cells), layout.language)
    raw = json.dumps([list(layout.columns), row[:width]], ensure_ascii=False)
    yield Item(
        compose_row(
            "table row", raw, credits, list(zip(layout.columns, cells, strict=True)), native_id=at(layout.native_id)
        ),
        item,
    )
    if error is not None:
        yield error


def _take_day(credits: Credits, written: str, layout: _Layout, name: str, item: str) -> InvalidRow | None:
    if not any(c.isalnum() for c in written):
        return None
    day = parse_day(written, layout.order)
    if day is None:
        column = layout.columns[layout.reported] if layout.reported is not None else ""
        return _no_day(name, column, written, item)
    credits.published = published_on(day, "stated")
    return None


def _no_day(name: str, column: str, written: str, item: str) -> InvalidRow:
    reason = (
        f"column {column!r} says {written[:40]!r}, which is no day; write it as YYYY-MM-DD. The row was read as undated"
    )
    return InvalidRow(name, reason, item=item)


def _address(cell: str) -> str:
    return cell if re.match(r"https?://|www\.", cell) else ""


def _read_objects(file: Iterable[str], name: str) -> Iterator[Item | InputError]:
    number = 0
    usual: Language = "und"
    for line_number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        number += 1
        item = str(number)
        try:
            if len(line) > _LONGEST_LINE:
                raise ValueError(f"longer than {_LONGEST_LINE:,} characters; write one object a line")
            found = json.loads(repaired(line))
        except (ValueError, RecursionError) as error:
            yield InvalidRow(name, f"line {line_number}: not JSON ({error}); the line was left out", item=item)
            continue
        if not isinstance(found, dict):
            yield InvalidRow(
                name,
                f"line {line_number}: holds {type(found).__name__}, not an object with fields; left out",
                item=item,
            )
            continue
        for read in _object(found, repaired(line).strip(), name, item, usual):
            if isinstance(read, Item) and usual == "und":
                usual = read.document.language
            yield read


def _lines(file: Iterable[str]) -> Iterator[str]:
    """The lines of a file, one that is endless cut short, so that memory stays bounded."""
    if not isinstance(file, io.TextIOWrapper):
        yield from file
        return
    while line := file.readline(_LONGEST_LINE + 1):
        yield line
        while len(line) > _LONGEST_LINE and not line.endswith("\n"):
            line = file.readline(_LONGEST_LINE + 1)


def _object(found: dict[str, Any], raw: str, name: str, item: str, usual: Language) -> Iterator[Item | InputError]:
    fields = {_key(str(k)): v for k, v in found.items()}

    def text_of(names: Sequence[str]) -> tuple[str, str]:
        for field in names:
            value = fields.get(field)
            if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
                return field, str(value)
        return "", ""

    body_field, body = text_of(_COLUMNS["body"])
    credits = Credits(
        title=collapse(text_of(_COLUMNS["title"])[1]),
        url=_address(text_of(_COLUMNS["url"])[1].strip()),
        author=collapse(text_of(_COLUMNS["author"])[1]),
    )
    credits.source = collapse(text_of(_COLUMNS["outlet"])[1])
    native_id = text_of(_COLUMNS["id"])[1].strip()
    article = bool(body) and _is_article(fields, body, credits)
    field, written = text_of(_PUBLISHED_KEYS if article or body else _COLUMNS["reported"])
    error: InputError | None = None
    if written and any(c.isalnum() for c in written):
        day: date | None = parse_day(written)
        if day is None:
            error = _no_day(name, field, written, item)
        else:
            credits.published = published_on(day, "stated")
    document = (
        _article(body, raw, credits, native_id, fields, usual)
        if article
        else _cells(found, raw, credits, native_id, body_field, usual)
    )
    if document is None or not document.text.strip(" |"):
        yield InvalidRow(
            name,
            f"holds no text ({', '.join(map(str, found)) or 'no fields'}); give it a field called 'text'",
            item=item,
        )
        return
    yield Item(document, item)
    if error is not None:
        yield error


def _is_article(fields: dict[str, Any], body: str, credits: Credits) -> bool:
    """Whether the object is an article with details about it, rather than a log's row in which one cell is text."""
    return bool(credits.title or credits.url) or "\n" in body.strip() or len(body) > 400 or not set(fields) - _ABOUT


def _article(
    body: str, raw: str, credits: Credits, native_id: str, fields: dict[str, Any], usual: Language
) -> Document:
    lines = clean(body).text
    found = read_article(f"{credits.title}\n\n{lines}" if credits.title else lines, "")
    credits.title = credits.title or (found.credits.title if len(found.blocks) > 1 else "")
    blocks = found.blocks
    if found.credits.title and found.credits.title != credits.title:
        blocks = [Block("paragraph", found.credits.title), *blocks]
    credits.origin = found.credits.origin
    credits.author = credits.author or found.credits.author
    # With an address the row is a published page, and its source the page's outlet.
    if credits.url and not credits.source and isinstance(fields.get("source"), str):
        credits.source = collapse(fields["source"])
    credits.language = language_of(" ".join([credits.title, *(b.text for b in blocks)]), usual)
    return compose("json line", raw, credits, blocks, native_id=native_id, sensitivity="restricted")


def _cells(
    found: dict[str, Any], raw: str, credits: Credits, native_id: str, body_field: str, usual: Language
) -> Document | None:
    cells = [(collapse(str(k)), collapse(_cell(v))) for k, v in found.items() if not isinstance(v, dict)]
    words = next((cell for column, cell in cells if _key(column) == body_field), "") or max(
        (c for _, c in cells), key=len, default=""
    )
    if len(words.split()) < 3:
        return None
    credits.language = language_of(words, usual)
    return compose_row("json line", raw, credits, cells, native_id=native_id)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_cell(v) for v in value if not isinstance(v, (dict, list)))
    return str(value)
