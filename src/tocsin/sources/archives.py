"""Zip files: every file inside is read as if it lay in a folder of that name.

Nothing is unpacked under a name that the archive gives: each member in turn (tables of a folder together, as they
may be answers and their form) goes, under a name of ours, into a private temporary folder that is removed when it
was read.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.sources._packages import DEEPEST, MOST_BYTES, MOST_MEMBERS, Budget, is_bomb
from tocsin.sources._unpacking import read_members, short
from tocsin.sources._walking import ending

__all__ = ["ZipSource", "read_zip"]

_CHUNK = 1 << 20
_READ_TOGETHER = frozenset({".csv", ".json", ".xlsx"})
"""Endings of what is unpacked together: answers are read with their form and the tables beside them."""


class ZipSource:
    """Reads the members of a zip file, and of zip files in it, in the order of their names."""

    suffixes = (".zip",)

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the documents of every member, and an error for each member that was left out."""
        yield from read_zip(path, name, Budget())

    def read_within(self, path: Path, name: str, budget: Budget) -> Iterator[Item | InputError]:
        """Yield the same of a zip file that came in another file."""
        yield from read_zip(path, name, budget)


def read_zip(
    path: Path, name: str, budget: Budget, wanted: Callable[[str], bool] = lambda _: True
) -> Iterator[Item | InputError]:
    """Yield what is in the members of a zip file whose names are `wanted`, and an error for each that is left out."""
    if budget.depth > DEEPEST:
        yield UnreadableInput(name, f"is an archive more than {DEEPEST} archives deep; unpack it and give the folder")
        return
    try:
        if not path.stat().st_size:
            raise UnreadableInput(name, "is empty; leave it out or replace it")
        with zipfile.ZipFile(path) as archive:
            # Of members with one name only the last can be told apart, as in a folder.
            members = sorted({m.filename: m for m in archive.infolist()}.values(), key=lambda m: m.filename)
            files = [m for m in members if not (m.is_dir() or _is_hidden(m.filename)) and wanted(m.filename)]
            if not files:
                raise UnreadableInput(name, "holds no files that are read; leave it out")
            for together in _together(files):
                yield from _members(archive, together, name, budget)
    except UnreadableInput as error:
        yield error
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        yield UnreadableInput(name, f"is no zip file, or a truncated one ({short(error)}); get it again")
    except OSError as error:
        yield UnreadableInput(name, f"cannot be opened ({error.strerror or error}); check that it can be read")


def _is_hidden(name: str) -> bool:
    """Whether a member is what systems leave in archives: hidden files, and macOS's shadows of files."""
    return any(part.startswith(".") and part != ".." for part in PurePosixPath(name).parts) or name.startswith(
        "__MACOSX/"
    )


def _refusal(member: zipfile.ZipInfo, budget: Budget) -> str:
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
        return f"goes beyond the {MOST_BYTES / 1e9:.0f} GB or {MOST_MEMBERS:,} files that an archive may hold; split it"
    return ""


def _together(files: list[zipfile.ZipInfo]) -> Iterator[list[zipfile.ZipInfo]]:
    """Members one by one; those of a folder together that may be answers with their form."""
    folders: dict[PurePosixPath, list[zipfile.ZipInfo]] = {}
    for member in files:
        if ending(member.filename) in _READ_TOGETHER:
            folders.setdefault(PurePosixPath(member.filename).parent, []).append(member)
    for member in files:
        if ending(member.filename) not in _READ_TOGETHER:
            yield [member]
        elif folder := folders.pop(PurePosixPath(member.filename).parent, []):
            yield folder


def _members(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str, budget: Budget
) -> Iterator[Item | InputError]:
    sound: list[zipfile.ZipInfo] = []
    for member in members:
        budget.members -= 1
        if reason := _refusal(member, budget):
            yield UnreadableInput(f"{name}/{member.filename}", reason)
        else:
            sound.append(member)
    yield from read_members([(f"{name}/{member.filename}", _chunks(archive, member)) for member in sound], budget)


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as source:
        while chunk := source.read(_CHUNK):
            yield chunk
