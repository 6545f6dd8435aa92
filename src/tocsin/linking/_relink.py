"""Linking again after something changed: only its neighbourhood is compared anew, and the outcome is the same.

Incidents are found within neighbourhoods: claims that likely links and judgements connect. What is new, other than
before, or gone touches the neighbourhoods that it was in and those that it is now likely to belong to; all others stay.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from tocsin.codebook import Codebook
from tocsin.linking._block import Area, areas_of, candidate_pairs, crowded_areas, reach_in_days
from tocsin.linking._cluster import Partition, cluster, current_judgements, in_doubt
from tocsin.linking._compare import Link, compare, conflict, probability
from tocsin.linking._copies import lineages
from tocsin.linking._profile import Profile, profiles
from tocsin.linking._weights import LinkWeights
from tocsin.records import Claim, Copy, Document, Judgement, content_id, to_json

__all__ = ["Linkage", "relink"]


@dataclass(frozen=True, slots=True)
class Linkage:
    """What linking found and from what, kept so that linking again need not begin from nothing.

    It holds ids and hashes and no words. `version` is that of rules, weights and codebook; `claims` has a hash of all
    that linking looks at in each claim; `crowded` are hashes of the areas too full to compare; `touched` counts the
    claims that were put together anew.
    """

    version: str
    claims: Mapping[str, str]
    clusters: tuple[tuple[str, ...], ...]
    neighbourhoods: tuple[tuple[str, ...], ...]
    links: tuple[Link, ...]
    doubtful: tuple[Link, ...]
    crowded: tuple[str, ...]
    touched: int


def relink(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    shells: Mapping[str, Document],
    copies: Iterable[Copy],
    judgements: Iterable[Judgement],
    weights: LinkWeights,
    codebook: Codebook,
    before: Linkage | None = None,
) -> tuple[Partition, Linkage]:
    """As :func:`tocsin.linking.link`, but what `before` knows already is not compared again. The outcome is the same.

    Parameters
    ----------
    claims, documents, copies, judgements, weights, codebook
        As :func:`tocsin.linking.link` takes them. `documents` are asked only for those that have to be read.
    shells : mapping of str to Document
        The same documents; their texts are not looked at, and may be missing.
    before : Linkage, optional
        What linking found last time. One by other rules, weights or codebook counts for nothing.
    """
    unique = {claim.id: claim for claim in claims}
    decided = [j for j in current_judgements(judgements) if all(subject in unique for subject in j.subjects)]
    lineage = lineages(sorted({claim.document_id for claim in unique.values()}), copies)
    version = _version(weights, codebook)
    if before is None or before.version != version:
        before = Linkage(version, {}, (), (), (), (), (), 0)
    now = _fingerprints(unique, shells, lineage, decided)
    crowded = crowded_areas(unique.values())
    changed = {i for i, hashed in now.items() if before.claims.get(i) != hashed}
    other_areas = {_hash(area) for area in crowded} ^ set(before.crowded)
    if other_areas:
        # Where an area has become too full, or no longer is, its claims have other pairs than before.
        changed |= {i for i, c in unique.items() if any(_hash(area) in other_areas for area in areas_of(c))}
    gone = before.claims.keys() - now.keys()
    reader = _Reader(unique, documents, lineage, weights, codebook)
    scored = _around(changed, unique, shells, lineage, crowded, reader)
    touched = _neighbours(changed, gone, scored, before.neighbourhoods, weights) & unique.keys()
    anew = cluster(reader.read(touched), weights, _within(decided, touched), crowded)
    stale = changed | gone
    partition = Partition(
        clusters=_with(before.clusters, anew.clusters, touched | gone),
        links=tuple(sorted((*_apart(before.links, touched | gone), *anew.links), key=_ends)),
        doubtful=tuple(sorted((*_apart(before.doubtful, stale), *_doubtful(scored, reader, weights)), key=_ends)),
        part_of=tuple(sorted((j.subjects[0], j.subjects[1]) for j in decided if _is_part(j))),
        neighbourhoods=_with(before.neighbourhoods, anew.neighbourhoods, touched | gone),
    )
    linkage = Linkage(
        version=version,
        claims=now,
        clusters=partition.clusters,
        neighbourhoods=partition.neighbourhoods,
        links=partition.links,
        doubtful=partition.doubtful,
        crowded=tuple(sorted(map(_hash, crowded))),
        touched=len(touched),
    )
    return partition, linkage


@dataclass(frozen=True, slots=True)
class _Reader:
    """Profiles of the claims that are asked for."""

    claims: Mapping[str, Claim]
    documents: Mapping[str, Document]
    lineage: Mapping[str, str]
    weights: LinkWeights
    codebook: Codebook

    def read(self, wanted: Iterable[str]) -> tuple[Profile, ...]:
        return profiles((self.claims[i] for i in wanted), self.documents, self.lineage, self.codebook)


_Scored = dict[tuple[str, str], tuple[float, Profile, Profile]]


def _around(
    changed: Set[str],
    claims: Mapping[str, Claim],
    shells: Mapping[str, Document],
    lineage: Mapping[str, str],
    crowded: Set[Area],
    reader: _Reader,
) -> _Scored:
    """The scores of all pairs that hold a changed claim and that nothing forbids."""
    if not changed:
        return {}
    reach = {i: reach_in_days(c, _published(shells.get(c.document_id)), reader.weights) for i, c in claims.items()}
    days = {day for i in changed for day in reach[i]}
    stories = {lineage[claims[i].document_id] for i in changed}
    near = [
        i for i, c in claims.items() if lineage[c.document_id] in stories or (days and not days.isdisjoint(reach[i]))
    ]
    known = reader.read(near)
    found: _Scored = {}
    for first, second in candidate_pairs(known, reader.weights, crowded):
        one, other = known[first], known[second]
        if (one.id in changed or other.id in changed) and not conflict(one, other, reader.weights):
            found[one.id, other.id] = (compare(one, other, reader.weights)[0], one, other)
    return found


def _neighbours(
    changed: Set[str],
    gone: Set[str],
    scored: _Scored,
    neighbourhoods: Sequence[tuple[str, ...]],
    weights: LinkWeights,
) -> set[str]:
    """What is changed, with the neighbourhoods that it or what is gone was in, and those that it is likely to join."""
    home = {claim_id: number for number, members in enumerate(neighbourhoods) for claim_id in members}
    reached = {*changed, *gone}
    reached |= {i for pair, (score, _, _) in scored.items() if score > weights.threshold for i in pair}
    numbers = {home[i] for i in reached if i in home}
    return reached.union(*(neighbourhoods[number] for number in numbers))


def _doubtful(scored: _Scored, reader: _Reader, weights: LinkWeights) -> Iterable[Link]:
    for score, one, other in scored.values():
        if in_doubt(one, score, weights):
            a, b = sorted((one.id, other.id))
            yield Link(a, b, round(probability(score), 4), compare(one, other, weights)[1])


def _within(decided: Iterable[Judgement], touched: Set[str]) -> list[Judgement]:
    """Judgements as far as they bear on the claims that are put together anew."""
    found = []
    for judgement in decided:
        subjects = tuple(subject for subject in judgement.subjects if subject in touched)
        if len(subjects) > 1:
            found.append(judgement if subjects == judgement.subjects else replace(judgement, subjects=subjects))
    return found


def _is_part(judgement: Judgement) -> bool:
    return judgement.verdict == "part_of" and not judgement.field and len(set(judgement.subjects)) > 1


def _with(
    before: Iterable[tuple[str, ...]], anew: Iterable[tuple[str, ...]], touched: Set[str]
) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((*(group for group in before if group[0] not in touched), *anew)))


def _apart(links: Iterable[Link], touched: Set[str]) -> list[Link]:
    return [link for link in links if link.a not in touched and link.b not in touched]


def _ends(link: Link) -> tuple[str, str]:
    return link.a, link.b


def _published(document: Document | None) -> int | None:
    day = document.published.start if document and document.published else None
    return day.toordinal() if day else None


def _fingerprints(
    claims: Mapping[str, Claim],
    shells: Mapping[str, Document],
    lineage: Mapping[str, str],
    decided: Iterable[Judgement],
) -> dict[str, str]:
    """A hash of all that linking looks at in each claim."""
    judged: dict[str, list[str]] = defaultdict(list)
    for judgement in decided:
        if not judgement.field and len(judgement.subjects) > 1:
            for subject in judgement.subjects:
                judged[subject].append(f"{judgement.id} {judgement.made_at}")
    found = {}
    for claim_id, claim in claims.items():
        document = shells.get(claim.document_id)
        readable = document is not None and document.text_hash == claim.text_hash
        seen = (lineage[claim.document_id], str(_published(document)), str(readable), *sorted(judged[claim_id]))
        found[claim_id] = _hash((to_json(claim), *seen))
    return found


def _hash(parts: Iterable[object]) -> str:
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _version(weights: LinkWeights, codebook: Codebook) -> str:
    figures = (weights.prior, weights.threshold, *sorted(weights.of.items()), *sorted(weights.compatible))
    return content_id("l", _rules(), weights.version, _hash(figures), codebook.version)


@cache
def _rules() -> str:
    """A hash of the code that decides what is linked, and how it is merged."""
    digest = hashlib.sha256()
    for file in sorted(files("tocsin.linking").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".py"):
            digest.update(file.read_bytes())
    return digest.hexdigest()
