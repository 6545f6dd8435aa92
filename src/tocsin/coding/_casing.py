"""Texts in capitals, or without any, put into the case that the parser and the name finders were made for.

Only letters change, never their number: what is read stands at the same offsets in the text as it was received.
Which words begin with a capital is learned from the codebook's examples, and beyond them told by the actor list, the
gazetteer and an English dictionary (Lita et al. 2003 call it truecasing).
"""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from tocsin.codebook import Codebook
from tocsin.coding._patterns import vocabulary
from tocsin.coding._words import is_word
from tocsin.interfaces import Gazetteer
from tocsin.records import Document

__all__ = ["Caser", "is_uncased"]

_WORDS = vocabulary("casing").words
# Letters and words: shorter stretches ("PKK", "no casualties") say nothing of how a text is written.
_FEWEST_LETTERS, _FEWEST_WORDS = 20, 6
# Share of capitals above which a stretch is written in them; headlines in title case have a fifth.
_SHOUTED = 0.8
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_OPENING = re.compile(r"(?:^|[.!?]['\"”’)]*\s+|\n\s*|[•|]\s*|[:–—-]\s+(?=[\"“]))[\"“‘'(\[]*([^\W\d_])")
_MONTH = re.compile(r"\b(?:(?<=\d )|(?<=\d(?:st|nd|rd|th) ))(march|may)\b|\b(march|may)(?= \d)", re.IGNORECASE)
# Which are also verbs: months only beside a day.
_MONTHS = frozenset({"march", "may"})
_CALENDAR = frozenset(n.casefold() for names in (day_name, month_name) for n in names if n) - _MONTHS
_LOCATIVE = re.compile(r"\b(?:in|at|near|from|around|outside|of|to|between|and|towards?)\s+(?:the\s+)?$")
_LONGEST_ACRONYM = 6


def is_uncased(text: str) -> bool:
    """Whether `text` is written in capitals throughout, or without any.

    Examples
    --------
    >>> is_uncased("TWO SOLDIERS WERE KILLED NEAR GAO ON MONDAY"), is_uncased("Two soldiers were killed near Gao.")
    (True, False)
    """
    letters = [c for c in text if c.isalpha() and c.lower() != c.upper()]
    if len(letters) < _FEWEST_LETTERS or len(_WORD.findall(text)) < _FEWEST_WORDS:
        return False
    capitals = sum(c.isupper() for c in letters)
    return capitals == 0 or capitals > _SHOUTED * len(letters)


class Caser:
    """Writes names with capitals and everything else without."""

    def __init__(self, codebook: Codebook, gazetteer: Gazetteer) -> None:
        self._codebook, self._gazetteer = codebook, gazetteer

    @cached_property
    def _learned(self) -> dict[str, str]:
        """How each word of the codebook's examples is mostly written inside a sentence."""
        seen: Counter[tuple[str, str]] = Counter()
        for text in self._examples():
            for match in list(_WORD.finditer(text))[1:]:
                if not re.search(r"[.!?:\n]['\"”’]?\s*[\"“‘(]?$", text[: match.start()]):
                    seen[match.group().casefold(), match.group()] += 1
        best: dict[str, str] = {}
        for (folded, written), _ in sorted(seen.items(), key=lambda item: (item[1], item[0])):
            best[folded] = written
        return best

    def _examples(self) -> Iterator[str]:
        for code in self._codebook.codes.values():
            yield from (text for text in code.examples if not is_uncased(text) and text != text.lower())
        yield from (text for text in self._codebook.none_examples if text != text.lower())

    def document(self, document: Document) -> Document:
        """`document` with each part that is uncased put into case; its text's hash, which spans cite, stays."""
        parts = [(p.start, p.end) for p in document.parts if p.kind != "cell"] or [(0, len(document.text))]
        written = [(start, end) for start, end in parts if is_uncased(document.text[start:end])]
        if not written:
            return document
        text = document.text
        for start, end in written:
            text = text[:start] + self.cased(text[start:end]) + text[end:]
        return replace(document, text=text)

    def cased(self, text: str) -> str:
        """`text` with names in capitals, of the same length; as it is where that cannot be kept."""
        low = text.lower()
        if len(low) != len(text):
            return text
        letters = list(low)
        for start, written in self._names(low):
            letters[start : start + len(written)] = written
        for match in _OPENING.finditer(low):
            letters[match.start(1)] = _capital(match[1])
        return "".join(letters)

    def _names(self, low: str) -> Iterator[tuple[int, str]]:
        """Words that are to be written with capitals: (offset, as written)."""
        for match in _WORD.finditer(low):
            written = self._written(match.group(), low[: match.start()][-24:])
            if written != match.group():
                yield match.start(), written
        actors = self._codebook.actors
        for found in (*actors.scan(low), *actors.scan_states(low)):
            if not found.generic and (found.entry_id is not None or found.country):
                small = _WORDS["particles"] | _WORDS["people"] | (_WORDS["state"] if found.force else frozenset())
                yield from self._actor(found.text, found.start, small)
        for match in _MONTH.finditer(low):
            yield match.start(), match.group().capitalize()

    def _actor(self, words: str, start: int, small: frozenset[str]) -> Iterator[tuple[int, str]]:
        """The words of an actor's name: abbreviations whole, the rest with a capital but for those in `small`."""
        for match in _WORD.finditer(words):
            word = match.group()
            known = self._learned.get(word)
            if known is not None and known != word:
                yield start + match.start(), known
            elif word == words and len(word) <= _LONGEST_ACRONYM and not is_word(word):
                yield start, "".join(map(_capital, word))
            elif word not in small:
                yield start + match.start(), _capital(word[0]) + word[1:]

    def _written(self, word: str, before: str) -> str:
        if word in _CALENDAR:
            return word.capitalize()
        if word in _WORDS["particles"]:
            return word
        if (known := self._learned.get(word)) is not None and len(known) == len(word) and word not in _MONTHS:
            return known
        if len(word) < 3 or (is_word(word) and not (_LOCATIVE.search(before) and self._gazetteer.knows(word))):
            return word
        return _capital(word[0]) + word[1:]


def _capital(letter: str) -> str:
    """The capital of `letter`; itself where that would be two, as of ß."""
    capital = letter.upper()
    return capital if len(capital) == 1 else letter
