"""What came of an integration, as files: events, matches with their reasons, and what one dataset has alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin import export
from tocsin.errors import UsageError
from tocsin.linking import integration
from tocsin.pipeline._integrating import Integrated, Whole

__all__ = ["write_integration"]

_OF_EVENT = ("date_start", "date_end", "location", "admin1", "latitude", "longitude", "event_type", "actor1", "actor2")
_COMPARED = ("date_start", "location", "actor1", "actor2", "deaths_best")
_OF_ROW = ("date_start", "location", "actor1", "actor2", "deaths_best", "latitude", "longitude")


def write_integration(whole: Whole, out: Path) -> Integrated:
    """Write tables and a page into ``out/internal``, and return the account with the names of the files.

    Rows of datasets hold names and exact points, and nothing says that they may be passed on: so the files may not.

    Raises
    ------
    UsageError
        If they cannot be written.
    """
    try:
        folder = export.prepare_internal(out / "internal")
        export.write_internal_table(folder / "integrated.csv", *_events(whole))
        export.write_internal_table(folder / "matches.csv", *_matches(whole))
        export.write_internal_table(folder / "unique.csv", *_unique(whole))
        export.write_internal_table(folder / "overlaps.csv", *_overlaps(whole))
        export.write_internal_table(folder / "agreement.csv", *_agreement(whole))
        names = ["integrated.csv", "matches.csv", "unique.csv", "overlaps.csv", "agreement.csv", "integration.html"]
        if whole.flags:
            export.write_internal_table(folder / "episodes.csv", *_flags(whole))
            names.append("episodes.csv")
        if whole.account.problems:
            problems = ([p.path, p.item, p.reason] for p in whole.account.problems)
            export.write_internal_table(folder / "rejects.csv", ("file", "row", "reason"), problems)
            names.append("rejects.csv")
        export.write_integration_page(_page(whole), folder / "integration.html")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror or error})") from error
    return replace(whole.account, files=tuple(str(folder / name) for name in names))


_Table = tuple[Sequence[str], Iterator[Sequence[Any]]]


def _events(whole: Whole) -> _Table:
    columns = ["event", "datasets", "probability", *_OF_EVENT, "deaths_lowest", "deaths_highest"]
    columns += [f"{part}_{name}" for name in whole.names for part in ("row", "id")]
    return columns, _event_lines(whole)


def _event_lines(whole: Whole) -> Iterator[Sequence[Any]]:
    groups = whole.found.groups
    sureness = _sureness(whole)
    cells = [{key: _cells(c[key]) for key in (*_OF_EVENT, "deaths_best", "row", "id")} for c in whole.columns]
    for number, rows in enumerate(groups.tolist()):
        here = [at for at, row in enumerate(rows) if row >= 0]
        leading = cells[here[0]]
        tolls = [t for at in here if (t := cells[at]["deaths_best"][rows[at]]) is not None]
        yield (
            number + 1,
            "; ".join(whole.names[at] for at in here),
            sureness[number] if len(here) > 1 else None,
            *(leading[key][rows[here[0]]] for key in _OF_EVENT),
            min(tolls, default=None),
            max(tolls, default=None),
            *(None if row < 0 else cells[at][part][row] for at, row in enumerate(rows) for part in ("row", "id")),
        )


def _sureness(whole: Whole) -> list[float | None]:
    """Of each event of several datasets, the probability of its weakest link."""
    links = whole.found.links
    least = np.full(len(whole.found.groups), np.inf)
    known = ~np.isnan(links.probability)
    events = _event_of(whole, links.lists[known, 0], links.rows[known, 0])
    np.minimum.at(least, events, links.probability[known])
    return [round(p, 4) if np.isfinite(p) else None for p in least.tolist()]


def _event_of(whole: Whole, lists: NDArray[Any], rows: NDArray[Any]) -> NDArray[np.int64]:
    """The number of the event that each row is in, from nought."""
    events = np.empty(len(rows), np.int64)
    for at, columns in enumerate(whole.columns):
        held = whole.found.groups[:, at]
        number = np.empty(len(columns["row"]), np.int64)
        number[held[held >= 0]] = np.flatnonzero(held >= 0)
        here = lists == at
        events[here] = number[rows[here]]
    return events


def _matches(whole: Whole) -> _Table:
    columns = ["event", "probability", "days_apart", "km_apart", "reasons"]
    for side in ("a", "b"):
        columns += [f"{part}_{side}" for part in ("dataset", "row", "id", *_COMPARED)]
    return columns, _match_lines(whole)


def _match_lines(whole: Whole) -> Iterator[Sequence[Any]]:
    links = whole.found.links
    events = _event_of(whole, links.lists[:, 0], links.rows[:, 0])
    order = np.argsort(events, kind="stable")
    for one, other in sorted({(int(a), int(b)) for a, b in links.lists.tolist()}):
        of = order[(links.lists[order] == (one, other)).all(axis=1)]
        mine = {key: column[links.rows[of, 0]] for key, column in whole.columns[one].items()}
        its = {key: column[links.rows[of, 1]] for key, column in whole.columns[other].items()}
        days, kilometres = integration.day_gaps(mine, its), integration.distances(mine, its)
        sides = [
            list(zip(*(_cells(side[key]) for key in ("row", "id", *_COMPARED)), strict=True)) for side in (mine, its)
        ]
        for at, number in enumerate(of.tolist()):
            weights = dict(zip(links.fields, links.weights[number].tolist(), strict=True))
            probability = float(links.probability[number])
            yield (
                int(events[number]) + 1,
                None if np.isnan(probability) else round(probability, 4),
                int(days[at]),
                round(float(kilometres[at]), 2),
                reasons(weights),
                whole.names[one],
                *sides[0][at],
                whole.names[other],
                *sides[1][at],
            )


def reasons(weights: Mapping[str, float]) -> str:
    """What speaks for a match and what against, the weightiest first, in natural log odds.

    Examples
    --------
    >>> reasons({"date": 0.5, "place": -1.25, "deaths": float("nan")})
    'place -1.2, date +0.5'
    """
    stated = [(field, weight) for field, weight in weights.items() if weight == weight]
    return ", ".join(f"{field} {weight:+.1f}" for field, weight in sorted(stated, key=lambda item: -abs(item[1])))


def _unique(whole: Whole) -> _Table:
    return ("dataset", "row", "id", "doubtful", "matched_probability", *_OF_ROW), _unique_lines(whole)


def _unique_lines(whole: Whole) -> Iterator[Sequence[Any]]:
    groups, matched = whole.found.groups, whole.found.matched
    alone = (groups >= 0).sum(axis=1) == 1
    for at, (name, columns) in enumerate(zip(whole.names, whole.columns, strict=True)):
        here = np.flatnonzero(alone & (groups[:, at] >= 0))
        rows = groups[here, at]
        cells = zip(*(_cells(columns[key][rows]) for key in ("row", "id", *_OF_ROW)), strict=True)
        for probability, (row, native, *rest) in zip(matched[here].tolist(), cells, strict=True):
            known = probability == probability
            yield (
                name,
                row,
                native,
                "yes" if known and probability > 0.5 else "",
                round(probability, 4) if known else None,
                *rest,
            )


def _overlaps(whole: Whole) -> _Table:
    lines = (
        (*("X" if name in each.datasets else "" for name in whole.names), each.events)
        for each in whole.account.overlaps
    )
    return (*whole.names, "events"), lines


def _agreement(whole: Whole) -> _Table:
    lines = (
        (pair, each.field, each.measure, each.value, each.unit, each.of)
        for pair, measures in whole.account.agreements.items()
        for each in measures
    )
    return ("datasets", "field", "measure", "value", "unit", "matches"), lines


def _flags(whole: Whole) -> _Table:
    columns = [f"{part}_{what}" for what in ("episode", "event") for part in ("dataset", "row", "id")]
    lines = (
        [cell for at, row in (flag.episode, flag.event) for cell in _named(whole, at, row)] for flag in whole.flags
    )
    return columns, lines


def _named(whole: Whole, at: int, row: int) -> tuple[str, int, str | None]:
    return whole.names[at], int(whole.columns[at]["row"][row]), whole.columns[at]["id"][row]


def _page(whole: Whole) -> dict[str, Any]:
    account = whole.account
    return {
        "method": (
            "Matches have probabilities, learned from the datasets."
            if account.method == "likely"
            else "Matched by windows and taxonomies (the method of meltt)."
        ),
        "rows": account.rows,
        "events": account.events,
        "matches": account.matches,
        "datasets": account.datasets,
        "overlaps": [([n in each.datasets for n in whole.names], each.events) for each in account.overlaps],
        "agreements": [
            (
                pair,
                [
                    {"field": a.field, "measure": a.measure, "value": said(a.value, a.unit), "of": a.of}
                    for a in measures
                ],
            )
            for pair, measures in account.agreements.items()
        ],
    }


def said(value: float, unit: str) -> str:
    """A measure of agreement as people read it.

    Examples
    --------
    >>> said(0.5121, "share"), said(2.341, "km")
    ('51 %', '2.3 km')
    """
    return f"{value:.0%}".replace("%", " %") if unit == "share" else f"{value:.1f} {unit}"


def _cells(column: NDArray[Any]) -> list[Any]:
    """A column as cells of a table: nothing where unknown, whole numbers without a point."""
    if column.dtype.kind == "M":
        return [None if day is None else day.isoformat() for day in column.astype("datetime64[D]").tolist()]
    if column.dtype.kind == "f":
        return [None if x != x else int(x) if x.is_integer() else x for x in column.tolist()]
    cells: list[Any] = column.tolist()
    return cells
