"""Events to counts by cell and period, with true zeros, and with "not covered" distinct from zero.

A panel is an Ibis expression: the same one runs on DuckDB and on Spark, and nothing is computed before it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from ibis import Table

__all__ = ["Cell", "Coverage", "Panel", "Period", "incidents", "panel", "per_population", "period_bounds", "with_rates"]

Cell = Literal["all", "country", "admin1", "admin2", "priogrid", "h3", "actor", "event_type", "code"]
Period = Literal["week", "month", "quarter", "year"]

COLUMNS: Mapping[Cell, tuple[str, ...]] = {
    "all": (),
    "country": ("country",),
    "admin1": ("country", "admin1"),
    "admin2": ("country", "admin1", "admin2"),
    "priogrid": ("priogrid_gid",),
    "h3": ("h3",),
    "actor": ("actor",),
    "event_type": ("event_type",),
    "code": ("code",),
}
"""The columns that name a cell of each kind."""

POINTS = ("exact", "settlement", "near")
_FINE_ENOUGH: Mapping[Cell, tuple[str, ...]] = {
    "admin1": (*POINTS, "admin2", "admin1"),
    "admin2": (*POINTS, "admin2"),
    "priogrid": POINTS,
    "h3": POINTS,
}
"""How finely an event's place must be known to stand in a cell of each kind; its country is enough for the others."""
_DATED_ENOUGH: Mapping[Period, tuple[str, ...]] = {
    "week": ("day", "week"),
    "month": ("day", "week", "month"),
    "quarter": ("day", "week", "month"),
    "year": ("day", "week", "month", "year"),
}
_TRUNCATED: Mapping[Period, str] = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}
SUMS = ("deaths_low", "deaths_best", "deaths_high")
MEASURES = ("events", *SUMS, "deaths_unknown")
H3_RESOLUTION = 5
"""Cells of about 250 km², nine kilometres across: a district town with its villages."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days that a dataset covers: a period without events is zero inside them, and unknown outside.

    Attributes
    ----------
    first, last : date
        The first and the last day covered.
    gaps : tuple of (date, date)
        Stretches in between that are not covered, first and last day.
    areas : mapping of str to (date, date)
        What is covered of single countries (ISO alpha-3), where that is less.
    """

    first: date
    last: date
    gaps: tuple[tuple[date, date], ...] = ()
    areas: Mapping[str, tuple[date, date]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for first, last in ((self.first, self.last), *self.gaps, *self.areas.values()):
            if first > last:
                raise UsageError(f"a coverage from {first} to {last} ends before it begins; give the earlier day first")

    def covers(self, first: date, last: date) -> bool:
        """Whether all days from `first` to `last` are covered."""
        if first < self.first or last > self.last:
            return False
        return not any(gap[0] <= last and first <= gap[1] for gap in self.gaps)


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts by cell and period.

    `table` has the columns of the cells, ``period_start`` (date), ``events``, ``deaths_low``, ``deaths_best``,
    ``deaths_high`` (deaths that nobody stated count nothing; where one figure is stated, it is all three),
    ``deaths_unknown`` (events that state none), and ``covered``. Counts are null where a period is not covered.
    `left_out` counts the events that stand in no cell, by reason: ``date unknown``, ``date too coarse``, ``place
    unknown``, ``place too coarse``, ``outside coverage``.
    """

    table: Table
    cells: tuple[Cell, ...]
    period: Period
    coverage: Coverage
    left_out: Mapping[str, int]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that name a cell."""
        return _columns(self.cells)

    def query(self) -> str:
        """The panel as SQL: what was computed, for who wants to check it."""
        import ibis

        return str(ibis.to_sql(self.table, dialect="duckdb"))


def incidents(events: Table, *, aggregates: bool = True) -> Table:
    """The events that are counted: asserted, news or dated background, not rejected or withdrawn.

    The rows of a dataset say nothing of that. Those that sum up several incidents are rows to whoever publishes them,
    and are counted as such unless `aggregates` is false.
    """
    kept = events
    if "aggregate" in kept.columns and not aggregates:
        kept = kept.filter(~kept["aggregate"].fill_null(False))
    if "modality" in kept.columns:
        kept = kept.filter(kept.modality.isnull() | (kept.modality == "asserted"))
    if "background" in kept.columns:
        kept = kept.filter(~kept.background.fill_null(False) | kept.date_start.notnull())
    if "status" in kept.columns:
        kept = kept.filter(~kept.status.fill_null("draft").isin(["rejected", "withdrawn"]))
    return kept


def panel(
    events: Table,
    cells: Sequence[Cell] = ("country",),
    period: Period = "month",
    *,
    coverage: Coverage | None = None,
    universe: Table | None = None,
    aggregates: bool = True,
) -> Panel:
    """Count `events` by cell and period, completed with zeros where the dataset covers the period.

    An event stands in the period of its first day, whole: a siege of three months is one event of its first month. An
    event without a date or place that is fine enough for the cell stands nowhere and is counted in ``left_out``.
    With the cell ``actor`` it stands once for each of its two actors.

    Parameters
    ----------
    events : ibis Table
        With the columns of an event table (see ``docs/analysis.md``); further ones are passed over.
    cells : sequence of str
        Kinds of cells, crossed with each other: ``country``, ``admin1``, ``admin2``, ``priogrid``, ``h3``, ``actor``,
        ``event_type``, ``code``, or ``all`` for one cell.
    period : str
        ``week`` (from Monday), ``month``, ``quarter`` or ``year``.
    coverage : Coverage, optional
        By default from the first to the last period in which there is any event.
    universe : ibis Table, optional
        All cells that there are, so that those without any event are zero too; by default those with an event.
    aggregates : bool
        Whether a dataset's rows that sum up several incidents are counted.

    Raises
    ------
    UsageError
        If there is no such cell or period, a column is missing, or no event stands in any cell.
    """
    cells = tuple(cells) or ("all",)
    _check(events, cells, period)
    columns = _columns(cells)
    located = _located(incidents(events, aggregates=aggregates), cells, period)
    summary = _summary(located)
    if coverage is None:
        coverage = _found_coverage(summary, period)
    periods = _periods(coverage, period)
    inside = located.filter(
        (located.reason == "") & (located.period_start >= periods[0][0]) & (located.period_start <= periods[-1][0])
    )
    reasons = {reason: found.events for reason, found in summary.items() if reason}
    # Who gives a coverage is asked for one more look at the data; by default all that have a cell are inside.
    if (kept := summary.get("")) and (kept.first < periods[0][0] or kept.last > periods[-1][0]):
        reasons["outside coverage"] = kept.events - int(inside.count().execute())
    counts = inside.group_by([*columns, "period_start"]).agg(
        events=inside.count(),
        **{name: inside[name].sum() for name in SUMS},
        deaths_unknown=(inside.deaths_best.isnull() & inside.deaths_low.isnull()).sum(),
    )
    grid = _grid(counts if universe is None else universe, columns, periods, coverage)
    return Panel(_completed(grid, counts, columns), cells, period, coverage, reasons)


def with_rates(counted: Panel, file: Path) -> Panel:
    """The panel with ``population``, ``events_rate`` and ``deaths_rate``, the people of each cell from a CSV.

    Parameters
    ----------
    counted : Panel
    file : Path
        A column for each that names a cell, ``population``, and ``year`` where it differs from year to year.

    Raises
    ------
    UsageError
        If it cannot be read or a column is missing; the message names it.
    """
    import duckdb
    import ibis

    try:
        people = ibis.read_csv(file)
        table = per_population(counted, people)
    except (duckdb.Error, OSError) as error:
        raise UsageError(f"{file}: the people of each cell cannot be read from it ({error})") from None
    return replace(counted, table=table.drop(*[name for name in ("year",) if name in table.columns]))


def per_population(counted: Panel, population: Table, per: int = 100_000) -> Table:
    """The panel's table with ``population`` and, per that many people, ``events_rate`` and ``deaths_rate``.

    Parameters
    ----------
    counted : Panel
    population : ibis Table
        The columns of the cells and ``population``; with a column ``year`` the figure of that year is taken. A cell
        without a figure gets a null rate.
    per : int
        People that a rate is for.
    """
    keys: list[Any] = list(counted.columns)
    table = counted.table
    if "year" in population.columns:
        table = table.mutate(year=table.period_start.year())
        population = population.mutate(year=population.year.cast("int32"))
        table = table.mutate(year=table.year.cast("int32"))
        keys.append("year")
    missing = [key for key in (*keys, "population") if key not in population.columns]
    if missing:
        raise UsageError(f"the population table has no column {missing[0]!r}; it needs {', '.join(keys)}, population")
    joined = table.left_join(population.select(*keys, "population"), keys)
    joined = joined.drop(*[name for name in joined.columns if name.endswith("_right")])
    people = joined.population.nullif(0)
    return joined.mutate(events_rate=joined.events * per / people, deaths_rate=joined.deaths_best * per / people)


def _check(events: Table, cells: Sequence[Cell], period: Period) -> None:
    for cell in cells:
        if cell not in COLUMNS:
            raise UsageError(f"no cell {cell!r}; there are: {', '.join(COLUMNS)}")
    if period not in get_args(Period):
        raise UsageError(f"no period {period!r}; there are: {', '.join(get_args(Period))}")
    needed = {"date_start", "deaths_best"}
    for cell in cells:
        needed |= {"priogrid": {"latitude"}, "h3": {"latitude"}, "actor": {"actor1"}}.get(cell, set(COLUMNS[cell]))
    absent = sorted(needed - set(events.columns))
    if absent:
        raise UsageError(f"the events have no column {absent[0]!r}, which a panel by {', '.join(cells)} needs")


def _columns(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for cell in cells for column in COLUMNS[cell]))


def _located(events: Table, cells: Sequence[Cell], period: Period) -> Table:
    """`events` with the columns of their cells, ``period_start``, and ``reason``, empty where they stand in a cell."""
    import ibis

    events = _with_ranges(events)
    if "actor" in cells:
        events = _by_actor(events)
    if "priogrid" in cells:
        events = events.mutate(priogrid_gid=_priogrid(events.latitude, events.longitude))
    if "h3" in cells:
        events = _with_h3(events)
    none = ibis.literal("")
    tests = [(events.date_start.isnull(), "date unknown")]
    if "date_precision" in events.columns:
        tests.append((~events.date_precision.fill_null("day").isin(_DATED_ENOUGH[period]), "date too coarse"))
    for cell in cells:
        if cell in _FINE_ENOUGH and "place_precision" in events.columns:
            coarse = ~events.place_precision.fill_null("settlement").isin(_FINE_ENOUGH[cell])
            tests.append((coarse, "place too coarse"))
        why = "place unknown" if cell in _PLACES else f"{cell} unknown"
        tests += [(events[column].isnull(), why) for column in COLUMNS[cell]]
    reason = ibis.cases(*tests, else_=none)
    start = events.date_start.cast("date").truncate(_TRUNCATED[period]).cast("date")
    return events.select(*_columns(cells), *SUMS, period_start=start, reason=reason)


def _with_ranges(events: Table) -> Table:
    """`events` with low and high deaths: many datasets have one figure, and "at least three" has no highest."""
    import ibis

    stated: dict[str, Any] = {}
    for column, others in (("deaths_low", ("deaths_best",)), ("deaths_high", ("deaths_best", "deaths_low"))):
        named = [events[name] for name in (column, *others) if name in events.columns]
        stated[column] = ibis.coalesce(*named)
    return events.mutate(**stated)


_PLACES = ("country", "admin1", "admin2", "priogrid", "h3")


def _by_actor(events: Table) -> Table:
    """Each event once for each of its actors that is known; once without any where none is."""
    one = events.mutate(actor=events.actor1)
    two = events.filter(events.actor2.notnull() & (events.actor2 != events.actor1.fill_null("")))
    if "actor2" not in events.columns:
        return one
    return one.filter(one.actor.notnull() | one.actor2.isnull()).union(two.mutate(actor=two.actor2))


def _priogrid(latitude: Any, longitude: Any) -> Any:
    """As :func:`tocsin.records.priogrid_gid`, for columns."""
    import ibis

    row = ibis.least(((latitude + 90) * 2).floor().cast("int32"), 359)
    column = ibis.least(((longitude + 180) * 2).floor().cast("int32"), 719)
    # The least of nothing and 359 is 359.
    return ibis.ifelse(latitude.notnull() & longitude.notnull(), row * 720 + column + 1, ibis.null("int32"))


def _with_h3(events: Table) -> Table:
    """`events` with the column ``h3``. Each point is looked up once, so that it needs no function inside a database."""
    import h3
    import ibis

    points = events.filter(events.latitude.notnull() & events.longitude.notnull())
    frame = points.select("latitude", "longitude").distinct().execute()
    frame["h3"] = [
        h3.latlng_to_cell(latitude, longitude, H3_RESOLUTION)
        for latitude, longitude in zip(frame["latitude"], frame["longitude"], strict=True)
    ]
    joined = events.left_join(ibis.memtable(frame), ["latitude", "longitude"])
    return joined.drop(*[name for name in joined.columns if name.endswith("_right")])


@dataclass(frozen=True, slots=True)
class _Found:
    """How many events there are for one reason, and the first and last period that they stand in."""

    events: int
    first: date
    last: date


def _summary(located: Table) -> dict[str, _Found]:
    grouped = located.group_by("reason").agg(
        events=located.count(), first=located.period_start.min(), last=located.period_start.max()
    )
    rows = grouped.execute().itertuples(index=False)
    found = {}
    for reason, events, first, last in rows:
        dated = first is not None and first == first  # NaT, of events without a date, is not itself
        found[str(reason)] = _Found(int(events), _day(first) if dated else date.min, _day(last) if dated else date.min)
    return found


def _found_coverage(summary: Mapping[str, _Found], period: Period) -> Coverage:
    if "" not in summary:
        why = ", ".join(f"{found.events} with {reason}" for reason, found in summary.items()) or "there is none at all"
        raise UsageError(f"no event has the date and place that these cells need: {why}")
    return Coverage(summary[""].first, _next(summary[""].last, period) - timedelta(days=1))


def period_bounds(first: date, last: date, period: str) -> list[tuple[date, date]]:
    """First and last day of each whole period (``day``, or as a panel has them) from `first` to `last`."""
    if period == "day":
        return [(first + timedelta(days=n),) * 2 for n in range((last - first).days + 1)]
    kind: Period = next(name for name in get_args(Period) if name == period)
    return [(a, b) for a, b in _periods(Coverage(first, last), kind) if first <= a and b <= last]


def _day(value: Any) -> date:
    return date(value.year, value.month, value.day)


def _next(start: date, period: Period) -> date:
    if period == "week":
        return start + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    years, month = divmod(start.month - 1 + months, 12)
    return date(start.year + years, month + 1, 1)


def _first(day: date, period: Period) -> date:
    """The first day of the period that `day` is in."""
    if period == "week":
        return day - timedelta(days=day.weekday())
    if period == "year":
        return date(day.year, 1, 1)
    return date(day.year, day.month - (day.month - 1) % 3 if period == "quarter" else day.month, 1)


def _periods(coverage: Coverage, period: Period) -> list[tuple[date, date]]:
    """First and last day of each period that a coverage touches."""
    periods = []
    start = _first(coverage.first, period)
    while start <= coverage.last:
        following = _next(start, period)
        periods.append((start, following - timedelta(days=1)))
        start = following
    return periods


def _grid(cells: Table, columns: Sequence[str], periods: Sequence[tuple[date, date]], coverage: Coverage) -> Table:
    """Every cell in every period, and whether it is covered."""
    import ibis

    rows = [
        {"period_start": first, "period_end": last, "covered": coverage.covers(first, last)} for first, last in periods
    ]
    schema = {"period_start": "date", "period_end": "date", "covered": "boolean"}
    calendar = ibis.memtable(rows, schema=ibis.schema(schema))
    if not columns:
        return calendar.drop("period_end")
    grid = cells.select(*columns).distinct().cross_join(calendar)
    if coverage.areas and "country" in columns:
        for country, (first, last) in coverage.areas.items():
            within = (grid.period_start >= first) & (grid.period_end <= last)
            grid = grid.mutate(covered=grid.covered & ((grid.country != country) | within))
    return grid.drop("period_end")


def _completed(grid: Table, counts: Table, columns: Sequence[str]) -> Table:
    import ibis

    joined = grid.left_join(counts, [*columns, "period_start"])
    joined = joined.drop(*[name for name in joined.columns if name.endswith("_right")])
    values = {
        name: ibis.ifelse(joined.covered, joined[name].fill_null(0).cast("int64"), ibis.null("int64"))
        for name in MEASURES
    }
    return joined.mutate(**values).select(*columns, "period_start", *MEASURES, "covered")
