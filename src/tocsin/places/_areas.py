"""Administrative areas out of added gazetteers: which ones a point lies in, their names and P-codes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import shapely

from tocsin.places._adding import CELL, cell
from tocsin.places._geometry import chord_km
from tocsin.places._lookup import AREAS, SAME_TOWN, Candidate, Lookup, gazetteer_number, global_id
from tocsin.places._names import sound, sounds_alike

__all__ = ["Administration", "Areas"]

# Two gazetteers have one settlement where they lie beside each other and sound this much alike.
ALIKE_TOWNS = 0.85
# A district sounds this much like the town that it is named after.
NAMED_AFTER = 0.9
# Degrees, about two kilometres: a harbour off a simplified coast belongs to the area beside it.
OFF_COAST = 0.02


@dataclass(frozen=True, slots=True)
class Administration:
    """Names of the areas of levels 1 to 3 around a place, and P-codes from the largest area's to its own."""

    admin1: str = ""
    admin2: str = ""
    admin3: str = ""
    pcodes: tuple[str, ...] = ()


class Areas:
    """Areas of the added gazetteers. `connections` are those of `lookup`, the bundled one first."""

    def __init__(self, lookup: Lookup, connections: Sequence[sqlite3.Connection]) -> None:
        self._lookup = lookup
        self._connections = connections
        self.of = lru_cache(maxsize=65536)(self._of)

    @cached_property
    def _outlines(self) -> tuple[shapely.STRtree, list[tuple[int, int]]]:
        """The outlines of every added area, and (level, id) of each; those of the last gazetteer come first."""
        shapes: list[shapely.Geometry] = []
        owners: list[tuple[int, int]] = []
        for number in range(len(self._connections) - 1, 0, -1):
            rows = self._connections[number].execute("SELECT place, level, shape FROM shape ORDER BY place").fetchall()
            shapes += shapely.from_wkb([shape for *_, shape in rows]).tolist()
            owners += [(level, global_id(number, place)) for place, level, _ in rows]
        return shapely.STRtree(shapes), owners

    @cached_property
    def _by_division(self) -> dict[int, int]:
        """The first-level area of an added gazetteer that is a division of the bundled one."""
        found: dict[int, int] = {}
        for number in range(1, len(self._connections)):
            rows = self._connections[number].execute(
                "SELECT division, MIN(id) FROM place WHERE level = 'admin1' AND pcode <> '' AND division IS NOT NULL "
                # Several in one bundled division are newer and smaller than it: none of them is all of it.
                "GROUP BY division HAVING COUNT(DISTINCT pcode) = 1"
            )
            found |= {division: global_id(number, place) for division, place in rows}
        return found

    def _of(self, candidate: Candidate) -> Administration:
        """The areas that a place is in, itself included.

        As its own row says, else that of the same settlement in an added gazetteer, else by the outlines, else by name:
        for the first level that of the division, for the second that of a town which a district is named after.
        """
        if len(self._connections) == 1 or candidate.level in ("country", "region"):
            return Administration()
        areas, code = list(candidate.areas), candidate.pcode
        if candidate.level == "settlement" and not (any(areas) and code) and (twin := self._twin(candidate)):
            areas, code = list(twin.areas) if not any(areas) else areas, code or twin.pcode
        depth = 3 if candidate.level == "settlement" else AREAS.index(candidate.level) + 1
        for level, place in self._holding(candidate.latitude, candidate.longitude):
            area = self._lookup.place(place)
            if area.country != candidate.country:
                continue
            if level <= depth and not areas[level - 1]:
                areas[level - 1] = place
            elif level > len(areas) and candidate.level == "settlement":
                code = code or area.pcode
        if not areas[0] and candidate.division is not None:
            areas[0] = self._by_division.get(candidate.division, 0)
        if areas[0] and not areas[1] and candidate.level == "settlement":
            areas[1] = self._named_after(candidate, areas[0])
        found = [self._lookup.place(area) if area else None for area in areas]
        one, two, three = (area.label if area else "" for area in found)
        codes = [area.pcode for area in found if area] + ([code] if candidate.level == "settlement" else [])
        return Administration(one, two, three, tuple(c for c in codes if c))

    def _named_after(self, town: Candidate, first: int) -> int:
        """The district, of those in a first-level area, that has a town's name: the town is its seat; 0 for none."""
        for found in (self._lookup.named, self._lookup.alike):
            named = [c for c in found(town.label, town.country) if c.level == "admin2" and c.areas[0] == first]
            if named and named[0].likeness >= NAMED_AFTER:
                return named[0].place if len(named) == 1 or named[1].likeness < named[0].likeness else 0
        return 0

    def _holding(self, latitude: float, longitude: float) -> list[tuple[int, int]]:
        """(level, id) of the areas that a point lies in, else of those that it lies just off."""
        tree, owners = self._outlines
        point = shapely.Point(longitude, latitude)
        found = tree.query(point, "within").tolist() or tree.query_nearest(point, max_distance=OFF_COAST).tolist()
        return [owners[i] for i in sorted(found)]

    def _twin(self, candidate: Candidate) -> Candidate | None:
        """The same settlement in an added gazetteer: beside it, and of the same sound."""
        found: list[tuple[float, int, Candidate]] = []
        near = [
            cell(candidate.latitude + y * CELL, candidate.longitude + x * CELL) for y in (-1, 0, 1) for x in (-1, 0, 1)
        ]
        for number in range(1, len(self._connections)):
            if number == gazetteer_number(candidate.place):
                continue
            rows = self._connections[number].execute(
                f"SELECT DISTINCT n.place, n.name FROM cell c JOIN name n ON n.place = c.place WHERE c.cell IN "
                f"({', '.join('?' * len(near))})",
                near,
            )
            for place, name in rows.fetchall():
                alike = sounds_alike(sound(candidate.label), sound(name))
                if alike >= ALIKE_TOWNS:
                    other = self._lookup.place(global_id(number, place))
                    if chord_km(other.vector, candidate.vector) <= SAME_TOWN and other.level == "settlement":
                        found.append((-alike, place, other))
        return min(found, key=lambda item: item[:2])[2] if found else None
