"""One tree of errors, so that a caller catches what it means to catch.

::

    TocsinError
    ├── UsageError            wrong usage or settings (exit code 2)
    │   └── CodebookError     a codebook that cannot be loaded; names file, table and field
    ├── InputError            one input left out; names file, item and what to do (exit code 1)
    │   ├── UnreadableInput   not what its name says, empty, or in no known encoding
    │   ├── InvalidRow        one row of a table
    │   │   └── RejectedRow   one row of an event dataset; knows the field and the line as it was
    │   └── FetchError        a web address that was not fetched
    ├── NothingUsable         no input at all could be used (exit code 3)
    ├── WorkspaceError        the workspace is missing, locked, or of another version
    │   ├── WorkspaceBusy     another process is writing to it
    │   └── NotFound          no such document, claim or event
    └── CodingError           a document that the coder could not take

Every message says what was wrong, where, and what to do next.
"""

from __future__ import annotations

__all__ = [
    "CodebookError",
    "CodingError",
    "FetchError",
    "InputError",
    "InvalidRow",
    "NotFound",
    "NothingUsable",
    "RejectedRow",
    "TocsinError",
    "UnreadableInput",
    "UsageError",
    "WorkspaceBusy",
    "WorkspaceError",
]


class TocsinError(Exception):
    """Anything Tocsin raises on purpose."""

    exit_code = 1


class UsageError(TocsinError):
    """Wrong usage or settings."""

    exit_code = 2


class CodebookError(UsageError):
    """A codebook that cannot be loaded. The message names the file, the table and the field."""


class InputError(TocsinError):
    """One input that had to be left out; the rest of the batch goes on.

    Parameters
    ----------
    path : str
        The input as the user named it.
    reason : str
        What is wrong and what to do, in one sentence.
    item : str
        The row, message or entry inside the input; empty for the whole file.
    """

    def __init__(self, path: str, reason: str, *, item: str = "") -> None:
        self.path = path
        self.reason = reason
        self.item = item
        super().__init__(f"{path}{'#' + item if item else ''}: {reason}")


class UnreadableInput(InputError):
    """A file that is not what its name says, is empty, or is in no known encoding."""


class InvalidRow(InputError):
    """One row of a table that cannot be read; the other rows are."""


class RejectedRow(InvalidRow):
    """One row of an event dataset that was left out.

    Parameters
    ----------
    path : str
        The file as the user named it.
    reason : str
        What is wrong and what to do, in one sentence.
    row : int
        Which row, the first below the header being 1.
    field : str
        The dataset's own name of the column; empty where the whole row is meant.
    original : str
        The row as it stood in the file.
    """

    def __init__(self, path: str, reason: str, *, row: int, field: str = "", original: str = "") -> None:
        self.row = row
        self.field = field
        self.original = original
        super().__init__(path, f"column {field!r}: {reason}" if field else reason, item=str(row))


class FetchError(InputError):
    """A web address that was not fetched, for a reason of ours or of the site's."""


class NothingUsable(TocsinError):
    """No input at all could be used."""

    exit_code = 3


class WorkspaceError(TocsinError):
    """The workspace is missing, locked, or was written by another version."""

    exit_code = 2


class WorkspaceBusy(WorkspaceError):
    """Another process is writing to the workspace; it can be had when that has ended."""


class NotFound(WorkspaceError):
    """No such document, claim or event in the workspace."""


class CodingError(TocsinError):
    """A document that the coder could not take."""
