"""Integration of two or more lists: which rows are the same event, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from tocsin.errors import UsageError
from tocsin.interfaces import Progress
from tocsin.linking.integration._candidates import Reach, candidates
from tocsin.linking.integration._estimating import Estimate, estimate
from tocsin.linking.integration._lists import EventList
from tocsin.linking.integration._matching import choose_pairs
from tocsin.linking.integration._near import Floats, Ints

__all__ = ["Integration", "Links", "integrate", "overlaps"]

# F1 is greatest where pairs are taken from half of what it can be (Lipton, Elkan and Naryanaswamy, 2014): a little
# below one half, so that one of two rows that are alike is taken.
_LIKELY = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """The matches, a position each.

    Attributes
    ----------
    lists : array of int, shape (links, 2)
        Which two lists, the earlier first.
    rows : array of int, shape (links, 2)
        Which row of each.
    probability : array of float, shape (links,)
        That they are one event; NaN where the method has none.
    weights : array of float, shape (links, fields)
        What each of `fields` adds to the natural log odds; NaN where the lists lack it.
    fields : tuple of str
    """

    lists: Ints
    rows: Ints
    probability: Floats
    weights: Floats
    fields: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.lists)


@dataclass(frozen=True, slots=True, eq=False)
class Integration:
    """The events that lists have between them.

    Attributes
    ----------
    groups : array of int, shape (events, lists)
        Which row of each list an event is; -1 where a list lacks it. Ordered by list and row.
    matched : array of float, shape (events,)
        For an event of one list, how likely it is in some other: above one half where several rows are so alike that
        none can be named. NaN for events of several lists, and where the method has no probabilities.
    links : Links
        Each event of several lists rests on at least one; links that would have put two rows of one list together
        are not among them.
    """

    groups: Ints
    matched: Floats
    links: Links


# In the order in which they are reported; "rivals" is how many others are near.
FIELDS = ("date", "place", "deaths", "actors", "type", "division", "rivals")


def integrate(lists: Sequence[EventList], sizes: Sequence[int], reach: Reach, progress: Progress) -> Integration:
    """Integrate `lists` by how likely their rows are the same events.

    Every two lists are compared with each other, so that their order does not matter, nor that of their rows.

    Parameters
    ----------
    lists : sequence of EventList
    sizes : sequence of int
        How many rows the tables had that the lists were made of; rows that are not in a list are events of their own.
    reach : Reach
    progress : Progress

    Raises
    ------
    UsageError
        If there are fewer than two lists.
    """
    if len(lists) < 2:
        raise UsageError("one dataset has nothing to be integrated with; name two or more")
    found = []
    none = [np.ones(size) for size in sizes]
    for one, other in combinations(range(len(lists)), 2):
        last = _watched(estimate(lists[one], lists[other], reach.to_learn), progress)
        if reach != reach.to_learn:
            last = _within(last, lists[one], lists[other], reach)
        found.append(_links(last, (one, other), (lists[one], lists[other])))
        for at, total in (
            (one, last.pairs.sum_one(last.probability)),
            (other, last.pairs.sum_other(last.probability)),
        ):
            none[at][lists[at].rows] *= np.clip(1.0 - total, 0.0, 1.0)
    links = _joined(found)
    groups, kept = _groups(links, sizes)
    alone = (groups >= 0).sum(axis=1) == 1
    matched = np.full(len(groups), np.nan)
    for at, left in enumerate(none):
        here = np.flatnonzero(alone & (groups[:, at] >= 0))
        matched[here] = 1.0 - left[groups[here, at]]
    return Integration(groups, matched, kept)


def overlaps(groups: Ints) -> Mapping[tuple[int, ...], int]:
    """How many events are in exactly these lists: fewest lists first.

    Examples
    --------
    >>> overlaps(np.array([[0, 3], [1, -1], [2, -1]]))
    {(0,): 2, (0, 1): 1}
    """
    codes = ((groups >= 0) * (1 << np.arange(groups.shape[1]))).sum(axis=1)
    counted = Counter(codes.tolist())
    named = {tuple(n for n in range(groups.shape[1]) if code >> n & 1): count for code, count in counted.items()}
    return dict(sorted(named.items(), key=lambda item: (len(item[0]), item[0])))


def _within(found: Estimate, one: EventList, other: EventList, reach: Reach) -> Estimate:
    """What was learned, with no pair that lies beyond the reach."""
    near = candidates(one, other, reach)
    inside = np.isin(found.pairs.one * len(other) + found.pairs.other, near.one * len(other) + near.other)
    return replace(found, probability=np.where(inside, found.probability, 0.0))


def _watched(estimates: Iterator[Estimate], progress: Progress) -> Estimate:
    progress.start("Comparing", None)
    found = next(estimates)
    for better in estimates:
        found = better
        progress.advance()
    progress.finish()
    return found


def _links(found: Estimate, numbers: tuple[int, int], lists: tuple[EventList, EventList]) -> Links:
    chosen = choose_pairs(found.pairs, found.probability - _LIKELY)
    weights = np.full((len(chosen), len(FIELDS)), np.nan)
    for field in found.fields:
        weights[:, FIELDS.index(field.field)] = field.weights()[chosen]
    weights[:, FIELDS.index("rivals")] = found.prior[chosen]
    rows = np.column_stack((lists[0].rows[found.pairs.one[chosen]], lists[1].rows[found.pairs.other[chosen]]))
    return Links(np.tile(numbers, (len(chosen), 1)), rows, found.probability[chosen], weights, FIELDS)


def _joined(found: Sequence[Links]) -> Links:
    return Links(
        np.concatenate([links.lists for links in found]),
        np.concatenate([links.rows for links in found]),
        np.concatenate([links.probability for links in found]),
        np.concatenate([links.weights for links in found]),
        found[0].fields,
    )


def _groups(links: Links, sizes: Sequence[int]) -> tuple[Ints, Links]:
    """The events, the likeliest links put together first, and the links that hold."""
    begin = np.concatenate(([0], np.cumsum(sizes)))
    ends = begin[links.lists] + links.rows
    held: dict[int, dict[int, int]] = {}
    kept = []
    for at in np.lexsort((ends[:, 1], ends[:, 0], -links.probability)).tolist():
        one, other = ends[at].tolist()
        first = held.get(one) or {int(links.lists[at, 0]): one}
        second = held.get(other) or {int(links.lists[at, 1]): other}
        if any(first.get(number, row) != row for number, row in second.items()):
            continue
        kept.append(at)
        both = {**first, **second}
        for row in both.values():
            held[row] = both
    together = list({id(group): group for group in held.values()}.values())
    groups = np.full((len(together), len(sizes)), -1)
    for number, group in enumerate(together):
        for at, row in group.items():
            groups[number, at] = row - begin[at]
    single = np.ones(int(begin[-1]), bool)
    single[list(held)] = False
    rows = np.flatnonzero(single)
    lone = np.full((len(rows), len(sizes)), -1)
    of = np.searchsorted(begin, rows, "right") - 1
    lone[np.arange(len(rows)), of] = rows - begin[of]
    everything = np.concatenate((groups, lone))
    leading = (everything >= 0).argmax(axis=1)
    order = np.lexsort((everything[np.arange(len(everything)), leading], leading))
    keep = np.sort(np.array(kept, np.int64))
    return everything[order], Links(
        links.lists[keep], links.rows[keep], links.probability[keep], links.weights[keep], links.fields
    )
