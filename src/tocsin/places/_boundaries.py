"""Countries and first-level divisions: which one a point is in, where their centres are, and their outlines."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import shapely

from tocsin.places._names import loose_key

__all__ = ["Boundaries"]

# Degrees. A point just off a simplified coast or border still belongs to the division beside it.
NEARBY = 0.1


class Boundaries:
    """Polygons of the index, read when first needed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.countries: dict[str, tuple[str, float, float]] = {
            iso3: (name, latitude, longitude)
            for iso3, name, latitude, longitude in connection.execute(
                "SELECT iso3, name, latitude, longitude FROM country"
            )
        }
        self.divisions: list[tuple[str, str, float, float]] = connection.execute(
            "SELECT country, name, latitude, longitude FROM division ORDER BY id"
        ).fetchall()

    @cached_property
    def _shapes(self) -> list[shapely.Geometry]:
        rows = self._connection.execute("SELECT shape FROM division ORDER BY id").fetchall()
        return list(shapely.from_wkb([row[0] for row in rows]))

    @cached_property
    def _country_shapes(self) -> dict[str, shapely.Geometry]:
        rows = self._connection.execute("SELECT iso3, shape FROM country ORDER BY iso3").fetchall()
        return {iso3: shapely.from_wkb(shape) for iso3, shape in rows}

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._shapes)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], int]:
        rows = self._connection.execute(
            "SELECT p.country, k.key, p.division FROM place p JOIN exact k ON k.place = p.id "
            "WHERE p.level = 'admin1' ORDER BY k.main, p.id DESC"
        )
        return {(country, loose_key(key)): division for country, key, division in rows}

    def division(self, latitude: float, longitude: float) -> tuple[str, str, str]:
        """(ISO alpha-3, country's name, first-level division) of a point; empty strings at sea."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            return "", "", ""
        point = shapely.Point(longitude, latitude)
        inside = sorted(self._tree.query(point, "within").tolist())
        if not inside:
            inside = sorted(self._tree.query_nearest(point, max_distance=NEARBY).tolist())
        if not inside:
            return "", "", ""
        country, name, *_ = self.divisions[inside[0]]
        return country, self.countries[country][0], name

    def divisions_of(self, points: Sequence[tuple[float, float]], coast: float) -> list[int | None]:
        """The number of the division that each (latitude, longitude) lies in, or within `coast` degrees of."""
        shapes = shapely.points([p[1] for p in points], [p[0] for p in points])
        homes: list[int | None] = [None] * len(points)
        for point, division in sorted(zip(*self._tree.query(shapes, "within").tolist(), strict=True), reverse=True):
            homes[point] = division
        stray = [i for i, home in enumerate(homes) if home is None]
        near = self._tree.query_nearest(shapes[stray], max_distance=coast).tolist()
        for point, division in sorted(zip(*near, strict=True), reverse=True):
            homes[stray[point]] = division
        return homes

    def division_near(self, iso3: str, latitude: float, longitude: float, degrees: float) -> int | None:
        """The number of the nearest division of a country, None where there is none within so many degrees."""
        point = shapely.Point(longitude, latitude)
        near = [i for i in self._tree.query(point.buffer(degrees)).tolist() if self.divisions[i][0] == iso3]
        gaps = [(float(shapely.distance(self._shapes[i], point)), i) for i in near]
        gap, nearest = min(gaps, default=(degrees, None))
        return nearest if gap < degrees else None

    def division_point(self, iso3: str, admin1: str = "") -> tuple[float, float] | None:
        """(latitude, longitude) of a division's centre, or a country's where `admin1` is empty; None if unknown."""
        if not admin1:
            country = self.countries.get(iso3)
            return None if country is None else (country[1], country[2])
        number = self._by_name.get((iso3, loose_key(admin1)))
        return None if number is None else self.divisions[number][2:]

    def outline(self, bbox: tuple[float, float, float, float] | None = None) -> dict[str, Any]:
        """Countries and first-level divisions as a GeoJSON FeatureCollection, for drawing.

        Parameters
        ----------
        bbox : (west, south, east, north) in degrees, optional
            Clip to this box. Lines are simplified to what shows at that size.
        """
        box = bbox or (-180.0, -60.0, 180.0, 84.0)
        span = max(box[2] - box[0], box[3] - box[1])
        # A map is about a thousand pixels across: finer than that is weight without sight.
        tolerance = span / 1500
        digits = 1 if span > 120 else 2 if span > 15 else 3
        features = []
        for iso3, whole in self._country_shapes.items():
            shape = _clipped(whole, box, tolerance)
            if shape.geoms:
                properties = {"level": "country", "country": iso3, "name": self.countries[iso3][0]}
                features.append(_feature(shape, properties, digits))
        if span <= 120:
            for number in sorted(self._tree.query(shapely.box(*box)).tolist()):
                shape = _clipped(self._shapes[number], box, tolerance)
                if shape.geoms:
                    country, name, *_ = self.divisions[number]
                    features.append(_feature(shape, {"level": "admin1", "country": country, "name": name}, digits))
        return {"type": "FeatureCollection", "bbox": list(box), "features": features}


def _clipped(shape: shapely.Geometry, box: tuple[float, float, float, float], tolerance: float) -> shapely.MultiPolygon:
    west, south, east, north = shapely.bounds(shape).tolist()
    if not (west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1]):
        return shapely.MultiPolygon()
    clipped = shapely.clip_by_rect(shape, *box)
    parts = [
        part
        for part in shapely.get_parts(shapely.simplify(clipped, tolerance))
        if part.geom_type == "Polygon" and part.area > 4 * tolerance**2
    ]
    return shapely.MultiPolygon(parts)


def _feature(shape: shapely.MultiPolygon, properties: dict[str, str], digits: int) -> dict[str, Any]:
    polygons = [
        [[[round(x, digits), round(y, digits)] for x, y in ring.coords] for ring in (part.exterior, *part.interiors)]
        for part in shape.geoms
    ]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "MultiPolygon", "coordinates": polygons}}
