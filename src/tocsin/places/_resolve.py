"""From what the toponyms of a document mean to places: precision, offsets, and names that no gazetteer has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import exp

from tocsin.places._boundaries import Boundaries
from tocsin.places._context import Context, Mention, Weights, inside, softmax
from tocsin.places._geometry import displaced
from tocsin.places._lookup import Candidate, Lookup
from tocsin.places._names import exact_key
from tocsin.records import Place, PlacePrecision, Toponym

__all__ = ["Resolver"]

_SIZES = ("country", "region", "admin1", "admin2", "settlement")
# Characters between an unknown name and the place that may stand for it; an area, or the document's opening place
# (its dateline), stands further off than it is.
READING_DISTANCE, AREA_GAP, OPENING_GAP = 900, 250, 600
# What stands in for a name must be in the country told of there: an item of a digest must not take from the next.
ITEM_CHARACTERS, ITEM_FAR_APART = 250.0, 0.1
# How likely a stand-in is right: the town a neighbourhood is in, an area's centre, the place read nearest.
IN_TOWN, IN_AREA, BESIDE = 0.6, 0.4, 0.4

_Settled = Sequence[tuple[int, Place]]


class Resolver:
    """Chooses places for the toponyms of a document."""

    def __init__(self, lookup: Lookup, boundaries: Boundaries, weights: Weights | None = None) -> None:
        self._lookup = lookup
        self._boundaries = boundaries
        self._weights = weights or Weights()

    def resolve(self, toponyms: Sequence[Toponym], countries: Sequence[str]) -> tuple[Place, ...]:
        """A place for each toponym, in order."""
        mentions = _mentions(toponyms)
        context = Context(list(mentions.values()), countries, self._lookup, self._weights)
        places = {key: self._listed(mention, context) for key, mention in mentions.items()}
        settled = sorted(
            ((start, place) for key, place in places.items() if place for start in mentions[key].starts),
            key=lambda item: (item[0], item[1].name, item[1].gazetteer_id),
        )
        return tuple(
            places[_sense(t)] or self._unlisted(t, mentions[_sense(t)].containers, settled, countries) for t in toponyms
        )

    # Names that are listed

    def _listed(self, mention: Mention, context: Context) -> Place | None:
        """The place meant, None where no candidate is as plausible as a village that is not listed."""
        if not mention.candidates:
            return None
        candidate, score = mention.chosen, mention.scores[mention.best]
        unlisted = context.unlisted(mention)
        if candidate.level not in ("country", "region") and score < unlisted:
            return None
        shares = softmax([*mention.scores, unlisted], self._weights.temperature)
        return self._place(mention.toponym, candidate, shares[mention.best])

    def _place(self, toponym: Toponym, candidate: Candidate, probability: float) -> Place:
        latitude, longitude = candidate.latitude, candidate.longitude
        precision = _precision(candidate)
        if precision == "settlement" and (toponym.relation != "in" or toponym.distance_km):
            precision = "near"
            if toponym.distance_km and toponym.bearing:
                latitude, longitude = displaced(latitude, longitude, toponym.bearing, toponym.distance_km)
        return Place(
            name=toponym.text,
            label=candidate.label,
            latitude=latitude,
            longitude=longitude,
            precision=precision,
            kind=candidate.kind,
            country=candidate.country,
            country_name=self._country_name(candidate.country),
            admin1="" if candidate.division is None else self._boundaries.divisions[candidate.division][1],
            admin2=candidate.label if candidate.level == "admin2" else "",
            gazetteer=candidate.gazetteer,
            gazetteer_id=candidate.gazetteer_id,
            probability=round(probability, 4),
        )

    def _country_name(self, country: str) -> str:
        return self._boundaries.countries[country][0] if country in self._boundaries.countries else ""

    # Names that are not

    def _unlisted(
        self, toponym: Toponym, containers: Sequence[Candidate], settled: _Settled, countries: Sequence[str]
    ) -> Place:
        """A name that no gazetteer has.

        It stands in the smallest area that the text puts around it; failing that at the place read nearest to
        it in the same country; failing that it has no point, and what the rest of the document agrees on.
        """
        country = _prevailing(toponym, settled, countries)
        if containers:
            area = _smallest(containers, {country, *countries[:1]})
            found = self._place(Toponym(area.label, 0, 1), area, IN_TOWN if area.level == "settlement" else IN_AREA)
            return _standing_in(toponym, found)
        nearest = _nearest(toponym, [(s, p) for s, p in settled if p.country == country and p.precision != "country"])
        if nearest is not None:
            return nearest
        return Place(
            name=toponym.text,
            label=toponym.text,
            kind=toponym.kind,
            country=country,
            country_name=self._country_name(country),
            probability=0.0,
        )


def _mentions(toponyms: Iterable[Toponym]) -> dict[tuple[object, ...], Mention]:
    """Toponyms that say the same are one mention: a name has one sense in a document."""
    mentions: dict[tuple[object, ...], Mention] = {}
    for toponym in sorted(toponyms, key=lambda t: (t.start, t.end, t.text)):
        mentions.setdefault(_sense(toponym), Mention(toponym, [])).starts.append(toponym.start)
    return mentions


def _sense(toponym: Toponym) -> tuple[object, ...]:
    return toponym.text, toponym.kind, toponym.within, toponym.relation, toponym.distance_km, toponym.bearing


def _precision(candidate: Candidate) -> PlacePrecision:
    if candidate.level == "region":
        return "admin1" if candidate.country else "country"
    return candidate.level


def _standing_in(toponym: Toponym, place: Place) -> Place:
    return replace(place, name=toponym.text, label=toponym.text, kind=toponym.kind, gazetteer="", gazetteer_id="")


def _prevailing(toponym: Toponym, settled: _Settled, countries: Sequence[str]) -> str:
    """The country that the places read around a name are in; empty where there are none."""
    shares: dict[str, float] = defaultdict(float)
    for start, place in settled:
        if place.country:
            closeness = ITEM_FAR_APART + exp(-abs(start - toponym.start) / ITEM_CHARACTERS)
            shares[place.country] += closeness * (place.probability or 0.0)
    for rank, country in enumerate(countries[:3]):
        shares[country] += 1.0 / (1 + rank)
    return max(shares, key=lambda c: (shares[c], c), default="")


def _smallest(containers: Sequence[Candidate], about: set[str]) -> Candidate:
    """The smallest of the areas around a name that the others contain and the document is about."""

    def fitness(area: Candidate) -> tuple[int, bool, int, float, int]:
        key = exact_key(area.label)
        held = sum(inside(area, other) for other in containers if exact_key(other.label) != key)
        return min(held, 2), area.country in about, _SIZES.index(area.level), area.weight + area.match, -area.place

    return max(containers, key=fitness)


def _nearest(toponym: Toponym, settled: _Settled) -> Place | None:
    """The place read nearest to a name stands for it: near a settlement, or somewhere in an area.

    What a document opens with is often where it was written, so that comes last.
    """
    opening = min((start for start, _ in settled), default=0)
    best: tuple[int, int, Place] | None = None
    for start, place in settled:
        gap = abs(start - toponym.start)
        gap += AREA_GAP if place.precision in ("admin1", "admin2") else 0
        gap += OPENING_GAP if start == opening and start < READING_DISTANCE else 0
        if gap <= READING_DISTANCE + OPENING_GAP and (best is None or (gap, start) < best[:2]):
            best = gap, start, place
    if best is None:
        return None
    gap, _, place = best
    precision: PlacePrecision = place.precision if place.precision in ("admin1", "admin2") else "near"
    probability = round(BESIDE * exp(-gap / READING_DISTANCE), 4)
    return replace(_standing_in(toponym, place), precision=precision, probability=probability)
