"""``tocsin check``: is a statement about numbers borne out by what was recorded."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli._measures import DataMapping, Html, Since, Until, command_line, opened, show_page
from tocsin.cli._options import AsJson, AsKnown, Quiet
from tocsin.cli._screen import answering, watching
from tocsin.cli._settings import DEFAULT_OUT, day
from tocsin.errors import NothingUsable, UsageError

if TYPE_CHECKING:
    from tocsin.analysis import EventTable

__all__ = ["check"]

_CHOICES = {
    "comparison": ("more than", "at least", "fewer than", "at most", "exactly", "about"),
    "statistic": ("total", "mean", "median", "every", "any"),
    "per": ("day", "week", "month", "quarter", "year"),
    "role": ("by", "against", "involving"),
    "measure": ("events", "deaths", "civilian deaths"),
}


def check(
    statement: Annotated[str, typer.Argument(metavar="STATEMENT", help="One sentence with a figure in it.")],
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
        chosen = {"comparison": comparison, "statistic": statistic, "per": per, "role": role, "measure": measure}
        parts = _parts(chosen, actor, area, threshold, since, until)
        when = None if said is None else day(said, "--said")
        from tocsin import analysis, pipeline

        with watching(quiet or as_json) as progress:
            progress.start("Reading", None)
            events = opened(data, as_of, mapping)
            then = None if as_of else _as_known(data, when)
            checked = analysis.check(statement, events, pipeline.open_codebook(None), said=when, parts=parts, then=then)
            progress.finish()
        page = analysis.check_page(checked, command_line())
        show_page(page, {"verdict": checked.verdict, "checked": checked}, html, as_json=as_json, quiet=quiet)


def _as_known(data: Path, said: date | None) -> EventTable | None:
    """A workspace as it was known on the day; None where there is none, or it did not yet hold anything."""
    if said is None or not data.is_dir():
        return None
    try:
        return opened(data, said.isoformat(), None)
    except (UsageError, NothingUsable):
        return None


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
