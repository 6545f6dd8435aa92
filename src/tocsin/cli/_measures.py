"""What commands that measure share: how data are named and chosen, and how a page is shown, written or printed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tocsin.cli._reading import isolated
from tocsin.cli._screen import answer, print_json, print_problems, screen
from tocsin.cli._settings import day
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.analysis import EventTable, Page, PageTable, Points, Selection

__all__ = [
    "ActorIs",
    "CountryIs",
    "Data",
    "DataMapping",
    "DivisionIs",
    "Html",
    "Since",
    "TypeIs",
    "Until",
    "command_line",
    "numbers",
    "opened",
    "points_computed",
    "selection",
    "show_page",
]

Data = Annotated[
    Path,
    typer.Argument(metavar="DATA", help="A workspace, the folder of a run, or an event table (UCDP, ACLED, GTD, CSV)."),
]
DataMapping = Annotated[
    Path | None,
    typer.Option("--columns", metavar="FILE", help="What the columns of another table hold (TOML; see datasets)."),
]
CountryIs = Annotated[str, typer.Option("--country", metavar="NAME", help="Only of this country: ISO code or name.")]
DivisionIs = Annotated[str, typer.Option("--admin1", metavar="NAME", help="Only of this first-level division.")]
ActorIs = Annotated[str, typer.Option("--actor", metavar="NAME", help="Only with a side whose name has this in it.")]
TypeIs = Annotated[
    str, typer.Option("--type", metavar="TYPE", help="Only this event type, code, or UCDP type of violence.")
]
Since = Annotated[str | None, typer.Option("--from", metavar="DATE", help="Only from this day on.")]
Until = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Only up to this day.")]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write a page with chart, caveats and tables.")
]

MOST_ROWS = 30
"""Rows of a table that are printed; the page and --json have all."""


def opened(data: Path, as_of: str | None, mapping: Path | None) -> EventTable:
    """The events that a person named."""
    from tocsin import pipeline

    return pipeline.open_events(data, pipeline.open_codebook(None), as_of=as_of, mapping=mapping)


def selection(country: str, admin1: str, actor: str, kind: str, since: str | None, until: str | None) -> Selection:
    """What was asked of events."""
    from tocsin.analysis import Selection

    first = None if since is None else day(since, "--from")
    last = None if until is None else day(until, "--to")
    if first and last and first > last:
        raise UsageError(f"--from {first} is after --to {last}")
    return Selection(country, admin1, actor, kind, first, last)


def numbers(words: str, option: str) -> tuple[float, ...]:
    """Numbers with commas between them.

    Raises
    ------
    UsageError
        If one is none; the message names the option and the word.
    """
    found = []
    for word in words.split(","):
        try:
            found.append(float(word))
        except ValueError:
            raise UsageError(f"{option}: {word.strip()!r} is not a number; write numbers as 0,1,7,14") from None
    return tuple(found)


def points_computed(points: Points) -> list[tuple[str, str]]:
    """What a page says of the data that points came from."""
    said = [("Data", points.data)]
    if points.as_of:
        said.append(("As of", points.as_of))
    said.append(("Events asked for", f"{points.asked:,}"))
    if points.left_out:
        said.append(("Left out", "; ".join(f"{many:,} {why}" for why, many in points.left_out)))
    return said


def command_line() -> str:
    """The command as it was typed, to be run again."""
    given = [word for word in sys.argv[1:] if word not in ("--json", "--quiet", "-q")]
    return shlex.join(["tocsin", *given])


def show_page(
    page: Page,
    result: Mapping[str, Any],
    html: Path | None,
    *,
    as_json: bool,
    quiet: bool,
    problems: Sequence[object] = (),
) -> None:
    """Write the page where asked, and print it, or its result as JSON; then name the rows that are not in it.

    Raises
    ------
    typer.Exit
        With 1 where there are such rows.
    """
    if html is not None:
        from tocsin.analysis import write_page

        write_page(page, html)
    if as_json:
        from tocsin.analysis import plain

        said = {"title": page.title, "answer": page.answer, "computed": dict(page.computed)}
        print_json(plain({**said, **result, "caveats": page.caveats}))
    elif not quiet:
        answer(_rendered(page))
        if html is not None:
            screen().print(Text(f"page written to {html}", style="dim"), soft_wrap=True)
    if problems:
        print_problems(problems)
        raise typer.Exit(1)


def _rendered(page: Page) -> RenderableType:
    parts: list[RenderableType] = [Text(isolated(page.title), style="bold")]
    parts += [Text(isolated(sentence)) for sentence in page.answer]
    for table in page.tables:
        parts += [Text(), Text(isolated(table.title), style="bold"), _table(table)]
    parts += [Text(), Text("Before you use this", style="bold")]
    parts += [Padding(Text(f"- {isolated(caveat)}"), (0, 0, 0, 1)) for caveat in page.caveats]
    computed = Table(box=None, pad_edge=False, show_header=False)
    computed.add_column(style="dim", no_wrap=True)
    computed.add_column(overflow="fold")
    for name, value in page.computed:
        computed.add_row(name, isolated(value))
    return Group(*parts, Text(), computed)


def _table(table: PageTable) -> RenderableType:
    drawn = Table(box=None, pad_edge=False)
    for name, is_number in zip(table.header, table.numeric, strict=True):
        drawn.add_column(name, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for row in table.rows[:MOST_ROWS]:
        drawn.add_row(*_cells(row))
    more = len(table.rows) - MOST_ROWS
    below = [table.note] if table.note else []
    if more > 0:
        below.append(f"{more:,} more rows are in --html and --json.")
    return Group(drawn, *(Text(line, style="dim") for line in below))


def _cells(row: Sequence[str]) -> list[Text]:
    return [Text(isolated(cell)) for cell in row]
