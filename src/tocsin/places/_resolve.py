"""From what the toponyms of a document mean to places: precision, offsets, and names that no gazetteer has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp

from tocsin.places._areas import Areas
from tocsin.places._boundaries import Boundaries
from tocsin.places._context import TOWN_QUARTERS, Container, Context, Mention, Weights, inside, softmax
from tocsin.places._geometry import displaced, distance_km
from tocsin.places._keys import NO_POINT
from tocsin.places._lookup import AREAS, Candidate, Lookup
from tocsin.places._names import exact_key, split_generic
from tocsin.records import Place, PlacePrecision, Toponym

__all__ = ["Resolver"]

_SIZES = ("country", "region", "admin1", "admin2", "admin3", "settlement")
# Characters. A name stands near another only where both are read in one or two sentences; further off, within what
# is read of one place before the text turns to the next, it says no more than the division.
ONE_BREATH, READING_DISTANCE = 300, 900
# Kilometres. Places further apart than this are no neighbourhood: a name among them may be near any of them.
SPREAD_KM = 200.0
# What stands in for a name must be in the country told of there: an item of a digest must not take from the next.
ITEM_CHARACTERS, ITEM_FAR_APART = 250.0, 0.1
# A country prevails when the places read around a name are mostly in it.
PREVAILS = 0.5
# How likely a stand-in is right: the town a neighbourhood is in, an area's centre, the place read nearest.
IN_TOWN, IN_AREA, BESIDE = 0.6, 0.4, 0.4
# What a name that only sounds like the place's loses in probability, by how unlike they sound.
UNLIKE = 2.2
# A town that has "districts" of its own; a smaller one is the seat of one.
CITY_PEOPLE = 100_000


@dataclass(frozen=True, slots=True)
class _Settled:
    """A place that was found, where it is read; `filed` is what a document opens with, often where it was written."""

    start: int
    place: Place
    filed: bool


class Resolver:
    """Chooses places for the toponyms of a document."""

    def __init__(self, lookup: Lookup, boundaries: Boundaries, areas: Areas, weights: Weights | None = None) -> None:
        self._lookup = lookup
        self._boundaries = boundaries
        self._areas = areas
        self._weights = weights or Weights()

    def resolve(self, toponyms: Sequence[Toponym], countries: Sequence[str]) -> tuple[Place, ...]:
        """A place for each toponym, in order."""
        mentions = _mentions(toponyms)
        context = Context(list(mentions.values()), countries, self._lookup, self._weights)
        places = {key: self._listed(mention, context) for key, mention in mentions.items()}
        settled = _settled(mentions, places)
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
        doubt = UNLIKE * (1 - candidate.likeness)
        return self.place(mention.toponym, candidate, shares[mention.best] * max(0.0, 1 - doubt))

    def place(self, toponym: Toponym, candidate: Candidate, probability: float) -> Place:
        """The place that a toponym names, if it names this candidate."""
        latitude, longitude = candidate.latitude, candidate.longitude
        precision = _precision(candidate)
        around = self._areas.of(candidate)
        division = "" if candidate.division is None else self._boundaries.divisions[candidate.division][1]
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
            admin1=around.admin1 or division,
            admin2=around.admin2 or (candidate.label if candidate.level == "admin2" else ""),
            admin3=around.admin3 or (candidate.label if candidate.level == "admin3" else ""),
            pcodes=around.pcodes,
            gazetteer=candidate.gazetteer,
            gazetteer_id=candidate.gazetteer_id,
            probability=round(probability, 4),
        )

    def _country_name(self, country: str) -> str:
        return self._boundaries.countries[country][0] if country in self._boundaries.countries else ""

    # Names that are not

    def _unlisted(
        self, toponym: Toponym, containers: Sequence[Container], settled: Sequence[_Settled], countries: Sequence[str]
    ) -> Place:
        """A name that no gazetteer has.

        It stands in the smallest area that the text puts around it; failing that at, or in the division of, what is
        read beside it in the same country; failing that it has no point, and only the country that the text around
        it is about.
        """
        country = _prevailing(toponym, settled, countries)
        area = _smallest(containers, {country, *countries[:1]} - {""})
        if area is not None:
            country = area.country
            if area.level != "country":
                return self._within(toponym, area, containers)
        beside = self._beside(toponym, country, settled, bool(containers))
        if beside is not None:
            return beside
        if area is not None:
            return _standing_in(toponym, self.place(_at(area), area, IN_AREA))
        return Place(
            name=toponym.text,
            label=toponym.text,
            precision="country",
            kind=toponym.kind,
            country=country,
            country_name=self._country_name(country),
            probability=0.0,
        )

    def _within(self, toponym: Toponym, area: Candidate, containers: Sequence[Container]) -> Place:
        """In a town or an area: the division rather than the town it is named after, unless it is a part of a town."""
        container = next(c for c in containers if area in c.candidates)
        if area.level == "settlement" and not _part_of_town(toponym, area):
            namesakes = [c for c in container.candidates if c.level in AREAS and inside(area, c)]
            area = min(namesakes, key=lambda c: (c.level, c.place), default=area)
        place = _standing_in(toponym, self.place(_at(area), area, IN_AREA if area.level != "settlement" else IN_TOWN))
        if area.level == "settlement" and container.kind and exact_key(container.kind) not in TOWN_WORDS:
            return replace(place, precision="admin2")
        if area.level == "settlement" and (toponym.relation != "in" or toponym.kind in OUTSIDE_TOWNS):
            return replace(place, precision="near")
        return place

    def _beside(self, toponym: Toponym, country: str, settled: Sequence[_Settled], elsewhere: bool) -> Place | None:
        """What is read nearest to a name stands for it: a settlement with precision ``near``, or only its division.

        `elsewhere` says that the text puts the name in an area that is not known, so that it need not be near.
        """
        here = [s for s in settled if s.place.country == country and s.place.precision != "country"]
        gaps = [(abs(s.start - toponym.start), s.start, s) for s in here if not (s.filed and s.place.kind == "capital")]
        gaps = [g for g in gaps if g[0] <= (ONE_BREATH if g[2].place.kind == "capital" else READING_DISTANCE)]
        told = [g for g in gaps if not g[2].filed] or gaps
        if not country or not told:
            return None
        gap, _, nearest = min(told, key=lambda g: g[:2])
        place = nearest.place
        probability = round(BESIDE * exp(-gap / READING_DISTANCE), 4)
        near = (
            gap <= ONE_BREATH
            and not nearest.filed
            and not elsewhere
            and _spread([s.place for s in here if not s.filed]) <= SPREAD_KM
        )
        if place.precision in ("settlement", "near", "exact") and not near:
            return self._division_of(toponym, place, probability)
        precision: PlacePrecision = place.precision if place.precision in ("admin1", "admin2") else "near"
        return replace(_standing_in(toponym, place), precision=precision, probability=probability)

    def _division_of(self, toponym: Toponym, place: Place, probability: float) -> Place | None:
        point = self.division_point(place.country, place.admin1) if place.admin1 else None
        if point is None:
            return None
        stand_in = replace(_standing_in(toponym, place), admin2="", admin3="", pcodes=place.pcodes[:1])
        latitude, longitude = point
        return replace(stand_in, latitude=latitude, longitude=longitude, precision="admin1", probability=probability)

    def division_point(self, iso3: str, admin1: str) -> tuple[float, float] | None:
        """(latitude, longitude) of a division's centre, named as any gazetteer names it; None if unknown."""
        if point := self._boundaries.division_point(iso3, admin1):
            return point
        found = [c for c in self._lookup.named(admin1, iso3) if c.level == "admin1"]
        return (found[0].latitude, found[0].longitude) if found else None


TOWN_WORDS = frozenset({"city", "town", "village", "hamlet", "capital", "camp", *TOWN_QUARTERS})
OUTSIDE_TOWNS = frozenset({"village", "hamlet", "camp"})


def _mentions(toponyms: Iterable[Toponym]) -> dict[tuple[object, ...], Mention]:
    """Toponyms that say the same are one mention: a name has one sense in a document."""
    mentions: dict[tuple[object, ...], Mention] = {}
    for toponym in sorted(toponyms, key=lambda t: (t.start, t.end, t.text)):
        mentions.setdefault(_sense(toponym), Mention(toponym, [])).starts.append(toponym.start)
    named = {exact_key(m.toponym.text) for m in mentions.values()}
    for mention in list(mentions.values()):
        for rank, name in enumerate(mention.toponym.within):
            # What is put around a name tells what the text is about, also where it is no toponym of its own.
            if {exact_key(name), split_generic(name)[0]}.isdisjoint(named):
                area = Toponym(
                    name, mention.toponym.start, mention.toponym.end, within=mention.toponym.within[rank + 1 :]
                )
                mentions.setdefault(_sense(area), Mention(area, [])).starts += mention.starts
    return mentions


def _sense(toponym: Toponym) -> tuple[object, ...]:
    return toponym.text, toponym.kind, toponym.within, toponym.relation, toponym.distance_km, toponym.bearing


def _settled(
    mentions: dict[tuple[object, ...], Mention], places: dict[tuple[object, ...], Place | None]
) -> list[_Settled]:
    """The places found, as they are read. What opens a text, or is alone in capitals, is where it was filed."""
    found = [(start, place) for key, place in places.items() if place for start in mentions[key].starts]
    found.sort(key=lambda item: (item[0], item[1].name, item[1].gazetteer_id))
    opening = found[0][0] if found else 0
    shouted = [place.name.isupper() and len(place.name) > 3 for _, place in found]
    one_shouts = any(shouted) and not all(shouted)
    return [
        _Settled(start, place, start == opening or (one_shouts and loud))
        for (start, place), loud in zip(found, shouted, strict=True)
    ]


def _precision(candidate: Candidate) -> PlacePrecision:
    if candidate.kind == NO_POINT:
        return "country" if candidate.level == "admin1" else "admin1"
    if candidate.level == "region":
        return "admin1" if candidate.country else "country"
    if candidate.level == "admin3" or candidate.level == "admin4":
        return "admin2"
    return candidate.level


def _at(area: Candidate) -> Toponym:
    return Toponym(area.label, 0, 1)


def _standing_in(toponym: Toponym, place: Place) -> Place:
    return replace(place, name=toponym.text, label=toponym.text, kind=toponym.kind, gazetteer="", gazetteer_id="")


def _part_of_town(toponym: Toponym, town: Candidate) -> bool:
    word = exact_key(toponym.kind).rpartition(" ")[2]
    return word in TOWN_QUARTERS or (word == "district" and town.population >= CITY_PEOPLE)


def _prevailing(toponym: Toponym, settled: Sequence[_Settled], countries: Sequence[str]) -> str:
    """The country that most of what is read around a name is in; empty where none prevails."""
    shares: dict[str, float] = defaultdict(float)
    for item in settled:
        if item.place.country:
            closeness = ITEM_FAR_APART + exp(-abs(item.start - toponym.start) / ITEM_CHARACTERS)
            shares[item.place.country] += closeness * (item.place.probability or 0.0)
    for rank, country in enumerate(countries[:3]):
        shares[country] += 1.0 / (1 + rank)
    best = max(shares, key=lambda c: (shares[c], c), default="")
    return best if best and shares[best] >= PREVAILS * sum(shares.values()) else ""


def _smallest(containers: Sequence[Container], about: set[str]) -> Candidate | None:
    """The smallest of the areas around a name that the others contain and the document is about."""
    pool = [(-rank, area, c.name) for rank, c in enumerate(containers) for area in c.candidates]
    if any(area.country in about for _, area, _ in pool):
        pool = [item for item in pool if item[1].country in about or not item[1].country]

    def fitness(item: tuple[int, Candidate, str]) -> tuple[int, int, int, float, int]:
        rank, area, name = item
        held = sum(inside(area, other) for _, other, beside in pool if exact_key(beside) != exact_key(name))
        return min(held, 2), rank, _SIZES.index(area.level), area.weight + area.match, -area.place

    return max(pool, key=fitness, default=(0, None, ""))[1]


def _spread(places: Sequence[Place]) -> float:
    """Kilometres between the two settlements furthest apart."""
    points = {
        (p.latitude, p.longitude)
        for p in places
        if p.latitude is not None and p.longitude is not None and p.precision in ("settlement", "near", "exact")
    }
    return max((distance_km(*a, *b) for a in points for b in points if a < b), default=0.0)
