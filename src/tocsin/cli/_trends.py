"""``tocsin panel`` and ``tocsin trends``: counts by place and period, and where they go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer
from rich.text import Text

from tocsin.cli._measures import (
    ActorIs,
    CountryIs,
    Data,
    DataMapping,
    DivisionIs,
    Html,
    Since,
    TypeIs,
    Until,
    command_line,
    opened,
    selection,
    show_page,
)
from tocsin.cli._options import AsJson, AsKnown, Quiet
from tocsin.cli._screen import answering, screen, watching
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.analysis import Cell, EventTable, Period, Selection

__all__ = ["panel", "trends"]

By = Annotated[
    str,
    typer.Option("--by", metavar="CELLS", help="country, admin1, admin2, priogrid, h3, actor, event_type, code, all."),
]
Every = Annotated[str, typer.Option("--period", metavar="PERIOD", help="week, month, quarter or year.")]


def panel(
    data: Data,
    by: By = "country",
    period: Every = "month",
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write all rows: .csv or .parquet.")
    ] = None,
    population: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="People of each cell (CSV), for rates a hundred thousand people."),
    ] = None,
    country: CountryIs = "",
    admin1: DivisionIs = "",
    actor: ActorIs = "",
    kind: TypeIs = "",
    since: Since = None,
    until: Until = None,
    mapping: DataMapping = None,
    as_of: AsKnown = None,
    html: Html = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Count events and deaths by place, actor or type and period: zero where none was recorded, empty if not covered.

    Cells are crossed with each other: --by admin1,event_type. How many events stand in no cell is said, and why. With
    --population, a CSV of the same cells and a column population (and year), rows have rates a hundred thousand people.
    """
    with answering(as_json=as_json):
        cells, unit = _cells(by), _period(period)
        chosen = selection(country, admin1, actor, kind, since, until)
        if write is not None and write.suffix not in (".csv", ".parquet"):
            raise UsageError(f"--write {write}: name a file that ends in .csv or .parquet")
        from tocsin import analysis

        with watching(quiet or as_json) as progress:
            progress.start("Counting", None)
            events = opened(data, as_of, mapping)
            counted = analysis.panel_of(events, cells, unit, chosen)
            page = analysis.panel_page(counted, _computed(events, chosen), events.caveats, command_line())
            if population is not None:
                counted = analysis.with_rates(counted, population)
            if write is not None:
                analysis.write_panel(counted, write)
            progress.finish()
        rows = counted.table.to_pyarrow().to_pylist() if as_json else []
        if write is not None and not (as_json or quiet):
            screen().print(Text(f"all rows written to {write}", style="dim"), soft_wrap=True)
        result = {"left_out": dict(counted.left_out), "rows": rows}
        show_page(page, result, html, as_json=as_json, quiet=quiet, problems=events.problems)


def trends(
    data: Data,
    by: By = "all",
    period: Every = "month",
    measure: Annotated[str, typer.Option(metavar="WHAT", help="events or deaths.")] = "events",
    most: Annotated[int, typer.Option(min=1, max=20, metavar="N", help="How many cells, those with the most.")] = 6,
    country: CountryIs = "",
    admin1: DivisionIs = "",
    actor: ActorIs = "",
    kind: TypeIs = "",
    since: Since = None,
    until: Until = None,
    mapping: DataMapping = None,
    as_of: AsKnown = None,
    html: Html = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Tell where counts stand and where they go: level, change on the year before, seasons, when the level changed.

    The number of sources is shown beside the counts: where both change together, it may be the reporting that changed.
    """
    with answering(as_json=as_json):
        cells, unit = _cells(by), _period(period)
        if measure not in ("events", "deaths"):
            raise UsageError(f"--measure {measure!r}: choose events or deaths")
        chosen = selection(country, admin1, actor, kind, since, until)
        from tocsin import analysis

        with watching(quiet or as_json) as progress:
            progress.start("Counting", None)
            events = opened(data, as_of, mapping)
            what: analysis.Counted = "deaths_best" if measure == "deaths" else "events"
            series = analysis.series_of(events, cells, unit, what, chosen, most)
            found = [analysis.trend(one) for one in series]
            progress.finish()
        page = analysis.trends_page(series, found, _computed(events, chosen), events.caveats, command_line())
        result = {"trends": found, "series": series}
        show_page(page, result, html, as_json=as_json, quiet=quiet, problems=events.problems)


def _cells(by: str) -> tuple[Cell, ...]:
    from tocsin import analysis

    found: list[Cell] = []
    for word in by.split(","):
        name = word.strip()
        cell: Cell | None = next((one for one in get_args(analysis.Cell) if one == name), None)
        if cell is None:
            raise UsageError(f"--by {name!r}: choose of {', '.join(get_args(analysis.Cell))}")
        found.append(cell)
    return tuple(found)


def _period(period: str) -> Period:
    from tocsin import analysis

    found: Period | None = next((one for one in get_args(analysis.Period) if one == period), None)
    if found is None:
        raise UsageError(f"--period {period!r}: choose of {', '.join(get_args(analysis.Period))}")
    return found


def _computed(events: EventTable, chosen: Selection) -> list[tuple[str, str]]:
    said = [("Data", f"{events.name}; {chosen.words}" if chosen.words else events.name)]
    if events.as_of:
        said.append(("As of", f"{events.as_of:%Y-%m-%d %H:%M} UTC"))
    return said
