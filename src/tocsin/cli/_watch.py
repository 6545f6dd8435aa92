"""``tocsin watch``: a line a round, until it is told to stop."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli._network import network
from tocsin.cli._options import Columns, Fetch, FetchLimit, Home, Layer, Out, Published, Quiet
from tocsin.cli._screen import answering, print_problems, watching
from tocsin.cli._settings import settle

if TYPE_CHECKING:
    from tocsin.pipeline import Round, Watch

__all__ = ["told_to_stop", "watch"]

_INTERRUPTED = 130


def watch(
    places: Annotated[
        list[str], typer.Argument(metavar="PATH|FEED…", help="Folders and files, and with --fetch addresses of feeds.")
    ],
    out_dir: Out = None,
    workspace: Home = None,
    published: Published = None,
    codebook: Layer = None,
    columns: Columns = None,
    fetch: Fetch = None,
    fetch_limit: FetchLimit = None,
    every: Annotated[float, typer.Option(min=0.01, metavar="MINUTES", help="How often feeds are asked.")] = 15.0,
    poll: Annotated[
        float | None,
        typer.Option(
            min=0.1, metavar="SECONDS", help="Look through folders so often: for network drives, which send no notices."
        ),
    ] = None,
    settle_s: Annotated[
        float,
        typer.Option("--settle", min=0, metavar="SECONDS", help="Read a file once nobody wrote to it for so long."),
    ] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="Make one round and end, as for cron.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON a round.")] = False,
    quiet: Quiet = False,
) -> None:
    """Take in what arrives in folders and feeds: add, code, link and write it, and say so in a line a round.

    A file is read once nobody writes to it any more. Ctrl-C ends it; started again, it goes on where it was.
    """
    resume = "what was read and coded so far is kept; start it again to go on"
    failed = False
    with answering(as_json=as_json, resume=resume), told_to_stop() as told:
        settings = settle(out_dir, workspace, published, codebook, columns)
        from tocsin.pipeline import Watch

        with watching(quiet or as_json) as progress:
            watched = Watch(
                places,
                settings.out,
                settings.workspace,
                published=settings.published,
                codebook=settings.codebook,
                maps=settings.maps,
                network=network(settings.workspace, fetch, fetch_limit),
                every=every * 60,
                poll=poll,
                settle=settle_s,
                progress=progress,
            )
            told.watched = watched
            for done in [watched.once(told)] if once else watched.rounds(told):
                progress.finish()
                failed = failed or bool(done.problems)
                _say(done, as_json=as_json, quiet=quiet)
                if told.interrupted and not (done.complete or done.busy):
                    raise KeyboardInterrupt
                if once and not done.complete:
                    raise typer.Exit(_INTERRUPTED)
    if once and failed:
        raise typer.Exit(1)


class _Told:
    """Whether a signal told us to end.

    What a signal does may happen between any two steps of the program, also while it holds a lock: so it is a flag.
    """

    def __init__(self) -> None:
        self.ended = self.interrupted = False
        self.watched: Watch | None = None

    def is_set(self) -> bool:
        """Whether to end."""
        return self.ended

    def end(self, *_: object) -> None:
        """End at the next place where that loses nothing."""
        self.ended = True

    def interrupt(self, *_: object) -> None:
        """End at once; between two rounds that is no interruption, but how a watch ends."""
        idle = self.watched is not None and not self.watched.at_work and not self.interrupted
        self.ended = self.interrupted = True
        if not idle:
            # Where it comes at a bad moment, Python may lose it. Then the round ends at its next place to do so.
            raise KeyboardInterrupt


@contextmanager
def told_to_stop() -> Iterator[_Told]:
    """What Ctrl-C, and the signal with which services are ended, say."""
    told = _Told()
    before = {}
    for number, heard in ((signal.SIGTERM, told.end), (signal.SIGINT, told.interrupt)):
        # Whoever starts us in the background may have turned Ctrl-C off.
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, heard)
    try:
        yield told
    finally:
        for number, heard_before in before.items():
            signal.signal(number, heard_before)


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
    at = f"{done.at:%Y-%m-%d %H:%M:%S} UTC"
    if done.busy:
        return f"{at}  {done.busy.partition(';')[0]}; waiting until that has ended"
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
    return f"{at}  {', '.join(parts)}"
