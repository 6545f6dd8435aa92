"""Events as rows of ACLED's table, by the codebook's counting rule; every event has a row or a reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tocsin.codebook import Codebook
from tocsin.linking._labels import Sides, sides, source_names, source_scale
from tocsin.linking._notes import notes
from tocsin.linking._profile import SETTLED, figure, fold
from tocsin.records import Claim, Document, Event, EventRow, NotExported, Place, content_id

__all__ = ["project"]

PREFIX = "TCS"
"""ACLED's ids are three letters and digits ("SYR12345"); none begins with letters and a hyphen."""

LONGEST_SPLIT = 92
"""Days. What went on throughout a longer time has no rows a day; it keeps one, on its first day."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A row before rows that are equal become one."""

    event: Event
    code: str
    day: date
    place: Place
    sides: Sides
    deaths: int | None
    split: int
    documents: tuple[Document, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Day, named place, actors and type; areas are never the same place twice."""
        place = _named_place(self.place) or self.event.id
        return (self.day.isoformat(), place, *sorted((self.sides.actor1, self.sides.actor2)), self.code)


def project(
    events: Iterable[Event],
    claims: Mapping[str, Claim],
    documents: Mapping[str, Document],
    lineage: Mapping[str, str],
    codebook: Codebook,
    timestamp: int,
) -> tuple[tuple[EventRow, ...], tuple[NotExported, ...]]:
    """Project events into ACLED's table.

    One row a day, named place, actor pair and sub-event type. Incidents that are equal on all of these share a row,
    which lists them all and adds up their deaths. Only what went on throughout several days, or in each of several
    places, becomes several rows, over which an undivided toll is spread evenly, the remainder first.

    Parameters
    ----------
    events : iterable of Event
    claims : mapping of str to Claim
        By id; for the documents that an event rests on.
    documents : mapping of str to Document
        By id; for names and scale of sources.
    lineage : mapping of str to str
        Document id to lineage: a story and its copies are one source, named after its origin.
    codebook : Codebook
    timestamp : int
        Seconds since 1970 (UTC), written into every row.

    Returns
    -------
    rows, not_exported
        Rows by day, place and id; events without a row with the codebook's reason, by event id.
    """
    areas = _area_points(claims.values())
    drafts: list[_Draft] = []
    left_out = []
    for event in sorted(events, key=lambda e: e.id):
        reason = _reason(event, areas, codebook)
        if reason:
            left_out.append(NotExported(event.id, reason))
        else:
            drafts.extend(_drafts(event, _origins(event, claims, documents, lineage), areas, codebook))
    together: dict[tuple[str, ...], list[_Draft]] = {}
    for draft in drafts:
        together.setdefault(draft.key, []).append(draft)
    rows = [_row(group, codebook, timestamp) for group in together.values()]
    return tuple(sorted(rows, key=lambda r: (r.event_date, r.country, r.location, r.event_id_cnty))), tuple(left_out)


def _reason(event: Event, areas: Mapping[tuple[str, str], Place], codebook: Codebook) -> str:
    """Why the event is no row: a key of the codebook's `not_exported`; empty where it is one."""
    if event.status in ("rejected", "withdrawn"):
        return event.status
    if event.modality != "asserted":
        return {"denied": "denied_only", "possible": "possible_only"}.get(event.modality, event.modality)
    if event.code is None or event.code not in codebook.codes:
        return "no_type"
    if event.when.start is None:
        return "undated"
    if event.when.time_precision is None:
        return "coarse_date"
    if not event.where:
        return "unplaced"
    return "" if _places(event, areas) else "coarse_place"


def _places(event: Event, areas: Mapping[tuple[str, str], Place]) -> tuple[Place, ...]:
    """The places that rows can stand at. One of several is known only as "near" the first."""
    found = (_pointed(p, areas) for p in event.where if p.geo_precision and p.country)
    fit = tuple(p for p in found if p.latitude is not None and p.longitude is not None)
    if event.where_extent == "each of" or len(fit) < 2:
        return tuple({_named_place(p) or f"{p}": p for p in fit}.values())
    return (replace(fit[0], precision="near") if fit[0].precision in SETTLED else fit[0],)


def _pointed(place: Place, areas: Mapping[tuple[str, str], Place]) -> Place:
    """A place that no gazetteer has stands at the point of its first-level division, and says that it is no finer."""
    area = areas.get((place.country, fold(place.admin1))) if place.latitude is None and place.admin1 else None
    if area is None:
        return place
    return replace(place, latitude=area.latitude, longitude=area.longitude, precision="admin1")


def _area_points(claims: Iterable[Claim]) -> dict[tuple[str, str], Place]:
    """Points of the first-level divisions that the claims name; the first by id where they differ."""
    found: dict[tuple[str, str], Place] = {}
    for claim in sorted(claims, key=lambda c: c.id):
        for place in claim.where:
            if place.precision == "admin1" and place.latitude is not None:
                found.setdefault((place.country, fold(place.admin1 or place.label or place.name)), place)
    return found


def _named_place(place: Place) -> str:
    """What makes two places one; empty for an area."""
    if place.precision not in SETTLED:
        return ""
    if place.gazetteer_id:
        return f"{place.gazetteer}:{place.gazetteer_id}"
    return f"{place.country} {fold(place.admin1)} {fold(place.label or place.name)}"


def _days(event: Event) -> Iterator[date]:
    start = event.when.start
    assert start is not None
    yield start
    length = ((event.when.end or start) - start).days
    if event.when.extent == "throughout" and length < LONGEST_SPLIT:
        yield from (start + timedelta(days=n) for n in range(1, length + 1))


def _origins(
    event: Event, claims: Mapping[str, Claim], documents: Mapping[str, Document], lineage: Mapping[str, str]
) -> tuple[Document, ...]:
    """The document each lineage is named after: its origin where that is known, else the first that told it here."""
    ids = sorted({claims[c].document_id for c in event.claim_ids if c in claims})
    found: dict[str, Document] = {}
    for document_id in ids:
        root = lineage.get(document_id, document_id)
        document = documents.get(root) or documents.get(document_id)
        if document is not None:
            found.setdefault(root, document)
    return tuple(found.values())


def _drafts(
    event: Event, origins: tuple[Document, ...], areas: Mapping[tuple[str, str], Place], codebook: Codebook
) -> Iterator[_Draft]:
    assert event.code is not None
    code = codebook.code(event.code)
    spots = [(day, place) for day in _days(event) for place in _places(event, areas)]
    toll = figure(event.counts.deaths)
    for number, (day, place) in enumerate(spots):
        yield _Draft(
            event=event,
            code=code.id,
            day=day,
            place=place,
            sides=sides(event, code, place.country, day, codebook),
            deaths=None if toll is None else toll // len(spots) + (number < toll % len(spots)),
            split=len(spots),
            documents=origins,
        )


def _row(group: Sequence[_Draft], codebook: Codebook, timestamp: int) -> EventRow:
    first = group[0]
    code = codebook.code(first.code)
    state = codebook.actors.state(first.place.country)
    sources = tuple({d.id: d for draft in group for d in draft.documents}.values())
    precision = max(draft.event.when.time_precision or 1 for draft in group)
    return EventRow(
        event_id_cnty=_row_id(first),
        event_date=first.day.isoformat(),
        year=first.day.year,
        time_precision=precision,
        disorder_type=code.disorder_type,
        event_type=codebook.event_type_of(code.id).label,
        sub_event_type=code.label,
        actor1=first.sides.actor1,
        assoc_actor_1=_joined(draft.sides.assoc1 for draft in group),
        inter1=first.sides.inter1,
        actor2=first.sides.actor2,
        assoc_actor_2=_joined(draft.sides.assoc2 for draft in group),
        inter2=first.sides.inter2,
        interaction=first.sides.interaction,
        civilian_targeting=first.sides.civilian_targeting,
        iso=state.iso_numeric.lstrip("0") if state else "",
        region=state.region if state else "",
        country=state.name if state else first.place.country_name,
        admin1=first.place.admin1,
        admin2=first.place.admin2,
        admin3=first.place.admin3,
        location=first.place.label or first.place.name,
        latitude=round(first.place.latitude or 0.0, 4),
        longitude=round(first.place.longitude or 0.0, 4),
        geo_precision=max(draft.place.geo_precision or 3 for draft in group),
        source=source_names(sources),
        source_scale=source_scale(sources, first.place.country, codebook),
        notes=" ".join(notes(d.event, d.code, code.label, d.day, d.place, d.sides, d.split) for d in group),
        fatalities=sum(draft.deaths or 0 for draft in group),
        tags="crowd size=no report" if code.event_type in ("protests", "riots") else "",
        timestamp=timestamp,
        incident_ids=tuple(sorted({draft.event.id for draft in group})),
    )


def _row_id(draft: _Draft) -> str:
    """Depends on the first incident, day and place, so that a row keeps its id while its fields are corrected."""
    place = _named_place(draft.place) or draft.place.label or draft.place.name
    digest = content_id("r", draft.event.id, draft.day.isoformat(), place).removeprefix("r-")
    return f"{PREFIX}-{draft.place.country}-{digest[:12]}"


def _joined(names: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(name for joined in names for name in joined.split("; ") if name))
