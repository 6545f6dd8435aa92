"""Taxonomies: which categories of different datasets mean the same, from the finest level to the broadest."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tocsin.errors import UsageError
from tocsin.linking.integration._near import Ints

__all__ = ["Taxonomy", "read_taxonomy"]

_SOURCE, _CATEGORY = "data.source", "base.categories"


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """What the categories of one column are on each level.

    Attributes
    ----------
    column : str
        The column of the datasets that it is about.
    levels : mapping of (str, str) to tuple of str
        By dataset and category: the finest level first.
    depth : int
        How many levels there are.
    """

    column: str
    depth: int
    levels: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def sources(self) -> frozenset[str]:
        """The datasets it speaks of."""
        return frozenset(source for source, _ in self.levels)

    def codes(self, source: str, categories: Sequence[str]) -> tuple[Ints, tuple[str, ...]]:
        """Return levels as numbers, shape (rows, depth), -1 for categories it lacks, and which those are."""
        numbers = {words: n for n, words in enumerate(self._named())}
        different = sorted(set(categories))
        lacking = tuple(c for c in different if (source, c.strip()) not in self.levels)
        of = {c: self.levels.get((source, c.strip())) for c in different}
        codes = {
            c: [-1] * self.depth if found is None else [numbers[level, word] for level, word in enumerate(found)]
            for c, found in of.items()
        }
        return np.array([codes[c] for c in categories], np.int64).reshape(len(categories), self.depth), lacking

    def _named(self) -> list[tuple[int, str]]:
        return sorted({(n, word) for words in self.levels.values() for n, word in enumerate(words)})


def read_taxonomy(path: Path, column: str) -> Taxonomy:
    """Read a taxonomy as meltt has them: a CSV with ``data.source``, ``base.categories`` and a column a level.

    Raises
    ------
    UsageError
        If it cannot be read, has other columns, or says two things of one category.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file) if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as a taxonomy: {error}") from error
    if not rows or [cell.lower() for cell in rows[0][:2]] != [_SOURCE, _CATEGORY] or len(rows[0]) < 3:
        raise UsageError(f"{path}: a taxonomy begins with the columns {_SOURCE}, {_CATEGORY} and one column a level")
    taxonomy = Taxonomy(column, len(rows[0]) - 2)
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(rows[0]):
            raise UsageError(f"{path}: row {number} has {len(row)} cells, the header {len(rows[0])}")
        key = (row[0], row[1])
        # As in meltt, the first row about a category holds; one that says otherwise is a mistake.
        if taxonomy.levels.setdefault(key, tuple(row[2:])) != tuple(row[2:]):
            raise UsageError(f"{path}: row {number} says of {row[1]!r} of {row[0]} something else than a row before it")
    return taxonomy
