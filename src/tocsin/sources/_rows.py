"""A table's rows, whatever file they came in: which columns it has and what each is, a document a row."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import Item
from tocsin.records import Language
from tocsin.sources._cleaning import collapse
from tocsin.sources._composing import Credits, compose_row
from tocsin.sources._dates import DayOrder, day_order, parse_day, published_on
from tocsin.sources._decoding import repaired
from tocsin.sources._languages import language_of
from tocsin.sources._vocabulary import VOCABULARY

__all__ = ["address", "key_of", "no_day", "read_rows"]

_SAMPLE_ROWS = 200
"""Rows read ahead to tell the layout, the order of day and month and the language."""

_COLUMNS: dict[str, list[str]] = VOCABULARY["columns"]


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


def read_rows(
    numbered: Iterator[tuple[int, list[str] | str]], name: str, prefix: str = ""
) -> Iterator[Item | InputError]:
    """Yield a document for each row below the header, and an error for each that cannot be read.

    Parameters
    ----------
    numbered : iterator of (int, list of str or str)
        Line and cells of each row, the header among them; a string instead of cells says what is wrong with it.
    name : str
        The table as the user named it, for messages.
    prefix : str
        What stands before the number of a row, counted from 1, in the name of its item.

    Raises
    ------
    UnreadableInput
        If there is no table, no column of text, or nothing below the header.
    """
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
            yield InvalidRow(name, f"line {line}: {row}; the row was left out", item=f"{prefix}{number}")
        elif row and not (number == 0 and _is_tags(row)):
            number += 1
            for found in _row(row, layout, name, f"{prefix}{number}", line):
                empty = False
                yield found
    if empty:
        raise UnreadableInput(name, "has no rows below its header; leave it out or fill it in")


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


def key_of(column: str) -> str:
    return (
        " ".join(re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)).casefold().split())
        or column.strip()
    )


def _layout(columns: tuple[str, ...], rows: list[list[str]], name: str) -> _Layout:
    keys = [key_of(c) for c in columns]
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


def _row(row: list[str], layout: _Layout, name: str, item: str, line: int) -> Iterator[Item | InputError]:
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

    credits = Credits(title=at(layout.title), url=address(at(layout.url)), author=at(layout.author))
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
        return no_day(name, column, written, item)
    credits.published = published_on(day, "stated")
    return None


def no_day(name: str, column: str, written: str, item: str) -> InvalidRow:
    reason = (
        f"column {column!r} says {written[:40]!r}, which is no day; write it as YYYY-MM-DD. The row was read as undated"
    )
    return InvalidRow(name, reason, item=item)


def address(cell: str) -> str:
    return cell if re.match(r"https?://|www\.", cell) else ""
