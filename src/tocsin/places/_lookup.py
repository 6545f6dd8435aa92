"""Candidates for a name: every place in the index that may be meant by it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from math import log10
from typing import Literal

from tocsin.places._geometry import Vector, unit_vector
from tocsin.places._names import exact_key, folded, loose_key, similarity, skeleton

__all__ = ["Candidate", "Level", "Lookup"]

Level = Literal["country", "admin1", "admin2", "region", "settlement"]

# What a spelling that had to be folded costs, in units of the score (one unit of population is a factor of ten).
ALTERNATE, LOOSE, SOUNDS_ALIKE, UNLIKE = -0.5, -0.6, -0.7, -12.0
# A place that is written of in many languages is written of again: what ten times the names are worth.
FAME, FEW_NAMES = 1.0, 10
# Below this two names that share their consonants are different names ("Basra", "Busayrah").
ALIKE = 0.75
# In a short name each letter says more: what a letter less than this costs.
SURE_LETTERS, PER_LETTER = 8, 0.5
# A name can have hundreds of places; the largest are enough unless the country is known.
MOST = 30


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that may be meant. `match` is ≤ 0.

    `weight` is how likely it is to be spoken of at all: the logarithm of how many people live there, and of how
    many languages and spellings have a name for it.
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


class Lookup:
    """Reads the index. Answers are cached, since the same names come up again and again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.named = lru_cache(maxsize=65536)(self._named)
        self.alike = lru_cache(maxsize=65536)(self._alike)
        self.has = lru_cache(maxsize=65536)(self._has)

    def _rows(self, sql: str, *values: str | int) -> list[tuple[object, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def _named(self, name: str, country: str = "") -> tuple[Candidate, ...]:
        """Places with this name, or this name but for articles, spaces and generic words; largest first."""
        found: dict[int, Candidate] = {}
        exact, loose = exact_key(name), loose_key(name)
        limit = "AND country = ?" if country else ""
        values = (country,) if country else ()
        for table, key, main in (("exact", exact, "main"), ("exact", loose, "-1"), ("loose", loose, "-1")):
            if not key or (table == "exact" and main == "-1" and key == exact):
                continue
            rows = self._rows(
                f"SELECT p.*, {main} FROM {table} k JOIN place p ON p.id = k.place WHERE k.key = ? {limit} "
                f"ORDER BY (level = 'settlement'), population DESC, p.id LIMIT {MOST}",
                key,
                *values,
            )
            for *row, is_main in rows:
                candidate = _candidate(tuple(row), {1: 0.0, 0: ALTERNATE, -1: LOOSE}[int(str(is_main))])
                found.setdefault(candidate.place, candidate)
        return tuple(sorted(found.values(), key=lambda c: (-c.weight - c.match, c.place)))

    def _alike(self, name: str, country: str) -> tuple[Candidate, ...]:
        """Places of `country` whose name is transliterated like this one."""
        bone = skeleton(name)
        if len(bone) < 2:
            return ()
        best: dict[int, float] = {}
        for place, spelling in self._rows(
            "SELECT place, name FROM skeleton WHERE country = ? AND key = ?", country, bone
        ):
            alike = similarity(name, str(spelling))
            if alike >= ALIKE:
                best[int(str(place))] = max(alike, best.get(int(str(place)), 0.0))
        found = []
        short = PER_LETTER * max(0, SURE_LETTERS - len(folded(name)))
        for place, alike in sorted(best.items(), key=lambda item: (-item[1], item[0]))[:MOST]:
            row = self._rows("SELECT * FROM place WHERE id = ?", place)[0]
            found.append(_candidate(row, SOUNDS_ALIKE + UNLIKE * (1 - alike) - short))
        return tuple(found)

    def _has(self, name: str) -> bool:
        exact, loose = exact_key(name), loose_key(name)
        for table, key in (("exact", exact), ("exact", loose), ("loose", loose)):
            if key and self._rows(f"SELECT 1 FROM {table} WHERE key = ? LIMIT 1", key):
                return True
        return False


def _candidate(row: tuple[object, ...], match: float) -> Candidate:
    place, gazetteer, gazetteer_id, label, level, kind, country, division, latitude, longitude, population, names = row
    people = int(str(population))
    return Candidate(
        place=int(str(place)),
        gazetteer=str(gazetteer),
        gazetteer_id=str(gazetteer_id),
        label=str(label),
        level=str(level),  # type: ignore[arg-type]
        kind=str(kind),
        country=str(country),
        division=None if division is None else int(str(division)),
        latitude=float(str(latitude)),
        longitude=float(str(longitude)),
        population=people,
        names=int(str(names)),
        weight=log10(max(people, 300)) + FAME * log10(max(int(str(names)), FEW_NAMES) / FEW_NAMES),
        match=match,
        vector=unit_vector(float(str(latitude)), float(str(longitude))),
    )
