"""Which of the places with a name is meant: the toponyms of one document are chosen together.

Every candidate gets a score: how many people live there, how well the name matches, whether its kind is the
kind the text gives it, whether it lies in what the text puts around it, and how well it fits the country and
the other places of the document. The document's context is the weighted opinion of all toponyms, so that
order does not matter; it is worked out a few times over. A softmax over the scores is the probability.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import asin, cos, degrees, exp, radians, sin

from tocsin.places._boundaries import Boundaries
from tocsin.places._lookup import Candidate, Lookup
from tocsin.places._names import exact_key, split_generic, without_qualifier
from tocsin.records import Place, PlacePrecision, Toponym

__all__ = ["Resolver", "displaced", "distance_km"]

# The unit is one factor of ten in population.
POPULATION = 1.0
KIND = 3.0
WITHIN = 4.0
HINT_FIRST, HINT_OTHER = 2.0, 1.2
COUNTRY_SHARE = 2.5
DIVISION_SHARE = 1.5
NEAR = 2.0
NEAR_KM = 120.0
TEMPERATURE = 0.6
ROUNDS = 2
# Weight of a bare country: as a place in the text it beats any village or town of that name.
COUNTRY_WEIGHT, REGION_WEIGHT, ADMIN2_WEIGHT = 8.5, 6.5, 4.2
# A governorate named after its main town: without a word such as "province" the town is meant.
NAMESAKE = 2.0
# Smaller than this, far from everything else in the document and in another country: not the place meant.
OBSCURE_PEOPLE = 100_000
FAR_KM = 400.0
CITY_RADIUS_KM = 40.0
# Characters between an unknown name and the settlement that may stand for it.
READING_DISTANCE = 600

_ADMIN_KINDS = frozenset({
    "province", "governorate", "state", "region", "oblast", "department", "departement", "emirate", "wilaya",
    "wilayat", "prefecture", "krai", "republic", "canton", "county", "territory", "muhafazah", "vilayet",
})  # fmt: skip
DISTRICT_KINDS = frozenset({
    "district", "subdistrict", "county", "raion", "rayon", "municipality", "commune", "cercle", "woreda", "zone",
})  # fmt: skip
_TOWN_KINDS = frozenset({
    "city", "town", "village", "hamlet", "capital", "settlement", "municipality", "commune", "camp", "locality",
})  # fmt: skip
_BEARINGS = {
    "n": 0, "north": 0, "ne": 45, "northeast": 45, "e": 90, "east": 90, "se": 135, "southeast": 135,
    "s": 180, "south": 180, "sw": 225, "southwest": 225, "w": 270, "west": 270, "nw": 315, "northwest": 315,
}  # fmt: skip


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance in kilometres (haversine, radius 6,371 km)."""
    a, b = radians(latitude), radians(other_latitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 12742.0 * asin(min(1.0, half**0.5))


def displaced(latitude: float, longitude: float, bearing: str, km: float) -> tuple[float, float]:
    """The point `km` kilometres from another in a compass direction; the same point where that is not one.

    Examples
    --------
    >>> displaced(35.0, 40.0, "north", 111.2)
    (36.0, 40.0)
    """
    word = "".join(c for c in bearing.casefold() if c.isalpha()).removesuffix("ern").removesuffix("ward")
    if word not in _BEARINGS:
        return latitude, longitude
    angle = radians(_BEARINGS[word])
    step = degrees(km / 6371.0)
    new = max(-90.0, min(90.0, latitude + step * cos(angle)))
    east = longitude + step * sin(angle) / max(0.01, cos(radians(latitude)))
    return round(new, 4), round((east + 180) % 360 - 180, 4)


@dataclass(slots=True)
class _Mention:
    """All toponyms of a document that say the same, and what they may mean."""

    toponym: Toponym
    kind: str
    starts: list[int]
    candidates: list[Candidate]
    base: list[float]
    scores: list[float]
    shares: list[float]
    containers: list[Candidate]
    contained: bool = False

    @property
    def best(self) -> int:
        return max(range(len(self.scores)), key=lambda i: (self.scores[i], -self.candidates[i].place))


class Resolver:
    """Chooses places for the toponyms of a document."""

    def __init__(self, lookup: Lookup, boundaries: Boundaries) -> None:
        self._lookup = lookup
        self._boundaries = boundaries

    def resolve(self, toponyms: Sequence[Toponym], countries: Sequence[str]) -> tuple[Place, ...]:
        """A place for each toponym, in order."""
        mentions: dict[tuple[object, ...], _Mention] = {}
        for toponym in sorted(toponyms, key=lambda t: (t.start, t.end)):
            key = _sense(toponym)
            if key in mentions:
                mentions[key].starts.append(toponym.start)
            else:
                mentions[key] = self._mention(toponym, countries)
        listed = list(mentions.values())
        self._agree(listed, countries)
        self._sound_alike(listed, countries)
        chosen = {key: self._choice(m, listed, countries) for key, m in mentions.items()}
        places = {key: self._place(mentions[key].toponym, c) if c else None for key, c in chosen.items()}
        settled = [
            (start, place) for key, place in places.items() if place is not None for start in mentions[key].starts
        ]
        return tuple(
            places[_sense(t)] or self._unknown(t, mentions[_sense(t)].containers, settled, countries) for t in toponyms
        )

    # What a name may mean

    def _mention(self, toponym: Toponym, countries: Sequence[str]) -> _Mention:
        kind, candidates = self._candidates(toponym.text, toponym.kind, countries)
        containers = [c for name in toponym.within for c in self._containers(name, countries)]
        mention = _Mention(toponym, kind, [toponym.start], candidates, [], [], [], containers)
        self._rate(mention, countries)
        return mention

    def _candidates(self, name: str, kind: str, countries: Sequence[str]) -> tuple[str, list[Candidate]]:
        """What a name may mean, and the word for its kind, which may be part of the name."""
        whole = self._named(f"{name} {kind}", countries) if kind and exact_key(kind) in DISTRICT_KINDS else []
        found = self._named(name, countries)
        if found or whole:
            known = {c.place for c in whole}
            return kind, whole + [c for c in found if c.place not in known]
        plain, word = split_generic(name)
        if word and (found := self._named(plain, countries)):
            return kind or word, found
        plain = without_qualifier(plain)
        return kind or word, self._named(plain, countries) if plain != exact_key(name) else []

    def _named(self, name: str, countries: Sequence[str]) -> list[Candidate]:
        found = {c.place: c for c in self._lookup.named(name)}
        for country in countries[:3]:
            for candidate in self._lookup.named(name, country):
                found.setdefault(candidate.place, candidate)
        return list(found.values())

    def _containers(self, name: str, countries: Sequence[str]) -> list[Candidate]:
        """What a name around another may be: its areas, and its largest towns."""
        _, found = self._candidates(name, "", countries)
        areas = [c for c in found if c.level != "settlement"]
        towns = [c for c in found if c.level == "settlement" and c.population >= 20_000]
        return areas + sorted(towns, key=lambda c: (c.country not in countries, -c.population, c.place))[:5]

    def _rate(self, mention: _Mention, countries: Sequence[str]) -> None:
        mention.base = [
            _weight(c) + c.match + _kind_agreement(mention.kind, c) + _hint(c.country, countries)
            for c in mention.candidates
        ]
        if not mention.kind:
            for i, c in enumerate(mention.candidates):
                if c.level in ("admin1", "admin2") and _has_namesake_town(c, mention.candidates):
                    mention.base[i] -= NAMESAKE
        if mention.containers:
            inside = [any(self._inside(c, area) for area in mention.containers) for c in mention.candidates]
            mention.contained = any(inside)
            for i, is_inside in enumerate(inside):
                mention.base[i] += WITHIN if is_inside else -WITHIN
        mention.scores = list(mention.base)
        mention.shares = _softmax(mention.scores)

    def _inside(self, candidate: Candidate, area: Candidate) -> bool:
        if candidate.place == area.place:
            return False
        if area.level == "country":
            return candidate.country == area.country and candidate.level != "country"
        if area.level in ("admin1", "admin2"):
            return candidate.division is not None and candidate.division == area.division
        reach = CITY_RADIUS_KM if area.level == "settlement" else 400.0
        return (
            candidate.level not in ("country", "admin1")
            and distance_km(candidate.latitude, candidate.longitude, area.latitude, area.longitude) <= reach
        )

    # What the document is about

    def _agree(self, mentions: Sequence[_Mention], countries: Sequence[str]) -> None:
        for _ in range(ROUNDS):
            context = [self._in_context(m, mentions) for m in mentions]
            for mention, added in zip(mentions, context, strict=True):
                mention.scores = [b + a for b, a in zip(mention.base, added, strict=True)]
            for mention in mentions:
                mention.shares = _softmax(mention.scores)

    def _in_context(self, mention: _Mention, mentions: Sequence[_Mention]) -> list[float]:
        """What the other mentions say for each candidate of one."""
        countries: dict[str, float] = defaultdict(float)
        divisions: dict[int, float] = defaultdict(float)
        points: list[tuple[float, float, float]] = []
        total = placed = 0.0
        name = exact_key(mention.toponym.text)
        for other in mentions:
            if other is mention or not other.candidates or exact_key(other.toponym.text) == name:
                continue
            weight = len(other.starts) ** 0.5
            total += weight
            placed += weight
            best = other.best
            for candidate, share in zip(other.candidates, other.shares, strict=True):
                if share > 0.05:
                    countries[candidate.country] += weight * share
                    if candidate.division is not None:
                        divisions[candidate.division] += weight * share
            nearest = other.candidates[best]
            if nearest.level in ("settlement", "admin1", "admin2"):
                points.append((nearest.latitude, nearest.longitude, other.shares[best]))
        if not total:
            return [0.0] * len(mention.candidates)
        out = []
        for candidate in mention.candidates:
            added = COUNTRY_SHARE * countries.get(candidate.country, 0.0) / total
            if candidate.division is not None:
                added += DIVISION_SHARE * divisions.get(candidate.division, 0.0) / placed
            if candidate.level != "country":
                added += NEAR * max(
                    (
                        share
                        * exp(-distance_km(candidate.latitude, candidate.longitude, latitude, longitude) / NEAR_KM)
                        for latitude, longitude, share in points
                    ),
                    default=0.0,
                )
            out.append(added)
        return out

    def _about(self, mentions: Sequence[_Mention], countries: Sequence[str]) -> dict[str, float]:
        """Share of the document's toponyms in each country."""
        shares: dict[str, float] = defaultdict(float)
        for mention in mentions:
            if mention.candidates:
                shares[mention.candidates[mention.best].country] += len(mention.starts) ** 0.5
        for rank, country in enumerate(countries[:3]):
            shares[country] += 2.0 / (1 + rank)
        total = sum(shares.values())
        return {c: s / total for c, s in shares.items() if c} if total else {}

    def _sound_alike(self, mentions: Sequence[_Mention], countries: Sequence[str]) -> None:
        """Look for transliterations, in the document's countries only, where no known spelling fits there."""
        about = self._about(mentions, countries)
        likely = sorted((c for c, share in about.items() if share >= 0.2), key=lambda c: (-about[c], c))[:3]
        changed = False
        for mention in mentions:
            if mention.candidates and mention.candidates[mention.best].country in likely:
                continue
            known = {c.place for c in mention.candidates}
            added = [
                c
                for country in likely
                for c in self._lookup.alike(mention.toponym.text, country)
                if c.place not in known
            ]
            if added:
                mention.candidates = mention.candidates + added
                self._rate(mention, countries)
                changed = True
        if changed:
            self._agree(mentions, countries)

    # The answer

    def _choice(
        self, mention: _Mention, mentions: Sequence[_Mention], countries: Sequence[str]
    ) -> tuple[Candidate, float] | None:
        """The best candidate and its probability; None where no candidate is plausible."""
        if not mention.candidates:
            return None
        best = mention.best
        candidate = mention.candidates[best]
        obscure = candidate.level in ("settlement", "admin2") and candidate.population < OBSCURE_PEOPLE
        if obscure and mention.containers and not mention.contained:
            return None
        if obscure and not mention.containers:
            others = [m for m in mentions if m is not mention]
            about = self._about(others, countries)
            elsewhere = about and about.get(candidate.country, 0.0) < 0.1 and max(about.values()) >= 0.5
            if elsewhere and not self._close(candidate, others):
                return None
        return candidate, mention.shares[best]

    def _close(self, candidate: Candidate, others: Sequence[_Mention]) -> bool:
        for other in others:
            if other.candidates:
                place = other.candidates[other.best]
                away = distance_km(candidate.latitude, candidate.longitude, place.latitude, place.longitude)
                if place.level == "settlement" and away < FAR_KM:
                    return True
        return False

    def _place(self, toponym: Toponym, choice: tuple[Candidate, float]) -> Place:
        candidate, probability = choice
        latitude, longitude = candidate.latitude, candidate.longitude
        precision = _precision(candidate)
        if precision == "settlement" and (toponym.relation != "in" or toponym.distance_km):
            precision = "near"
            if toponym.distance_km and toponym.bearing:
                latitude, longitude = displaced(latitude, longitude, toponym.bearing, toponym.distance_km)
        country_name = self._boundaries.countries[candidate.country][0] if candidate.country else ""
        admin1 = "" if candidate.division is None else self._boundaries.divisions[candidate.division][1]
        return Place(
            name=toponym.text,
            label=candidate.label,
            latitude=latitude,
            longitude=longitude,
            precision=precision,
            kind=candidate.kind,
            country=candidate.country,
            country_name=country_name,
            admin1=admin1,
            admin2=candidate.label if candidate.level == "admin2" else "",
            gazetteer=candidate.gazetteer,
            gazetteer_id=candidate.gazetteer_id,
            probability=round(probability, 4),
        )

    def _unknown(
        self,
        toponym: Toponym,
        containers: Sequence[Candidate],
        settled: Sequence[tuple[int, Place]],
        countries: Sequence[str],
    ) -> Place:
        """A name that no gazetteer has: the area the text puts around it, else the settlement read nearest to it."""
        about = {place.country for _, place in settled if place.country}
        if containers:
            area = max(
                containers,
                key=lambda c: (c.country in about or c.country in countries[:1], _weight(c) + c.match, -c.place),
            )
            probability = 0.6 if area.level == "settlement" else 0.4
            return self._standing_in(toponym, self._place(Toponym(area.label, 0, 1), (area, probability)))
        close = [
            (abs(start - toponym.start), start, place)
            for start, place in settled
            if place.precision in ("settlement", "near") and abs(start - toponym.start) <= READING_DISTANCE
        ]
        if close:
            gap, _, place = min(close, key=lambda item: item[:2])
            probability = round(0.4 * exp(-gap / READING_DISTANCE), 4)
            stand_in = self._standing_in(toponym, place)
            return replace(stand_in, precision="near", probability=probability)
        country = next(iter(about)) if len(about) == 1 else countries[0] if len(countries) == 1 and not about else ""
        divisions = {place.admin1 for _, place in settled if place.precision != "country"}
        return Place(
            name=toponym.text,
            label=toponym.text,
            country=country,
            country_name=self._boundaries.countries[country][0] if country in self._boundaries.countries else "",
            admin1=next(iter(divisions)) if country and len(divisions) == 1 else "",
            probability=0.0,
        )

    def _standing_in(self, toponym: Toponym, place: Place) -> Place:
        return replace(place, name=toponym.text, label=toponym.text, kind=toponym.kind, gazetteer="", gazetteer_id="")


def _sense(toponym: Toponym) -> tuple[object, ...]:
    return (
        toponym.text, toponym.kind, toponym.within, toponym.relation, toponym.distance_km, toponym.bearing,
    )  # fmt: skip


def _weight(candidate: Candidate) -> float:
    if candidate.level == "country":
        return COUNTRY_WEIGHT
    if candidate.level == "region":
        return COUNTRY_WEIGHT if candidate.kind == "continent" else REGION_WEIGHT
    if candidate.level == "admin2":
        return ADMIN2_WEIGHT
    return POPULATION * candidate.weight


def _precision(candidate: Candidate) -> PlacePrecision:
    if candidate.level == "region":
        return "admin1" if candidate.country else "country"
    return candidate.level


def _kind_agreement(kind: str, candidate: Candidate) -> float:
    word = exact_key(kind).split()[-1] if kind.strip() else ""
    if not word:
        return 0.0
    if word in _ADMIN_KINDS:
        if candidate.level == "admin1":
            return KIND
        return 0.5 * KIND if candidate.level in ("admin2", "region") else 0.0
    if word in DISTRICT_KINDS and candidate.level == "admin2":
        return KIND
    if word in _TOWN_KINDS:
        return 0.0 if candidate.level == "settlement" else -KIND
    if word == "country":
        return KIND if candidate.level == "country" else 0.0
    return 0.0


def _hint(country: str, countries: Sequence[str]) -> float:
    if not country or country not in countries:
        return 0.0
    return HINT_FIRST if country == countries[0] else HINT_OTHER


def _has_namesake_town(area: Candidate, candidates: Sequence[Candidate]) -> bool:
    return any(
        c.level == "settlement" and c.division == area.division and c.population * 20 >= area.population
        for c in candidates
    )


def _softmax(scores: Sequence[float]) -> list[float]:
    if not scores:
        return []
    top = max(scores)
    powers = [exp((s - top) / TEMPERATURE) for s in scores]
    total = sum(powers)
    return [p / total for p in powers]
