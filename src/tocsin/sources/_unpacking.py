"""Files inside files: each goes, under a name of ours, into a private temporary folder and is read from there.

One budget is shared by all that lies in the file that was given, however deep: a zip in a mail in a zip cannot
unpack to more than a single zip may.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.sources._packages import Budget
from tocsin.sources._walking import Member, ending, read_inside

__all__ = ["UNPACKING_ERRORS", "read_member", "read_members", "short", "unpacked", "write"]

UNPACKING_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
"""What a damaged member raises, depending on where it is damaged."""


def write(chunks: Iterable[bytes], path: Path, budget: Budget) -> None:
    """Write what a member holds to `path`.

    Raises
    ------
    ValueError
        If it is more than the budget has left.
    """
    with path.open("wb") as target:
        for chunk in chunks:
            budget.left -= len(chunk)
            if budget.left < 0:
                raise ValueError("it holds more than it says, or more than may be unpacked")
            target.write(chunk)


def read_member(chunks: Iterable[bytes], name: str, budget: Budget) -> Iterator[Item | InputError]:
    """Yield what is in a member that `chunks` unpack, called `name` in messages; its form is told from its ending."""
    return read_members([(name, chunks)], budget)


def read_members(members: Sequence[tuple[str, Iterable[bytes]]], budget: Budget) -> Iterator[Item | InputError]:
    """Yield what is in members, given as (name, chunks), that lie beside each other while they are read."""
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
        paths: list[tuple[Path, str]] = []
        for number, (name, chunks) in enumerate(members, start=1):
            path = Path(folder) / f"member{number}{ending(name)}"
            try:
                write(chunks, path, budget)
                paths.append((path, name))
            except UNPACKING_ERRORS as error:
                path.unlink(missing_ok=True)
                yield UnreadableInput(name, f"cannot be unpacked ({short(error)}); get the archive again")
        for path, name in paths:
            yield from unpacked(path, name, budget)


def unpacked(path: Path, name: str, budget: Budget) -> Iterator[Item | InputError]:
    """Yield what is in the member that was unpacked to `path`."""
    budget.depth += 1
    for found in read_inside(path, name, budget):
        if isinstance(found, (InputError, Member)):
            yield found
        else:
            yield Member(found.document, found.item, name)
    budget.depth -= 1


def short(error: Exception) -> str:
    """What an exception says, on one line and without its tail."""
    return " ".join(str(error).split())[:80]
