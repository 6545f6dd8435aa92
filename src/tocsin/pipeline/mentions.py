"""Mentions of events grouped into the events they mention, across documents.

What tells two mentions of one event: their words and what these mean, who and what stands around them, what else their
sentences and documents speak of. A learned model of pairs weighs it; documents need not be sorted by topic before.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from scipy.sparse import lil_matrix
from spacy.tokens import Doc, Token

from tocsin.coding import encode, parse_words
from tocsin.linking import Rarity, groups, load_pair_model, next_best

__all__ = [
    "FEATURES",
    "Mention",
    "ReadMention",
    "candidates",
    "group_mentions",
    "group_read",
    "read_mentions",
    "same_lemma",
    "table",
]

ON_TOPIC = 0.06
"""Cosine of two documents' words below which they speak of different things: 0.4 % of the linked pairs are there."""

ALIKE = 0.3
"""Cosine of two mentions' meanings from which they may be words for one thing; else they must share a stem."""

FEATURES = (
    "lemma", "stem", "words", "spelling", "meaning", "meaning_notes", "sentence_meaning", "sentence_notes", "topic",
    "document", "sentence", "content_share", "content_held", "content", "names", "names_share", "names_apart",
    "arguments", "arguments_apart", "near", "near_share", "figures", "figures_apart", "dates", "dates_apart", "pos",
    "verb_a", "verb_b", "rarity", "other_mentions", "first_sentence", "sentences_apart", "repeated",
    "next_meaning_a", "next_meaning_b", "next_held_a", "next_held_b", "next_sentence_a", "next_sentence_b",
    "next_content_a", "next_content_b",
)  # fmt: skip

_NEAR = 5
_ENDING = re.compile(r"(?:ations?|itions?|ments?|ings?|ions?|ers?|ors?|ed|es|s|e|y)$")
_NAMING = frozenset({"NOUN", "PROPN"})
_TELLING = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "NUM"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention of an event: words `first` to `last` (after it) of a sentence of a document, from 0."""

    document: str
    sentence: int
    words: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class ReadMention:
    """A mention as pairs are compared; `document` is a number, vectors are of unit length."""

    document: int
    sentence: int
    lemma: str
    stem: str
    text: str
    pos: str
    content: frozenset[str]
    names: frozenset[str]
    arguments: frozenset[str]
    near: frozenset[str]
    figures: frozenset[str]
    dates: frozenset[str]
    meaning: NDArray[np.float32]
    meaning_notes: NDArray[np.float32]
    sentence_meaning: NDArray[np.float32]
    sentence_notes: NDArray[np.float32]


def read_mentions(mentions: Sequence[Mention]) -> tuple[list[ReadMention], NDArray[np.float64]]:
    """Read mentions, and how much alike the documents are that they stand in, shape (documents, documents).

    A document is known by the sentences of its mentions.
    """
    sentences = list(dict.fromkeys(m.words for m in mentions))
    parsed = dict(zip(sentences, parse_words(sentences), strict=True))
    texts = list(dict.fromkeys(" ".join(m.words[m.first : m.last]) for m in mentions))
    lines = [" ".join(words) for words in sentences]
    meaning = {name: dict(zip(texts, encode(texts, name), strict=True)) for name in ("encoder", "notes")}
    of_line = {name: dict(zip(sentences, encode(lines, name), strict=True)) for name in ("encoder", "notes")}
    numbers = {document: n for n, document in enumerate(dict.fromkeys(m.document for m in mentions))}
    read = []
    for mention in mentions:
        doc = parsed[mention.words]
        head = _head(doc, mention)
        text = " ".join(mention.words[mention.first : mention.last])
        read.append(
            ReadMention(
                document=numbers[mention.document],
                sentence=mention.sentence,
                lemma=head.lemma_.lower(),
                stem=_stem(head.lemma_.lower()),
                text=text.lower(),
                pos=head.pos_,
                content=frozenset(t.lemma_.lower() for t in doc if t.pos_ in _TELLING and not t.is_stop),
                names=frozenset(t.lemma_.lower() for t in doc if t.pos_ == "PROPN"),
                arguments=frozenset(_arguments(head)),
                near=frozenset(
                    t.lemma_.lower()
                    for t in doc[max(0, head.i - _NEAR) : head.i + _NEAR + 1]
                    if t.i != head.i and t.pos_ in _TELLING
                ),
                figures=frozenset(t.lower_ for t in doc if t.pos_ == "NUM"),
                dates=frozenset(t.lemma_.lower() for t in doc if t.ent_type_ in ("DATE", "TIME")),
                meaning=meaning["encoder"][text],
                meaning_notes=meaning["notes"][text],
                sentence_meaning=of_line["encoder"][mention.words],
                sentence_notes=of_line["notes"][mention.words],
            )
        )
    return read, _likeness(mentions, numbers, parsed)


def group_mentions(mentions: Sequence[Mention]) -> list[int]:
    """Group mentions into the events they mention; for each mention the lowest number in its group."""
    return group_read(*read_mentions(mentions))


def group_read(read: Sequence[ReadMention], topics: NDArray[np.float64]) -> list[int]:
    """Group mentions that were read; `topics` says how much alike their documents are."""
    pairs = candidates(read, topics)
    (model,) = load_pair_model("mentions")
    likely = model.probabilities(table(read, topics, pairs))
    scored = {(a, b): score for (a, b), score in zip(pairs.tolist(), likely.tolist(), strict=True)}
    return groups(len(read), scored, model.threshold)


def same_lemma(read: Sequence[ReadMention], topic_of: Sequence[str]) -> list[tuple[str, str]]:
    """The baseline: mentions in documents of one topic whose heads have the same lemma."""
    return [(one.lemma, topic) for one, topic in zip(read, topic_of, strict=True)]


def candidates(read: Sequence[ReadMention], topics: NDArray[np.float64]) -> NDArray[np.int64]:
    """Pairs of documents that speak of the same things, whose words may be for one thing; shape (pairs, 2)."""
    vectors = np.array([one.meaning for one in read])
    stems = np.array([one.stem for one in read])
    documents = np.array([one.document for one in read])
    found = []
    for number in range(len(read) - 1):
        later = slice(number + 1, None)
        there = (topics[documents[number], documents[later]] >= ON_TOPIC) | (documents[later] == documents[number])
        alike = (vectors[later] @ vectors[number] > ALIKE) | (stems[later] == stems[number])
        found += [(number, number + 1 + int(offset)) for offset in np.flatnonzero(there & alike)]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def table(read: Sequence[ReadMention], topics: NDArray[np.float64], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """The features of `pairs`, shape (pairs, features)."""
    around = _Around(read)
    rows = np.array([_shared(read[a], read[b], topics, around) for a, b in pairs.tolist()], dtype=np.float64).reshape(
        len(pairs), FEATURES.index("next_meaning_a")
    )
    compared = ("meaning", "content_held", "sentence_meaning", "content")
    beside = [next_best(pairs, rows[:, FEATURES.index(name)], len(read)) for name in compared]
    return np.column_stack([rows, *beside])


class _Around:
    """What all mentions together tell of one: how rare its words are, and what else is mentioned beside it."""

    def __init__(self, read: Sequence[ReadMention]) -> None:
        content: dict[int, set[str]] = defaultdict(set)
        lemmas: dict[int, set[str]] = defaultdict(set)
        self.beside: dict[tuple[int, int], set[str]] = defaultdict(set)
        self.repeated = Counter((one.document, one.lemma) for one in read)
        for one in read:
            content[one.document] |= one.content | one.names | one.figures
            lemmas[one.document].add(one.lemma)
            self.beside[one.document, one.sentence].add(one.lemma)
        self.rarity = Rarity(content.values())
        self.rarity_of_lemma = Rarity(lemmas.values())


def _shared(a: ReadMention, b: ReadMention, topics: NDArray[np.float64], around: _Around) -> tuple[float, ...]:
    total = around.rarity.total
    content = total(a.content & b.content)
    here, there = total(a.content), total(b.content)
    names, near, arguments = a.names & b.names, a.near & b.near, a.arguments & b.arguments
    same_document = a.document == b.document
    others = around.beside[a.document, a.sentence] & around.beside[b.document, b.sentence]
    return (
        a.lemma == b.lemma,
        a.stem == b.stem,
        a.text == b.text,
        fuzz.ratio(a.lemma, b.lemma) / 100,
        float(a.meaning @ b.meaning),
        float(a.meaning_notes @ b.meaning_notes),
        float(a.sentence_meaning @ b.sentence_meaning),
        float(a.sentence_notes @ b.sentence_notes),
        topics[a.document, b.document],
        same_document,
        same_document and a.sentence == b.sentence,
        content / max(1e-9, here + there - content),
        content / max(1e-9, min(here, there)),
        content,
        total(names),
        total(names) / max(1e-9, total(a.names | b.names)),
        bool(a.names and b.names and not names),
        total(arguments),
        bool(a.arguments and b.arguments and not arguments),
        total(near),
        total(near) / max(1e-9, total(a.near | b.near)),
        len(a.figures & b.figures),
        bool(a.figures and b.figures and not a.figures & b.figures),
        len(a.dates & b.dates),
        bool(a.dates and b.dates and not a.dates & b.dates),
        a.pos == b.pos,
        a.pos == "VERB",
        b.pos == "VERB",
        around.rarity_of_lemma[a.lemma] + around.rarity_of_lemma[b.lemma],
        len(others - {a.lemma}),
        min(a.sentence, b.sentence),
        abs(a.sentence - b.sentence),
        around.repeated[a.document, a.lemma] + around.repeated[b.document, b.lemma],
    )


def _head(doc: Doc, mention: Mention) -> Token:
    """The word of a mention that no other of its words governs."""
    words = range(mention.first, mention.last)
    return next((doc[i] for i in words if doc[i].head.i not in words or doc[i].head.i == i), doc[mention.last - 1])


def _arguments(head: Token) -> Iterable[str]:
    """Names and nouns that depend on a mention, directly or at one remove ("in", "of")."""
    for child in head.children:
        for token in (child, *child.children):
            if token.pos_ in _NAMING:
                yield token.lemma_.lower()


def _stem(lemma: str) -> str:
    return _ENDING.sub("", lemma) if len(lemma) > 4 else lemma


def _likeness(
    mentions: Sequence[Mention], numbers: Mapping[str, int], parsed: Mapping[tuple[str, ...], Doc]
) -> NDArray[np.float64]:
    """Cosines of documents' words, each weighed by its logarithmic frequency and its rarity."""
    sentences = {(numbers[m.document], m.sentence): m.words for m in mentions}
    counted: dict[int, Counter[str]] = {number: Counter() for number in numbers.values()}
    for (number, _), words in sentences.items():
        counted[number].update(t.lemma_.lower() for t in parsed[words] if not t.is_stop and not t.is_punct)
    found_in = Counter(word for told in counted.values() for word in told)
    columns = {word: n for n, word in enumerate(found_in)}
    weights = lil_matrix((len(counted), max(1, len(columns))))
    for number, told in counted.items():
        of = {w: (1 + log(n)) * (1 + log((1 + len(counted)) / (1 + found_in[w]))) for w, n in told.items()}
        length = sum(weight * weight for weight in of.values()) ** 0.5 or 1.0
        for word, weight in of.items():
            weights[number, columns[word]] = weight / length
    matrix = weights.tocsr()
    found: NDArray[np.float64] = (matrix @ matrix.T).toarray()
    return found
