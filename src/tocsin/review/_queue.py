"""What a person should see next: what is most in doubt and nobody has decided yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf, log
from typing import Literal

from tocsin.linking import Link, current_judgements
from tocsin.records import Claim, Event, Judgement

__all__ = [
    "FIELDS",
    "Doubt",
    "DoubtKind",
    "decided",
    "doubtful_claims",
    "doubtful_fields",
    "doubtful_pairs",
    "lost_judgements",
]

DoubtKind = Literal["pair", "claim", "field", "lost"]

FIELDS = (
    "code",
    "when",
    "where",
    "actor1",
    "actor2",
    "deaths",
    "injured",
    "detained",
    "abducted",
    "displaced",
    "weapon",
    "attribution",
    "modality",
    "background",
)
"""Fields that can be judged and corrected."""

Decided = frozenset[tuple[frozenset[str], str]]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something to look at.

    `subjects` are a claim, two claims that may be about one incident, or an event; `field` is empty where it is about
    the whole. `score` is what the machine gives it, None where it has no score for it; `why` says what speaks for and
    against.
    """

    kind: DoubtKind
    subjects: tuple[str, ...]
    field: str = ""
    score: float | None = None
    why: tuple[str, ...] = ()


def decided(judgements: Iterable[Judgement]) -> Decided:
    """What somebody has decided: subjects and field. Where the last word was ``unsure``, nobody has."""
    return frozenset((frozenset(j.subjects), j.field) for j in current_judgements(judgements) if j.verdict != "unsure")


def doubtful_pairs(
    links: Iterable[Link], home: Mapping[str, str], done: Decided, threshold: float
) -> tuple[Doubt, ...]:
    """Pairs of claims nearest to the threshold first; of the pairs between two events, or within one, only one.

    Parameters
    ----------
    links : iterable of Link
        The doubtful pairs, with their probability and reasons.
    home : mapping of str to str
        The event of each claim.
    done : frozenset
        What was decided, from :func:`decided`.
    threshold : float
        The log odds from which on two claims are put together.
    """
    open_links = (
        link for link in links if (frozenset((link.a, link.b)), "") not in done and {link.a, link.b} <= home.keys()
    )
    found: dict[frozenset[str], Doubt] = {}
    for link in sorted(open_links, key=lambda k: (abs(_odds(k.score) - threshold), k.a, k.b)):
        # Once one of them is judged the others follow, or are asked next time.
        events = frozenset((home[link.a], home[link.b]))
        found.setdefault(events, Doubt("pair", (link.a, link.b), "", link.score, (_said(events), *_reasons(link))))
    return tuple(found.values())


def doubtful_claims(
    claims: Iterable[Claim], events: Mapping[str, Event], home: Mapping[str, str], done: Decided
) -> tuple[Doubt, ...]:
    """Claims, those least sure first; not those of an event that was rejected."""
    found = [
        Doubt("claim", (claim.id,), "", claim.score, ())
        for claim in claims
        if (frozenset((claim.id,)), "") not in done and not _rejected(claim.id, events, home)
    ]
    return tuple(sorted(found, key=lambda d: (d.score if d.score is not None else inf, d.subjects)))


def doubtful_fields(
    claims: Iterable[Claim], events: Mapping[str, Event], home: Mapping[str, str], done: Decided
) -> tuple[Doubt, ...]:
    """Fields: those that sources contradict each other on and those least sure, turn by turn."""
    disputed = [
        Doubt("field", (event.id,), field.name, None, (f"sources disagree; {field.rule}",))
        for event in events.values()
        for field in event.fields
        if field.disputed and field.name in FIELDS and event.status != "rejected"
    ]
    scored = [
        Doubt("field", (claim.id,), name, evidence.score, ())
        for claim in claims
        if not _rejected(claim.id, events, home)
        for evidence in claim.evidence
        if (name := "code" if evidence.field == "type" else evidence.field) in FIELDS and evidence.score is not None
    ]
    scored.sort(key=lambda d: (d.score if d.score is not None else inf, d.subjects, d.field))
    disputed.sort(key=lambda d: (d.subjects, d.field))
    return tuple(
        d for d in _in_turn(disputed, scored) if (frozenset(d.subjects), d.field) not in done and not _whole(d, done)
    )


def lost_judgements(lost: Iterable[Judgement]) -> tuple[Doubt, ...]:
    """Judgements that are about nothing any more, oldest first."""
    return tuple(
        Doubt("lost", j.subjects, j.field, j.score_shown, tuple(filter(None, (j.verdict, j.value, j.reason))))
        for j in lost
    )


def _whole(doubt: Doubt, done: Decided) -> bool:
    """Whether the whole that the field is of was decided: who accepts a claim has seen its fields."""
    return (frozenset(doubt.subjects), "") in done


def _in_turn(one: Sequence[Doubt], other: Sequence[Doubt]) -> Iterable[Doubt]:
    shorter = min(len(one), len(other))
    for pair in zip(one, other, strict=False):
        yield from pair
    yield from islice(one, shorter, None)
    yield from islice(other, shorter, None)


def _rejected(claim_id: str, events: Mapping[str, Event], home: Mapping[str, str]) -> bool:
    event = events.get(home.get(claim_id, ""))
    return event is not None and event.status == "rejected"


def _said(events: frozenset[str]) -> str:
    return "taken for one incident" if len(events) == 1 else "taken for two incidents"


def _reasons(link: Link) -> Iterable[str]:
    """Reasons with their weights in log odds, those that say most first."""
    for reason in sorted(link.reasons, key=lambda r: (-abs(r.weight), r.name)):
        yield f"{reason.name.replace('.', ' ').replace('_', ' ')} {reason.weight:+.1f}"


def _odds(probability: float) -> float:
    if not 0 < probability < 1:
        return inf if probability >= 1 else -inf
    return log(probability / (1 - probability))
