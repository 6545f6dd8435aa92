"""Standard input: one report, put on disk as it comes, so that its length is a matter of the disk."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from tocsin.errors import InputError, UnreadableInput, UsageError
from tocsin.sources._sniffing import sniffed
from tocsin.sources._walking import Input, endings

__all__ = ["STDIN", "checked_form", "spooled"]

STDIN = "-"
"""What a report from standard input is called: the same each time, so that the same report is known again."""

_CHUNK = 1 << 20


def spooled(stream: BinaryIO, folder: Path, form: str = "") -> Input | InputError:
    """Put what `stream` holds into a file in `folder`, and return it as an input to read.

    Parameters
    ----------
    stream : binary file
        Read to its end.
    folder : Path
        A private folder; the file is gone with it.
    form : str
        The ending of the form it is in, with or without the dot; told from how it begins where empty.

    Raises
    ------
    UsageError
        If there is no such form.
    """
    ending = checked_form(form)
    path = folder / "stdin"
    digest = hashlib.sha256()
    length = 0
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
                length += len(chunk)
        if not length:
            return UnreadableInput(STDIN, "is empty; send a report to standard input, or name a file instead of -")
        whole = path.with_suffix(ending or sniffed(path, tables=True) or ".txt")
        path.rename(whole)
    except OSError as error:
        return UnreadableInput(STDIN, f"cannot be kept ({error.strerror or error}); make room on the disk")
    return Input(STDIN, whole, digest.hexdigest(), restricted=True)


def checked_form(form: str) -> str:
    """`form` as an ending, empty where it is empty.

    Raises
    ------
    UsageError
        If no source reads it.
    """
    ending = f".{form.lower().lstrip('.')}" if form else ""
    if ending and ending not in endings():
        known = ", ".join(sorted(e.lstrip(".") for e in endings()))
        raise UsageError(f"--stdin-form: there is no form {form!r}; there are: {known}")
    return ending
