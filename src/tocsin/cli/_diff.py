"""``tocsin diff``: what a release of a dataset changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli._import import Mapping
from tocsin.cli._options import AsJson
from tocsin.cli._screen import answer, answering, print_json, print_problems, watching

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tocsin.linking import ChangeKind, Release, RowChange, YearChange
    from tocsin.pipeline import Diffed

__all__ = ["diff", "render_diff"]

_SHOWN = 20
"""Rows and years shown on the screen; --out and --json have all."""

_WORDS: dict[ChangeKind, str] = {
    "renumbered": "under another id",
    "moved": "moved",
    "placed": "place named otherwise",
    "recoded": "type recoded",
    "actors": "actors recoded",
    "redated": "re-dated",
    "recounted": "re-counted",
    "sourced": "other sources or notes",
}


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The older release.", show_default=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The newer one.", show_default=False)],
    mapping: Mapping = None,
    table: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write every change there as CSV, a row a field.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a release of a dataset changed: events added, removed, moved, recoded, re-dated and re-counted.

    Events are the same by their id, else by the best match on one day at one place between the same actors. How
    releases write days and numbers, and in which order they have their columns, is no change.
    """
    with answering(as_json=as_json):
        from tocsin import pipeline

        with watching(as_json) as progress:
            found = pipeline.diff_datasets(old, new, mapping, progress)
        if table is not None:
            pipeline.write_diff(found.release, table)
        if as_json:
            print_json(found)
        else:
            print_problems(found.problems)
            answer(render_diff(found))
    if found.problems:
        raise typer.Exit(1)


def render_diff(found: Diffed) -> RenderableType:
    """The figures, the years whose deaths differ, and the first of the rows."""
    from rich.console import Group
    from rich.text import Text

    from tocsin.cli._account import lines

    release = found.release
    return Group(
        lines([(found.datasets[1], release.rows[1], [f"rows, {release.rows[0]:,} before"]), *_figures(release)]),
        *_section("Deaths by country and year (best; low to high)", [_year(y) for y in release.years]),
        *_section("Added", [_event(row) for row in release.added]),
        *_section("Removed", [_event(row) for row in release.removed]),
        *_section("Changed", [text for change in release.changed for text in _changes(change)]),
        Text() if release.years or release.changed or release.added or release.removed else Text("Nothing changed."),
    )


def _figures(release: Release) -> Iterator[tuple[str, int, Sequence[str]]]:
    yield "Added", len(release.added), []
    yield "Removed", len(release.removed), []
    notes = []
    for kind, words in _WORDS.items():
        changes = release.of_kind(kind)
        if changes:
            far = [change.km for change in changes if change.km is not None] if kind == "moved" else []
            apart = f" (median {median(far):,.1f} km, at most {max(far):,.1f} km)" if far else ""
            notes.append(f"{len(changes):,} {words}{apart}")
    yield "Changed", len(release.changed), notes


def _section(title: str, rows: Sequence[str]) -> Iterator[RenderableType]:
    from rich.text import Text

    if not rows:
        return
    yield Text()
    yield Text(title, style="bold")
    for row in rows[:_SHOWN]:
        yield Text(f"  {row}")
    if len(rows) > _SHOWN:
        yield Text(f"  and {len(rows) - _SHOWN:,} more: --out FILE writes them all", style="dim")


def _year(change: YearChange) -> str:
    before, after = change.deaths_best
    events = change.events[1] - change.events[0]
    then, now = (f"{low:,} to {high:,}" for low, high in zip(change.deaths_low, change.deaths_high, strict=True))
    where = f"{change.country or 'country unknown'} {change.year or 'year unknown'}"
    # Many datasets have one figure and no range.
    span = f"; {now}, was {then}" if any((*change.deaths_low, *change.deaths_high)) else ""
    return f"{where}: {after - before:+,} deaths ({before:,} → {after:,}{span}), {events:+,} events"


def _event(row: Any) -> str:
    actors = " – ".join(row[side] for side in ("actor1", "actor2") if row[side])
    deaths = "deaths unknown" if row["deaths_best"] is None else f"{row['deaths_best']:,} deaths"
    said = (row["id"], row["date_start"], row["location"], row["country_name"], actors, deaths)
    return ", ".join(str(each) for each in said if each)


def _changes(change: RowChange) -> Iterator[str]:
    name = change.after["id"] or _event(change.after)
    for field in change.fields:
        far = f" ({change.km:,.1f} km)" if change.km is not None and field in ("latitude", "longitude") else ""
        yield f"{name}: {field} {_said(change.before[field])} → {_said(change.after[field])}{far}"


def _said(value: Any) -> str:
    words = "unknown" if value is None else str(value)
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


_LONGEST = 60
"""Characters of a cell that are shown; notes run to thousands."""
