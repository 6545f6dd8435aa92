"""Rows of event datasets: coded already by those who made them, so that nothing is read into them.

What the dataset says of type, actors, day, place and deaths is taken as it stands, with the cell as evidence. Which of
the actor list an actor is follows from its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import cast, get_args

from tocsin.codebook import ActorList, Codebook
from tocsin.coding._tables import Row
from tocsin.records import (
    DATASET_FORMS,
    DATASET_ROW,
    WITHDRAWN_ROW,
    Actor,
    ActorKind,
    Claim,
    Count,
    Counts,
    DatePrecision,
    Document,
    Evidence,
    Participant,
    Place,
    PlacePrecision,
    Role,
    Speaker,
    When,
    content_id,
)

__all__ = ["code_row", "is_dataset_row"]

_DATE_PRECISIONS = frozenset(get_args(DatePrecision))
_PLACE_PRECISIONS = frozenset(get_args(PlacePrecision))
_KINDS = frozenset(get_args(ActorKind))
_FINEST: tuple[tuple[str, PlacePrecision], ...] = (
    ("location", "settlement"), ("admin2", "admin2"), ("admin1", "admin1"), ("country_name", "country"),
    ("country", "country"),
)  # fmt: skip
"""Cells that name a place, and how finely, where the row does not say it."""


def is_dataset_row(document: Document) -> bool:
    """Whether `document` is a row of an event dataset, also one that was withdrawn."""
    return document.form in DATASET_FORMS


def code_row(document: Document, codebook: Codebook, coder: str) -> tuple[Claim, ...]:
    """Return the one claim of a row of an event dataset; none where the dataset withdrew the row.

    A row that sums up several incidents, or stands for a whole country, is an ``aggregate`` claim. The claim is known
    again by the row and not by its text: a release that corrects the row corrects the claim, and its event stays.
    """
    row = Row(document, {part.name: part for part in document.parts if part.kind == "cell"})
    if not row.cells or document.form == WITHDRAWN_ROW:
        return ()
    first = next(iter(row.cells.values()))
    trigger = row.cells.get("sub_event_type") or row.cells.get("event_type") or first
    country = row.words("country")
    participants = tuple(_participants(row, codebook.actors, country))
    when, where, counts = _when(row), _where(row), _counts(row)
    aggregate, code = row.words("aggregate") == "yes", row.words("code")
    return (
        Claim(
            id=content_id("c", document.id, DATASET_ROW),
            document_id=document.id,
            text_hash=document.text_hash,
            trigger=document.span(trigger.start, trigger.end),
            code=code if code in codebook.codes else None,
            modality="aggregate" if aggregate else "asserted",
            participants=participants,
            when=when,
            where=() if where is None else (where,),
            counts=counts,
            speaker=Speaker(document.source, "monitor"),
            evidence=tuple(_evidence(row, code in codebook.codes, aggregate)),
            coder=coder,
            score=1.0,
        ),
    )


def _evidence(row: Row, typed: bool, aggregate: bool) -> Iterator[Evidence]:
    cells = {
        "type": ("sub_event_type", "event_type") if typed else (),
        "when": ("date_start", "date_end", "date_precision"),
        "where": ("location", "country_name", "admin1", "admin2", "latitude", "longitude", "place_precision"),
        "actor1": ("actor1", "actor1_kind"),
        "actor2": ("actor2", "actor2_kind"),
        "associated": ("associated",),
        "deaths": ("deaths_low", "deaths_best", "deaths_high"),
        "injured": ("injured_best",),
        "modality": ("aggregate",) if aggregate else (),
    }
    for field, names in cells.items():
        there = [row.cells[name] for name in names if name in row.cells]
        if there:
            yield Evidence(field, tuple(row.document.span(part.start, part.end) for part in there))
    yield Evidence("speaker", (), "inferred: the document's own voice")


def _participants(row: Row, actors: ActorList, country: str) -> Iterator[Participant]:
    roles: tuple[Role, Role] = ("initiator", "target")
    for side, role in enumerate(roles, start=1):
        if name := row.words(f"actor{side}"):
            yield Participant(role, _actor(name, row.words(f"actor{side}_kind"), actors, country), side)
    for side, names in enumerate(f" {row.words('associated')}".split(" / ", 1), start=1):
        for name in filter(None, map(str.strip, names.split(";"))):
            yield Participant("associated", _actor(name, "", actors, country), side)


def _actor(name: str, kind: str, actors: ActorList, country: str) -> Actor:
    """The actor of that name: of the list where it is one, of the kind that the dataset says where it does."""
    known = _listed(actors, name, country)
    told = cast(ActorKind, kind) if kind in _KINDS else known.kind
    return Actor(name, known.canonical, known.label, told, known.country)


@lru_cache(maxsize=4096)
def _listed(actors: ActorList, name: str, country: str) -> Actor:
    """The same few names stand in most rows of a dataset, and matching one takes as long as all else in a row."""
    match = actors.match(name, country)
    return actors.actor(match, country) if match is not None else Actor(name, label=name)


def _when(row: Row) -> When:
    start, end = _day(row.words("date_start")), _day(row.words("date_end"))
    said = row.words("date_precision")
    precision = cast(DatePrecision, said if said in _DATE_PRECISIONS else "unknown")
    return When(start, end or start, precision, anchor="stated") if start is not None else When()


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None


def _where(row: Row) -> Place | None:
    named = next(((row.words(cell), fine) for cell, fine in _FINEST if row.words(cell)), None)
    latitude, longitude = _degrees(row.words("latitude")), _degrees(row.words("longitude"))
    if named is None and (latitude is None or longitude is None):
        return None
    name, fine = named or ("", "exact")
    said = row.words("place_precision")
    # A dataset that was published vouches for the names and the points of its places as a gazetteer does.
    published = row.document.sensitivity == "open" and latitude is not None
    return Place(
        name=name,
        label=name,
        latitude=latitude,
        longitude=longitude,
        precision=cast(PlacePrecision, said) if said in _PLACE_PRECISIONS else fine,
        country=row.words("country"),
        country_name=row.words("country_name"),
        admin1=row.words("admin1"),
        admin2=row.words("admin2"),
        gazetteer=row.document.source if published else "",
        gazetteer_id=f"{name} {latitude} {longitude}" if published else "",
    )


def _degrees(written: str) -> float | None:
    return float(written) if written else None


def _counts(row: Row) -> Counts:
    return Counts(
        deaths=_count(row, ("deaths_low", "deaths_best", "deaths_high")), injured=_count(row, ("injured_best",))
    )


def _count(row: Row, names: Sequence[str]) -> Count | None:
    """The figures of a row; where it has but one, that is what it says."""
    stated = [row.words(name) for name in names]
    if not any(stated):
        return None
    low, best, high = ([int(words) if words else None for words in stated] * 3)[:3]
    if [low, high] == [None, None]:
        low = high = best
    words = next(words for words in (*stated[1:2], *stated) if words)
    return Count(low, best, high, words, "cell")
