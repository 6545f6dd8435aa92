"""Finds where things happened: names in context become places.

:func:`open_gazetteer` opens one local index of the world's populated places, first-level divisions and
countries, and whatever gazetteers and boundaries were added to it (:func:`add_gazetteer`,
:func:`add_boundaries`). Nothing is fetched and no server is
needed.

``tocsin.places.geoparse`` finds the places that a text names; it is ``tocsin.geoparse``, because reading a text takes
rooms that places know nothing of (docs/decisions/0013).
"""

from typing import Any

from tocsin.places._added import (
    AddedGazetteer,
    Addition,
    add_boundaries,
    add_gazetteer,
    list_boundaries,
    list_gazetteers,
    remove_boundaries,
    remove_gazetteer,
)
from tocsin.places._gazetteer import SqliteGazetteer, open_gazetteer
from tocsin.places._geometry import displaced, distance_km
from tocsin.places._names import similarity as name_similarity

__all__ = [
    "AddedGazetteer",
    "Addition",
    "SqliteGazetteer",
    "add_boundaries",
    "add_gazetteer",
    "displaced",
    "distance_km",
    "list_boundaries",
    "list_gazetteers",
    "name_similarity",
    "open_gazetteer",
    "remove_boundaries",
    "remove_gazetteer",
]


def __getattr__(name: str) -> Any:
    # Asked of the whole, by name and only when somebody asks: this room imports none of those above it.
    if name == "geoparse":
        import sys

        return sys.modules["tocsin"].geoparse
    raise AttributeError(f"module 'tocsin.places' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "geoparse"})
