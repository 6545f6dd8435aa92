"""``tocsin undercount``: how many cases nobody named, by several models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli._measures import DataMapping, Html, command_line, show_page
from tocsin.cli._options import AsJson, AsKnown, Quiet
from tocsin.cli._screen import answering, watching
from tocsin.errors import NothingUsable, UsageError

if TYPE_CHECKING:
    from tocsin.analysis import Lists

__all__ = ["undercount"]


def undercount(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA", help="A row a case and a column a list (1 or 0); or an event table; or a workspace."
        ),
    ],
    lists: Annotated[
        str, typer.Option("--lists", metavar="A,B,C", help="Which columns are lists.  [default: all of 1 and 0]")
    ] = "",
    most: Annotated[
        int, typer.Option("--most", min=2, max=8, metavar="N", help="Of events: how many lists sources make.")
    ] = 4,
    mapping: DataMapping = None,
    as_of: AsKnown = None,
    html: Html = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Estimate how many cases there are, named by a list or by none, with several models side by side.

    Lists are columns of a table of cases, or, of events, the sources that tell of each; in a workspace a story and its
    copies are one source. The models assume different things; where they disagree no single number is given. Refused
    where assumptions plainly fail: one list, an empty one, lists that never meet.
    """
    with answering(as_json=as_json):
        from tocsin import analysis

        with watching(quiet or as_json) as progress:
            progress.start("Reading", None)
            found, said = _lists(data, _names(lists), most, as_of, mapping)
            progress.start("Estimating", None)
            result = analysis.undercount(found.named, found.names)
            progress.finish()
        page = analysis.undercount_page(result, said, found.caveats, command_line())
        shown = analysis.plain(result)
        if shown["latent_class"]:
            # Thousands of draws are for a program that asks for them in Python.
            del shown["latent_class"]["draws"]
        show_page(page, shown, html, as_json=as_json, quiet=quiet)


def _lists(
    data: Path, names: list[str], most: int, as_of: str | None, mapping: Path | None
) -> tuple[Lists, list[tuple[str, str]]]:
    """The lists that a person named, and what to say of where they come from."""
    from tocsin import analysis, pipeline

    if names:
        if not data.is_file():
            raise UsageError(f"{data}: --lists names columns of a table of cases, and this is no file")
        return _columns(data, names)
    if data.is_dir():
        sources, name, moment = pipeline.workspace_sources(data, as_of)
        return analysis.lists_of_sources(sources, most), [("Data", name), ("As of", moment)]
    try:
        events = pipeline.open_events(data, pipeline.open_codebook(None), as_of=as_of, mapping=mapping)
    except NothingUsable:
        # What is no table of events may be one of cases.
        return _columns(data, names)
    table = analysis.incidents(events.table, aggregates=False)
    if "sources" not in table.columns:
        raise UsageError(f"{data}: it has neither columns of 1 and 0 nor one with the sources of each event")
    cells = table.select("sources").to_pyarrow().column("sources").to_pylist()
    found = analysis.lists_of_sources([analysis.named_sources(cell or "") for cell in cells], most)
    return found, [("Data", events.name), ("Events", f"{len(cells):,}")]


def _names(words: str) -> list[str]:
    return [name.strip() for name in words.split(",") if name.strip()]


def _columns(data: Path, names: list[str]) -> tuple[Lists, list[tuple[str, str]]]:
    from tocsin.analysis import read_lists

    found = read_lists(data, names)
    if found is None:
        raise NothingUsable(
            f"{data.name}: it is no event table, and has no columns of 1 and 0; give a row a case and a column a list"
        )
    return found, [("Data", f"{data.name}, columns {', '.join(found.names)}")]
