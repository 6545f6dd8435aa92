"""KML, for the maps of field phones: nothing in it is fetched from anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from pathlib import Path

from tocsin.export._columns import columns, has_point, row_day
from tocsin.export._files import replacing
from tocsin.export._tables import table_rows
from tocsin.export._text import for_xml
from tocsin.interfaces import Edition
from tocsin.records import EventRow, PublicEvent

__all__ = ["KmlExporter"]

# The report's colours (Okabe and Ito's), as KML writes them: opacity, blue, green, red. They tint the pin that every
# program has, since an icon of our own would have to be fetched.
_COLOURS = {
    "Battles": "ffb36f0b",
    "Explosions/Remote violence": "ff0082d9",
    "Violence against civilians": "ff1a44c9",
    "Protests": "ff668a0a",
    "Riots": "ff8e57b9",
    "Strategic developments": "ff636c73",
}
_OTHER = "ff3b4247"

Days = tuple[date, date]


class KmlExporter:
    """KML 2.2: a placemark for each row of the table that has a point, in a folder for each event type.

    The day is a ``TimeStamp``, or a ``TimeSpan`` where only a week or a month is known. All columns are in
    ``ExtendedData``. Events that are no row, and rows without a point, are left out.
    """

    file = "events.kml"

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write the placemarks, and return how many."""
        rows = table_rows(events)
        by_type: dict[str, list[EventRow]] = defaultdict(list)
        for row in rows:
            if has_point(row):
                by_type[row.event_type].append(row)
        days = _days(events)
        with replacing(path) as file:
            file.writelines(f"{line}\n" for line in _lines(by_type, days, edition, len(rows)))
        return sum(map(len, by_type.values()))


def _lines(by_type: dict[str, list[EventRow]], days: dict[str, Days], edition: Edition, rows: int) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<kml xmlns="http://www.opengis.net/kml/2.2">'
    yield "<Document>"
    yield _element("name", edition.title)
    yield _element("description", _about(edition, rows, sum(map(len, by_type.values()))))
    for number, event_type in enumerate(sorted(by_type)):
        colour = _COLOURS.get(event_type, _OTHER)
        yield f'<Style id="type-{number}"><IconStyle><color>{colour}</color></IconStyle></Style>'
    for number, event_type in enumerate(sorted(by_type)):
        yield "<Folder>"
        yield _element("name", event_type or "No type")
        for row in by_type[event_type]:
            yield from _placemark(row, days.get(row.event_id_cnty), f"#type-{number}")
        yield "</Folder>"
    yield "</Document>"
    yield "</kml>"


def _placemark(row: EventRow, days: Days | None, style: str) -> Iterator[str]:
    yield f"<Placemark id={_quoted(row.event_id_cnty)}>"
    yield _element("name", f"{row.sub_event_type or row.event_type}, {row.location}")
    yield _element("description", _balloon(row))
    yield from _time(row, days)
    yield f"<styleUrl>{style}</styleUrl>"
    yield "<ExtendedData>"
    for column in columns():
        value = getattr(row, column.name)
        if value != "":
            yield f'<Data name="{column.name}">{_element("value", str(value))}</Data>'
    yield f'<Data name="event_ids">{_element("value", "; ".join(row.incident_ids))}</Data>'
    yield "</ExtendedData>"
    yield f"<Point><coordinates>{row.longitude!r},{row.latitude!r}</coordinates></Point>"
    yield "</Placemark>"


def _balloon(row: EventRow) -> str:
    """What a tap shows. It is read as HTML, so each text is escaped for that before it is escaped for XML."""
    sides = " – ".join(side for side in (row.actor1, row.actor2) if side)
    place = ", ".join(dict.fromkeys(p for p in (row.location, row.admin2, row.admin1, row.country) if p))
    lines = [
        escape(row.notes),
        escape(sides),
        escape(place),
        escape(f"{row.event_date} · fatalities: {row.fatalities}"),
        escape(f"Source: {row.source}") if row.source else "",
    ]
    return "<br/>".join(f'<span dir="auto">{line}</span>' for line in lines if line)


def _time(row: EventRow, days: Days | None) -> Iterator[str]:
    day = row_day(row)
    if day is None:
        return
    if row.time_precision > 1 and days is not None and days[0] <= day <= days[1] and days[0] < days[1]:
        yield f"<TimeSpan><begin>{days[0].isoformat()}</begin><end>{days[1].isoformat()}</end></TimeSpan>"
    else:
        yield f"<TimeStamp><when>{day.isoformat()}</when></TimeStamp>"


def _days(events: Sequence[PublicEvent]) -> dict[str, Days]:
    """The first and last day of what each row stands for, by the row's id."""
    found: dict[str, Days] = {}
    for event in events:
        if event.date_start is None:
            continue
        start, end = event.date_start, event.date_end or event.date_start
        for row in event.rows:
            known = found.get(row.event_id_cnty, (start, end))
            found[row.event_id_cnty] = (min(start, known[0]), max(end, known[1]))
    return found


def _about(edition: Edition, rows: int, shown: int) -> str:
    lines = [f"As known on {edition.as_of:%Y-%m-%d %H:%M} UTC: {shown:,} of {rows:,} rows have a point."]
    if edition.where:
        lines.append(f"Chosen by: {edition.where}")
    lines += edition.notes
    lines += [f"{name} {version}" for name, version in edition.made_with]
    return "<br/>".join(map(escape, lines))


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(for_xml(text), quote=False)}</{name}>"


def _quoted(text: str) -> str:
    return f'"{escape(for_xml(text))}"'
