"""``tocsin expectations``: what reports expect by when, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli._measures import Html, command_line, show_page
from tocsin.cli._options import AsJson, AsKnown, Quiet
from tocsin.cli._screen import answering, watching
from tocsin.cli._settings import DEFAULT_OUT, day

if TYPE_CHECKING:
    from tocsin.analysis import Page
    from tocsin.pipeline import Expectation

__all__ = ["expectations"]


def expectations(
    data: Annotated[
        Path, typer.Option("--data", metavar="DATA", help="A workspace, or the folder of a run.")
    ] = DEFAULT_OUT,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The day that tells what is due.  [default: today]")
    ] = None,
    as_of: AsKnown = None,
    html: Html = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """List what reports expect ("within one to two years"), by the day that it comes due.

    What is past and has a figure is checked against the events recorded from the day it was said; the rest is for a
    person to judge. Words of restricted reports are not quoted.
    """
    with answering(as_json=as_json):
        today = None if on is None else day(on, "--on")
        from tocsin import pipeline

        with watching(quiet or as_json) as progress:
            found = pipeline.list_expectations(
                data, pipeline.open_codebook(None), on=today, as_of=as_of, progress=progress
            )
            progress.finish()
        show_page(_page(found, data), {"expectations": found}, html, as_json=as_json, quiet=quiet)


def _page(found: Sequence[Expectation], data: Path) -> Page:
    from tocsin.analysis import Page, page_table

    rows = [(f"{e.said}", _due(e), e.standing, e.document, e.sentence or "(not quoted)", _outcome(e)) for e in found]
    counts = {name: sum(e.standing == name for e in found) for name in ("open", "due", "past", "undated")}
    said = ", ".join(f"{many} {name}" for name, many in counts.items() if many) or "none"
    return Page(
        "What the reports expect",
        (f"{len(found)} sentences look ahead: {said}.",),
        (),
        (
            "Sentences are found by words such as will, could and expected beside a time to come: look at each.",
            "A figure is checked against events coded from the same reports, which are not all that happened.",
        ),
        (page_table("Expectations", ("said on", "due", "", "report", "sentence", "outcome"), rows),),
        (("Data", str(data)),),
        command_line(),
        internal=True,
    )


def _due(one: Expectation) -> str:
    if one.latest is None:
        return "not said"
    return f"{one.latest}" if one.earliest == one.latest else f"{one.earliest} to {one.latest}"


def _outcome(one: Expectation) -> str:
    if one.standing != "past":
        return ""
    return one.checked.verdict if one.checked else "for a person to judge"
