"""Charts and the map of a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import cos, radians
from typing import Any

from tocsin.analysis import Chart, Colours, drawing, pictured
from tocsin.records import PublicEvent
from tocsin.report._facts import Facts, Line, counted

__all__ = ["map_box", "map_chart", "map_points", "series_chart"]

_MARGIN = 0.4
"""Degrees around the outermost events: one that is alone still has its district around it."""
_WIDEST, _NARROWEST = 2.6, 0.75
"""Width over height of a map."""

Polygon = Any


def series_chart(facts: Facts, words: Mapping[str, Any]) -> Chart:
    """Events and deaths by period, side by side."""
    unit = words["unit"][facts.unit]
    events, deaths = facts.measures[0], facts.measures[1]
    with drawing(8.0, 2.8) as figure:
        left, right = figure.subplots(1, 2)
        _bars(left, events, facts, words["chart"]["series"].format(unit=unit))
        _bars(right, deaths, facts, words["chart"]["deaths"].format(unit=unit))
        return pictured(figure, words["chart"]["says"].format(unit=unit))


def _bars(axes: Any, line: Line, facts: Facts, title: str) -> None:
    from matplotlib.ticker import MaxNLocator

    spans = list(reversed(facts.windows))
    colours = [*[Colours.BAND] * (len(spans) - 1), Colours.ONE]
    axes.bar(range(len(spans)), line.series, color=colours, width=0.8)
    axes.plot([-0.5, len(spans) - 1.5], [line.mean, line.mean], color=Colours.MARK, linewidth=1.4)
    named = range(len(spans) - 1, -1, -3)
    form = "%b %y" if facts.unit == "month" else "%d %b"
    axes.set_xticks(list(named), [f"{spans[n].last:{form}}" for n in named])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.grid(axis="x", visible=False)
    axes.set_title(title)
    axes.set_ylim(bottom=0)


def map_points(events: Sequence[PublicEvent]) -> list[tuple[float, float, PublicEvent]]:
    """Longitude, latitude and event of those that are placed at a settlement (finer is shown nowhere)."""
    fine = ("exact", "near", "settlement")
    return [
        (e.longitude, e.latitude, e)
        for e in events
        if e.longitude is not None and e.latitude is not None and e.place_precision in fine
    ]


def map_chart(facts: Facts, outline: Mapping[str, Any], words: Mapping[str, Any], internal: bool) -> Chart | None:
    """Divisions shaded by events beside the events themselves; None where none has a point."""
    points = map_points(facts.events)
    divided = _divided(facts.events)
    if not divided:
        return None
    shapes = list(_shapes(outline))
    says = words["map"]["says_internal" if internal else "says"].format(
        divided=len(divided), all=len(facts.events), placed=len(points)
    )
    frame = _frame(divided)
    wide = _ratio(frame)
    # What is wide stands one above the other, what is high side by side.
    rows, high = (2, min(3.4, 8 / wide) * 2 + 0.8) if wide > 1.5 else (1, min(4 / wide, 4.6) + 0.5)
    with drawing(8.0, high) as figure:
        left, right = figure.subplots(rows, 3 - rows)
        _shade(left, shapes, divided)
        for level, shape in shapes:
            for axes in (left, right):
                _outline(axes, shape, level)
        sizes = [14 + 7 * min((counted(e) or (0, 0, 0))[1], 100) ** 0.75 for _, _, e in points]
        right.scatter(
            [x for x, _, _ in points], [y for _, y, _ in points], s=sizes, color=Colours.ONE, alpha=0.55, linewidths=0
        )
        for axes, title in ((left, "divisions"), (right, "points")):
            _clear(axes, frame)
            axes.set_title(words["map"][title])
        return pictured(figure, says)


def map_box(events: Sequence[PublicEvent]) -> tuple[float, float, float, float] | None:
    """What the map of `events` shows: west, south, east, north in degrees; None where none has a point."""
    points = _divided(events)
    return _frame(points) if points else None


def _divided(events: Sequence[PublicEvent]) -> list[tuple[float, float]]:
    """Where events are that are placed in a division or finer."""
    return [
        (e.longitude, e.latitude)
        for e in events
        if e.longitude is not None and e.latitude is not None and e.place_precision not in ("country", None)
    ]


def _shapes(outline: Mapping[str, Any]) -> Iterator[tuple[str, Polygon]]:
    from shapely.geometry import shape

    # A gazetteer gives one collection of both levels, or one of each.
    both = [(feature["properties"].get("level", ""), feature) for feature in outline.get("features", ())]
    for level, name in (("country", "countries"), ("admin1", "admin1")):
        both += [(level, feature) for feature in outline.get(name, {}).get("features", ())]
    for level, feature in both:
        yield level, shape(feature["geometry"])


def _rings(shape: Polygon) -> Iterator[Sequence[tuple[float, float]]]:
    for part in getattr(shape, "geoms", (shape,)):
        yield part.exterior.coords


def _outline(axes: Any, shape: Polygon, level: str) -> None:
    country = level == "country"
    for ring in _rings(shape):
        axes.plot(
            [x for x, *_ in ring],
            [y for _, y, *_ in ring],
            color=Colours.SOFT if country else Colours.HAIR,
            linewidth=0.9 if country else 0.6,
            zorder=1.5,
        )


def _shade(axes: Any, shapes: Sequence[tuple[str, Polygon]], points: Sequence[tuple[float, float]]) -> None:
    from matplotlib.patches import Polygon as Patch
    from shapely import contains_xy

    xs, ys = [x for x, _ in points], [y for _, y in points]
    # A map of half the world has countries only.
    levels = {level for level, _ in shapes}
    finest = "admin1" if "admin1" in levels else "country"
    counts = [(shape, int(contains_xy(shape, xs, ys).sum())) for level, shape in shapes if level == finest]
    most = max((many for _, many in counts), default=0)
    for shape, many in counts:
        if many:
            for ring in _rings(shape):
                alpha = 0.15 + 0.6 * (many / most) ** 0.5
                axes.add_patch(Patch([one[:2] for one in ring], facecolor=Colours.ONE, alpha=alpha, linewidth=0))


def _frame(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """West, south, east, north around `points`, no narrower and no flatter than a map can be read."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    margin = max(_MARGIN, 0.04 * max(max(xs) - min(xs), max(ys) - min(ys)))
    west, east = min(xs) - margin, max(xs) + margin
    south, north = max(-89.0, min(ys) - margin), min(89.0, max(ys) + margin)
    shrunk = cos(radians((south + north) / 2))
    wide, high = (east - west) * shrunk, north - south
    more = max(0.0, wide / _WIDEST - high) / 2
    south, north = max(-89.0, south - more), min(89.0, north + more)
    more = max(0.0, high * _NARROWEST - wide) / 2 / shrunk
    return west - more, south, east + more, north


def _ratio(frame: tuple[float, float, float, float]) -> float:
    west, south, east, north = frame
    return (east - west) * cos(radians((south + north) / 2)) / (north - south)


def _clear(axes: Any, frame: tuple[float, float, float, float]) -> None:
    west, south, east, north = frame
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    # A degree of longitude is shorter than one of latitude.
    axes.set_aspect(1 / cos(radians((south + north) / 2)))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set(visible=True, color=Colours.HAIR)
