"""Files and folders, in an order that is the same everywhere, each read by the source that takes its form."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePath

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import ColumnMap, Item, Outline, Source, load_plugins
from tocsin.records import Document, Sensitivity, content_id
from tocsin.sources._mapping import ColumnMaps
from tocsin.sources._packages import Budget

__all__ = [
    "Input",
    "Member",
    "Received",
    "ending",
    "endings",
    "find",
    "map_key",
    "outlines",
    "read",
    "read_input",
    "read_inside",
    "source_for",
    "takes_map",
]


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read.

    Attributes
    ----------
    name : str
        Its path relative to the parent of the path that was given, with ``/``; just its name if it was given itself.
    path : Path
        Where it is.
    original : str
        SHA-256 (hex) of its bytes.
    beside : str
        SHA-256 (hex) of the files beside it that it is read with, such as the form of its answers; empty for none.
    url : str
        Where it was fetched from; empty for a file.
    restricted : bool
        Whether all that is in it is restricted, whatever its form.
    """

    name: str
    path: Path
    original: str
    beside: str = ""
    url: str = ""
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Member(Item):
    """A document from a file inside another, which `name` names: ``a.zip/note.txt``."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A document and the input it came in; `item` carries the row number or entry id it had there.

    `name` is the input's, or where the input is an archive, the name of the file inside it.
    """

    name: str
    path: Path
    original: str
    item: Item


def read(paths: Sequence[Path]) -> Iterator[Received | InputError]:
    """Yield every document under `paths`, and an error for each input or part of one that could not be read.

    Nothing is raised for bad input. Folders are walked in the order of their files' names, hidden files and
    empty folders are passed over. Tables stream. To leave out inputs that were read before, go through
    :func:`find` and :func:`read_input`, and compare :attr:`Input.original`.

    Parameters
    ----------
    paths : sequence of Path
        Files and folders, read in this order.
    """
    for found in find(paths):
        if isinstance(found, InputError):
            yield found
        else:
            yield from read_input(found)


def read_input(given: Input, maps: ColumnMaps | None = None) -> Iterator[Received | InputError]:
    """Yield the documents of one input, and an error for each part that could not be read.

    `maps` are what a person said of columns; they count for files inside the input by their own names.
    """
    for found in read_inside(given.path, given.name, None if maps is None else Budget(maps=maps)):
        if isinstance(found, InputError):
            yield found
        else:
            name = found.name if isinstance(found, Member) else given.name
            yield Received(name, given.path, given.original, replace(found, document=_credited(found.document, given)))


def _credited(document: Document, given: Input) -> Document:
    """`document` with what is known of it by where it came from."""
    if given.restricted:
        document = replace(document, sensitivity="restricted")
    if not given.url:
        return document
    # What stands around an article is other at each visit: a fetched page is the same as long as its article is.
    known_by = content_id("d", document.text, document.url or given.url) if document.form == "web page" else document.id
    return replace(document, id=known_by, url=document.url or given.url)


def read_inside(path: Path, name: str, budget: Budget | None = None) -> Iterator[Item | InputError]:
    """Yield what the source of its form finds in the file at `path`, called `name` in messages; never raise.

    A source of files that hold files has a method ``read_within(path, name, budget)`` besides `read`; it gets the
    `budget` of the file that this one came in.
    """
    source = source_for(path)
    if source is None:
        yield _unknown(name)
        return
    mapping = ColumnMap() if budget is None else budget.maps.of(name)
    mapped = getattr(source, "read_mapped", None) if mapping != ColumnMap() else None
    within = getattr(source, "read_within", None) if budget is not None else None
    try:
        if mapped is not None:
            found = mapped(path, name, mapping)
        else:
            found = source.read(path, name) if within is None else within(path, name, budget)
        yield from found if mapping.sensitivity is None or within is not None else _marked(found, mapping.sensitivity)
    except Exception as error:  # One broken file, or somebody's source, must not end a batch of thousands.
        yield UnreadableInput(
            name, f"could not be read ({type(error).__name__}: {error}); leave it out and report this"
        )


def _marked(found: Iterator[Item | InputError], sensitivity: Sensitivity) -> Iterator[Item | InputError]:
    for each in found:
        if isinstance(each, InputError):
            yield each
        else:
            yield replace(each, document=replace(each.document, sensitivity=sensitivity))


def outlines(given: Input, maps: ColumnMaps) -> tuple[Outline, ...]:
    """How an input is laid out; nothing where its source does not tell, or reading it will say what is wrong."""
    tell = getattr(source_for(given.path), "outlines", None)
    try:
        return tuple(tell(given.path, given.name, maps.of(given.name))) if tell else ()
    except Exception:  # Somebody's source must not end a preview; what is wrong is said where the input is read.
        return ()


def takes_map(given: Input) -> bool:
    """Whether columns of this input, or of files inside it, can be mapped."""
    return _holds_files(given) or hasattr(source_for(given.path), "read_mapped")


def _holds_files(given: Input) -> bool:
    return hasattr(source_for(given.path), "read_within")


def map_key(given: Input, maps: ColumnMaps) -> str:
    """A short name of what the maps say of an input, and of any file that may be inside it; empty for nothing."""
    return maps.key(None if _holds_files(given) else given.name)


def find(paths: Sequence[Path], wanted: Callable[[Path], bool] = lambda _: True) -> Iterator[Input | InputError]:
    """Yield the inputs under `paths` in order, and an error for each that is of no known form or cannot be opened.

    Files that are not `wanted` are passed over unopened.
    """
    for given in paths:
        top = Path(os.path.abspath(given))  # not resolved: a link that is given is meant
        if top.is_dir():
            yield from _folder(top, wanted)
        elif top.exists():
            if wanted(top):
                yield _input(top, top.name)
        else:
            yield InputError(str(given), "does not exist; check the path")


def _folder(top: Path, wanted: Callable[[Path], bool]) -> Iterator[Input | InputError]:
    inside = top.resolve()
    unreadable: list[OSError] = []
    entries: list[Path] = []
    for folder, folders, files in os.walk(top, onerror=unreadable.append):
        here = Path(folder)
        folders[:] = [f for f in folders if not f.startswith(".")]
        entries += [here / f for f in files if not f.startswith(".")]
        entries += [here / f for f in folders if (here / f).is_symlink()]
    for error in unreadable:
        yield InputError(
            _name(Path(error.filename), top), f"cannot be opened ({error.strerror}); check its permissions"
        )
    for path in sorted(filter(wanted, entries), key=lambda p: p.relative_to(top).as_posix()):
        name = _name(path, top)
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            yield InputError(
                name, "is a link that leads out of the folder and is not followed; copy the file into the folder"
            )
        elif not path.is_dir():  # a link to a folder inside is read where that folder stands
            yield _input(path, name)


def _input(path: Path, name: str) -> Input | InputError:
    if ending(path) not in _sources():
        return _unknown(name)
    if not path.is_file():
        return InputError(name, "is not a file that can be read; leave it out")
    try:
        with path.open("rb") as file:
            return Input(name, path, hashlib.file_digest(file, "sha256").hexdigest(), _beside(path))
    except OSError as error:
        return UnreadableInput(name, f"cannot be opened ({error.strerror or error}); check its permissions")


def _beside(path: Path) -> str:
    """The hash of the files that the source of `path` names as read with it, empty where there are none."""
    beside = getattr(source_for(path), "beside", None)
    try:
        hashes = [hashlib.sha256(each.read_bytes()).hexdigest() for each in (beside(path) if beside else ())]
    except Exception:  # What is wrong with them is said when they are read.
        return ""
    return hashlib.sha256(" ".join(hashes).encode()).hexdigest() if hashes else ""


def ending(name: str | PurePath) -> str:
    """Return the ending of a file's name by which its form is told: ``.warc.gz`` where that is one, else ``.gz``."""
    suffixes = [s.lower()[:12] for s in PurePath(name).suffixes]
    two = "".join(suffixes[-2:])
    return two if two in _sources() else "".join(suffixes[-1:])


def endings() -> frozenset[str]:
    """Every ending that some source reads, in lower case with its dot."""
    return frozenset(_sources())


def is_read(name: str) -> bool:
    """Whether files of that ending are read here."""
    return ending(name) in _sources()


def _name(path: Path, top: Path) -> str:
    return path.relative_to(top.parent).as_posix()


def _unknown(name: str) -> InputError:
    return InputError(name, f"is of a form that is not read here; these are: {', '.join(sorted(_sources()))}")


def source_for(path: Path) -> Source | None:
    """Return the source that reads the file at `path`, None where no source takes its ending.

    Several forms share an ending: a ``.json`` may be a channel's export or any other objects. A source for
    one of them also has a method ``claims(path: Path) -> bool`` that looks into the file; the first in
    alphabetical order that claims it reads it, and where none does the first source without such a method.
    A source that reads a file together with others in its folder names them in ``beside(path: Path)``, so that
    the file is read anew when one of them changes.
    """
    taking = _sources().get(ending(path), [])
    claiming = (s for s in taking if _claims(s, path))
    return next(claiming, None) or next((s for s in taking if not _sniffs(s)), taking[0] if taking else None)


def _sniffs(source: Source) -> bool:
    return getattr(source, "claims", None) is not None


def _claims(source: Source, path: Path) -> bool:
    try:
        return _sniffs(source) and bool(source.claims(path))  # type: ignore[attr-defined]
    except Exception:  # What cannot be looked into is claimed by nobody; the fallback says what is wrong.
        return False


@lru_cache(maxsize=1)
def _sources() -> dict[str, list[Source]]:
    """The sources by the file endings they take, in the alphabetical order of their names."""
    taken: dict[str, list[Source]] = {}
    for kind in load_plugins("tocsin.sources").values():
        source: Source = kind()
        for suffix in source.suffixes:
            taken.setdefault(suffix, []).append(source)
    return taken
