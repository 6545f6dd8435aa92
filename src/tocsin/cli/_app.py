"""The commands. Everything heavy is imported by the command that needs it, so that help is there at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli._screen import answering, out, print_json, print_problems, watching
from tocsin.cli._settings import settle

__all__ = ["app"]

app = typer.Typer(
    name="tocsin",
    help="Reports about armed conflict in, a defensible event dataset out.",
    epilog="Start with: tocsin run reports/ --out dataset/",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"tocsin {version('tocsin')}")
        raise typer.Exit


Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help="Reports: files, and folders of them.")]
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
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but problems and errors.")]


@app.callback()
def _tocsin(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Reports about armed conflict in, a defensible event dataset out."""


@app.command(epilog="Example: tocsin run reports/ --out dataset/ --published 2019-03-06")
def run(
    paths: Paths,
    out_dir: Out = None,
    workspace: Home = None,
    published: Published = None,
    codebook: Layer = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Turn reports into an event dataset: read, code, link and write, and say what came of it.

    A workspace that exists is extended, and the files cover all of it. What was interrupted goes on where it was.
    """
    with answering(as_json=as_json, resume=_resume):
        settings = settle(out_dir, workspace, published, codebook)
        from tocsin import pipeline
        from tocsin.cli._account import render_account

        with watching(quiet or as_json) as progress:
            account = pipeline.run(
                paths,
                settings.out,
                workspace=settings.workspace,
                published=settings.published,
                codebook=settings.codebook,
                progress=progress,
            )
        if as_json:
            print_json(account)
        else:
            print_problems(account.problems, settings.out / "internal" / "problems.txt")
            if not quiet:
                out().print(render_account(account, out()))
    if account.problems:
        raise typer.Exit(1)


_resume = "what was read and coded so far is kept; run the same command again to go on"
