"""Zip files, and the office files that are some, looked at before anything is unpacked."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.errors import UnreadableInput
from tocsin.sources._mapping import ColumnMaps

__all__ = ["DEEPEST", "MAX_RATIO", "MOST_BYTES", "MOST_MEMBERS", "SMALL", "Budget", "check_office", "is_bomb"]

MAX_RATIO = 200
"""How many times its packed size a file may unpack to. Logs reach 30, tables of one word over and over 150."""
SMALL = 10_000_000
"""Bytes; what unpacks to less harms nobody, whatever the ratio."""
_MAX_OFFICE = 500_000_000
"""Bytes an office file may unpack to; a table of a million rows takes 200 MB."""
DEEPEST = 3
"""Files inside files inside files. People send a zip of zips; more is a trap."""
MOST_BYTES = 4_000_000_000
"""What one file may unpack to, with all that is inside it."""
MOST_MEMBERS = 50_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(slots=True)
class Budget:
    """What may still be unpacked of the file that was given, how deep in it we are, and the maps for what is inside."""

    left: int = MOST_BYTES
    members: int = MOST_MEMBERS
    depth: int = 0
    maps: ColumnMaps = field(default_factory=ColumnMaps)


def is_bomb(member: zipfile.ZipInfo) -> bool:
    """Whether a member claims to unpack to far more than anything but a bomb does."""
    return member.file_size > SMALL and member.file_size > MAX_RATIO * max(member.compress_size, 1)


def check_office(path: Path, name: str, form: str) -> None:
    """Check that the file at `path` is a sound package of its form.

    Raises
    ------
    UnreadableInput
        If it cannot be opened, is empty, protected by a password, truncated, or unpacks to too much.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
        if not head:
            raise UnreadableInput(name, "is empty; leave it out or replace it")
        if head == _OLE:
            raise UnreadableInput(
                name, f"is protected by a password or of an older form; save it without a password as {form}"
            )
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise UnreadableInput(
            name, f"is no {form}, or a truncated one; get it again, or open it and save it anew"
        ) from error
    except OSError as error:
        raise UnreadableInput(
            name, f"cannot be opened ({error.strerror or error}); check that it can be read"
        ) from error
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableInput(name, "is encrypted; open it with its password and save it without one")
    if any(map(is_bomb, members)) or sum(m.file_size for m in members) > _MAX_OFFICE:
        raise UnreadableInput(
            name, "unpacks to far more than a report does and was not opened; save it anew, or split it"
        )
