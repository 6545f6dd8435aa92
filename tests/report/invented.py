"""A year of invented events with one month that stands out, and the facts and report of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.export.invented import BATTLES, BLASTS, CIVILIANS, claim, event
from tests.export.outline import sketched_outline

from tocsin.records import Count, Counts, MergedField, PublicEvent
from tocsin.report import Facts, Ground, Report, compose, gather

LAST = date(2024, 3, 31)
ARABIC = "خان الوردة"


def year() -> list[PublicEvent]:
    """Two battles a month, then in March 2024 ten, of which one is disputed and one hits civilians."""
    made = []
    for month in range(1, 13):
        day = date(2023 if month > 2 else 2024, month, 5)
        made += [_battle(100 * month + n, "Tell Amrin", day, 2) for n in range(2)]
    made += [_battle(2000 + n, "Tell Amrin", date(2024, 3, 2 + n), 3) for n in range(8)]
    deaths = MergedField("deaths", ("c-0001",), "", disputed=True, disputed_by=("c-0002",))
    disputed = replace(
        event(3001, BLASTS, "Air/drone strike", ARABIC, date_start=date(2024, 3, 20)),
        actor1="State Air Force",
        actor2="Civilians",
        actor2_kind="Civilians",
        counts=Counts(Count(4, 6, 9)),
        lineages=2,
        disputed=("deaths",),
        fields=(deaths,),
        claims=(
            claim(1, "Orchard Wire", "", {}, counts=Counts(Count(9, 9, 9)), speaker="Civil Defence"),
            claim(2, "Hill Post", "", {}, counts=Counts(Count(4, 4, 4)), speaker="the army"),
        ),
    )
    silent = replace(
        event(3002, CIVILIANS, "Attack", "Hawi Sadiq", date_start=date(2024, 3, 21)), actor1="Band of the Hill"
    )
    return [replace(one, place_precision="settlement") for one in (*made, disputed, silent)]


def _battle(number: int, place: str, day: date, deaths: int) -> PublicEvent:
    made = event(number, BATTLES, "Armed clash", place, date_start=day, counts=Counts(Count(deaths, deaths, deaths)))
    return replace(made, actor1="Army of the River", actor2="Army of the Lake")


def facts(events: list[PublicEvent] | None = None) -> Facts:
    return gather(year() if events is None else events, "month", LAST, {})


def made(internal: bool = False, events: list[PublicEvent] | None = None) -> Report:
    ground = Ground(
        data="30 reports",
        first=date(2023, 3, 5),
        last=date(2024, 3, 21),
        outline=sketched_outline(),
        query="tocsin report",
        internal=internal,
    )
    return compose(facts(events), ground)
