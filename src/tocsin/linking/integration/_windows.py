"""Integration by windows and taxonomies: the method of meltt.

Donnay, K., Dunford, E. T., McGrath, E. C., Backer, D. and Cunningham, D. E. (2019). Integrating conflict event data.
*Journal of Conflict Resolution* 63(5), 1337–1364.

Rows may be the same event where they began and ended within so many days, lie within so many kilometres, and have a
category in common on some level of every taxonomy. Lists are taken up one after another: each is matched with what is
left of those before it, which the row of the earliest list stands for. What lasts one day (an event) is matched with
such, and what lasts longer (an episode) with such; an event beside an episode is only flagged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.linking.integration._integrating import Integration, Links
from tocsin.linking.integration._near import Floats, Ints, Spots, near_pairs

__all__ = ["Flag", "Levels", "Windowed", "Windows", "integrate_by_windows"]

Levels = tuple[Ints, ...]
"""What a list's rows are on each taxonomy: arrays of int, shape (rows, levels), finest level first. The same number is
the same category in every list; -1 is none."""

Choice = Literal["first", "best"]


@dataclass(frozen=True, slots=True)
class Windows:
    """How far apart two rows of one event may be.

    Attributes
    ----------
    km : float
        Kilometres between their points.
    days : float
        Days between their first days, and between their last.
    choose : {"first", "best"}
        Which of several rows that fit is taken: the ``first`` in meltt's order, as the package does since its version
        0.4 (the nearest earlier day backwards, then forwards from the same day), or the ``best``, whose categories
        agree on the finest levels, as the paper describes.
    """

    km: float
    days: float
    choose: Choice = "first"

    def __post_init__(self) -> None:
        for name, value in (("kilometres", self.km), ("days", self.days)):
            if not (np.isfinite(value) and value >= 0):
                raise UsageError(f"a window of {value} {name} holds nothing; give a number that is not negative")


@dataclass(frozen=True, slots=True)
class Flag:
    """An event that lies within an episode of another list, and might be part of it: for a person to judge."""

    episode: tuple[int, int]
    event: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Windowed:
    """What came of it.

    Attributes
    ----------
    groups : array of int, shape (unique events, lists)
        Which row of each list an event is; -1 where a list lacks it. Ordered by list and row.
    episodes : array of bool, shape (unique events,)
        Whether it lasted more than a day.
    fits : array of float, shape (unique events, lists)
        How its categories agree with those of the row that stands for it: 0 on the finest levels, 1 on the broadest;
        NaN where there is nothing to compare.
    flags : tuple of Flag
    """

    groups: Ints
    episodes: NDArray[np.bool_]
    fits: Floats
    flags: tuple[Flag, ...]

    def as_integration(self) -> Integration:
        """The same, in the form of the other method: links without probabilities, to the row that stands for the event.

        Their one weight is the negative fit: nought where categories agree on the finest levels.
        """
        event, new = np.nonzero(~np.isnan(self.fits))
        leading = (self.groups >= 0).argmax(axis=1)[event]
        links = Links(
            np.column_stack((leading, new)),
            np.column_stack((self.groups[event, leading], self.groups[event, new])),
            np.full(len(event), np.nan),
            -self.fits[event, new][:, None],
            ("taxonomies",),
        )
        return Integration(self.groups, np.full(len(self.groups), np.nan), links)


@dataclass(slots=True)
class _Merged:
    """What is left of the lists so far: `sets` and `rows` say which row stands for each event."""

    sets: Ints
    rows: Ints
    spots: Spots
    levels: Levels

    def in_order(self) -> _Merged:
        return self.at(np.lexsort((self.rows, self.sets, self.spots.start)))

    def at(self, chosen: NDArray[Any]) -> _Merged:
        levels = tuple(level[chosen] for level in self.levels)
        return _Merged(self.sets[chosen], self.rows[chosen], self.spots.at(chosen), levels)

    @property
    def lasts(self) -> NDArray[np.bool_]:
        different: NDArray[np.bool_] = self.spots.start != self.spots.end
        return different


def integrate_by_windows(lists: Sequence[tuple[Spots, Levels]], windows: Windows) -> Windowed:
    """Integrate `lists`, in their order, by `windows`.

    Parameters
    ----------
    lists : sequence of (Spots, Levels)
        At least two, each with as many taxonomies; a list with none is compared by windows alone.
    windows : Windows

    Notes
    -----
    As in meltt, the outcome may depend on the order of the lists, and of rows that fit equally well.
    """
    if len(lists) < 2:
        raise UsageError("one dataset has nothing to be integrated with; name two or more")
    wholes = [_whole(number, *given) for number, given in enumerate(lists)]
    partners: list[tuple[tuple[int, int], tuple[int, int], float]] = []
    flags: list[Flag] = []
    merged = wholes[0].in_order()
    for new in wholes[1:]:
        new = new.in_order()
        gone = np.zeros(len(new.rows), bool)
        for lasting in (False, True):
            ours, theirs = np.flatnonzero(merged.lasts == lasting), np.flatnonzero(new.lasts == lasting)
            for one, other, fit in _matches(merged.at(ours), new.at(theirs), windows):
                mine, its = ours[one], theirs[other]
                gone[its] = True
                partners.append((_name(merged, mine), _name(new, its), fit))
        left = new.at(np.flatnonzero(~gone))
        flags += _flags(merged, left, windows)
        flags += _flags(left, merged, windows)
        merged = _both(merged, left).in_order()
    return _windowed(merged, partners, flags, len(lists))


def _whole(number: int, spots: Spots, levels: Levels) -> _Merged:
    return _Merged(np.full(len(spots), number), np.arange(len(spots)), spots, levels)


def _name(merged: _Merged, at: int) -> tuple[int, int]:
    return int(merged.sets[at]), int(merged.rows[at])


def _both(one: _Merged, other: _Merged) -> _Merged:
    spots = Spots(
        *(
            np.concatenate((getattr(one.spots, part), getattr(other.spots, part)))
            for part in ("start", "end", "latitude", "longitude")
        )
    )
    levels = tuple(np.concatenate(pair) for pair in zip(one.levels, other.levels, strict=True))
    sets, rows = np.concatenate((one.sets, other.sets)), np.concatenate((one.rows, other.rows))
    return _Merged(sets, rows, spots, levels)


def _matches(one: _Merged, other: _Merged, windows: Windows) -> list[tuple[int, int, float]]:
    """One-to-one matches, each row of `one` in its order taking the first partner that is still free."""
    first, second, _ = near_pairs(one.spots, other.spots, windows.km, windows.days)
    ends = np.abs(one.spots.end[first] - other.spots.end[second]) <= windows.days
    first, second, fit = _compatible(one, other, first[ends], second[ends])
    order = np.lexsort((second, fit, first)) if windows.choose == "best" else _walk(one, other, first, second)
    taken_one, taken_other = bytearray(len(one.rows)), bytearray(len(other.rows))
    found = []
    for mine, its, how in zip(first[order].tolist(), second[order].tolist(), fit[order].tolist(), strict=True):
        if not taken_one[mine] and not taken_other[its]:
            taken_one[mine] = taken_other[its] = 1
            found.append((mine, its, how))
    return found


def _walk(one: _Merged, other: _Merged, first: Ints, second: Ints) -> Ints:
    """meltt's order: from a row back to earlier days, the nearest first, then from its own day forwards."""
    later = other.spots.start[second] >= one.spots.start[first]
    order: Ints = np.lexsort((np.where(later, second, -second), later, first))
    return order


def _compatible(one: _Merged, other: _Merged, first: Ints, second: Ints) -> tuple[Ints, Ints, Floats]:
    """Those pairs that agree on some level of every taxonomy, and how finely they do."""
    total = np.zeros(len(first))
    for mine, its in zip(one.levels, other.levels, strict=True):
        same = (mine[first] == its[second]) & (mine[first] >= 0)
        agrees = same.any(axis=1)
        first, second, total, same = first[agrees], second[agrees], total[agrees], same[agrees]
        if same.size:
            total = total + same.argmax(axis=1) / max(1, mine.shape[1] - 1)
    return first, second, total / max(1, len(one.levels))


def _flags(one: _Merged, other: _Merged, windows: Windows) -> list[Flag]:
    """The events of `other` beside episodes of `one`; each is flagged once."""
    episodes, events = np.flatnonzero(one.lasts), np.flatnonzero(~other.lasts)
    first, second, _ = near_pairs(one.spots.at(episodes), other.spots.at(events), windows.km, windows.days)
    first, second, _ = _compatible(one, other, episodes[first], events[second])
    seen: set[int] = set()
    flags = []
    for episode, event in zip(first.tolist(), second.tolist(), strict=True):
        if event not in seen:
            seen.add(event)
            flags.append(Flag(_name(one, episode), _name(other, event)))
    return flags


def _windowed(
    merged: _Merged,
    partners: Sequence[tuple[tuple[int, int], tuple[int, int], float]],
    flags: Sequence[Flag],
    lists: int,
) -> Windowed:
    order = np.lexsort((merged.rows, merged.sets))
    merged = merged.at(order)
    groups = np.full((len(order), lists), -1)
    fits = np.full((len(order), lists), np.nan)
    groups[np.arange(len(order)), merged.sets] = merged.rows
    at = {(set_, row): n for n, (set_, row) in enumerate(zip(merged.sets.tolist(), merged.rows.tolist(), strict=True))}
    for stands_for, (set_, row), fit in partners:
        groups[at[stands_for], set_] = row
        fits[at[stands_for], set_] = fit
    return Windowed(groups, merged.lasts, fits, tuple(flags))
