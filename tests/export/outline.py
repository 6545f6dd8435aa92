"""Boundaries drawn by hand, no truer than a sketch: two countries and three of their divisions."""

from __future__ import annotations

from typing import Any


def _feature(name: str, iso3: str, ring: list[tuple[float, float]]) -> dict[str, Any]:
    closed = [[x, y] for x, y in [*ring, ring[0]]]
    geometry = {"type": "Polygon", "coordinates": [closed]}
    return {"type": "Feature", "properties": {"name": name, "iso3": iso3}, "geometry": geometry}


def _box(west: float, south: float, east: float, north: float) -> list[tuple[float, float]]:
    return [(west, south), (west, north), (east, north), (east, south)]


def sketched_outline() -> dict[str, Any]:
    syria = [(35.9, 35.9), (36.7, 36.8), (42.3, 37.2), (41.2, 34.4), (38.8, 33.4), (36.0, 32.5), (35.8, 33.3)]
    iraq = [(42.3, 37.2), (44.8, 37.2), (46.3, 35.6), (48.0, 30.9), (47.9, 29.9), (44.7, 29.2), (38.9, 32.3)]
    iraq += [(38.8, 33.4), (41.2, 34.4)]
    countries = [_feature("Syria", "SYR", syria), _feature("Iraq", "IRQ", iraq)]
    divisions = [
        _feature("Idlib", "SYR", _box(36.2, 35.2, 37.2, 36.2)),
        _feature("Kirkuk", "IRQ", _box(43.3, 34.8, 44.7, 35.9)),
        _feature("Diyala", "IRQ", _box(44.7, 33.5, 45.9, 35.0)),
    ]
    return {
        "countries": {"type": "FeatureCollection", "features": countries},
        "admin1": {"type": "FeatureCollection", "features": divisions},
    }
