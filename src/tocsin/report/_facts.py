"""What there is to report: public events counted by period, division and actor, and those that stand out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from tocsin.analysis import Change, compared
from tocsin.records import PublicEvent
from tocsin.report._periods import Unit, Window, windows

__all__ = ["Aside", "Facts", "Line", "Toll", "counted", "gather", "label_of", "sources_of", "toll"]

LARGEST = 5
CIVILIAN = 4
NEW = 4
"""Events of each sort that are told in a sentence: together they fill a page."""


LEAST = 10
"""Counted in all thirteen periods together, below which nothing is compared. With more, 4 to 7 in a hundred series
drawn without any change are told as one (1,500 each, Poisson and negative binomial), nearly all of them as more."""


@dataclass(frozen=True, slots=True)
class Aside:
    """What an event table says of an event that a public event has no field for."""

    kind: str = ""
    """The dataset's own type, where it is none of the codebook's."""
    sources: int | None = None
    """How many sources the dataset names for it."""


@dataclass(frozen=True, slots=True)
class Toll:
    """Deaths of some events: what is stated summed up, and in how many of them nothing is."""

    low: int = 0
    best: int = 0
    high: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """Something counted in the period, in the one before, and over the twelve before.

    `change` is the period over the mean of the twelve before, None where too little was counted in all to compare.
    """

    name: str
    now: float
    before: float
    mean: float
    change: Change | None
    deaths: Toll = Toll()
    series: tuple[float, ...] = ()
    """The latest last."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a report says, before it is put into words.

    `largest`, `civilian`, `new_places` and `new_actors` are the events told in a sentence; `asides` are by event id.
    """

    unit: Unit
    windows: tuple[Window, ...]
    events: tuple[PublicEvent, ...]
    asides: Mapping[str, Aside]
    measures: tuple[Line, ...]
    types: tuple[Line, ...]
    divisions: tuple[Line, ...]
    actors: tuple[Line, ...]
    sources: Line
    largest: tuple[PublicEvent, ...]
    civilian: tuple[PublicEvent, ...]
    new_places: tuple[PublicEvent, ...]
    new_actors: tuple[tuple[str, PublicEvent], ...]
    disputed: tuple[PublicEvent, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def window(self) -> Window:
        """The period itself."""
        return self.windows[0]


def gather(events: Iterable[PublicEvent], unit: Unit, last: date, asides: Mapping[str, Aside]) -> Facts:
    """Count `events` in the period that ends on `last` and in those before it.

    An event stands in the period of its first day. One that is dated more coarsely than the period stands in none, and
    so do totals over a time and an area; both are counted in ``left_out``.
    """
    spans = windows(unit, last)
    by_window: list[list[PublicEvent]] = [[] for _ in spans]
    left_out: Counter[str] = Counter()
    for event in events:
        at = next((n for n, span in enumerate(spans) if event.date_start and event.date_start in span), None)
        if at is None:
            continue
        if reason := _not_counted(event, unit):
            left_out[reason] += at == 0
        else:
            by_window[at].append(event)
    now, past = by_window[0], [event for found in by_window[1:] for event in found]
    largest = _worst(now, LARGEST)
    civilian = _worst([e for e in now if _hits_civilians(e) and e not in largest], CIVILIAN)
    told = {e.id for e in (*largest, *civilian)}
    places = {_place(e) for e in past}
    new_places = _worst([e for e in now if _place(e) and _place(e) not in places and e.id not in told], NEW)
    return Facts(
        unit=unit,
        windows=spans,
        events=tuple(sorted(now, key=lambda e: (e.date_start or date.min, e.id))),
        asides=asides,
        measures=tuple(_measures(by_window)),
        types=_lines(by_window, lambda e: [label_of(e, asides)]),
        divisions=_lines(by_window, lambda e: [_division(e)]),
        actors=_lines(by_window, _sides),
        sources=_line("sources", [sum(sources_of(e, asides) or 0 for e in found) for found in by_window]),
        largest=tuple(largest),
        civilian=tuple(civilian),
        new_places=tuple(new_places) if past else (),
        new_actors=tuple(_new_actors(now, past)) if past else (),
        disputed=tuple(e for e in _worst(now, len(now)) if e.disputed),
        left_out={name: many for name, many in left_out.items() if many},
    )


def _not_counted(event: PublicEvent, unit: Unit) -> str:
    """Why an event is in no count; empty where it is. As :func:`tocsin.analysis.incidents` has it."""
    if event.status in ("rejected", "withdrawn"):
        return event.status
    if event.modality != "asserted":
        return event.modality
    finest = {"week": 2, "month": 3}[unit]
    return "coarse" if event.time_precision is None or event.time_precision > finest else ""


def counted(event: PublicEvent, whole: frozenset[str] = frozenset()) -> tuple[int, int, int] | None:
    """Low, best and high of an event's deaths, None where they are not stated or those of `whole` hold them."""
    deaths = event.counts.deaths
    if deaths is None or event.part_of in whole:
        return None
    low, best, high = deaths.low, deaths.best, deaths.high
    if low is None and best is None and high is None:
        return None

    def first(*figures: int | None) -> int:
        return next((figure for figure in figures if figure is not None), 0)

    # Of "up to forty" nobody is known to have died. A range holds its best figure, also where a row has it outside.
    middle = first(best, low)
    return min(first(low, best), middle), middle, max(first(high, best, low), middle)


def toll(events: Sequence[PublicEvent]) -> Toll:
    """Deaths of `events`; a part of another of them adds none of its own."""
    whole = frozenset(e.id for e in events)
    stated = [found for e in events if (found := counted(e, whole)) is not None]
    unknown = sum(counted(e) is None for e in events)
    low, best, high = (sum(figures) for figures in zip(*stated, strict=True)) if stated else (0, 0, 0)
    return Toll(low, best, high, unknown)


def label_of(event: PublicEvent, asides: Mapping[str, Aside]) -> str:
    """The event's type as people know it; empty where nobody says."""
    aside = asides.get(event.id)
    return event.event_type or (aside.kind if aside else "")


def sources_of(event: PublicEvent, asides: Mapping[str, Aside]) -> int | None:
    """How many independent sources tell of it; of an event table how many it names, None where it names none."""
    aside = asides.get(event.id)
    return event.lineages if aside is None else aside.sources


def _measures(by_window: Sequence[Sequence[PublicEvent]]) -> Iterable[Line]:
    yield _line("events", [len(found) for found in by_window], toll(by_window[0]))
    yield _line("deaths", [toll(found).best for found in by_window], toll(by_window[0]))
    yield _line("civilian", [sum(map(_hits_civilians, found)) for found in by_window])


def _line(name: str, counts: Sequence[float], deaths: Toll = Toll()) -> Line:
    now, before = counts[0], counts[1:]
    change = compared(np.array([now], float), np.array(before, float)) if sum(counts) >= LEAST else None
    return Line(name, now, before[0], float(np.mean(before)), change, deaths, tuple(reversed(counts)))


def _lines(
    by_window: Sequence[Sequence[PublicEvent]], names: Callable[[PublicEvent], Iterable[str]]
) -> tuple[Line, ...]:
    """A line a name, those with the most now first; an event counts once under each of its names."""
    found: dict[str, list[list[PublicEvent]]] = defaultdict(lambda: [[] for _ in by_window])
    for at, events in enumerate(by_window):
        for event in events:
            for name in dict.fromkeys(names(event)):
                found[name][at].append(event)
    lines = [_line(name, [len(events) for events in of], toll(of[0])) for name, of in found.items()]
    return tuple(sorted(lines, key=lambda one: (-one.now, -one.deaths.best, -one.mean, one.name)))


def _division(event: PublicEvent) -> str:
    return ", ".join(dict.fromkeys(filter(None, (event.admin1, event.country))))


def _sides(event: PublicEvent) -> list[str]:
    return [side for side in (event.actor1, event.actor2) if side]


def _place(event: PublicEvent) -> tuple[str, str, str] | None:
    if not event.location or event.place_precision not in ("exact", "near", "settlement"):
        return None
    return event.location, event.admin1, event.iso3


def _hits_civilians(event: PublicEvent) -> bool:
    return event.actor2_kind == "Civilians" or any(row.civilian_targeting for row in event.rows)


def _worst(events: Sequence[PublicEvent], most: int) -> list[PublicEvent]:
    """Those with the most deaths; what is stated comes before what is not, and the better told before the worse."""

    def order(event: PublicEvent) -> tuple[Hashable, ...]:
        figures = counted(event)
        best = figures[1] if figures else -1
        return -best, -event.lineages, event.date_start or date.min, event.id

    return sorted(events, key=order)[:most]


def _new_actors(now: Sequence[PublicEvent], past: Sequence[PublicEvent]) -> Iterable[tuple[str, PublicEvent]]:
    known = {side for event in past for side in _sides(event)}
    found: dict[str, PublicEvent] = {}
    for event in _worst(now, len(now)):
        for side in _sides(event):
            if side not in known:
                found.setdefault(side, event)
    return list(found.items())[:NEW]
