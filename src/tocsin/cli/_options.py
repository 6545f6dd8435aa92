"""Arguments and options that more than one command takes, so that they are called and explained the same."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "AsJson",
    "AsKnown",
    "Columns",
    "Fetch",
    "FetchLimit",
    "Home",
    "Jobs",
    "Layer",
    "Out",
    "Paths",
    "Published",
    "Quiet",
    "StdinForm",
]

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH…", help="Reports: files, and folders of them; with --fetch web addresses; - for standard input."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", envvar="TOCSIN_OUT", metavar="DIR", help="Where the files go.  [default: tocsin-out]"),
]
Home = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", envvar="TOCSIN_WORKSPACE", metavar="DIR", help="What is kept.  [default: OUT/workspace]"
    ),
]
Published = Annotated[
    str | None,
    typer.Option(
        envvar="TOCSIN_PUBLISHED", metavar="DATE", help="Day of publication of reports that do not tell theirs."
    ),
]
Layer = Annotated[
    Path | None,
    typer.Option("--codebook", envvar="TOCSIN_CODEBOOK", metavar="FILE", help="Codes to lay on the core codebook."),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="WHAT=COLUMN", help="What a column or field holds: text=body,date=created_on (repeatable)."
    ),
]
Fetch = Annotated[
    bool | None,
    typer.Option(
        "--fetch/--no-fetch", help="Whether web addresses may be fetched.  [default: not]", show_default=False
    ),
]
FetchLimit = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="Most pages fetched that entries of feeds link to.  [default: 50]"),
]
StdinForm = Annotated[
    str,
    typer.Option("--stdin-form", metavar="FORM", help="What standard input holds: txt, html, json, csv …"),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs", "-j", envvar="TOCSIN_JOBS", min=1, metavar="N", help="Processes that code side by side, 1 GB each."
    ),
]
AsKnown = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="As it was known then: a day means its end in UTC; or a moment, 2024-05-01T12:00 (UTC, or with a zone).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but problems and errors.")]
