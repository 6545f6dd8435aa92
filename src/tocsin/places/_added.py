"""Gazetteers that people add to the bundled one: each is a file of its own beside the index.

A file is written beside its final name and renamed, so an addition that fails, or is stopped, changes nothing. It holds
what it was made from (names, points, codes, outlines), so that its keys can be made again for a later version.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files as package_files
from pathlib import Path

from tocsin.errors import InvalidRow, NotFound, UnreadableInput, UsageError
from tocsin.interfaces import Progress
from tocsin.places._adding import SCHEMA, Builder, Reader, country_codes, write_keys
from tocsin.places._cache import mark_used
from tocsin.places._files import read_entries
from tocsin.places._index import (
    cache_path,
    index_version,
    open_index,
    read_only,
    writing,
)
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

_OWN = frozenset({"geonames", "naturalearth", "tocsin"})
# More problems than this are counted, not listed.
MOST_PROBLEMS = 2_000


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
    if country and country.casefold() not in country_codes():
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
    for source in ("_adding.py", "_coded.py", "_entries.py", "_files.py", "_geonames.py", "_polygons.py"):
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


def _build(
    path: Path, name: str, files: Sequence[Path], progress: Progress | None, reader: Reader = read_entries
) -> Addition:
    core = open_index(progress)
    problems: list[InvalidRow] = []
    left = 0
    if progress:
        progress.start(f"Adding {name}", None)
    with writing(path) as connection:
        connection.executescript(SCHEMA)
        builder = Builder(connection, name, core, reader)
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
        digest = builder.finish()
        write_keys(connection)
        about = AddedGazetteer(
            name,
            tuple(file.name for file in files),
            *_counted(connection),
            tuple(
                c for (c,) in connection.execute("SELECT DISTINCT country FROM place WHERE country <> '' ORDER BY 1")
            ),
            digest,
        )
        connection.execute("INSERT INTO about VALUES ('keys', ?)", (_keys_version(),))
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


def _make_keys_again(path: Path) -> None:
    old = read_only(path)
    try:
        with writing(path) as connection:
            connection.executescript(SCHEMA)
            for table in ("place", "name", "shape", "cell", "about"):
                columns = [row[1] for row in old.execute(f"PRAGMA table_info({table})")]
                marks = ", ".join("?" * len(columns))
                connection.executemany(
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
                    old.execute(f"SELECT * FROM {table}"),
                )
            write_keys(connection)
            connection.execute("INSERT OR REPLACE INTO about VALUES ('keys', ?)", (_keys_version(),))
    except sqlite3.DatabaseError as error:
        raise UsageError(f"{path}: was added by another version; remove it and add it again ({error})") from error
    finally:
        old.close()
