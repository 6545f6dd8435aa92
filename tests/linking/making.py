"""Invented claims and documents to link. Every incident here is made up; only the places are real."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tocsin.codebook import Codebook, load_codebook
from tocsin.records import (
    Actor,
    ActorKind,
    Claim,
    Count,
    Counts,
    Document,
    Event,
    Judgement,
    Participant,
    Place,
    Role,
    Span,
    Speaker,
    SpeakerKind,
    Verdict,
    When,
    content_id,
    text_hash,
)

DAY = date(2024, 3, 12)
CODEBOOK: Codebook = load_codebook()


def document(id: str, text: str = "", published: date | None = DAY, **fields: Any) -> Document:
    when = When(published, published, "day", anchor="given") if published else None
    return Document(id, "text", text, text_hash(text), published=when, **fields)


def on(day: date = DAY, last: date | None = None, precision: Any = "day", extent: Any = "once within") -> When:
    return When(day, last or day, precision, extent, "stated")


def town(name: str = "Tadef", latitude: float | None = 36.35, longitude: float | None = 37.53, **fields: Any) -> Place:
    fields = {"precision": "settlement", "country": "SYR", "country_name": "Syria", "admin1": "Aleppo"} | fields
    fields = {"gazetteer": "t", "gazetteer_id": name if latitude is not None else ""} | fields
    return Place(name, name, latitude, longitude, **fields)


def actor(name: str, canonical: str | None = None, kind: ActorKind | None = "Rebel group", country: str = "") -> Actor:
    return Actor(name, canonical, name, kind, country)


def side(number: int, who: Actor, role: Role | None = None) -> Participant:
    return Participant(role or ("initiator" if number == 1 else "target"), who, number)


SYRIAN_ARMY = actor("Military Forces of Syria", "state:SYR:military", "State forces", "SYR")
RUSSIAN_ARMY = actor("Military Forces of Russia", "state:RUS:military", "State forces", "RUS")
CIVILIANS = actor("villagers", None, "Civilians")
GUNMEN = actor("gunmen", None, "Political militia")


def exactly(number: int) -> Count:
    return Count(number, number, number, str(number), "stated")


def claim(
    document_id: str = "d-1",
    start: int = 0,
    code: str | None = "attack",
    when: When | None = None,
    where: tuple[Place, ...] | None = None,
    deaths: Count | int | None = None,
    who: tuple[Participant, ...] = (),
    says: str = "",
    speaker: Speaker | SpeakerKind = "media",
    text: str = "",
    **fields: Any,
) -> Claim:
    found = exactly(deaths) if isinstance(deaths, int) else deaths
    counts = fields.pop("counts", Counts(deaths=found))
    hashed = text_hash(text)
    return Claim(
        id=fields.pop("id", content_id("c", document_id, str(start))),
        document_id=document_id,
        text_hash=hashed,
        trigger=Span(hashed, start, start + 1),
        code=code,
        participants=who,
        when=on() if when is None else when,
        where=(town(),) if where is None else where,
        counts=counts,
        speaker=speaker if isinstance(speaker, Speaker) else Speaker(says, speaker),
        **fields,
    )


def judged(verdict: Verdict, *subjects: str, minute: int = 0, **fields: Any) -> Judgement:
    made = datetime(2024, 4, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return Judgement(f"j-{verdict}-{minute}-{'-'.join(subjects)}", subjects, verdict, "reviewer", made, **fields)


def field(event: Event, name: str) -> Any:
    return next(f for f in event.fields if f.name == name)
