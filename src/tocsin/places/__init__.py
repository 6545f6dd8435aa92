"""Finds where things happened: names in context become places.

:func:`open_gazetteer` opens one local index of the world's populated places, first-level divisions and
countries. Nothing is fetched and no server is needed.
"""

from tocsin.places._gazetteer import SqliteGazetteer, open_gazetteer
from tocsin.places._geometry import displaced, distance_km

__all__ = ["SqliteGazetteer", "displaced", "distance_km", "open_gazetteer"]
