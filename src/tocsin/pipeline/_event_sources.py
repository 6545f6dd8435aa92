"""Which outlets tell of each event, a story and its copies being one: the lists that under-count is estimated from."""

from __future__ import annotations

from datetime import datetime

from tocsin import linking
from tocsin.records import Document
from tocsin.store import Workspace

__all__ = ["event_sources"]

LOCAL = "local source"
"""What restricted documents are called together: whose they are is not told."""
UNNAMED = "unnamed"


def event_sources(workspace: Workspace, as_of: datetime | None = None) -> tuple[frozenset[str], ...]:
    """The outlets that tell of each incident by themselves.

    A copy of a story speaks for the outlet that had it first. Events that are only denied, possible or general, or were
    rejected, are no incidents.

    Parameters
    ----------
    workspace : Workspace
    as_of : datetime, optional
        As it was known then.

    Returns
    -------
    tuple of frozenset of str
        A set for each event, in the order of their ids; restricted documents are "local source".
    """
    copies = workspace.copies(as_of)
    told_in = {claim.id: claim.document_id for claim in workspace.claims(as_of)}
    root = linking.lineages(sorted({*told_in.values(), *(c.origin_id for c in copies)}), copies)
    outlet = {document.id: _outlet(document) for document in workspace.documents(as_of=as_of)}
    found = []
    for event in workspace.events(as_of):
        if event.modality != "asserted" or event.background or event.status in ("rejected", "withdrawn"):
            continue
        reports = {told_in[claim] for claim in event.claim_ids if claim in told_in}
        # A forgotten origin leaves its copies to speak for themselves.
        outlets = {outlet.get(root[report]) or outlet.get(report, UNNAMED) for report in reports}
        if outlets:
            found.append(frozenset(outlets))
    return tuple(found)


def _outlet(document: Document) -> str:
    if document.sensitivity == "restricted":
        return LOCAL
    return document.origin or document.source or UNNAMED
