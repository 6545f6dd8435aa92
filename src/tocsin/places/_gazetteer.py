"""The default gazetteer: one local index, no server."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tocsin.interfaces import Progress
from tocsin.places._added import AddedGazetteer, open_added
from tocsin.places._areas import Areas
from tocsin.places._boundaries import Boundaries
from tocsin.places._cache import clean, mark_used
from tocsin.places._context import Weights, is_likely, prominence
from tocsin.places._index import cache_path, index_path, index_version, open_index
from tocsin.places._lookup import BUNDLED, Candidate, Lookup, gazetteer_number
from tocsin.places._names import exact_key
from tocsin.places._resolve import Resolver
from tocsin.records import Place, Toponym

__all__ = ["SqliteGazetteer", "open_gazetteer"]

_SOURCES = (
    "_added.py",
    "_areas.py",
    "_boundaries.py",
    "_context.py",
    "_gazetteer.py",
    "_geometry.py",
    "_lookup.py",
    "_polygons.py",
    "_resolve.py",
)
# Names that are ordinary words far more often than places, whatever their case.
_NEVER = frozenset({
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march",
    "april", "may", "june", "july", "august", "september", "october", "november", "december", "he", "she", "it",
    "they", "we", "i", "you", "the", "a", "an", "in", "on", "at", "of",
})  # fmt: skip
# "al-Hol" is written like a name.
_ARTICLE_FIRST = re.compile(r"(?:[aeu][ldnrstz]h?[- ]?|[dl]['’])(?=[A-Z])")
_WEIGHTS = Weights()
# Somebody who added a list of villages with codes has texts about them: there they are spoken of like towns. What only
# sounds like one counts as a hamlet.
LISTED, HEARD = 4.7, 2.5
# Below this a name in small letters is taken for the word it also is.
LOWER_CASE_PEOPLE = 150_000
_WORDS = frozenset({
    "as", "along", "bar", "bath", "battle", "born", "bull", "can", "central", "chair", "date", "deal", "delta",
    "down", "enemy", "for", "gap", "general", "hit", "how", "hundred", "independence", "is", "island", "kill",
    "king", "lie", "like", "lot", "male", "man", "many", "mobile", "most", "mine", "new", "nice", "no", "not",
    "nine", "north", "of", "one", "orange", "over", "page", "police", "post", "rebel", "reading", "rugby", "sale",
    "same", "seven", "side", "six", "sound", "south", "split", "strike", "sun", "ten", "thousand", "three",
    "time", "to", "trail", "two", "union", "university", "us", "van", "war", "was", "west", "who", "will",
    "young", "liberty", "loyalty", "east", "center", "centre", "home", "market", "station", "port", "river",
    "hill", "lake", "mission", "security", "progress", "victoria", "concord", "santa", "college",
})  # fmt: skip


@cache
def _version(added: tuple[str, ...]) -> str:
    digest = hashlib.sha256(index_version().encode() + repr(added).encode() * bool(added))
    for name in _SOURCES:
        digest.update(files("tocsin.places").joinpath(name).read_bytes())
    return digest.hexdigest()[:16]


class SqliteGazetteer:
    """Finds places by name, in context, in a local index. Made by :func:`open_gazetteer`."""

    def __init__(self, extra: Sequence[Path] = (), progress: Progress | None = None) -> None:
        index = index_path()
        is_new = not index.exists()
        connection = open_index(progress)
        mark_used(index)
        if is_new:
            clean(cache_path(), index)
        added = open_added(extra, progress)
        connections = [connection, *(own for _, own in added)]
        self.added: tuple[AddedGazetteer, ...] = tuple(about for about, _ in added)
        self.version = _version(tuple(about.digest for about in self.added))
        self._lookup = Lookup(connections)
        self._boundaries = Boundaries(connection)
        self._resolver = Resolver(self._lookup, self._boundaries, Areas(self._lookup, connections))
        self._known = lru_cache(maxsize=65536)(self._knows)
        self._prominent = lru_cache(maxsize=65536)(self._prominence)
        self._answer = lru_cache(maxsize=1024)(self._resolver.resolve)

    def knows(self, name: str) -> bool:
        """Whether any place has this name, in any script or known spelling.

        A name in small letters, but for an article before it ("al-Hol"), must be that of a country, a division or a
        large city: "split" is not a place.
        """
        return self._known(name)

    def _knows(self, name: str) -> bool:
        key = exact_key(name)
        if not key or key in _NEVER or len(key) < 2:
            return False
        if not name[:1].islower() or not name.isascii() or _ARTICLE_FIRST.match(name):
            return self._lookup.has(name) or self._is_heard(name)
        if key in _WORDS:
            return False
        return any(c.level != "settlement" or c.population >= LOWER_CASE_PEOPLE for c in self._lookup.named(name))

    def _is_heard(self, name: str) -> bool:
        """Whether a village has this sound, in a country whose villages somebody added."""
        return any(is_likely(c, name) for country in self._lookup.listed for c in self._lookup.alike(name, country))

    def prominence(self, name: str) -> float:
        """How much the best known place of a name is spoken of, in powers of ten of people; 0 where there is none."""
        return self._prominent(name)

    def _prominence(self, name: str) -> float:
        if not self.knows(name):
            return 0.0
        found = self._lookup.named(name)
        if not found:
            return HEARD
        weight = max(prominence(c, _WEIGHTS) for c in found)
        return max(weight, LISTED) if any(map(_is_listed, found)) else weight

    def resolve(self, toponyms: Sequence[Toponym], countries: Sequence[str] = ()) -> tuple[Place, ...]:
        """Return a place for each toponym of one document, in order.

        A name that no gazetteer has keeps its name, has no gazetteer id, and stands at what the text puts
        around it (the town a neighbourhood is in, else the area's centre with that precision); failing that at
        the settlement read nearest to it, with precision ``near`` and a probability below one half; failing
        that it has no point, and the country and division on which the rest of the document agrees.
        """
        return self._answer(tuple(toponyms), tuple(c for c in countries if c in self._boundaries.countries))

    def division(self, latitude: float, longitude: float) -> tuple[str, str, str]:
        """(ISO alpha-3, country's name, first-level division) of a point; empty strings at sea."""
        return self._boundaries.division(latitude, longitude)

    def division_point(self, iso3: str, admin1: str = "") -> tuple[float, float] | None:
        """(latitude, longitude) of a division's centre, or a country's where `admin1` is empty; None if unknown."""
        return self._resolver.division_point(iso3, admin1)

    def find(self, name: str, country: str = "", limit: int = 10) -> tuple[Place, ...]:
        """Every place that a name alone may mean: the best first, each once though several gazetteers have it.

        Places of that name come before places of that sound, which are looked for in `country` (ISO alpha-3) only.
        `probability` is how alike the names are, 1 for the same.
        """
        found = [c for c in self._lookup.named(name, country) if not country or c.country == country]
        known = {place for c in found for place in (c.place, *c.also)}
        sounds = self._lookup.alike(name, country) if country else ()
        sounds = tuple(c for c in sounds if known.isdisjoint((c.place, *c.also)))
        named = Toponym(name, 0, max(1, len(name)))
        return tuple(self._resolver.place(named, c, c.likeness) for c in [*found, *sounds][:limit])

    def outline(self, bbox: tuple[float, float, float, float] | None = None) -> dict[str, Any]:
        """Countries and first-level divisions as GeoJSON, simplified for drawing.

        `bbox` is (west, south, east, north) in degrees; without it, the countries of the world.
        """
        return self._boundaries.outline(bbox)


def _is_listed(candidate: Candidate) -> bool:
    return candidate.level == "settlement" and bool(candidate.pcode) and gazetteer_number(candidate.place) != BUNDLED


def open_gazetteer(extra: Sequence[Path] = (), progress: Progress | None = None) -> SqliteGazetteer:
    """Open the default gazetteer with those that were added, building its index in the user's cache the first time.

    Parameters
    ----------
    extra : paths, optional
        Further gazetteers for this time only, in the forms that :func:`add_gazetteer` takes. Each file's index is
        kept in the cache, so that it is read once.
    progress : Progress, optional
        Shown while an index is built (under a minute).

    Raises
    ------
    UnreadableInput
        If an extra file cannot be used; the message names the file, and the line where it can.
    UsageError
        If an index has to be built and its directory cannot be written.
    """
    return SqliteGazetteer(extra, progress)
