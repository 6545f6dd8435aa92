"""JSON that keeps its reports in no list of objects, turned into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from tocsin.sources._mapping import key_of, values_at
from tocsin.sources._vocabulary import VOCABULARY

__all__ = ["reshaped"]

_NAMED = frozenset(
    key_of(name) for group in ("columns", "targets") for names in VOCABULARY[group].values() for name in names
) | frozenset(VOCABULARY["targets"])
_HEADERS = ("columns", "header", "headers", "fields", "cols", "names")
_DEEPEST = 6
"""Levels at which reports are looked for; the deepest answers of servers seen have four."""


def reshaped(found: Any, where: str = "") -> list[dict[str, Any]]:
    """Return the reports of `found` as a list of objects; empty where it has no shape that is known.

    Known are lists of cells under a row of names (also with the names beside them, ``columns`` and ``rows``), columns
    one after the other, and objects under keys of their own, whose key then is their ``id``.

    Parameters
    ----------
    where : str
        The path at which to look; everywhere if empty, the outermost first.
    """
    places = values_at(found, where) if where else list(_places(found))
    for place in places:
        for turn in (_listed, _cells, _columns, _keyed):
            if objects := turn(place):
                return objects
    return []


def _places(found: Any, depth: int = 0) -> Iterator[Any]:
    level = [found]
    for _ in range(_DEEPEST):
        yield from level
        level = [
            inner
            for outer in level
            if isinstance(outer, dict)
            for inner in islice(outer.values(), 100)
            if isinstance(inner, (dict, list))
        ]


def _listed(found: Any) -> list[dict[str, Any]]:
    """Objects that only share their list with something else."""
    objects = [f for f in found if isinstance(f, dict)] if isinstance(found, list) else []
    return objects if _tell(objects) else []


def _cells(found: Any) -> list[dict[str, Any]]:
    """Lists of cells, the names above them or beside them."""
    if isinstance(found, list):
        return _rows(found[0], found[1:]) if len(found) > 1 else []
    if not isinstance(found, dict):
        return []
    header = next((found[k] for k in found if key_of(str(k)) in _HEADERS and isinstance(found[k], list)), None)
    if header is None:
        return []
    # Servers of databases describe each column by an object that names it.
    names = [next((h[k] for k in ("name", "label", "id") if k in h), "") if isinstance(h, dict) else h for h in header]
    lists = (rows for rows in found.values() if isinstance(rows, list) and rows is not header)
    return next((objects for rows in lists if (objects := _rows(names, rows))), [])


def _rows(header: Any, rows: Sequence[Any]) -> list[dict[str, Any]]:
    if not _is_header(header) or not rows or not all(isinstance(r, list) for r in rows):
        return []
    return [dict(zip(header, row, strict=False)) for row in rows if any(c not in (None, "") for c in row)]


def _is_header(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) > 1
        and all(isinstance(c, str) and c.strip() and len(c) < 80 for c in row)
        and len(set(row)) == len(row)
    )


def _columns(found: Any) -> list[dict[str, Any]]:
    """Columns one after the other: lists of the same length, or objects with the same keys, one a row."""
    if not isinstance(found, dict) or len(found) < 2 or not _named(found):
        return []
    columns = list(found.values())
    if all(isinstance(c, list) for c in columns) and len({len(c) for c in columns}) == 1:
        return [dict(zip(found, cells, strict=True)) for cells in zip(*columns, strict=True)]
    if all(isinstance(c, dict) for c in columns) and all(c.keys() == columns[0].keys() for c in columns):
        plain = all(not isinstance(v, (dict, list)) for c in columns for v in islice(c.values(), 3))
        return [{name: found[name][row] for name in found} for row in columns[0]] if plain else []
    return []


def _keyed(found: Any) -> list[dict[str, Any]]:
    """Objects under keys of their own, and lists of objects under keys, such as days or districts."""
    if not isinstance(found, dict) or not found:
        return []
    values = list(found.values())
    if len(values) > 1 and all(isinstance(v, dict) for v in values) and not _named(found):
        objects = [v if _has_id(v) else {"id": k, **v} for k, v in found.items()]
        return objects if _tell(objects) else []
    if all(isinstance(v, list) and all(isinstance(o, dict) for o in v) for v in values) and not _named(found):
        objects = [o for v in values for o in v]
        # Lists of one kind; articles and the comments on them are not.
        first = [v[0].keys() for v in values if v]
        one_kind = len(first) > 1 and all(2 * len(f & first[0]) >= len(f | first[0]) for f in first)
        return objects if one_kind and _tell(objects) else []
    return []


def _has_id(found: Mapping[str, Any]) -> bool:
    return any(key_of(str(k)) in VOCABULARY["columns"]["id"] for k in found)


def _named(found: Mapping[str, Any]) -> bool:
    """Whether the keys are names of columns: some of them are known."""
    return any(key_of(str(k)) in _NAMED for k in found)


def _tell(objects: Sequence[Mapping[str, Any]]) -> bool:
    """Whether objects are reports: most have a few words in a field."""
    return bool(objects) and 2 * sum(_tells(o) for o in objects[:200]) >= len(objects[:200])


def _tells(found: Any, depth: int = 0) -> bool:
    if isinstance(found, dict):
        return depth < 3 and any(_tells(v, depth + 1) for v in found.values())
    return isinstance(found, str) and len(found.split()) >= 4
