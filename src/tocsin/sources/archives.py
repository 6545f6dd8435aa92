"""Zip files: every file inside is read as if it lay in a folder of that name.

Nothing is unpacked under a name that the archive gives: each member in turn goes, under a name of ours, into
a private temporary folder that is removed when the member was read.
"""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.sources._packages import is_bomb
from tocsin.sources._walking import Member, read_inside

__all__ = ["ZipSource"]

_DEEPEST = 3
"""Archives inside archives. People send a zip of zips; more is a trap."""
_MOST_BYTES = 4_000_000_000
"""What one archive may unpack to, with all that is inside it."""
_MOST_MEMBERS = 50_000
_CHUNK = 1 << 20


@dataclass(slots=True)
class _Budget:
    """What may still be unpacked of the archive that was given, and how deep in it we are."""

    left: int = _MOST_BYTES
    members: int = _MOST_MEMBERS
    depth: int = 0


class ZipSource:
    """Reads the members of a zip file, and of zip files in it, in the order of their names."""

    suffixes = (".zip",)

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the documents of every member, and an error for each member that was left out."""
        yield from _read(path, name, _Budget())


def _read(path: Path, name: str, budget: _Budget) -> Iterator[Item | InputError]:
    try:
        if not path.stat().st_size:
            raise UnreadableInput(name, "is empty; leave it out or replace it")
        with zipfile.ZipFile(path) as archive:
            # Of members with one name only the last can be told apart, as in a folder.
            members = sorted({m.filename: m for m in archive.infolist()}.values(), key=lambda m: m.filename)
            files = [m for m in members if not (m.is_dir() or _is_hidden(m.filename))]
            if not files:
                raise UnreadableInput(name, "holds no files; leave it out")
            for member in files:
                yield from _member(archive, member, f"{name}/{member.filename}", budget)
    except UnreadableInput as error:
        yield error
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        yield UnreadableInput(name, f"is no zip file, or a truncated one ({_short(error)}); get it again")
    except OSError as error:
        yield UnreadableInput(name, f"cannot be opened ({error.strerror or error}); check that it can be read")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:80]


def _is_hidden(name: str) -> bool:
    """Whether a member is what systems leave in archives: hidden files, and macOS's shadows of files."""
    return any(part.startswith(".") and part != ".." for part in PurePosixPath(name).parts) or name.startswith(
        "__MACOSX/"
    )


def _refusal(member: zipfile.ZipInfo, budget: _Budget) -> str:
    """Why a member is left out, empty where it is not."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    if ".." in parts or parts[:1] == ("/",) or member.filename[1:2] == ":":
        return "has a path that leads out of the archive, as no honest archive has; it was not read"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link, which is not followed; put the file itself into the archive"
    if member.flag_bits & 1:
        return "is encrypted; unpack the archive with its password and give the folder"
    if is_bomb(member):
        return (
            f"would unpack to {member.file_size / max(member.compress_size, 1):,.0f} times its size, as only traps do"
        )
    if member.file_size > budget.left or budget.members <= 0:
        return (
            f"goes beyond the {_MOST_BYTES / 1e9:.0f} GB or {_MOST_MEMBERS:,} files that an archive may hold; split it"
        )
    return ""


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, budget: _Budget
) -> Iterator[Item | InputError]:
    budget.members -= 1
    if reason := _refusal(member, budget):
        yield UnreadableInput(name, reason)
        return
    nested = name.lower().endswith(".zip")
    if nested and budget.depth >= _DEEPEST:
        yield UnreadableInput(name, f"is an archive more than {_DEEPEST} archives deep; unpack it and give the folder")
        return
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
        path = Path(folder) / f"member{PurePosixPath(member.filename).suffix.lower()[:12]}"
        try:
            _unpack(archive, member, path, budget)
        except (
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            RuntimeError,
            EOFError,
            OSError,
            ValueError,
        ) as error:
            yield UnreadableInput(name, f"cannot be unpacked ({_short(error)}); get the archive again")
            return
        if nested:
            budget.depth += 1
            yield from _read(path, name, budget)
            budget.depth -= 1
            return
        for found in read_inside(path, name):
            yield found if isinstance(found, InputError) else Member(found.document, found.item, name)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, budget: _Budget) -> None:
    with archive.open(member) as source, path.open("wb") as target:
        while chunk := source.read(_CHUNK):
            budget.left -= len(chunk)
            if budget.left < 0:
                raise ValueError("it holds more than it says")
            target.write(chunk)
