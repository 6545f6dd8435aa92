"""The tables that every gazetteer has, and the keys in them that names are found by.

Keys come in the order of the places, and are wanted in the order of the alphabet. They are put aside in a temporary
file and sorted there, so that memory stays flat over any number of names and every table is written from end to end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from tocsin.places._names import exact_key, loose_key, shortened, skeleton, sound

__all__ = ["NO_POINT", "PLACES", "KeyWriter"]

NO_POINT = "area without a point of its own"
"""The kind of an area whose point is the middle of the one around it."""

# What every gazetteer has, the bundled one and those that are added. `area1` to `area3` are the ids of the areas that
# hold a place, in the same file; `reach` is how far an area reaches from its point, in kilometres.
PLACES = """
CREATE TABLE place (
    id INTEGER PRIMARY KEY, gazetteer TEXT, gazetteer_id TEXT, label TEXT, level TEXT, kind TEXT,
    country TEXT, division INTEGER, latitude REAL, longitude REAL, population INTEGER, names INTEGER,
    pcode TEXT DEFAULT '', area1 INTEGER, area2 INTEGER, area3 INTEGER, reach REAL DEFAULT 0);
CREATE TABLE exact (key TEXT, place INTEGER, main INTEGER, PRIMARY KEY (key, place)) WITHOUT ROWID;
CREATE TABLE loose (key TEXT, place INTEGER, PRIMARY KEY (key, place)) WITHOUT ROWID;
CREATE TABLE settlements (country TEXT PRIMARY KEY, places INTEGER) WITHOUT ROWID;
CREATE TABLE skeleton (country TEXT, key TEXT, place INTEGER, sound TEXT, PRIMARY KEY (country, key, place, sound))
    WITHOUT ROWID;
"""
_ASIDE = """
PRAGMA temp_store = FILE;
CREATE TEMP TABLE aside_exact (key TEXT, place INTEGER, main INTEGER);
CREATE TEMP TABLE aside_loose (key TEXT, place INTEGER);
CREATE TEMP TABLE aside_skeleton (country TEXT, key TEXT, place INTEGER, sound TEXT);
"""
_SORTED = """
INSERT INTO exact SELECT key, place, MAX(main) FROM aside_exact GROUP BY key, place ORDER BY key, place;
DROP TABLE aside_exact;
INSERT INTO loose SELECT DISTINCT key, place FROM aside_loose ORDER BY key, place;
DROP TABLE aside_loose;
INSERT INTO skeleton SELECT DISTINCT country, key, place, sound FROM aside_skeleton ORDER BY country, key, place, sound;
DROP TABLE aside_skeleton;
INSERT INTO settlements SELECT country, COUNT(*) FROM place WHERE level = 'settlement' GROUP BY country;
CREATE INDEX first_level ON place (division) WHERE level = 'admin1' AND pcode <> '';
"""
# Names that are put aside at once.
_BATCH = 20_000


class KeyWriter:
    """Writes what names are found by into the tables of `PLACES`, which stay empty until :meth:`finish`.

    All places have to be written by then.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._exact: list[tuple[str, int, int]] = []
        self._loose: list[tuple[str, int]] = []
        self._skeleton: list[tuple[str, str, int, str]] = []
        connection.executescript(_ASIDE)

    def add(self, place: int, names: Iterable[str], main: str, country: str = "", *, complete: bool = False) -> None:
        """Take in a place's names; `main` is the one that it is called by.

        Where a `country` is given, the names are also found there by their sound. In a list that is `complete`, which
        is one of villages with codes, also with a consonant missing or too many.
        """
        for name in names:
            key = exact_key(name)
            if not key:
                continue
            self._exact.append((key, place, int(name == main)))
            if (joined := loose_key(name)) != key and joined:
                self._loose.append((joined, place))
            if country and _foldable(key) and (bone := skeleton(name)) and (complete or len(bone) > 1):
                heard = sound(name)
                bones = (bone, *shortened(bone)) if complete else (bone,)
                self._skeleton += [(country, bone, place, heard) for bone in bones]
        if len(self._exact) >= _BATCH:
            self._put_aside()

    def _put_aside(self) -> None:
        self._connection.executemany("INSERT INTO aside_exact VALUES (?, ?, ?)", self._exact)
        self._connection.executemany("INSERT INTO aside_loose VALUES (?, ?)", self._loose)
        self._connection.executemany("INSERT INTO aside_skeleton VALUES (?, ?, ?, ?)", self._skeleton)
        self._exact, self._loose, self._skeleton = [], [], []

    def finish(self) -> None:
        """Write the tables, sorted."""
        self._put_aside()
        self._connection.commit()
        self._connection.executescript(_SORTED)


def _foldable(key: str) -> bool:
    # Transliteration is folded for Latin and Arabic script; other scripts meet by their exact key.
    return key.isascii() or "\u0600" <= key[0] <= "\u06ff"
