"""Where things may be said to have happened: no finer than a settlement, and coarser where that endangers people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from tocsin.records import Place, Toponym
from tocsin.release._names import Known, PlaceNames, has_given_name, word_key
from tocsin.release._patterns import find_patterns
from tocsin.release._vocabulary import vocabulary

__all__ = ["PublicPlaces", "is_pcode", "names_of"]

SETTLEMENT_DECIMALS = 3
"""About a hundred metres: as fine as the middle of a settlement is known, and no finer than a settlement is."""

NEAR_DECIMALS = 2
"""About a kilometre, for points that no gazetteer gave."""

_PCODE = re.compile(r"(?=.{3,14}\Z)[A-Z]{2,3}(?:[-._]?[A-Z0-9]+){1,4}")
"""A country's letters, then figures and letters: what a division's code looks like, and a telephone number does not."""


@cache
def _finer() -> re.Pattern[str]:
    return re.compile(vocabulary()["places"]["finer"], re.IGNORECASE)


def is_pcode(code: str) -> bool:
    """Whether `code` looks like the P-code of a division.

    Examples
    --------
    >>> is_pcode("ML0599"), is_pcode("SY-DY"), is_pcode("+963 944 123 456")
    (True, True, False)
    """
    return _PCODE.fullmatch(code) is not None


def names_of(places: Iterable[Place]) -> frozenset[str]:
    """Keys of the names and areas of places that a gazetteer has; what a form says of others may be anything."""
    return frozenset(
        word_key(name)
        for place in places
        if place.gazetteer_id
        for name in (place.name, place.label, place.admin3, place.admin2, place.admin1, place.country_name)
        if name
    )


class PublicPlaces:
    """Makes places public. `is_person` says whether a name in no gazetteer is that of a person."""

    def __init__(self, gazetteer: PlaceNames | None, is_person: Callable[[str, Known], bool]) -> None:
        self._gazetteer: Any = gazetteer
        self._is_person = is_person

    def public(self, place: Place, known: Known, coarse: bool) -> tuple[Place, bool]:
        """`place` as it may leave, built field by field, and whether something of it was held back.

        Of its P-codes those of the first- and second-level divisions stay that are still named.
        """
        shown, held_back = self._public(self._with_clean_areas(place, known), known, coarse)
        return replace(shown, pcodes=_pcodes_left(place, shown)), held_back

    def _public(self, place: Place, known: Known, coarse: bool) -> tuple[Place, bool]:
        named = self._named(place, known)
        if place.precision in ("admin2", "admin1", "country"):
            shown = self._area(place, place.precision, named) if not named else _shown(place, named)
            return shown, False
        if coarse or not named:
            return self._coarsened(place), True
        if place.precision == "settlement" and place.gazetteer_id:
            return _shown(place, named, _rounded(place, SETTLEMENT_DECIMALS)), False
        fine = place.precision == "exact" or not place.gazetteer_id
        decimals = NEAR_DECIMALS if fine else SETTLEMENT_DECIMALS
        precision = "near" if place.precision == "exact" or place.latitude is not None else place.precision
        return replace(_shown(place, named, _rounded(place, decimals)), precision=precision), place.precision == "exact"

    def areas_of(self, places: Iterable[Place]) -> frozenset[str]:
        """Keys of the countries and divisions around places, as far as a gazetteer vouches for them."""
        return frozenset(
            word_key(area)
            for place in places
            for area in (place.country_name, place.admin1, place.admin2)
            if area and (place.gazetteer_id or self._vouched(area))
        )

    def _vouched(self, name: str) -> bool:
        return self._gazetteer is not None and self._gazetteer.knows(name) and not has_given_name(name)

    def _with_clean_areas(self, place: Place, known: Known) -> Place:
        """`place` with the names of its areas left out that are none: a form may have held anything there."""

        def clean(area: str) -> str:
            if not area or (self._vouched(area) and not find_patterns(area)):
                return area
            return "" if find_patterns(area) or self._is_person(area, known) else area

        if place.gazetteer_id:
            return place
        return replace(
            place,
            country_name=clean(place.country_name),
            admin1=clean(place.admin1),
            admin2=clean(place.admin2),
            admin3=clean(place.admin3),
        )

    def _named(self, place: Place, known: Known) -> str:
        """The name to show; empty where it is a person's, a house's, or holds a number or a point."""
        label = place.label or place.name
        if place.gazetteer_id and place.precision != "exact":
            return label if not find_patterns(label) else ""
        if find_patterns(label) or _finer().search(label) or _finer().search(place.kind) or len(label.split()) > 5:
            return ""
        if self._vouched(label):
            return label
        # Of an exact point only a settlement's name may be shown.
        return "" if place.precision == "exact" or self._is_person(label, known) else label

    def _coarsened(self, place: Place) -> Place:
        """The second-level division where it and its point are known, else the first-level one, else the country."""
        if place.admin2 and (found := self._second_level(place)) is not None:
            return found
        if place.admin1:
            return self._area(place, "admin1", place.admin1)
        return self._area(place, "country", place.country_name)

    def _second_level(self, place: Place) -> Place | None:
        if self._gazetteer is None or not hasattr(self._gazetteer, "resolve"):
            return None
        toponym = Toponym(
            place.admin2, 0, len(place.admin2), kind="district", within=(place.admin1,) if place.admin1 else ()
        )
        (found,) = self._gazetteer.resolve([toponym], [place.country] if place.country else [])
        if found.precision != "admin2" or found.country != place.country or found.latitude is None:
            return None
        return replace(_shown(place, place.admin2, _rounded(found, NEAR_DECIMALS)), precision="admin2", admin3="")

    def _area(self, place: Place, precision: Any, label: str) -> Place:
        """An area and its middle, whatever finer point there was."""
        point = None
        if self._gazetteer is not None and hasattr(self._gazetteer, "division_point") and place.country:
            point = self._gazetteer.division_point(place.country, place.admin1 if precision != "country" else "")
        rounded = (None, None) if point is None else (round(point[0], NEAR_DECIMALS), round(point[1], NEAR_DECIMALS))
        shown = _shown(place, label or place.admin2 or place.admin1 or place.country_name, rounded)
        # Finer divisions are dropped from the name of a coarser one.
        return replace(
            shown,
            precision=precision,
            admin3="",
            admin2=place.admin2 if precision != "country" else "",
            gazetteer_id="",
        )


def division_pcodes(place: Place) -> tuple[str, str]:
    """P-codes of the first- and second-level divisions of `place`; empty where it does not tell which code is whose.

    A place lists its codes from the largest area's to its own, and leaves out those that are not known; so they can
    be told apart only where there is one for each named division.
    """
    codes = list(place.pcodes)
    named = [bool(place.admin1), bool(place.admin2), bool(place.admin3)]
    a_settlement = place.precision not in ("admin1", "admin2", "country")
    if a_settlement and codes and (codes[-1] == place.gazetteer_id or len(codes) == sum(named) + 1):
        # The last one is its own.
        codes.pop()
    if len(codes) != sum(named) or not all(map(is_pcode, codes)):
        return "", ""
    left = iter(codes)
    one, two, _ = (next(left) if has_name else "" for has_name in named)
    return one, two


def _pcodes_left(place: Place, shown: Place) -> tuple[str, ...]:
    one, two = division_pcodes(place)
    if shown.precision == "country" or not one or shown.admin1 != place.admin1:
        return ()
    return (one, two) if two and shown.admin2 == place.admin2 else (one,)


def _rounded(place: Place, decimals: int) -> tuple[float | None, float | None]:
    if place.latitude is None or place.longitude is None:
        return None, None
    return round(place.latitude, decimals), round(place.longitude, decimals)


def _shown(place: Place, label: str, point: tuple[float | None, float | None] | None = None) -> Place:
    """Only what may be shown of a place; the name as written is not."""
    latitude, longitude = _rounded(place, NEAR_DECIMALS) if point is None else point
    return Place(
        name=label,
        label=label,
        latitude=latitude,
        longitude=longitude,
        precision=place.precision,
        country=place.country,
        country_name=place.country_name,
        admin1=place.admin1,
        admin2=place.admin2,
        admin3=place.admin3,
        gazetteer=place.gazetteer,
        gazetteer_id=place.gazetteer_id,
    )
