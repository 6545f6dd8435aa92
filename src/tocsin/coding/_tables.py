"""Rows of a table: its own columns are evidence, and the cell is the span."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from tocsin.codebook import ActorList, Codebook
from tocsin.coding._counts import as_count, read_quantity
from tocsin.coding._dates import parse_cell_date
from tocsin.coding._families import DEMONSTRATIONS
from tocsin.coding._patterns import vocabulary
from tocsin.coding._speech import speaker_kind
from tocsin.records import (
    Actor,
    Claim,
    Count,
    Document,
    Evidence,
    Part,
    Participant,
    Place,
    PlacePrecision,
    Speaker,
    Toponym,
    When,
    content_id,
)

__all__ = ["MONTH_FIRST", "Row", "apply_row", "cells_by_field", "claim_of_type", "narrative_parts", "read_row"]

_PATTERNS = vocabulary("tables").patterns
# What a column may hold, in order of preference: the first whose names fit a heading has it.
_COLUMNS = (
    "date", "place", "area", "district", "country", "actor1", "actor2", "deaths", "injured", "taken", "displaced",
    "text", "subtype", "type", "source", "latitude", "longitude", "time_precision", "geo_precision",
)  # fmt: skip
# Places that a row itself puts on the map, by the precision that it states (ACLED's).
_PLACED: dict[str, PlacePrecision] = {"1": "settlement", "2": "near", "3": "admin1"}
_WEEK = timedelta(days=6)
_SAME_PLACE_KM = 60.0
"""A gazetteer's place this near to the row's own point is the same; farther off it is a namesake."""
_KIND_OF_PLACE = {"place": "", "district": "district", "area": "province"}
# What a source calls the cells of columns that a person has named, or that it has named for them.
_NAMED = {
    "text": "text", "event_date": "date", "place": "place", "admin1": "area", "admin2": "district",
    "country": "country", "actor1": "actor1", "actor2": "actor2", "killed": "deaths", "injured": "injured",
    "abducted": "taken", "displaced": "displaced", "type": "type", "informant": "source",
}  # fmt: skip
MONTH_FIRST = " (month first)"
"""What a source puts behind the name of a column of days where its table writes the month first."""
_MONTH_AND_DAY = re.compile(r"\b(0?[1-9]|1[0-2])([/.-])(\d{1,2})\2(?=(?:\d\d){1,2}\b)")
_UNNAMED = re.compile(r"Unidentified (?P<who>.+?)(?:\s*\([^()]*\))?")
# The longest cell is a narrative only where it has this many spaces.
_NARRATIVE = 3
# Demonstrations that somebody acts against.
_BESIEGED = frozenset({"excessive_force_against_protesters", "protest_with_intervention"})


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by what they hold, and its place."""

    document: Document
    cells: dict[str, Part]
    toponym: Toponym | None = None

    def words(self, column: str) -> str:
        """What a cell says; empty where there is none, or it says that nothing is known."""
        part = self.cells.get(column)
        words = "" if part is None else self.document.text[part.start : part.end].strip()
        return "" if _PATTERNS["unknown"].match(words) else words

    def evidence(self, field: str, column: str) -> Evidence:
        """The cell as evidence for a field."""
        part = self.cells[column]
        return Evidence(field, (self.document.span(part.start, part.end),))


def narrative_parts(document: Document) -> tuple[Part, ...]:
    """The cells to be read as sentences: the one that tells what happened, else the longest with a few words."""
    cells = [p for p in document.parts if p.kind == "cell"]
    if not cells:
        return ()
    told = _cells(document).get("text")
    if told is not None:
        return (told,)
    longest = max(cells, key=lambda p: p.end - p.start)
    return (longest,) if document.text[longest.start : longest.end].count(" ") >= _NARRATIVE else ()


def read_row(document: Document) -> Row | None:
    """Return the cells of a row by what they hold, with its place as a toponym; None where there are none."""
    row = Row(document, _cells(document))
    return replace(row, toponym=_toponym(row)) if row.cells else None


def cells_by_field(document: Document) -> dict[str, Part]:
    """The cells of a row that are evidence, by what they hold."""
    return _cells(document)


def _cells(document: Document) -> dict[str, Part]:
    found: dict[str, Part] = {}
    cells = [p for p in document.parts if p.kind == "cell"]
    # What was named so on purpose goes before what only looks like it.
    for part in cells:
        if column := _NAMED.get(_heading(part)):
            found.setdefault(column, part)
    for part in cells:
        name = _heading(part)
        if any(part is p for p in found.values()):
            continue
        column = next((c for c in _COLUMNS if c not in found and _PATTERNS[c].match(name)), None)
        if column is not None:
            found[column] = part
    return found


def _heading(part: Part) -> str:
    return part.name.removesuffix(MONTH_FIRST).strip()


def _toponym(row: Row) -> Toponym | None:
    """The finest place that the row names, with the areas of its other columns around it."""
    area = row.words("area")
    if area and not _PATTERNS["division"].search(area):
        area = f"{area} province"
    around = [w for w in (row.words("district"), area, row.words("country")) if w]
    column = next((c for c in _KIND_OF_PLACE if row.words(c)), None)
    if column is None:
        return None
    name, kind = row.words(column), _KIND_OF_PLACE[column]
    if m := _PATTERNS["kind"].search(name):
        kind, name = m["kind"].lower(), name[: m.start()]
    relation: Literal["in", "near"] = "in"
    if m := _PATTERNS["near"].match(name):
        relation, name = "near", name[m.end() :]
    part = row.cells[column]
    start = row.document.text.find(name, part.start, part.end)
    within = tuple(w for w in around if not w.startswith(name))
    return Toponym(name, start, start + len(name), relation, kind, within)


def apply_row(
    row: Row, claims: Sequence[Claim], place: Place | None, codebook: Codebook, country: str, anchor: date | None
) -> tuple[Claim, ...]:
    """Return `claims` of a row with what its own columns say.

    The first claim is the row's own: its cells fill date, place, actors and counts, and overrule what was read
    from the narrative. Others (somebody else's figure in brackets) take date, place and type from the row; what
    else the narrative tells belongs to the one incident of the row.
    """
    if not claims:
        return ()
    own, *others = (_with_day_and_place(row, claim, place, anchor) for claim in claims)
    own = _with_type(row, own, codebook)
    said = [c for c in others if (e := c.evidence_for("speaker")) is not None and e.spans]
    first = _with_source(row, _with_figures(row, own, codebook, country))
    return (first, *(replace(c, code=own.code) for c in said))


def claim_of_type(row: Row, codebook: Codebook, coder: str) -> tuple[Claim, ...]:
    """The claim of a row that names its type in a cell and says nothing more that could be read; else none."""
    found = _type(row, codebook)
    if found is None:
        return ()
    code, column = found
    document, cell = row.document, row.cells[column]
    trigger = document.span(cell.start, cell.end)
    claim_id = content_id("c", document.text_hash, f"{trigger.start}:{trigger.end}", "", "0")
    speaker = Speaker(document.origin or document.source or document.title)
    told = Evidence("speaker", (), "inferred: the document's own voice")
    return (
        Claim(
            claim_id, document.id, document.text_hash, trigger, code, speaker=speaker, coder=coder, score=1.0,
            evidence=(Evidence("type", (trigger,)), told),
        ),
    )  # fmt: skip


def _type(row: Row, codebook: Codebook) -> tuple[str, str] | None:
    """The code that a cell names by its label or id, and which column that is."""
    codes = {name.casefold(): code.id for code in codebook.codes.values() for name in (code.label, code.id)}
    for column in ("subtype", "type"):
        if code := codes.get(row.words(column).casefold()):
            return code, column
    return None


def _with_type(row: Row, claim: Claim, codebook: Codebook) -> Claim:
    """`claim` with the type that the row itself names."""
    found = _type(row, codebook)
    if found is None:
        return claim
    code, column = found
    return replace(claim, code=code, evidence=_with_evidence(claim, ("type", row.evidence("type", column))))


def _with_evidence(claim: Claim, *changes: tuple[str, Evidence | None]) -> tuple[Evidence, ...]:
    """The evidence of `claim` with some fields replaced, or without it where None."""
    evidence = {e.field: e for e in claim.evidence}
    for name, found in changes:
        if found is None:
            evidence.pop(name, None)
        else:
            evidence[name] = found
    return tuple(evidence.values())


def _with_day_and_place(row: Row, claim: Claim, place: Place | None, anchor: date | None) -> Claim:
    changes: list[tuple[str, Evidence | None]] = []
    when, where = claim.when, claim.where
    if "date" in row.cells:
        words = row.words("date")
        if row.cells["date"].name.endswith(MONTH_FIRST):
            words = _MONTH_AND_DAY.sub(r"\3\2\1\2", words)
        if not words:
            when = When(anchor="the row's date is blank")
            changes.append(("when", None))
        elif (day := parse_cell_date(words, anchor)) is not None:
            when = _as_precise(day, row.words("time_precision"))
            changes.append(("when", row.evidence("when", "date")))
    if place is not None and row.toponym is not None:
        where = (_as_placed(row, place),)
        span = row.document.span(row.toponym.start, row.toponym.end)
        changes.append(("where", Evidence("where", (span,), "read", place.probability)))
    return replace(claim, when=when, where=where, background=False, evidence=_with_evidence(claim, *changes))


def _as_precise(day: When, precision: str) -> When:
    """A day that the row says stands for its week (2) or month (3), as event tables do."""
    if day.start is None or day.precision != "day" or precision not in ("2", "3"):
        return day
    if precision == "2":
        return replace(day, end=day.start + _WEEK, precision="week")
    last = monthrange(day.start.year, day.start.month)[1]
    return replace(day, end=day.start.replace(day=last), precision="month")


def _as_placed(row: Row, place: Place) -> Place:
    """`place` at the point and of the precision that the row states; a namesake far from that point is let go."""
    precision = _PLACED.get(row.words("geo_precision"))
    point = _point(row)
    if point is None:
        return place if precision is None else replace(place, precision=precision)
    latitude, longitude = point
    if place.latitude is not None and place.longitude is not None:
        far = _kilofar(latitude, longitude, place.latitude, place.longitude)
        if far > _SAME_PLACE_KM and place.precision not in ("admin1", "country"):
            place = Place(
                place.name,
                place.name,
                country=place.country,
                country_name=place.country_name,
                admin1=row.words("area"),
                admin2=row.words("district"),
            )
    finer = precision or ("settlement" if place.precision in ("admin1", "admin2", "country") else place.precision)
    return replace(place, latitude=latitude, longitude=longitude, precision=finer)


def _point(row: Row) -> tuple[float, float] | None:
    """The point in a row's own cells, in degrees; None where there is none, or it is no place on land: 0, 0."""
    try:
        latitude, longitude = (float(row.words(c).replace(",", ".")) for c in ("latitude", "longitude"))
    except ValueError:
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180) or (latitude == 0 and longitude == 0):
        return None
    return latitude, longitude


def _kilofar(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Distance on a sphere (haversine)."""
    a, b = math.radians(latitude), math.radians(other_latitude)
    east = math.radians(other_longitude - longitude)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(east / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def _with_figures(row: Row, claim: Claim, codebook: Codebook, country: str) -> Claim:
    """`claim` with the row's actors and counts."""
    sides = {side: [p for p in claim.participants if p.side == side] for side in (1, 2)}
    changes: list[tuple[str, Evidence | None]] = []
    for side, column in ((1, "actor1"), (2, "actor2")):
        if column not in row.cells:
            continue
        words = row.words(column)
        actor = _actor(words, side, claim.code, codebook.actors, country) if words else None
        if actor is not None:
            sides[side] = [Participant("initiator" if side == 1 else "target", actor, side)]
            changes.append((column, row.evidence(column, column)))
        elif side == 1 or not words:
            sides[side] = []
            changes.append((column, None))
    if "actor2" not in row.cells and sides[1] and sides[2] and _same(sides[1][0].actor, sides[2][0].actor):
        # The narrative names the same actor once more, in another role.
        sides[2] = []
        changes.append(("actor2", None))
    if not sides[1]:
        claim = replace(claim, attribution="none")
        changes.append(("attribution", None))
    claim = replace(claim, participants=(*sides[1], *sides[2]), evidence=_with_evidence(claim, *changes))
    return _with_counts(row, _demonstrators_first(claim), codebook)


def _same(one: Actor, other: Actor) -> bool:
    return one.canonical == other.canonical if one.canonical else one.label == other.label


def _actor(words: str, side: int, code: str | None, actors: ActorList, country: str) -> Actor | None:
    """The actor that a cell names; None where it names none, as "IED" does."""
    # An event table writes the country behind those without a name, in capitals: "Unidentified Clan Militia (Somalia)".
    unnamed = _UNNAMED.fullmatch(words)
    match = actors.match(unnamed["who"].lower() if unnamed else words, country)
    if match is None or _PATTERNS["no_actor"].match(words):
        return None
    actor = replace(actors.actor(match, country), name=words)
    if side == 1 and not words.casefold().startswith("civilians"):
        # "Residents" who do something are a crowd; who writes "civilians" as a kind means it.
        actor = replace(actor, kind=actors.initiator_kind(match))
    unarmed = actor.kind in ("Civilians", "Protesters")
    if code in DEMONSTRATIONS - {"violent_demonstration"}:
        if unarmed or actor.kind in ("Rioters", "Identity militia"):
            return replace(actor, kind="Protesters")
    elif code in ("violent_demonstration", "mob_violence") and side == 1 and unarmed:
        return replace(actor, kind="Rioters")
    return actor


def _demonstrators_first(claim: Claim) -> Claim:
    """Demonstrators are side 1, also where the row has those who acted against them as the actor."""
    if claim.code not in _BESIEGED:
        return claim
    first = [p for p in claim.participants if p.side == 1]
    second = [p for p in claim.participants if p.side == 2]
    crowd = next((p for p in (*second, *first) if p.actor.kind == "Protesters"), None)
    force = next((p for p in (*first, *second) if p.actor.kind not in ("Protesters", "Civilians")), None)
    if crowd is None or crowd.side == 1:
        return claim
    participants = [replace(crowd, side=1, role="initiator")]
    if force is not None:
        participants.append(replace(force, side=2, role="target"))
    of_first, of_second = claim.evidence_for("actor1"), claim.evidence_for("actor2")
    swapped = [e for e in claim.evidence if e.field not in ("actor1", "actor2")]
    if of_second is not None:
        swapped.append(replace(of_second, field="actor1"))
    if of_first is not None and force is not None:
        swapped.append(replace(of_first, field="actor2"))
    return replace(claim, participants=tuple(participants), evidence=tuple(swapped))


def _with_counts(row: Row, claim: Claim, codebook: Codebook) -> Claim:
    """`claim` with the figures of the row; people taken are detained where that is what happened."""
    taken = "detained" if claim.code in DEMONSTRATIONS - {"violent_demonstration"} | {"arrests"} else "abducted"
    counts: dict[str, Count] = {}
    changes: list[tuple[str, Evidence | None]] = []
    for column, name in (("deaths", "deaths"), ("injured", "injured"), ("taken", taken), ("displaced", "displaced")):
        words = row.words(column)
        count = _count(words, row.cells[column].start, codebook) if words else None
        if count is not None:
            counts[name] = count
            changes.append((name, row.evidence(name, column)))
    return replace(claim, counts=replace(claim.counts, **counts), evidence=_with_evidence(claim, *changes))


def _count(words: str, start: int, codebook: Codebook) -> Count | None:
    quantity = read_quantity(words, codebook.vague_counts, start)
    if quantity is not None:
        return replace(as_count(quantity, words), rule="cell" if quantity.rule == "stated" else quantity.rule)
    return Count(0, 0, 0, words, "cell") if _PATTERNS["zero"].match(words) else None


def _with_source(row: Row, claim: Claim) -> Claim:
    """`claim` said by whom the row names as its source, unless the narrative names somebody."""
    words = row.words("source")
    speaker = claim.evidence_for("speaker")
    if not words or speaker is None or speaker.spans:
        return claim
    evidence = _with_evidence(claim, ("speaker", row.evidence("speaker", "source")))
    return replace(claim, speaker=Speaker(words, speaker_kind(words)), evidence=evidence)
