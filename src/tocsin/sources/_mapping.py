"""What a person says that columns hold: from words like ``text=body``, and laid on the fields of objects."""

from __future__ import annotations

import codecs
import copy
import difflib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, cast

from tocsin.errors import UnreadableInput, UsageError
from tocsin.interfaces import ColumnMap
from tocsin.sources._vocabulary import VOCABULARY

__all__ = [
    "ABOUT",
    "TARGETS",
    "ColumnMaps",
    "Mapped",
    "Taken",
    "field_names",
    "map_from",
    "mark",
    "missing",
    "path_of",
    "values_at",
]

_ALIASES: dict[str, list[str]] = VOCABULARY["targets"]

TARGETS: tuple[str, ...] = tuple(_ALIASES)
"""What a column may be said to hold, those about the document first."""

ABOUT: Mapping[str, str] = {
    "text": "text",
    "date": "reported",
    "title": "title",
    "url": "url",
    "source": "outlet",
    "author": "author",
    "id": "id",
    "language": "language",
}
"""Targets about the document, and what the cells of such a column are called. The others are what a row tells of the
event, and go by their own names."""

_SETTINGS = ("items", "dates", "sensitivity", "encoding", "delimiter")
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "\\t": "\t", "bar": "|"}
_MATCH = "match"


def key_of(column: str) -> str:
    return (
        " ".join(re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)).casefold().split())
        or column.strip()
    )


_BY_NAME = {key_of(alias): target for target, aliases in reversed(_ALIASES.items()) for alias in (*aliases, target)}
_BY_NAME |= {key_of(target): target for target in TARGETS}


@dataclass(frozen=True, slots=True)
class ColumnMaps:
    """The maps of a command: for all inputs, and for those whose names fit a pattern.

    Attributes
    ----------
    given : ColumnMap
        What was said for every input; it comes before the patterns'.
    by_pattern : tuple of (str, ColumnMap)
        Patterns of names (``logs/*.csv``), matched from the right, each with its map; the first that fits counts.
    """

    given: ColumnMap = field(default_factory=ColumnMap)
    by_pattern: tuple[tuple[str, ColumnMap], ...] = ()

    def of(self, name: str) -> ColumnMap:
        """The map for the input called `name`."""
        fits = (found for pattern, found in self.by_pattern if _fits(name, pattern))
        return _over(self.given, next(fits, ColumnMap()))

    def key(self, name: str | None = None) -> str:
        """A short name of what :meth:`of` says, or of all the maps; empty where nothing is said."""
        found: object = self if name is None else self.of(name)
        if found in (ColumnMaps(), ColumnMap()):
            return ""
        return hashlib.sha256(repr(found).encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _fits(name: str, pattern: str) -> bool:
    path = PurePosixPath(name)
    return pattern in ("", "*", "**") or path.match(pattern) or PurePosixPath(name.lower()).match(pattern.lower())


def _over(first: ColumnMap, second: ColumnMap) -> ColumnMap:
    said = {target for target, _ in first.fields}
    return ColumnMap(
        fields=(*first.fields, *(f for f in second.fields if f[0] not in said)),
        items=first.items or second.items,
        dates=first.dates or second.dates,
        sensitivity=first.sensitivity or second.sensitivity,
        encoding=first.encoding or second.encoding,
        delimiter=first.delimiter or second.delimiter,
    )


def map_from(table: Mapping[str, Any] | Sequence[str], where: str) -> ColumnMap:
    """Return the map that words like ``text=body,date=created_on`` say, or a table of a settings file.

    Parameters
    ----------
    table : mapping, or sequence of str
        Columns and settings by target; a list of columns is in order of preference.
    where : str
        What messages begin with, such as ``--map``.

    Raises
    ------
    UsageError
        If a target is unknown or a setting has no such value; the message says which there are.
    """
    pairs = _pairs(table, where) if not isinstance(table, Mapping) else _entries(table, where)
    fields: list[tuple[str, str]] = []
    settings: dict[str, str] = {}
    for name, value in pairs:
        if key_of(name) in _SETTINGS:
            settings[key_of(name)] = _setting(key_of(name), value, where)
        else:
            fields.append((_target(name, where), value))
    return replace(ColumnMap(tuple(fields)), **cast(Any, settings))


def _pairs(words: Sequence[str], where: str) -> Iterator[tuple[str, str]]:
    for each in words:
        # A comma inside a column's name is followed by no "target=".
        for pair in re.split(r",(?=\s*[\w ]+=)", each):
            name, equals, value = pair.partition("=")
            if not equals or not name.strip() or not value:
                raise UsageError(f"{where}: {pair!r} says nothing; write what it is and the column, as text=body")
            yield name.strip(), value.strip() if value.strip() else value


def _entries(table: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        for column in value if isinstance(value, list) else [value]:
            if not isinstance(column, str) or not column:
                raise UsageError(f"{where}: {name} must be the name of a column in quotes, or a list of such names")
            yield name, column


def _target(name: str, where: str) -> str:
    found = _BY_NAME.get(key_of(name))
    if found is not None:
        return found
    close = difflib.get_close_matches(key_of(name), [*_BY_NAME, *_SETTINGS], 1)
    hint = f"did you mean {_BY_NAME.get(close[0], close[0])}?" if close else "there are:"
    raise UsageError(f"{where}: nothing is called {name!r}; {hint} {', '.join((*TARGETS, *_SETTINGS))}".rstrip())


def _setting(name: str, value: str, where: str) -> str:
    if name == "delimiter":
        found = _DELIMITERS.get(value.strip().lower(), value)
        if len(found) == 1 and found not in '"\r\n':
            return found
        raise UsageError(f"{where}: the delimiter {value!r} is not one character; write it so, or as comma or tab")
    value = value.strip()
    if name == "encoding":
        try:
            return codecs.lookup(value).name
        except LookupError:
            raise UsageError(f"{where}: no encoding is called {value!r}; examples: utf-8, cp1256, cp1252") from None
    choices = {"dates": ("dmy", "mdy"), "sensitivity": ("open", "restricted")}.get(name)
    if choices and value.lower() not in choices:
        ymd = "; days that begin with the year are read anyway" if value.lower() == "ymd" else ""
        raise UsageError(f"{where}: {name} is {value!r}; it may be {' or '.join(choices)}{ymd}")
    return value.lower() if choices else value


def missing(name: str, target: str, wanted: Sequence[str], there: Sequence[str]) -> UnreadableInput:
    """The error that of the columns `wanted` for `target` none is among those `there`."""
    words = " or ".join(repr(w) for w in wanted)
    close = difflib.get_close_matches(wanted[0], there, 1, 0.6)
    close = close or [c for c in there if key_of(c).split()[-1:] == key_of(wanted[0]).split()[-1:]][:1]
    listed = ", ".join(c or "(unnamed)" for c in there[:_LISTED]) or "(none)"
    more = f" and {len(there) - _LISTED} more" if len(there) > _LISTED else ""
    hint = f"did you mean {close[0]!r}? " if close else ""
    return UnreadableInput(name, f"has no column {words}, which is to hold {target}; {hint}There are: {listed}{more}")


_LISTED = 40


# Paths into objects ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taken:
    """The value of a mapped field, standing where it was found, under the name of what it holds."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where the list of reports stands by a map (None where it does not say), and the paths inside a report."""

    items: str | None
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, mapping: ColumnMap) -> Mapped:
        """Read the paths of `mapping`: ``data.rows[].text`` says both where the list stands and what field is meant."""
        items: str | None = _clean(mapping.items) if mapping.items else None
        if items is None:
            paths = [_clean(c) for c in (*mapping.columns("text"), *(c for _, c in mapping.fields))]
            items = next((p[: p.rindex("[]") + 2] for p in paths if "[]" in p), None)
        elif not items.endswith(("[]", "*")):
            items = f"{items}[]"
        fields = [(t, _inside(_clean(c), items)) for t, c in mapping.fields]
        return cls(items, tuple(fields))


def _clean(path: str) -> str:
    return re.sub(r"\[\*\]|\[\]|\.\[\]", "[]", re.sub(r"^\$?\.(?=.)|^\$(?=\[)", "", path.strip()))


def _inside(path: str, items: str | None) -> str:
    if items and path.startswith(items):
        return path[len(items) :].removeprefix(".")
    return path


def path_of(items: str) -> str:
    """Where a list of reports stands, as a path of names and ``item``."""
    return ".".join(p for p in items.replace("[]", ".item").split(".") if p)


def values_at(found: Any, path: str) -> list[Any]:
    """What stands at `path` in an object: names joined by dots, ``[]`` for each of a list, numbers for one of it."""
    return [place[key] for place, key in _places(found, path)]


def _places(found: Any, path: str) -> list[tuple[Any, Any]]:
    """The (container, key) of each value at `path`."""
    if isinstance(found, dict):
        if path in found:
            return [(found, path)]
        for cut in (m.start() for m in re.finditer(r"\.|\[", path)):
            head, rest = path[:cut], path[cut:].removeprefix(".")
            if head in found:
                return _places(found[head], rest)
        wanted = key_of(path)
        close = [k for k in found if key_of(str(k)) == wanted] if "." not in path and "[" not in path else []
        return [(found, close[0])] if close else []
    if isinstance(found, list):
        if match := re.match(r"\[(\d*)\]\.?", path):
            rest = path[match.end() :]
            at = range(len(found)) if not match[1] else range(int(match[1]), int(match[1]) + 1)
            at = range(at.start, min(at.stop, len(found)))
            return [p for i in at for p in (_places(found[i], rest) if rest else [(found, i)])]
        # A list of one kind of objects is meant as a whole where nothing says which.
        return [p for inner in found for p in _places(inner, path)]
    return []


def mark(found: dict[str, Any], fields: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return `found` with each mapped value as a :class:`Taken`, in its place; several values are joined."""
    marked = copy.deepcopy(found)
    done: set[str] = set()
    for target, path in sorted(fields, key=lambda f: f[0] in ABOUT):
        places = [] if target in done else _places(marked, path)
        values = [place[key] for place, key in places]
        if not any(v not in (None, "", [], {}) for v in values):
            continue
        done.add(target)
        first = values[0]
        name = ABOUT.get(target, target)
        if isinstance(first, Taken):
            # One field that holds two things: it stands under the first, the second stands beside it.
            marked[f"{name}"] = Taken(name, first.value)
            continue
        value = first if len(values) == 1 else "\n\n".join(_words(v) for v in values if v)
        for place, key in places:
            place[key] = None
        place, key = places[0]
        if _is_among(marked, place):
            place[key] = Taken(name, value)
        else:  # what is taken out of a list stands beside it
            marked[name] = Taken(name, value)
    return marked


def _is_among(found: dict[str, Any], wanted: Any) -> bool:
    """Whether `wanted` is the object or one inside it, not in a list."""
    inner = (value for value in found.values() if isinstance(value, dict))
    return found is wanted or any(_is_among(value, wanted) for value in inner)


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def field_names(found: Any, before: str = "") -> Iterator[str]:
    """The paths of all values in an object, as a map names them."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from field_names(value, f"{before}.{key}" if before else str(key))
    elif isinstance(found, list) and any(isinstance(v, (dict, list)) for v in found):
        for value in found[:3]:
            yield from field_names(value, f"{before}[]")
    else:
        yield before
