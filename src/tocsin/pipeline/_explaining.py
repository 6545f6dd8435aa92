"""A sentence coded in the open: every field with its words and rule, every type with the examples it is like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tocsin.codebook import Codebook
from tocsin.coding import Neighbour, nearest_examples
from tocsin.errors import UsageError
from tocsin.interfaces import Coder
from tocsin.pipeline._readings import ClaimReading, read_claim
from tocsin.records import Document, Part, When, content_id, text_hash
from tocsin.sources import clean
from tocsin.sources._languages import language_of

__all__ = ["Explained", "Explanation", "explain_text"]

_SENTENCE = re.compile(r"(?<=[.!?؟])[\"')\]]*\s+|\n+")


@dataclass(frozen=True, slots=True)
class Explained:
    """One claim, and the examples of the codebook that its sentence is most like."""

    claim: ClaimReading
    examples: tuple[Neighbour, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the coder reads in a text, and why; `examples` are those most like a text without claims."""

    text: str
    language: str
    claims: tuple[Explained, ...]
    notes: tuple[str, ...] = ()
    examples: tuple[Neighbour, ...] = ()


def explain_text(text: str, coder: Coder, codebook: Codebook, published: date | None = None) -> Explanation:
    """Code `text` as a report of its own.

    Raises
    ------
    UsageError
        If there is nothing in it.
    """
    cleaned = clean(text).text.strip()
    if not cleaned:
        raise UsageError("there is no text to explain; give a sentence in quotation marks, or - to read it from a pipe")
    document = Document(
        id=content_id("d", cleaned),
        form="text",
        text=cleaned,
        text_hash=text_hash(cleaned),
        published=When(published, published, "day", anchor="given") if published else None,
        language=language_of(cleaned, "en"),
        parts=(Part("paragraph", 0, len(cleaned)),),
    )
    coding = next(iter(coder.code([document])))
    explained = []
    for claim in coding.claims:
        sentence = _sentence_at(cleaned, claim.trigger.start)
        explained.append(Explained(read_claim(claim, document, codebook), nearest_examples(codebook, sentence)))
    readable = not any(note.startswith("language ") for note in coding.notes)
    examples = nearest_examples(codebook, cleaned) if readable and not explained else ()
    return Explanation(cleaned, document.language, tuple(explained), coding.notes, examples)


def _sentence_at(text: str, at: int) -> str:
    start = 0
    for match in _SENTENCE.finditer(text):
        if match.start() > at:
            return text[start : match.start()].strip()
        start = match.end()
    return text[start:].strip()
