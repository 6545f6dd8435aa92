"""Whether two claims speak of one incident: what forbids it, and the reasons for and against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import asin, cos, exp, radians, sin, sqrt

from rapidfuzz import fuzz

from tocsin.linking._profile import SETTLED, Profile, Spot, kin
from tocsin.linking._weights import LinkWeights

__all__ = ["Link", "Reason", "compare", "conflict", "kilometres"]

EARTH_KM = 6371.0

SPELLINGS = 85.0
"""Similarity (0–100) from which two folded names are spellings of one: transliterations of Arabic names score 85 and
more against each other, names of neighbouring villages rarely above 70."""

TWIN_WORDING = 0.5
"""A claim of a copy repeats that of its original where half the words of their sentences are the same."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One named reason for (above zero) or against two claims being about one incident, in log odds."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Link:
    """Claims `a` and `b` (in alphabetical order), the probability that they are about one incident, and why."""

    a: str
    b: str
    score: float
    reasons: tuple[Reason, ...] = ()


def compare(one: Profile, other: Profile, weights: LinkWeights) -> tuple[float, tuple[Reason, ...]]:
    """The log odds that two claims are about one incident, with the reasons that make them up."""
    if not one.incident:
        # What stands alone is only ever joined to its twin in a copy, so nothing else is weighed.
        reasons = [Reason("twin", weights.of["other.twin"])]
        return reasons[0].weight, tuple(reasons)
    names = [
        _date(one, other, weights),
        _place(one, other, weights),
        _type(one, other, weights),
        *_actors(one, other),
        *_counts(one, other),
        *_other(one, other),
    ]
    reasons = [Reason("prior", weights.prior)]
    reasons += [Reason(name, weights.of[name]) for name in names if name]
    return sum(reason.weight for reason in reasons), tuple(reasons)


def probability(log_odds: float) -> float:
    """Log odds as a probability."""
    return 1 / (1 + exp(-log_odds))


def conflict(one: Profile, other: Profile, weights: LinkWeights) -> str:
    """Why the two cannot be about one incident; empty where they can."""
    if one.dataset and one.dataset == other.dataset:
        # Whoever made a dataset has told its events apart.
        return "dataset"
    twin = _twin(one, other)
    if one.modality != other.modality and not (one.incident and other.incident):
        return "modality"
    if not one.incident:
        return "" if twin else "stands alone"
    if _days_apart(one, other) > weights.of["date.most_days_apart"]:
        return "date"
    if _far_apart(one, other, weights):
        return "place"
    if one.document == other.document:
        return _told_apart(one, other, weights)
    if (one.background or other.background) and not twin and not _certainly_there(one, other, weights):
        return "background"
    return ""


def _told_apart(one: Profile, other: Profile, weights: LinkWeights) -> str:
    """Why one document tells the two apart: it knows what it calls by another day, place or type."""
    if _days_apart(one, other) > 0:
        return "date"
    if one.code and other.code and _type(one, other, weights) == "type.different":
        return "type"
    if one.spots and other.spots and all(_distinct(a, b, weights) for a in one.spots for b in other.spots):
        return "place"
    if one.background != other.background and not _certainly_there(one, other, weights):
        return "background"
    return ""


def _certainly_there(one: Profile, other: Profile, weights: LinkWeights) -> bool:
    """Whether both have a date and a place of their own, and those agree."""
    if one.first_day is None or other.first_day is None or "year" in (one.precision, other.precision):
        return False
    return _days_apart(one, other) == 0 and _place(one, other, weights) in ("place.same", "place.near")


# Dates


def _days_apart(one: Profile, other: Profile) -> int:
    """Days between the two ranges; 0 where they share a day or one is unknown."""
    if one.first_day is None or other.first_day is None or one.last_day is None or other.last_day is None:
        return 0
    return max(0, max(one.first_day, other.first_day) - min(one.last_day, other.last_day))


def _date(one: Profile, other: Profile, weights: LinkWeights) -> str:
    if one.first_day is None or other.first_day is None or one.last_day is None or other.last_day is None:
        return "" if one.document == other.document else "date.unknown"
    gap = _days_apart(one, other)
    if gap:
        return "date.next_day" if gap == 1 else "date.two_days"
    coarsest = max((one.precision, other.precision), key=("day", "week", "month", "year", "unknown").index)
    if coarsest == "day":
        span = max(one.last_day, other.last_day) - min(one.first_day, other.first_day)
        return "date.same" if span <= 1 else "date.overlap"
    return {"week": "date.within_week", "month": "date.within_month"}.get(coarsest, "date.unknown")


# Places


def _kilometres(one: Spot, other: Spot) -> float | None:
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    return kilometres(one.latitude, one.longitude, other.latitude, other.longitude)


def kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The distance of two points (degrees) on a sphere, by the haversine formula."""
    lat1, lat2 = radians(latitude), radians(other_latitude)
    half_lat, half_lon = (lat2 - lat1) / 2, radians(other_longitude - longitude) / 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2)))


def _named_alike(one: Spot, other: Spot) -> bool:
    """Same name, or one inside the other ("Wadajir, Mogadishu" and "Mogadishu")."""
    if one.names & other.names:
        return True
    return bool(one.words and other.words) and (one.words <= other.words or other.words <= one.words)


def _spelt_alike(one: Spot, other: Spot) -> bool:
    return any(fuzz.ratio(a, b) >= SPELLINGS for a in one.names for b in other.names)


def _place(one: Profile, other: Profile, weights: LinkWeights) -> str:
    if not one.spots or not other.spots:
        return "" if one.document == other.document else "place.unknown"
    return max((_spot_pair(a, b, weights) for a in one.spots for b in other.spots), key=lambda n: weights.of[n])


def _spot_pair(one: Spot, other: Spot, weights: LinkWeights) -> str:
    if "country" in (one.precision, other.precision):
        return "place.country"
    settled = (one.precision in SETTLED) + (other.precision in SETTLED)
    if settled == 1:
        return "place.apart" if _other_area(one, other) else "place.area"
    if one.key and one.key == other.key:
        return "place.same" if settled else "place.area"
    if settled == 0:
        return "place.area" if one.names & other.names else "place.apart"
    return _settled_pair(one, other, weights)


def _settled_pair(one: Spot, other: Spot, weights: LinkWeights) -> str:
    distance = _kilometres(one, other)
    if distance is None:
        if one.names & other.names:
            return "place.same"
        return "place.near" if _named_alike(one, other) or _spelt_alike(one, other) else "place.apart"
    if distance <= weights.of["place.same_km"]:
        return "place.same"
    if distance <= weights.of["place.vicinity_km"] and one.names & other.names:
        return "place.same"
    if distance <= weights.of["place.near_km"]:
        return "place.near"
    if distance <= weights.of["place.vicinity_km"] and ("near" in (one.precision, other.precision)):
        return "place.vicinity"
    return "place.same_name_far" if one.names & other.names else "place.apart"


def _other_area(one: Spot, other: Spot) -> bool:
    return bool(one.admin1 and other.admin1 and one.admin1 != other.admin1)


def _far_apart(one: Profile, other: Profile, weights: LinkWeights) -> bool:
    """Whether every place of one is too far from every place of the other."""
    return bool(one.spots and other.spots) and all(_far(a, b, weights) for a in one.spots for b in other.spots)


def _far(one: Spot, other: Spot, weights: LinkWeights) -> bool:
    distance = _kilometres(one, other)
    if one.country and other.country and one.country != other.country:
        # A border village may be put on either side of it.
        return distance is None or distance > weights.of["place.near_km"]
    both_settled = one.precision in SETTLED and other.precision in SETTLED
    return (
        both_settled and distance is not None and distance > weights.of["place.most_km"] and not one.names & other.names
    )


def _distinct(one: Spot, other: Spot, weights: LinkWeights) -> bool:
    """Whether one document means two places by these: settlements with names of their own, some way apart."""
    if one.precision not in SETTLED or other.precision not in SETTLED or _named_alike(one, other):
        return False
    distance = _kilometres(one, other)
    if distance is None:
        return not _spelt_alike(one, other)
    near = "near" in (one.precision, other.precision)
    return distance > weights.of["place.vicinity_km" if near else "place.document_km"]


# Types, actors, counts


def _type(one: Profile, other: Profile, weights: LinkWeights) -> str:
    if not one.code or not other.code:
        return "type.unknown"
    if one.code == other.code:
        return "type.same"
    if weights.fit(one.code, other.code):
        return "type.compatible"
    return "type.event_type" if one.event_type and one.event_type == other.event_type else "type.different"


def _shared(ones: frozenset[str], others: frozenset[str]) -> set[str]:
    return {a for a in ones if any(kin(a, b) for b in others)}


def _actors(one: Profile, other: Profile) -> Iterator[str]:
    mine, theirs = one.initiators | one.targets, other.initiators | other.targets
    shared, back = _shared(mine, theirs), _shared(theirs, mine)
    if len(shared) > 1 or (shared and one.unarmed and other.unarmed):
        yield "actors.both"
    elif shared:
        yield "actors.one_disputed" if mine - shared and theirs - back else "actors.one"
    elif (one.initiators and other.initiators) or (one.targets and other.targets):
        yield "actors.conflict"
    if one.described and len(one.described & other.described) * 2 >= min(
        len(one.described), len(other.described) or 99
    ):
        yield "actors.described"


def _counts(one: Profile, other: Profile) -> Iterator[str]:
    theirs = dict(other.counts)
    pairs = [(value, theirs[name]) for name, value in one.counts if name in theirs]
    deaths = dict(one.counts).get("deaths"), theirs.get("deaths")
    if (
        one.document == other.document
        and one.speaker == other.speaker
        and one.modality == other.modality
        and not one.sentence == other.sentence >= 0
        and None not in deaths
        and deaths[0] != deaths[1]
    ):
        yield "counts.same_speaker"
    elif any(a == b and a > 0 for a, b in pairs):
        yield "counts.equal"
    elif any(abs(a - b) <= max(1, 0.2 * max(a, b)) for a, b in pairs):
        yield "counts.close"
    elif pairs and all(max(a, b) > 5 * max(1, min(a, b)) for a, b in pairs):
        yield "counts.far"


def _wording(one: Profile, other: Profile) -> float:
    """Share of their sentences' words that the two have in common, 0 to 1."""
    if not one.words or not other.words:
        return 0.0
    return len(one.words & other.words) / len(one.words | other.words)


def _twin(one: Profile, other: Profile) -> bool:
    """Whether one is the other's claim as a copy of its document repeats it."""
    if one.document == other.document or one.lineage != other.lineage or one.modality != other.modality:
        return False
    return one.code == other.code and _wording(one, other) >= TWIN_WORDING


def _other(one: Profile, other: Profile) -> Iterator[str]:
    if one.document == other.document:
        if (
            one.code == other.code
            and one.speaker != other.speaker
            and (one.modality == "denied") != (other.modality == "denied")
        ):
            yield "other.denied"
        if one.sentence == other.sentence >= 0:
            yield "other.same_sentence"
        elif one.speaker != other.speaker:
            yield "other.told_together"
    elif _twin(one, other):
        yield "other.twin"
    else:
        alike = _wording(one, other)
        if alike >= 2 / 3:
            yield "other.same_wording"
        elif alike >= 1 / 3:
            yield "other.wording"
    if one.weapon & other.weapon:
        yield "other.weapon"
