"""A table's rows, whatever file they came in: which columns it has and what each is, a document a row."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import Column, ColumnMap, Item
from tocsin.records import Language
from tocsin.sources._cleaning import collapse
from tocsin.sources._composing import Credits, compose_row
from tocsin.sources._dates import DayOrder, day_order, parse_day, published_on
from tocsin.sources._decoding import repaired
from tocsin.sources._following import Following
from tocsin.sources._languages import language_of
from tocsin.sources._mapping import ABOUT, key_of, missing
from tocsin.sources._vocabulary import VOCABULARY

__all__ = ["address", "as_told", "is_tags", "key_of", "no_day", "outline_rows", "read_rows"]

_SAMPLE_ROWS = 200
"""Rows read ahead to tell the layout, the order of day and month and the language."""

_COLUMNS: dict[str, list[str]] = VOCABULARY["columns"]

MONTH_FIRST = " (month first)"
"""Stands behind the name of a cell that holds a day, where the table writes the month first: a lone row cannot tell."""
_AMBIGUOUS = re.compile(r"\s*\d{1,2}[-/.]\d{1,2}[-/.](?:\d\d){1,2}\b")


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the columns of a table are; indexes into a row, None where there is no such column.

    `columns` are as written; `names` are what their cells are called, which differs where a column was mapped.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    text: int
    reported: int | None
    native_id: int | None
    title: int | None
    url: int | None
    author: int | None
    source: int | None
    spoken: int | None
    order: DayOrder
    language: Language
    days: tuple[int, ...] = ()
    """Columns of days other than that of publication."""
    mapped: dict[str, int] = field(default_factory=dict)


_IN_FIGURES = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4}")
_ORDERS: tuple[DayOrder, ...] = ("dmy", "mdy")
_TAKE_ALL = Following().passes


def read_rows(
    numbered: Iterator[tuple[int, list[str] | str]],
    name: str,
    prefix: str = "",
    mapping: ColumnMap | None = None,
    passes: Callable[[str], bool] = _TAKE_ALL,
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
    mapping : ColumnMap, optional
        What columns hold, where a person said so.
    passes : callable of str
        Whether the row whose item is called so was read before and is passed over.

    Raises
    ------
    UnreadableInput
        If there is no table, no column of text, nothing below the header, or not a column that was mapped.
    """
    mapping = mapping or ColumnMap()
    ahead = list(islice(numbered, _SAMPLE_ROWS + 10))
    rows = [row for _, row in ahead if isinstance(row, list)]
    top, named = _top(rows, name, mapping)
    layout = _layout(_named(rows[top], named), _below(rows, top + named), name, mapping)
    skip = next(at for at, (_, row) in enumerate(ahead) if row is rows[top]) + named
    number = 0
    empty = True
    for line, row in chain(ahead[skip:], numbered):
        if not row or (number == 0 and not isinstance(row, str) and is_tags(row)):
            continue
        number += 1
        if passes(f"{prefix}{number}"):
            empty = False
        elif isinstance(row, str):
            empty = False
            yield InvalidRow(name, f"line {line}: {row}; the row was left out", item=f"{prefix}{number}")
        else:
            for found in _row(row, layout, name, prefix, number, line):
                empty = False
                yield found
    if empty:
        raise UnreadableInput(name, "has no rows below its header; leave it out or fill it in")


def outline_rows(numbered: Iterator[tuple[int, list[str] | str]], name: str, mapping: ColumnMap) -> tuple[Column, ...]:
    """Return what the columns of a table are taken for, from its first rows.

    Raises
    ------
    UnreadableInput
        As :func:`read_rows` does.
    """
    rows = [row for _, row in islice(numbered, _SAMPLE_ROWS + 10) if isinstance(row, list)]
    top, named = _top(rows, name, mapping)
    columns, below = _named(rows[top], named), _below(rows, top + named)
    layout = _layout(columns, below, name, mapping)
    found: dict[int, list[str]] = {}
    for target, at in _found(layout).items():
        found.setdefault(at, []).append(target)
    by_map = set(layout.mapped.values())
    return tuple(
        Column(
            column or f"(column {at + 1})",
            ", ".join(found.get(at, ())),
            "mapped" if at in by_map else "found" if at in found else "",
            next((collapse(repaired(row[at])) for row in below if at < len(row) and row[at].strip()), "")[:200],
        )
        for at, column in enumerate(columns)
    )


def _found(layout: _Layout) -> dict[str, int]:
    """The columns by what they hold, mapped or found by name."""
    found = {
        "text": layout.text,
        "date": layout.reported,
        "title": layout.title,
        "url": layout.url,
        "author": layout.author,
        "id": layout.native_id,
        "source": layout.source,
        "language": layout.spoken,
    }
    return {target: at for target, at in found.items() if at is not None} | layout.mapped


def _top(rows: Sequence[list[str]], name: str, mapping: ColumnMap) -> tuple[int, bool]:
    """The row that the table begins with, and whether it names the columns: one that has mapped columns does."""
    wanted = {key_of(column) for _, column in mapping.fields}
    best = max(range(len(rows)), key=lambda at: len(wanted & {key_of(c) for c in rows[at]}), default=0)
    if rows and wanted & {key_of(c) for c in rows[best]}:
        return best, True
    top = _header_index(rows)
    if top is None:
        raise UnreadableInput(name, "holds no table; the first row must name the columns")
    return top, _names_columns(rows[top])


def _named(row: list[str], named: bool) -> tuple[str, ...]:
    return tuple(collapse(repaired(c)) if named else f"column {at}" for at, c in enumerate(row, start=1))


def _below(rows: Sequence[list[str]], start: int) -> list[list[str]]:
    return [row for row in rows[start:] if not is_tags(row)][:_SAMPLE_ROWS]


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


def is_tags(row: list[str]) -> bool:
    """Whether a row holds HXL tags, which humanitarian tables have under their header."""
    filled = [c.strip() for c in row if c.strip()]
    return bool(filled) and all(re.fullmatch(r"#[a-z][a-z0-9_]*(?:\s*\+[a-z0-9_]+)*", c) for c in filled)


def _layout(columns: tuple[str, ...], rows: list[list[str]], name: str, mapping: ColumnMap) -> _Layout:
    keys = [key_of(c) for c in columns]
    mapped = _mapped(columns, keys, name, mapping)
    free = [key if at not in mapped.values() else "" for at, key in enumerate(keys)]
    text = mapped.get("text")
    if text is None:
        text = _text_column(free, rows)
    if text is None:
        raise UnreadableInput(
            name,
            f"has no column of text to read ({', '.join(c or '(unnamed)' for c in columns)}); "
            "call the one that tells what happened 'text', 'notes' or 'description', or say --map text=COLUMN",
        )

    def find(target: str, names: Sequence[str]) -> int | None:
        return mapped[target] if target in mapped else _first(free, names)

    reported = next((at for at, key in enumerate(free) if key in _COLUMNS["reported"]), None)
    said = (mapped.get("date"), mapped.get("event_date"))
    days = [at for at, key in enumerate(keys) if _dated(key) or at in said or _holds_days(rows, at)]
    order = mapping.dates or day_order([row[at] for row in rows for at in days if at < len(row)])
    sample = " ".join(collapse(repaired(row[text])) for row in rows if len(row) > text)
    layout = _Layout(
        columns=columns,
        names=columns,
        text=text,
        reported=mapped.get("date", reported),
        # A document is known again by what it is, whatever a person says of its columns.
        native_id=_first(keys, _COLUMNS["id"]),
        title=find("title", _COLUMNS["title"]),
        url=find("url", _COLUMNS["url"]),
        author=find("author", _COLUMNS["author"]),
        source=mapped.get("source"),
        spoken=mapped.get("language"),
        order=order,
        language=language_of(sample),
        days=tuple(at for at in days if at != mapped.get("date", reported)),
        mapped=mapped,
    )
    return replace(layout, names=_names(layout, rows, days))


def _mapped(columns: tuple[str, ...], keys: list[str], name: str, mapping: ColumnMap) -> dict[str, int]:
    """The mapped columns by what they hold."""
    mapped: dict[str, int] = {}
    for target in dict.fromkeys(target for target, _ in mapping.fields):
        wanted = mapping.columns(target)
        at = next((columns.index(w) for w in wanted if w in columns), None)
        if at is None:
            at = next((keys.index(key_of(w)) for w in wanted if key_of(w) in keys), None)
        if at is None:
            raise missing(name, target, wanted, columns)
        mapped[target] = at
    return mapped


def _names(layout: _Layout, rows: list[list[str]], days: list[int]) -> tuple[str, ...]:
    """What the cells of each column are called: mapped ones after what they hold, which then no other column is."""
    names = list(layout.columns)
    taken = {target: ABOUT.get(target, target) for target in layout.mapped}
    for at, column in enumerate(names):
        if at not in layout.mapped.values() and key_of(column) in {key_of(n) for n in taken.values()}:
            names[at] = f"{column} (not used)"
    # Where one column holds two things, what it tells of the event comes first.
    for target, at in sorted(layout.mapped.items(), key=lambda m: m[0] not in ABOUT):
        names[at] = taken[target]
    if layout.order == "mdy":
        for at in days:
            if any(at < len(row) and _AMBIGUOUS.match(row[at]) for row in rows):
                names[at] += MONTH_FIRST
    return tuple(names)


def _dated(key: str) -> bool:
    return key in _COLUMNS["reported"] or any(word in key.split() for word in _COLUMNS["dated"])


def _holds_days(rows: list[list[str]], at: int) -> bool:
    """Whether a column is one of days, whatever it is called: together they tell the order of day and month."""
    cells = [row[at] for row in rows if at < len(row) and row[at].strip()]
    return bool(cells) and 2 * sum(bool(_AMBIGUOUS.match(cell)) for cell in cells) > len(cells)


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


def _row(
    row: list[str], layout: _Layout, name: str, prefix: str, number: int, line: int
) -> Iterator[Item | InputError]:
    row = [repaired(c) for c in row]
    width = len(layout.columns)
    if any(c.strip() for c in row[width:]):
        yield InvalidRow(
            name,
            f"line {line}: {len(row)} cells under {width} columns, so they cannot be told apart; "
            "put cells that hold the delimiter in quotes. The row was left out",
            item=f"{prefix}{number}",
        )
        return
    cells = [collapse(c) for c in row[:width]] + [""] * (width - len(row))
    if not any(cells):
        return

    def at(column: int | None) -> str:
        return cells[column] if column is not None else ""

    item = (at(layout.mapped.get("id")) and f"{prefix}{at(layout.mapped.get('id'))}") or f"{prefix}{number}"
    credits = Credits(title=at(layout.title), url=address(at(layout.url)), author=at(layout.author))
    credits.source = at(layout.source)
    error = _take_day(credits, at(layout.reported), layout, name, item)
    words = at(layout.text)
    credits.language = as_told(at(layout.spoken)) or language_of(words or " ".join(cells), layout.language)
    raw = json.dumps([list(layout.columns), row[:width]], ensure_ascii=False)
    yield Item(
        compose_row(
            "table row", raw, credits, list(zip(layout.names, cells, strict=True)), native_id=at(layout.native_id)
        ),
        item,
    )
    if error is not None:
        yield error
    for column in layout.days:
        # "Overnight" and "early May" are for the coder; what is written as a day in figures and is none is a slip.
        if _IN_FIGURES.fullmatch(cells[column]) and not any(parse_day(cells[column], o) for o in _ORDERS):
            yield no_day(name, layout.columns[column], cells[column], item)


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


def as_told(written: str) -> Language:
    """The language that a field names (``ar``, ``ar-SY``, ``Arabic``), empty where it names none that is known."""
    word = re.split(r"[-_\s(]", written.strip().casefold())[0]
    return word if word in _CODES else _NAMES.get(word, "")


_CODES = frozenset(VOCABULARY["languages"].split())
_NAMES: dict[str, Language] = {
    name: code for code, names in VOCABULARY["language_names"].items() for name in names.split()
}
