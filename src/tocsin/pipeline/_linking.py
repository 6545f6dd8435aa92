"""Claims to events: copies, incidents, ids, merged fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from tocsin import linking, review
from tocsin.codebook import Codebook
from tocsin.interfaces import Progress
from tocsin.linking import Linkage
from tocsin.pipeline._account import Linked
from tocsin.pipeline._fitting import weights_of
from tocsin.pipeline._judging import DOUBTFUL_PAIRS, as_judged, attached, rejected_claims
from tocsin.pipeline._lookup import DocumentStream, StoredDocuments, claims_by_id, shells
from tocsin.records import Claim, Document, Event, Judgement, content_id, from_json, to_json
from tocsin.store import Workspace

__all__ = ["STEP", "link_claims"]

MEMORY = "linkage"
"""Under what the workspace's scratch keeps how things were linked; destroyed with it when a document is forgotten."""

STEP = "link"
"""What runs are called that record how many pairs were doubtful."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the last linking left: hashes of what each event was made of and of what came of it, and no words."""

    linkage: Linkage
    made_of: Mapping[str, str]
    became: Mapping[str, str]


def link_claims(
    workspace: Workspace, codebook: Codebook, progress: Progress, at: datetime, *, anew: bool = False
) -> Linked:
    """Rebuild the events of `workspace`; see :func:`tocsin.pipeline.link`."""
    workspace.lock()
    memory = None if anew else _remembered(workspace)
    progress.start("Linking", 4)
    copies = linking.find_copies(DocumentStream(workspace))
    workspace.save_copies(copies, at)
    progress.advance()
    everything = tuple(workspace.claims())
    claims = claims_by_id(everything, copies)
    known = workspace.ledger()
    judgements = attached(workspace, codebook, claims, known.keys()).judgements
    # What a reviewer corrected is what the claim is compared and merged by.
    claims = as_judged(claims, (), judgements, codebook)
    documents = shells(workspace)
    partition, linkage = linking.relink(
        claims.values(),
        StoredDocuments(workspace),
        documents,
        copies,
        judgements,
        weights_of(workspace),
        codebook,
        memory.linkage if memory else None,
    )
    progress.advance()
    assignment = linking.assign_ids(partition, known)
    lineage = linking.lineages(documents, copies)
    merger = _Merger(claims, _reports(everything), documents, lineage, judgements, codebook, linkage.version)
    made_of = merger.made_of(assignment.clusters, partition.part_of)
    events = _standing(workspace, memory, made_of)
    fresh = {i: cluster for i, cluster in assignment.clusters.items() if i not in events}
    events |= {event.id: event for event in merger.events(fresh, assignment.clusters, partition.part_of)}
    progress.advance()
    redirects = {old: new[0] for old, new in assignment.redirects.items()}
    ordered = [events[event_id] for event_id in assignment.clusters]
    changed = workspace.save_events(ordered, redirects, assignment.withdrawn, at)
    became = {event.id: content_id("e", to_json(event)) for event in ordered}
    workspace.keep_scratch(MEMORY, to_json(_Memory(linkage, made_of, became)).encode())
    workspace.keep_scratch(DOUBTFUL_PAIRS, msgspec.json.encode(partition.doubtful))
    done = review.decided(judgements)
    doubtful = sum((frozenset((link.a, link.b)), "") not in done for link in partition.doubtful)
    run = workspace.begin_run(STEP, at, f"doubtful={doubtful}")
    workspace.end_run(run, at)
    progress.advance()
    progress.finish()
    return Linked(
        copies=len(copies),
        claims=len(everything),
        events=len(events),
        changed=changed,
        doubtful=doubtful,
        relinked=linkage.touched,
    )


def _remembered(workspace: Workspace) -> _Memory | None:
    """What was left last time, None where there is nothing, or nothing that this version can read."""
    try:
        return from_json(workspace.scratch(MEMORY), _Memory)
    except ValueError:
        return None


def _standing(workspace: Workspace, memory: _Memory | None, made_of: Mapping[str, str]) -> dict[str, Event]:
    """Current events that are made of just what they were made of, and still are what they became then."""
    if memory is None:
        return {}
    same = {i for i, parts in made_of.items() if memory.made_of.get(i) == parts}
    return {
        event.id: event
        for event in workspace.events()
        if event.id in same and content_id("e", to_json(event)) == memory.became.get(event.id)
    }


def _reports(claims: Iterable[Claim]) -> dict[str, set[str]]:
    """The documents that hold each claim: those whose very same text makes their claims the same."""
    found: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        found[claim.id].add(claim.document_id)
    return found


class _Merger:
    """Merges clusters of claims into events."""

    def __init__(
        self,
        claims: Mapping[str, Claim],
        reports: Mapping[str, Collection[str]],
        documents: Mapping[str, Document],
        lineage: Mapping[str, str],
        judgements: Iterable[Judgement],
        codebook: Codebook,
        version: str,
    ) -> None:
        self._claims, self._reports = claims, reports
        self._documents, self._lineage, self._codebook = documents, lineage, codebook
        self._version = version
        self._judged: dict[str, dict[str, Judgement]] = defaultdict(dict)
        judgements = tuple(judgements)
        for judgement in judgements:
            for subject in judgement.subjects:
                self._judged[subject][judgement.id] = judgement
        self._rejected = rejected_claims(judgements)

    def made_of(self, clusters: Mapping[str, tuple[str, ...]], part_of: Iterable[tuple[str, str]]) -> dict[str, str]:
        """A hash of everything that each event is made of: claims, their documents, judgements and rules."""
        whole = _wholes(clusters, part_of)
        told = {i: content_id("m", *self._told(i)) for cluster in clusters.values() for i in cluster}
        return {
            event_id: content_id(
                "m",
                self._version,
                whole.get(event_id, ""),
                *sorted(self._judged.get(event_id, ())),
                *(told[i] for i in cluster),
            )
            for event_id, cluster in clusters.items()
        }

    def _told(self, claim_id: str) -> Iterator[str]:
        claim = self._claims[claim_id]
        yield to_json(claim)
        yield from sorted(self._judged.get(claim_id, ()))
        for document_id in sorted({claim.document_id, *self._reports[claim_id]}):
            yield from (document_id, self._lineage[document_id])
            document = self._documents[document_id]
            yield from (document.source, document.origin, document.title, to_json(document.published))

    def events(
        self,
        wanted: Mapping[str, tuple[str, ...]],
        clusters: Mapping[str, tuple[str, ...]],
        part_of: Iterable[tuple[str, str]],
    ) -> Iterator[Event]:
        """The events of the clusters that are `wanted`."""
        whole = _wholes(clusters, part_of)
        for event_id, cluster in wanted.items():
            judged = {i: j for subject in (event_id, *cluster) for i, j in self._judged.get(subject, {}).items()}
            event = linking.merge(
                event_id,
                [self._claims[claim_id] for claim_id in cluster],
                self._documents,
                self._lineage,
                judged.values(),
                self._codebook,
                whole.get(event_id),
            )
            yield self._counted(event)

    def _counted(self, event: Event) -> Event:
        """`event` with every report counted, also those whose very same text makes their claims the same.

        Reports whose claims were rejected are none, unless the whole event was.
        """
        standing = [c for c in event.claim_ids if c not in self._rejected] or event.claim_ids
        reports = {document for claim_id in standing for document in self._reports[claim_id]}
        return replace(event, documents=len(reports), lineages=len({self._lineage[d] for d in reports}))


def _wholes(clusters: Mapping[str, tuple[str, ...]], part_of: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The event that each is a part of."""
    home = {claim_id: event_id for event_id, cluster in clusters.items() for claim_id in cluster}
    return {home[part]: home[whole] for part, whole in part_of}
