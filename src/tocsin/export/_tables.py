"""Tables as CSV: the event table, and the internal one of claims."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import msgspec

from tocsin.codebook import Codebook
from tocsin.export._files import prepare_internal, replacing
from tocsin.records import Claim, Count, Document, EventRow, PublicEvent

__all__ = [
    "CLAIM_COLUMNS",
    "EVENT_COLUMNS",
    "ClaimInContext",
    "ClaimRow",
    "claim_row",
    "neutral",
    "quotes_of",
    "table_rows",
    "write_claims_csv",
    "write_events_csv",
]

Cell = str | int | float | None

EVENT_COLUMNS: tuple[str, ...] = tuple(f.name for f in fields(EventRow) if f.name != "incident_ids")
"""ACLED's 31 columns, in order."""

# What a spreadsheet may take for the start of a formula, in the Latin and the full-width form.
_FORMULA_STARTS = frozenset("=+-@＝＋－＠")
# Blanks and marks that a spreadsheet drops or does not show, behind which a formula could hide.
_BLANKS = (
    " \t\r\n\v\f\x00\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)


@dataclass(frozen=True, slots=True)
class ClaimInContext:
    """A claim with the document it was read in.

    `name` and `item` are the document's name and item as received; `event_id` is empty where the claim is in no event.
    """

    claim: Claim
    document: Document
    name: str
    item: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One line of ``claims.csv``, its columns in order; None is an empty cell and means unknown."""

    document: str
    item: str
    claim_id: str
    event_id: str
    event_type: str
    sub_event_type: str
    modality: str
    background: str
    outcome: str
    attribution: str
    speaker: str
    speaker_kind: str
    actor1: str
    actor1_kind: str
    actor2: str
    actor2_kind: str
    deaths_low: int | None
    deaths_best: int | None
    deaths_high: int | None
    injured: int | None
    detained: int | None
    abducted: int | None
    displaced: int | None
    weapon: str
    location_name: str
    admin1: str
    country: str
    latitude: float | None
    longitude: float | None
    geo_precision: int | None
    date_start: str
    date_end: str
    time_precision: int | None
    score: float
    evidence: str


CLAIM_COLUMNS: tuple[str, ...] = tuple(f.name for f in fields(ClaimRow))


def quotes_of(claim: Claim, document: Document) -> dict[str, str]:
    """The quoted words of each field of `claim`; several spans of one field are joined by `` … ``."""
    return {
        e.field: " … ".join(document.quote(span) for span in sorted(e.spans, key=lambda s: (s.start, s.end)))
        for e in claim.evidence
        if e.spans
    }


def claim_row(context: ClaimInContext, codebook: Codebook) -> ClaimRow:
    """Flatten a claim. Where it names several places, the first stands for them; the JSON form has all."""
    claim = context.claim
    event_type, sub_event_type = _labels(claim.code, codebook)
    actor1, actor2 = claim.side(1), claim.side(2)
    place = claim.where[0] if claim.where else None
    deaths = claim.counts.deaths or Count()
    return ClaimRow(
        document=context.name,
        item=context.item,
        claim_id=claim.id,
        event_id=context.event_id,
        event_type=event_type,
        sub_event_type=sub_event_type,
        modality=claim.modality,
        background="true" if claim.background else "false",
        outcome=claim.outcome,
        attribution=claim.attribution,
        speaker=claim.speaker.name,
        speaker_kind=claim.speaker.kind,
        actor1=codebook.actors.plain_name(actor1) if actor1 else "",
        actor1_kind=(actor1.kind or "") if actor1 else "",
        actor2=codebook.actors.plain_name(actor2) if actor2 else "",
        actor2_kind=(actor2.kind or "") if actor2 else "",
        deaths_low=deaths.low,
        deaths_best=deaths.best,
        deaths_high=deaths.high,
        injured=_one_figure(claim.counts.injured),
        detained=_one_figure(claim.counts.detained),
        abducted=_one_figure(claim.counts.abducted),
        displaced=_one_figure(claim.counts.displaced),
        weapon=claim.weapon,
        location_name=(place.label or place.name) if place else "",
        admin1=place.admin1 if place else "",
        country=place.country_name if place else "",
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        geo_precision=place.geo_precision if place else None,
        date_start=claim.when.start.isoformat() if claim.when.start else "",
        date_end=claim.when.end.isoformat() if claim.when.end else "",
        time_precision=claim.when.time_precision,
        score=round(claim.score, 4),
        evidence=msgspec.json.encode(quotes_of(claim, context.document)).decode("utf-8"),
    )


def table_rows(events: Iterable[PublicEvent]) -> tuple[EventRow, ...]:
    """Every row of `events` once, by day and then by id. An event may share a row with others."""
    rows = {row.event_id_cnty: row for event in events for row in event.rows}
    return tuple(sorted(rows.values(), key=lambda r: (r.event_date, r.event_id_cnty)))


def write_events_csv(rows: Iterable[EventRow], path: Path) -> int:
    """Write the event table: ACLED's 31 columns, UTF-8, RFC 4180. Return how many rows were written.

    A text cell that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers.
    """
    return _write(path, EVENT_COLUMNS, ([getattr(row, name) for name in EVENT_COLUMNS] for row in rows))


def write_claims_csv(claims: Iterable[ClaimInContext], path: Path, codebook: Codebook) -> int:
    """Write every claim as one flat line, with its quoted words. Internal: the folder is marked as such.

    Return how many lines were written. Raises :class:`ValueError` where evidence cites another text.
    """
    prepare_internal(path.parent)
    lines = (claim_row(context, codebook) for context in claims)
    return _write(path, CLAIM_COLUMNS, ([getattr(line, n) for n in CLAIM_COLUMNS] for line in lines), private=True)


def _labels(code_id: str | None, codebook: Codebook) -> tuple[str, str]:
    """Event type and sub-event type as tables show them. A code of an older codebook stands for itself."""
    if code_id is None:
        return "", ""
    code = codebook.codes.get(code_id)
    return (codebook.event_types[code.event_type].label, code.label) if code else ("", code_id)


def _one_figure(count: Count | None) -> int | None:
    if count is None:
        return None
    return count.low if count.best is None else count.best


def _write(path: Path, columns: Sequence[str], lines: Iterable[Sequence[Cell]], *, private: bool = False) -> int:
    written = 0
    with replacing(path, private=private) as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(columns)
        for line in lines:
            writer.writerow([neutral(cell) for cell in line])
            written += 1
    return written


def neutral(cell: Cell) -> Cell:
    """`cell`, with an apostrophe before text that a spreadsheet would run as a formula."""
    if not isinstance(cell, str) or not cell:
        return cell
    hidden = cell.lstrip(_BLANKS)
    if cell[0] in "\t\r\n" or (hidden and hidden[0] in _FORMULA_STARTS):
        return "'" + cell
    return cell
