"""Events by month and second-level division, as HDX HAPI's table of conflict events has them."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from tocsin.codebook import Code, load_codebook
from tocsin.export._columns import row_day
from tocsin.export._tables import _write
from tocsin.interfaces import Edition
from tocsin.records import EventRow, PublicEvent

__all__ = ["HAPI_COLUMNS", "HAPI_HXL", "HapiExporter", "HapiHxlExporter", "HapiRow", "hapi_rows", "write_events_hapi"]

HapiEventType = Literal["civilian_targeting", "demonstration", "political_violence"]


@dataclass(frozen=True, slots=True)
class HapiRow:
    """One row of the table: a month, an area and a class of events.

    `admin_level` is how finely the place is known: finer fields are empty. The names are as Tocsin has them, in both
    pairs of columns; the codes are P-codes, empty where no gazetteer with codes was added. `fatalities` is None where
    nothing is said of deaths in any of the events.
    """

    location_code: str
    location_name: str
    admin1_code: str
    admin1_name: str
    admin2_code: str
    admin2_name: str
    provider_admin1_name: str
    provider_admin2_name: str
    admin_level: int
    event_type: HapiEventType
    events: int
    fatalities: int | None
    reference_period_start: str
    reference_period_end: str


HAPI_COLUMNS: tuple[str, ...] = tuple(f.name for f in fields(HapiRow))

HAPI_HXL: tuple[str, ...] = (
    "#country+code", "#country+name", "#adm1+code", "#adm1+name", "#adm2+code", "#adm2+name", "#adm1+name+provider",
    "#adm2+name+provider", "#meta+admin_level", "#event+type", "#event+num", "#affected+killed", "#date+start",
    "#date+end",
)  # fmt: skip
"""The HXL hashtag of each column."""


class HapiExporter:
    """HDX HAPI's monthly table as CSV, without hashtags: a row of them makes every column one of text."""

    file = "events-hapi.csv"

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write one line a row; see :func:`write_events_hapi`."""
        return write_events_hapi(events, path)


class HapiHxlExporter:
    """The same table with a row of HXL hashtags under the header, for tools that read them."""

    file = "events-hapi-hxl.csv"

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write one line a row; see :func:`write_events_hapi`."""
        return write_events_hapi(events, path, hxl=True)


def write_events_hapi(events: Iterable[PublicEvent], path: Path, *, hxl: bool = False) -> int:
    """Write the monthly table as CSV and return how many rows it has; see :func:`hapi_rows`.

    With `hxl`, a row of hashtags stands under the header; it is not counted.
    """
    rows = hapi_rows(events)
    lines: list[Sequence[str | int | None]] = [HAPI_HXL] if hxl else []
    # Hashtags are written as they are: a spreadsheet takes none of them for a formula.
    lines += [[getattr(row, name) for name in HAPI_COLUMNS] for row in rows]
    _write(path, HAPI_COLUMNS, lines)
    return len(rows)


def hapi_rows(events: Iterable[PublicEvent]) -> tuple[HapiRow, ...]:
    """Rows of the event table counted by month of the first day, area and class, in that order.

    What is counted are rows of the event table, and beside them events that are no row only because their place is
    known to the country alone. The classes overlap and may not be added up: ``political_violence`` and
    ``demonstration`` follow the disorder type (force against protesters is both), ``civilian_targeting`` is the part
    of political violence aimed at civilians. Where there is no row no event was recorded; that is not the same as
    that nothing happened.
    """
    listed = list(events)
    codes = _codes(listed)
    found: dict[tuple[str, ...], list[int | None]] = defaultdict(list)
    for item in _counted(listed):
        one, two = codes.get((item.iso3, item.admin1, item.admin2), ("", "")) if item.admin1 else ("", "")
        month = f"{item.day.year:04}-{item.day.month:02}"
        for event_type in item.classes:
            key = (item.iso3, item.country, one, item.admin1, two, item.admin2, month, event_type)
            found[key].append(item.deaths)
    rows = [_row(key, deaths) for key, deaths in found.items()]
    rows.sort(key=lambda r: (r.reference_period_start, *(str(getattr(r, name)) for name in HAPI_COLUMNS)))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class _Counted:
    iso3: str
    country: str
    admin1: str
    admin2: str
    day: date
    classes: tuple[HapiEventType, ...]
    deaths: int | None


def _counted(events: Sequence[PublicEvent]) -> Iterator[_Counted]:
    told = {event.id: event.counts.deaths is not None for event in events}
    seen: set[str] = set()
    for event in events:
        for row in event.rows:
            day = row_day(row)
            if day is not None and row.event_id_cnty not in seen:
                seen.add(row.event_id_cnty)
                stated = any(told.get(i, row.fatalities > 0) for i in row.incident_ids) or row.fatalities > 0
                deaths = row.fatalities if stated else None
                yield _Counted(*_area(row, event), day, _classes(row.disorder_type, row.civilian_targeting), deaths)
        if not event.rows and event.not_exported == "coarse_place" and event.iso3 and event.date_start:
            yield _Counted(
                event.iso3, event.country, "", "", event.date_start,
                _classes(event.disorder_type, _targeted(event)), _figure(event),
            )  # fmt: skip


def _area(row: EventRow, event: PublicEvent) -> tuple[str, str, str, str]:
    """Country code and name, and the divisions; without a first-level one the second says nothing."""
    state = load_codebook().actors.state(row.country) if row.country != event.country else None
    return state.iso3 if state else event.iso3, row.country, row.admin1, row.admin2 if row.admin1 else ""


def _classes(disorder_type: str, civilian_targeting: str) -> tuple[HapiEventType, ...]:
    classes: list[HapiEventType] = []
    if civilian_targeting:
        classes.append("civilian_targeting")
    if "Demonstrations" in disorder_type:
        classes.append("demonstration")
    if "Political violence" in disorder_type:
        classes.append("political_violence")
    return tuple(classes)


def _targeted(event: PublicEvent) -> str:
    """Whether civilians were the target, as the codebook has it for the sub-event type."""
    code = _by_label().get(event.sub_event_type)
    if code is None or code.civilian_targeting == "never":
        return ""
    protesters = event.actor2_kind == "Protesters" and event.event_type == "Explosions/Remote violence"
    return "yes" if code.civilian_targeting == "always" or event.actor2_kind == "Civilians" or protesters else ""


@cache
def _by_label() -> dict[str, Code]:
    return {code.label: code for code in load_codebook().codes.values()}


def _figure(event: PublicEvent) -> int | None:
    """The one figure that the event table would have: best, else low, else high."""
    deaths = event.counts.deaths
    return None if deaths is None else next((v for v in (deaths.best, deaths.low, deaths.high) if v is not None), None)


def _codes(events: Sequence[PublicEvent]) -> Mapping[tuple[str, str, str], tuple[str, str]]:
    """P-codes by country, first- and second-level division; none where events do not agree on them."""
    found: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    for event in events:
        if event.admin1_pcode:
            found[event.iso3, event.admin1, ""].add((event.admin1_pcode, ""))
            if event.admin2 and event.admin2_pcode:
                found[event.iso3, event.admin1, event.admin2].add((event.admin1_pcode, event.admin2_pcode))
    agreed = {area: next(iter(codes)) for area, codes in found.items() if len(codes) == 1}
    for event in events:
        # A district without a code of its own still lies in a province that may have one.
        area = (event.iso3, event.admin1, event.admin2)
        if event.admin2 and area not in agreed and (whole := agreed.get((event.iso3, event.admin1, ""))):
            agreed[area] = whole
    return agreed


def _row(key: tuple[str, ...], deaths: Sequence[int | None]) -> HapiRow:
    iso3, country, code1, name1, code2, name2, month, event_type = key
    year, number = (int(part) for part in month.split("-"))
    stated = [figure for figure in deaths if figure is not None]
    return HapiRow(
        location_code=iso3,
        location_name=country,
        admin1_code=code1,
        admin1_name=name1,
        admin2_code=code2,
        admin2_name=name2,
        provider_admin1_name=name1,
        provider_admin2_name=name2,
        admin_level=2 if name2 else 1 if name1 else 0,
        event_type=event_type,  # type: ignore[arg-type]
        events=len(deaths),
        fatalities=sum(stated) if stated else None,
        reference_period_start=date(year, number, 1).isoformat(),
        reference_period_end=date(year, number, monthrange(year, number)[1]).isoformat(),
    )
