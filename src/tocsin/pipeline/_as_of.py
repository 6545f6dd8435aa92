"""The moment that somebody means by a day or a moment, checked against what a workspace can answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from tocsin.errors import UsageError
from tocsin.store import Workspace

__all__ = ["AsOf", "moment_of", "within"]

AsOf = str | date | datetime | None
"""A day, a moment, either as ISO 8601; None is now."""


def moment_of(as_of: AsOf) -> datetime | None:
    """The moment, in UTC, that `as_of` names: a day means its end in UTC, a moment written without a zone is in UTC.

    Raises
    ------
    UsageError
        If it is neither a day nor a moment, or is a ``datetime`` without a zone.

    Examples
    --------
    >>> moment_of("2024-05-01").isoformat()
    '2024-05-01T23:59:59.999999+00:00'
    >>> moment_of("2024-05-01T12:00+02:00").isoformat()
    '2024-05-01T10:00:00+00:00'
    """
    if as_of is None:
        return None
    if isinstance(as_of, str):
        return _read(as_of.strip())
    if isinstance(as_of, datetime):
        if as_of.tzinfo is None:
            raise UsageError(f"as of {as_of.isoformat()}: it has no zone; give a datetime with tzinfo, such as UTC")
        return as_of.astimezone(UTC)
    return datetime.combine(as_of, time.max, UTC)


def within(workspace: Workspace, moment: datetime | None, now: datetime) -> datetime | None:
    """`moment`, where `workspace` can say what was known then.

    Raises
    ------
    UsageError
        If it lies in the future, or before anything was recorded.
    """
    if moment is None:
        return None
    if moment.date() > now.date() or (moment > now and moment.time() != time.max):
        raise UsageError(
            f"as of {_shown(moment)}: that is in the future; leave it out to read what is known now, {_shown(now)}"
        )
    recorded = workspace.recorded()
    if recorded is None:
        raise UsageError(f"as of {_shown(moment)}: nothing was recorded in {workspace.path} yet; add reports first")
    if moment < recorded[0]:
        raise UsageError(
            f"as of {_shown(moment)}: nothing was known then; the first record is of {_shown(recorded[0])}, "
            "so choose that moment or a later one"
        )
    # Of a day that is not over, what is known now.
    return min(moment, now)


def _read(words: str) -> datetime:
    try:
        if len(words) <= len("2024-05-01"):
            return datetime.combine(date.fromisoformat(words), time.max, UTC)
        moment = datetime.fromisoformat(words)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"as of {words!r}: that is neither a day nor a moment; write 2024-05-01 (the end of that day, UTC), "
            "or 2024-05-01T12:00 (UTC, or with a zone, as in 2024-05-01T12:00+03:00)"
        ) from None


def _shown(moment: datetime) -> str:
    if moment.timetz().replace(tzinfo=None) == time.max:
        return f"{moment:%Y-%m-%d} (the end of that day, UTC)"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
