"""A JSON object that is a report: an article where it has a body and details about it, else a row of cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

from tocsin.errors import InputError, InvalidRow
from tocsin.interfaces import Column, ColumnMap, Item
from tocsin.records import Document, Language, Part
from tocsin.sources._articles import read_article
from tocsin.sources._cleaning import clean, collapse
from tocsin.sources._composing import Block, Credits, compose, compose_row
from tocsin.sources._dates import parse_day, published_on
from tocsin.sources._languages import language_of
from tocsin.sources._mapping import ABOUT, Mapped, Taken, field_names, key_of, mark, missing, values_at
from tocsin.sources._rows import MONTH_FIRST, address, as_told, no_day
from tocsin.sources._vocabulary import VOCABULARY
from tocsin.sources.html import read_fragment

__all__ = ["check_fields", "flat", "outline_objects", "read_object"]

_COLUMNS: dict[str, list[str]] = VOCABULARY["columns"]
_PUBLISHED_KEYS = (*_COLUMNS["reported"], "date", "datetime", "timestamp", "time")
# Keys that tell nothing of the events themselves; an object with only these and a text is an article.
_ABOUT = frozenset(
    chain(_PUBLISHED_KEYS, *(_COLUMNS[kind] for kind in ("body", "id", "title", "url", "author", "outlet", "about")))
)
_WRAPPERS = frozenset(VOCABULARY["objects"]["wrappers"])
_VALUES: list[str] = VOCABULARY["objects"]["values"]
_MARKUP = re.compile(r"</?(?:p|br|div|span|a|ul|li|strong|em|b|i|h[1-6])\b[^<>]*>", re.I)
_TARGETS: Mapping[str, list[str]] = VOCABULARY["targets"]
# Fields that only a record of an incident has: beside one of these a body is a row's narrative, no article.
_OF_INCIDENTS = frozenset(
    key_of(name)
    for target in ("event_date", "killed", "injured", "abducted", "displaced")
    for name in (target, *_TARGETS[target])
)
_NOT_USED = " (not used)"


def flat(found: Mapping[str, Any]) -> dict[str, Any]:
    """The object with the fields of objects in it as its own, HTML as plain paragraphs, a point as two fields.

    A mapped value goes by the name of what it holds, which then no other field does.
    """
    fields: dict[str, Any] = {}
    mapped: set[str] = set()
    for key, value in _pairs(found):
        if isinstance(value, Taken):
            mapped.add(value.name)
            if value.name in fields:
                fields[value.name + _NOT_USED] = fields[value.name]
            fields[value.name] = _plain(value.value)
        else:
            fields.setdefault(key + _NOT_USED if key in mapped else key, value)
    return fields


def _pairs(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in found.items():
        if not isinstance(value, dict):
            yield str(key), _plain(value)
            continue
        if "type" in value and "coordinates" in value:
            yield from _point(value["coordinates"]) if value["type"] == "Point" else ()
            continue
        inner: dict[str, Any] = {}
        for field, content in _pairs(value):
            inner.setdefault(field, content)
        stands = next((v for v in _VALUES if isinstance(inner.get(v), str)), None)
        if stands is not None:
            yield str(key), inner.pop(stands)
        # Search servers wrap each report in "_source"; a plain "source" is who published it.
        wraps = stands is None and (key == "_source" or key_of(str(key)) in _WRAPPERS)
        for field, content in inner.items():
            yield (field if wraps else f"{key} {field}"), content


def _point(coordinates: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(coordinates, list) and len(coordinates) >= 2:
        yield "latitude", coordinates[1]
        yield "longitude", coordinates[0]


def _plain(value: Any) -> Any:
    if isinstance(value, str) and _MARKUP.search(value):
        return "\n\n".join(b.text for b in read_fragment(value, Credits()))
    return value


def check_fields(sample: Sequence[dict[str, Any]], mapped: Mapped, name: str) -> None:
    """Look whether every mapped field is in some of the objects that a file begins with.

    Raises
    ------
    UnreadableInput
        If one is not; it names the field and those that are there.
    """
    for target in dict.fromkeys(target for target, _ in mapped.fields):
        wanted = [path for t, path in mapped.fields if t == target]
        if sample and not any(values_at(found, path) for found in sample for path in wanted):
            there = dict.fromkeys(field for found in sample for field in field_names(found))
            raise missing(name, target, wanted, list(there))


def outline_objects(sample: Sequence[dict[str, Any]], mapping: ColumnMap) -> tuple[Column, ...]:
    """Return the fields that the objects have, by their paths, and what each is taken for."""
    fields = fields_of(mapping)
    columns: dict[str, Column] = {}
    for found in sample:
        held = _held(found, fields)
        for path in field_names(found):
            known = columns.get(path)
            if known is not None and (known.holds or path not in held):
                continue
            holds, how = held.get(path, ("", ""))
            example = next((collapse(_cell(v)) for v in values_at(found, path) if v not in (None, "")), "")
            columns[path] = Column(path, holds, how, (known and known.example) or example[:200])  # type: ignore[arg-type]
    return tuple(columns.values())


def _held(found: dict[str, Any], fields: Sequence[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """What the fields of an object are taken for and how that is known, by their paths."""
    marked = mark(found, fields)
    plain = flat(marked)
    paths = {key: value for key, value in flat(_skeleton(marked)).items() if isinstance(value, str)}
    names = {ABOUT.get(target, target): target for target, _ in fields}
    held: dict[str, tuple[str, str]] = {}
    for target, key in _roles({key_of(k): (k, v) for k, v in plain.items()}).items():
        held[paths.get(key, key)] = (target, "found")
    for name, target in names.items():
        if name in paths:
            held[paths[name]] = (target, "mapped")
    for target, path in fields:
        if "[" in path and values_at(found, path):
            held[re.sub(r"\[\d+\]", "[]", path)] = (target, "mapped")
    return held


def _skeleton(found: Any, path: str = "") -> Any:
    """The same object with the path of each value in the value's place."""
    if isinstance(found, dict):
        return {k: _skeleton(v, f"{path}.{k}" if path else str(k)) for k, v in found.items()}
    return Taken(found.name, path) if isinstance(found, Taken) else path


def _roles(fields: Mapping[str, tuple[str, Any]]) -> dict[str, str]:
    """Which field gives what of the document."""
    named = {
        "text": [*_COLUMNS["body"], *_COLUMNS["text"]],
        "date": _PUBLISHED_KEYS,
        "title": _COLUMNS["title"],
        "url": _COLUMNS["url"],
        "author": _COLUMNS["author"],
        "source": _COLUMNS["outlet"],
        "id": _COLUMNS["id"],
    }
    found = {}
    for target, names in named.items():
        key = next((n for n in names if n in fields and _says(fields[n][1])), None)
        if key is not None:
            found[target] = fields[key][0]
    return found


def _native_id(found: Mapping[str, Any]) -> str:
    fields = {key_of(k): v for k, v in found.items()}
    return next((str(fields[n]).strip() for n in _COLUMNS["id"] if n in fields and _says(fields[n])), "")


@lru_cache(maxsize=64)
def fields_of(mapping: ColumnMap) -> tuple[tuple[str, str], ...]:
    """The mapped paths inside a report."""
    return Mapped.of(mapping).fields


def _says(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and bool(str(value).strip())


def read_object(
    found: dict[str, Any], raw: str, name: str, item: str, usual: Language, form: str, mapping: ColumnMap | None = None
) -> Iterator[Item | InputError]:
    """Yield the document of one object, and errors for what of it could not be read.

    Parameters
    ----------
    found : dict
        The object as it was read.
    raw : str
        As it was written; identifies the document.
    name, item : str
        The file as the user named it, and which object in it.
    usual : Language
        The language of the other objects, for what is too short to tell.
    form : str
        What the document's form is called.
    mapping : ColumnMap, optional
        What a person said of its fields.
    """
    mapping = mapping or ColumnMap()
    mapped = {target for target, _ in mapping.fields}
    # A document is known again by what it is, whatever a person says of its fields.
    plain = flat(found)
    native_id = _native_id(plain)
    found = flat(mark(found, fields_of(mapping))) if mapped else plain
    fields = {key_of(str(k)): v for k, v in found.items()}

    def text_of(names: Sequence[str]) -> tuple[str, str]:
        for field in names:
            value = fields.get(field)
            if _says(value):
                return field, str(value)
        return "", ""

    body_field, body = text_of(_COLUMNS["body"])
    credits = Credits(
        title=collapse(text_of(_COLUMNS["title"])[1]),
        url=address(text_of(_COLUMNS["url"])[1].strip()),
        author=collapse(text_of(_COLUMNS["author"])[1]),
    )
    credits.source = collapse(text_of(_COLUMNS["outlet"])[1])
    if "id" in mapped:
        item = collapse(text_of(_COLUMNS["id"])[1]) or item
    incident = bool(mapped - ABOUT.keys()) or bool(fields.keys() & _OF_INCIDENTS)
    article = bool(body) and not incident and _is_article(fields, body, credits)
    field, written = text_of(_PUBLISHED_KEYS if article or body else _COLUMNS["reported"])
    error: InputError | None = None
    if written and any(c.isalnum() for c in written):
        day: date | None = parse_day(written, mapping.dates or "dmy")
        if day is None:
            error = no_day(name, field, written, item)
        else:
            credits.published = published_on(day, "stated")
    document = (
        _article(body, raw, credits, native_id, fields, usual, form)
        if article
        else _cells(found, raw, credits, native_id, body_field, usual, form)
    )
    if document is not None and mapping.dates == "mdy":
        document = replace(document, parts=tuple(_month_first(p) for p in document.parts))
    if document is not None and "language" in mapped:
        document = replace(document, language=as_told(text_of(["language"])[1]) or document.language)
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


def _month_first(part: Part) -> Part:
    return replace(part, name=part.name + MONTH_FIRST) if "date" in key_of(part.name).split() else part


def _is_article(fields: dict[str, Any], body: str, credits: Credits) -> bool:
    """Whether the object is an article with details about it, rather than a log's row in which one cell is text."""
    return bool(credits.title or credits.url) or "\n" in body.strip() or len(body) > 400 or not set(fields) - _ABOUT


def _article(
    body: str, raw: str, credits: Credits, native_id: str, fields: dict[str, Any], usual: Language, form: str
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
    return compose(form, raw, credits, blocks, native_id=native_id, sensitivity="restricted")


def _cells(
    found: dict[str, Any], raw: str, credits: Credits, native_id: str, body_field: str, usual: Language, form: str
) -> Document | None:
    cells = [(collapse(str(k)), collapse(_cell(v))) for k, v in found.items() if not isinstance(v, dict)]
    words = next((cell for column, cell in cells if key_of(column) == body_field), "") or max(
        (c for _, c in cells), key=len, default=""
    )
    if len(words.split()) < 3:
        return None
    credits.language = language_of(words, usual)
    return compose_row(form, raw, credits, cells, native_id=native_id)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_cell(v) for v in value if not isinstance(v, (dict, list)))
    return str(value)
