"""A JSON object that is a report: an article where it has a body and details about it, else a row of cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any

from tocsin.errors import InputError, InvalidRow
from tocsin.interfaces import Item
from tocsin.records import Document, Language
from tocsin.sources._articles import read_article
from tocsin.sources._cleaning import clean, collapse
from tocsin.sources._composing import Block, Credits, compose, compose_row
from tocsin.sources._dates import parse_day, published_on
from tocsin.sources._languages import language_of
from tocsin.sources._rows import address, key_of, no_day
from tocsin.sources._vocabulary import VOCABULARY

__all__ = ["read_object"]

_COLUMNS: dict[str, list[str]] = VOCABULARY["columns"]
_PUBLISHED_KEYS = (*_COLUMNS["reported"], "date", "datetime", "timestamp", "time")
# Keys that tell nothing of the events themselves; an object with only these and a text is an article.
_ABOUT = frozenset(
    chain(_PUBLISHED_KEYS, *(_COLUMNS[kind] for kind in ("body", "id", "title", "url", "author", "outlet", "about")))
)


def read_object(
    found: dict[str, Any], raw: str, name: str, item: str, usual: Language, form: str
) -> Iterator[Item | InputError]:
    """Yield the document of one object, and errors for what of it could not be read.

    Parameters
    ----------
    found : dict
        The object's fields.
    raw : str
        As it was written; identifies the document.
    name, item : str
        The file as the user named it, and which object in it.
    usual : Language
        The language of the other objects, for what is too short to tell.
    form : str
        What the document's form is called.
    """
    fields = {key_of(str(k)): v for k, v in found.items()}

    def text_of(names: Sequence[str]) -> tuple[str, str]:
        for field in names:
            value = fields.get(field)
            if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
                return field, str(value)
        return "", ""

    body_field, body = text_of(_COLUMNS["body"])
    credits = Credits(
        title=collapse(text_of(_COLUMNS["title"])[1]),
        url=address(text_of(_COLUMNS["url"])[1].strip()),
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
            error = no_day(name, field, written, item)
        else:
            credits.published = published_on(day, "stated")
    document = (
        _article(body, raw, credits, native_id, fields, usual, form)
        if article
        else _cells(found, raw, credits, native_id, body_field, usual, form)
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
