"""JSON of any shape: a list of objects, an object that holds one, one object, or one after the other. Streams.

Which list holds the reports is told from the fields of its objects: the outermost that have a text. Fields
are found by their names, as in JSON Lines.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.records import Language
from tocsin.sources._composing import Credits
from tocsin.sources._json import events, objects_at, open_json
from tocsin.sources._objects import read_object
from tocsin.sources._rows import key_of
from tocsin.sources._vocabulary import VOCABULARY
from tocsin.sources.html import read_fragment

__all__ = ["JsonSource"]

_TEXTS = frozenset((*VOCABULARY["columns"]["text"], *VOCABULARY["columns"]["body"]))
_BODIES = frozenset(VOCABULARY["columns"]["body"])
_WRAPPERS = frozenset(VOCABULARY["objects"]["wrappers"])
_VALUES: list[str] = VOCABULARY["objects"]["values"]
_MARKUP = re.compile(r"</?(?:p|br|div|span|a|ul|li|strong|em|b|i|h[1-6])\b[^<>]*>", re.I)


class JsonSource:
    """Reads any JSON file that no other source claims; the item is the object's number, counted from 1."""

    suffixes = (".json", ".geojson")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each object that is a report, and an error for each without a text."""
        nothing = True
        try:
            place, several = _reports(path, name)
            usual: Language = "und"
            number = 0
            with open_json(path, name) as file:
                for _, event, value in objects_at(events(file, name), (place,)):
                    if event != "object":
                        continue
                    number += 1
                    raw = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
                    item = str(number) if several else ""
                    for found in read_object(_flat(value), raw, name, item, usual, "json object"):
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


def _reports(path: Path, name: str) -> tuple[str, bool]:
    """Return where the objects stand that are reports, and whether there may be several.

    An object outside of any list is one only with a body: feeds and answers of servers have a description too.
    """
    objects: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    try:
        with open_json(path, name) as file:
            for prefix, event, value in events(file, name):
                owner = _owner(prefix)
                if event == "start_map" and prefix == owner:
                    objects[owner] += 1
                elif event == "map_key" and key_of(str(value)) in (_TEXTS if owner else _BODIES):
                    texts[owner] += 1
    except UnreadableInput:
        if not objects:
            raise
        # A torn file: its fault is said where it stands, when what is before it is read.
    for owner in sorted(objects, key=lambda o: (o.count("."), bool(o), -texts[o])):
        if texts[owner] * 2 >= objects[owner]:
            return owner, bool(owner) or objects[owner] > 1
    lists = [owner for owner in objects if owner]
    # No text by name: the longest of the outermost lists, whose errors then name its fields.
    owner = min(lists, key=lambda o: (o.count("."), -objects[o]), default="")
    return owner, bool(owner) or objects[owner] > 1


def _owner(prefix: str) -> str:
    """The innermost element of a list that `prefix` lies in, empty outside of lists."""
    parts = prefix.split(".")
    return ".".join(parts[: len(parts) - parts[::-1].index("item")]) if "item" in parts else ""


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    """The object with the fields of objects in it as its own, HTML as plain paragraphs."""
    flat: dict[str, Any] = {}
    for key, value in found.items():
        if not isinstance(value, dict):
            flat.setdefault(key, _plain(value))
            continue
        inner = _flat(value)
        if "type" in inner and "coordinates" in inner:
            flat.setdefault("coordinates", ", ".join(map(str, inner["coordinates"] or [])))
            continue
        stands = next((v for v in _VALUES if isinstance(inner.get(v), str)), None)
        if stands is not None:
            flat.setdefault(key, inner.pop(stands))
        # Search servers wrap each report in "_source"; a plain "source" is who published it.
        wraps = stands is None and (key == "_source" or key_of(key) in _WRAPPERS)
        for field, content in inner.items():
            flat.setdefault(field if wraps else f"{key} {field}", content)
    return flat


def _plain(value: Any) -> Any:
    if isinstance(value, str) and _MARKUP.search(value):
        return "\n\n".join(b.text for b in read_fragment(value, Credits()))
    return value
