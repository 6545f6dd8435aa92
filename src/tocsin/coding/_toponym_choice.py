"""Which of the capitalised words of a text are names of places, told by what stands in and around them.

Candidates are what the tagger takes for places, what rules find beside words such as "in" and "village", and every
stretch of capitalised words that the gazetteer knows. Each is weighed by a logistic regression over named evidence
(``models/toponyms.json``, taught by ``train/toponyms.py``): how the tagger and the gazetteer see the words, the words
beside them, and what else the same words are called in the document.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spacy.tokens import Span, Token

from tocsin.coding._patterns import vocabulary
from tocsin.coding._sentences import Sentence
from tocsin.coding._words import is_word
from tocsin.interfaces import Gazetteer

__all__ = [
    "Candidate",
    "candidates_of",
    "choices_version",
    "chosen",
    "evidence_in",
    "joins_name",
    "likelihood",
    "name_start",
]

_MODEL = Path(__file__).parent / "models" / "toponyms.json"
_WORDS = vocabulary("toponyms").words
_PATTERNS = vocabulary("toponyms").patterns

# Characters around a name that may say what it is.
_BEFORE, _AFTER = 80, 40
# Names of places have at most so many words.
_MOST_WORDS = 5
_PLACES = frozenset({"GPE", "LOC", "FAC"})
_HYPHENS = frozenset({"-", "‑"})

# Below these likelihoods words are no place: what the tagger or the rules take for one, and what only the gazetteer
# knows. Taught by either corpus, overlap F1 on the other is flat from .25 to .45; of the places of events in conflict
# news, marked by others, the lower bound keeps as many as the tagger and the rules find, 77 of 100 (75 with one bound).
LIKELY_RULED, LIKELY = 0.25, 0.33

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that may name a place: tokens `first` to `last`, ``[start, end)`` in characters of the document, with
    what stands `before` and `after`.

    `ruled` says whether the tagger and the rules take them for the place of something; else the gazetteer knows them.
    """

    first: Token
    last: Token
    start: int
    end: int
    text: str
    before: str
    after: str
    ruled: bool

    @property
    def span(self) -> Stretch:
        """Where it stands, in characters of the document."""
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class _Document:
    """What the words of a document are called in it: by tagger label, as surnames and after titles."""

    labels: Mapping[str, Counter[str]]
    starts: frozenset[int]
    ends: frozenset[int]

    @classmethod
    def of(cls, sentences: Iterable[Sentence], candidates: Sequence[Candidate]) -> _Document:
        """Count over all sentences."""
        labels: dict[str, Counter[str]] = {}
        for sentence in sentences:
            for entity in sentence.span.ents:
                words = [t for t in entity if t.text[:1].isupper()]
                if not words:
                    continue
                labels.setdefault(entity.text, Counter())[entity.label_] += 1
                if entity.label_ == "PERSON" and len(words) > 1:
                    for word in words:
                        labels.setdefault(word.text, Counter())["part of person"] += 1
            for token in sentence.span:
                inner = token.text[:1].isupper() and token.i > sentence.span.start
                if inner and _bare(token.nbor(-1)) in _WORDS["title"]:
                    labels.setdefault(token.text, Counter())["titled"] += 1
        return cls(labels, frozenset(c.start for c in candidates), frozenset(c.end for c in candidates))


def candidates_of(sentence: Sentence, ruled: Iterable[Stretch], gazetteer: Gazetteer) -> list[Candidate]:
    """`ruled`, and every stretch of capitalised words that the gazetteer knows."""
    found: dict[Stretch, Candidate] = {}
    offset, doc = sentence.offset, sentence.span.doc
    for start, end in ruled:
        words = doc.char_span(start - offset, end - offset, alignment_mode="expand")
        if words is not None and len(words):
            text = sentence.source[start - offset : end - offset]
            found[start, end] = Candidate(words[0], words[-1], start, end, text, *_beside(sentence, start, end), True)
    for word, last in _capitalised(sentence.span):
        first = name_start(word)
        start, end = int(first.idx), int(last.idx) + len(last)
        at = offset + start, offset + end
        text = sentence.source[start:end]
        if at not in found and not _PATTERNS["no_place"].match(text) and gazetteer.knows(text):
            found[at] = Candidate(first, last, *at, text, *_beside(sentence, *at), False)
    return sorted(found.values(), key=lambda c: (c.start, c.end))


def _beside(sentence: Sentence, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a stretch of a sentence's text."""
    start, end = start - sentence.offset, end - sentence.offset
    return sentence.source[max(0, start - _BEFORE) : start].replace("\n", " "), sentence.source[end : end + _AFTER]


def _capitalised(span: Span) -> Iterator[tuple[Token, Token]]:
    tokens = list(span)
    for i, first in enumerate(tokens):
        if not _is_capital(first):
            continue
        for last in tokens[i : i + _MOST_WORDS]:
            if _is_capital(last):
                yield first, last
            elif not (
                joins_name(last)
                or last.lower_ in _WORDS["particle"]
                or last.lower_ in ("of", "the", "and", "upon", "on", "'s", ".")
            ):
                break


def name_start(word: Token) -> Token:
    """Where a name that has this capitalised word begins: at the "al" of "al-Hol", else at the word."""
    if word.i < 2:
        return word
    hyphen, article = word.nbor(-1), word.nbor(-2)
    joined = hyphen.text in _HYPHENS and not hyphen.whitespace_ and not article.whitespace_
    return article if joined and article.lower_ in _WORDS["article"] else word


def joins_name(token: Token) -> bool:
    """Whether it is the article inside a name, or the hyphen behind that: "al" and "-" in "Deir al-Zor"."""
    doc, i = token.doc, int(token.i)
    if token.text in _HYPHENS:
        i -= 1
    word = doc[i + 2] if 0 <= i < len(doc) - 2 else None
    return word is not None and word.text[:1].isupper() and name_start(word).i == i


def _word_after_article(token: Token) -> Token:
    """The word that a name's article stands before; the token itself where it is none."""
    return token.nbor(2) if token.text.islower() and joins_name(token) else token


def _is_capital(token: Token) -> bool:
    return bool(token.text[:1].isupper()) and any(c.isalpha() for c in token.text)


def evidence_in(
    sentences: Sequence[Sentence], candidates: Sequence[Candidate], gazetteer: Gazetteer
) -> list[dict[str, float]]:
    """What speaks for and against each candidate of a document, by name."""
    document = _Document.of(sentences, candidates)
    return [dict(_evidence(candidate, document, gazetteer)) for candidate in candidates]


def chosen(rated: Iterable[tuple[Candidate, float]]) -> list[Candidate]:
    """The candidates that are likely enough to name places; of those that overlap the likeliest."""
    kept: list[Candidate] = []
    for candidate, likely in sorted(rated, key=lambda r: (-r[1], r[0].start - r[0].end, r[0].start)):
        bound = _bound(candidate)
        if likely >= bound and all(candidate.end <= k.start or candidate.start >= k.end for k in kept):
            kept.append(candidate)
    return sorted(kept, key=lambda c: c.start)


def _bound(candidate: Candidate) -> float:
    """How likely a candidate must be; what a dash joins to another name before "road" is an end of it."""
    if not candidate.ruled:
        return LIKELY
    return 0.0 if _PATTERNS["line_to"].match(candidate.after) else LIKELY_RULED


def _evidence(c: Candidate, document: _Document, gazetteer: Gazetteer) -> Iterator[tuple[str, float]]:
    # An article says nothing that the tagger and the words before it are to be asked of.
    doc, first, last = c.first.doc, _word_after_article(c.first), c.last
    length = last.i - first.i + 1
    at = c.first.i
    before = [doc[i] for i in range(at - 1, max(first.sent.start, at - 4) - 1, -1)]
    after = [doc[i] for i in range(last.i + 1, min(len(doc), last.i + 5))]
    left, right = (before[0] if before else None), (after[0] if after else None)
    # what the tagger says
    label = _label(first, last)
    weight = gazetteer.prominence(c.text)
    known = (
        "unknown"
        if not weight
        else "country"
        if weight >= 9
        else "state"
        if weight >= 6.3
        else "large"
        if weight >= 4.7
        else "small"
    )
    yield "bias", 1.0
    yield f"label={label}", 1.0
    yield f"known={known}", 1.0
    yield f"label={label}&known={known}", 1.0
    origin = "rule" if c.ruled else "known"
    yield f"origin={origin}", 1.0
    yield f"origin={origin}&label={label}", 1.0
    if weight:
        yield "weight", weight / 5
    yield f"words={min(length, 4)}", 1.0
    shape = "caps" if c.text.isupper() else "lower" if c.text.islower() else "title"
    shape += "." if "." in c.text else ""
    shape += "2" if len(c.text) < 3 else "3" if len(c.text) == 3 else ""
    yield f"shape={shape}", 1.0
    yield f"shape={shape}&known={known}", 1.0
    word = is_word(c.text) if length == 1 else all(is_word(t.text) for t in doc[first.i : last.i + 1])
    if word:
        yield "word", 1.0
        yield f"word&label={label}", 1.0
    pos = "-".join(t.pos_ for t in doc[first.i : last.i + 1][:3])
    yield f"pos={pos}", 1.0
    yield f"tag={last.tag_}", 1.0
    yield f"dep={last.dep_}", 1.0
    # Ordinary words only: which names are in the news says nothing of the next text.
    if is_word(first.text):
        yield f"first={first.lower_}", 1.0
    if is_word(last.text):
        yield f"last={last.lower_}", 1.0
    yield f"suffix={c.text[-3:].lower()}", 1.0
    # beside it
    yield f"before={_form(left)}", 1.0
    yield f"after={_form(right)}", 1.0
    yield f"before={_form(left)}&known={known}", 1.0
    yield f"around={_class(left)}|{_class(right)}", 1.0
    yield f"around={_class(left)}|{_class(right)}&label={label}", 1.0
    yield f"before2={_form(before[1] if len(before) > 1 else None)}", 1.0
    yield f"after2={_form(after[1] if len(after) > 1 else None)}", 1.0
    yield f"head={last.head.lower_ if last.head is not last else 'ROOT'}", 1.0
    for name in ("kind_of", "kind_first", "near", "line", "between"):
        if _PATTERNS[name].search(c.before):
            yield name, 1.0
            yield f"{name}&label={label}", 1.0
    for name in ("kind_after", "line_after", "line_to", "attached", "speaks"):
        if _PATTERNS[name].match(c.after):
            yield name, 1.0
            yield f"{name}&label={label}", 1.0
    m = _PATTERNS["distance"].search(c.before)
    if m is not None and (m["n"] or m["bearing"]):
        yield "distance", 1.0
    run = _run(c)
    if run != (first.i, last.i):
        tail = doc[run[1]].lower_
        yield "in run", 1.0
        yield f"run={first.i - run[0]},{run[1] - last.i}", 1.0
        if run[1] > last.i:
            yield f"run ends={tail}", 1.0
            yield f"run ends={_class(doc[run[1]])}", 1.0
        if run[0] < first.i:
            yield f"run begins={doc[run[0]].lower_}", 1.0
            yield f"run begins={_class(doc[run[0]])}", 1.0
    if left is not None and left.text == "," and at >= 2 and (left.idx + c.start - c.first.idx) in document.ends:
        yield "after a candidate and a comma", 1.0
        yield f"after a candidate and a comma&known={known}", 1.0
    if (
        right is not None
        and right.text == ","
        and len(after) > 1
        and (c.start - c.first.idx + after[1].idx) in document.starts
    ):
        yield "before a comma and a candidate", 1.0
        inner = gazetteer.prominence(after[1].text)
        yield f"before a comma and a candidate={'large' if inner >= 6.3 else 'small'}", 1.0
    # elsewhere in the document
    own = document.labels.get(c.text, Counter())
    total = sum(own[k] for k in own if k not in ("titled", "part of person"))
    if total:
        yield "else place", sum(own[k] for k in _PLACES) / total
        yield "else person", own["PERSON"] / total
        yield "else org", own["ORG"] / total
    if own["titled"]:
        yield "titled", 1.0
    if own["part of person"]:
        yield "part of person", 1.0
        yield f"part of person&label={label}", 1.0
        yield f"part of person&known={known}", 1.0


def _label(first: Token, last: Token) -> str:
    """The tagger's label of the words, and whether its entity is longer."""
    kinds = {t.ent_type_ for t in first.doc[first.i : last.i + 1]}
    kind = next(iter(kinds)) if len(kinds) == 1 else "+".join(sorted(kinds))
    if not kind or len(kinds) > 1:
        return kind or "none"
    left = first.ent_iob_ == "I"
    right = last.i + 1 < len(last.doc) and last.nbor().ent_iob_ == "I" and last.nbor().ent_type_ == kind
    return kind + ("<" if left else "") + (">" if right else "")


def _bare(token: Token) -> str:
    return str(token.lower_).removesuffix(".")


def _form(token: Token | None) -> str:
    if token is None:
        return "^"
    text = token.lower_
    if text.isdigit():
        return "#"
    return str(text)


def _class(token: Token | None) -> str:
    """The class of a word beside a name."""
    if token is None:
        return "^"
    text = _bare(token)
    for name in ("title", "locative", "institution", "street", "speaking_word"):
        if text in _WORDS[name]:
            return name
    if _PATTERNS["kind_word"].match(text):
        return "kind"
    if token.is_punct or not text[:1].isalpha():
        return text[:1] if not text[:1].isdigit() else "#"
    if _is_capital(token):
        return f"Cap:{token.ent_type_}"
    return str(token.pos_)


def _run(c: Candidate) -> tuple[int, int]:
    """The first and last token of the capitalised words that a candidate stands in."""
    doc, first, last = c.first.doc, _word_after_article(c.first).i, c.last.i
    while first > 0 and _is_capital(doc[first - 1]):
        first -= 1
    while last + 1 < len(doc) and _is_capital(doc[last + 1]):
        last += 1
    return first, last


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, float]:
    weights: dict[str, float] = json.loads(_MODEL.read_text("utf-8"))
    return weights


@lru_cache(maxsize=1)
def choices_version() -> str:
    """A hash of the weights, for a coding's key."""
    return "toponyms-" + hashlib.sha256(_MODEL.read_bytes()).hexdigest()[:12]


def likelihood(found: Mapping[str, float]) -> float:
    """How likely a candidate with this evidence names a place."""
    weights = _weights()
    total = sum(value * weights.get(name, 0.0) for name, value in found.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
