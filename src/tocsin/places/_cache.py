"""Indexes of former versions, which nobody opens any more, leave the cache when a new one is built."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["clean", "mark_used", "remove_abandoned"]

# Two versions may share a cache, each in use: only what nobody opened for so long goes.
UNUSED_DAYS = 14.0
_FORMER = ("gazetteer-*.sqlite", "extra/*.sqlite", ".gazetteer-*.part", "*/.gazetteer-*.part")
# What is being written changes every few seconds, and is sorted for some minutes at most.
ABANDONED_HOURS = 2.0


def mark_used(index: Path) -> None:
    """Note on an index that it is in use now. Where the cache cannot be written nothing is noted."""
    with suppress(OSError):
        os.utime(index)


def clean(cache: Path, keep: Path) -> tuple[Path, ...]:
    """Remove the indexes in `cache` but `keep` that were not used for two weeks; return them.

    What was added by hand (``gazetteers``, ``boundaries``) is never touched.
    """
    removed = []
    oldest = time.time() - UNUSED_DAYS * 86_400
    for pattern in _FORMER:
        for path in sorted(cache.glob(pattern)):
            with suppress(OSError):
                if path != keep and path.stat().st_mtime < oldest:
                    path.unlink()
                    removed.append(path)
    return tuple(removed)


def remove_abandoned(directory: Path) -> None:
    """Remove what a process that was killed left half written in a directory."""
    oldest = time.time() - ABANDONED_HOURS * 3600
    for part in directory.glob(".gazetteer-*.part"):
        with suppress(OSError):
            if part.stat().st_mtime < oldest:
                part.unlink()
