"""Short texts to groups: a learned model of pairs, and joining the likeliest as long as a group agrees on the whole.

For texts that were not coded into claims (headlines, mentions of events), where dates and places are few and words must
speak. Claims are compared with named weights instead; see ``_compare``.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError

__all__ = ["PairModel", "Rarity", "groups", "load_pair_model", "next_best"]

Tree: TypeAlias = "float | tuple[int, float, Tree, Tree]"
"""A figure in log odds, or (feature, bound, tree up to the bound, tree above it)."""

Pairs: TypeAlias = NDArray[np.int64]
"""Positions of the two texts of each pair, shape (pairs, 2)."""


@dataclass(frozen=True, slots=True, eq=False)
class PairModel:
    """Boosted trees that say how likely two texts tell of one event, learnt by ``train/pairs.py``.

    Attributes
    ----------
    features : tuple of str
        Names of the columns, in order.
    start : float
        Log odds before any tree.
    trees : tuple of Tree
    threshold : float
        The mean probability between two groups from which they are one, chosen with the model.
    """

    features: tuple[str, ...]
    start: float
    trees: tuple[Tree, ...]
    threshold: float

    def probabilities(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability of each pair, shape (pairs,), from its features, shape (pairs, features)."""
        odds = np.full(len(table), self.start)
        for tree in self.trees:
            _add(tree, table, np.arange(len(table)), odds)
        found: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
        return found


def _add(tree: Tree, table: NDArray[np.float64], rows: NDArray[np.int64], odds: NDArray[np.float64]) -> None:
    if not isinstance(tree, tuple):
        odds[rows] += tree
        return
    feature, bound, low, high = tree
    below = table[rows, feature] <= bound
    _add(low, table, rows[below], odds)
    _add(high, table, rows[~below], odds)


@cache
def load_pair_model(name: str, part: str = "") -> tuple[PairModel, ...]:
    """The models of ``models/NAME.json``; with `part` only the one that was taught by that part of the texts.

    Raises
    ------
    UsageError
        If there is no such model.
    """
    file = files("tocsin.linking") / "models" / f"{name}.json"
    if not file.is_file():
        raise UsageError(f"no pair model is called {name!r}")
    raw: dict[str, Any] = json.loads(file.read_text("utf-8"))
    names = tuple(raw["features"])
    models = {
        key: PairModel(names, model["start"], tuple(_tree(tree, names) for tree in model["trees"]), raw["threshold"])
        for key, model in raw["taught_by"].items()
    }
    if part and part not in models:
        raise UsageError(f"the pair model {name!r} has no part {part!r}; it has {', '.join(models)}")
    return (models[part],) if part else tuple(models.values())


def _tree(raw: Any, names: Sequence[str]) -> Tree:
    if isinstance(raw, int | float):
        return float(raw)
    feature, bound, low, high = raw
    return names.index(feature), float(bound), _tree(low, names), _tree(high, names)


class Rarity:
    """How telling words are: the logarithm of how few of the texts (or groups of them) have each.

    Parameters
    ----------
    texts : iterable of sets of str
    """

    def __init__(self, texts: Iterable[Set[str]]) -> None:
        counted: Counter[str] = Counter()
        self._texts = 0
        for words in texts:
            counted.update(words)
            self._texts += 1
        self._of = {word: log(self._texts / count) for word, count in counted.items()}

    def __getitem__(self, word: str) -> float:
        return self._of[word] if word in self._of else log(max(1, self._texts))

    def total(self, words: Iterable[str]) -> float:
        """The rarity of all of `words` together."""
        return sum(self[word] for word in words)


def next_best(pairs: Pairs, scores: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """How far each pair is below the best pair of its first and of its second text, shape (pairs, 2); 0 is the best."""
    best = np.full(size, -np.inf)
    for side in (0, 1):
        np.maximum.at(best, pairs[:, side], scores)
    return np.column_stack([scores - best[pairs[:, 0]], scores - best[pairs[:, 1]]])


def groups(size: int, scored: Mapping[tuple[int, int], float], threshold: float) -> list[int]:
    """Join texts 0 to `size` - 1, likeliest first, while the mean probability between two groups reaches `threshold`.

    Average linkage. Pairs that are not in `scored` count as impossible; order of `scored` changes nothing.

    Returns
    -------
    list of int
        For each text the lowest number in its group.

    Examples
    --------
    >>> groups(4, {(0, 1): 0.9, (1, 2): 0.8, (0, 2): 0.1, (2, 3): 0.3}, 0.5)
    [0, 0, 2, 3]
    """
    near: list[dict[int, float]] = [{} for _ in range(size)]
    members = [[number] for number in range(size)]
    for (one, other), score in scored.items():
        near[one][other] = near[other][one] = score
    waiting = [(-score, min(pair), max(pair), 1, 1) for pair, score in scored.items() if score >= threshold]
    heapq.heapify(waiting)
    while waiting:
        _, one, other, here, there = heapq.heappop(waiting)
        if len(members[one]) != here or len(members[other]) != there:
            continue  # One of them has grown, or is gone, since this was entered.
        _merge(one, other, near, members)
        for third, total in near[one].items():
            mean = total / (len(members[one]) * len(members[third]))
            if mean >= threshold:
                low, high = min(one, third), max(one, third)
                heapq.heappush(waiting, (-round(mean, 12), low, high, len(members[low]), len(members[high])))
    found = list(range(size))
    for number, group in enumerate(members):
        for member in group:
            found[member] = number
    return found


def _merge(kept: int, gone: int, near: list[dict[int, float]], members: list[list[int]]) -> None:
    """Make `gone` a part of `kept`, the lower of the two; `near` holds sums of probabilities between groups."""
    for third, total in near[gone].items():
        near[third].pop(gone)
        if third != kept:
            near[kept][third] = near[third][kept] = near[kept].get(third, 0.0) + total
    near[gone] = {}
    members[kept] += members[gone]
    members[gone] = []
