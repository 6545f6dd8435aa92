"""Which event a cluster of claims is: ids from an append-only ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.linking._cluster import Partition
from tocsin.records import content_id

__all__ = ["Assignment", "assign_ids"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What :func:`assign_ids` decided.

    `clusters` maps event ids to their claims, in the order of `Partition.clusters`. `redirects` maps ids that
    are no longer used to the events that hold their claims now, the largest share first; an event that was split keeps
    its id and appears in `splits` with what broke off. `withdrawn` are ids with no claim left anywhere.
    """

    clusters: Mapping[str, tuple[str, ...]]
    redirects: Mapping[str, tuple[str, ...]]
    splits: Mapping[str, tuple[str, ...]]
    withdrawn: tuple[str, ...]


def assign_ids(partition: Partition, ledger: Mapping[str, frozenset[str]]) -> Assignment:
    """Give each cluster the id of the event whose claims it holds most of, or a new one.

    Parameters
    ----------
    partition : Partition
    ledger : mapping of str to frozenset of str
        Every event id ever given, oldest first, with the claims it holds: none once it was redirected or withdrawn,
        after which it is not reported again. Ids are never given twice.

    Returns
    -------
    Assignment
        The largest overlap inherits; ties go to the oldest event, then to the first cluster.
    """
    order = {event_id: number for number, event_id in enumerate(ledger)}
    owner: dict[str, list[str]] = {}
    for event_id, claim_ids in ledger.items():
        for claim_id in claim_ids:
            owner.setdefault(claim_id, []).append(event_id)
    overlaps: dict[tuple[str, int], int] = Counter(
        (event_id, number)
        for number, cluster in enumerate(partition.clusters)
        for claim_id in cluster
        for event_id in owner.get(claim_id, ())
    )
    heir: dict[str, int] = {}
    given: dict[int, str] = {}
    for (event_id, number), _ in sorted(overlaps.items(), key=lambda o: (-o[1], order[o[0][0]], o[0][1])):
        if event_id not in heir and number not in given:
            heir[event_id], given[number] = number, event_id
    for number, cluster in enumerate(partition.clusters):
        if number not in given:
            given[number] = _new_id(cluster, order)
    went: dict[str, list[str]] = {event_id: [] for event_id in ledger}
    for (event_id, number), _ in sorted(overlaps.items(), key=lambda o: (-o[1], o[0][1])):
        if heir.get(event_id) != number:
            went[event_id].append(given[number])
    return Assignment(
        clusters={given[number]: cluster for number, cluster in enumerate(partition.clusters)},
        redirects={e: tuple(places) for e, places in went.items() if places and e not in heir},
        splits={e: tuple(places) for e, places in went.items() if places and e in heir},
        withdrawn=tuple(e for e, places in went.items() if ledger[e] and not places and e not in heir),
    )


def _new_id(cluster: tuple[str, ...], ledger: Mapping[str, int]) -> str:
    """An id of the claims the event begins with; where an earlier event began with the same, of that and a number."""
    attempt = 0
    while True:
        event_id = content_id("e", *sorted(cluster), *([str(attempt)] if attempt else []))
        if event_id not in ledger:
            return event_id
        attempt += 1
