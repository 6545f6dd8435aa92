"""Administrative areas out of GeoJSON, GeoPackage and Shapefile, also zipped.

GDAL reads the binary forms. It goes by content and knows forms that point at other files and at the network, so a file
is handed to it only once its first bytes say that it is what its name says.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import shapely

from tocsin.errors import InvalidRow, UnreadableInput
from tocsin.places._entries import (
    MOST_BYTES,
    BadRow,
    Entry,
    Fields,
    Level,
    entry_of,
    fields_of,
    geojson_features,
    sound_shape,
)

__all__ = ["AreaFields", "read_areas"]

_FORMS = "boundaries are .geojson, .gpkg or .shp, also zipped; convert them to one"
_MAGIC = {".gpkg": b"SQLite format 3\x00", ".shp": b"\x00\x00\x27\x0a"}
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
# Features read at once, so that memory stays flat.
_BATCH = 2_000
_LEVELS: tuple[Level, ...] = ("admin1", "admin2", "admin3", "admin4")
# Reference systems that lie within a metre of WGS 84.
_DEGREES = frozenset({"EPSG:4326", "OGC:CRS84", "EPSG:4258", "EPSG:4269", "EPSG:4979"})
_SHAPE_TYPE = re.compile(r"^(?:adm|admin|level)?_?([1-4])$", re.IGNORECASE)

_Feature = tuple[int, Mapping[str, Any], Any]


@dataclass(frozen=True, slots=True)
class AreaFields:
    """What a person said of the fields of a file; empty, or 0, where they are to be found by name.

    `hint` is the level that the name of a file or layer tells, for fields that tell none.
    """

    level: int = 0
    name: str = ""
    pcode: str = ""
    country: str = ""
    hint: int = 0


def read_areas(path: Path, given: AreaFields) -> Iterator[Entry | InvalidRow]:
    """Yield the areas of a file, and an error for each that is left out or was mended.

    Raises
    ------
    UnreadableInput
        If the file cannot be used at all; the message says what to do.
    """
    name = path.name.casefold()
    if not path.exists():
        raise UnreadableInput(str(path), "cannot be opened (No such file or directory)")
    if name.removesuffix(".gz").endswith((".geojson", ".json")):
        yield from _areas(str(path), geojson_features(path), "line", _hinted(given, name))
    elif name.endswith(".zip"):
        yield from _zipped(path, given)
    elif name.endswith(tuple(_MAGIC)):
        for layer, features in _layers(path, str(path)):
            yield from _areas(str(path), features, "feature", _hinted(given, layer, name))
    else:
        raise UnreadableInput(str(path), _FORMS)


_NAMED_LEVEL = re.compile(r"(?:adm(?:in)?|level)[_ -]?([1-4])(?!\d)", re.IGNORECASE)


def _hinted(given: AreaFields, *names: str) -> AreaFields:
    found = next((m for name in names if (m := _NAMED_LEVEL.search(name))), None)
    return given if found is None else replace(given, hint=int(found[1]))


# Features to entries


def _areas(
    shown: str, features: Iterator[_Feature | InvalidRow], unit: str, given: AreaFields
) -> Iterator[Entry | InvalidRow]:
    columns: tuple[str, ...] | None = None
    fields: Fields | None = None
    for feature in features:
        if isinstance(feature, InvalidRow):
            yield feature
            continue
        line, properties, raw = feature
        if columns != tuple(properties):
            columns = tuple(properties)
            _check_fields(shown, columns, given)
            fields = None
        row = _headed(properties, given)
        if fields is None or given.level == 0:
            fields = fields_of(row)
        if not fields.area_names:
            raise UnreadableInput(
                shown,
                f"no field tells which level these areas are, among {', '.join(columns)}; "
                "say it with --level, and the field of their names with --name-field",
            )
        try:
            shape, mended = _polygons(raw)
            entry, left_out = entry_of(row, fields, line, shape)
        except BadRow as bad:
            yield InvalidRow(shown, f"{unit} {line}: {bad}", item=str(line))
            continue
        if mended:
            reason = f"the outline of {entry.name} crosses itself; it was mended, so look at it"
            yield InvalidRow(shown, f"{unit} {line}: {reason}", item=str(line))
        for column in left_out:
            reason = f"column {column!r}: broken UTF-8 (bytes that are no text); this name is left out"
            yield InvalidRow(shown, f"{unit} {line}: {reason}", item=str(line))
        depth = max((n for n in fields.area_names if any(row.get(c) for c in fields.area_names[n])), default=1)
        yield replace(
            entry, level=_LEVELS[min(depth, 4) - 1], country=given.country or entry.country, seat=0, unit=unit
        )


def _check_fields(shown: str, columns: tuple[str, ...], given: AreaFields) -> None:
    for option, field in (("--name-field", given.name), ("--pcode-field", given.pcode)):
        if field and field not in columns:
            raise UnreadableInput(shown, f"{option}: there is no field {field!r} among {', '.join(columns)}")


def _headed(properties: Mapping[str, Any], given: AreaFields) -> dict[str, Any]:
    """The fields of an area headed as OCHA heads them, its own level the deepest."""
    fields = fields_of(properties)
    # Fields of its own beside those of the areas around it: it is the next smaller.
    by_fields = fields.deepest + 1 if fields.names and fields.deepest else fields.deepest
    level = given.level or _level_told(properties) or by_fields or given.hint
    if not level:
        return dict(properties)
    deeper = {
        column
        for number in (*fields.area_names, *fields.area_codes)
        if number > level
        for column in (*fields.area_names.get(number, ()), fields.area_codes.get(number, ""))
    }
    own = () if fields.area_names.get(level) else fields.names
    row = {c: v for c, v in properties.items() if c not in deeper and c not in fields.names}
    if given.name:
        for column in fields.area_names.get(level, ()):
            row.pop(column, None)
        row[f"ADM{level}_EN"] = properties[given.name]
    else:
        row |= {f"ADM{level}_ALT{n}NAME" if n else f"ADM{level}_EN": properties[c] for n, c in enumerate(own)}
    code = given.pcode or ("" if fields.area_codes.get(level) else fields.pcode)
    if code:
        row.pop(fields.area_codes.get(level, ""), None)
        row.pop(code, None)
        row[f"ADM{level}_PCODE"] = properties[code]
    return row


def _level_told(properties: Mapping[str, Any]) -> int:
    """The level that a cell tells, as geoBoundaries (``ADM2``) and OpenStreetMap's extracts do; 0 for none."""
    for column, value in properties.items():
        key = re.sub(r"[^a-z]", "", column.casefold())
        if key in ("shapetype", "admlevel") and (m := _SHAPE_TYPE.match(str(value).strip())):
            return int(m[1])
    return 0


def _polygons(raw: Any) -> tuple[Any, bool]:
    """The outline of an area, flat and sound, and whether it had to be mended."""
    shape, mended = sound_shape(raw)
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    if not parts:
        raise BadRow("geometry", f"a {shape.geom_type} is no outline of an area")
    return shapely.force_2d(shapely.unary_union(parts) if len(parts) > 1 else parts[0]), mended


# Files that GDAL reads


def _zipped(path: Path, given: AreaFields) -> Iterator[Entry | InvalidRow]:
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
            members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
            if sum(m.file_size for m in members) > MOST_BYTES:
                raise UnreadableInput(str(path), "unpacks to more than 4 GB; add its files one by one")
            found = sorted((m.filename for m in members if _ending(m.filename)), key=str.casefold)
            if not found:
                raise UnreadableInput(str(path), f"holds none that can be read; {_FORMS}")
            for number, member in enumerate(found):
                unpacked = _unpacked(archive, member, Path(folder) / str(number))
                shown = f"{path}/{member}"
                base = Path(member).name.casefold()
                if unpacked.suffix not in _MAGIC:
                    yield from _areas(shown, geojson_features(unpacked), "line", _hinted(given, base))
                    continue
                for layer, features in _layers(unpacked, shown):
                    yield from _areas(shown, features, "feature", _hinted(given, layer, base))
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, NotImplementedError) as error:
        raise UnreadableInput(str(path), f"cannot be unpacked ({error}); unpack it, or send it again") from error


def _ending(name: str) -> str:
    suffix = Path(name).suffix.casefold()
    return suffix if suffix in (".geojson", ".json", *_MAGIC) else ""


def _unpacked(archive: zipfile.ZipFile, member: str, folder: Path) -> Path:
    """A member, with the other parts where it is a Shapefile, in a folder of its own."""
    folder.mkdir()
    stem, wanted = member[: -len(Path(member).suffix)].casefold(), _ending(member)
    for name in archive.namelist():
        suffix = Path(name).suffix.casefold()
        part = wanted == ".shp" and suffix in _SHAPEFILE and name[: -len(suffix)].casefold() == stem
        if name == member or part:
            with archive.open(name) as packed, (folder / f"areas{suffix}").open("wb") as file:
                shutil.copyfileobj(packed, file)
    return folder / f"areas{wanted}"


def _layers(path: Path, shown: str) -> Iterator[tuple[str, Iterator[_Feature | InvalidRow]]]:
    """Name and features of every layer that has outlines and fields."""
    suffix = path.suffix.casefold()
    try:
        with path.open("rb") as file:
            begins = file.read(16)
    except OSError as error:
        raise UnreadableInput(shown, f"cannot be opened ({error.strerror})") from error
    if not begins.startswith(_MAGIC[suffix]):
        raise UnreadableInput(shown, f"is no {'GeoPackage' if suffix == '.gpkg' else 'Shapefile'}; export it again")
    from pyogrio import list_layers, read_info

    with _reading(shown):
        layers = [str(name) for name, kind in list_layers(path) if kind is None or "Point" not in str(kind)]
        found = [(layer, read_info(path, layer=layer, force_feature_count=True)) for layer in layers]
    usable = [(layer, info) for layer, info in found if info["geometry_type"] and len(info["fields"])]
    if not usable:
        raise UnreadableInput(shown, "has no outlines with fields beside them; a Shapefile is .shp, .shx and .dbf")
    for layer, info in usable:
        _check_degrees(shown, info["crs"])
        yield layer, _features(path, shown, layer, int(info["features"]))


def _features(path: Path, shown: str, layer: str, features: int) -> Iterator[_Feature]:
    """Number, properties and geometry of each feature of a layer."""
    from pyogrio.raw import read

    for start in range(0, features, _BATCH):
        with _reading(shown):
            meta, _, shapes, cells = read(path, layer=layer, skip_features=start, max_features=_BATCH)
        columns = [str(name) for name in meta["fields"]]
        for number in range(len(shapes)):
            row = {column: _plain(values[number]) for column, values in zip(columns, cells, strict=True)}
            shape = None if shapes[number] is None else json.loads(shapely.to_geojson(shapely.from_wkb(shapes[number])))
            yield start + number + 1, row, shape


@contextmanager
def _reading(shown: str) -> Iterator[None]:
    """What GDAL cannot read is an error of the file; what it warns of is mended here, or is no matter."""
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (DataSourceError, DataLayerError, ValueError) as error:
        reason = f"cannot be read ({error}); a Shapefile is .shp, .shx and .dbf together"
        raise UnreadableInput(shown, reason if ".sh" in shown.casefold() else reason.split(";")[0]) from error


def _plain(value: Any) -> Any:
    """A cell as text; a whole number without the point that a column with gaps gives it."""
    if value is None:
        return None
    text = str(value)
    return text.removesuffix(".0") if re.fullmatch(r"-?\d+\.0", text) else text


def _check_degrees(shown: str, crs: str | None) -> None:
    if crs is None or crs in _DEGREES or crs.startswith(("GEOGCS", "GEOGCRS")):
        return
    raise UnreadableInput(shown, f"is in {crs[:60]}; save it in degrees, WGS 84 (EPSG:4326)")
