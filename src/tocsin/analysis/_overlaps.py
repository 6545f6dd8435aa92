"""Which lists name which cases: the table that every estimate of what is not reported rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tocsin.analysis._results import Bools, Ints
from tocsin.errors import UsageError

__all__ = ["Overlaps", "PairOverlap", "count_overlaps"]

# Of this many cases by chance, none at all happens once in 22,000 times (Poisson): then the lists avoid each other.
_PLAINLY_APART = 10.0
# Robson and Regier (1964): with fewer than seven recaptures, a capture-recapture estimate is badly biased.
_FEWEST_SHARED = 7


@dataclass(frozen=True, slots=True)
class PairOverlap:
    """Two lists: how many cases both name, how many chance would give, and what the two alone would estimate."""

    first: str
    second: str
    both: int
    by_chance: float
    """Cases of the one times the share of all known cases that the other has."""
    two_list_estimate: float
    """Chapman's estimator, :math:`(n_1+1)(n_2+1)/(m+1) - 1`; it falls where lists copy each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Overlaps:
    """Cases by the lists that name them."""

    lists: tuple[str, ...]
    cases: int
    patterns: Bools
    """Combinations of lists that a case was found in, shape (patterns, lists)."""
    counts: Ints
    """Cases of each pattern, shape (patterns,)."""
    sizes: Ints
    """Cases of each list."""
    times_seen: Ints
    """Cases in exactly 1, 2, … lists, shape (lists,)."""
    pairs: tuple[PairOverlap, ...]
    caveats: tuple[str, ...]


def count_overlaps(lists: Bools, names: Sequence[str] = ()) -> Overlaps:
    """Count cases by the lists that name them, and refuse what no estimate can be made of.

    Parameters
    ----------
    lists : array of bool or 0 and 1, shape (cases, lists)
        Whether a list names a case. Cases are distinct: what several lists tell of one case must be matched before.
    names : sequence of str
        Of the lists; "list 1" and so on where not given.

    Returns
    -------
    Overlaps

    Raises
    ------
    UsageError
        If there are no cases, fewer than two lists, a list is empty or shares no case with the others, or two lists
        avoid each other plainly (no case in common where chance would give ten).

    Examples
    --------
    >>> import numpy as np
    >>> lists = np.array([[1, 1]] * 20 + [[1, 0]] * 30 + [[0, 1]] * 10)
    >>> overlaps = count_overlaps(lists, ["press", "hospital"])
    >>> overlaps.cases, overlaps.times_seen.tolist(), round(overlaps.pairs[0].two_list_estimate)
    (60, [40, 20], 74)
    """
    found = _checked(np.asarray(lists))
    names = tuple(names) or tuple(f"list {n + 1}" for n in range(found.shape[1]))
    if len(names) != found.shape[1] or len(set(names)) != len(names):
        raise UsageError(f"{found.shape[1]} lists need as many different names; {len(set(names))} were given")
    patterns, counts = np.unique(found, axis=0, return_counts=True)
    sizes = found.sum(axis=0)
    pairs = tuple(_pair(found, names, i, j) for i, j in combinations(range(len(names)), 2))
    _refuse_apart(found, names, pairs)
    seen = np.bincount(found.sum(axis=1), minlength=len(names) + 1)[1:]
    return Overlaps(
        names, len(found), patterns, counts, sizes, seen, pairs, _caveats(names, len(found), sizes, seen, pairs)
    )


def _checked(lists: Bools) -> Bools:
    if lists.ndim != 2 or lists.size == 0:
        raise UsageError("there are no cases: give a row a case and a column a list, with 1 where the list names it")
    if lists.shape[1] < 2:
        raise UsageError(
            "one list says nothing about what it misses: an estimate needs a second, independent list of the same cases"
        )
    strange = np.flatnonzero(~np.isin(lists, (0, 1)).all(axis=1))
    if len(strange):
        raise UsageError(f"case {strange[0] + 1} is neither in nor out of a list: write 1 or 0, one row for each case")
    found = lists.astype(bool)
    nowhere = np.flatnonzero(~found.any(axis=1))
    if len(nowhere):
        raise UsageError(f"case {nowhere[0] + 1} is on no list; only cases that somebody named can be counted")
    return found


def _pair(found: Bools, names: tuple[str, ...], i: int, j: int) -> PairOverlap:
    one, two = int(found[:, i].sum()), int(found[:, j].sum())
    both = int((found[:, i] & found[:, j]).sum())
    return PairOverlap(names[i], names[j], both, one * two / len(found), (one + 1) * (two + 1) / (both + 1) - 1)


def _refuse_apart(found: Bools, names: tuple[str, ...], pairs: tuple[PairOverlap, ...]) -> None:
    for n, name in enumerate(names):
        if not found[:, n].any():
            raise UsageError(f"{name} is empty: leave it out")
        if not any(p.both for p in pairs if name in (p.first, p.second)):
            others = "the other list" if len(names) == 2 else "any other list"
            raise UsageError(
                f"{name} shares no case with {others}. How many cases nobody named is told by how often lists meet; "
                "lists that never do allow any number. Check that the same cases were matched, and that the lists "
                "cover the same places and days."
            )
    for pair in pairs:
        if pair.both == 0 and pair.by_chance >= _PLAINLY_APART:
            raise UsageError(
                f"{pair.first} and {pair.second} share no case, where chance alone would give about "
                f"{pair.by_chance:.0f}: they look at different cases (other places, days or victims), which no model "
                "here allows. Make one list of the two, or estimate the parts that they cover by themselves."
            )


def _caveats(
    names: tuple[str, ...], cases: int, sizes: Ints, seen: Ints, pairs: tuple[PairOverlap, ...]
) -> tuple[str, ...]:
    caveats = [
        "All estimates take it that cases were matched rightly: one missed match makes two cases and raises them.",
        "All take it that nothing came or went while the lists were made, and that all looked at the same area.",
        "Nothing can be said of cases that no list could ever have named.",
    ]
    shared = int(seen[1:].sum())
    if shared < _FEWEST_SHARED:
        caveats.append(f"Only {shared} cases are on more than one list: too few for any estimate to be trusted.")
    caveats += [f"{name} holds all {cases} cases." for name, n in zip(names, sizes, strict=True) if n == cases]
    for pair in pairs:
        if pair.both > 3 * pair.by_chance and pair.both >= _FEWEST_SHARED:
            caveats.append(
                f"{pair.first} and {pair.second} share {pair.both} cases where chance would give {pair.by_chance:.0f}: "
                "they may draw on each other; estimates that take them as independent are too low."
            )
    return tuple(caveats)
