"""Distances and displaced points on a sphere."""

from __future__ import annotations

from math import asin, cos, degrees, radians, sin

__all__ = ["EARTH_KM", "Vector", "chord_km", "displaced", "distance_km", "unit_vector"]

EARTH_KM = 6371.0
Vector = tuple[float, float, float]

_BEARINGS = {
    "n": 0, "north": 0, "ne": 45, "northeast": 45, "e": 90, "east": 90, "se": 135, "southeast": 135,
    "s": 180, "south": 180, "sw": 225, "southwest": 225, "w": 270, "west": 270, "nw": 315, "northwest": 315,
}  # fmt: skip


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance in kilometres (haversine, radius 6,371 km); arguments in degrees.

    Examples
    --------
    >>> round(distance_km(36.34, 43.13, 33.34, 44.4))
    353
    """
    a, b = radians(latitude), radians(other_latitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, half**0.5))


def displaced(latitude: float, longitude: float, bearing: str, km: float) -> tuple[float, float]:
    """The point `km` kilometres from another in a compass direction; the same point where that is not one.

    Examples
    --------
    >>> displaced(35.0, 40.0, "north", 111.2)
    (36.0, 40.0)
    """
    word = "".join(c for c in bearing.casefold() if c.isalpha())
    for ending in ("wards", "ward", "ern"):
        word = word.removesuffix(ending)
    if word not in _BEARINGS:
        return latitude, longitude
    angle = radians(_BEARINGS[word])
    step = degrees(km / EARTH_KM)
    north = max(-90.0, min(90.0, latitude + step * cos(angle)))
    east = longitude + step * sin(angle) / max(0.01, cos(radians(latitude)))
    return round(north, 4), round((east + 180) % 360 - 180, 4)


def unit_vector(latitude: float, longitude: float) -> Vector:
    """The point of the unit sphere at a latitude and longitude in degrees."""
    a, b = radians(latitude), radians(longitude)
    return cos(a) * cos(b), cos(a) * sin(b), sin(a)


def chord_km(one: Vector, other: Vector) -> float:
    """Straight-line distance in kilometres: quick, and within 1 % of the great circle up to 3,000 km."""
    x, y, z = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return EARTH_KM * float((x * x + y * y + z * z) ** 0.5)
