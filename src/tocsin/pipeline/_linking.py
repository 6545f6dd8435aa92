"""Claims to events: copies, incidents, ids, merged fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import msgspec

from tocsin import linking, review
from tocsin.codebook import Codebook
from tocsin.interfaces import Progress
from tocsin.pipeline._account import Linked
from tocsin.pipeline._judging import DOUBTFUL_PAIRS, as_judged, attached, rejected_claims
from tocsin.pipeline._lookup import DocumentStream, StoredDocuments, claims_by_id, shells
from tocsin.records import Claim, Document, Event, Judgement
from tocsin.store import Workspace

__all__ = ["STEP", "link_claims"]

STEP = "link"
"""What runs are called that record how many pairs were doubtful."""


def link_claims(workspace: Workspace, codebook: Codebook, progress: Progress, at: datetime) -> Linked:
    """Rebuild the events of `workspace`; see :func:`tocsin.pipeline.link`."""
    workspace.lock()
    progress.start("Linking", 4)
    copies = linking.find_copies(DocumentStream(workspace))
    workspace.save_copies(copies, at)
    progress.advance()
    everything = tuple(workspace.claims())
    claims = claims_by_id(everything, copies)
    known = workspace.ledger()
    judgements = attached(workspace, claims, known.keys()).judgements
    # What a reviewer corrected is what the claim is compared and merged by.
    claims = as_judged(claims, (), judgements, codebook)
    partition = linking.link(
        claims.values(), StoredDocuments(workspace), copies, judgements, linking.load_weights(), codebook
    )
    progress.advance()
    assignment = linking.assign_ids(partition, known)
    documents = shells(workspace)
    lineage = linking.lineages(documents, copies)
    merged = _merged(assignment.clusters, partition.part_of, claims, documents, lineage, judgements, codebook)
    events = _counted(merged, everything, lineage, rejected_claims(judgements))
    progress.advance()
    redirects = {old: new[0] for old, new in assignment.redirects.items()}
    changed = workspace.save_events(events, redirects, assignment.withdrawn, at)
    workspace.keep_scratch(DOUBTFUL_PAIRS, msgspec.json.encode(partition.doubtful))
    done = review.decided(judgements)
    doubtful = sum((frozenset((link.a, link.b)), "") not in done for link in partition.doubtful)
    run = workspace.begin_run(STEP, at, f"doubtful={doubtful}")
    workspace.end_run(run, at)
    progress.advance()
    progress.finish()
    return Linked(len(copies), len(everything), len(events), changed, doubtful)


def _counted(
    events: Iterable[Event], claims: Iterable[Claim], lineage: Mapping[str, str], rejected: Collection[str]
) -> list[Event]:
    """`events` with every report counted, also those whose very same text makes their claims the same.

    Reports whose claims were rejected are none, unless the whole event was.
    """
    documents: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        documents[claim.id].add(claim.document_id)
    counted = []
    for event in events:
        standing = [c for c in event.claim_ids if c not in rejected] or event.claim_ids
        reports = {document for claim_id in standing for document in documents[claim_id]}
        counted.append(replace(event, documents=len(reports), lineages=len({lineage[d] for d in reports})))
    return counted


def _merged(
    clusters: Mapping[str, tuple[str, ...]],
    part_of: Iterable[tuple[str, str]],
    claims: Mapping[str, Claim],
    documents: Mapping[str, Document],
    lineage: Mapping[str, str],
    judgements: Iterable[Judgement],
    codebook: Codebook,
) -> list[Event]:
    home = {claim_id: event_id for event_id, cluster in clusters.items() for claim_id in cluster}
    whole = {home[part]: home[other] for part, other in part_of}
    judged: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        for subject in judgement.subjects:
            judged[subject].append(judgement)
    return [
        linking.merge(
            event_id,
            [claims[claim_id] for claim_id in cluster],
            documents,
            lineage,
            {j.id: j for subject in (event_id, *cluster) for j in judged.get(subject, ())}.values(),
            codebook,
            whole.get(event_id),
        )
        for event_id, cluster in clusters.items()
    ]
