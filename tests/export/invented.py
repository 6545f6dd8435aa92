"""Invented events in the shapes that real ones take. No report, person or village here exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tocsin.interfaces import Edition
from tocsin.records import (
    Attribution,
    Count,
    Counts,
    EventRow,
    MergedField,
    Modality,
    PublicClaim,
    PublicEvent,
    PublicQuote,
    SpeakerKind,
)

BATTLES, BLASTS, CIVILIANS = "Battles", "Explosions/Remote violence", "Violence against civilians"
PROTESTS, RIOTS, STRATEGIC = "Protests", "Riots", "Strategic developments"

# Names of the first-level divisions as the map has them, with a point in each.
PLACES: dict[str, tuple[str, str, str, str, float, float]] = {
    "Tell Amrin": ("Tell Amrin", "Idlib", "Syria", "SYR", 35.713, 36.641),
    "Bir Sawsan": ("Bir Sawsan", "Aleppo (Ḥalab)", "Syria", "SYR", 36.402, 37.488),
    "Rasm Zeitun": ("Rasm Zeitun", "Dayr Az Zawr", "Syria", "SYR", 35.021, 40.432),
    "خان الوردة": ("خان الوردة", "Idlib", "Syria", "SYR", 35.861, 36.489),
    "Wadi Qamar": ("Wadi Qamar", "Dar`a", "Syria", "SYR", 32.711, 36.044),
    "Ain Dulab": ("Ain Dulab", "Ar Raqqah", "Syria", "SYR", 36.011, 38.902),
    "Hawi Sadiq": ("Hawi Sadiq", "Kirkuk", "Iraq", "IRQ", 35.304, 44.101),
    "Qalat Marj": ("Qalat Marj", "Diyala", "Iraq", "IRQ", 34.011, 45.021),
    "Suq Nahrin": ("Suq Nahrin", "Dhi-Qar", "Iraq", "IRQ", 31.052, 46.263),
    "Nusaybah": ("Nusaybah", "Ninawa", "Iraq", "IRQ", 36.334, 42.118),
}


def edition(**changes: Any) -> Edition:
    return replace(Edition("Spring 2024", datetime(2024, 5, 1, 9, 30, tzinfo=UTC)), **changes)


def count(low: int | None, best: int | None, high: int | None, words: str = "") -> Count:
    return Count(low, best, high, words)


def claim(
    number: int,
    source: str,
    passage: str,
    quotes: dict[str, str],
    *,
    counts: Counts | None = None,
    modality: Modality = "asserted",
    speaker: str = "",
    speaker_kind: SpeakerKind = "media",
    attribution: Attribution = "none",
    published: date | None = date(2024, 3, 15),
    location: str = "",
    url: str = "",
    event_type: str = BLASTS,
    sub_event_type: str = "Air/drone strike",
    actor1: str = "",
    actor2: str = "",
    background: bool = False,
    date_start: date | None = None,
) -> PublicClaim:
    return PublicClaim(
        id=f"c-{number:04d}",
        source=source,
        url=url,
        published=published,
        modality=modality,
        background=background,
        attribution=attribution,
        event_type=event_type,
        sub_event_type=sub_event_type,
        actor1=actor1,
        actor2=actor2,
        speaker=speaker or source,
        speaker_kind=speaker_kind,
        date_start=date_start,
        date_end=date_start,
        location=location,
        counts=counts or Counts(),
        passage=passage,
        quotes=tuple(PublicQuote(field, words) for field, words in quotes.items()),
    )


def row(event: PublicEvent, number: int = 1) -> EventRow:
    deaths = event.counts.deaths
    return EventRow(
        event_id_cnty=f"TOC-{event.iso3}-{event.id[2:]}-{number}",
        event_date=event.date_start.isoformat() if event.date_start else "",
        year=event.date_start.year if event.date_start else 0,
        time_precision=event.time_precision or 3,
        disorder_type=event.disorder_type,
        event_type=event.event_type,
        sub_event_type=event.sub_event_type,
        actor1=event.actor1 or f"Unidentified Armed Group ({event.country})",
        assoc_actor_1="; ".join(event.associated),
        inter1=event.actor1_kind or "",
        actor2=event.actor2,
        assoc_actor_2="",
        inter2=event.actor2_kind or "",
        interaction="",
        civilian_targeting="",
        iso="",
        region="Middle East",
        country=event.country,
        admin1=event.admin1,
        admin2=event.admin2,
        admin3="",
        location=event.location,
        latitude=event.latitude or 0.0,
        longitude=event.longitude or 0.0,
        geo_precision=event.geo_precision or 3,
        source="; ".join(c.source for c in event.claims),
        source_scale="National",
        notes=event.notes,
        fatalities=(deaths.low or 0) if deaths else 0,
        tags="",
        timestamp=1_711_929_600,
        incident_ids=(event.id,),
    )


def event(number: int, event_type: str, sub_event_type: str, place: str = "", **changes: Any) -> PublicEvent:
    """An event with defaults; `place` is a key of PLACES, empty for a place that is not known."""
    name, admin1, country, iso3, latitude, longitude = PLACES.get(place, ("", "", "", "", None, None))
    start = changes.pop("date_start", date(2024, 3, 1))
    made = PublicEvent(
        id=f"e-{number:04d}",
        modality="asserted",
        background=False,
        status="draft",
        event_type=event_type,
        sub_event_type=sub_event_type,
        disorder_type="Demonstrations" if event_type in (PROTESTS, RIOTS) else "Political violence",
        actor1="",
        actor1_kind=None,
        actor2="",
        actor2_kind=None,
        associated=(),
        attribution="none",
        date_start=start,
        date_end=start,
        time_precision=1 if start else None,
        location=name,
        country=country,
        iso3=iso3,
        admin1=admin1,
        admin2="",
        latitude=latitude,
        longitude=longitude,
        geo_precision=1 if latitude is not None else None,
        counts=Counts(),
        weapon="",
        notes="",
        documents=1,
        lineages=1,
        disputed=(),
        fields=(),
        claims=(),
    )
    exported = changes.pop("exported", True)
    made = replace(made, **changes)
    if exported and made.modality == "asserted" and made.date_start and made.geo_precision:
        made = replace(made, rows=(row(made),))
    elif not made.not_exported:
        made = replace(made, not_exported="undated" if made.date_start is None else "unplaced")
    return made


def invented_events() -> list[PublicEvent]:
    """Eighteen events: disputed tolls, a denial, threats, habits, ranges, unplaced and undated ones, Arabic names."""
    market = (
        claim(
            1,
            "Orontes Courier",
            "Warplanes struck the vegetable market of Tell Amrin on Thursday morning, killing at least 12 people, "
            "among them four children, the Levant Casualty Monitor said.",
            {"deaths": "at least 12", "location": "Tell Amrin", "date": "Thursday morning", "type": "Warplanes struck"},
            counts=Counts(deaths=count(12, None, None), injured=count(None, 30, None)),
            speaker="Levant Casualty Monitor",
            speaker_kind="monitor",
            url="https://example.org/orontes/market",
            location="Tell Amrin",
            actor1="Military Forces of Syria",
            attribution="alleged",
        ),
        claim(
            2,
            "Highland Dispatch",
            "Rescue workers pulled 18 bodies from the market at Tell Amrin, the town's hospital said.",
            {"deaths": "18 bodies", "location": "Tell Amrin", "speaker": "the town's hospital"},
            counts=Counts(deaths=count(18, 18, 18)),
            speaker="the town's hospital",
            speaker_kind="witness",
            location="Tell Amrin",
        ),
        claim(
            3,
            "State Bulletin",
            "A military source denied that any market had been hit and said three gunmen were killed in the area.",
            {"deaths": "three gunmen", "modality": "denied that any market had been hit"},
            counts=Counts(deaths=count(3, 3, 3)),
            speaker="a military source",
            speaker_kind="security",
            modality="denied",
            published=date(2024, 3, 16),
        ),
        claim(4, "", "", {}, location="Tell Amrin", counts=Counts(deaths=count(15, 15, 15))),
    )
    return [
        event(
            1,
            BLASTS,
            "Air/drone strike",
            "Tell Amrin",
            date_start=date(2024, 3, 14),
            actor1="Military Forces of Syria (2000-2024) Air Force",
            actor1_kind="State forces",
            actor2="Civilians (Syria)",
            actor2_kind="Civilians",
            associated=("Vendors (Syria)",),
            attribution="alleged",
            counts=Counts(deaths=count(12, 15, 18), injured=count(30, 30, None)),
            weapon="aircraft",
            notes="On 14 March 2024, an air strike hit Tell Amrin (Idlib). 12 to 18 people were reported killed; "
            "a military source denies that a market was hit.",
            documents=6,
            lineages=4,
            disputed=("deaths", "modality"),
            fields=(
                MergedField("deaths", ("c-0001", "c-0002"), "lowest of independent sources", True, ("c-0003",)),
                MergedField("modality", ("c-0001", "c-0002"), "asserted by more", True, ("c-0003",)),
                MergedField("location", ("c-0001", "c-0002", "c-0004"), "all agree"),
            ),
            claims=market,
        ),
        event(
            2,
            BATTLES,
            "Armed clash",
            "Rasm Zeitun",
            date_start=date(2024, 3, 17),
            date_end=date(2024, 3, 18),
            actor1="Syrian Democratic Forces",
            actor2="Islamic State (Syria)",
            counts=Counts(deaths=count(7, 7, 9)),
            notes="On the night of 17 to 18 March 2024, two groups clashed near Rasm Zeitun; 7 to 9 were killed.",
            geo_precision=2,
            documents=3,
            lineages=2,
            claims=(
                claim(
                    5,
                    "Two Rivers Wire",
                    "Fighters clashed overnight outside Rasm Zeitun, leaving seven dead, a commander said.",
                    {"deaths": "seven dead", "location": "outside Rasm Zeitun", "date": "overnight"},
                    counts=Counts(deaths=count(7, 7, 7)),
                    speaker="a commander",
                    speaker_kind="party",
                ),
            ),
        ),
        event(
            3,
            CIVILIANS,
            "Attack",
            "خان الوردة",
            date_start=date(2024, 3, 20),
            actor2="مدنيون (سوريا)",
            counts=Counts(deaths=count(2, 2, 2)),
            notes="في ٢٠ آذار ٢٠٢٤ قُتل شخصان في خان الوردة.",
            documents=2,
            lineages=2,
            claims=(
                claim(
                    6,
                    "صوت الوادي",
                    "قُتل مدنيان برصاص مجهولين في خان الوردة مساء الأربعاء، بحسب المجلس المحلي.",
                    {"deaths": "قُتل مدنيان", "location": "خان الوردة", "date": "مساء الأربعاء"},
                    counts=Counts(deaths=count(2, 2, 2)),
                    speaker="المجلس المحلي",
                    speaker_kind="official",
                    published=date(2024, 3, 21),
                ),
            ),
        ),
        event(
            4,
            BLASTS,
            "Remote explosive/landmine/IED",
            "Rasm Zeitun",
            date_start=date(2024, 3, 24),
            actor2="Civilians (Syria)",
            counts=Counts(deaths=count(0, 0, 0), injured=count(3, 3, 3)),
            notes="On 24 March 2024, a mine exploded in Rasm Zeitun; nobody was killed and three were injured.",
        ),
        event(
            5,
            PROTESTS,
            "Peaceful protest",
            "Wadi Qamar",
            date_start=date(2024, 3, 15),
            actor1="Protesters (Syria)",
            actor1_kind="Protesters",
            notes="On 15 March 2024, residents protested in Wadi Qamar.",
            documents=2,
            lineages=1,
        ),
        event(
            6,
            PROTESTS,
            "Excessive force against protesters",
            "Suq Nahrin",
            date_start=date(2024, 4, 2),
            actor1="Protesters (Iraq)",
            actor2="Police Forces of Iraq (2022-)",
            counts=Counts(deaths=count(1, None, None), injured=count(None, 20, 25), detained=count(11, 11, 11)),
            notes="On 2 April 2024, police fired on protesters in Suq Nahrin; at least one was killed.",
            documents=4,
            lineages=3,
            disputed=("deaths",),
            fields=(MergedField("counts.deaths", ("c-0007",), "lowest of independent sources", True, ("c-0008",)),),
            claims=(
                claim(
                    7,
                    "Gulf Ledger",
                    "At least one protester died when police opened fire in Suq Nahrin on Tuesday.",
                    {"deaths": "At least one protester died", "location": "Suq Nahrin", "date": "on Tuesday"},
                    counts=Counts(deaths=count(1, None, None)),
                    published=date(2024, 4, 3),
                ),
                claim(
                    8,
                    "Interior Gazette",
                    "The ministry said nobody was killed and that officers had fired in the air.",
                    {"deaths": "nobody was killed"},
                    counts=Counts(deaths=count(0, 0, 0)),
                    speaker="The ministry",
                    speaker_kind="official",
                    published=date(2024, 4, 3),
                ),
            ),
        ),
        event(
            7,
            RIOTS,
            "Violent demonstration",
            "Qalat Marj",
            date_start=date(2024, 4, 6),
            actor1="Rioters (Iraq)",
            counts=Counts(injured=count(5, 5, 8)),
            notes="On 6 April 2024, rioters burned tyres and offices in Qalat Marj.",
        ),
        event(
            8,
            STRATEGIC,
            "Arrests",
            "Hawi Sadiq",
            date_start=date(2024, 3, 27),
            actor1="Military Forces of Iraq (2022-)",
            counts=Counts(detained=count(14, 14, 14)),
            notes="On 27 March 2024, Iraqi forces detained 14 people in Hawi Sadiq.",
            geo_precision=2,
        ),
        event(
            9,
            CIVILIANS,
            "Abduction/forced disappearance",
            "Hawi Sadiq",
            date_start=date(2024, 3, 1),
            date_end=date(2024, 3, 31),
            time_precision=3,
            actor2="Civilians (Iraq)",
            counts=Counts(abducted=count(2, 3, 4)),
            location="",
            geo_precision=3,
            notes="In March 2024, 2 to 4 people were abducted in Kirkuk.",
        ),
        event(
            10,
            BATTLES,
            "Armed clash",
            "Nusaybah",
            date_start=date(2024, 4, 8),
            date_end=date(2024, 4, 14),
            time_precision=2,
            actor1="Islamic State (Iraq)",
            actor2="Popular Mobilization Forces",
            counts=Counts(deaths=count(4, 4, 4)),
            notes="In the week of 8 April 2024, four fighters were killed near Nusaybah.",
            geo_precision=3,
            location="Ninawa",
        ),
        event(
            11,
            BLASTS,
            "Shelling/artillery/missile attack",
            "Bir Sawsan",
            date_start=date(2024, 4, 11),
            actor1="Military Forces of Turkey (2016-)",
            actor1_kind="External/Other forces",
            actor2="Syrian Democratic Forces",
            counts=Counts(deaths=count(None, None, 6)),
            notes="On 11 April 2024, artillery hit Bir Sawsan; up to six were reported killed.",
            documents=5,
            lineages=2,
        ),
        event(
            12,
            BLASTS,
            "Suicide bomb",
            "Nusaybah",
            date_start=date(2024, 4, 19),
            actor1="Islamic State (Iraq)",
            actor2="Civilians (Iraq)",
            attribution="claimed",
            counts=Counts(deaths=count(41, 44, 47), injured=count(90, 90, 120)),
            notes="On 19 April 2024, a suicide bomber killed 41 to 47 people in Nusaybah.",
            documents=11,
            lineages=6,
            disputed=("deaths", "where"),
            fields=(MergedField("where", ("c-0009",), "named by more", True, ("c-0010",)),),
            claims=(
                claim(
                    9,
                    "Two Rivers Wire",
                    "A suicide bomber blew himself up at a bus station in Nusaybah on Friday, killing 41.",
                    {"deaths": "killing 41", "where": "Nusaybah", "when": "on Friday"},
                    counts=Counts(deaths=count(41, 41, 41)),
                    location="Nusaybah",
                    sub_event_type="Suicide bomb",
                    published=date(2024, 4, 19),
                ),
                claim(
                    10,
                    "Plateau Radio",
                    "The blast in neighbouring Tell Rif killed 47 people, the governor told the station.",
                    {"deaths": "47 people", "where": "neighbouring Tell Rif"},
                    counts=Counts(deaths=count(47, 47, 47)),
                    location="Tell Rif",
                    speaker="the governor",
                    speaker_kind="official",
                    sub_event_type="Suicide bomb",
                    published=date(2024, 4, 20),
                ),
            ),
        ),
        event(
            13,
            STRATEGIC,
            "Agreement",
            "Ain Dulab",
            date_start=date(2024, 4, 23),
            actor1="Syrian Democratic Forces",
            actor2="Military Forces of Syria (2000-2024)",
            notes="On 23 April 2024, the parties agreed on an exchange of prisoners at Ain Dulab.",
        ),
        event(
            14,
            CIVILIANS,
            "Attack",
            "",
            date_start=date(2024, 4, 4),
            country="Iraq",
            iso3="IRQ",
            counts=Counts(deaths=count(1, 1, 1)),
            notes="On 4 April 2024, a person was killed somewhere in Iraq.",
            not_exported="coarse_place",
        ),
        event(
            15,
            BLASTS,
            "Remote explosive/landmine/IED",
            "Rasm Zeitun",
            date_start=None,
            date_end=None,
            actor2="Military Forces of the United States (2021-)",
            counts=Counts(),
            notes="At a time that is not known, a blast hit soldiers near Rasm Zeitun.",
            not_exported="undated",
        ),
        event(
            16,
            STRATEGIC,
            "Other",
            "Nusaybah",
            date_start=date(2024, 3, 22),
            modality="denied",
            actor1="Islamic State (Iraq)",
            notes="Militants are said to have crossed the border; the army's spokesman denies it.",
            not_exported="denied_only",
            disputed=("modality",),
            claims=(
                claim(
                    11,
                    "State Bulletin",
                    "The spokesman denied that any fighters had crossed the border.",
                    {"modality": "denied"},
                    modality="denied",
                    speaker="The spokesman",
                    speaker_kind="official",
                    event_type=STRATEGIC,
                    sub_event_type="Other",
                ),
            ),
        ),
        event(
            17,
            BATTLES,
            "Armed clash",
            "Tell Amrin",
            date_start=date(2024, 4, 25),
            modality="threatened",
            actor1="Hayat Tahrir al-Sham",
            notes="A commander threatened an offensive towards Tell Amrin.",
            not_exported="threatened",
        ),
        event(
            18,
            CIVILIANS,
            "Abduction/forced disappearance",
            "Qalat Marj",
            date_start=None,
            date_end=None,
            modality="generic",
            actor1="Islamic State (Iraq)",
            actor2="Civilians (Iraq)",
            geo_precision=3,
            notes="Residents of Diyala are said to be abducted for ransom regularly.",
            not_exported="generic",
        ),
        event(
            19,
            BATTLES,
            "Government regains territory",
            "Ain Dulab",
            date_start=date(2017, 10, 1),
            date_end=date(2017, 10, 31),
            time_precision=3,
            background=True,
            notes="In October 2017, the town of Ain Dulab changed hands.",
        ),
    ]


def many_events(number: int) -> list[PublicEvent]:
    """`number` events spread over the places and eighteen months, the same every time."""
    kinds = [
        (BATTLES, "Armed clash"),
        (BLASTS, "Air/drone strike"),
        (CIVILIANS, "Attack"),
        (PROTESTS, "Peaceful protest"),
        (RIOTS, "Mob violence"),
        (STRATEGIC, "Arrests"),
    ]
    places = list(PLACES)
    made = []
    for i in range(number):
        event_type, sub_event_type = kinds[(i * i + i // 7) % 6]
        place = places[(i * 7 + i // 11) % len(places)]
        moved = PLACES[place]
        deaths = None if i % 3 == 0 else count(i % 5, None, (i * 13) % 17 + i % 5)
        passage = f"The monitor counted {i} shots near {place}."
        made.append(
            event(
                10_000 + i,
                event_type,
                sub_event_type,
                place,
                date_start=date(2023, 1, 1) + timedelta(days=(i * 37) % 540),
                counts=Counts(deaths=deaths),
                # A grid of villages around each place.
                latitude=moved[4] + ((i // 10) % 9 - 4) * 0.11,
                longitude=moved[5] + ((i // 90) % 9 - 4) * 0.13,
                location=f"{place} {(i // 10) % 9}-{(i // 90) % 9}",
                geo_precision=1 + (i % 10 == 0),
                actor1=f"Group {i % 40}",
                claims=(claim(i, "Wire", passage, {"location": place}, location=place),),
                notes=f"Event {i} near {place}.",
            )
        )
    return made
