"""Which rows of two lists may be one event at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from tocsin.errors import UsageError
from tocsin.linking.integration._lists import EventList
from tocsin.linking.integration._near import Floats, Ints, near_pairs

__all__ = ["Candidates", "Reach", "candidates"]

# A place that is a district or near a settlement may be three times as far from where it was, a larger area ten times.
_WIDER = (1.0, 3.0, 10.0)
# Spans longer than a month are compared as if they began at most so many days apart.
_LONGEST = 31


@dataclass(frozen=True, slots=True)
class Reach:
    """How far apart two rows of one event may be, where their days and places are known.

    Attributes
    ----------
    km : float
        Kilometres between two settlements; three times as many where a place is near one or a district, ten times
        where it is a larger area.
    days : int
        Days between two days, or between the spans that they lie in.
    """

    # Wide enough for what datasets of one conflict do to each other; what they really do is learned within.
    km: float = 15.0
    days: int = 3

    def __post_init__(self) -> None:
        if not (np.isfinite(self.km) and self.km > 0 and self.days >= 0):
            raise UsageError(f"a reach of {self.km} km and {self.days} days holds nothing; give more")

    @property
    def to_learn(self) -> Reach:
        """The reach to learn within: the default one at least.

        What two accounts of one event look like is told apart from what two events look like; where a narrow reach
        leaves hardly any of the latter, there is nothing to tell from, and no match would be found at all.
        """
        default = Reach()
        return Reach(max(self.km, default.km), max(self.days, default.days))

    def widest(self) -> tuple[float, ...]:
        """Kilometres, for each coarseness of places."""
        return tuple(self.km * wider for wider in _WIDER)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs of rows: of the first list, of the second, kilometres apart, and how coarse the coarser place is."""

    one: Ints
    other: Ints
    distance: Floats
    coarse: Ints


def candidates(one: EventList, other: EventList, reach: Reach) -> Candidates:
    """Return the pairs of rows within `reach`, ordered by the first list's row, then the second's."""
    found = list(_found(one, other, reach))
    first, second, distance = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    return Candidates(first, second, distance[order], np.maximum(one.coarse[first], other.coarse[second]))


def _found(one: EventList, other: EventList, reach: Reach) -> Iterator[tuple[Ints, Ints, Floats]]:
    yield np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    for coarse, coarse2 in product(range(len(_WIDER)), repeat=2):
        ours, theirs = np.flatnonzero(one.coarse == coarse), np.flatnonzero(other.coarse == coarse2)
        if len(ours) and len(theirs):
            yield from _within(one, other, ours, theirs, replace(reach, km=reach.km * _WIDER[max(coarse, coarse2)]))


def _within(
    one: EventList, other: EventList, ours: Ints, theirs: Ints, reach: Reach
) -> Iterator[tuple[Ints, Ints, Floats]]:
    first, second, distance = near_pairs(one.spots.at(ours), other.spots.at(theirs), reach.km, reach.days)
    yield ours[first], theirs[second], distance
    # What lasted may have begun long before the other.
    spans, spans2 = ours[_lasts(one, ours)], theirs[_lasts(other, theirs)]
    moments = ours[~_lasts(one, ours)]
    for some, others in ((spans, theirs), (moments, spans2)):
        if not len(some) or not len(others):
            continue
        first, second, distance = near_pairs(
            one.spots.at(some), other.spots.at(others), reach.km, reach.days + _LONGEST
        )
        first, second = some[first], others[second]
        start, start2 = one.spots.start[first], other.spots.start[second]
        gap = np.maximum(start2 - one.spots.end[first], start - other.spots.end[second])
        new = (np.abs(start - start2) > reach.days) & (gap <= reach.days)
        yield first[new], second[new], distance[new]


def _lasts(listed: EventList, rows: Ints) -> np.typing.NDArray[np.bool_]:
    lasting: np.typing.NDArray[np.bool_] = listed.spots.end[rows] > listed.spots.start[rows]
    return lasting
