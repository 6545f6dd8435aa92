"""The toponyms of one document and what each may mean, scored together.

Every candidate gets a score: how much it is spoken of at all, how well the name matches, whether its kind is the
kind the text gives it, whether it lies in what the text puts around it, and how well it fits the country, the
division and the other places of the document. The document's context is the weighted opinion of all its
toponyms, so that their order does not matter; it is worked out a few times over. The unit of a score is a factor
of ten in population.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp

from tocsin.places._geometry import chord_km
from tocsin.places._lookup import AREAS, Candidate, Lookup, gazetteer_number
from tocsin.places._names import exact_key, folded, split_generic, without_kinds, without_qualifier
from tocsin.records import Toponym

__all__ = [
    "TOWN_QUARTERS",
    "Container",
    "Context",
    "Mention",
    "Weights",
    "inside",
    "is_likely",
    "prominence",
    "softmax",
]


@dataclass(frozen=True, slots=True)
class Weights:
    """What speaks for a candidate, in factors of ten of population.

    Chosen by coordinate search on two public corpora of local and of world news (LGL, GeoVirus) together, keeping
    only steps that lost nothing on either; both are flat around these values. The figures measured on these two are
    therefore on data that the weights have seen, and other corpora may come out lower.
    """

    kind: float = 3.0
    # Less than a contradiction seems worth, because what stands beside a name is not always around it.
    within: float = 2.0
    # A place outside an area that the text calls a province or a district is another place of that name.
    said: float = 8.0
    hint: float = 2.0
    other_hint: float = 1.2
    country_share: float = 3.0
    division_share: float = 6.0
    # A town or division of a country that nothing else in a text is about, when all of it is about another one.
    abroad: float = 2.0
    near: float = 1.2
    near_km: float = 200.0
    # A bare country beats any town of that name; a region or a district counts as a large town.
    country: float = 9.5
    region: float = 6.5
    admin2: float = 4.2
    # A sub-district is spoken of less than the district it is often named after.
    admin3: float = 0.7
    # A capital also stands for its state.
    capital: float = 0.7
    # A governorate named after its main town: without a word such as "province" the town is meant.
    namesake: float = 2.0
    # What speaks for a village that is in no gazetteer, before the document's country speaks for it too.
    unlisted: float = 1.0
    # What speaks against one where an added gazetteer has the villages.
    covered: float = 2.5
    # How far context reaches in a text, in characters: a digest tells of one country after another.
    reach: float = 800.0
    far_apart: float = 0.3
    temperature: float = 1.1


# Opinions settle in three rounds, and a name's other meanings speak too where they are this likely: "Decatur" beside
# "DeKalb County" can be in Georgia though each alone is elsewhere. Given the spans, 84.4 % instead of 83.1 % of local
# news is within 161 km with both and the temperature, 86.5 % instead of 86.6 % of world news.
ROUNDS, LIKELY_ENOUGH = 3, 0.1
# A town's neighbourhoods and the villages people place by it.
CITY_RADIUS_KM, REGION_RADIUS_KM = 40.0, 400.0
# Smaller towns around a name are too many to tell which is meant.
CONTAINER_PEOPLE = 20_000
# A place that is only spelled like a name must be as near to another place of the story as a district is wide.
SUPPORT_KM = 120.0
# How alike a name must sound to a place: where the text says more than the country, and where it does not (by its
# letters), with the villages of the country listed, and without. Measured on 378 villages of three other countries
# asked for as if in this one (17 % are still taken for one here given the province, 46 % given the country; 38 % and
# 91 % without these bounds), and on listed villages written otherwise, of which they lose one in a hundred.
LOCAL_COVERED, LOCAL = 0.8, 0.85
ALONE_COVERED = ((4, 0.97), (6, 0.9), (8, 0.85), (999, 0.78))
ALONE_LETTERS, ALONE = 7, 0.92
# The first positions of a name say enough about what it is read beside.
MOST_STARTS = 8

_ADMIN_KINDS = frozenset({
    "province", "governorate", "governate", "state", "region", "oblast", "department", "departement", "emirate",
    "wilaya", "wilayat", "prefecture", "krai", "republic", "canton", "county", "territory", "muhafazah", "muhafaza",
    "muhafazat", "mohafazat", "vilayet", "division", "countryside", "rural", "محافظه", "ولايه", "استان", "ريف",
})  # fmt: skip
_DISTRICT_KINDS = frozenset({
    "district", "subdistrict", "county", "parish", "raion", "rayon", "municipality", "commune", "cercle", "woreda",
    "zone", "department", "province", "township", "nahiya", "nahiyah", "territory", "upazila", "tehsil",
    "قضا", "منطقه", "ناحيه",
})  # fmt: skip
_SMALL_KINDS = frozenset({"subdistrict", "commune", "township", "nahiya", "nahiyah", "ناحيه"})
_TOWN_KINDS = frozenset({
    "city", "town", "village", "hamlet", "capital", "settlement", "municipality", "commune", "camp", "locality",
    "مدينه", "بلده", "قريه", "مخيم",
})  # fmt: skip
# What is no settlement, though one may have its name.
_LANDFORMS = frozenset({"river", "lake", "sea", "gulf", "desert", "strait", "wadi"})
# Parts of a town. A "district" may also be a part of a province, so that only a big city's is one.
TOWN_QUARTERS = frozenset({"quarter", "neighbourhood", "neighborhood", "suburb", "suburbs", "ward", "حي"})


@dataclass(frozen=True, slots=True)
class Container:
    """A name that the text puts around another, the word for its kind, and what it may mean."""

    name: str
    kind: str
    candidates: tuple[Candidate, ...]


@dataclass(slots=True, eq=False)
class Mention:
    """All toponyms of a document that say the same, and what they may mean."""

    toponym: Toponym
    starts: list[int]
    key: str = ""
    kind: str = ""
    candidates: list[Candidate] = field(default_factory=list)
    containers: list[Container] = field(default_factory=list)
    contained: bool = False
    base: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    best: int = 0

    @property
    def chosen(self) -> Candidate:
        """The candidate with the best score."""
        return self.candidates[self.best]

    def settle(self, scores: list[float], temperature: float) -> None:
        """Take `scores` as what is known now."""
        self.scores = scores
        self.shares = softmax(scores, temperature)
        self.best = max(range(len(scores)), key=lambda i: (scores[i], -self.candidates[i].place), default=0)


class Context:
    """One document's mentions, resolved together."""

    def __init__(self, mentions: Sequence[Mention], countries: Sequence[str], lookup: Lookup, weights: Weights) -> None:
        self.mentions = mentions
        self._countries = tuple(countries)
        self._lookup = lookup
        self._weights = weights
        for mention in mentions:
            mention.key = exact_key(mention.toponym.text)
            mention.kind, found = self._meanings(mention.toponym.text, mention.toponym.kind)
            mention.candidates = [c for c in found if not (_is_landform(mention.kind) and c.level == "settlement")]
            mention.containers = self._containers(mention.toponym.within)
            self._rate(mention)
        self._closeness = [[self._close(a, b) for b in mentions] for a in mentions]
        self._agree()
        self._sound_alike()

    def country_shares(self, mention: Mention) -> dict[str, float]:
        """The share of each country in what is read around a mention, and in what the document is said to be about.

        Where nothing says, it is about the countries whose villages somebody added.
        """
        shares: dict[str, float] = defaultdict(float)
        closeness = self._closeness[self._position(mention)]
        for other, weight in zip(self.mentions, closeness, strict=True):
            if weight and other.candidates:
                shares[other.chosen.country] += weight * other.shares[other.best]
        for rank, country in enumerate(self._countries[:3]):
            shares[country] += 2.0 / (1 + rank)
        total = sum(shares.values())
        if not total:
            return dict.fromkeys(self._lookup.listed, 1.0)
        return {c: s / total for c, s in shares.items() if c}

    def unlisted(self, mention: Mention) -> float:
        """The score of a place that no gazetteer has: a village in the country the document is about."""
        about = self.country_shares(mention)
        score = self._weights.unlisted
        home = {c.country for c in mention.candidates}.intersection(self._at_home(mention))
        if about or home:
            # Armies fight abroad: whose they are says less than that the name is one of the villages somebody added.
            country = min(home) if home else max(about, key=lambda c: (about[c], c))
            score += self._weights.country_share * about.get(country, 0.0) + self._hint(country)
            score -= self._weights.covered if self._lookup.covered(country) else 0.0
        around = any(c.candidates for c in mention.containers)
        return score + self._weights.within if around and not mention.contained else score

    # What a name may mean

    def _meanings(self, name: str, kind: str) -> tuple[str, list[Candidate]]:
        """What a name may mean, and the word for its kind, which may be part of the name."""
        found = self._named(name)
        if exact_key(kind) in _DISTRICT_KINDS:
            known = {c.place for c in found}
            found += [c for c in self._named(f"{name} {kind}") if c.place not in known]
        if found:
            return kind, found
        plain, word = split_generic(name)
        for shorter in without_kinds(name):
            if found := self._named(shorter):
                return kind or word, found
        bare = without_qualifier(plain)
        return kind or word, self._named(bare) if bare != exact_key(name) else []

    def _named(self, name: str) -> list[Candidate]:
        found = list(self._lookup.named(name))
        known = {c.place for c in found}
        for country in self._countries[:3]:
            found += [c for c in self._lookup.named(name, country) if c.place not in known]
        return found

    def _containers(self, names: Sequence[str]) -> list[Container]:
        """What the names around another may be: areas and the largest towns, each within the others where it can be."""
        found = [self._container(name) for name in names]
        agreed = []
        for container in found:
            others = [o for o in found if o is not container and exact_key(o.name) != exact_key(container.name)]
            held = [c for c in container.candidates if any(inside(c, area) for o in others for area in o.candidates)]
            agreed.append(Container(container.name, container.kind, tuple(held)) if held else container)
        return agreed

    def _container(self, name: str) -> Container:
        _, found = self._meanings(name, "")
        kind = split_generic(name)[1]
        found = _of_kind(kind, found)
        areas = [c for c in found if c.level != "settlement"]
        towns = sorted(
            (c for c in found if c.level == "settlement"),
            key=lambda c: (c.country not in self._countries, -c.population, c.place),
        )
        large = [c for c in towns if c.population >= CONTAINER_PEOPLE]
        return Container(name, kind, (*areas, *(large or ([] if areas else towns))[:5]))

    def _rate(self, mention: Mention) -> None:
        weights = self._weights
        mention.base = [
            prominence(c, weights) + c.match + weights.kind * _kind_agreement(mention.kind, c) + self._hint(c.country)
            for c in mention.candidates
        ]
        if not mention.kind:
            for i, c in enumerate(mention.candidates):
                if c.level in AREAS and _has_namesake_town(c, mention.candidates):
                    mention.base[i] -= weights.namesake
        known = [c for c in mention.containers if c.candidates]
        if known:
            held = [[_held(c, container.candidates) for container in known] for c in mention.candidates]
            mention.contained = any(sum(one) == len(known) for one in held)
            costs = [weights.said if c.kind and c.kind not in _TOWN_KINDS else weights.within for c in known]
            for i, one in enumerate(held):
                worth = sum(h * (weights.within if h > 0 else cost) for h, cost in zip(one, costs, strict=True))
                mention.base[i] += worth / len(known)
        mention.settle(mention.base, weights.temperature)

    def _hint(self, country: str) -> float:
        if not country or country not in self._countries:
            return 0.0
        return self._weights.hint if country == self._countries[0] else self._weights.other_hint

    # What the document is about

    def _position(self, mention: Mention) -> int:
        return next(i for i, other in enumerate(self.mentions) if other is mention)

    def _close(self, one: Mention, other: Mention) -> float:
        """How much one mention says about another: more when read beside it, nothing when it is the same name."""
        if one.key == other.key:
            return 0.0
        gap = min(abs(a - b) for a in one.starts[:MOST_STARTS] for b in other.starts[:MOST_STARTS])
        near = self._weights.far_apart + (1 - self._weights.far_apart) * exp(-gap / self._weights.reach)
        return float(near * len(other.starts) ** 0.5)

    def _agree(self) -> None:
        for _ in range(ROUNDS):
            scores = [self._in_context(m, self._closeness[i]) for i, m in enumerate(self.mentions)]
            for mention, found in zip(self.mentions, scores, strict=True):
                mention.settle(found, self._weights.temperature)

    def _in_context(self, mention: Mention, closeness: Sequence[float]) -> list[float]:
        """The scores of a mention's candidates, given what the other mentions now mean."""
        weights = self._weights
        countries: dict[str, float] = defaultdict(float)
        divisions: dict[int | None, float] = defaultdict(float)
        points = []
        total = 0.0
        for other, weight in zip(self.mentions, closeness, strict=True):
            if not weight or not other.candidates:
                continue
            total += weight
            for candidate, share in zip(other.candidates, other.shares, strict=True):
                if share > 0.05:
                    countries[candidate.country] += weight * share
                    divisions[candidate.division] += weight * share
                    if share > LIKELY_ENOUGH and (candidate.level == "settlement" or candidate.level in AREAS):
                        points.append((candidate.vector, share))
        if not total:
            # Nothing else is named: as for a place that is not listed, what the text is about speaks for its places.
            about = self.country_shares(mention)
            return [
                score + weights.country_share * about.get(candidate.country, 0.0)
                for score, candidate in zip(mention.base, mention.candidates, strict=True)
            ]
        scores = []
        for score, candidate in zip(mention.base, mention.candidates, strict=True):
            here = countries.get(candidate.country, 0.0) / total if candidate.country else 0.0
            # An area is as near to what happens in it as a town beside it is.
            if candidate.level == "country":
                share = near = here
            else:
                share = divisions.get(candidate.division, 0.0) / total if candidate.division is not None else 0.0
                near = share if candidate.level == "admin1" else 0.0
                for point, probability in points:
                    near = max(near, probability * exp(-chord_km(candidate.vector, point) / weights.near_km))
            if candidate.country and candidate.level != "country" and candidate.kind != "capital" and not here:
                score -= weights.abroad * max(countries.values()) / total
            scores.append(score + weights.country_share * here + weights.division_share * share + weights.near * near)
        return scores

    def _sound_alike(self) -> None:
        """Look for transliterations, in the likely countries only, where no known spelling fits there."""
        changed = False
        for mention in self.mentions:
            about = self.country_shares(mention)
            likely = sorted((c for c, share in about.items() if share >= 0.2), key=lambda c: (-about[c], c))[:3]
            around = [c.candidates for c in mention.containers if c.candidates]
            if around:
                named = {area.country for areas in around for area in areas}
                likely = [c for c in likely if c in named] or sorted(named - {""})[:1]
            if mention.candidates and mention.chosen.country in likely and mention.contained == bool(around):
                continue
            if _is_landform(mention.kind):
                continue
            likely += [country for country in self._at_home(mention) if country not in likely]
            known = {c.place for c in mention.candidates}
            alike = [c for country in likely for c in self._lookup.alike(mention.toponym.text, country)]
            if added := [c for c in alike if c.place not in known and self._supported(c, mention)]:
                mention.candidates = mention.candidates + added
                self._rate(mention)
                changed = True
        if changed:
            self._agree()

    def _supported(self, candidate: Candidate, mention: Mention) -> bool:
        """Whether the text speaks for a place that is only spelled somewhat like the name.

        It must lie in everything that the text puts around the name. The more the text says of where it is, and the
        more a gazetteer knows of the villages there, the less alike the names must be.
        """
        around = [c.candidates for c in mention.containers if c.candidates]
        if any(_held(candidate, areas) < 1 for areas in around):
            return False
        covered = self._lookup.covered(candidate.country)
        if any(all(area.level != "country" for area in areas) for areas in around) or self._beside(candidate, mention):
            return candidate.likeness >= (LOCAL_COVERED if covered else LOCAL)
        if covered:
            return is_likely(candidate, mention.key)
        letters = len(folded(mention.key))
        return letters >= ALONE_LETTERS and candidate.likeness >= ALONE and not self._elsewhere(mention)

    def _others(self, candidate: Candidate, mention: Mention) -> list[Candidate]:
        """The other places of the story in a candidate's country, but for its capital."""
        return [
            m.chosen
            for m in self.mentions
            if m.key != mention.key
            and m.candidates
            and m.chosen.country == candidate.country
            and m.chosen.level not in ("country", "region")
            and m.chosen.kind != "capital"
            and m.shares[m.best] >= 0.5
        ]

    def _beside(self, candidate: Candidate, mention: Mention) -> bool:
        return any(
            chord_km(candidate.vector, other.vector) <= SUPPORT_KM
            if other.level == "settlement"
            else inside(candidate, other)
            for other in self._others(candidate, mention)
        )

    def _at_home(self, mention: Mention) -> tuple[str, ...]:
        """The countries whose villages somebody added, where no other place of the story says where a name is."""
        around = any(c.candidates for c in mention.containers)
        return () if around or self._elsewhere(mention) else self._lookup.listed

    def _elsewhere(self, mention: Mention) -> bool:
        """Whether the story has other places than capitals, in any country: what only sounds right lies by them."""
        return any(
            m.key != mention.key
            and m.candidates
            and m.chosen.level not in ("country", "region")
            and m.chosen.kind != "capital"
            and m.shares[m.best] >= 0.5
            for m in self.mentions
        )


def is_likely(candidate: Candidate, name: str) -> bool:
    """Whether a place found by its sound is likely enough meant where only its country is told, whose villages are
    listed.
    """
    letters = len(folded(name))
    return candidate.likeness >= next(needed for most, needed in ALONE_COVERED if letters <= most)


def prominence(candidate: Candidate, weights: Weights) -> float:
    """How much a place is spoken of at all, in factors of ten of people."""
    if candidate.level == "country" or candidate.kind == "continent":
        # Among countries that share a name ("Congo") the larger is spoken of more.
        return weights.country + (0.2 * (candidate.weight - 7.0) if candidate.population else 0.0)
    if candidate.level == "region":
        return weights.region
    if candidate.level in ("admin2", "admin3"):
        return weights.admin2 - (weights.admin3 if candidate.level == "admin3" else 0.0)
    return candidate.weight + (weights.capital if candidate.kind == "capital" else 0.0)


def inside(candidate: Candidate, area: Candidate) -> bool:
    """Whether one place lies in another; a town holds what is within its reach."""
    if candidate.place == area.place:
        return False
    if area.level == "country":
        return candidate.country == area.country and candidate.level != "country"
    if area.level in AREAS:
        return (candidate.level == "settlement" or AREAS.index(area.level) < _size(candidate)) and _in_area(
            candidate, area
        )
    reach = CITY_RADIUS_KM if area.level == "settlement" else REGION_RADIUS_KM
    return candidate.level not in ("country", "admin1") and chord_km(candidate.vector, area.vector) <= reach


def _size(candidate: Candidate) -> int:
    return AREAS.index(candidate.level) if candidate.level in AREAS else -1


def _in_area(candidate: Candidate, area: Candidate) -> bool:
    ids = (area.place, *area.also)
    if any(own in ids for own in candidate.areas):
        return True
    if _tells(candidate, area):
        return False
    if area.level != "admin1" and area.reach and chord_km(candidate.vector, area.vector) > area.reach:
        return False
    return candidate.division is not None and candidate.division == area.division


def _tells(candidate: Candidate, area: Candidate) -> bool:
    """Whether the gazetteer that has the area says which areas of its level the candidate is in."""
    own = candidate.areas[AREAS.index(area.level)] if area.level in AREAS else 0
    return bool(own) and gazetteer_number(own) in {gazetteer_number(p) for p in (area.place, *area.also)}


def _held(candidate: Candidate, areas: Sequence[Candidate]) -> int:
    """1 if a place lies in one of these areas, 0 if one lies in it (so that they do not choose), else -1.

    Where a gazetteer says which districts a place is in, being near a town of that name is not enough.
    """
    areas = [area for area in areas if _tells(candidate, area)] or areas
    if any(inside(candidate, area) for area in areas):
        return 1
    return 0 if any(inside(area, candidate) for area in areas) else -1


def _of_kind(kind: str, found: Sequence[Candidate]) -> list[Candidate]:
    """Those of a name's meanings that are what the word beside it says, all of them where none is."""
    if kind in _TOWN_KINDS:
        return [c for c in found if c.level == "settlement"] or list(found)
    wanted: tuple[tuple[str, ...], ...] = ()
    if kind in _ADMIN_KINDS:
        wanted = (("admin1",), ("admin2", "region"), ("admin3",), ("country",))
    elif kind in _DISTRICT_KINDS:
        wanted = (("admin3",), ("admin2",)) if kind in _SMALL_KINDS else (("admin2",), ("admin3",))
        wanted = (*wanted, ("settlement",))
    for levels in wanted:
        if fitting := [c for c in found if c.level in levels]:
            return fitting
    return list(found)


def softmax(scores: Sequence[float], temperature: float) -> list[float]:
    """Probabilities in proportion to ``exp(score / temperature)``; empty for no scores."""
    if not scores:
        return []
    top = max(scores)
    powers = [exp((s - top) / temperature) for s in scores]
    total = sum(powers)
    return [p / total for p in powers]


def _kind_agreement(kind: str, candidate: Candidate) -> float:
    word = exact_key(kind).rpartition(" ")[2]
    if not word:
        return 0.0
    if candidate.level in ("admin2", "admin3") and word in _DISTRICT_KINDS:
        return 1.0 if (candidate.level == "admin3") == (word in _SMALL_KINDS) else 0.8
    if word in _ADMIN_KINDS:
        region = 1.0 if word == "region" else 0.5
        return {"admin1": 1.0, "admin2": 0.5, "admin3": 0.3, "region": region}.get(candidate.level, 0.0)
    if word in _TOWN_KINDS:
        return 0.0 if candidate.level == "settlement" else -1.0
    return 1.0 if word == "country" and candidate.level == "country" else 0.0


def _is_landform(kind: str) -> bool:
    return exact_key(kind).rpartition(" ")[2] in _LANDFORMS


def _has_namesake_town(area: Candidate, candidates: Sequence[Candidate]) -> bool:
    # The town must be a fair part of the area, or a village named "Texas" would stand for the state.
    return any(
        c.level == "settlement" and c.division == area.division and c.population * 20 >= area.population
        for c in candidates
    )
