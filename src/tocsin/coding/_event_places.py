"""Which of the places in a text an event was at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tocsin.coding._actors import ActorReader
from tocsin.coding._event_links import ranked_places
from tocsin.coding._mentions import Mention
from tocsin.coding._patterns import vocabulary
from tocsin.records import Place, Toponym

__all__ = [
    "BESIDE",
    "OF_HEADING",
    "OF_LAST_BEFORE",
    "OF_TITLE",
    "EventPlaces",
    "Located",
    "as_one",
    "division_of",
    "is_apart",
    "is_area",
]

OF_HEADING = "inferred: the name above or in front"
OF_LAST_BEFORE = "inferred: the last place named"
OF_TITLE = "inferred: the title"
BESIDE = "inferred: the incident told beside it"

_PATTERNS = vocabulary("event_places").patterns

# How far back the words that place a name are looked for, and how far a last place named reaches, in characters.
_BEFORE, _LAST_PLACE = 60, 400
# What speaks for a place; chosen on development reports. The distance to the trigger takes away up to 1.
_RELATION = {"in": 0.0, "near": -0.2, "line": -0.8}
_COARSE = {"country": -3.0, "admin1": -1.5}
_LOCATED, _OBJECT, _CONTAINER, _CONTAINED, _BEFORE_TRIGGER = 2.0, 1.5, -2.0, 0.5, -0.3
# What the logarithm of a place's likelihood counts for, and its least: between .3 and .6 all choices are the same.
_LINKED, _UNLIKELIEST = 0.4, -4.0
# Below this nothing speaks for the place but that it is named.
_LEAST = -3.8
# Places named in a row with the best one are meant too, if they score this near to it.
_ALIKE = 2.2
# A road has two ends. Where they are further apart than this, in km, half-way is near to nothing.
_ENDS, _FAR_ENDS = 2, 100.0
_KM_PER_DEGREE, _HALF_WAY_ROUND = 111.2, 180.0
# Degrees of latitude and longitude together: about 33 km, a district town with the villages around it.
_FAR_APART = 0.3


@dataclass(frozen=True, slots=True)
class Located:
    """A toponym with the place it was resolved to."""

    toponym: Toponym
    place: Place

    @property
    def named_in(self) -> set[str]:
        """The names around it, in lower case."""
        return {w.lower() for w in self.toponym.within}


def is_area(where: Sequence[Located]) -> bool:
    """Whether the first of `where` is no nearer than a first-level division."""
    return where[0].place.precision in ("country", "admin1")


def division_of(x: Located) -> Located | None:
    """The first-level division that a place is in, at the place's own point; None where it is not known."""
    place = x.place
    if place.precision == "country" or not place.admin1:
        return None
    if place.precision == "admin1" and place.gazetteer_id:
        return x
    whole = replace(
        place,
        name=place.admin1,
        label=place.admin1,
        precision="admin1",
        kind="",
        admin2="",
        admin3="",
        pcodes=place.pcodes[:1],
        gazetteer="",
        gazetteer_id="",
    )
    return replace(x, place=whole)


def as_one(where: Sequence[Located]) -> tuple[Place, ...]:
    """The places of a claim; the ends of a road, or what things were between, are one place halfway between them."""
    places = tuple(x.place for x in where)
    if len(where) != _ENDS or any(x.toponym.relation != "line" for x in where):
        return places
    a, b = places
    if a.latitude is None or b.latitude is None or a.longitude is None or b.longitude is None:
        return places[:1] if b.latitude is None else places[1:]
    north, east = b.latitude - a.latitude, b.longitude - a.longitude
    if abs(east) > _HALF_WAY_ROUND:
        return places
    apart = math.hypot(north, east * math.cos(math.radians(a.latitude))) * _KM_PER_DEGREE
    return (
        replace(
            a,
            name=f"between {a.name} and {b.name}",
            label=f"between {a.label} and {b.label}",
            latitude=round(a.latitude + north / 2, 5),
            longitude=round(a.longitude + east / 2, 5),
            precision="near" if apart <= _FAR_ENDS else "admin1",
            kind="",
            country=a.country if a.country == b.country else "",
            country_name=a.country_name if a.country == b.country else "",
            admin1=a.admin1 if a.admin1 == b.admin1 else "",
            admin2=a.admin2 if a.admin2 == b.admin2 else "",
            admin3="",
            pcodes=tuple(p for p in a.pcodes if p in b.pcodes),
            gazetteer="",
            gazetteer_id="",
            probability=None if None in (a.probability, b.probability) else min(a.probability or 0, b.probability or 0),
        ),
    )


def is_apart(a: Located, b: Located) -> bool | None:
    """Whether two places cannot be one; None where it cannot be told."""
    if a.toponym.text.lower() == b.toponym.text.lower():
        return False
    if {a.toponym.text.lower(), b.toponym.text.lower()} & (a.named_in | b.named_in):
        return False
    coarse = ("country", "admin1", "admin2")
    if a.place.precision in coarse or b.place.precision in coarse:
        return True if a.place.country and b.place.country and a.place.country != b.place.country else None
    if a.place.latitude is None or b.place.latitude is None or a.place.longitude is None or b.place.longitude is None:
        return None
    if not a.place.gazetteer_id or not b.place.gazetteer_id:
        return None if "near" in (a.toponym.relation, b.toponym.relation) else True
    return abs(a.place.latitude - b.place.latitude) + abs(a.place.longitude - b.place.longitude) > _FAR_APART


class EventPlaces:
    """Places events among the located names of one document."""

    def __init__(self, text: str, actors: ActorReader, located: Sequence[Located]) -> None:
        self.text = text
        self.actors = actors
        self.located = located
        self._known: dict[Mention, tuple[Located, ...]] = {}
        self._likely: dict[tuple[int, int], dict[int, float]] = {}

    def of(self, mention: Mention) -> tuple[Located, ...]:
        """Where the event of `mention` was, as its own sentence says; several where it names them in a row."""
        if mention not in self._known:
            self._known[mention] = self._of(mention)
        return self._known[mention]

    def of_heading(self, mention: Mention) -> tuple[Located, ...]:
        """The place that the lead of a list item or the heading above gives."""
        for start, end in mention.sentence.context:
            # "Dori, Burkina Faso": the first is the place, the rest lie around it.
            if inside := self._between(start, end):
                return inside[:1]
        return ()

    def last_before(self, mention: Mention) -> tuple[Located, ...]:
        """The last place named before, countries apart: "a blast hit soldiers there"."""
        before = self._between(mention.start - _LAST_PLACE + 1, mention.start)
        return tuple(x for x in before if x.place.precision != "country")[-1:]

    def _between(self, start: int, end: int) -> tuple[Located, ...]:
        return tuple(x for x in self.located if start <= x.toponym.start < end)

    def _of(self, mention: Mention) -> tuple[Located, ...]:
        sentence = mention.sentence
        # Else the other stretches of the sentence: "In the north, A happened, while B did."
        inside = self._between(mention.start, mention.end) or self._between(sentence.start, sentence.end)
        containers = {name for x in inside for name in x.named_in}
        spoken_for = [
            (self._score(x, mention, containers), x) for x in inside if not self._is_aside(x.toponym, mention)
        ]
        ranked = sorted(
            spoken_for, key=lambda r: (-r[0] - _LINKED * self._likelihood(r[1], mention), r[1].toponym.start)
        )
        if not ranked or ranked[0][0] < _LEAST:
            return ()
        best_score, best = ranked[0]
        listed = [x for score, x in ranked[1:] if score > best_score - _ALIKE and self._in_a_row(x, best)]
        return tuple(sorted([best, *listed], key=lambda x: x.toponym.start))

    def _is_aside(self, toponym: Toponym, mention: Mention) -> bool:
        """Whether a name says something else than where: who speaks, whose forces, where people came from."""
        frame, offset = mention.segment.frame, mention.sentence.offset
        if frame is not None and offset + frame.speaker_start <= toponym.start < offset + frame.speaker_end:
            return True
        before = self._before(toponym)
        state = any(
            m.force == "state" and m.start <= toponym.start < m.end
            for m in self.actors.within(toponym.start, toponym.end)
        )
        if state and not _PATTERNS["in_the_capital"].search(before):
            return True
        aside = {"line": "on_the_way", "in": "elsewhere"}.get(toponym.relation)
        return aside is not None and _PATTERNS[aside].search(before) is not None

    def _score(self, x: Located, mention: Mention, containers: set[str]) -> float:
        """How much speaks for a place."""
        toponym, before = x.toponym, self._before(x.toponym)
        score = _RELATION[toponym.relation]
        if _PATTERNS["located"].search(before):
            score += _LOCATED
        if _PATTERNS["object"].search(before):
            score += _OBJECT
        if toponym.text.lower() in containers:
            score += _CONTAINER
        score += _COARSE.get(x.place.precision, 0.0)
        if toponym.within:
            score += _CONTAINED
        if toponym.start < mention.trigger[0]:
            score += _BEFORE_TRIGGER
        return score - min(abs(toponym.start - mention.trigger[0]), 200) / 200

    def _likelihood(self, x: Located, mention: Mention) -> float:
        """The logarithm of how likely the sentence links a place to the trigger."""
        sentence, trigger = mention.sentence, mention.trigger
        if trigger not in self._likely:
            offset = sentence.offset
            names = [(y.toponym.start, y.toponym.end) for y in self._between(sentence.start, sentence.end)]
            ranked = ranked_places(
                sentence.span, (trigger[0] - offset, trigger[1] - offset), [(a - offset, b - offset) for a, b in names]
            )
            self._likely[trigger] = {place.start + offset: math.log(place.likely) for place in ranked if place.likely}
        return max(_UNLIKELIEST, self._likely[trigger].get(x.toponym.start, _UNLIKELIEST))

    def _before(self, toponym: Toponym) -> str:
        return self.text[max(0, toponym.start - _BEFORE) : toponym.start]

    def _in_a_row(self, x: Located, best: Located) -> bool:
        """Whether two names, and whatever names stand between them, are told as one row."""
        first, last = sorted((x, best), key=lambda y: y.toponym.start)
        row = [y for y in self.located if first.toponym.start <= y.toponym.start <= last.toponym.start]
        gaps = (self.text[a.toponym.end : b.toponym.start] for a, b in pairwise(row))
        ends = x.toponym.relation == best.toponym.relation == "line"
        between = _PATTERNS["between_ends" if ends else "between_listed"]
        return x.place.precision == best.place.precision and all(map(between.fullmatch, gaps))
