"""``tocsin watch``: a line a round, until it is told to stop."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli._network import network
from tocsin.cli._screen import answering, print_problems, watching
from tocsin.cli._settings import settle

if TYPE_CHECKING:
    from tocsin.pipeline import Round

__all__ = ["watch"]


def watch(
    places: Annotated[
        list[str], typer.Argument(metavar="PATH|FEED…", help="Folders and files, and with --fetch addresses of feeds.")
    ],
    out_dir: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", envvar="TOCSIN_OUT", metavar="DIR", help="Where the files go.  [default: tocsin-out]"
        ),
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            "-w",
            envvar="TOCSIN_WORKSPACE",
            metavar="DIR",
            help="What is kept.  [default: OUT/workspace]",
        ),
    ] = None,
    codebook: Annotated[
        Path | None,
        typer.Option("--codebook", envvar="TOCSIN_CODEBOOK", metavar="FILE", help="Codes to lay on the core codebook."),
    ] = None,
    fetch: Annotated[
        bool | None,
        typer.Option(
            "--fetch/--no-fetch", help="Whether web addresses may be fetched.  [default: not]", show_default=False
        ),
    ] = None,
    fetch_limit: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Most pages fetched a round that entries link to.  [default: 50]"),
    ] = None,
    every: Annotated[float, typer.Option(min=0.01, metavar="MINUTES", help="How often feeds are asked.")] = 15.0,
    poll: Annotated[
        float | None,
        typer.Option(
            min=0.1, metavar="SECONDS", help="Look through folders so often: for network drives, which send no notices."
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Make one round and end, as for cron.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON a round.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but problems and errors.")] = False,
) -> None:
    """Take in what arrives in folders and feeds: add, code, link and write it, and say so in a line a round.

    A file is read once nobody writes to it any more. Ctrl-C ends it; started again, it goes on where it was.
    """
    resume = "what was read and coded so far is kept; start it again to go on"
    failed = False
    with answering(as_json=as_json, resume=resume):
        settings = settle(out_dir, workspace, codebook=codebook)
        from tocsin.pipeline import Watch

        with watching(quiet or as_json) as progress:
            watched = Watch(
                places,
                settings.out,
                settings.workspace,
                codebook=settings.codebook,
                network=network(settings.workspace, fetch, fetch_limit),
                every=every * 60,
                poll=poll,
                progress=progress,
            )
            with _told_to_stop() as stop:
                try:
                    for done in [watched.once(stop)] if once else watched.rounds(stop):
                        progress.finish()
                        failed = failed or bool(done.problems)
                        _say(done, as_json=as_json, quiet=quiet)
                except KeyboardInterrupt:
                    if watched.busy:
                        raise
                    # Between two rounds nothing is interrupted: it is how a watch ends.
    if once and failed:
        raise typer.Exit(1)


@contextmanager
def _told_to_stop() -> Iterator[Event]:
    """An event that is set by the signal with which services are ended."""
    stop = Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(done: Round, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        import msgspec

        sys.stdout.write(msgspec.json.encode(done, enc_hook=str).decode("utf-8") + "\n")
    else:
        print_problems(done.problems)
        if not quiet:
            sys.stdout.write(_line(done) + "\n")
    sys.stdout.flush()


def _line(done: Round) -> str:
    read = done.read
    parts = [f"{read.new:,} new documents" if read.new != 1 else "1 new document"]
    if read.revised:
        parts.append(f"{read.revised:,} revised")
    parts += [f"{done.coded.claims:,} claims", f"{done.linked.changed:,} events new or changed"]
    if done.growing:
        parts.append(f"{done.growing:,} still being written")
    if done.problems:
        parts.append(f"{len(done.problems):,} problems")
    if not done.complete:
        parts.append("stopped; start again to finish")
    return f"{done.at:%Y-%m-%d %H:%M:%S} UTC  {', '.join(parts)}"
