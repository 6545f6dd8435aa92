"""The log of judgements: what was said, by whom, and what was said after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.records import Judgement, Verdict, content_id

__all__ = ["Entry", "history", "new_judgement"]

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A judgement, and the one that took its place: empty where it stands."""

    judgement: Judgement
    superseded_by: str = ""


def history(judgements: Iterable[Judgement]) -> tuple[Entry, ...]:
    """The log, oldest first, each judgement with the next one on the same subjects and field."""
    entries: list[Entry] = []
    latest: dict[tuple[frozenset[str], str], int] = {}
    for judgement in sorted(judgements, key=lambda j: (j.made_at, j.id)):
        about = frozenset(judgement.subjects), judgement.field
        if about in latest:
            entries[latest[about]] = replace(entries[latest[about]], superseded_by=judgement.id)
        latest[about] = len(entries)
        entries.append(Entry(judgement))
    return tuple(entries)


def new_judgement(
    log: Iterable[Judgement],
    subjects: tuple[str, ...],
    verdict: Verdict,
    reviewer: str,
    at: datetime,
    *,
    field: str = "",
    value: str = "",
    reason: str = "",
    score_shown: float | None = None,
) -> Judgement | None:
    """The judgement to add to `log`; None where this reviewer's latest word on the matter says the same already.

    It is made after everything that was said on the same matter, whatever the clock says.

    Parameters
    ----------
    log : iterable of Judgement
        What was said on these subjects and this field; others are passed over.
    """
    about = frozenset(subjects), field
    before = sorted((j for j in log if (frozenset(j.subjects), j.field) == about), key=lambda j: (j.made_at, j.id))
    mine = next((j for j in reversed(before) if j.reviewer == reviewer), None)
    # Which of a pair is the part depends on their order; nothing else does.
    ordered = subjects if verdict == "part_of" else tuple(sorted(subjects))
    if mine is not None and (mine.subjects, mine.verdict, mine.value, mine.reason) == (ordered, verdict, value, reason):
        return None
    made_at = max(at, before[-1].made_at + _INSTANT) if before else at
    identity = content_id("j", *ordered, field, verdict, value, reason, reviewer, made_at.isoformat())
    return Judgement(identity, ordered, verdict, reviewer, made_at, field, value, reason, score_shown)
