"""Invented reports, claims and events, and a gazetteer of a handful of places. Nobody in them exists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from tocsin.records import (
    Actor,
    Claim,
    Count,
    Counts,
    Document,
    Event,
    Evidence,
    MergedField,
    Participant,
    Place,
    Speaker,
    When,
    content_id,
    text_hash,
)

DAY = When(date(2025, 3, 4), date(2025, 3, 4), "day")
POINTS = {("SYR", "Dayr Az Zawr"): (35.0, 40.3), ("SYR", ""): (35.0, 38.5), ("IRQ", "Kirkuk"): (35.4, 44.2)}


class FewPlaces:
    """A gazetteer that has a handful of names."""

    version = "few"
    names = frozenset(
        n.casefold()
        for n in (
            "Hajin",
            "Raqqa",
            "Kirkuk",
            "Aleppo",
            "Dayr Az Zawr",
            "Deir Hafer",
            "Syria",
            "Iraq",
            "Hassan",
            "دير الزور",
        )
    )

    def knows(self, name: str) -> bool:
        return name.casefold() in self.names

    def division_point(self, iso3: str, admin1: str = "") -> tuple[float, float] | None:
        return POINTS.get((iso3, admin1))


HAJIN = Place(
    "Hajin", "Hajin", 34.689567, 40.830912, "settlement", "town", "SYR", "Syria", "Dayr Az Zawr", "Abu Kamal",
    gazetteer="few", gazetteer_id="1",
)  # fmt: skip


def document(text: str, **fields: Any) -> Document:
    """A document whose id follows its text."""
    fields.setdefault("source", "Euphrates Wire")
    return Document(
        id=content_id("d", text, fields.get("sensitivity", "open")),
        form="text",
        text=text,
        text_hash=text_hash(text),
        **fields,
    )


def claim(document: Document, trigger: str, quotes: dict[str, str] | None = None, **fields: Any) -> Claim:
    """A claim on `trigger` in the document; `quotes` are the words that fields were read from."""
    start = document.text.index(trigger)
    evidence = [Evidence("code", (document.span(start, start + len(trigger)),))]
    for name, words in (quotes or {}).items():
        at = document.text.index(words)
        evidence.append(Evidence(name, (document.span(at, at + len(words)),)))
    fields = {"code": "attack", "when": DAY, "where": (HAJIN,), "speaker": Speaker(document.source)} | fields
    return Claim(
        id=content_id("c", document.id, trigger),
        document_id=document.id,
        text_hash=document.text_hash,
        trigger=document.span(start, start + len(trigger)),
        evidence=tuple(evidence),
        **fields,
    )


def event(*claims: Claim, **fields: Any) -> Event:
    """The event of `claims`, merged from the first of them."""
    first = claims[0]
    merged = {
        "code": first.code,
        "modality": first.modality,
        "participants": first.participants,
        "when": first.when,
        "where": first.where,
        "counts": first.counts,
        "weapon": first.weapon,
        "documents": len({c.document_id for c in claims}),
        "lineages": len({c.document_id for c in claims}),
        "fields": (MergedField("when", tuple(c.id for c in claims), "all agree"),),
    } | fields
    return Event(id=content_id("e", *(c.id for c in claims)), claim_ids=tuple(c.id for c in claims), **merged)


def by_id(records: Iterable[Any]) -> dict[str, Any]:
    return {r.id: r for r in records}


REBELS = Participant("initiator", Actor("gunmen", None, "Unidentified Armed Group", "Political militia"), 1)
CIVILIANS = Participant("target", Actor("villagers", None, "Civilians", "Civilians"), 2)
DEATHS = Counts(deaths=Count(2, 2, 2, "two villagers", "stated"))
