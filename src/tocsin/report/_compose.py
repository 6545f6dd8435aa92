"""Facts put into words, charts and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import metadata
from typing import Any

from tocsin.analysis import Change, PageTable, page_table
from tocsin.records import Count, PublicClaim, PublicEvent
from tocsin.report._facts import Facts, Line, sources_of
from tocsin.report._figures import map_chart, series_chart
from tocsin.report._periods import BEFORE, Window
from tocsin.report._report import Group, Report, Section
from tocsin.report._sentences import (
    Words,
    catalogue,
    day_of,
    deaths_of,
    events_of,
    figures_of,
    isolated,
    number,
    place_of,
    ratio_of,
    told,
)

__all__ = ["Ground", "compose"]

MOST_LINES = 12
"""Lines of a table by division or actor: what a page has room for."""
MOST_DISPUTES = 15
# Claims quoted of one field in dispute.
_MOST_SAID = 4


@dataclass(frozen=True, slots=True)
class Ground:
    """What a report rests on.

    Attributes
    ----------
    data : str
        What to call the data.
    as_of : datetime, optional
        The moment a workspace is as it was known at.
    first, last : date, optional
        Days of the first and of the last event of the data.
    made_with : tuple of (str, str)
        Parts and their versions.
    notes : tuple of str
        Further limits, a sentence each.
    outline : mapping
        Countries and divisions as GeoJSON, for the map.
    query : str
        The command that makes the report again.
    internal : bool
        Whether the events hold what may not be handed on.
    warnings : tuple of str, optional
        What rules of early warning say, a sentence each; None where they were not tried.
    """

    data: str
    as_of: datetime | None = None
    first: date | None = None
    last: date | None = None
    made_with: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    outline: Mapping[str, Any] = ()  # type: ignore[assignment]
    query: str = ""
    internal: bool = False
    warnings: tuple[str, ...] | None = None


def compose(facts: Facts, ground: Ground) -> Report:
    """The report of `facts`."""
    words = catalogue()
    heads = words["headings"]
    sections = [
        _changed(facts, words),
        _where(facts, ground, words),
        _who(facts, words),
        _notable(facts, words),
        _sure(facts, words),
        _disputed(facts, words),
    ]
    if ground.warnings is not None:
        sections.append(_warned(ground.warnings, words))
    return Report(
        title=words["title"][facts.unit].format(about=_about(facts.events, words)),
        period=_span(facts.window, words),
        short=Section(heads["short"], tuple(_short(facts, words))),
        sections=tuple(sections) if facts.events else tuple(sections[:1]),
        caveats=Group(heads["before_use"], tuple(_caveats(facts, ground, words))),
        computed=tuple(_computed(facts, ground, words)),
        computed_heading=heads["computed"],
        again=words["again"],
        footer=words["footer"].format(version=metadata.version("tocsin")),
        query=ground.query,
        banner=words["internal"] if ground.internal else "",
    )


def _about(events: Sequence[PublicEvent], words: Words) -> str:
    names = [name for name, _ in Counter(e.country for e in events if e.country).most_common(3)]
    if not names:
        return str(words["about"]["none"])
    joined = names[0] if len(names) == 1 else words["about"]["and"].format(first=", ".join(names[:-1]), last=names[-1])
    return str(words["about"]["some"].format(countries=joined))


def _span(window: Window, words: Words) -> str:
    return str(words["period"].format(first=day_of(window.first), last=day_of(window.last)))


# What somebody reads who reads no more


def _short(facts: Facts, words: Words) -> Iterator[str]:
    unit, events = words["unit"][facts.unit], facts.measures[0]
    yield (
        words["lead"].format(
            events=events_of(events.now, words),
            period=_span(facts.window, words),
            deaths=deaths_of(events.deaths, words),
        )
        if facts.events
        else words["none"]
    )
    if not events.mean:
        yield words["no_history"].format(unit=unit)
    else:
        before = words["lead_before"].format(unit=unit, before=number(events.before), mean=number(events.mean))
        yield f"{before} {_went(events.change, words)}"
    if facts.events and facts.divisions and (most := facts.divisions[0]).name:
        found = words["most"].format(division=isolated(most.name), events=events_of(most.now, words))
        if facts.actors:
            side = facts.actors[0]
            actor = words["most_actor"].format(actor=isolated(side.name), events=events_of(side.now, words))
            found = f"{found} {actor}"
        yield found
    if facts.disputed:
        many = len(facts.disputed)
        yield words["disputed_lead"]["one" if many == 1 else "many"].format(n=many)


def _went(change: Change | None, words: Words) -> str:
    if change is None:
        return str(words["went"]["few"])
    ratio = change.ratio
    figures = {
        name: ratio_of(value) for name, value in (("ratio", ratio.estimate), ("low", ratio.low), ("high", ratio.high))
    }
    return str(words["went"][change.direction].format(**figures))


# Counts


def _changed(facts: Facts, words: Words) -> Section:
    lines = [*facts.measures, *([facts.sources] if any(facts.sources.series) else [])]
    named = [(words["measures"][line.name], line) for line in lines]
    tables = [_counts(words["tables"]["measures"], words["columns"]["what"], named, facts, words)]
    types = [(line.name or words["told"]["no_type"], line) for line in facts.types]
    if types:
        tables.append(_counts(words["tables"]["types"], words["columns"]["type"], types, facts, words))
    return Section(words["headings"]["changed"], charts=(series_chart(facts, words),), tables=tuple(tables))


def _counts(
    title: str,
    first: str,
    lines: Sequence[tuple[str, Line]],
    facts: Facts,
    words: Words,
    *,
    deaths: bool = False,
    note: str = "",
) -> PageTable:
    unit, columns = words["unit"][facts.unit], words["columns"]
    names = ("now", "before", "mean", "ratio", "interval", "goes")
    header = [first, *(columns[name].format(unit=unit) for name in names)]
    rows: list[tuple[str, ...]] = []
    shown = [(name, line) for name, line in lines if line.now or line.mean >= 1][:MOST_LINES]
    for name, line in shown:
        ratio = line.change.ratio if line.change else None
        cells = [isolated(name), number(line.now), number(line.before), number(line.mean)]
        cells += (
            [ratio_of(ratio.estimate), _together(f"{ratio_of(ratio.low)} to {ratio_of(ratio.high)}")]
            if ratio
            else ["", ""]
        )
        cells.append(words["goes"][line.change.direction if line.change else "few"])
        if deaths:
            cells.insert(2, _together(figures_of(line.deaths)))
        rows.append(tuple(cells))
    if deaths:
        header.insert(2, columns["deaths"])
    more = len(lines) - len(shown)
    notes = [note, words["more"].format(more=more) if more > 0 else ""]
    numeric = (False, *[True] * (len(header) - 2), False)
    return PageTable(title, tuple(header), tuple(rows), numeric, " ".join(filter(None, notes)))


def _together(figures: str) -> str:
    """`figures` of a range, which no line of a table may part."""
    return figures.replace(" ", "\u00a0")


def _where(facts: Facts, ground: Ground, words: Words) -> Section:
    named = [(line.name or words["told"]["no_place"], line) for line in facts.divisions]
    chart = map_chart(facts, ground.outline or {}, words, ground.internal)
    table = _counts(words["tables"]["divisions"], words["columns"]["division"], named, facts, words, deaths=True)
    return Section(words["headings"]["where"], charts=(chart,) if chart else (), tables=(table,))


def _who(facts: Facts, words: Words) -> Section:
    named = [(line.name, line) for line in facts.actors]
    note = words["actor_note"]
    table = _counts(words["tables"]["actors"], words["columns"]["actor"], named, facts, words, deaths=True, note=note)
    return Section(words["headings"]["who"], tables=(table,))


# Single events


def _notable(facts: Facts, words: Words) -> Section:
    unit, heads = words["unit"][facts.unit], words["groups"]

    def lines(events: Sequence[PublicEvent]) -> tuple[str, ...]:
        return tuple(told(event, facts.asides, words) for event in events)

    new = tuple(
        words["told"]["new_actor"].format(actor=isolated(actor), line=told(event, facts.asides, words))
        for actor, event in facts.new_actors
    )
    groups = (
        Group(heads["largest"], lines(facts.largest)),
        Group(heads["civilian"], lines(facts.civilian)),
        Group(heads["new_places"].format(unit=unit), lines(facts.new_places)),
        Group(heads["new_actors"].format(unit=unit), new),
    )
    return Section(words["headings"]["notable"], groups=tuple(group for group in groups if group.lines))


def _disputed(facts: Facts, words: Words) -> Section:
    heading, columns = words["headings"]["disputed"], words["columns"]
    if not facts.disputed:
        return Section(heading, (words["no_dispute"],))
    rows = [
        (
            event.id,
            day_of(event.date_start) if event.date_start else "",
            place_of(event, words),
            words["fields"].get(name, name),
            _said(event, name, words),
        )
        for event in facts.disputed[:MOST_DISPUTES]
        for name in event.disputed
    ]
    header = [columns[name] for name in ("event", "day", "place", "field", "said")]
    return Section(heading, tables=(page_table(words["tables"]["disputed"], header, rows),))


def _said(event: PublicEvent, name: str, words: Words) -> str:
    """What is said of a field, and by whom: a source that says the same again is named once."""
    by_value: dict[str, list[str]] = {}
    for claim in event.claims:
        if value := _value(claim, name):
            who = isolated(claim.speaker or claim.source)
            if who not in (known := by_value.setdefault(value, [])):
                known.append(who)
    found = [
        words["says"].format(value=isolated(value), who=", ".join(who[:_MOST_SAID])) for value, who in by_value.items()
    ]
    return "; ".join(found[:_MOST_SAID]) or str(words["not_stated"])


def _value(claim: PublicClaim, name: str) -> str:
    """What a claim says of a field, in words; empty where it says nothing."""
    if name in ("deaths", "injured", "detained", "abducted", "displaced"):
        count: Count | None = getattr(claim.counts, name)
        if count is None:
            return ""
        figures = [str(f) for f in dict.fromkeys((count.low, count.best, count.high)) if f is not None]
        return "–".join(dict.fromkeys((figures[0], figures[-1]))) if figures else ""
    if name == "when":
        return claim.date_start.isoformat() if claim.date_start else ""
    values = {
        "where": claim.location,
        "type": claim.sub_event_type or claim.event_type,
        "actor1": claim.actor1,
        "actor2": claim.actor2,
        "attribution": claim.attribution,
        "modality": claim.modality,
    }
    return values.get(name, "")


def _warned(warnings: Sequence[str], words: Words) -> Section:
    forms = words["warning"]
    return Section(words["headings"]["warning"], (*(warnings or (forms["none"],)), forms["caveat"]))


# How sure


def _sure(facts: Facts, words: Words) -> Section:
    events, tables = facts.events, words["tables"]
    told_by = Counter(min(sources_of(e, facts.asides) or 0, 3) for e in events)
    status = Counter(e.status for e in events)
    placed = Counter({"exact": "settlement"}.get(p := e.place_precision or "none", p) for e in events)
    dated = Counter("day" if e.time_precision == 1 else "coarser" for e in events)
    areas = placed["admin1"] + placed["admin2"]
    precision = [
        *((words["precision"][name], placed[name]) for name in ("settlement", "near")),
        (words["precision"]["area"], areas),
        *((words["precision"][name], placed[name]) for name in ("country", "none")),
        *((words["precision"][name], dated[name]) for name in ("day", "coarser")),
    ]
    found = [
        _shares(
            tables["sources"], [(words["source_rows"][str(n)], told_by[n]) for n in (3, 2, 1, 0)], len(events), words
        ),
        _shares(tables["precision"], precision, len(events), words),
    ]
    if not facts.asides:
        judged = [(words["status"][name], status[name]) for name in ("confirmed", "draft")]
        found.insert(1, _shares(tables["status"], judged, len(events), words))
    return Section(words["headings"]["sure"], tables=tuple(found))


def _shares(title: str, rows: Sequence[tuple[str, int]], of: int, words: Words) -> PageTable:
    columns = words["columns"]
    shown = [(name, many, f"{many / of:.0%}") for name, many in rows if many]
    table = page_table(title, (columns["what"], columns["events"], columns["share"]), shown)
    return PageTable(table.title, table.header, table.rows, (False, True, True), table.note)


# What limits it, and how it was made


def _caveats(facts: Facts, ground: Ground, words: Words) -> Iterator[str]:
    forms, unit = words["caveats"], words["unit"][facts.unit]
    yield forms["recorded"]
    if ground.last is not None and ground.last < facts.window.last:
        yield forms["early"].format(last=day_of(ground.last), days=(facts.window.last - ground.last).days)
    if ground.first is not None:
        missing = sum(span.first < ground.first for span in facts.windows[1:])
        if missing:
            yield forms["short"].format(first=day_of(ground.first), units=missing, unit=unit)
    change, sources = facts.measures[0].change, facts.sources.change
    if change and sources and change.direction != "not told" and change.direction == sources.direction:
        yield forms["reporting"].format(direction=words["goes"][change.direction])
    if unknown := facts.measures[0].deaths.unknown:
        yield forms["unknown"].format(events=events_of(unknown, words))
    if facts.left_out:
        listed = ", ".join(words["left_out"][name].format(n=many) for name, many in sorted(facts.left_out.items()))
        yield forms["left_out"].format(listed=listed)
    yield from ground.notes
    yield forms["full" if ground.internal else "mask"]


def _computed(facts: Facts, ground: Ground, words: Words) -> Iterator[tuple[str, str]]:
    made, unit = words["made"], words["unit"][facts.unit]
    yield made["period"], _span(facts.window, words)
    yield (
        made["compared"],
        made["compared_value"].format(
            unit=unit,
            before=_span(facts.windows[1], words),
            first=day_of(facts.windows[BEFORE].first),
            last=day_of(facts.windows[1].last),
        ),
    )
    yield made["data"], ground.data
    if ground.as_of is not None:
        yield made["as_of"], f"{ground.as_of:%Y-%m-%d %H:%M} UTC"
    if ground.first and ground.last:
        yield made["coverage"], words["period"].format(first=day_of(ground.first), last=day_of(ground.last))
    yield made["events"], number(len(facts.events))
    yield made["counting"], made["counting_value"]
    yield made["method"], made["method_value"]
    if ground.made_with:
        yield made["made_with"], "; ".join(f"{name} {version}" for name, version in ground.made_with)
