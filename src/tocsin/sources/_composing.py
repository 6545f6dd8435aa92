"""From what a source found to a :class:`~tocsin.records.Document`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.records import Document, Language, Part, PartKind, Sensitivity, When, content_id, text_hash
from tocsin.sources._languages import language_of

__all__ = ["Block", "Credits", "canonical", "compose", "compose_row"]


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of an article with a function, its text cleaned and on one line."""

    kind: PartKind
    text: str


@dataclass(slots=True)
class Credits:
    """What is known of a document besides its text; filled as it is found."""

    title: str = ""
    source: str = ""
    origin: str = ""
    author: str = ""
    url: str = ""
    published: When | None = None
    language: Language = ""


def canonical(raw: str) -> str:
    """Return raw content as it enters a document's id: the same whatever the line ends and the byte order mark."""
    return raw.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def compose(
    form: str,
    raw: str,
    credits: Credits,
    blocks: Sequence[Block],
    *,
    native_id: str = "",
    sensitivity: Sensitivity = "open",
) -> Document:
    """Return a document: the title, a blank line, then `blocks`, with a blank line around paragraphs.

    `raw` and `native_id` identify it.
    """
    pieces: list[str] = []
    parts: list[Part] = []
    length = 0
    before: PartKind | None = None
    for block in ([Block("title", credits.title)] if credits.title else []) + list(blocks):
        if not block.text:
            continue
        if before is not None:
            gap = "\n" if before == block.kind == "item" else "\n\n"
            pieces.append(gap)
            length += len(gap)
        pieces.append(block.text)
        parts.append(Part(block.kind, length, length + len(block.text)))
        length += len(block.text)
        before = block.kind
    return _document(form, raw, native_id, "".join(pieces), tuple(parts), credits, sensitivity)


def compose_row(
    form: str, raw: str, credits: Credits, cells: Sequence[tuple[str, str]], *, native_id: str = ""
) -> Document:
    """Return a row of a table: its cleaned cells, given as (column, cell), joined by `` | ``; rows are restricted."""
    parts: list[Part] = []
    at = 0
    for column, cell in cells:
        if cell:
            parts.append(Part("cell", at, at + len(cell), column))
        at += len(cell) + len(" | ")
    return _document(form, raw, native_id, " | ".join(cell for _, cell in cells), tuple(parts), credits, "restricted")


def _document(
    form: str, raw: str, native_id: str, text: str, parts: tuple[Part, ...], credits: Credits, sensitivity: Sensitivity
) -> Document:
    return Document(
        id=content_id("d", canonical(raw), native_id),
        form=form,
        text=text,
        text_hash=text_hash(text),
        source=credits.source,
        origin="" if credits.origin == credits.source else credits.origin,
        author=credits.author,
        title=credits.title,
        url=credits.url,
        published=credits.published,
        language=credits.language or language_of(text),
        sensitivity=sensitivity,
        parts=parts,
    )
