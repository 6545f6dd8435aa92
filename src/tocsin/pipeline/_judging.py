"""The log of judgements as it bears on the claims and events of a workspace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from tocsin import linking
from tocsin.codebook import Codebook
from tocsin.records import Claim, Event, Judgement
from tocsin.review import Attached, attach
from tocsin.store import Workspace

__all__ = ["DOUBTFUL_PAIRS", "as_judged", "attached", "rejected_claims"]


DOUBTFUL_PAIRS = "doubtful-pairs"
"""The scratch that linking leaves its doubtful pairs in: ids, scores and reasons, no words."""


def attached(
    workspace: Workspace,
    codebook: Codebook,
    claims: Mapping[str, Claim],
    events: Collection[str],
    as_of: datetime | None = None,
) -> Attached:
    """The log of `workspace`, attached to its `claims` and `events` as they are; those lost for want of either.

    A correction that `codebook` cannot read, such as to a code that a layer had, is lost too: it stops nothing else.
    """
    log = tuple(workspace.judgements(as_of))
    missing = {s for j in log for s in j.subjects} - claims.keys() - set(events)
    return attach(log, claims, workspace.former_claims(missing) if missing else {}, events, codebook)


def rejected_claims(judgements: Iterable[Judgement]) -> frozenset[str]:
    """Claims whose latest judgement on the whole is that they are wrong."""
    latest = linking.current_judgements(j for j in judgements if len(j.subjects) == 1 and not j.field)
    return frozenset(j.subjects[0] for j in latest if j.verdict == "reject")


def as_judged(
    claims: Mapping[str, Claim], events: Iterable[Event], judgements: Sequence[Judgement], codebook: Codebook
) -> dict[str, Claim]:
    """`claims` as an edition shows them: corrected, and without those that were rejected out of an event that stands.

    What was misread must not stand beside the event as what a source said. An event that was rejected whole keeps its
    claims, so that it can still be seen what was rejected.
    """
    known = dict(claims)
    by_claim: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in linking.current_judgements(j for j in judgements if len(j.subjects) == 1):
        by_claim[judgement.subjects[0]].append(judgement)
    for claim_id in by_claim.keys() & known.keys():
        known[claim_id] = linking.corrected(known[claim_id], by_claim[claim_id], codebook)
    rejected = rejected_claims(judgements)
    for event in events:
        if event.status != "rejected":
            for claim_id in rejected.intersection(event.claim_ids):
                known.pop(claim_id, None)
    return known
