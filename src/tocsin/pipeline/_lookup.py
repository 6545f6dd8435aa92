"""Records of a workspace as mappings, so that stages that want one never hold all texts at once."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tocsin.records import Claim, Copy, Document
from tocsin.store import Workspace

__all__ = ["DocumentStream", "StoredDocuments", "claim_text", "claims_by_id", "shells"]

# Documents kept at hand. Events of one day tend to rest on the same few dozen reports.
_AT_HAND = 128
# Documents fetched with the one that is asked for.
_AHEAD = 32


class DocumentStream:
    """The documents of a workspace, as often as they are asked for, a page at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __iter__(self) -> Iterator[Document]:
        return self._workspace.documents()


class StoredDocuments(Mapping[str, Document]):
    """The documents of a workspace by id, fetched when asked for; some ahead, where they are asked for in order.

    With `as_of` they are as they were then; ids and their number are those of now.
    """

    def __init__(self, workspace: Workspace, as_of: datetime | None = None) -> None:
        self._workspace = workspace
        self._as_of = as_of
        self._at_hand: OrderedDict[str, Document] = OrderedDict()
        self._ids: tuple[str, ...] | None = None
        self._expected = 0

    def __getitem__(self, document_id: str) -> Document:
        if document_id in self._at_hand:
            self._at_hand.move_to_end(document_id)
            return self._at_hand[document_id]
        for document in self._workspace.documents(self._wanted(document_id), self._as_of):
            self._at_hand[document.id] = document
            self._at_hand.move_to_end(document.id)
        if document_id not in self._at_hand:
            raise KeyError(document_id)
        found = self._at_hand[document_id]
        while len(self._at_hand) > _AT_HAND:
            self._at_hand.popitem(last=False)
        return found

    def _wanted(self, document_id: str) -> Sequence[str]:
        """What to fetch for `document_id`: those after it too, where documents are being asked for in order."""
        if self._ids is None:
            self._ids = self._workspace.document_ids()
        at = bisect_left(self._ids, document_id)
        in_order = 0 <= at - self._expected < _AHEAD
        page = self._ids[at : at + _AHEAD] if in_order else (document_id,)
        self._expected = at + len(page)
        return page

    def __iter__(self) -> Iterator[str]:
        return iter(self._workspace.document_ids())

    def __len__(self) -> int:
        return self._workspace.count_documents()


def claims_by_id(claims: Iterable[Claim], copies: Iterable[Copy]) -> dict[str, Claim]:
    """Each claim once: documents with the very same text have claims with the same ids, and the original's stands."""
    repeats = {copy.document_id for copy in copies}
    found: dict[str, Claim] = {}
    for claim in claims:
        known = found.get(claim.id)
        if known is None or (known.document_id in repeats and claim.document_id not in repeats):
            found[claim.id] = claim
    return found


def shells(workspace: Workspace, as_of: datetime | None = None) -> dict[str, Document]:
    """Every document by id, without its text and all but the first of its parts: a kilobyte or so each."""
    return {d.id: replace(d, text="", parts=d.parts[:1]) for d in workspace.documents(as_of=as_of)}


def claim_text(workspace: Workspace, claim: Claim, document: Document) -> Document:
    """`document` with the text that `claim` cites, also where a later version of it has another."""
    if claim.text_hash == document.text_hash:
        return document
    return replace(document, text=workspace.text(claim.text_hash), text_hash=claim.text_hash, parts=())
