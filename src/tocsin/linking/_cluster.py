"""From compared pairs to incidents: most certain first, never across what forbids it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from tocsin.codebook import Codebook
from tocsin.linking._block import Area, candidate_pairs, crowded_areas
from tocsin.linking._compare import Link, Reason, compare, conflict, probability
from tocsin.linking._copies import lineages
from tocsin.linking._profile import Profile, profiles
from tocsin.linking._weights import LinkWeights
from tocsin.records import Claim, Copy, Document, Judgement

__all__ = ["Partition", "cluster", "current_judgements", "in_doubt", "link"]

DOUBT = 1.5
"""Log odds either side of the threshold within which a person should look: 18 to 82 %."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Which claims are about one incident.

    `clusters` are claim ids in alphabetical order, every claim in exactly one. `links` are those that hold the
    clusters together, `doubtful` those near the threshold, joined or not, for review. `part_of` are (part, whole)
    pairs of claim ids, whose incidents stay apart. `neighbourhoods` are the claims that likely links and judgements
    connect, clusters and all: what happens in one changes nothing in another.
    """

    clusters: tuple[tuple[str, ...], ...]
    links: tuple[Link, ...] = ()
    doubtful: tuple[Link, ...] = ()
    part_of: tuple[tuple[str, str], ...] = ()
    neighbourhoods: tuple[tuple[str, ...], ...] = ()

    def cluster_of(self) -> dict[str, tuple[str, ...]]:
        """The cluster of each claim."""
        return {claim_id: cluster for cluster in self.clusters for claim_id in cluster}


def link(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    copies: Iterable[Copy],
    judgements: Iterable[Judgement],
    weights: LinkWeights,
    codebook: Codebook,
) -> Partition:
    """Put claims about one incident together. Pure: the order of what it is given changes nothing.

    Claims of one document about different days, places or types never come into one cluster, directly or through
    others. A judgement ``same`` joins whatever the scores say; ``not_same`` and ``part_of`` keep apart, also every
    chain through others. Threats, plans, habits and totals stand alone, with their twins in copies.

    Parameters
    ----------
    claims : iterable of Claim
    documents : mapping of str to Document
        By id; looked up once a document, so that it may read from a store. One that is missing costs its dates of
        publication and its wording, nothing else.
    copies : iterable of Copy
    judgements : iterable of Judgement
        The whole log; the latest on the same subjects counts. Those on claims not given are passed over.
    weights : LinkWeights
    codebook : Codebook
    """
    unique = {claim.id: claim for claim in claims}
    lineage = lineages(sorted({claim.document_id for claim in unique.values()}), copies)
    known = profiles(unique.values(), documents, lineage, codebook)
    decided = [j for j in current_judgements(judgements) if all(subject in unique for subject in j.subjects)]
    return cluster(known, weights, decided, crowded_areas(unique.values()))


def cluster(
    known: Sequence[Profile], weights: LinkWeights, decided: Sequence[Judgement], crowded: Set[Area]
) -> Partition:
    """Put profiles together; `decided` are judgements on them alone, and `crowded` areas those of all claims."""
    clustering = _Clustering(known, weights, decided)
    clustering.join_judged()
    clustering.join_scored(crowded)
    return clustering.partition()


def in_doubt(one: Profile, score: float, weights: LinkWeights) -> bool:
    """Whether a person should look at a pair with `score`."""
    return abs(score - weights.threshold) < DOUBT and one.incident


def current_judgements(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """The latest judgement on each field of each set of subjects, oldest first.

    Whether `part_of` says which is the part, the order of subjects does not make it another matter.
    """
    latest: dict[tuple[frozenset[str], str], Judgement] = {}
    for judgement in sorted(judgements, key=lambda j: (j.made_at, j.id)):
        latest[frozenset(judgement.subjects), judgement.field] = judgement
    return tuple(sorted(latest.values(), key=lambda j: (j.made_at, j.id)))


class _Clustering:
    """Clusters as they grow. A cluster is known by the lowest position of its members."""

    def __init__(self, profiles: Sequence[Profile], weights: LinkWeights, judgements: Sequence[Judgement]) -> None:
        self.profiles = profiles
        self.weights = weights
        self.position = {profile.id: number for number, profile in enumerate(profiles)}
        self.members = {number: [number] for number in range(len(profiles))}
        self.home = list(range(len(profiles)))
        # Claims that a person put together: a new claim need only fit one of them.
        self.judged: dict[int, int] = {}
        self.apart: dict[int, set[int]] = defaultdict(set)
        self.links: list[Link] = []
        self.doubtful: list[Link] = []
        self.part_of: list[tuple[str, str]] = []
        self.same: list[Judgement] = []
        self.near = list(range(len(profiles)))
        for judgement in judgements:
            self._take(judgement)

    def _take(self, judgement: Judgement) -> None:
        places = [self.position[subject] for subject in judgement.subjects]
        if len(set(places)) < 2 or judgement.field:
            return
        if judgement.verdict == "same":
            self.same.append(judgement)
        elif judgement.verdict in ("not_same", "part_of"):
            for one in places:
                self.apart[one].update(other for other in places if other != one)
            if judgement.verdict == "part_of":
                self.part_of.append((judgement.subjects[0], judgement.subjects[1]))

    def join_judged(self) -> None:
        """Join what people said is the same, the latest word first, unless somebody said it is not."""
        for judgement in reversed(self.same):
            first, *rest = sorted(self.position[subject] for subject in judgement.subjects)
            for other in rest:
                self._connect(first, other)
                one, two = self.home[first], self.home[other]
                if one != two and not self._kept_apart(one, two):
                    self._join(one, two)
                    self._note(first, other, 1.0, (Reason("judgement", 0.0),))
        for number, cluster in enumerate(self.home):
            if len(self.members[cluster]) > 1:
                self.judged[number] = cluster

    def join_scored(self, crowded: Set[Area]) -> None:
        """Join the rest, most certain pair first; pairs that tie go by claim id."""
        scored: dict[tuple[int, int], float] = {}
        reasons: dict[tuple[int, int], tuple[Reason, ...]] = {}
        for pair in candidate_pairs(self.profiles, self.weights, crowded):
            one, other = self.profiles[pair[0]], self.profiles[pair[1]]
            if conflict(one, other, self.weights):
                continue
            scored[pair], why = compare(one, other, self.weights)
            if scored[pair] > self.weights.threshold - DOUBT:
                reasons[pair] = why
        self._fill_doubtful(scored, reasons)
        likely = [pair for pair, score in scored.items() if score > self.weights.threshold]
        for pair in likely:
            self._connect(*pair)
        for pair in sorted(likely, key=lambda p: (-round(scored[p], 9), *self._ids(p))):
            first, second = self.home[pair[0]], self.home[pair[1]]
            if first == second or self._kept_apart(first, second) or not self._agree(first, second, scored):
                continue
            self._join(first, second)
            self._note(*pair, probability(scored[pair]), reasons[pair])

    def partition(self) -> Partition:
        """What came of it."""
        clusters = (tuple(sorted(self.profiles[n].id for n in members)) for members in self.members.values())
        near: dict[int, list[str]] = defaultdict(list)
        for number, profile in enumerate(self.profiles):
            near[self._root(number)].append(profile.id)
        return Partition(
            clusters=tuple(sorted(clusters)),
            links=tuple(sorted(self.links, key=lambda found: (found.a, found.b))),
            doubtful=tuple(sorted(self.doubtful, key=lambda found: (found.a, found.b))),
            part_of=tuple(sorted(self.part_of)),
            neighbourhoods=tuple(sorted(tuple(sorted(ids)) for ids in near.values())),
        )

    def _connect(self, one: int, other: int) -> None:
        first, second = self._root(one), self._root(other)
        self.near[max(first, second)] = min(first, second)

    def _root(self, number: int) -> int:
        while self.near[number] != number:
            self.near[number] = self.near[self.near[number]]
            number = self.near[number]
        return number

    def _ids(self, pair: tuple[int, int]) -> tuple[str, str]:
        a, b = self.profiles[pair[0]].id, self.profiles[pair[1]].id
        return (a, b) if a < b else (b, a)

    def _note(self, one: int, other: int, score: float, reasons: tuple[Reason, ...]) -> None:
        self.links.append(Link(*self._ids((one, other)), round(score, 4), reasons))

    def _fill_doubtful(
        self, scored: Mapping[tuple[int, int], float], reasons: Mapping[tuple[int, int], tuple[Reason, ...]]
    ) -> None:
        for pair, score in scored.items():
            if in_doubt(self.profiles[pair[0]], score, self.weights):
                self.doubtful.append(Link(*self._ids(pair), round(probability(score), 4), reasons[pair]))

    def _kept_apart(self, one: int, two: int) -> bool:
        """Whether a person said that a member of one is not the same as a member of the other."""
        if not self.apart:
            return False
        others = set(self.members[two])
        return any(not others.isdisjoint(self.apart.get(member, ())) for member in self.members[one])

    def _agree(self, one: int, two: int, scored: Mapping[tuple[int, int], float]) -> bool:
        """Whether nothing forbids any pair across the two clusters, and their scores on the whole speak for it."""
        total, pairs = 0.0, 0
        fits: dict[tuple[int, int], bool] = {}
        for a in self.members[one]:
            for b in self.members[two]:
                score = scored.get((a, b) if a < b else (b, a))
                if score is not None:
                    total, pairs = total + score, pairs + 1
                why = "" if score is not None else conflict(self.profiles[a], self.profiles[b], self.weights)
                if why and (self.profiles[a].document == self.profiles[b].document):
                    return False
                # What people put together counts as one: it is enough to fit one of its claims.
                unit = (self.judged.get(a, -1 - a), self.judged.get(b, -1 - b))
                fits[unit] = fits.get(unit, False) or not why
        return all(fits.values()) and total >= self.weights.threshold * pairs

    def _join(self, one: int, two: int) -> None:
        kept, gone = min(one, two), max(one, two)
        for member in self.members[gone]:
            self.home[member] = kept
        self.members[kept] += self.members.pop(gone)
