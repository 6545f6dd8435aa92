"""From the claims about one incident to one event, each field with its basis, nothing averaged away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import get_args

from tocsin.codebook import Codebook
from tocsin.linking._cluster import current_judgements
from tocsin.linking._corrections import COUNTS, corrected, is_judged
from tocsin.linking._merge_actors import attribution as attribution_of
from tocsin.linking._merge_actors import denies_own_part
from tocsin.linking._merge_actors import participants as participants_of
from tocsin.linking._profile import SETTLED, fold
from tocsin.linking._toll import toll
from tocsin.linking._voices import Voice, ids
from tocsin.linking._voices import votes as count_votes
from tocsin.records import (
    Claim,
    Counts,
    DatePrecision,
    Document,
    Event,
    EventStatus,
    Judgement,
    MergedField,
    Modality,
    Place,
    PlaceExtent,
    PlacePrecision,
    When,
)

__all__ = ["merge"]

GENERAL_CODES = frozenset({"attack", "armed_clash", "other"})
"""Codes that say least; a code that ranks before them and says how or with what outcome is preferred."""

ENOUGH_SUPPORT = 1 / 3
"""A more specific code is preferred when at least this share of the votes for the general one backs it."""

FAR_DEGREES = 0.1
"""About 10 km: settlements farther apart than this contradict each other."""

_MODALITIES: tuple[Modality, ...] = get_args(Modality)
_DATE_FINENESS: tuple[DatePrecision, ...] = get_args(DatePrecision)
_PLACE_FINENESS: tuple[PlacePrecision, ...] = ("exact", "settlement", "near", "admin2", "admin1", "country")


def merge(
    event_id: str,
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    lineage: Mapping[str, str],
    judgements: Iterable[Judgement],
    codebook: Codebook,
    part_of: str | None = None,
) -> Event:
    """Merge the claims about one incident into an event.

    Each lineage (a story with its copies) has one vote, however often it was printed. Fields rest on asserted
    claims where there are any, else on possible ones, else they hold what is denied. Judgements on a claim's field
    count before merging, those on the event's after; a rejected claim stays listed, and no field and no count of
    reports rests on it. An accepted claim confirms the event.

    Parameters
    ----------
    event_id : str
    claims : iterable of Claim
    documents : mapping of str to Document
        By id, for their days of publication; one that is missing counts as published last.
    lineage : mapping of str to str
        Document id to lineage, from :func:`lineages`.
    judgements : iterable of Judgement
        The whole log, or what of it names these claims or this event.
    codebook : Codebook
    part_of : str or None
        The event that this one is a part of.

    Raises
    ------
    ValueError
        If there is no claim.
    UsageError
        If a judgement's value cannot be read.
    """
    everything = sorted(claims, key=lambda c: c.id)
    if not everything:
        raise ValueError(f"event {event_id} has no claim")
    decided = _by_subject(judgements, {event_id, *(c.id for c in everything)})
    rejected = {c.id for c in everything if any(j.verdict == "reject" and not j.field for j in decided[c.id])}
    voices = [
        _voice(corrected(c, decided[c.id], codebook), documents.get(c.document_id), lineage)
        for c in everything
        if c.id not in rejected or len(rejected) == len(everything)
    ]
    event = _merged(event_id, voices, codebook)
    standing = [v.claim for v in voices]
    event = replace(
        event,
        claim_ids=tuple(c.id for c in everything),
        documents=len({c.document_id for c in standing}),
        lineages=len({v.lineage for v in voices}),
        status=_status(event_id, standing, rejected, decided),
        fields=tuple(_reviewed(f, standing) for f in event.fields),
        part_of=part_of,
    )
    return _judged(event, voices[0].claim, decided[event_id], codebook)


def _status(
    event_id: str, standing: Sequence[Claim], rejected: Collection[str], decided: Mapping[str, Sequence[Judgement]]
) -> EventStatus:
    """What reviewers said of the event and its claims: one claim that is right confirms it, none left rejects it.

    A word on the event goes before words on its claims, unless the last of these was rejected after it.
    """
    whole = next((j for j in decided[event_id] if not j.field and j.verdict in ("accept", "reject")), None)
    said = [j for c in standing for j in decided[c.id] if not j.field]
    if all(c.id in rejected for c in standing):
        if whole is None or whole.made_at < max(j.made_at for j in said if j.verdict == "reject"):
            return "rejected"
    elif whole is None:
        return "confirmed" if any(j.verdict == "accept" for j in said) else "draft"
    return "confirmed" if whole.verdict == "accept" else "rejected"


def _reviewed(field: MergedField, standing: Iterable[Claim]) -> MergedField:
    """`field`, its rule saying so where a reviewer corrected what one of its claims has."""
    bearing = set(field.claim_ids)
    if any(c.id in bearing and is_judged(c, field.name) for c in standing):
        return replace(field, rule=f"{field.rule}, as corrected by judgement")
    return field


def _by_subject(judgements: Iterable[Judgement], subjects: set[str]) -> dict[str, list[Judgement]]:
    found: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in current_judgements(j for j in judgements if len(j.subjects) == 1 and j.subjects[0] in subjects):
        found[judgement.subjects[0]].append(judgement)
    return found


def _voice(claim: Claim, document: Document | None, lineage: Mapping[str, str]) -> Voice:
    published = document.published.start if document and document.published else None
    outlet = {fold(n) for n in (document.source, document.origin, document.title)} if document else set()
    return Voice(
        claim=claim,
        lineage=lineage.get(claim.document_id, claim.document_id),
        published=published or date.max,
        own=fold(claim.speaker.name) in outlet,
        outlet=fold(document.origin or document.source) if document else "",
    )


def _merged(event_id: str, voices: Sequence[Voice], codebook: Codebook) -> Event:
    basis = _basis(voices)
    modality = min((v.claim.modality for v in voices), key=_MODALITIES.index)
    code, code_field = _code(basis, codebook)
    when, when_field = _when(basis)
    where, extent, where_field = _where(basis)
    participants, actor_fields = participants_of(voices, basis, codebook)
    weapon, weapon_field = _weapon(basis)
    counts, count_fields = {}, []
    for name in COUNTS:
        count, field = toll(name, voices, codebook.tolls)
        if count is not None and field is not None:
            counts[name] = count
            count_fields.append(field)
    fields = (
        _modality_field(voices, modality, codebook),
        code_field,
        *actor_fields,
        when_field,
        where_field,
        *count_fields,
        weapon_field,
    )
    return Event(
        id=event_id,
        claim_ids=(),
        code=code,
        modality=modality,
        background=all(v.claim.background for v in voices),
        participants=participants,
        attribution=attribution_of(voices, participants, codebook),
        when=when,
        where=where,
        where_extent=extent,
        counts=Counts(**counts),
        weapon=weapon,
        fields=tuple(field for field in fields if field is not None),
    )


def _basis(voices: Sequence[Voice]) -> list[Voice]:
    """The claims that fields rest on: those of the strongest modality."""
    for modality in ("asserted", "possible"):
        found = [v for v in voices if v.claim.modality == modality]
        if found:
            return found
    return list(voices)


def _modality_field(voices: Sequence[Voice], modality: Modality, codebook: Codebook) -> MergedField:
    """Whether it happened is disputed where one says so, or thinks so, and another denies it.

    A denial with figures denies the figures, and one by the accused that it was him; neither denies the incident.
    """
    denied = [
        v
        for v in voices
        if v.claim.modality == "denied" and v.claim.counts == Counts() and not denies_own_part(v.claim, codebook)
    ]
    if modality == "asserted":
        dissent = ids(denied)
    elif modality == "denied":
        dissent = ids(v for v in voices if v.claim.modality == "possible")
    else:
        dissent = ()
    bearing = ids(v for v in voices if v.claim.modality == modality)
    return MergedField("modality", bearing, "strongest of the claims", bool(dissent), dissent)


# Type, date, place


def _code(basis: Sequence[Voice], codebook: Codebook) -> tuple[str | None, MergedField | None]:
    votes = count_votes(basis, lambda v: v.claim.code if v.claim.code in codebook.codes else None)
    if not votes:
        return None, None
    chosen = min(votes, key=lambda code: (-round(votes[code], 9), codebook.rank(code), code))
    rule = "majority of lineages" if len(votes) > 1 else "all agree"
    if chosen in GENERAL_CODES:
        finer = [
            c for c in votes if codebook.rank(c) < codebook.rank(chosen) and votes[c] >= ENOUGH_SUPPORT * votes[chosen]
        ]
        if finer:
            chosen, rule = codebook.strongest(finer), "more specific code"
    kind = codebook.codes[chosen].event_type
    dissent = [
        v for v in basis if v.claim.code in codebook.codes and codebook.codes[v.claim.code or ""].event_type != kind
    ]
    bearing = ids(v for v in basis if v.claim.code == chosen)
    return chosen, MergedField("code", bearing, rule, bool(dissent), ids(dissent))


def _overlap(one: When, other: When) -> bool:
    if one.start is None or other.start is None:
        return True
    return max(one.start, other.start) <= min(one.end or one.start, other.end or other.start)


def _when(basis: Sequence[Voice]) -> tuple[When, MergedField | None]:
    """The finest date that as many lineages as possible agree with."""
    dated = [v for v in basis if v.claim.when.start is not None]
    if not dated:
        return When(), None
    support = {
        when: len({v.lineage for v in dated if _overlap(v.claim.when, when)}) for when in {v.claim.when for v in dated}
    }
    votes = count_votes(dated, lambda v: v.claim.when)

    def rank(when: When) -> tuple[int, int, int, float, date, str]:
        start = when.start or date.max
        length = ((when.end or start) - start).days
        fineness = _DATE_FINENESS.index(when.precision)
        return (-support[when], fineness, length, -round(votes[when], 9), start, f"{when.extent} {when.anchor}")

    chosen = min(support, key=rank)
    dissent = [v for v in dated if not _overlap(v.claim.when, chosen)]
    bearing = ids(v for v in dated if v.claim.when == chosen)
    rule = "finest date most lineages agree with" if len(support) > 1 else "all agree"
    return chosen, MergedField("when", bearing, rule, bool(dissent), ids(dissent))


def _where(basis: Sequence[Voice]) -> tuple[tuple[Place, ...], PlaceExtent, MergedField | None]:
    """Every place where several were struck; else the finest, best resolved one."""
    placed = [v for v in basis if v.claim.where]
    if not placed:
        return (), "one of", None
    votes = count_votes(placed, lambda v: _key(v.claim.where[0]) if len(v.claim.where) == 1 else None)

    def rank(place: Place) -> tuple[bool, bool, int, float, float, str, str]:
        return (
            place.precision not in SETTLED,
            place.latitude is None,
            _PLACE_FINENESS.index(place.precision),
            -(place.probability if place.probability is not None else 0.5),
            -round(votes[_key(place)], 9),
            place.label or place.name,
            place.name,
        )

    several = [v for v in placed if len(v.claim.where) > 1 and v.claim.where_extent == "each of"]
    if several:
        chosen = min(several, key=lambda v: (-len(v.claim.where), sorted(map(rank, v.claim.where)), v.claim.id))
        rule = "most places that each of was struck"
        return tuple(sorted(chosen.claim.where, key=rank)), "each of", MergedField("where", ids([chosen]), rule)
    single = [v for v in placed if len(v.claim.where) == 1] or placed
    best = min(single, key=lambda v: (min(map(rank, v.claim.where)), len(v.claim.where), v.claim.id))
    where = tuple(sorted(best.claim.where, key=rank))
    dissent = [v for v in placed if all(_elsewhere(a, b) for a in v.claim.where for b in where)]
    bearing = ids(v for v in placed if {_key(p) for p in v.claim.where} & {_key(p) for p in where})
    rule = "finest place" if len({_key(p) for v in placed for p in v.claim.where}) > 1 else "all agree"
    return where, "one of", MergedField("where", bearing, rule, bool(dissent), ids(dissent))


def _key(place: Place) -> str:
    if place.gazetteer_id:
        return f"{place.gazetteer}:{place.gazetteer_id}"
    return f"{place.country} {fold(place.label or place.name)}"


def _elsewhere(one: Place, other: Place) -> bool:
    if one.country and other.country and one.country != other.country:
        return True
    if one.precision not in SETTLED or other.precision not in SETTLED or _key(one) == _key(other):
        return False
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return fold(one.label or one.name) != fold(other.label or other.name)
    return abs(one.latitude - other.latitude) + abs(one.longitude - other.longitude) > FAR_DEGREES


def _weapon(basis: Sequence[Voice]) -> tuple[str, MergedField | None]:
    votes = count_votes(basis, lambda v: v.claim.weapon or None)
    if not votes:
        return "", None
    chosen = min(votes, key=lambda weapon: (-round(votes[weapon], 9), -len(weapon), weapon))
    bearing = ids(v for v in basis if v.claim.weapon == chosen)
    return chosen, MergedField("weapon", bearing, "majority of lineages" if len(votes) > 1 else "all agree")


# Judgements on the event itself


def _judged(event: Event, template: Claim, judgements: Sequence[Judgement], codebook: Codebook) -> Event:
    """`event` with what reviewers said of its fields."""
    blank = replace(
        template,
        code=event.code,
        modality=event.modality,
        background=event.background,
        participants=event.participants,
        attribution=event.attribution,
        when=event.when,
        where=event.where,
        where_extent=event.where_extent,
        counts=event.counts,
        weapon=event.weapon,
    )
    done = corrected(blank, judgements, codebook)
    touched = {j.field: j for j in judgements if j.verdict in ("correct", "reject") and j.field}
    settled = {j.field for j in judgements if j.verdict == "accept" and j.field}
    fields = [f for f in event.fields if f.name not in touched]
    fields = [replace(f, disputed=False) if f.name in settled else f for f in fields]
    fields += [MergedField(name, (), "judgement") for name in sorted(touched)]
    return replace(
        event,
        code=done.code,
        modality=done.modality,
        background=done.background,
        participants=done.participants,
        attribution=done.attribution,
        when=done.when,
        where=done.where,
        where_extent=done.where_extent,
        counts=done.counts,
        weapon=done.weapon,
        fields=tuple(fields),
    )
