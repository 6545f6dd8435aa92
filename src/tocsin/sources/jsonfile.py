"""JSON of any shape: a list of objects, an object that holds one, one object, or one after the other. Streams.

Which list holds the reports is told from the fields of its objects: the outermost that have a text. Fields
are found by their names, as in JSON Lines. Shapes that keep their reports otherwise (under keys of their own, as
lists of cells, a column after the other) are turned into a list first; they are held whole.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import ColumnMap, Item, Outline
from tocsin.records import Language
from tocsin.sources._json import events, objects_at, open_json
from tocsin.sources._mapping import Mapped, key_of, path_of, values_at
from tocsin.sources._objects import check_fields, outline_objects, read_object
from tocsin.sources._reshaping import reshaped
from tocsin.sources._vocabulary import VOCABULARY

__all__ = ["JsonSource"]

_TEXTS = frozenset((*VOCABULARY["columns"]["text"], *VOCABULARY["columns"]["body"]))
_BODIES = frozenset(VOCABULARY["columns"]["body"])

_LONGEST = 4_000_000
"""Characters of one object; a long book is half of it."""
_SAMPLE = 200
"""Objects looked at to tell whether a mapped field is there."""
_MOST_HELD = 100_000_000
"""Bytes. Shapes that must be held whole take ten times as much memory; longer exports come as lists of objects."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the reports of a file are: in a list that streams, or among `held` objects that were turned into one."""

    where: str
    several: bool = True
    held: list[dict[str, Any]] | None = field(default=None, repr=False)
    shown: str = ""


class JsonSource:
    """Reads any JSON file that no other source claims; the item is the object's number, counted from 1."""

    suffixes = (".json", ".geojson")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each object that is a report, and an error for each without a text."""
        yield from self.read_mapped(path, name, ColumnMap())

    def read_mapped(self, path: Path, name: str, mapping: ColumnMap) -> Iterator[Item | InputError]:
        """Yield the same, with the list and the fields where a person said."""
        nothing = True
        try:
            place = _find(path, name, mapping)
            if mapping.fields:
                check_fields(list(islice(_objects(path, name, place, mapping), _SAMPLE)), Mapped.of(mapping), name)
            usual: Language = "und"
            for number, value in enumerate(_objects(path, name, place, mapping), start=1):
                raw = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
                item = str(number) if place.several else ""
                if len(raw) > _LONGEST:
                    nothing = False
                    reason = f"is longer than {_LONGEST:,} characters, so it is no single report; it was left out"
                    yield InvalidRow(name, f"{reason}; give its reports as a list of objects", item=item)
                    continue
                for found in read_object(value, raw, name, item, usual, "json object", mapping):
                    nothing = False
                    if isinstance(found, Item) and usual == "und":
                        usual = found.document.language
                    yield found
        except UnreadableInput as error:
            yield error
        except OSError as error:
            yield UnreadableInput(name, f"cannot be opened ({error.strerror or error}); check that it can be read")
        else:
            if nothing:
                yield UnreadableInput(name, "holds no objects; give each report as one with a field called 'text'")

    def outlines(self, path: Path, name: str, mapping: ColumnMap) -> Iterator[Outline]:
        """Yield where the list of reports stands, which fields they have, and what they are taken for."""
        place = _find(path, name, mapping)
        sample = list(islice(_objects(path, name, place, mapping), _SAMPLE))
        yield Outline(place.shown, mapping.encoding, "", outline_objects(sample, mapping))


def _objects(path: Path, name: str, place: _Place, mapping: ColumnMap) -> Iterator[dict[str, Any]]:
    if place.held is not None:
        yield from place.held
        return
    with open_json(path, name, mapping.encoding) as file:
        for _, event, value in objects_at(events(file, name), (place.where,)):
            if event == "object":
                yield value


def _find(path: Path, name: str, mapping: ColumnMap) -> _Place:
    """Find where the reports stand: where a person said, else by their fields.

    Raises
    ------
    UnreadableInput
        If there is no such list; it names those that there are.
    """
    items = Mapped.of(mapping).items
    counted = _count(path, name, mapping)
    if items is not None:
        where = path_of(items)
        if counted.objects[where]:
            return _Place(where, shown=items)
        held = reshaped(_held(path, name, mapping), items.removesuffix("[]").removesuffix("*").rstrip("."))
        if held:
            return _Place("", held=held, shown=items)
        lists = ", ".join(_shown(owner) for owner in counted.objects if owner) or "(none)"
        raise UnreadableInput(name, f"has no list of objects at {items!r}; lists of objects stand at: {lists}")
    if mapping.fields and (place := _with_fields(path, name, mapping, counted)) is not None:
        return place
    found = counted.place()
    if found is not None and counted.texts[found.where] and not counted.keyed:
        return found
    if path.stat().st_size <= _MOST_HELD:
        held = reshaped(_held(path, name, mapping))
        if held:
            return _Place("", held=held, shown="")
    return found or counted.fallback()


def _with_fields(path: Path, name: str, mapping: ColumnMap, counted: _Counted) -> _Place | None:
    """The outermost objects that have the mapped text, or another mapped field where no text is."""
    fields = Mapped.of(mapping).fields
    wanted = [p for target, p in fields if target == "text"] or [p for _, p in fields]
    for owner in sorted(counted.objects, key=lambda o: (o.count("."), bool(o))):
        place = _Place(owner, bool(owner) or counted.objects[owner] > 1, shown=_shown(owner))
        some = islice(_objects(path, name, place, mapping), _SAMPLE)
        if any(values_at(found, p) for found in some for p in wanted):
            return place
    return None


def _shown(owner: str) -> str:
    """The place of a list as a map names it."""
    return f".{owner}".replace(".item", "[]").removeprefix(".")


def _held(path: Path, name: str, mapping: ColumnMap) -> Any:
    if path.stat().st_size > _MOST_HELD:
        raise UnreadableInput(
            name, f"keeps its reports in no list of objects, and is too long to be held; write it as one ({name}l)"
        )
    try:
        with open_json(path, name, mapping.encoding) as file:
            return json.loads(file.read().decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        # Torn or several documents: what is wrong is said where it is read piece by piece.
        return None


@dataclass(slots=True)
class _Counted:
    """How many objects stand where, how many of them have a text; `keyed` tells reports that stand under keys."""

    objects: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    keyed: bool = False

    def place(self) -> _Place | None:
        """The outermost objects half of which have a text."""
        for owner in sorted(self.objects, key=lambda o: (o.count("."), bool(o), -self.texts[o])):
            if self.texts[owner] * 2 >= self.objects[owner]:
                return _Place(owner, bool(owner) or self.objects[owner] > 1, shown=_shown(owner))
        return None

    def fallback(self) -> _Place:
        """No text by name: the longest of the outermost lists, whose errors then name its fields."""
        lists = [owner for owner in self.objects if owner]
        owner = min(lists, key=lambda o: (o.count("."), -self.objects[o]), default="")
        return _Place(owner, bool(owner) or self.objects[owner] > 1, shown=_shown(owner))


def _count(path: Path, name: str, mapping: ColumnMap) -> _Counted:
    """Count what stands where.

    An object outside of any list is one only with a body: feeds and answers of servers have a description too.
    """
    counted = _Counted()
    beside: Counter[str] = Counter()
    try:
        with open_json(path, name, mapping.encoding) as file:
            for prefix, event, value in events(file, name):
                owner = _owner(prefix)
                if event == "start_map" and prefix == owner:
                    counted.objects[owner] += 1
                elif event == "map_key" and key_of(str(value)) in (_TEXTS if owner else _BODIES):
                    counted.texts[owner] += 1
                    if not owner and prefix and len(beside) < _SAMPLE:
                        beside[prefix] += 1
    except UnreadableInput:
        if not counted.objects:
            raise
        # A torn file: its fault is said where it stands, when what is before it is read.
    # Several objects with a text outside of any list, none of them the outermost: reports that stand under keys.
    counted.keyed = len(beside) > 1 and len({p.count(".") for p in beside}) == 1
    # The same of lists: one a day, or one a district.
    best = counted.place()
    if best is not None and best.where:
        alike = [o for o in islice(counted.objects, _SAMPLE) if o.count(".") == best.where.count(".")]
        counted.keyed |= len(alike) > 1 and all(counted.texts[o] * 2 >= counted.objects[o] for o in alike)
    return counted


def _owner(prefix: str) -> str:
    """The innermost element of a list that `prefix` lies in, empty outside of lists."""
    parts = prefix.split(".")
    return ".".join(parts[: len(parts) - parts[::-1].index("item")]) if "item" in parts else ""
