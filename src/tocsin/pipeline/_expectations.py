"""What reports expect by when: a ledger of sentences about what is to come, and what became of those that are due."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dateutil.relativedelta import relativedelta

from tocsin.codebook import Codebook
from tocsin.coding import TimeExpression, find_times
from tocsin.errors import UsageError
from tocsin.interfaces import Progress
from tocsin.pipeline._as_of import AsOf, moment_of, within
from tocsin.pipeline._checking import LOCAL, sentences_of
from tocsin.pipeline._tables import home_of, open_events
from tocsin.records import Document
from tocsin.store import Workspace

if TYPE_CHECKING:
    from tocsin.analysis import Checked, EventTable

__all__ = ["Expectation", "list_expectations", "read_due"]

Standing = Literal["open", "due", "past", "undated"]

_EXPECTS = re.compile(
    r"\b(?:will|would|could|may|might|shall|should|expect(?:s|ed|ing)?|likely|plan(?:s|ned|ning)?|aims?|vow(?:s|ed)?|"
    r"promis(?:es?|ed|ing)|predict(?:s|ed|ing)?|forecast(?:s|ed)?|warn(?:s|ed|ing)?|need(?:s|ed)?|take[sn]?|"
    r"going to)\b",
    re.I,
)
_AHEAD = re.compile(
    r"\b(?:within|(?:in|over|for|during) the (?:next|coming)|takes?|taking|another|need(?:s|ed)?)\s*$", re.I
)
_RANGE = re.compile(r"^(?:\s+(?:to|or|and|-|–)\s+|-|–)$")
_LENGTH = re.compile(r"^P(?P<n>\d+)(?P<unit>[DWMY])$")
_UNITS = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}
_COMING = re.compile(r"\bcoming\b", re.I)
MOST_PER_DOCUMENT = 20
"""Sentences that are listed of one report: a programme of a hundred pages would hide all others."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A sentence about what is to come, and by when.

    Attributes
    ----------
    document : str
        The report's name; "local source" for a restricted one, whose words are not quoted.
    said : date
        The day that the report was published on.
    sentence : str
    earliest, latest : date, optional
        The days between which it comes due; None where it says no more than "the coming months".
    standing : str
        ``open`` before the earliest day, ``due`` up to the latest, then ``past``; ``undated`` where it has none.
    checked : Checked, optional
        Of what is past and has a figure that can be checked: what was recorded from the day it was said to the latest.
    """

    document: str
    said: date
    sentence: str
    earliest: date | None
    latest: date | None
    standing: Standing
    checked: Checked | None = None


def read_due(sentence: str, said: date) -> tuple[date | None, date | None] | None:
    """The days between which what a sentence expects comes due; None where it expects nothing by any time.

    Examples
    --------
    >>> read_due("The cells will be beaten within one to two years.", date(2024, 3, 13))
    (datetime.date(2025, 3, 13), datetime.date(2026, 3, 13))
    >>> read_due("The coming months could determine whether they return.", date(2024, 3, 13))
    (None, None)
    >>> read_due("They were beaten within two years.", date(2024, 3, 13)) is None
    True
    """
    if not _EXPECTS.search(sentence):
        return None
    times = find_times(sentence, said, tense="future")
    for at, time in enumerate(times):
        if time.kind in ("point", "future") and time.when.end is not None and time.when.end > said:
            return time.when.end, time.when.end
        if time.kind == "length" and _is_ahead(sentence, time):
            lengths = [time]
            if at + 1 < len(times) and _RANGE.match(sentence[time.end : times[at + 1].start]):
                lengths.append(times[at + 1])
            return _reach(lengths, said)
    return None


def _is_ahead(sentence: str, time: TimeExpression) -> bool:
    words = sentence[time.start : time.end]
    return bool(_COMING.search(words) or _AHEAD.search(sentence[: time.start]) or re.search(r"\bnext\b", words, re.I))


def _reach(lengths: list[TimeExpression], said: date) -> tuple[date | None, date | None]:
    days = []
    for time in lengths:
        m = _LENGTH.match(time.timexes[0].value) if time.timexes else None
        if m:
            step: dict[str, int] = {_UNITS[m["unit"]]: int(m["n"])}
            days.append(said + relativedelta(**step))  # type: ignore[arg-type]
    return (min(days), max(days)) if days else (None, None)


def list_expectations(
    data: Path, codebook: Codebook, *, on: date | None = None, as_of: AsOf = None, progress: Progress | None = None
) -> tuple[Expectation, ...]:
    """The ledger of a workspace: what its reports expect, and what became of what is past, by when it comes due.

    Parameters
    ----------
    data : Path
        A workspace, or the folder of a run.
    codebook : Codebook
    on : date, optional
        The day that tells what is due; today by default.
    as_of : str, date or datetime, optional
        Reports and events as they were known then.
    progress : Progress, optional

    Raises
    ------
    UsageError
        If there is no workspace in `data`.
    """
    today = on or datetime.now(UTC).date()
    # What no report here tells one by one may have happened all the same.
    events = replace(open_events(data, codebook, as_of=as_of), partial=True)
    found: list[Expectation] = []
    with Workspace.open(home_of(data), create=False) as kept:
        kept.finish_forgetting()
        moment = within(kept, moment_of(as_of), datetime.now(UTC))
        names = {key: receipt.name for key, receipt in kept.first_receipts().items()}
        if progress:
            progress.start("Reading", kept.count_documents())
        for document in kept.documents(as_of=moment):
            found += _of_document(document, names.get(document.id, document.id), events, codebook, today)
            if progress:
                progress.advance(1)
    return tuple(sorted(found, key=lambda one: (one.latest or date.max, one.said, one.document)))


def _of_document(
    document: Document, name: str, events: EventTable, codebook: Codebook, today: date
) -> Iterator[Expectation]:
    said = document.published.start if document.published else None
    if said is None or document.language != "en":
        return
    shown = 0
    for sentence in sentences_of(document.text):
        due = read_due(sentence, said)
        if due is None or shown == MOST_PER_DOCUMENT:
            continue
        shown += 1
        earliest, latest = due
        standing: Standing = "undated"
        if earliest is not None and latest is not None:
            standing = "open" if today < earliest else "due" if today <= latest else "past"
        checked = _scored(sentence, said, latest, events, codebook) if standing == "past" and latest else None
        restricted = document.sensitivity == "restricted"
        where, words = (LOCAL, "") if restricted else (name, sentence)
        yield Expectation(where, said, words, earliest, latest, standing, None if restricted else checked)


def _scored(sentence: str, said: date, latest: date, events: EventTable, codebook: Codebook) -> Checked | None:
    from tocsin import analysis

    try:
        return analysis.check(sentence, events, codebook, said=said, parts={"first": said, "last": latest})
    except UsageError:
        return None
