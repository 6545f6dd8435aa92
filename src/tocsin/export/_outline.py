"""Boundaries made small enough to travel inside a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

__all__ = ["Box", "box_of", "outline_features", "pack_outline"]

Ring = Sequence[Sequence[float]]

# A hundredth of a degree is about a kilometre: finer than any boundary is drawn at the closest zoom that makes sense.
_NEAR_GRID = 100
# Countries beyond the events are only there so that a reader who zooms out is not lost.
_FAR_GRID = 10
# At about four characters a point this keeps first-level boundaries under a megabyte; above it they are drawn coarser.
_MOST_POINTS = 250_000


@dataclass(frozen=True, slots=True)
class Box:
    """A box in degrees."""

    west: float
    south: float
    east: float
    north: float

    def padded(self) -> Box:
        """The box with everything around it that a map fitted to it may show, on a wide screen or a narrow one."""
        wide, high = self.east - self.west, self.north - self.south
        middle = math.cos(math.radians((self.south + self.north) / 2))
        # Five degrees are what a map of one place shows beside it. A map is 1.1 to 2.2 times as wide as it is high, and
        # its margins add a quarter; a degree of longitude is shorter than one of latitude by the cosine.
        wide_enough = max(wide * 5 / 3 + 10, 2.8 * high / max(middle, 0.2))
        high_enough = max(high * 5 / 3 + 10, 1.2 * wide * middle)
        across, up = (wide_enough - wide) / 2, (high_enough - high) / 2
        return Box(
            max(-180.0, self.west - across),
            max(-85.0, self.south - up),
            min(180.0, self.east + across),
            min(85.0, self.north + up),
        )

    def meets(self, other: Box) -> bool:
        """Whether the two share any point."""
        return (
            self.west <= other.east
            and other.west <= self.east
            and self.south <= other.north
            and other.south <= self.north
        )


def box_of(points: Iterable[tuple[float, float]]) -> Box | None:
    """The smallest box around `points` (longitude, latitude), None where there are none."""
    found = list(points)
    if not found:
        return None
    longitudes, latitudes = [p[0] for p in found], [p[1] for p in found]
    return Box(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def pack_outline(outline: Mapping[str, Any], focus: Box | None, countries: frozenset[str]) -> dict[str, Any]:
    """Cut `outline` down to what a map of `focus` shows, in whole numbers.

    Parameters
    ----------
    outline : mapping
        ``countries`` and ``admin1``, each a GeoJSON FeatureCollection of (multi)polygons in WGS 84 degrees, with the
        properties ``name`` and ``iso3``; either may be absent. Or one FeatureCollection of both, told apart by the
        property ``level`` (``country`` or ``admin1``), with the alpha-3 code in ``country``.
    focus : Box or None
        Where the events are.
    countries : frozenset of str
        ISO alpha-3 codes of the countries whose first-level divisions are shown.

    Returns
    -------
    dict
        ``countries`` and ``admin1``: lists of ``{"name", "iso3", "grid", "polygons"}``. A polygon is a list of
        rings, the exterior first; a ring is ``[x, y, dx, dy, …]`` in steps of 1/grid degree, not closed.
    """
    near = focus.padded() if focus else None
    packed = [
        _pack(feature, _NEAR_GRID if near and _near(feature, near) else _FAR_GRID)
        for feature in outline_features(outline, "countries")
    ]
    divisions = [
        feature
        for feature in outline_features(outline, "admin1")
        if near and _near(feature, near) and (not _iso3(feature) or _iso3(feature) in countries)
    ]
    points = sum(len(ring) for feature in divisions for polygon in _polygons(feature) for ring in polygon)
    grid = _NEAR_GRID if points <= _MOST_POINTS else _FAR_GRID
    return {
        "countries": [c for c in packed if c["polygons"]],
        "admin1": [a for a in (_pack(feature, grid) for feature in divisions) if a["polygons"]],
    }


def outline_features(outline: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The features with polygons of ``countries`` or ``admin1``, in either form that an outline has."""
    if outline.get("type") == "FeatureCollection":
        level = {"countries": "country"}.get(name, name)
        features = [f for f in outline.get("features", ()) if (f.get("properties") or {}).get("level") == level]
    else:
        features = (outline.get(name) or {}).get("features", ())
    return [f for f in features if f.get("geometry") and any(_polygons(f))]


def _polygons(feature: Mapping[str, Any]) -> Sequence[Sequence[Ring]]:
    geometry = feature["geometry"]
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"]]
    if geometry["type"] == "MultiPolygon":
        return geometry["coordinates"]  # type: ignore[no-any-return]
    return []


def _near(feature: Mapping[str, Any], where: Box) -> bool:
    """Whether any part of `feature` may be in view; part by part, as a far island must not make a country near."""
    boxes = (box_of((point[0], point[1]) for point in polygon[0]) for polygon in _polygons(feature))
    return any(box.meets(where) for box in boxes if box)


def _iso3(feature: Mapping[str, Any]) -> str:
    properties = feature.get("properties") or {}
    return str(properties.get("iso3") or properties.get("country") or "")


def _pack(feature: Mapping[str, Any], grid: int) -> dict[str, Any]:
    polygons = []
    for polygon in _polygons(feature):
        rings = [_pack_ring(ring, grid) for ring in polygon]
        if rings[0]:
            polygons.append([ring for ring in rings if ring])
    name = str((feature.get("properties") or {}).get("name") or "")
    return {"name": name, "iso3": _iso3(feature), "grid": grid, "polygons": polygons}


def _pack_ring(ring: Ring, grid: int) -> list[int]:
    steps: list[tuple[int, int]] = []
    for point in ring:
        step = (round(point[0] * grid), round(point[1] * grid))
        if not steps or steps[-1] != step:
            steps.append(step)
    if len(steps) > 1 and steps[0] == steps[-1]:
        steps.pop()
    if len(set(steps)) < 3:
        return []
    flat = [*steps[0]]
    for before, after in pairwise(steps):
        flat += (after[0] - before[0], after[1] - before[1])
    return flat
