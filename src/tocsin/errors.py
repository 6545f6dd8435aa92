"""One tree of errors, so that a caller catches what it means to catch.

::

    TocsinError
    ├── UsageError            wrong usage or settings (exit code 2)
    │   └── CodebookError     a codebook that cannot be loaded; names file, table and field
    ├── InputError            one input left out; names file, item and what to do (exit code 1)
    │   ├── UnreadableInput   not what its name says, empty, or in no known encoding
    │   ├── InvalidRow        one row of a table
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
