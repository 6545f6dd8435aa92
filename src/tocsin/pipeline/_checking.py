"""Statements about numbers, checked against data that a person names; and those that the reports themselves make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.codebook import Codebook
from tocsin.errors import NothingUsable, UsageError
from tocsin.interfaces import Progress
from tocsin.pipeline._as_of import AsOf, moment_of, within
from tocsin.pipeline._tables import home_of, open_events
from tocsin.records import Claim, Document
from tocsin.store import Workspace

if TYPE_CHECKING:
    from tocsin.analysis import Checked, EventTable

__all__ = ["LOCAL", "ReportedStatement", "check_reports", "check_said", "sentences_of"]

_SENTENCE_END = re.compile(r"(?<=[.!?\u061f])[\"'\u201d\u2019)]*\s+(?=[\"'\u201c\u2018(]*[^\sa-z])|\n\s*\n")
LOCAL = "local source"
"""What restricted documents are called: whose they are is not told, and their words are not quoted."""


@dataclass(frozen=True, slots=True)
class ReportedStatement:
    """A sentence of a report that states a number of what happens, or a total, and what the data say of it.

    Attributes
    ----------
    document : str
        The report's name; "local source" for a restricted one, whose words are not quoted.
    published : date, optional
        When it was published, which the sentence is taken to be said on.
    sentence : str
    checked : Checked, optional
        None where the sentence cannot be read.
    why : str
        Why it cannot be read.
    """

    document: str
    published: date | None
    sentence: str
    checked: Checked | None
    why: str = ""


def check_said(
    text: str,
    data: Path,
    codebook: Codebook,
    *,
    said: date | None = None,
    parts: Mapping[str, Any] | None = None,
    as_of: AsOf = None,
    mapping: Path | None = None,
) -> Checked:
    """Read a sentence and check it against a workspace, the folder of a run, or a dataset's file.

    Where the day that it was said on is told, a workspace is read as it was known then, too.

    Raises
    ------
    UsageError
        If the sentence has no figure, or there are no such data.
    NothingUsable
        If there are no events in them.
    """
    from tocsin import analysis

    events = open_events(data, codebook, as_of=as_of, mapping=mapping)
    then = _as_known(data, said, codebook) if as_of is None else None
    checked = analysis.check(text, events, codebook, said=said, parts=parts, then=then)
    return replace(checked, unread=tuple(map(str, events.problems)))


def check_reports(
    data: Path, codebook: Codebook, *, as_of: AsOf = None, progress: Progress | None = None
) -> tuple[ReportedStatement, ...]:
    """Check what the reports of a workspace say in general and in total, each as of its day of publication.

    These are the sentences of ``generic`` and ``aggregate`` claims; each is taken once a document.

    Raises
    ------
    UsageError
        If there is no workspace in `data`.
    NothingUsable
        If there are no events in it.
    """
    # Reports sum up what no report here tells one by one: that it was not counted does not contradict them.
    events = replace(open_events(data, codebook, as_of=as_of), partial=True)
    with Workspace.open(home_of(data), create=False) as kept:
        kept.finish_forgetting()
        moment = within(kept, moment_of(as_of), datetime.now(UTC))
        claims = [claim for claim in kept.claims(moment) if claim.modality in ("generic", "aggregate")]
        documents = {one.id: one for one in kept.documents({claim.document_id for claim in claims}, moment)}
        names = {key: receipt.name for key, receipt in kept.first_receipts(sorted(documents)).items()}
    sentences = list(_sentences(claims, documents))
    if progress:
        progress.start("Checking", len(sentences))
    found = []
    for document, sentence in sentences:
        found.append(_checked(document, names.get(document.id, document.id), sentence, events, codebook))
        if progress:
            progress.advance(1)
    return tuple(sorted(found, key=lambda one: (one.published or date.max, one.document)))


def _as_known(data: Path, said: date | None, codebook: Codebook) -> EventTable | None:
    """A workspace as it was known on a day; None where there is none, or it did not hold anything yet."""
    if said is None or not data.is_dir():
        return None
    try:
        return open_events(data, codebook, as_of=said)
    except (UsageError, NothingUsable):
        return None


def _sentences(claims: list[Claim], documents: Mapping[str, Document]) -> Iterator[tuple[Document, str]]:
    """The sentences that claims stand in, each once a document, in the order of the texts."""
    told: set[tuple[str, str]] = set()
    for claim in sorted(claims, key=lambda one: (one.document_id, one.trigger.start)):
        document = documents.get(claim.document_id)
        if document is None or claim.trigger.text_hash != document.text_hash:
            continue
        sentence = _sentence_at(document.text, claim.trigger.start)
        if (document.id, sentence) not in told:
            told.add((document.id, sentence))
            yield document, sentence


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of a text, in order."""
    begun = 0
    for end in (*(m.end() for m in _SENTENCE_END.finditer(text)), len(text)):
        if sentence := " ".join(text[begun:end].split()):
            yield sentence
        begun = end


def _sentence_at(text: str, at: int) -> str:
    ends = [m.span() for m in _SENTENCE_END.finditer(text)]
    start = max((end for _, end in ends if end <= at), default=0)
    stop = min((begun for begun, _ in ends if begun > at), default=len(text))
    return " ".join(text[start:stop].split())


def _checked(document: Document, name: str, sentence: str, events: EventTable, codebook: Codebook) -> ReportedStatement:
    from tocsin import analysis

    published = document.published.start if document.published else None
    restricted = document.sensitivity == "restricted"
    shown = (LOCAL, published, "") if restricted else (name, published, sentence)
    if published is None:
        return ReportedStatement(*shown, None, "the report tells no day, so that nobody knows when it was said")
    try:
        checked = analysis.check(sentence, events, codebook, said=published)
    except UsageError:
        return ReportedStatement(*shown, None, "it has no figure that can be checked")
    return ReportedStatement(*shown, checked)
