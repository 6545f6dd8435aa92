"""Texts with what must not leave taken out, and the words that may be quoted from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from tocsin.errors import TocsinError
from tocsin.records import DATASET_FORMS, Document, Span
from tocsin.release._names import Known, NameFinder
from tocsin.release._patterns import Finding, find_patterns, joined
from tocsin.release._vocabulary import vocabulary

__all__ = ["MaskedText", "Masker", "ReleaseError", "accuses", "gate", "scan_for_secrets"]

ELLIPSIS = "…"
_SENTENCE_END = re.compile(r"(?<=[.!?؟。])[\"”')\]]*\s+(?=[^\s])|\n+|\s\|\s")
# "Brig. Gen. X", "km. 4": a full stop after these ends no sentence.
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Gen|Brig|Lt|Col|Maj|Capt|Sgt|Adm|Gov|Sen|St|Prof|No|approx|ca|km)\.$"
)


class ReleaseError(TocsinError):
    """Something was about to leave that must not. The message says which kind and where, never what."""


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A text and what must not leave of it; ``findings`` are in order and do not overlap."""

    text: str
    findings: tuple[Finding, ...]

    def cut(self, start: int, end: int) -> tuple[str, frozenset[str]]:
        """``text[start:end]`` as it may leave, and the kinds of what was masked; what it cuts is masked whole."""
        out: list[str] = []
        kinds = set()
        at = start
        for finding in self.findings:
            if finding.end <= start or finding.start >= end:
                continue
            out.append(self.text[at : max(at, finding.start)])
            out.append(f"[{finding.kind}]")
            kinds.add(finding.kind)
            at = finding.end
        out.append(self.text[at:end] if at < end else "")
        return " ".join("".join(out).split()), frozenset(kinds)

    def widened(self, start: int, end: int) -> tuple[int, int]:
        """`start` and `end` moved outwards so that no finding is cut."""
        for finding in self.findings:
            if finding.start < end and finding.end > start:
                start, end = min(start, finding.start), max(end, finding.end)
        return start, end

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Bounds of the sentences that ``text[start:end]`` stands in."""
        first, last = 0, len(self.text)
        for match in _SENTENCE_END.finditer(self.text, max(0, start - 2000), min(len(self.text), end + 2000)):
            if _ABBREVIATION.search(self.text[max(0, match.start() - 8) : match.start()]):
                continue
            if match.end() <= start:
                first = match.end()
            elif match.start() >= end:
                last = match.start()
                break
        return self.widened(max(first, start - 2000), min(last, end + 2000))

    def passage(self, spans: Sequence[Span], limit: int) -> tuple[int, int]:
        """Bounds of a passage of about `limit` characters: the sentence of the first span, and others if they fit."""
        start, end = self.sentence(spans[0].start, spans[0].end)
        for span in spans[1:]:
            left, right = self.sentence(span.start, span.end)
            left, right = min(start, left), max(end, right)
            if right - left <= limit:
                start, end = left, right
        if end - start > limit:
            middle = (spans[0].start + spans[0].end) // 2
            start = max(start, min(middle - limit // 2, end - limit))
            end = min(end, start + limit)
            start, end = self.widened(*self._at_words(start, end))
        return start, end

    def _at_words(self, start: int, end: int) -> tuple[int, int]:
        if start > 0 and not self.text[start - 1].isspace():
            space = self.text.find(" ", start, end)
            start = space + 1 if space >= 0 else start
        if end < len(self.text) and not self.text[end].isspace():
            space = self.text.rfind(" ", start, end)
            end = space if space > start else end
        return start, end


@dataclass(slots=True)
class Masker:
    """Masks texts of one dataset. What was found in a document is kept, since many claims rest on one."""

    finder: NameFinder
    _documents: dict[tuple[str, str, bool, frozenset[str]], tuple[tuple[Finding, ...], frozenset[str]]] = field(
        default_factory=dict
    )

    def look_ahead(self, documents: Iterable[Document]) -> None:
        """Read documents that will be asked for, many at once; it changes no answer."""
        texts: dict[bool, list[str]] = {False: [], True: []}
        for document in documents:
            texts[_is_row(document)].append(document.text)
        for rows, of_kind in texts.items():
            self.finder.look_ahead(of_kind, rows=rows)

    def document(self, document: Document, known: Known) -> tuple[MaskedText, frozenset[str]]:
        """The document's text with what must not leave of it, and the words that persons' names are made of."""
        # With places kept as they are, what is known of them depends on the gazetteer alone.
        key = (document.id, document.text_hash, known.coarse, known.areas if known.coarse else frozenset())
        if key not in self._documents:
            names, persons = self.finder.find(document.text, known, row=_is_row(document))
            self._documents[key] = joined((*find_patterns(document.text), *names)), persons
        findings, persons = self._documents[key]
        return MaskedText(document.text, findings), persons

    def words(self, text: str, known: Known) -> tuple[str, frozenset[str]]:
        """A short text, such as a label, as it may leave; and the kinds of what was masked."""
        if not text:
            return "", frozenset()
        names, _ = self.finder.find(text, known)
        return MaskedText(text, joined((*find_patterns(text), *names))).cut(0, len(text))

    def shapes(self, text: str) -> tuple[str, frozenset[str]]:
        """Only what has a shape (numbers, handles, points, paths) masked."""
        return MaskedText(text, find_patterns(text)).cut(0, len(text))

    def persons_in(self, text: str, known: Known) -> frozenset[str]:
        """The words that the names in `text` are made of."""
        return self.finder.find(text, known)[1] if text else frozenset()


def _is_row(document: Document) -> bool:
    return document.form in DATASET_FORMS


@cache
def _allegation() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(vocabulary()['allegation']['words'])})", re.IGNORECASE)


def accuses(text: str) -> bool:
    """Whether `text` says that somebody informed or collaborated.

    Examples
    --------
    >>> accuses("They shot a man whom they called an informant.")
    True
    """
    return _allegation().search(text) is not None


def scan_for_secrets(text: str) -> tuple[str, ...]:
    """The kinds of secrets with a shape that are left in `text`, each once, in order; empty where there is none.

    Examples
    --------
    >>> scan_for_secrets("call +963 944 123 456"), scan_for_secrets("12 killed on 3 May 2025")
    (('phone',), ())
    """
    return tuple(dict.fromkeys(finding.kind for finding in find_patterns(text)))


def gate(text: str, where: str = "") -> None:
    """Let `text` pass only if no secret with a shape is left in it.

    Raises
    ------
    ReleaseError
        Naming the kinds of what is left and `where`, never the words.
    """
    kinds = scan_for_secrets(text)
    if kinds:
        place = f" in {where}" if where else ""
        raise ReleaseError(f"{', '.join(kinds)} left{place}: it was not released; mask it at its source or report this")
