"""``tocsin check``: is a statement about numbers borne out by what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli._measures import DataMapping, Html, Since, Until, command_line, show_page
from tocsin.cli._options import AsJson, AsKnown, Quiet
from tocsin.cli._screen import answering, watching
from tocsin.cli._settings import DEFAULT_OUT, day
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.analysis import Page
    from tocsin.pipeline import ReportedStatement

__all__ = ["check"]

_CHOICES = {
    "comparison": ("more than", "at least", "fewer than", "at most", "exactly", "about"),
    "statistic": ("total", "mean", "median", "every", "any"),
    "per": ("day", "week", "month", "quarter", "year"),
    "role": ("by", "against", "involving"),
    "measure": ("events", "deaths", "civilian deaths"),
}


def check(
    statement: Annotated[str, typer.Argument(metavar="STATEMENT", help="One sentence with a figure in it.")] = "",
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="DATA", help="A workspace, the folder of a run, or an event table (UCDP, ACLED)."
        ),
    ] = DEFAULT_OUT,
    said: Annotated[
        str | None, typer.Option(metavar="DATE", help="When it was said.  [default: today]", show_default=False)
    ] = None,
    actor: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Who it is about (repeatable).")] = None,
    role: Annotated[str, typer.Option(metavar="ROLE", help="by, against or involving them.")] = "",
    area: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Where, as the data spell it.")] = None,
    threshold: Annotated[float | None, typer.Option(metavar="N", help="The figure.")] = None,
    comparison: Annotated[str, typer.Option(metavar="HOW", help="more than, at least, fewer than, at most …")] = "",
    statistic: Annotated[str, typer.Option(metavar="WHAT", help="total, mean, median, every or any period.")] = "",
    per: Annotated[str, typer.Option(metavar="PERIOD", help="day, week, month, quarter or year.")] = "",
    measure: Annotated[str, typer.Option(metavar="WHAT", help="events, deaths or civilian deaths.")] = "",
    from_reports: Annotated[
        bool, typer.Option("--from-reports", help="Check what the reports of a workspace say in general or in total.")
    ] = False,
    since: Since = None,
    until: Until = None,
    mapping: DataMapping = None,
    as_of: AsKnown = None,
    html: Html = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check a statement about numbers against recorded events, under every reading that can be defended.

    It is supported or contradicted only where all readings agree; else it cannot be told, and what flips it is named.
    How the sentence was understood is shown, and each part can be put right by an option.
    """
    with answering(as_json=as_json):
        if bool(statement) == from_reports:
            raise UsageError("give either one sentence with a figure in it, or --from-reports")
        chosen = {"comparison": comparison, "statistic": statistic, "per": per, "role": role, "measure": measure}
        parts = _parts(chosen, actor, area, threshold, since, until)
        if from_reports and (parts or said or mapping):
            raise UsageError("--from-reports reads each sentence by itself; only --data and --as-of go with it")
        when = None if said is None else day(said, "--said")
        from tocsin import analysis, pipeline

        codebook = pipeline.open_codebook(None)
        with watching(quiet or as_json) as progress:
            progress.start("Reading", None)
            if from_reports:
                found = pipeline.check_reports(data, codebook, as_of=as_of, progress=progress)
            else:
                checked = pipeline.check_said(
                    statement, data, codebook, said=when, parts=parts, as_of=as_of, mapping=mapping
                )
            progress.finish()
        if from_reports:
            show_page(_reports_page(found, data), {"statements": found}, html, as_json=as_json, quiet=quiet)
        else:
            page = analysis.check_page(checked, command_line())
            result = {"verdict": checked.verdict, "checked": checked}
            show_page(page, result, html, as_json=as_json, quiet=quiet, problems=checked.unread)


def _reports_page(found: Sequence[ReportedStatement], data: Path) -> Page:
    """What reports say in numbers, and what the data say of it; for the workspace's own people."""
    from tocsin.analysis import Page, page_table

    rows = [(f"{one.published or ''}", one.document, one.sentence or "(not quoted)", *_finding(one)) for one in found]
    read = [one for one in found if one.checked is not None]
    told = sum(one.checked is not None and one.checked.verdict != "cannot be told" for one in found)
    return Page(
        "What the reports say in numbers",
        (f"{len(found)} sentences tell of a habit or a total: {len(read)} can be read, {told} of these can be told.",),
        (),
        (
            "Each is checked as of the day that its report was published on.",
            "Reports are checked against the events coded from the same reports: agreement is no independent proof.",
            "What no report tells one by one is not counted, so that a total is never contradicted by too few.",
        ),
        (page_table("Statements", ("said on", "report", "sentence", "verdict", "because"), rows),),
        (("Data", str(data)),),
        command_line(),
        internal=True,
    )


def _finding(one: ReportedStatement) -> tuple[str, str]:
    return (one.checked.verdict, one.checked.because) if one.checked else ("not read", one.why)


def _parts(
    chosen: dict[str, str],
    actor: list[str] | None,
    area: list[str] | None,
    threshold: float | None,
    since: str | None,
    until: str | None,
) -> dict[str, Any]:
    """What a person put right, by the name of the part."""
    parts: dict[str, Any] = {}
    for name, value in chosen.items():
        if value and value not in _CHOICES[name]:
            raise UsageError(f"--{name} {value!r}: choose one of {', '.join(_CHOICES[name])}")
        if value:
            parts[name] = value
    if actor is not None:
        parts["actors"] = tuple(name for name in actor if name)
    if area is not None:
        parts["areas"] = tuple(name for name in area if name)
    if threshold is not None:
        if threshold < 0:
            raise UsageError(f"--threshold {threshold:g}: a number of incidents is not below zero")
        parts["threshold"] = threshold
    if since is not None:
        parts["first"] = day(since, "--from")
    if until is not None:
        parts["last"] = day(until, "--to")
    return parts
