"""How many people: quantities in noun phrases, with their ranges and the rule that gave them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from spacy.tokens import Token

from tocsin.codebook import VagueCount
from tocsin.coding._grammar import lemma, phrase_text
from tocsin.coding._patterns import lower, vocabulary
from tocsin.records import Count

__all__ = ["Quantity", "add", "as_count", "number", "quantity", "read_quantity"]

_WORDS = vocabulary("counts").words

_UNITS = {
    "zero": 0, "no": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORD = "|".join(sorted([*_UNITS, *_SCALES], key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,3}}(?:[,. \u00a0\u202f]\d{{3}})+|\d+|(?:(?:an?|{_WORD})(?:[ -](?:and )?(?:{_WORD}))*))"
_AT_LEAST = "at least|no (?:fewer|less) than|not less than|a minimum of|minimum|upwards? of|not fewer than"
_MORE = "more than|over|above|in excess of|exceeding"
_UP_TO = "up to|as many as|at most|no more than|not more than|a maximum of|fewer than|less than|under"
_ABOUT = "about|around|some|nearly|almost|roughly|approximately|an estimated|close to|reportedly|near"
_RANGE = re.compile(rf"\b(?:between |from )?(?P<low>{_NUMBER})\s*(?:-|–|to|and|or)\s*(?P<high>{_NUMBER})\b")
_PLAIN = re.compile(
    rf"(?<![\w.,/])(?:(?P<least>{_AT_LEAST})|(?P<more>{_MORE})|(?P<most>{_UP_TO})|(?P<about>{_ABOUT}))?"
    rf"\s*(?P<n>{_NUMBER})\b(?![%/:]|[.,]\d)"
)
_DOZENS = re.compile(
    rf"(?:(?P<least>{_AT_LEAST}|{_MORE})|(?P<most>{_UP_TO})|(?P<about>{_ABOUT}))?\s*"
    rf"\b(?P<n>(?:an?|{_WORD}|\d+)) dozen\b(?<!half a dozen)"
)
_ENDS_UP_TO = re.compile(rf"(?:{_UP_TO})\s*$")
_BEGINS_NUMBER = re.compile(rf"\s*(?:\d|(?:{_WORD})\b)")
_ON_TOP = re.compile(r"\b(?:others?|another|more(?! than)|additional|further)\b")
_NO_PEOPLE_AFTER_A = re.compile(r"\s*(?:day|week|month|year|few|couple|number)\b")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A range, the words it was read from (offsets in the sentence's spaCy document) and the rule."""

    low: int | None
    best: int | None
    high: int | None
    start: int
    end: int
    rule: str
    more: bool = False
    """Whether it is on top of earlier ones ("two others")."""


def number(words: str) -> int | None:
    """Read one number, in digits or in words; None where it is none.

    Examples
    --------
    >>> number("1,200"), number("twenty-three"), number("two hundred and five"), number("a")
    (1200, 23, 205, 1)
    """
    words = words.lower().strip()
    digits = re.sub(r"[,. \u00a0\u202f]", "", words)
    if digits.isdigit():
        return int(digits)
    total = current = 0
    seen = False
    for word in re.split(r"[ -]+", words):
        if word in ("and", ""):
            continue
        if word in ("a", "an"):
            current = 1
        elif word in _UNITS:
            current += _UNITS[word]
        elif word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if word != "hundred":
                total, current = total + current, 0
        else:
            return None
        seen = True
    return total + current if seen else None


def read_quantity(text: str, vague: Mapping[str, VagueCount], offset: int = 0) -> Quantity | None:
    """Read the quantity that `text` (the words before a noun) states; None where it states none.

    Examples
    --------
    >>> q = read_quantity("at least three", {})
    >>> q.low, q.best, q.high
    (3, 3, None)
    """
    low = lower(text)
    found = _range(low) or _dozens(low) or _vague(low, vague) or _plain(low)
    if found is None:
        if another := re.search(r"\banother\b", low):
            return Quantity(1, 1, 1, offset + another.start(), offset + another.end(), "stated", True)
        return None
    more = bool(_ON_TOP.search(low)) and "more than" not in low
    return replace(found, start=found.start + offset, end=found.end + offset, more=more)


def _range(low: str) -> Quantity | None:
    """A range: "three or four", "between 10 and 20"."""
    m = _RANGE.search(low)
    if m is None or "hundred" in m["high"]:
        return None
    a, b = number(m["low"]), number(m["high"])
    if a is None or b is None or not 0 < a < b:
        return None
    return Quantity(a, None if b - a > 1 else a, b, m.start(), m.end(), "range")


def _vague(low: str, vague: Mapping[str, VagueCount]) -> Quantity | None:
    """A vague number, "dozens", worth what the codebook says; the longest wording first."""
    for word, value in sorted(vague.items(), key=lambda item: -len(item[0])):
        m = _whole_word(word).search(low) if word in low else None
        if word == "many" and m is not None and low[: m.start()].rstrip().endswith("as"):
            continue  # "as many as 40"
        if m is not None and (scaled := _scaled(low, word, value, m)) is not None:
            return scaled
        if m is None or (word == "some" and _BEGINS_NUMBER.match(low[m.end() :])):
            continue
        if _ENDS_UP_TO.search(low[: m.start()]):
            return Quantity(None, value.best, value.best, m.start(), m.end(), f"vague: up to {word}")
        return Quantity(value.low, value.best, value.high, m.start(), m.end(), f"vague: {word}")
    return None


def _scaled(low: str, word: str, value: VagueCount, m: re.Match[str]) -> Quantity | None:
    """A vague number of a unit: "several hundred", "a few dozen"."""
    unit = re.match(r"\s+(?P<unit>dozen|hundred|thousand)\b", low[m.end() :])
    if unit is not None:  # the vague word counts the unit that follows
        n = {"dozen": 12, "hundred": 100, "thousand": 1000}[unit["unit"]]
        end, rule = m.end() + unit.end(), f"vague: {word} {unit['unit']}"
        return Quantity(value.low * n, value.best * n, None, m.start(), end, rule)
    return None


def _dozens(low: str) -> Quantity | None:
    """Dozens that are counted: "two dozen", "at least a dozen"."""
    m = _DOZENS.search(low)
    if m is None:
        return None
    n = 12 * (number(m["n"]) or 1)
    if m["most"]:
        return Quantity(None, n, n, m.start(), m.end(), "up to")
    if m["least"]:
        return Quantity(n, n, None, m.start(), m.end(), "at least")
    return Quantity(n, n, n, m.start(), m.end(), "about" if m["about"] else "stated")


@cache
def _whole_word(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(word)}\b")


def _plain(low: str) -> Quantity | None:
    """One number, with the word that bounds it."""
    for m in _PLAIN.finditer(low):
        n = number(m["n"])
        if n is None or (m["n"] in ("a", "an") and _NO_PEOPLE_AFTER_A.match(low[m.end() :])):
            continue
        if m["least"]:
            return Quantity(n, n, None, m.start(), m.end(), "at least")
        if m["more"]:
            return Quantity(n, n, None, m.start(), m.end(), "more than")
        if m["most"]:
            return Quantity(None, n, n, m.start(), m.end(), "up to")
        return Quantity(n, n, n, m.start(), m.end(), "about" if m["about"] else "stated")
    return None


def quantity(token: Token, vague: Mapping[str, VagueCount], without: Sequence[tuple[int, int]] = ()) -> Quantity | None:
    """Return how many people the noun phrase headed by `token` speaks of, None where it is not people.

    Conjoined phrases are added up ("a woman and her two children"). A bare plural is more than none but
    unstated: ``(1, None, None)``. Conjuncts inside `without` (a speaker's words) are not added.
    """
    total = _of_phrase(token, vague)
    chain = {token.i}
    for child in token.conjuncts:
        if child.head.i not in chain:
            continue
        chain.add(child.i)
        if child.pos_ not in ("NOUN", "PROPN", "NUM", "PRON", "ADJ"):
            continue
        if any(a <= child.idx < b for a, b in without):
            continue
        if any(c.dep_ in ("nsubj", "nsubjpass") for c in child.children):
            continue  # a clause that the parser took for a noun
        part = _of_phrase(child, vague)
        if part is None and lemma(child) in _WORDS["companions"] and any(c.dep_ == "poss" for c in child.children):
            part = _of_word(child, 1, 1, "stated")  # "a shepherd and his son"
        if part is not None and total is not None and part.rule != "bare plural":
            total = add(total, part)
    return total


def _of_phrase(token: Token, vague: Mapping[str, VagueCount]) -> Quantity | None:
    """How many people one phrase speaks of, without what is coordinated with it."""
    word = token.lower_
    if word in _WORDS["nobody"] or (word == "one" and token.i > 0 and token.nbor(-1).lower_ == "no"):
        return _of_word(token, 0, 0, "none")
    if word in _WORDS["somebody"]:
        return _of_word(token, 1, None, "somebody")
    noun = lemma(token)
    if noun in _WORDS["not_people"] or (token.pos_ == "PRON" and word not in _WORDS["counting_pronouns"]):
        return None
    inner = _governed_by_of(token)
    if inner is not None:
        if noun in _WORDS["bodies_of"] and (read := _read_phrase(inner, vague)) is not None:
            return read
        if noun == "one":
            return _of_word(token, 1, 1, "stated")
    read = _read_phrase(token, vague)
    if read is not None:
        if read.rule == "stated" and inner is not None and lemma(inner) in _WORDS["not_people"]:
            return None
        more = word == "others" or any(c.lower_ in _WORDS["more"] for c in token.children)
        return replace(read, more=read.more or more)
    if word in _WORDS["vague"] or (inner is not None and word in _WORDS["group_of"]):
        return read_quantity(word, vague, token.idx)
    return _of_word(token, 1, None, "bare plural") if _is_bare_plural(token) else None


def _of_word(token: Token, low: int, high: int | None, rule: str) -> Quantity:
    return Quantity(low, high, high, token.idx, token.idx + len(token), rule)


def _governed_by_of(token: Token) -> Token | None:
    """What "of" governs: "six" in "a family of six"."""
    of = next((c for c in token.children if c.lower_ == "of" and c.dep_ == "prep"), None)
    if of is None:
        return None
    return next((c for c in of.children if c.dep_ in ("pobj", "nummod", "pcomp")), None)


def _read_phrase(token: Token, vague: Mapping[str, VagueCount]) -> Quantity | None:
    """The quantity in the words of a phrase up to its head."""
    return read_quantity(phrase_text(token.left_edge, token), vague, token.left_edge.idx)


def _is_bare_plural(token: Token) -> bool:
    """Whether the phrase is a plural without a number or an article: "villagers were killed"."""
    return (
        token.tag_ in ("NNS", "NNPS")
        and lemma(token) not in _WORDS["no_bare_plural"]
        and not any(c.dep_ == "poss" or (c.dep_ == "det" and c.lower_ in _WORDS["known"]) for c in token.children)
    )


def add(a: Quantity, b: Quantity) -> Quantity:
    """The sum of two parts; an unstated bound stays unstated."""

    def plus(x: int | None, y: int | None) -> int | None:
        return None if x is None or y is None else x + y

    best = plus(a.best, b.best)
    if best is None:
        best = a.best if b.best is None else b.best
    low = (a.low or 0) + (b.low or 0)
    return Quantity(
        low, best, plus(a.high, b.high), min(a.start, b.start), max(a.end, b.end), "sum of parts", a.more or b.more
    )


def as_count(q: Quantity, words: str) -> Count:
    """The record of a quantity."""
    return Count(q.low, q.best, q.high, words, q.rule)
