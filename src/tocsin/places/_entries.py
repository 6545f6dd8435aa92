"""One row of a gazetteer's file: which column holds what, what a cell may hold, and the place or area it tells of."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any, Literal

import shapely
import shapely.geometry

from tocsin.errors import InvalidRow, UnreadableInput

__all__ = [
    "LEFT_OUT",
    "MOST_BYTES",
    "BadRow",
    "Entry",
    "Fields",
    "Level",
    "OtherName",
    "Parent",
    "degrees",
    "entry_of",
    "fields_of",
    "geojson_features",
    "is_broken",
    "lines_of",
    "problem",
    "sound_shape",
]

Level = Literal["admin1", "admin2", "admin3", "admin4", "settlement"]

_LEVELS: tuple[Level, ...] = ("admin1", "admin2", "admin3", "settlement")
# What a gzipped file may grow to: the largest national boundaries are a few hundred megabytes.
MOST_BYTES = 4_000_000_000
# Suffixes that say the language of a name, in the field names of published boundaries.
_LANGUAGES = r"(?:en|eng|ar|ara|fr|fra|es|esp|pt|ru|rus|uk|ukr|fa|ps|my|mmr|so|am|tr|ku|local|lang\d?)"


@dataclass(frozen=True, slots=True)
class Parent:
    """An area around a place, as its row names it."""

    level: int
    name: str
    names: tuple[str, ...] = ()
    pcode: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `country` is as written (a name or a code); `shape` is the outline of an area, None for a point.

    `latitude` and `longitude` are not a number in a table of areas that gives codes and no points.

    `line` counts what `unit` says: lines of a text, features of a binary file.

    `seat` is the level of the area whose seat a settlement is (1 a governorate's, 2 a district's …), 0 for none.
    """

    line: int
    name: str
    names: tuple[str, ...]
    level: Level
    latitude: float
    longitude: float
    kind: str = ""
    country: str = ""
    pcode: str = ""
    native_id: str = ""
    parents: tuple[Parent, ...] = ()
    population: int = 0
    seat: int = 0
    shape: Any = None
    unit: str = "line"
    geonameid: str = ""


@dataclass(frozen=True, slots=True)
class OtherName:
    """Another name of a place that is known by its id in GeoNames."""

    line: int
    geonameid: str
    name: str


def _bytes(path: Path) -> io.BufferedIOBase:
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        return gzip.open(path, "rb") if zipped else path.open("rb")
    except OSError as error:
        raise UnreadableInput(str(path), f"cannot be opened ({error.strerror})") from error


def _whole(path: Path) -> str:
    """The text of a file; bytes that are no UTF-8 become surrogates, so that the rest can be kept."""
    try:
        with _bytes(path) as file:
            raw = file.read(MOST_BYTES)
    except (OSError, EOFError) as error:
        raise UnreadableInput(str(path), f"cannot be unpacked ({error}); send it again or unpack it first") from error
    if not raw.strip():
        raise UnreadableInput(str(path), "is empty")
    return raw.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a file; bytes that are no UTF-8 become surrogates, so that the rest can be kept.

    Raises
    ------
    UnreadableInput
        If it cannot be opened or unpacked, or is no UTF-8 at all.
    """
    try:
        with _bytes(path) as file:
            for number, raw in enumerate(file):
                if number == 0 and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    raise UnreadableInput(str(path), "is written in UTF-16; save it as UTF-8")
                line = raw.removeprefix(codecs.BOM_UTF8) if number == 0 else raw
                yield line.decode("utf-8", "surrogateescape")
    except (OSError, EOFError) as error:
        raise UnreadableInput(str(path), f"cannot be unpacked ({error}); send it again or unpack it first") from error


# Fields


@dataclass(frozen=True, slots=True)
class Fields:
    """Which column holds what. Areas are (level → columns)."""

    names: tuple[str, ...]
    others: tuple[str, ...]
    pcode: str
    native_id: str
    latitude: str
    longitude: str
    country: tuple[str, ...]
    population: str
    kind: str
    seat: str
    level: str
    parent: str
    area_names: Mapping[int, tuple[str, ...]]
    area_codes: Mapping[int, str]

    @property
    def deepest(self) -> int:
        return max((*self.area_names, *self.area_codes), default=0)


_OWN_NAME = re.compile(rf"^(?:nam|name|featurename|fullname|placename|shapename|settlement|village|town|place|community"
                       rf"|locality|location|location ?name)(?:name)?({_LANGUAGES})?(ref)?$")  # fmt: skip
_OTHER_NAME = re.compile(
    rf"^(?:alt(?:ernat(?:e|ive))?_?names?{_LANGUAGES}?|other_?names?|aliases|varname|asciiname|nameascii|name_?alt)\d*$"
)
_AREA = re.compile(r"^(?:adm(?:in)?)([0-4])(.*)$")
_AREA_NAME = re.compile(rf"^(?:alt|ref)?(?:name)?\d*(?:{_LANGUAGES})?\d*(?:ref)?$")
_GADM = re.compile(r"^(?:(nl|var)?name|(gid))([0-4])$")
_LATITUDE = ("latitude", "lat", "y", "ycoord", "pointy", "centerlat", "latwgs84")
_LONGITUDE = ("longitude", "lon", "lng", "long", "x", "xcoord", "pointx", "centerlon", "lonwgs84")
_COUNTRY = ("iso3", "isoa3", "adm0a3", "shapegroup", "iso2", "isoa2", "countrycode", "cc", "country", "countryname")
_PCODE = ("pcode", "placecode", "featurepcode", "placepcode", "cod", "shapeiso")
_ID = ("geonameid", "geonamesid", "id", "shapeid", "fid", "uid", "osmid")
_AREA_WORDS = {
    "governorate": 1, "governoratename": 1, "province": 1, "state": 1, "region": 1, "district": 2,
    "districtname": 2, "county": 2, "subdistrict": 3, "subdistrictname": 3, "commune": 3,
}  # fmt: skip


def fields_of(columns: Iterable[str]) -> Fields:
    """Find the columns by their names, as boundaries are published and as people head their tables."""
    keys = {re.sub(r"[^a-z0-9]", "", c.casefold().lstrip("\ufeff")): c for c in columns}
    own: list[str] = []
    others: list[str] = []
    area_names: dict[int, list[str]] = {}
    area_codes: dict[int, str] = {}
    for key, column in keys.items():
        if m := _AREA.match(key):
            level, rest = int(m[1]), m[2]
            if "cod" in rest:
                area_codes.setdefault(level, column)
            elif _AREA_NAME.match(rest):
                area_names.setdefault(level, []).append(column)
        elif m := _GADM.match(key):
            if m[2]:
                area_codes.setdefault(int(m[3]), column)
            else:
                area_names.setdefault(int(m[3]), []).append(column)
        elif key in _AREA_WORDS:
            area_names.setdefault(_AREA_WORDS[key], []).append(column)
        elif _OTHER_NAME.match(key):
            others.append(column)
        elif _OWN_NAME.match(key):
            own.append(column)

    def first(wanted: Sequence[str]) -> str:
        return next((keys[w] for w in wanted if w in keys), "")

    country = [keys[k] for k in _COUNTRY if k in keys]
    if len(own) > 1 and "location" in keys and keys["location"] in own:
        # Tables of P-codes call the country a location.
        own.remove(keys["location"])
        country.append(keys["location"])
    country += [area_codes.pop(0)] if 0 in area_codes else []
    country += area_names.pop(0, [])
    return Fields(
        names=tuple(_main_first(own)),
        others=tuple(others),
        pcode=first(_PCODE),
        native_id=first(_ID),
        latitude=first(_LATITUDE),
        longitude=first(_LONGITUDE),
        country=tuple(country),
        population=first(("population", "pop", "poptotal", "totalpop")),
        kind=first(("kind", "featuretype", "placetype", "fcode", "fclass")),
        seat=first(("capitlvl", "caplevel", "capitallevel")),
        level=first(("adminlevel", "admlevel", "level")),
        parent=first(("parentpcode", "parentcode")),
        area_names={level: tuple(_main_first(names)) for level, names in area_names.items()},
        area_codes=area_codes,
    )


def _main_first(columns: Sequence[str]) -> list[str]:
    """English, then the plain column, then other languages, then alternates and reference spellings."""

    def rank(column: str) -> tuple[int, int]:
        key = re.sub(r"[^a-z0-9]", "", column.casefold())
        order = 3 if "alt" in key or key.startswith(("nl", "var")) else 2 if key.endswith("ref") else 1
        order = 0 if re.search(r"(?:en|eng)$", key) and order == 1 else order
        return order, columns.index(column)

    return sorted(columns, key=rank)


# Cells


class BadRow(Exception):
    """One row cannot be used: the column and why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"column {column!r}: {reason}" if column else reason)


# How programs write that there is nothing; "Nan" is a town.
_NOTHING = frozenset({"null", "NULL", "Null", "none", "None", "NONE", "nan", "NaN", "NAN", "n/a", "N/A", "-", "?", ""})


def _clean(value: object) -> str:
    if value is None or isinstance(value, (dict, list, bool)):
        return ""
    text = str(value).strip()
    return "" if text in _NOTHING else text


_NO_TEXT = re.compile("[\x00\ud800-\udfff\ufffd]")


def is_broken(text: str) -> bool:
    """Whether a text holds bytes that are none."""
    return _NO_TEXT.search(text) is not None


def degrees(row: Mapping[str, Any], column: str, low: float, high: float) -> float:
    """The number in a column.

    Raises
    ------
    BadRow
        If it is none, or not between `low` and `high`.
    """
    text = _clean(row.get(column))
    try:
        value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        raise BadRow(column, f"{text[:40]!r} is not a number of degrees") from None
    if not low <= value <= high:
        swapped = "; are latitude and longitude swapped?" if high < abs(value) <= 180 else ""
        raise BadRow(column, f"{value:g} is not between {low:g} and {high:g} degrees{swapped}")
    return value


_PARTS = re.compile(r"\s+[-–—]\s+|\s*[/_|;]\s*|\s*\(|\)\s*")
_ARABIC = re.compile(r"[\u0600-\u06ff]")


def _spellings(texts: Iterable[str]) -> tuple[str, ...]:
    """Names and, where one cell holds two ("Nabaa - Korbinar"), each of them."""
    found: dict[str, None] = {}
    texts = list(texts)
    for text in texts:
        found[text] = None
    for text in texts:
        pieces = re.split(r"[-–]", text) if _ARABIC.search(text) and not _PARTS.search(text) else _PARTS.split(text)
        if len(pieces) > 1:
            found.update(dict.fromkeys(p.strip() for p in pieces if len(p.strip()) > 2))
    return tuple(found)


def entry_of(row: Mapping[str, Any], fields: Fields, line: int, geometry: Any) -> tuple[Entry, list[str]]:
    """The entry of a row, and the columns that had to be left out of it."""
    point = geometry is None or geometry.geom_type in ("Point", "MultiPoint")
    left_out: list[str] = []

    def words(columns: Iterable[str]) -> list[str]:
        found = []
        for column in columns:
            text = _clean(row.get(column))
            if text and is_broken(text):
                left_out.append(column)
            elif text:
                found.append(text)
        return list(dict.fromkeys(found))

    def code(column: str) -> str:
        return next(iter(words((column,))), "") if column else ""

    level_given = _clean(row.get(fields.level)) if fields.level else ""
    own_columns, depth = fields.names, fields.deepest + 1
    if level_given.isdigit() and fields.names:
        depth = int(level_given)
    elif not fields.names:
        depth = max((n for n in fields.area_names if words(fields.area_names[n])), default=0)
        own_columns = fields.area_names.get(depth, ())
    elif point:
        depth = 4
    names = words(own_columns)
    if not names:
        raise BadRow(
            (own_columns or ("name",))[0], "no name" if not left_out else "broken UTF-8 (bytes that are no text)"
        )
    name = names[0]
    if not re.search(r"[^\W\d_]", name) or re.fullmatch(r"[A-Z]{1,3}\d{3,}", name):
        raise BadRow(own_columns[0], f"{name[:40]!r} is no name; are the columns in their order?")
    for other in words(fields.others):
        names += [n.strip() for n in re.split(r"[,;|]", other) if n.strip()]
    parents = []
    for level in range(1, min(depth, 4)):
        around = words(fields.area_names.get(level, ()))
        own = code(fields.area_codes.get(level, ""))
        if around or own:
            parents.append(Parent(level, around[0] if around else own, tuple(around), own))
    if depth == 2 and not parents and (above := code(fields.parent)):
        parents.append(Parent(1, above, (), above))
    if geometry is not None:
        latitude, longitude = _point(geometry)
    elif not fields.latitude:
        latitude = longitude = nan
        if depth not in (1, 2):
            raise BadRow(fields.level, "without coordinates, only areas of levels 1 and 2 can be placed")
    else:
        latitude = degrees(row, fields.latitude, -90, 90)
        longitude = degrees(row, fields.longitude, -180, 180)
    if abs(latitude) < 1e-6 and abs(longitude) < 1e-6:
        raise BadRow(
            fields.latitude if geometry is None else "geometry", "the point is 0, 0: no coordinates were known"
        )
    own_code = fields.pcode if fields.names else fields.area_codes.get(depth, fields.pcode)
    population = _clean(row.get(fields.population)) if fields.population else ""
    seat = _clean(row.get(fields.seat)) if fields.seat else ""
    country = words(fields.country)
    entry = Entry(
        line=line,
        name=name,
        names=_spellings(dict.fromkeys(names)),
        level=_LEVELS[max(1, min(depth, 4)) - 1],
        latitude=latitude,
        longitude=longitude,
        kind=code(fields.kind),
        country=country[0] if country else "",
        pcode=code(own_code),
        native_id=code(fields.native_id),
        parents=tuple(parents),
        population=int(float(population)) if re.fullmatch(r"\d{1,10}(?:\.\d+)?", population) else 0,
        seat=max(1, int(seat)) if seat in ("0", "1", "2", "3") else 0,
        shape=None if point else geometry,
    )
    return entry, list(dict.fromkeys(left_out))


def _point(geometry: Any) -> tuple[float, float]:
    inside = geometry.representative_point() if geometry.geom_type not in ("Point", "MultiPoint") else geometry.centroid
    longitude, latitude = float(inside.x), float(inside.y)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise BadRow("geometry", f"{longitude:g}, {latitude:g} are no degrees; save the file in WGS 84 (EPSG:4326)")
    return latitude, longitude


def problem(path: Path, line: int, reason: str) -> InvalidRow:
    return InvalidRow(str(path), f"line {line}: {reason}", item=str(line))


# GeoJSON


def geojson_features(path: Path) -> Iterator[tuple[int, dict[str, Any], Any] | InvalidRow]:
    """Yield line, properties and raw geometry of each feature, and an error for what is none.

    Raises
    ------
    UnreadableInput
        If the file has no features.
    """
    text = _whole(path)
    start = re.search(r'"features"\s*:\s*\[', text)
    if start is None:
        raise UnreadableInput(str(path), 'has no "features": save it as a GeoJSON FeatureCollection')
    decoder = json.JSONDecoder()
    at, line, counted = start.end(), 1, 0
    gap = re.compile(r"[\s,]*")
    while True:
        at = gap.match(text, at).end()  # type: ignore[union-attr]
        if text[at : at + 1] in ("]", ""):
            break
        line += text.count("\n", counted, at)
        counted = at
        try:
            feature, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            # A feature a line is how these files are written: go on with the next one.
            yield problem(path, line, f"is no JSON ({error.msg}); left out")
            following = re.compile(r'\n\s*(?=\{\s*"type"\s*:\s*"Feature")').search(text, at + 1)
            if following is None:
                break
            at = following.end()
            continue
        at = end
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            yield problem(path, line, "the feature has no properties")
            continue
        yield line, properties, feature.get("geometry")


LEFT_OUT = "broken UTF-8 (bytes that are no text); this cell is left out"


def sound_shape(raw: Any) -> tuple[Any, bool]:
    """The shape of a feature, and whether it had to be mended."""
    if not isinstance(raw, dict):
        raise BadRow("geometry", "there is none")
    try:
        shape = shapely.geometry.shape(raw)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError):
        raise BadRow("geometry", "the coordinates cannot be read") from None
    if shape.is_empty:
        raise BadRow("geometry", "there is none")
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return (shape, False) if shape.is_valid else (shapely.make_valid(shape), True)
    if shape.geom_type in ("Point", "MultiPoint"):
        return shape, False
    raise BadRow("geometry", f"a {shape.geom_type} is no place and no area")
