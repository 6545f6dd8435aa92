"""The report: one page that opens with no network and lets a person look."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from datetime import UTC, date
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FunctionLoader, StrictUndefined

from tocsin.errors import UsageError
from tocsin.export._files import replacing
from tocsin.export._outline import Box, box_of, pack_outline
from tocsin.interfaces import Edition
from tocsin.records import Count, Counts, PublicClaim, PublicEvent

__all__ = ["DEFAULT_LIMIT", "map_box", "write_report"]

DEFAULT_LIMIT = 5_000
"""How many events a page holds by default; a phone still opens and filters that many without a pause."""

# One event in the news can gather hundreds of claims; the page shows the first and says how many more there are.
_MOST_CLAIMS = 60
# The table for readers without scripts repeats what the page holds; beyond this it only makes the page heavy.
_MOST_PLAIN_ROWS = 500

_LIBRARY = "vendor/d3.min.js"
_SCRIPTS = ("words.js", "data.js", "map.js", "timeline.js", "list.js", "report.js")

# Which colour of report.css an event type has; other codebooks' types take the free ones, then the last.
_COLOURS = {
    "Battles": 0,
    "Explosions/Remote violence": 1,
    "Violence against civilians": 2,
    "Protests": 3,
    "Riots": 4,
    "Strategic developments": 5,
}
_FREE_COLOURS = (6, 7, 8)
_NO_TYPE_COLOUR = 8

_GROUPS = ("incidents", "background", "denied", "possible", "threatened", "generic", "withdrawn")


def write_report(
    events: Sequence[PublicEvent],
    outline: Mapping[str, Any],
    path: Path,
    edition: Edition,
    *,
    internal: bool = False,
    limit: int = DEFAULT_LIMIT,
) -> None:
    """Write a self-contained page of `events` to `path`.

    The page loads nothing from anywhere: its own rules (a content security policy with the hashes of its script
    and style) forbid it, and everything that comes from data is put in as text.

    Parameters
    ----------
    events : sequence of PublicEvent
        In any order. The figures at the top cover all of them.
    outline : mapping
        ``countries`` and ``admin1``: GeoJSON FeatureCollections of polygons, longitude and latitude in degrees,
        with the properties ``name`` and ``iso3``; or one FeatureCollection of both, told apart by the property
        ``level`` (``country`` or ``admin1``). Empty collections give a map without boundaries. :func:`map_box` says
        which part of the world is needed.
    path : Path
        The file to write; it is replaced only once the new one is whole.
    edition : Edition
        What the page is called, the day as of which the dataset is shown, and what to say about the work behind it.
    internal : bool
        Whether to put the banner "INTERNAL: do not forward" on every page and keep the file to its owner.
    limit : int
        At most so many events are put in, incidents first, the latest first; the page says how many were left out.

    Raises
    ------
    UsageError
        If the browser libraries have not been set up, or `limit` is negative.
    """
    if limit < 0:
        raise UsageError(f"limit: {limit} is below zero; give how many events the page may hold")
    words = _words()
    ordered = sorted(events, key=_order)
    shown = ordered[:limit]
    types = _types(ordered)
    focus = _focus(shown)
    data = {
        "types": types,
        "reasons": dict(edition.reasons),
        "outline": pack_outline(outline, focus, frozenset(e.iso3 for e in shown)),
        "events": [_embed_event(event, types, words) for event in shown],
    }
    script, style = _script(), _static("report.css")
    page = _template().render(
        w=words,
        title=edition.title,
        as_of=edition.as_of.astimezone(UTC).date(),
        internal=internal,
        edition=edition,
        figures=_figures(ordered, types, words),
        shown=len(shown),
        total=len(ordered),
        plain=[_plain(event, words) for event in shown[:_MOST_PLAIN_ROWS]],
        data=_json(data),
        words_json=_json(words),
        script=script,
        style=style,
        script_hash=_hash(script),
        style_hash=_hash(style),
        reason_words=lambda code: edition.reasons.get(code, code.replace("_", " ")),
    )
    with replacing(path, private=internal) as file:
        file.write(page)


def map_box(events: Sequence[PublicEvent]) -> tuple[float, float, float, float] | None:
    """What a map of `events` may show as it opens: west, south, east, north in degrees; None where none has a point."""
    focus = _focus(events)
    return None if focus is None else astuple(focus.padded())


def _focus(events: Sequence[PublicEvent]) -> Box | None:
    points = ((e.longitude, e.latitude) for e in events)
    return box_of((x, y) for x, y in points if x is not None and y is not None)


def _static(name: str) -> str:
    return (resources.files("tocsin.export") / "static" / name).read_text(encoding="utf-8")


def _script() -> str:
    try:
        library = _static(_LIBRARY)
    except FileNotFoundError:
        raise UsageError(
            f"the browser libraries of the report are missing (export/static/{_LIBRARY}); "
            "set them up once with `npm ci --ignore-scripts && npm run build` in the project's folder"
        ) from None
    script = "\n".join([library, '"use strict";', *(_static(name) for name in _SCRIPTS)])
    if "</script" in script.lower() or "<!--" in script:
        raise UsageError("a script of the report holds an HTML tag and cannot be put in a page; build it again")
    return script


def _words() -> dict[str, Any]:
    words: dict[str, Any] = json.loads(_static("report.en.json"))
    return words


def _template() -> Any:
    def load(name: str) -> str:
        return (resources.files("tocsin.export") / "templates" / name).read_text(encoding="utf-8")

    environment = Environment(
        loader=FunctionLoader(load), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = lambda n: f"{n:,}"
    environment.filters["day"] = _day
    return environment.get_template("report.html")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _json(value: object) -> str:
    """JSON that can stand inside a script element: no tag, comment or line separator can come out of it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _group(event: PublicEvent) -> str:
    """Which part of the page an event belongs to; only `incidents` are counted as such."""
    if event.status in ("rejected", "withdrawn"):
        return "withdrawn"
    if event.modality == "asserted":
        return "background" if event.background else "incidents"
    return {"planned": "threatened", "aggregate": "generic"}.get(event.modality, event.modality)


def _order(event: PublicEvent) -> tuple[int, int, str]:
    """Incidents first, the latest first, the undated last."""
    return _GROUPS.index(_group(event)), -(event.date_start.toordinal() if event.date_start else 0), event.id


def _types(events: Sequence[PublicEvent]) -> dict[str, int]:
    """The colour of each event type that occurs, those of the core codebook first and in their order."""
    names = {e.event_type for e in events}
    known = [name for name in _COLOURS if name in names]
    types = {name: _COLOURS[name] for name in known}
    free = iter(_FREE_COLOURS)
    for name in sorted(names - set(known)):
        types[name] = next(free, _NO_TYPE_COLOUR) if name else _NO_TYPE_COLOUR
    return types


# --- figures --------------------------------------------------------------------------------------------------------


def _figures(events: Sequence[PublicEvent], types: Mapping[str, int], words: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers at the top of the page, over all events."""
    incidents = [e for e in events if _group(e) == "incidents"]
    days = [d for e in incidents for d in (e.date_start, e.date_end) if d]
    by_type = []
    for name, colour in types.items():
        of_type = [e for e in incidents if e.event_type == name]
        if of_type:
            by_type.append({"name": name or words["no_type"], "colour": colour, **_tally(of_type, incidents, words)})
    most = max((line["count"] for line in by_type), default=0)
    for line in by_type:
        line["share"] = round(100 * line["count"] / most, 1)
    return {
        **_tally(incidents, incidents, words),
        "by_type": by_type,
        "period": _period(min(days), max(days), words) if days else "",
        "countries": sorted({e.country for e in incidents if e.country}),
        "disputed": sum(bool(e.disputed) for e in incidents),
        "unplaced": sum(e.latitude is None or e.longitude is None for e in incidents),
        "undated": sum(e.date_start is None for e in incidents),
        "groups": [(g, n) for g, n in sorted(_group_counts(events).items(), key=lambda i: _GROUPS.index(i[0]))],
        "in_table": sum(bool(e.rows) for e in events),
        "rows": len({row.event_id_cnty for e in events for row in e.rows}),
        "left_out": sorted(
            Counter(e.not_exported for e in events if not e.rows).items(), key=lambda item: (-item[1], item[0])
        ),
    }


def _group_counts(events: Sequence[PublicEvent]) -> Counter[str]:
    return Counter(_group(e) for e in events)


def _tally(events: Sequence[PublicEvent], everyone: Sequence[PublicEvent], words: Mapping[str, Any]) -> dict[str, Any]:
    """How many events, and how many dead in all. A part of another incident here adds no deaths of its own."""
    whole = {e.id for e in everyone}
    low = high = 0
    unknown, stated = 0, False
    for event in events:
        deaths = event.counts.deaths
        if deaths is None or deaths == Count(words=deaths.words, rule=deaths.rule):
            unknown += 1
        elif event.part_of not in whole:
            stated = True
            low += _first(deaths.low, deaths.best, 0)
            high += _first(deaths.high, deaths.best, deaths.low, 0)
    killed = _range(Count(low, None, high), words) if stated else ""
    return {"count": len(events), "killed": killed, "unknown": unknown}


def _first(*figures: int | None) -> int:
    return next(figure for figure in figures if figure is not None)


# --- one event ------------------------------------------------------------------------------------------------------


def _range(count: Count, words: Mapping[str, Any]) -> str:
    """How a range reads: ``12``, ``12–18``, ``at least 12``, ``up to 40``; empty where nothing is stated."""
    low, best, high = count.low, count.best, count.high
    if low is not None and high is not None and low != high:
        return f"{low:,}–{high:,}"
    if best is not None:
        if high is not None and high != best:
            return f"{best:,}–{high:,}"
        if low is not None and low != best:
            return f"{low:,}–{best:,}"
        return f"{best:,}"
    if low is not None:
        return f"{low:,}" if high is not None else str(words["count.at_least"]).format(n=f"{low:,}")
    return "" if high is None else str(words["count.up_to"]).format(n=f"{high:,}")


def _counts(counts: Counts, words: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Each count that is stated: its figure for drawing, and how it reads."""
    found = {}
    for name in ("deaths", "injured", "detained", "abducted", "displaced"):
        count: Count | None = getattr(counts, name)
        text = _range(count, words) if count else ""
        if count and text:
            found[name] = {"figure": _first(count.best, count.low, count.high), "text": text}
    return found


def _without_blanks(record: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: at thousands of events, absent keys are what keeps the page light."""
    return {key: value for key, value in record.items() if not _blank(value)}


def _blank(value: object) -> bool:
    # Zero is a value: a latitude on the equator, a toll of none.
    return value is None or value is False or (isinstance(value, str | list | tuple | dict) and not value)


# What the page does not show, or shows in another form.
_EVENT_FIELDS = [
    f.name
    for f in fields(PublicEvent)
    if f.name not in ("counts", "rows", "fields", "claims", "iso3", "disorder_type", "actor1_kind", "actor2_kind")
]
_CLAIM_FIELDS = [f.name for f in fields(PublicClaim) if f.name not in ("counts", "quotes")]


def _embed_event(event: PublicEvent, types: Mapping[str, int], words: Mapping[str, Any]) -> dict[str, Any]:
    record = {name: msgspec.to_builtins(getattr(event, name)) for name in _EVENT_FIELDS}
    for number in ("latitude", "longitude"):
        if record[number] is not None:
            record[number] = round(record[number], 5)
    record |= {
        "group": _group(event),
        "colour": types[event.event_type],
        "counts": _counts(event.counts, words),
        "rows": [row.event_id_cnty for row in event.rows],
        "fields": [
            _without_blanks({"name": f.name, "rule": f.rule, "claims": f.claim_ids, "against": f.disputed_by})
            for f in event.fields
        ],
        "claims": [_embed_claim(claim, words) for claim in event.claims[:_MOST_CLAIMS]],
        "more_claims": max(0, len(event.claims) - _MOST_CLAIMS),
    }
    return _without_blanks(record)


def _embed_claim(claim: PublicClaim, words: Mapping[str, Any]) -> dict[str, Any]:
    record = {name: msgspec.to_builtins(getattr(claim, name)) for name in _CLAIM_FIELDS}
    if record["attribution"] == "none":
        record["attribution"] = ""
    record["counts"] = _counts(claim.counts, words)
    record["quotes"] = [[quote.field, quote.words] for quote in claim.quotes]
    return _without_blanks(record)


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def _period(first: date, last: date, words: Mapping[str, Any]) -> str:
    if first == last:
        return _day(first)
    start = f"{first.day} {first:%B}" if first.year == last.year else _day(first)
    return str(words["period"]).format(first=start, last=_day(last))


def _plain(event: PublicEvent, words: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the table for readers without scripts."""
    days = list(dict.fromkeys(d.isoformat() for d in (event.date_start, event.date_end) if d))
    deaths = _range(event.counts.deaths, words) if event.counts.deaths else ""
    return {
        "group": words["groups"][_group(event)],
        "days": " – ".join(days) or words["date_unknown"],
        "type": event.sub_event_type or event.event_type or words["no_type"],
        "place": ", ".join(dict.fromkeys(p for p in (event.location, event.admin1, event.country) if p)),
        "actor1": event.actor1,
        "actor2": event.actor2,
        "deaths": deaths or words["not_stated"],
        "sources": "; ".join(dict.fromkeys(c.source for c in event.claims if c.source)),
    }
