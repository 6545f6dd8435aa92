"""Small invented records to store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tocsin.records import (
    Actor,
    Claim,
    Coding,
    Count,
    Counts,
    Document,
    Event,
    Evidence,
    Judgement,
    MergedField,
    Participant,
    Place,
    Speaker,
    When,
    content_id,
    text_hash,
)

START = datetime(2024, 5, 1, 12, tzinfo=UTC)
DIGEST = "ab" * 32


def moment(hours: int) -> datetime:
    """So many hours after the start."""
    return START + timedelta(hours=hours)


def document(number: int | str, text: str = "", **fields: object) -> Document:
    """An invented document; the same number is the same document."""
    text = text or f"Report {number}. Two people were hurt near the mill."
    return Document(content_id("d", str(number)), "text", text, text_hash(text), **fields)  # type: ignore[arg-type]


def claim(of: Document, ordinal: int = 0, **fields: object) -> Claim:
    """An invented claim of a document."""
    span = of.span(0, 6)
    filled: dict[str, object] = {
        "code": "attack",
        "participants": (Participant("initiator", Actor(f"the {of.id} band")),),
        "when": When(date(2024, 4, 30), date(2024, 4, 30), "day", "once within", "stated"),
        "where": (Place(f"{of.id} mill", latitude=1.5, longitude=2.5),),
        "counts": Counts(injured=Count(2, 2, 2, f"two of {of.id}", "number")),
        "speaker": Speaker("the clinic", "witness"),
        "evidence": (Evidence("code", (span,)),),
        "coder": "test 1",
        "score": 0.5,
    }
    identity = content_id("c", of.text_hash, str(ordinal))
    return Claim(identity, of.id, of.text_hash, span, **{**filled, **fields})  # type: ignore[arg-type]


def coding(of: Document, key: str = "k1", claims: int = 2, **fields: object) -> Coding:
    """An invented coding of a document."""
    made = tuple(claim(of, ordinal, **fields) for ordinal in range(claims))
    return Coding(of.id, of.text_hash, key, made, ("language: en",))


def event(number: int | str, *claims: Claim, **fields: object) -> Event:
    """An event about `claims`, with the first one's values."""
    first = claims[0]
    ids = tuple(c.id for c in claims)
    filled: dict[str, object] = {
        "participants": tuple(p for c in claims for p in c.participants),
        "when": first.when,
        "where": first.where,
        "counts": first.counts,
        "fields": (MergedField("where", (first.id,), "first"), MergedField("when", ids, "same")),
        "documents": len({c.document_id for c in claims}),
        "lineages": len({c.document_id for c in claims}),
    }
    return Event(content_id("e", str(number)), ids, first.code, "asserted", **{**filled, **fields})  # type: ignore[arg-type]


def judgement(number: int, *subjects: str, **fields: object) -> Judgement:
    """An invented judgement."""
    filled: dict[str, object] = {"verdict": "accept", "reviewer": "r1", "made_at": START}
    return Judgement(content_id("j", str(number)), subjects, **{**filled, **fields})  # type: ignore[arg-type]
