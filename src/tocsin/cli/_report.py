"""``tocsin report``: the weekly or monthly report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from tocsin.cli._measures import DataMapping
from tocsin.cli._options import AsJson, AsKnown, Home, Layer, Quiet
from tocsin.cli._reading import isolated
from tocsin.cli._screen import answer, answering, print_json, print_problems, watching
from tocsin.cli._settings import DEFAULT_OUT, day, settle
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.pipeline.reports import Reported

__all__ = ["report"]

DEFAULT_FILE = Path("report.html")


def report(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DATA",
            help="A workspace, the folder of a run, or an event table (UCDP, ACLED, GTD, CSV).  [default: tocsin-out]",
        ),
    ] = None,
    workspace: Home = None,
    period: Annotated[str, typer.Option("--period", metavar="PERIOD", help="week or month.")] = "month",
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="Last day of it.  [default: end of that of the last event]"),
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where it goes: .html, .docx or .pdf (repeatable)."),
    ] = None,
    internal: Annotated[
        bool, typer.Option("--internal", help="With names and exact places, into a folder internal beside FILE.")
    ] = False,
    mapping: DataMapping = None,
    as_of: AsKnown = None,
    codebook: Layer = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write the weekly or monthly report: what changed, where, who, how sure, what is disputed; safe to e-mail.

    Counts stand beside those of the period before and the mean of the twelve before, with 95 % intervals. Private
    names are masked, nothing is placed finer than a settlement, and restricted sources are called a local source.
    """
    with answering(as_json=as_json, resume="each file is either the old one or the whole new one; run it again"):
        if data is not None and workspace is not None:
            raise UsageError("--data and --workspace both name data; give one of them")
        if period not in ("week", "month"):
            raise UsageError(f"--period {period!r}: choose week or month")
        last = None if until is None else day(until, "--until")
        source = data or workspace or DEFAULT_OUT
        settings = settle(None, source if source.is_dir() else None, codebook=codebook)
        from tocsin import pipeline
        from tocsin.pipeline.reports import ReportWanted, write_reports

        wanted = ReportWanted(
            data=source,
            files=tuple(out or (DEFAULT_FILE,)),
            unit="week" if period == "week" else "month",
            until=last,
            as_of=as_of,
            mapping=mapping,
            internal=internal,
        )
        with watching(quiet or as_json) as progress:
            codes, places = pipeline.open_codebook(settings.codebook), pipeline.open_places(progress)
            made = write_reports(wanted, codes, places, progress)
        if as_json:
            print_json(made)
        else:
            print_problems(made.problems)
            if not quiet:
                answer(_rendered(made))
    if made.problems:
        raise typer.Exit(1)


def _rendered(made: Reported) -> RenderableType:
    return Group(
        Text(isolated(made.title), style="bold"),
        *(Text(isolated(sentence)) for sentence in made.says),
        Text(),
        *(Text(f"written to {path}", style="dim") for path in made.files),
    )
