"""Headlines grouped into the events they report, by text, outlet and day alone.

A headline seldom says where or when, and often tells of several events; so pairs are told by a learned model of what
they share (words by rarity, places, actors, figures, what they mean) and of what stands beside them: whether one is the
other's best match of these days. A headline that tells of several events goes where most of it belongs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tocsin.codebook import Codebook
from tocsin.coding import DefaultCoder, encode, find_times
from tocsin.interfaces import Gazetteer
from tocsin.linking import Rarity, fold, groups, load_pair_model, next_best
from tocsin.records import Document, Part, When, text_hash

__all__ = [
    "FEATURES",
    "Headline",
    "HeadlineReader",
    "Read",
    "candidates",
    "group_headlines",
    "same_place_and_day",
    "table",
]

DAYS = 4
"""Two reports of an event farther apart are seldom told from any other two: of linked pairs beyond, the most are
summaries of weeks."""

LEAST_WORDS, LEAST_MEANING = 2.0, 0.5
"""Pairs with less in common (rarity of shared words; cosine of meanings) and no place are not looked at: 40 % of those
in the window are left, with 95 % of the linked ones."""

STATED_WITHIN = 60
"""Days before publication. An earlier date in a headline is history."""

FEATURES = (
    "days", "days_published", "same_outlet", "words_share", "words_held", "words", "rarest_word", "second_word",
    "words_shared", "fewer_words", "more_words", "meaning", "meaning_notes", "places", "places_all", "names",
    "rarest_name", "names_apart", "fewer_names", "more_names", "actors", "actors_apart", "figures", "figures_differ",
    "figure_before", "figure_after", "figure_rise", "next_held_a", "next_held_b", "next_words_a", "next_words_b",
    "next_meaning_a", "next_meaning_b", "next_notes_a", "next_notes_b", "reports_that_day", "reports_of_name",
    "reports_of_word",
)  # fmt: skip

_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?:ings?|ed|es|s)$")
_YEARS = 1000


@dataclass(frozen=True, slots=True)
class Headline:
    """A report as far as its headline tells; `published` is its day."""

    text: str
    outlet: str
    published: date


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A headline as pairs are compared. `day` is the day it speaks of, an ordinal; vectors are of unit length."""

    outlet: str
    day: int
    published: int
    words: frozenset[str]
    names: frozenset[str]
    places: frozenset[str]
    actors: frozenset[str]
    figures: frozenset[int]
    meaning: NDArray[np.float32]
    meaning_notes: NDArray[np.float32]


class HeadlineReader:
    """Reads headlines with the coder's own places and dates, the codebook's actors and both encoders."""

    def __init__(self, codebook: Codebook, gazetteer: Gazetteer) -> None:
        self._codebook = codebook
        self._coder = DefaultCoder(codebook, gazetteer)

    def read(self, headlines: Sequence[Headline]) -> list[Read]:
        """Read all of them, the same words once."""
        texts = list(dict.fromkeys(headline.text for headline in headlines))
        meanings = dict(zip(texts, encode(texts, "encoder"), strict=True))
        notes = dict(zip(texts, encode(texts, "notes"), strict=True))
        located = dict(zip(texts, self._coder.locate(map(_document, texts)), strict=True))
        named = {t: frozenset(fold(found.toponym.text) for found in located[t]) for t in texts}
        placed = {
            t: frozenset(
                found.place.gazetteer_id or fold(found.place.label)
                for found in located[t]
                if found.place.country and found.place.precision != "country"
            )
            for t in texts
        }
        actors = {t: frozenset(filter(None, (m.entry_id for m in self._codebook.actors.scan(t)))) for t in texts}
        return [
            Read(
                outlet=headline.outlet.casefold(),
                day=_day(headline),
                published=headline.published.toordinal(),
                words=_words(headline.text),
                names=named[headline.text],
                places=placed[headline.text],
                actors=actors[headline.text],
                figures=_figures(headline.text),
                meaning=meanings[headline.text],
                meaning_notes=notes[headline.text],
            )
            for headline in headlines
        ]


def group_headlines(headlines: Sequence[Headline], codebook: Codebook, gazetteer: Gazetteer) -> list[int]:
    """Group `headlines` into the events they report.

    Returns
    -------
    list of int
        For each headline the lowest number in its group.
    """
    return group_read(HeadlineReader(codebook, gazetteer).read(headlines))


def group_read(read: Sequence[Read], taught_by: Callable[[int], str] | None = None) -> list[int]:
    """Group headlines that were read.

    Parameters
    ----------
    read : sequence of Read
    taught_by : callable, optional
        Gives for a day the part of the training texts whose model alone judges it; by default the mean of all.
    """
    pairs = candidates(read)
    likely = _probabilities(read, pairs, taught_by)
    scored = {(a, b): score for (a, b), score in zip(pairs.tolist(), likely.tolist(), strict=True)}
    return groups(len(read), scored, load_pair_model("headlines")[0].threshold)


def _probabilities(
    read: Sequence[Read], pairs: NDArray[np.int64], taught_by: Callable[[int], str] | None = None
) -> NDArray[np.float64]:
    """How likely the two of each pair report one event, shape (pairs,)."""
    features = table(read, pairs)
    if taught_by is None:
        models = load_pair_model("headlines")
        return sum((m.probabilities(features) for m in models), np.zeros(len(pairs))) / len(models)
    parts = np.array([taught_by(min(read[a].day, read[b].day)) for a, b in pairs.tolist()])
    likely = np.zeros(len(pairs))
    for part in sorted(set(parts.tolist())):
        likely[parts == part] = load_pair_model("headlines", part)[0].probabilities(features[parts == part])
    return likely


def same_place_and_day(read: Sequence[Read]) -> list[Hashable]:
    """The baseline: headlines of one day that name the same places in a country; those that name none stand alone."""
    return [(one.published, one.places) if one.places else number for number, one in enumerate(read)]


def candidates(read: Sequence[Read]) -> NDArray[np.int64]:
    """Pairs of days near each other that have anything in common, shape (pairs, 2), lower first, in order."""
    rarity = Rarity(one.words for one in read)
    by_day: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(read):
        by_day[one.day].append(number)
    found = []
    for day, here in by_day.items():
        for pair in _near(day, here, by_day):
            a, b = read[min(pair)], read[max(pair)]
            if (
                a.names & b.names
                or rarity.total(a.words & b.words) > LEAST_WORDS
                or float(a.meaning @ b.meaning) > LEAST_MEANING
            ):
                found.append((min(pair), max(pair)))
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def _near(day: int, here: Sequence[int], by_day: dict[int, list[int]]) -> Iterator[tuple[int, int]]:
    yield from combinations(here, 2)
    for later in range(day + 1, day + DAYS + 1):
        yield from ((a, b) for a in here for b in by_day.get(later, ()))


def table(read: Sequence[Read], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """The features of `pairs`, shape (pairs, features): what the two share, then what else stands near them."""
    rarity = Rarity(one.words for one in read)
    names = Rarity(one.names for one in read)
    weights = [rarity.total(one.words) for one in read]
    rows = np.array(
        [_shared(read[a], read[b], weights[a], weights[b], rarity, names) for a, b in pairs.tolist()], dtype=np.float64
    ).reshape(len(pairs), FEATURES.index("next_held_a"))
    column = FEATURES.index
    beside = [
        next_best(pairs, rows[:, column(n)], len(read)) for n in ("words_held", "words", "meaning", "meaning_notes")
    ]
    return np.column_stack([rows, *beside, _around(read, pairs)])


def _shared(a: Read, b: Read, here: float, there: float, rarity: Rarity, names: Rarity) -> tuple[float, ...]:
    shared = a.words & b.words
    weight = rarity.total(shared)
    ranked = sorted((rarity[word] for word in shared), reverse=True)
    same_names = a.names & b.names
    first, last = (a, b) if a.published <= b.published else (b, a)
    before, after = max(first.figures, default=-1), max(last.figures, default=-1)
    return (
        abs(a.day - b.day),
        abs(a.published - b.published),
        a.outlet == b.outlet,
        weight / max(1e-9, here + there - weight),
        weight / max(1e-9, min(here, there)),
        weight,
        ranked[0] if ranked else 0.0,
        ranked[1] if len(ranked) > 1 else 0.0,
        len(shared),
        min(len(a.words), len(b.words)),
        max(len(a.words), len(b.words)),
        float(a.meaning @ b.meaning),
        float(a.meaning_notes @ b.meaning_notes),
        len(a.places & b.places),
        len(a.places | b.places),
        len(same_names),
        max((names[name] for name in same_names), default=0.0),
        len(a.names ^ b.names),
        min(len(a.names), len(b.names)),
        max(len(a.names), len(b.names)),
        len(a.actors & b.actors),
        len(a.actors ^ b.actors),
        len(a.figures & b.figures),
        bool(a.figures and b.figures and not a.figures & b.figures),
        before,
        after,
        after - before,
    )


def _around(read: Sequence[Read], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many reports the day has, and how many near it share the pair's rarest name and word, shape (pairs, 3)."""
    days = Counter(one.day for one in read)
    names = _by_day((one.day, one.names) for one in read)
    words = _by_day((one.day, one.words) for one in read)
    rows = []
    for a, b in pairs.tolist():
        day = min(read[a].day, read[b].day)
        rows.append(
            (
                days[day],
                min((_count(names, name, day) for name in read[a].names & read[b].names), default=0),
                min((_count(words, word, day) for word in read[a].words & read[b].words), default=0),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def _by_day(told: Iterable[tuple[int, Set[str]]]) -> Counter[tuple[str, int]]:
    return Counter((word, day) for day, words in told for word in words)


def _count(counted: Counter[tuple[str, int]], word: str, day: int) -> int:
    return sum(counted[word, near] for near in range(day - 3, day + 4))


def _document(text: str) -> Document:
    parts = (Part("paragraph", 0, len(text)),) if text else ()
    return Document(text_hash(text), "text", text, text_hash(text), language="en", parts=parts)


def _day(headline: Headline) -> int:
    """The day a headline speaks of: one that it states, else that of its publication."""
    published = headline.published.toordinal()
    for time in find_times(headline.text, headline.published):
        when: When = time.when
        if time.names_day and when.start is not None and 0 <= published - when.start.toordinal() <= STATED_WITHIN:
            return when.start.toordinal()
    return published


def _words(text: str) -> frozenset[str]:
    return frozenset(_ENDING.sub("", word) if len(word) > 4 else word for word in _WORD.findall(fold(text)))


def _figures(text: str) -> frozenset[int]:
    """Figures below a thousand: what is larger is a year, or a total of months."""
    return frozenset(
        int(word) for word in _WORD.findall(text) if word.isascii() and word.isdigit() and int(word) < _YEARS
    )
