"""How far the reading of one long input has come, and what of it was read before.

A source that streams asks :func:`followed` and says where it is; one that does not is read as ever. This stands
beside the sources' methods, not in them: it changes neither what is read nor in which order.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Following", "bytes_behind", "followed", "following"]


def _nothing(_: str) -> bool:
    return False


def _nowhere(_: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Following:
    """What is to be known of the reading of the file at `path`.

    Attributes
    ----------
    path : Path
        The file; files inside it are not followed.
    passes : callable of str
        Whether the item so called (a row, a message) was read before: it is passed over. Asked once an item, in order.
    reach : callable of int
        Told how many bytes of the file lie behind, now and then.
    """

    path: Path = Path()
    passes: Callable[[str], bool] = _nothing
    reach: Callable[[int], None] = _nowhere


_CURRENT: ContextVar[Following] = ContextVar("tocsin_following")
_UNFOLLOWED = Following()


@contextmanager
def following(followed: Following) -> Iterator[None]:
    """Follow the reading of one file while the block runs."""
    token = _CURRENT.set(followed)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def followed(path: Path) -> Following:
    """How the file at `path` is followed; where nobody does, an answer that passes over nothing."""
    current = _CURRENT.get(_UNFOLLOWED)
    return current if current.path == path else _UNFOLLOWED


def bytes_behind(file: io.TextIOWrapper) -> int:
    """How many bytes of the file were taken, which may be some more than were read as characters."""
    return int(file.buffer.tell())  # type: ignore[attr-defined]
