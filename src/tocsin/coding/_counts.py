"""How many people: quantities in noun phrases, with their ranges and the rule that gave them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.codebook import VagueCount
from tocsin.records import Count

__all__ = ["Quantity", "add", "as_count", "number", "quantity", "read_quantity"]

_UNITS = {
    "zero": 0, "no": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORD = "|".join(sorted([*_UNITS, *_SCALES], key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,3}}(?:[,.  ]\d{{3}})+|\d+|(?:(?:an?|{_WORD})(?:[ -](?:and )?(?:{_WORD}))*))"
_AT_LEAST = (
    r"(?:at least|no (?:fewer|less) than|not less than|a minimum of|minimum|upwards of|upward of|not fewer than)"
)
_MORE = r"(?:more than|over|above|in excess of|exceeding)"
_UP_TO = r"(?:up to|as many as|at most|no more than|not more than|a maximum of|fewer than|less than|under)"
_ABOUT = r"(?:about|around|some|nearly|almost|roughly|approximately|an estimated|close to|reportedly|near)"
_RANGE = re.compile(
    rf"\b(?:between |from )?(?P<low>{_NUMBER})\s*(?:-|–|to|and|or)\s*(?P<high>{_NUMBER})\b", re.IGNORECASE
)
_PLAIN = re.compile(
    rf"(?<![\w.,/])(?:(?P<least>{_AT_LEAST})|(?P<more>{_MORE})|(?P<most>{_UP_TO})|(?P<about>{_ABOUT}))?\s*(?P<n>{_NUMBER})\b(?![%/:]|[.,]\d)",
    re.IGNORECASE,
)


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
    digits = re.sub(r"[,.  ]", "", words)
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
    low = text.lower()
    more = bool(re.search(r"\b(?:other|others|another|more|additional|further)\b", low)) and not re.search(
        r"more than", low
    )
    if m := _RANGE.search(low):
        a, b = number(m["low"]), number(m["high"])
        if a is not None and b is not None and 0 < a < b and "hundred" not in m["high"]:
            return Quantity(a, None if b - a > 1 else a, b, offset + m.start(), offset + m.end(), "range", more)
    for word, value in sorted(vague.items(), key=lambda item: -len(item[0])):
        if m := re.search(rf"\b{re.escape(word)}\b", low):
            before = low[: m.start()]
            if word == "some" and re.match(r"\s*(?:\d|" + _WORD + r")\b", low[m.end() :]):
                continue
            if re.search(_UP_TO + r"\s*$", before):
                return Quantity(
                    None, value.best, value.best, offset + m.start(), offset + m.end(), f"vague: up to {word}", more
                )
            return Quantity(
                value.low, value.best, value.high, offset + m.start(), offset + m.end(), f"vague: {word}", more
            )
    for m in _PLAIN.finditer(low):
        n = number(m["n"])
        if n is None:
            continue
        if m["n"] in ("a", "an") and re.match(r"\s*(?:day|week|month|year|few|couple|number)\b", low[m.end() :]):
            continue
        start, end = offset + m.start(), offset + m.end()
        if m["least"]:
            return Quantity(n, n, None, start, end, "at least", more)
        if m["more"]:
            return Quantity(n, n, None, start, end, "more than", more)
        if m["most"]:
            return Quantity(None, n, n, start, end, "up to", more)
        if m["about"]:
            return Quantity(n, n, n, start, end, "about", more)
        return Quantity(n, n, n, start, end, "stated", more)
    if m := re.search(r"\banother\b", low):
        return Quantity(1, 1, 1, offset + m.start(), offset + m.end(), "stated", True)
    return None


_NOBODY = {"nobody", "none", "noone", "no-one"}
_NOT_PEOPLE = {
    "cattle", "cow", "goat", "sheep", "livestock", "camel", "animal", "donkey", "horse", "vehicle", "car", "truck",
    "house", "home", "building", "shop", "tank", "boat", "bus", "motorcycle", "drone", "missile", "rocket", "weapon",
    "rifle", "village", "town", "hour", "day", "week", "month", "year", "minute", "time", "kilometre", "kilometer",
    "km", "mile", "metre", "meter", "dollar", "percent", "position", "base", "post", "outpost", "convoy", "attack",
    "incident", "shot", "round", "crop", "field", "school", "shell", "bomb", "blast", "explosion", "device", "cache",
}  # fmt: skip
_GROUP_OF = {
    "group",
    "family",
    "couple",
    "pair",
    "number",
    "handful",
    "dozens",
    "scores",
    "hundreds",
    "thousands",
    "dozen",
    "tens",
    "half",
    "total",
    "majority",
    "members",
    "bodies",
    "some",
    "several",
    "one",
    "lot",
    "crowd",
    "toll",
    "death",
    "team",
    "patrol",
    "unit",
}


def _left(token: Any) -> tuple[str, int]:
    """The words of a noun phrase up to its head, and where they begin."""
    start = token.left_edge.idx
    doc = token.doc
    return doc.text[start : token.idx + len(token)], start


def quantity(token: Any, vague: Mapping[str, VagueCount], without: Sequence[tuple[int, int]] = ()) -> Quantity | None:
    """Return how many people the noun phrase headed by `token` speaks of, None where it is not people.

    Conjoined phrases are added up ("a woman and her two children"). A bare plural is more than none but
    unstated: ``(1, None, None)``. Conjuncts inside `without` (a speaker's words) are not added.
    """
    own = _one(token, vague)
    total = own
    for child in token.conjuncts:
        if child.head.i != token.i or child.pos_ not in ("NOUN", "PROPN", "NUM", "PRON", "ADJ"):
            continue
        if any(a <= child.idx < b for a, b in without):
            continue
        if any(c.dep_ in ("nsubj", "nsubjpass") for c in child.children):
            continue  # a clause that the parser took for a noun
        part = _one(child, vague)
        if part is not None and total is not None and part.rule != "bare plural":
            total = add(total, part)
    return total


def _one(token: Any, vague: Mapping[str, VagueCount]) -> Quantity | None:
    low = token.lower_
    if low in _NOBODY or (low == "one" and token.i > 0 and token.nbor(-1).lower_ == "no"):
        return Quantity(0, 0, 0, token.idx, token.idx + len(token), "none")
    if low in ("anyone", "anybody", "someone"):
        return Quantity(1, None, None, token.idx, token.idx + len(token), "somebody")
    lemma = token.lemma_.lower()
    if lemma in _NOT_PEOPLE:
        return None
    words, start = _left(token)
    if token.pos_ == "PRON" and low not in ("one", "others", "several", "some", "dozens", "many", "both", "all"):
        return None
    of = next((c for c in token.children if c.lower_ == "of" and c.dep_ == "prep"), None)
    inner = next((c for c in of.children if c.dep_ in ("pobj", "nummod", "pcomp")), None) if of is not None else None
    if lemma in ("family", "group", "team", "crew", "household", "toll", "total", "patrol") and inner is not None:
        read = read_quantity(inner.doc.text[inner.left_edge.idx : inner.idx + len(inner)], vague, inner.left_edge.idx)
        if read is not None:
            return read
    if lemma in ("one",) and inner is not None:
        return Quantity(1, 1, 1, token.idx, token.idx + len(token), "stated")
    read = read_quantity(words, vague, start)
    if read is not None:
        if read.rule == "stated" and inner is not None and inner.lemma_.lower() in _NOT_PEOPLE:
            return None
        others = any(c.lower_ in ("other", "others", "more", "another") for c in token.children) or low == "others"
        if others and not read.more:
            return Quantity(read.low, read.best, read.high, read.start, read.end, read.rule, True)
        return read
    if low in ("dozens", "scores", "hundreds", "thousands", "several", "some", "many") or (
        inner is not None and low in _GROUP_OF
    ):
        return read_quantity(f"{low}", vague, token.idx)
    if (
        token.tag_ in ("NNS", "NNPS")
        and lemma not in ("casualty", "loss", "damage", "injury")
        and not any(c.dep_ == "det" and c.lower_ in ("the", "these", "those", "all") for c in token.children)
        and not any(c.dep_ == "poss" for c in token.children)
    ):
        return Quantity(1, None, None, token.idx, token.idx + len(token), "bare plural")
    return None


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
