"""Which pairs of claims are worth comparing: those near in time and space, in one document, or in copies.

Each claim stands in few blocks and each block is small, so the number of pairs grows with the number of claims and
not with its square.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from math import cos, floor, radians
from typing import TypeAlias

from tocsin.linking._profile import INCIDENT, SETTLED, Profile, Spot, fold
from tocsin.linking._weights import LinkWeights
from tocsin.records import Claim

__all__ = ["Area", "areas_of", "candidate_pairs", "crowded_areas", "reach_in_days"]

CELL = 0.25
"""Degrees of latitude of a cell, about 28 km: a little more than two points of one incident may lie apart."""

LONGEST_RANGE = 45
"""Days. Claims over longer ranges are compared as undated: a year's worth of blocks would hold everything."""

LARGEST_VAGUE_BLOCK = 200
"""A block of claims of which one names only a province or country. Where so many happen in a province on a day,
such a claim could be any of them, so it is compared with none."""

UNDATED_DAYS = 7
"""Days before its publication within which an undated report is taken to speak of what just happened."""

_Key = tuple[object, ...]

Area: TypeAlias = tuple[int, str, str]
"""A day (ordinal), a country, and a first-level division of it, empty for the whole country."""


def candidate_pairs(profiles: Sequence[Profile], weights: LinkWeights, crowded: Set[Area]) -> Iterator[tuple[int, int]]:
    """Yield pairs of positions in `profiles`, lower first, each once, in order.

    But for the areas that are `crowded`, whether two are a pair depends on these two alone.
    """
    pairs: set[tuple[int, int]] = set()
    _by_group(profiles, pairs)
    _by_space(profiles, int(weights.of["date.most_days_apart"]), pairs)
    _by_area(profiles, crowded, pairs)
    _undated(profiles, pairs)
    yield from sorted(pairs)


def _by_group(profiles: Sequence[Profile], pairs: set[tuple[int, int]]) -> None:
    """All pairs within a document; claims of a copy with those of the same kind in its original."""
    documents: dict[str, list[int]] = defaultdict(list)
    originals: dict[_Key, list[int]] = defaultdict(list)
    for number, profile in enumerate(profiles):
        documents[profile.document].append(number)
        if profile.document == profile.lineage:
            originals[profile.lineage, profile.modality, profile.code].append(number)
    for members in documents.values():
        incidents = [n for n in members if profiles[n].incident]
        pairs.update((a, b) for i, a in enumerate(incidents) for b in incidents[i + 1 :])
    for number, profile in enumerate(profiles):
        if profile.document != profile.lineage:
            twins = originals.get((profile.lineage, profile.modality, profile.code), ())
            pairs.update((min(number, twin), max(number, twin)) for twin in twins)


def _by_space(profiles: Sequence[Profile], most_days: int, pairs: set[tuple[int, int]]) -> None:
    """Claims on neighbouring days that share a place's name, or whose points may lie near enough."""
    blocks: dict[_Key, list[int]] = defaultdict(list)
    for number, profile in enumerate(profiles):
        if not profile.incident:
            continue
        days = _days(profile)
        if not days:
            continue
        for spot in profile.spots:
            if spot.precision not in SETTLED:
                continue
            near: set[_Key] = {
                (day, *key) for day in range(days[0] - most_days, days[-1] + most_days + 1) for key in _reach(spot)
            }
            for key in near:
                pairs.update((other, number) for other in blocks.get(key, ()) if other != number)
        for spot in profile.spots:
            if spot.precision in SETTLED:
                for day in days:
                    for key in _homes(spot):
                        block = blocks[day, *key]
                        if not block or block[-1] != number:
                            block.append(number)


def crowded_areas(claims: Iterable[Claim]) -> frozenset[Area]:
    """Areas in which so much is told of a day that a claim that names only the area could be about any of it."""
    counted = Counter(area for claim in claims for area in areas_of(claim))
    return frozenset(area for area, number in counted.items() if number > LARGEST_VAGUE_BLOCK)


def areas_of(claim: Claim) -> set[Area]:
    """The days and areas that an incident is told to be in."""
    if claim.modality not in INCIDENT:
        return set()
    places = {(place.country, division) for place in claim.where for division in (fold(place.admin1), "")}
    return {(day, *place) for day in _range(*_bounds(claim)) for place in places}


def reach_in_days(claim: Claim, published: int | None, weights: LinkWeights) -> range:
    """The days (ordinals) of claims that `claim` can be compared with, those of one story apart; empty if of none."""
    if claim.modality not in INCIDENT:
        return range(0)
    days = _range(*_bounds(claim))
    if days:
        most = int(weights.of["date.most_days_apart"])
        return range(days[0] - most, days[-1] + most + 1)
    if published is None or claim.background:
        return range(0)
    return range(published - UNDATED_DAYS, published + 1)


def _bounds(claim: Claim) -> tuple[int | None, int | None]:
    start, end = claim.when.start, claim.when.end or claim.when.start
    return start.toordinal() if start else None, end.toordinal() if end else None


def _by_area(profiles: Sequence[Profile], crowded: Set[Area], pairs: set[tuple[int, int]]) -> None:
    """Claims of a day that name only an area, with those inside it."""
    blocks: dict[Area, list[int]] = defaultdict(list)
    for number, profile in enumerate(profiles):
        if not profile.incident:
            continue
        for spot in profile.spots:
            areas = {(spot.country, spot.admin1), (spot.country, "")} if spot.admin1 else {(spot.country, "")}
            for day in _days(profile):
                for country, division in areas:
                    blocks[day, country, division].append(number)
    for area, members in blocks.items():
        if area in crowded:
            continue
        members = sorted(set(members))
        vague = [n for n in members if any(spot.precision not in SETTLED for spot in profiles[n].spots)]
        pairs.update((min(a, b), max(a, b)) for a in vague for b in members if a != b)


def _undated(profiles: Sequence[Profile], pairs: set[tuple[int, int]]) -> None:
    """Claims without a date, with those of the same name and code on the days before their publication."""
    blocks: dict[_Key, list[int]] = defaultdict(list)
    undated = []
    for number, profile in enumerate(profiles):
        if not profile.incident:
            continue
        days = _days(profile)
        if not days and profile.published is not None and not profile.background:
            days = range(profile.published - UNDATED_DAYS, profile.published + 1)
            undated.append((number, days))
        for key in _named_coded(profile):
            for day in days:
                blocks[day, *key].append(number)
    for number, days in undated:
        for key in _named_coded(profiles[number]):
            for day in days:
                pairs.update((min(a, number), max(a, number)) for a in blocks[day, *key] if a != number)


def _named_coded(profile: Profile) -> set[_Key]:
    return {(name, profile.code) for spot in profile.spots if spot.precision in SETTLED for name in spot.names}


def _days(profile: Profile) -> range:
    return _range(profile.first_day, profile.last_day)


def _range(first: int | None, last: int | None) -> range:
    return range(0) if first is None or last is None or last - first > LONGEST_RANGE else range(first, last + 1)


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    row = floor(latitude / CELL)
    # A cell is as wide as it is high: degrees of longitude shrink towards the poles. One width a row, so that
    # neighbours in a row line up.
    width = CELL / max(0.05, cos(radians(min(abs(row * CELL), abs((row + 1) * CELL)))))
    return row, floor(longitude / width)


def _homes(spot: Spot) -> list[_Key]:
    keys: list[_Key] = [("name", spot.country, name) for name in spot.names]
    if spot.latitude is not None and spot.longitude is not None:
        keys.append(("cell", *_cell(spot.latitude, spot.longitude)))
    return keys


def _reach(spot: Spot) -> list[_Key]:
    """Keys of the blocks that places near `spot` are in; across a row, cells are found by their own width."""
    keys = _homes(spot)
    if spot.latitude is not None and spot.longitude is not None:
        for rows in (-1, 0, 1):
            latitude = spot.latitude + rows * CELL
            row, column = _cell(latitude, spot.longitude)
            keys += [("cell", row, column + step) for step in (-1, 0, 1)]
    return keys
