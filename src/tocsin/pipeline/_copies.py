"""Stories as they were told: the origin, its copies, why they are copies, and what each changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tocsin import linking
from tocsin.linking import Change
from tocsin.pipeline._lookup import StoredDocuments
from tocsin.records import Copy, CopyKind, Document, Receipt
from tocsin.release import LOCAL_SOURCE
from tocsin.store import Workspace

__all__ = ["CopyReading", "Telling", "Told", "read_lineages"]


@dataclass(frozen=True, slots=True)
class Telling:
    """One document of a story; `credits` is the outlet it says it took the story from."""

    document_id: str
    document: str
    source: str
    credits: str
    published: date | None
    title: str
    restricted: bool


@dataclass(frozen=True, slots=True)
class CopyReading:
    """A copy, the document it `repeats`, and why that is known.

    `similarity` is the share of words (for other kinds than ``text``: of names and figures) that is the same.
    `withheld` says that words of a restricted document are left out of `changes`.
    """

    telling: Telling
    repeats: str
    kind: CopyKind
    similarity: float
    reasons: tuple[str, ...]
    changes: tuple[Change, ...]
    withheld: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A story: where it began, and everything that repeats it, earliest first."""

    origin: Telling
    copies: tuple[CopyReading, ...]


def read_lineages(
    workspace: Workspace, document_id: str | None = None, *, internal: bool = False, as_of: datetime | None = None
) -> Iterator[Told]:
    """Yield the stories of `workspace` that were told more than once, earliest first.

    Parameters
    ----------
    workspace : Workspace
    document_id : str, optional
        Only the story that this document tells.
    internal : bool, optional
        Whether to show names and words of restricted documents.
    as_of : datetime, optional
        The copies as they were known then.
    """
    copies = workspace.copies(as_of)
    root = linking.lineages(sorted({i for c in copies for i in (c.document_id, c.origin_id)}), copies)
    stories: dict[str, list[Copy]] = defaultdict(list)
    for copy in copies:
        if document_id is None or root[copy.document_id] == root.get(document_id):
            stories[root[copy.document_id]].append(copy)
    documents = StoredDocuments(workspace, as_of)
    # A document that was forgotten since takes its story with it.
    known = {o: [c for c in told if c.document_id in documents] for o, told in stories.items() if o in documents}
    receipts = workspace.first_receipts(sorted({i for o, told in known.items() for i in (o, *_ids(told))}))
    reader = _Reader(documents, receipts, internal)
    for origin_id in sorted(known, key=lambda o: (_day(documents[o]), o)):
        if known[origin_id]:
            yield reader.told(origin_id, known[origin_id])


def _ids(copies: Sequence[Copy]) -> list[str]:
    return [c.document_id for c in copies]


def _day(document: Document) -> date:
    return document.published.start or date.max if document.published else date.max


class _Reader:
    """Reads documents as tellings, restricted ones only as far as they may be shown."""

    def __init__(self, documents: StoredDocuments, receipts: Mapping[str, Receipt], internal: bool) -> None:
        self._documents, self._receipts, self._internal = documents, receipts, internal

    def told(self, origin_id: str, copies: Sequence[Copy]) -> Told:
        ordered = sorted(copies, key=lambda c: (_day(self._documents[c.document_id]), c.document_id))
        return Told(self._telling(origin_id), tuple(map(self._copy, ordered)))

    def _telling(self, document_id: str) -> Telling:
        document = self._documents[document_id]
        receipt = self._receipts.get(document_id)
        name = f"{receipt.name}#{receipt.item}" if receipt and receipt.item else receipt.name if receipt else ""
        hidden = document.sensitivity == "restricted" and not self._internal
        return Telling(
            document_id=document_id,
            document="" if hidden else name,
            source=LOCAL_SOURCE if hidden else document.source,
            credits="" if hidden else document.origin,
            published=document.published.start if document.published else None,
            title="" if hidden else document.title,
            restricted=document.sensitivity == "restricted",
        )

    def _copy(self, copy: Copy) -> CopyReading:
        told, before = self._telling(copy.document_id), self._telling(copy.origin_id)
        withheld = (told.restricted or before.restricted) and not self._internal
        found: tuple[Change, ...] = ()
        if copy.kind == "text" and copy.changed and not withheld:
            found = linking.changes(self._documents[copy.origin_id].text, self._documents[copy.document_id].text)
        return CopyReading(
            telling=told,
            repeats=copy.origin_id,
            kind=copy.kind,
            similarity=copy.similarity,
            reasons=tuple(_reasons(copy, told, before)),
            changes=found,
            withheld=withheld and bool(copy.changed),
        )


def _reasons(copy: Copy, told: Telling, before: Telling) -> Iterator[str]:
    """Why it is a copy, and why of this one."""
    if copy.kind == "text":
        yield "the same words" if copy.similarity >= 1 and not copy.changed else f"{copy.similarity:.0%} the same words"
    elif copy.kind == "address":
        yield "published at the same address"
    elif copy.kind == "link":
        yield f"links it and says no more: {copy.similarity:.0%} of its names and figures are there"
    else:
        yield f"the same in another language: {copy.similarity:.0%} of names and figures"
    if told.credits and before.source and told.credits.casefold().strip() == before.source.casefold().strip():
        yield f"credits {told.credits}"
    elif told.credits:
        yield f"credits {told.credits}, as others do" if told.credits == before.credits else f"credits {told.credits}"
    if told.published and before.published:
        days = (told.published - before.published).days
        yield (
            "on the same day"
            if days == 0
            else f"{abs(days)} {'day' if abs(days) == 1 else 'days'} " + ("later" if days > 0 else "earlier")
        )
