"""Files that are either the old one or the whole new one, and the folder that is not to be forwarded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["INTERNAL_NOTICE", "prepare_internal", "replacing", "replacing_file"]

INTERNAL_NOTICE = "INTERNAL-DO-NOT-FORWARD.txt"

_NOTICE = """\
INTERNAL: do not forward.

The files in this folder hold the full record: original names, exact places, and the words of reports that were
given in confidence. Passing them on can endanger the people in them. What may be shared is one folder up.

The tables and lines here are plain CSV and JSON, which have no room for a banner of their own; this note is theirs.
"""


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[IO[str]]:
    """Write a file beside `path` and put it in its place only once it is whole.

    Parameters
    ----------
    path : Path
        Where the file is to stand. Its folder is made if there is none.
    private : bool
        Whether only the owner may read it (mode 0600).

    Yields
    ------
    file
        A text file in UTF-8 that leaves line ends as written. If the block raises, `path` stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # One fixed name, so that a run that was killed leaves at most one stray file, which the next run takes over.
    part = path.with_name(f".{path.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(part, flags, 0o600 if private else 0o666)
    try:
        # A lone surrogate can come out of a broken page; one bad letter must not cost the whole table.
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if private:
            part.chmod(0o600)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def replacing_file(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Give a path beside `path` to write a file of any form to, and put it in its place only once it is whole.

    If the block raises, `path` stays as it was. With `private` only its owner may ever read it (mode 0600).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    # A link left there by somebody else would be written through.
    part.unlink(missing_ok=True)
    if private:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def prepare_internal(folder: Path) -> Path:
    """Make `folder` readable by its owner only (0700) and say in it what it is; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    notice = folder / INTERNAL_NOTICE
    if not notice.exists():
        with replacing(notice, private=True) as file:
            file.write(_NOTICE)
    return folder
