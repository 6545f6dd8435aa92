"""Where areas are of which a table gives only names and codes, as registers of P-codes do."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from tocsin.places._boundaries import Boundaries
from tocsin.places._geometry import distance_km
from tocsin.places._names import exact_key, loose_key, sound, sounds_alike, without_kinds

__all__ = ["AroundArea", "Spot", "spot_of"]

# How alike the name of a first-level division must sound to a known one of its country.
SAME_DIVISION = 0.8
# Kilometres. A district lies this near the middle of a first-level division that has no outline of its own.
SAME_REGION = 150.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A point for an area, and the bundled division that it lies in; `own` says that it is the area's own."""

    latitude: float
    longitude: float
    division: int | None
    own: bool = True


@dataclass(frozen=True, slots=True)
class AroundArea:
    """The area of the first level around one of the second: its middle, and the bundled divisions it is known to be."""

    latitude: float
    longitude: float
    divisions: Collection[int]


def spot_of(
    name: str, country: str, core: sqlite3.Connection, boundaries: Boundaries, around: AroundArea | None = None
) -> Spot | None:
    """The point of an area with this name, of the second level where one is `around` it.

    It is that of the bundled area, or town, of this name; failing that the middle of what is around it, which is not
    its own; None where not even the country is known.
    """
    if country not in boundaries.countries:
        return None
    rows = [row for key in (exact_key(name), *without_kinds(name)) for row in _named(key, country, core)]
    if around is None:
        if (division := _division(name, country, rows, boundaries)) is not None:
            return Spot(*boundaries.divisions[division][2:], division)
        towns = [row for row in rows if row[3] in ("admin2", "settlement")]
        _, latitude, longitude = boundaries.countries[country]
    else:
        latitude, longitude = around.latitude, around.longitude
        towns = [row for row in rows if row[3] in ("admin2", "settlement") and _is_within(row, around)]
    if towns:
        best = max(towns, key=lambda row: (row[3] == "admin2", row[4]))
        # A new division named after its town is not the older, larger one that the town is in.
        return Spot(best[0], best[1], None if around is None else best[2])
    return Spot(latitude, longitude, next(iter(around.divisions), None) if around else None, own=False)


_Row = tuple[float, float, int, str, int]


def _named(key: str, country: str, core: sqlite3.Connection) -> list[_Row]:
    """Latitude, longitude, division, level and population of the bundled places with a name."""
    joined = loose_key(key)
    return [
        row
        for table, wanted in (("exact", key), ("exact", joined), ("loose", joined))
        for row in core.execute(
            f"SELECT p.latitude, p.longitude, p.division, p.level, p.population FROM {table} k "
            "JOIN place p ON p.id = k.place WHERE k.key = ? AND p.country = ? AND p.division IS NOT NULL",
            (wanted, country),
        )
    ]


def _division(name: str, country: str, rows: Collection[_Row], boundaries: Boundaries) -> int | None:
    """The bundled division of this name, or of its sound."""
    if named := [division for _, _, division, level, _ in rows if level == "admin1"]:
        return named[0]
    heard = sound(name)
    alike = [
        (sounds_alike(heard, sound(known)), -number)
        for number, (iso3, known, _, _) in enumerate(boundaries.divisions)
        if iso3 == country
    ]
    likeness, number = max(alike, default=(0.0, 0))
    return -number if likeness >= SAME_DIVISION else None


def _is_within(row: _Row, around: AroundArea) -> bool:
    if around.divisions:
        return row[2] in around.divisions
    return distance_km(row[0], row[1], around.latitude, around.longitude) <= SAME_REGION
