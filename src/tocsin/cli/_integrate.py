"""``tocsin integrate``: which rows of several event datasets are the same event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tocsin.cli._options import AsJson, Quiet
from tocsin.cli._screen import answer, answering, print_json, print_problems, watching
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.pipeline import ByWindows, Integrated, Likely

__all__ = ["integrate", "render_integrated"]

_BAR = 24


def integrate(
    datasets: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Two event datasets or more; NAME=FILE calls one what you like."),
    ],
    method: Annotated[
        str,
        typer.Option(
            metavar="likely|windows", help="Learn how accounts differ, or match by fixed windows, as meltt does."
        ),
    ] = "likely",
    km: Annotated[
        float | None, typer.Option(help="Kilometres between two accounts of an event: 15 where not given.")
    ] = None,
    days: Annotated[
        float | None, typer.Option(help="Days between two accounts of an event: 3 where not given.")
    ] = None,
    taxonomy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[COLUMN=]FILE", help="With windows: which categories of a column mean the same (repeatable)."
        ),
    ] = None,
    choose: Annotated[
        str,
        typer.Option(metavar="first|best", help="With windows: of several rows that fit, meltt's first or the best."),
    ] = "first",
    mapping: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FILE", help="What the columns of a dataset hold (TOML; repeatable)."),
    ] = None,
    out_dir: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write tables and a page into DIR/internal.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find which rows of two or more event datasets are the same event, what each has alone, and how far they agree.

    Every match comes with its probability and what speaks for it. Rows hold names and exact places, and may be
    restricted: files are written for you alone, into DIR/internal.
    """
    with answering(as_json=as_json):
        chosen = _check(method, km, days, taxonomy or [], choose)
        from tocsin import pipeline

        how = _method(chosen, km, days, taxonomy or [], choose)
        given = pipeline.dataset_files(datasets)
        mappings = _mappings(mapping or [], given)
        with watching(quiet or as_json) as progress:
            whole = pipeline.integrate_datasets(given, how, mappings, progress)
            account = pipeline.write_integration(whole, out_dir) if out_dir is not None else whole.account
        if as_json:
            print_json(account)
        else:
            print_problems(account.problems, out_dir / "internal" / "rejects.csv" if out_dir else None)
            if not quiet:
                answer(render_integrated(account))
    if account.problems:
        raise typer.Exit(1)


def _check(
    method: str, km: float | None, days: float | None, taxonomies: list[str], choose: str
) -> Literal["likely", "windows"]:
    if choose not in ("first", "best"):
        raise UsageError(f"--choose {choose}: may be first or best")
    if method == "windows":
        if km is None or days is None:
            raise UsageError("--method windows needs both windows: --km and --days")
        return "windows"
    if method != "likely":
        raise UsageError(f"--method {method}: may be likely or windows")
    if taxonomies or choose != "first":
        raise UsageError("--taxonomy and --choose are for --method windows; likely learns which categories go together")
    return "likely"


def _method(
    method: Literal["likely", "windows"], km: float | None, days: float | None, taxonomies: list[str], choose: str
) -> Likely | ByWindows:
    from tocsin import pipeline
    from tocsin.linking.integration import Reach, Windows

    if method == "windows" and km is not None and days is not None:
        return pipeline.ByWindows(
            Windows(km, days, "best" if choose == "best" else "first"), pipeline.taxonomy_files(taxonomies)
        )
    reach = Reach()
    if km is not None:
        reach = replace(reach, km=km)
    if days is not None:
        if not days.is_integer():
            raise UsageError(f"--days {days}: must be a whole number")
        reach = replace(reach, days=int(days))
    return pipeline.Likely(reach)


def _mappings(words: list[str], given: dict[str, Path]) -> dict[str, Path]:
    mappings = {}
    for word in words:
        name, equals, file = word.partition("=")
        if not equals or name not in given:
            raise UsageError(f"--mapping {word}: must be NAME=FILE, and NAME one of: {', '.join(given)}")
        mappings[name] = Path(file)
    return mappings


def render_integrated(account: Integrated) -> RenderableType:
    """The account of an integration: overlaps, datasets, agreement, files."""
    return Group(*_parts(account))


def _parts(account: Integrated) -> Iterator[RenderableType]:
    yield Text(
        f"{account.rows:,} rows are {account.events:,} events, {account.matches:,} of them in more than one dataset",
        style="bold",
    )
    if account.method == "likely" and account.matches:
        yield Text(f"{account.certain:,} links are sure to .9 or more, {account.likely:,} less", style="dim")
    if account.method == "windows":
        kinds = f"{account.of_a_day:,} of a day, {account.lasting:,} that last"
        yield Text(f"{kinds}; {account.flagged:,} events beside one that lasts, for you to judge", style="dim")
    yield Text()
    yield _overlaps(account)
    yield Text()
    yield _datasets(account)
    for pair, measures in account.agreements.items():
        yield Text()
        yield Text(f"Agreement: {_isolated(pair)}", style="bold")
        yield _agreement(measures)
    if account.files:
        yield Text()
        yield Text("INTERNAL: do not forward. Rows hold names and exact places.", style="dim italic")
        for file in account.files:
            yield Text(file, overflow="fold")


def _overlaps(account: Integrated) -> Table:
    table = _table(*(_isolated(each.name) for each in account.datasets), "Events", "")
    widest = max((each.events for each in account.overlaps), default=1)
    for each in account.overlaps:
        present = ("●" if dataset.name in each.datasets else "·" for dataset in account.datasets)
        bar = "━" * max(1, round(_BAR * each.events / widest))
        table.add_row(*present, f"{each.events:,}", Text(bar, style="blue"))
    return table


def _datasets(account: Integrated) -> Table:
    columns = ["Dataset", "Rows", "In another", "Alone"]
    doubtful = any(each.doubtful for each in account.datasets)
    unplaced = any(each.unplaced for each in account.datasets)
    columns += ["of these in doubt"] * doubtful + ["no day or point"] * unplaced
    table = _table(*columns)
    for each in account.datasets:
        figures = [each.rows, each.matched, each.unique, *[each.doubtful] * doubtful, *[each.unplaced] * unplaced]
        table.add_row(_isolated(each.name), *(f"{figure:,}" for figure in figures))
    return table


def _agreement(measures: Any) -> Table:
    from tocsin.pipeline import said

    table = _table("Field", "Measure", "Value", "Matches that state it")
    for each in measures:
        table.add_row(each.field, each.measure, said(each.value, each.unit), f"{each.of:,}")
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        right = column in ("Events", "Rows", "In another", "Alone", "of these in doubt", "no day or point", "Value")
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    return table


def _isolated(words: str) -> str:
    from tocsin.cli._reading import isolated

    return isolated(words)
