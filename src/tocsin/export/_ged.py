"""Events as UCDP GED has them, by UCDP's own rules rather than those of the event table."""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from tocsin.codebook import ActorMatch, Codebook, load_codebook
from tocsin.export._tables import _write
from tocsin.interfaces import Edition
from tocsin.records import ActorKind, Count, NotExported, PublicEvent, priogrid_gid

__all__ = ["GED_COLUMNS", "GED_REASONS", "GedExporter", "GedRow", "ged_rows", "write_events_ged"]

GED_REASONS: Mapping[str, str] = {
    "rejected": "A reviewer rejected it.",
    "withdrawn": "Its sources withdrew it.",
    "denied_only": "Every claim denies that it happened.",
    "possible_only": "Every claim says only that it may have happened.",
    "threatened": "Threatened, not done.",
    "planned": "Planned, not done.",
    "generic": "A habit or a pattern, not one incident.",
    "no_counterpart": "What happened has no counterpart there, such as an arrest, a protest or a withdrawal.",
    "deaths_not_stated": "No source says whether anybody died.",
    "no_deaths": "Nobody died in any of low, best and high.",
    "unidentified_side": "A side is not identified: unknown, or told by a general word such as gunmen.",
    "one_organisation": "Both sides are the same organisation.",
    "no_violence_type": "Between such actors there is no type of violence there.",
    "undated": "No date is known.",
    "coarse_date": "The date is known less well than to a year.",
    "unplaced": "No country or no point is known.",
    "itemised": "All of its deaths are told incident by incident, or in a narrower total.",
    "below_threshold": "Its two sides have fewer deaths in that year than the threshold asked for.",
}
"""Why an event is no row of GED, code to sentence."""

ACTIVE = 25
"""Deaths a year from which UCDP calls two sides active."""

NEAR_KM = 25.0
"""How far apart places may be, by UCDP's second degree of precision, to stand at one of them."""

_MODALITIES = {"denied": "denied_only", "possible": "possible_only"}
_UNARMED: frozenset[ActorKind | None] = frozenset({"Civilians", "Protesters", "Rioters"})
_STATES: frozenset[ActorKind | None] = frozenset({"State forces", "External/Other forces"})
_FINE = ("exact", "settlement", "near")
_PRECISION = {"exact": 1, "settlement": 1, "near": 2, "admin2": 3, "admin1": 4, "country": 6}
_BREADTH = {"exact": 0, "settlement": 0, "near": 1, "admin2": 2, "admin1": 3, "country": 4}


@dataclass(frozen=True, slots=True)
class GedRow:
    """One row of GED, its 49 columns in order; None and the empty text are empty cells.

    Ids of UCDP's own (of conflicts, dyads and sides, and the `relid`) stay empty: ours must not pass for theirs.
    """

    id: str
    relid: str
    year: int
    active_year: int
    code_status: str
    type_of_violence: int
    conflict_dset_id: str
    conflict_new_id: str
    conflict_name: str
    dyad_dset_id: str
    dyad_new_id: str
    dyad_name: str
    side_a_dset_id: str
    side_a_new_id: str
    side_a: str
    side_b_dset_id: str
    side_b_new_id: str
    side_b: str
    number_of_sources: int
    source_article: str
    source_office: str
    source_date: str
    source_headline: str
    source_original: str
    where_prec: int
    where_coordinates: str
    where_description: str
    adm_1: str
    adm_2: str
    latitude: float
    longitude: float
    geom_wkt: str
    priogrid_gid: int
    country: str
    country_id: int | None
    region: str
    event_clarity: int
    date_prec: int
    date_start: str
    date_end: str
    deaths_a: int
    deaths_b: int
    deaths_civilians: int
    deaths_unknown: int
    best: int
    high: int
    low: int
    gwnoa: int | None
    gwnob: int | None


GED_COLUMNS: tuple[str, ...] = tuple(f.name for f in fields(GedRow))


class GedExporter:
    """UCDP GED's 49 columns as CSV. It has no room for the edition."""

    file = "events-ged.csv"

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write one line a row; see :func:`write_events_ged`."""
        return write_events_ged(events, path)


def write_events_ged(events: Iterable[PublicEvent], path: Path, *, threshold: int = 0) -> int:
    """Write what GED has room for as CSV and return how many rows it is; see :func:`ged_rows`.

    A text cell that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers.
    """
    rows, _ = ged_rows(events, threshold=threshold)
    return _write(path, GED_COLUMNS, ([getattr(row, name) for name in GED_COLUMNS] for row in rows))


def ged_rows(
    events: Iterable[PublicEvent], *, threshold: int = 0
) -> tuple[tuple[GedRow, ...], tuple[NotExported, ...]]:
    """Events as rows of GED, and those that are none.

    One row an event. It needs a death in low, best or high and two identified sides, or one and civilians. Of what
    holds others (a total over a time or an area, an operation whose parts are told) only the deaths that no row inside
    it has become a row, with event clarity 2.

    Parameters
    ----------
    events : iterable of PublicEvent
    threshold : int, optional
        Leave out rows of two sides with fewer deaths (best) in that year. UCDP's is 25; 0 leaves none out.

    Returns
    -------
    rows, not_exported
        Rows by first day and id, and the others with a key of :data:`GED_REASONS`, by id.
    """
    drafts: list[_Draft] = []
    left_out: dict[str, str] = {}
    codebook = load_codebook()
    for event in sorted(events, key=lambda e: e.id):
        found = _draft(event, codebook)
        if isinstance(found, str):
            left_out[event.id] = found
        else:
            drafts.append(found)
    kept = []
    for draft in _remainders(drafts):
        if draft.deaths[2] > 0:
            kept.append(draft)
        else:
            left_out[draft.event.id] = "itemised"
    years: dict[tuple[str, int], int] = defaultdict(int)
    for draft in kept:
        years[draft.dyad, draft.start.year] += draft.deaths[1]
    rows = []
    for draft in kept:
        deaths = years[draft.dyad, draft.start.year]
        if deaths < threshold:
            left_out[draft.event.id] = "below_threshold"
        else:
            rows.append(_row(draft, active=deaths >= ACTIVE))
    rows.sort(key=lambda r: (r.date_start, r.id))
    return tuple(rows), tuple(NotExported(i, reason) for i, reason in sorted(left_out.items()))


# Sides


@dataclass(frozen=True, slots=True)
class _Side:
    """A side by name. `state` is ISO alpha-3 where it is a government."""

    name: str
    kind: ActorKind
    state: str = ""


_CIVILIANS = _Side("Civilians", "Civilians")


def _side(label: str, kind: ActorKind | None, event: PublicEvent, codebook: Codebook) -> _Side | None:
    """The organisation, or civilians; None where it is not identified.

    Every force of a state is its government. Forces of a state that is not named are the government of the country:
    "the army" is the country's own.
    """
    actors = codebook.actors
    match = _match(codebook, label, event.iso3) if label else None
    kind = kind or (match.kind if match else None)
    if kind in _UNARMED:
        return _CIVILIANS
    if kind is None or not label or label == kind:
        return None
    state, name = "", label
    whole = match is not None and match.start == 0 and len(match.text) > len(label) / 2
    if match is not None and not match.generic:
        name = match.label
        entry = actors.entry(match.entry_id) if match.entry_id and match.entry_id.count(":") != 1 else None
        took_power = entry is not None and entry.state_from is not None and _on(event) >= entry.state_from
        if entry is not None and took_power:
            state = entry.state
        elif match.force:
            state = match.country
    elif match is not None and match.force and kind == "State forces" and whole:
        state = match.country or event.iso3
        if not state:
            return None
    elif (match is not None and whole) or not _is_name(label):
        return None
    if state and (found := actors.state(state)) is not None:
        return _Side(f"Government of {found.name}", kind if kind in _STATES else "State forces", state)
    return _Side(name, kind)


# A few dozen actors recur in thousands of events.
@lru_cache(maxsize=4096)
def _match(codebook: Codebook, label: str, iso3: str) -> ActorMatch | None:
    return codebook.actors.match(label, iso3)


def _is_name(label: str) -> bool:
    """Whether a label that is in no list is a name rather than a description."""
    return not label[0].islower() and not label.casefold().startswith(("unidentified", "unknown", "external forces"))


def _on(event: PublicEvent) -> date:
    return event.date_start or date.max


def _sides(event: PublicEvent, codebook: Codebook) -> tuple[int, _Side, _Side] | str:
    """The type of violence and the sides in UCDP's order; the reason where it is no event there."""
    first = _side(event.actor1, event.actor1_kind, event, codebook)
    second = _side(event.actor2, event.actor2_kind, event, codebook)
    if second is None and not event.actor2 and event.event_type == "Violence against civilians":
        second = _CIVILIANS
    if first is None or second is None:
        return "unidentified_side"
    if first.name == second.name:
        return "no_violence_type" if first is _CIVILIANS else "one_organisation"
    kind = codebook.ucdp_type(first.kind, second.kind)
    if kind is None:
        return "no_violence_type"

    # Governments come first, the country's own before others'; else by name, so that who attacked makes no other dyad.
    def order(side: _Side) -> tuple[object, ...]:
        return side is _CIVILIANS, side.kind not in _STATES, not side.state, side.state != event.iso3, side.name

    side_a, side_b = sorted((first, second), key=order)
    return kind, side_a, side_b


# Rows


@dataclass(frozen=True, slots=True)
class _Draft:
    """What may become a row. `deaths` are low, best and high; `point` is (latitude, longitude)."""

    event: PublicEvent
    violence: int
    sides: tuple[_Side, _Side]
    start: date
    end: date
    deaths: tuple[int, int, int]
    point: tuple[float, float]
    place: str
    clarity: int = 1

    @property
    def dyad(self) -> str:
        return f"{self.sides[0].name} - {self.sides[1].name}"

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


def _draft(event: PublicEvent, codebook: Codebook) -> _Draft | str:
    """A row to be, or the reason why there is none."""
    if event.status in ("rejected", "withdrawn"):
        return event.status
    if event.modality not in ("asserted", "aggregate"):
        return _MODALITIES.get(event.modality, event.modality)
    if _by_label(codebook).get(event.sub_event_type) == "none":
        return "no_counterpart"
    deaths = _deaths(event.counts.deaths)
    if deaths is None:
        return "deaths_not_stated"
    if deaths[2] < 1:
        return "no_deaths"
    sides = _sides(event, codebook)
    if isinstance(sides, str):
        return sides
    if event.date_start is None:
        return "undated"
    end = max(event.date_end or event.date_start, event.date_start)
    if (end - event.date_start).days + 1 > 366:
        return "coarse_date"
    point, precision = _point(event)
    if point is None or not event.iso3:
        return "unplaced"
    return _Draft(event, sides[0], sides[1:], event.date_start, end, deaths, point, precision)


@cache
def _by_label(codebook: Codebook) -> dict[str, str]:
    return {code.label: code.ucdp for code in codebook.codes.values()}


def _deaths(count: Count | None) -> tuple[int, int, int] | None:
    """Low, best and high; None where nothing is stated.

    What "up to 40" leaves open is 0 for low; a figure without bounds is all three.
    """
    if count is None or (count.low, count.best, count.high) == (None, None, None):
        return None
    best = next(v for v in (count.best, count.low, count.high) if v is not None)
    low = count.low if count.low is not None else (best if count.high is None else 0)
    high = best if count.high is None else count.high
    return min(low, best), best, max(best, high)


def _point(event: PublicEvent) -> tuple[tuple[float, float] | None, str]:
    """Where the event stands, and how finely: its own point, else that of its first row, which is its division's."""
    precision = event.place_precision or {1: "settlement", 2: "near", 3: "admin1"}.get(
        event.geo_precision or 0, "country"
    )
    if event.latitude is not None and event.longitude is not None:
        return (event.latitude, event.longitude), precision
    row = next((r for r in event.rows if (r.latitude, r.longitude) != (0.0, 0.0)), None)
    if row is None:
        return None, precision
    return (row.latitude, row.longitude), "admin1" if row.geo_precision == 3 or precision in _FINE else precision


def _where_precision(draft: _Draft) -> int:
    """UCDP's precision of place, 1 to 6.

    Of several places one that is only an area around another does not count. Where they are within 25 km of the first
    it is 2, else 5: neither one place nor one division.
    """
    event = draft.event
    names = _names(event) - {event.country, event.admin1, event.admin2}
    if len(names) < 2 or draft.place == "country":
        return _PRECISION[draft.place]
    points = {(r.latitude, r.longitude) for r in event.rows}
    near = len(points) >= len(names) and all(_km(draft.point, p) <= NEAR_KM for p in points)
    return 2 if near else 5


def _names(event: PublicEvent) -> set[str]:
    return {name for name in event.location.split("; ") if name}


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance."""
    (a, b), (c, d) = ([math.radians(v) for v in point] for point in (one, other))
    root = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(min(1.0, root)))


def _date_precision(days: int) -> int:
    """UCDP's precision of date: 1 the day, 2 two to six days, 3 a week, 4 up to a month, 5 up to a year."""
    return next(degree for degree, longest in ((1, 1), (2, 6), (3, 7), (4, 31), (5, 366)) if days <= longest)


def _row(draft: _Draft, *, active: bool) -> GedRow:
    event, (side_a, side_b) = draft.event, draft.sides
    low, best, high = draft.deaths
    one_sided = draft.violence == 3
    sources = _sources(event)
    numbers, regions = _states()
    latitude, longitude = draft.point
    return GedRow(
        id=f"TCS-{event.id}",
        relid="",
        year=draft.start.year,
        active_year=int(active),
        code_status="Clear",
        type_of_violence=draft.violence,
        conflict_dset_id="",
        conflict_new_id="",
        conflict_name="",
        dyad_dset_id="",
        dyad_new_id="",
        dyad_name=draft.dyad,
        side_a_dset_id="",
        side_a_new_id="",
        side_a=side_a.name,
        side_b_dset_id="",
        side_b_new_id="",
        side_b=side_b.name,
        number_of_sources=event.lineages,
        source_article=";".join(f'"{office},{day},"' for office, day in sources),
        source_office=";".join(office for office, _ in sources),
        source_date=";".join(day for _, day in sources),
        source_headline="",
        source_original=", ".join(_speakers(event)),
        where_prec=_where_precision(draft),
        where_coordinates=_where(event),
        where_description=event.location or _where(event),
        adm_1=event.admin1,
        adm_2=event.admin2,
        latitude=latitude,
        longitude=longitude,
        geom_wkt=f"POINT ({longitude} {latitude})",
        priogrid_gid=priogrid_gid(latitude, longitude),
        country=event.country,
        country_id=numbers.get(event.iso3),
        region=regions.get(event.iso3, ""),
        event_clarity=draft.clarity,
        date_prec=_date_precision(draft.days),
        date_start=draft.start.isoformat(),
        date_end=draft.end.isoformat(),
        deaths_a=0,
        deaths_b=0,
        deaths_civilians=best if one_sided else 0,
        deaths_unknown=0 if one_sided else best,
        best=best,
        high=high,
        low=low,
        gwnoa=numbers.get(side_a.state),
        gwnob=numbers.get(side_b.state),
    )


def _where(event: PublicEvent) -> str:
    first = event.location.split("; ")[0]
    return first or event.admin2 or event.admin1 or event.country


def _sources(event: PublicEvent) -> list[tuple[str, str]]:
    """Outlet and day of every report, each once; marks that part a list there are none of here."""
    found = (
        (" ".join(c.source.translate(_LIST_MARKS).split()), c.published.isoformat() if c.published else "")
        for c in event.claims
        if c.source
    )
    return list(dict.fromkeys(found))


_LIST_MARKS = str.maketrans({";": " ", ",": " ", '"': "'"})


def _speakers(event: PublicEvent) -> list[str]:
    """Who told the reports, where that is not the outlet itself."""
    return list(dict.fromkeys(c.speaker for c in event.claims if c.speaker and c.speaker != c.source))


@cache
def _states() -> tuple[dict[str, int], dict[str, str]]:
    """Gleditsch and Ward's numbers and UCDP's regions, by ISO alpha-3 code."""
    text = resources.files("tocsin.export").joinpath("gw_numbers.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    numbers = {iso3: number for table in tables.values() for iso3, number in table.items()}
    return numbers, {iso3: region for region, table in tables.items() for iso3 in table}


# Totals


def _remainders(drafts: Sequence[_Draft]) -> Iterator[_Draft]:
    """The drafts, of those that hold others only what is left: the narrowest first, each total once."""
    within: dict[str, set[str]] = defaultdict(set)
    for draft in drafts:
        if draft.event.part_of:
            within[draft.event.part_of].add(draft.event.id)
    by_id = {draft.event.id: draft for draft in drafts}
    done: dict[str, _Draft] = {}
    alike: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for draft in sorted(drafts, key=lambda d: _width(d, within, by_id)):
        event = draft.event
        key = (draft.violence, draft.dyad, event.iso3)
        inside = _descendants(event.id, within)
        if event.modality == "aggregate":
            inside |= {other for other in alike[key] if _holds(draft, done[other])}
        rows = [done[other].deaths for other in sorted(inside) if other in done]
        if rows or event.modality == "aggregate":
            draft = replace(draft, deaths=_less(draft.deaths, rows), clarity=2)
        done[event.id] = draft
        alike[key].append(event.id)
        yield draft


def _width(
    draft: _Draft, within: Mapping[str, set[str]], by_id: Mapping[str, _Draft]
) -> tuple[bool, int, int, int, str]:
    """Sorts incidents before totals, the narrow before the wide, and every part before what it is part of."""
    parts = _descendants(draft.event.id, within)
    held = [draft, *(by_id[i] for i in parts if i in by_id)]
    total = any(d.event.modality == "aggregate" for d in held)
    return total, max(d.days for d in held), len(parts), _BREADTH[draft.place], draft.event.id


def _descendants(event_id: str, within: Mapping[str, set[str]]) -> set[str]:
    """Every part of an event, and their parts; an event is never its own part."""
    found: set[str] = set()
    waiting = [event_id]
    while waiting:
        for part in within.get(waiting.pop(), set()) - found:
            found.add(part)
            waiting.append(part)
    return found - {event_id}


def _holds(total: _Draft, other: _Draft) -> bool:
    """Whether `other`, between the same sides, happened within the time and the area of `total`."""
    whole, part = total.event, other.event
    if not (total.start <= other.start and other.end <= total.end):
        return False
    if total.place == "country":
        return True
    if total.place == "admin1":
        return bool(whole.admin1) and whole.admin1 == part.admin1
    if total.place == "admin2":
        return bool(whole.admin2) and (whole.admin1, whole.admin2) == (part.admin1, part.admin2)
    return bool(_names(whole) & _names(part)) and whole.admin1 == part.admin1


def _less(total: tuple[int, int, int], rows: Iterable[tuple[int, int, int]]) -> tuple[int, int, int]:
    """What is left of a range once the rows' are taken off: the least by their high, the most by their low."""
    low, best, high = total
    for row_low, row_best, row_high in rows:
        low, best, high = low - row_high, best - row_best, high - row_low
    return max(low, 0), max(best, 0), max(high, 0)
