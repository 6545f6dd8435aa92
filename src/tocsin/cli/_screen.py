"""What is printed where: answers on standard output, everything else on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TextIO

import typer
from rich.console import Console
from rich.text import Text

from tocsin.errors import InputError, NothingUsable, TocsinError, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.progress import Progress as Bar

__all__ = ["Watched", "answer", "answering", "out", "print_json", "print_problems", "screen", "watching"]

MOST_PROBLEMS = 20
"""How many problems are listed; the rest are counted."""

# What only some commands compute with, and the extra that brings it.
_EXTRAS = {
    **dict.fromkeys(
        ("h3", "ibis", "matplotlib", "pandas", "rasterio", "ruptures", "sklearn", "statsmodels"), "analysis"
    ),
    **dict.fromkeys(("scoringrules", "statsforecast"), "forecast"),
    **dict.fromkeys(("csdid", "drdid"), "impact"),
    "pyspark": "spark",
    "psycopg": "postgresql",
}

# Seconds after which a step shows that it is going on: what is quicker would only flicker.
_PATIENCE = 2.0
# Seconds between lines where standard error is a file.
_EVERY = 15.0
# A wider account would scatter its figures over the screen.
_WIDEST = 100


def out() -> Console:
    """The console for answers."""
    return _console(sys.stdout)


def answer(renderable: RenderableType) -> None:
    """Print an answer on standard output; in a file or a pipe, lines end where their words do."""
    console = out()
    if console.is_terminal:
        console.print(renderable)
        return
    with console.capture() as captured:
        console.print(renderable)
    sys.stdout.writelines(line.rstrip() + "\n" for line in captured.get().splitlines())


def screen() -> Console:
    """The console for progress, problems and errors."""
    return _console(sys.stderr)


def _console(file: TextIO) -> Console:
    console = Console(file=file, highlight=False, soft_wrap=False, emoji=False)
    if console.width > _WIDEST:
        console.width = _WIDEST
    return console


def print_json(value: object) -> None:
    """Print `value` as one JSON document."""
    import msgspec

    # Paths are the one thing in an account that JSON has no word for.
    line = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    sys.stdout.write(line.decode("utf-8") + "\n")


def print_problems(problems: Sequence[object], full_list: Path | None = None) -> None:
    """Print one line a problem, at most twenty; say how many more there are and where all stand."""
    console = screen()
    for problem in problems[:MOST_PROBLEMS]:
        console.print(Text.assemble(("problem  ", "yellow"), str(problem)), soft_wrap=True)
    more = len(problems) - MOST_PROBLEMS
    if more > 0:
        where = f"; all of them are listed in {full_list}" if full_list else ""
        console.print(f"         and {more:,} more{where}", soft_wrap=True)


@contextmanager
def answering(*, as_json: bool = False, resume: str = "") -> Iterator[None]:
    """Turn errors into one clear message and an exit code.

    Raises
    ------
    typer.Exit
        With the code of the error, or 130 where the user interrupted.
    """
    try:
        yield
    except TocsinError as error:
        _say(error, as_json=as_json)
        raise typer.Exit(_exit_code(error)) from error
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        missing = UsageError(f"this needs {error.name}, which is not installed: pip install 'tocsin[{extra}]'")
        _say(missing, as_json=as_json)
        raise typer.Exit(missing.exit_code) from error
    except OSError as error:
        # Of a file that cannot be written: a full disk, a folder that is none or not one's own. Others are a fault.
        if error.filename is None:
            raise
        refused = UsageError(f"{error.filename}: {error.strerror}; choose another place, or make room there")
        _say(refused, as_json=as_json)
        raise typer.Exit(refused.exit_code) from error
    except KeyboardInterrupt:
        screen().print(
            Text.assemble(("\ninterrupted  ", "bold yellow"), resume or "nothing was changed"), soft_wrap=True
        )
        raise typer.Exit(130) from None


def _exit_code(error: TocsinError) -> int:
    """An input that stops a command leaves nothing; where it does not, the command goes on and ends with 1."""
    return NothingUsable.exit_code if isinstance(error, InputError) else error.exit_code


def _say(error: TocsinError, *, as_json: bool) -> None:
    if as_json:
        print_json({"error": str(error), "kind": type(error).__name__, "exit_code": _exit_code(error)})
    else:
        screen().print(Text.assemble(("error  ", "bold red"), str(error)), soft_wrap=True)


@contextmanager
def watching(quiet: bool = False) -> Iterator[Watched]:
    """Show progress on standard error while the block runs."""
    watched = Watched(screen(), quiet=quiet)
    try:
        yield watched
    finally:
        watched.finish()


class Watched:
    """Progress as :class:`tocsin.interfaces.Progress`: a bar on a terminal, now and then a line in a file."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console, self._quiet = console, quiet
        self._bar: Bar | None = None
        self._task: Any = None
        self._what, self._total, self._done, self._unit = "", 0, 0, ""
        self._begun = self._last = monotonic()

    def start(self, what: str, total: int | None, unit: Literal["", "bytes"] = "") -> None:
        """A step begins."""
        self.finish()
        self._what, self._total, self._done, self._unit = what, total or 0, 0, unit
        self._begun = self._last = monotonic()
        if not self._quiet and self._console.is_terminal and os.environ.get("TERM") != "dumb":
            self._bar = _bar(self._console, unit)
            self._task = self._bar.add_task(what, total=total)
            self._bar.start()

    def advance(self, steps: int = 1) -> None:
        """That much more is done."""
        self._done += steps
        if self._bar is not None:
            self._bar.advance(self._task, steps)
        elif not self._quiet and monotonic() - max(self._last, self._begun + _PATIENCE - _EVERY) > _EVERY:
            self._last = monotonic()
            self._console.print(f"{self._what}: {self._done_of_total()}{self._time_left()}")

    def _done_of_total(self) -> str:
        done, total = f"{self._done:,}", f"{self._total:,}"
        if self._unit == "bytes":
            done, total = f"{self._done / 1e6:,.0f}", f"{self._total / 1e6:,.0f} MB"
        return f"{done} of {total}" if self._total else done

    def _time_left(self) -> str:
        if not 0 < self._done < self._total:
            return ""
        left = (monotonic() - self._begun) * (self._total - self._done) / self._done
        if left < 90:
            return f", about {max(left, 1):.0f} s left"
        return f", about {left / 60:.0f} min left" if left < 5400 else f", about {left / 3600:.1f} h left"

    def finish(self) -> None:
        """The step is over."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _bar(console: Console, unit: str) -> Bar:
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(bar_width=32),
        DownloadColumn() if unit == "bytes" else MofNCompleteColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=console,
        transient=True,
    )
