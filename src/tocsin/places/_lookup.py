"""Candidates for a name: every place in any gazetteer that may be meant by it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import log10
from typing import Any, Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tocsin.places._geometry import Vector, chord_km, unit_vector
from tocsin.places._names import (
    UNVOCALISED,
    exact_key,
    folded,
    loose_key,
    shortened,
    skeleton,
    sound,
    sounds_alike,
    split_generic,
)

__all__ = [
    "AREAS",
    "BUNDLED",
    "SAME_TOWN",
    "Candidate",
    "Level",
    "Lookup",
    "gazetteer_number",
    "global_id",
    "one_each",
]

Level = Literal["country", "admin1", "admin2", "admin3", "admin4", "region", "settlement"]

# What a spelling that had to be folded costs, in units of the score (one unit of population is a factor of ten).
ALTERNATE, LOOSE, SOUNDS_ALIKE, UNLIKE = -0.5, -0.6, -0.7, -12.0
_MATCHES = {1: 0.0, 0: ALTERNATE, -1: LOOSE}
# A place that is written of in many languages is written of again: what ten times the names are worth.
FAME, FEW_NAMES = 1.0, 10
# Below this two names that share their consonants are different names ("Basra", "Busayrah").
ALIKE = 0.75
# Where somebody added the villages of a country, a name is more likely one of them written badly.
ALIKE_ADDED = 0.66
# The same sound is still another spelling.
SAME_SOUND = 0.999
# In a short name each letter says more: what a letter less than this costs.
SURE_LETTERS, PER_LETTER = 8, 0.5
# A name can have hundreds of places; the largest are enough unless the country is known.
MOST = 30
# Names that share their consonants are compared sound by sound only where they come close at all.
COMPARED, COMES_CLOSE = 24, 0.35
# Kilometres. Two gazetteers put their point for one settlement this far apart, for a large town further; areas have
# their middle in different places.
SAME_TOWN, SAME_CITY, SAME_AREA, CITY_PEOPLE = 5.0, 12.0, 60.0, 100_000
# An added gazetteer with this many settlements in a country, and twice the bundled ones, has its villages.
MANY_VILLAGES = 500
# Who added the villages of so many countries has texts about them; more say nothing of what texts are about.
FEW_COUNTRIES = 3
# The seat of an area is spoken of more than its villages, where nobody counted who lives there.
_SEATS = {"seat of a first-level division": 2.0, "seat of a district": 1.2, "seat of a sub-district": 0.6}
# Ids of places are unique over all gazetteers: the high bits number the gazetteer, none for the bundled one.
_BITS = 40
BUNDLED = 0
AREAS = ("admin1", "admin2", "admin3")


def gazetteer_number(place: int) -> int:
    """Which gazetteer an id belongs to, in the order they were opened; 0 is the bundled one."""
    return place >> _BITS


def global_id(number: int, place: int) -> int:
    """The id over all gazetteers of a place in one of them."""
    return number << _BITS | place


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that may be meant.

    `match` is what its spelling costs, ≤ 0; `likeness` how alike the names sound, below 1 only for a place that was
    found by its sound.

    `weight` is how likely it is to be spoken of at all: the logarithm of how many people live there, and of how
    many languages and spellings have a name for it. `areas` are the ids of the areas of levels 1 to 3 that hold it
    (0 where unknown), `also` the ids of the same place in other gazetteers.
    """

    place: int
    gazetteer: str
    gazetteer_id: str
    label: str
    level: Level
    kind: str
    country: str
    division: int | None
    latitude: float
    longitude: float
    population: int
    names: int
    weight: float
    match: float
    vector: Vector
    likeness: float = 1.0
    pcode: str = ""
    areas: tuple[int, int, int] = (0, 0, 0)
    reach: float = 0.0
    also: tuple[int, ...] = ()


class Lookup:
    """Reads the indexes, the bundled one first. Answers are cached: the same names come up again and again."""

    def __init__(self, connections: Sequence[sqlite3.Connection]) -> None:
        self._connections = tuple(connections)
        self.named = lru_cache(maxsize=65536)(self._named)
        self.alike = lru_cache(maxsize=65536)(self._alike)
        self.has = lru_cache(maxsize=65536)(self._has)
        self.place = lru_cache(maxsize=65536)(self._place)
        self.covered = lru_cache(maxsize=512)(self._covered)

    def _rows(self, number: int, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        return self._connections[number].execute(sql, values).fetchall()

    def _place(self, place: int) -> Candidate:
        """The place with this id."""
        number = gazetteer_number(place)
        (row,) = self._rows(number, "SELECT * FROM place WHERE id = ?", place & ((1 << _BITS) - 1))
        return _candidate(row, 0.0, number)

    def _named(self, name: str, country: str = "") -> tuple[Candidate, ...]:
        """Places with this name, or this name but for articles, spaces and generic words; largest first."""
        found: dict[int, Candidate] = {}
        exact, loose = exact_key(name), loose_key(name)
        limit = "AND country = ?" if country else ""
        values = (country,) if country else ()
        for number in range(len(self._connections)):
            for table, key, main in (("exact", exact, "main"), ("exact", loose, "-1"), ("loose", loose, "-1")):
                if not key or (table == "exact" and main == "-1" and key == exact):
                    continue
                rows = self._rows(
                    number,
                    f"SELECT p.*, {main} FROM {table} k JOIN place p ON p.id = k.place WHERE k.key = ? {limit} "
                    f"ORDER BY (level = 'settlement'), population DESC, p.id LIMIT {MOST}",
                    key,
                    *values,
                )
                for *row, is_main in rows:
                    candidate = _candidate(tuple(row), _MATCHES[is_main], number)
                    found.setdefault(candidate.place, candidate)
        return tuple(sorted(one_each(found.values()), key=lambda c: (-c.weight - c.match, c.place)))

    def _alike(self, name: str, country: str) -> tuple[Candidate, ...]:
        """Places of `country` whose name sounds like this one, the most alike first."""
        plain_name, word = split_generic(name)
        heard = sound(plain_name if word else name)
        bone = skeleton(plain_name if word else name)
        if not bone:
            return ()
        best: dict[tuple[int, int], float] = {}
        for number in range(len(self._connections)):
            keys = (bone,) if number == BUNDLED else (bone, *shortened(bone))
            marks = ", ".join("?" * len(keys))
            sql = f"SELECT DISTINCT place, sound FROM skeleton WHERE country = ? AND key IN ({marks}) ORDER BY 1, 2"
            rows = self._rows(number, sql, country, *keys)
            plain = [str(spelled).removeprefix(UNVOCALISED) for _, spelled in rows]
            close = process.extract(
                heard.removeprefix(UNVOCALISED),
                plain,
                scorer=OSA.normalized_similarity,
                limit=COMPARED,
                score_cutoff=COMES_CLOSE,
            )
            for *_, position in close:
                place, spelled = rows[position]
                alike = sounds_alike(heard, str(spelled))
                if alike >= (ALIKE if number == BUNDLED else ALIKE_ADDED):
                    at = number, int(place)
                    best[at] = max(alike, best.get(at, 0.0))
        found = []
        short = _short(name)
        for (number, place), alike in sorted(best.items(), key=lambda item: (-item[1], item[0]))[:MOST]:
            candidate = self.place(global_id(number, place))
            match = SOUNDS_ALIKE + UNLIKE * (1 - alike) - short
            found.append(replace(candidate, match=match, likeness=min(alike, SAME_SOUND)))
        return tuple(sorted(one_each(found), key=lambda c: (-c.match, c.place)))

    def _has(self, name: str) -> bool:
        exact, loose = exact_key(name), loose_key(name)
        return any(
            key and self._rows(number, f"SELECT 1 FROM {table} WHERE key = ? LIMIT 1", key)
            for number in range(len(self._connections))
            for table, key in (("exact", exact), ("exact", loose), ("loose", loose))
        )

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """The countries whose villages added gazetteers have, with codes; none where there are more than a few."""
        sql = "SELECT DISTINCT country FROM place WHERE level = 'settlement' AND pcode <> ''"
        found = {str(row[0]) for number in range(1, len(self._connections)) for row in self._rows(number, sql)}
        covered = sorted(country for country in found if self.covered(country))
        return tuple(covered) if len(covered) <= FEW_COUNTRIES else ()

    def _covered(self, country: str) -> bool:
        """Whether an added gazetteer has the villages of a country, so that few names are in none."""
        if len(self._connections) == 1:
            return False
        sql = "SELECT SUM(places) FROM settlements WHERE country = ?"
        bundled, *added = [int(self._rows(n, sql, country)[0][0] or 0) for n in range(len(self._connections))]
        return max(added) >= max(MANY_VILLAGES, 2 * bundled)


def _short(name: str) -> float:
    return PER_LETTER * max(0, SURE_LETTERS - len(folded(name)))


def one_each(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Candidates found under one name, those of several gazetteers that are one place made one.

    What was added is trusted over what is bundled: name, point and codes are those of the gazetteer opened last.
    """
    found = list(candidates)
    if len({gazetteer_number(c.place) for c in found}) < 2:
        return sorted(found, key=lambda c: c.place)
    kept: list[Candidate] = []
    for candidate in sorted(found, key=lambda c: (-gazetteer_number(c.place), c.place)):
        twins = [i for i, other in enumerate(kept) if _same(other, candidate)]
        if not twins:
            kept.append(candidate)
            continue
        twin = min(twins, key=lambda i: (chord_km(kept[i].vector, candidate.vector), i))
        kept[twin] = _joined(kept[twin], candidate)
    return kept


def _same(one: Candidate, other: Candidate) -> bool:
    numbers = {gazetteer_number(p) for p in (one.place, *one.also)}
    if gazetteer_number(other.place) in numbers or one.country != other.country or one.level != other.level:
        return False
    if one.level == "admin1" and None not in (one.division, other.division):
        return one.division == other.division
    apart = chord_km(one.vector, other.vector)
    if one.level == "settlement":
        return apart <= (SAME_CITY if max(one.population, other.population) >= CITY_PEOPLE else SAME_TOWN)
    return one.level in AREAS and apart <= SAME_AREA


def _joined(one: Candidate, other: Candidate) -> Candidate:
    return replace(
        one,
        kind="capital" if "capital" in (one.kind, other.kind) else one.kind,
        division=one.division if one.division is not None else other.division,
        population=max(one.population, other.population),
        names=max(one.names, other.names),
        weight=max(one.weight, other.weight),
        match=max(one.match, other.match),
        likeness=max(one.likeness, other.likeness),
        pcode=one.pcode or other.pcode,
        areas=one.areas if any(one.areas) else other.areas,
        reach=max(one.reach, other.reach),
        also=(*one.also, other.place),
    )


def _candidate(row: tuple[Any, ...], match: float, number: int) -> Candidate:
    (
        place, gazetteer, gazetteer_id, label, level, kind, country, division, latitude, longitude, people, names,
        pcode, area1, area2, area3, reach,
    ) = row  # fmt: skip
    weight = log10(max(people, 300)) + FAME * log10(max(names, FEW_NAMES) / FEW_NAMES)
    if not people:
        weight += _SEATS.get(kind, 0.0)
    first = number << _BITS
    return Candidate(
        place=first | place,
        gazetteer=gazetteer,
        gazetteer_id=gazetteer_id,
        label=label,
        level=level,
        kind=kind,
        country=country,
        division=division,
        latitude=latitude,
        longitude=longitude,
        population=people,
        names=names,
        weight=weight,
        match=match,
        vector=unit_vector(latitude, longitude),
        pcode=pcode,
        areas=(first | area1 if area1 else 0, first | area2 if area2 else 0, first | area3 if area3 else 0),
        reach=reach,
    )
