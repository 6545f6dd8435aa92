"""Lists of the same cases: of a table of 0 and 1, or of the sources that each event names."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tocsin.analysis._results import Bools
from tocsin.errors import InvalidRow, NothingUsable, UsageError

__all__ = ["Lists", "lists_of_sources", "named_sources", "read_lists"]

_YES = frozenset({"1", "1.0", "true", "yes", "x"})
_NO = frozenset({"0", "0.0", "false", "no", ""})
OTHERS = "other sources"


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """Cases by list, and where that comes from."""

    names: tuple[str, ...]
    named: Bools
    """Whether a list names a case, shape (cases, lists)."""
    caveats: tuple[str, ...] = ()


def read_lists(path: Path, names: Sequence[str] = ()) -> Lists | None:
    """The lists of a table with a row a case and a column a list; None where it is no such table.

    Parameters
    ----------
    path : Path
        CSV with a header. A list's column holds 1 or 0 (or yes and no, x and nothing).
    names : sequence of str
        Which columns are lists; by default all that hold nothing else.

    Raises
    ------
    UsageError
        If a named column is not there.
    InvalidRow
        If a named column holds something else; the message gives row and column.
    """
    try:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error):
        return None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise NothingUsable(f"{path.name}: it is empty; give a row a case and a column a list, under a header")
    header, body = [name.strip() for name in rows[0]], rows[1:]
    for name in names:
        if name not in header:
            raise UsageError(f"{path.name} has no column {name!r}; there are: {', '.join(header)}")
    chosen = list(names) or [name for n, name in enumerate(header) if name and _is_list(body, n)]
    if not chosen or (not names and not body):
        return None
    at = [header.index(name) for name in chosen]
    found = np.zeros((len(body), len(chosen)), bool)
    for n, row in enumerate(body):
        for column, place in enumerate(at):
            cell = row[place].strip().casefold() if place < len(row) else ""
            if cell not in _YES | _NO:
                reason = f"{chosen[column]} is {cell!r}; write 1 where the list names the case, else 0"
                raise InvalidRow(path.name, reason, item=str(n + 1))
            found[n, column] = cell in _YES
    on_some = found.any(axis=1)
    if names and not on_some.all():
        left_out = f"{int((~on_some).sum()):,} cases that none of these lists names are left out."
        return Lists(tuple(chosen), found[on_some], (left_out,))
    return Lists(tuple(chosen), found)


def _is_list(body: Sequence[Sequence[str]], column: int) -> bool:
    cells = {row[column].strip().casefold() if column < len(row) else "" for row in body}
    return bool(cells & _YES) and cells <= _YES | _NO


def named_sources(words: str) -> frozenset[str]:
    """The sources in a cell that lists them, ``;`` between them.

    Examples
    --------
    >>> sorted(named_sources("Radio Okapi; AFP;AFP"))
    ['AFP', 'Radio Okapi']
    """
    return frozenset(part.strip() for part in re.split(r"[;|]", words) if part.strip())


def lists_of_sources(events: Sequence[Collection[str]], most: int = 4) -> Lists:
    """The sources that each event names as lists: the largest by themselves, all smaller ones as one more.

    Parameters
    ----------
    events : sequence of collections of str
        The sources of each event.
    most : int
        How many lists to make, at least two.

    Raises
    ------
    NothingUsable
        If no event names a source.

    Examples
    --------
    >>> found = lists_of_sources([{"AFP"}, {"AFP", "radio"}, {"radio"}, {"blog"}, {"paper"}], most=3)
    >>> found.names, found.named.sum(axis=0).tolist()
    (('AFP', 'radio', 'other sources'), [2, 2, 2])
    """
    if most < 2:
        raise UsageError(f"{most} lists cannot be compared; take at least two")
    told = [event for event in events if event]
    if not told:
        raise NothingUsable("no event names its sources: what is not reported cannot be estimated without them")
    sizes = Counter(source for event in told for source in set(event))
    ordered = sorted(sizes, key=lambda source: (-sizes[source], source))
    alone = ordered if len(ordered) <= most else ordered[: most - 1]
    rows = [[source in event for source in alone] for event in told]
    caveats = ["Sources are taken as lists; outlets that read each other are not independent, and estimates too low."]
    names = list(alone)
    if len(ordered) > most:
        names.append(OTHERS)
        rows = [[*row, any(s not in alone for s in event)] for row, event in zip(rows, told, strict=True)]
        caveats.append(f"{len(ordered) - len(alone)} smaller sources are taken as one list.")
    if len(told) < len(events):
        caveats.append(f"{len(events) - len(told)} events name no source and are left out.")
    return Lists(tuple(names), np.array(rows, bool), tuple(caveats))
