"""JSON read piece by piece, so that an export of any length needs little memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from tocsin.errors import UnreadableInput
from tocsin.sources._decoding import decode, open_lines, read_bytes

__all__ = ["Event", "events", "objects_at", "open_json"]

_CHUNK = 1 << 20
"""Bytes taken at a time. A string that runs over many chunks is copied at each, which took 18 s for one of 50 MB in
the parser's own chunks of 64 KB, and takes 2 s so."""
_DEEPEST = 100
"""Levels. Exports have ten; the names of levels are joined at each, so thousands would fill the memory."""

Event = tuple[str, str, Any]
"""Where (names of fields joined by dots, ``item`` for a list's), what, and the value."""


def open_json(path: Path, name: str, told: str = "") -> BinaryIO:
    """Open a file of JSON as UTF-8, whatever encoding it is in; `told` is the one that a person said.

    Raises
    ------
    UnreadableInput
        If it cannot be opened, is empty, is not text, or is in another encoding and too long to be held.
    """
    with open_lines(path, name, told) as lines:
        encoding = lines.encoding
    if encoding.startswith("utf-8"):
        file = path.open("rb")
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        return file
    return io.BytesIO(decode(read_bytes(path, name), name, told or None).encode("utf-8", "replace"))


def events(file: BinaryIO, name: str) -> Iterator[Event]:
    """Yield what stands in `file`, in order.

    Raises
    ------
    UnreadableInput
        Where it stops being JSON; what was yielded before was sound.
    """
    try:
        yield from ijson.parse(_shallow(ijson.basic_parse(file, use_float=True, multiple_values=True, buf_size=_CHUNK)))
    except (ijson.JSONError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())[:80]
        raise UnreadableInput(
            name, f"is no whole JSON ({reason}); what stands before that was read. Export or save it again"
        ) from error


def _shallow(basic: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    depth = 0
    for event, value in basic:
        if event in ("start_map", "start_array"):
            depth += 1
            if depth > _DEEPEST:
                raise ijson.JSONError(f"nested deeper than {_DEEPEST} levels")
        elif event in ("end_map", "end_array"):
            depth -= 1
        yield event, value


def objects_at(found: Iterator[Event], prefixes: tuple[str, ...]) -> Iterator[Event]:
    """Yield `found`, with each object at one of `prefixes` as one event called ``object``, one at a time."""
    builder: Any = None
    inside = ""
    for prefix, event, value in found:
        if builder is not None:
            builder.event(event, value)
            if prefix == inside and event == "end_map":
                yield prefix, "object", builder.value
                builder = None
        elif event == "start_map" and prefix in prefixes:
            builder, inside = ijson.ObjectBuilder(), prefix
            builder.event(event, value)
        else:
            yield prefix, event, value
