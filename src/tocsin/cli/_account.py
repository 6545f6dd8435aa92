"""The account of a run, as a person reads it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from tocsin.pipeline import Account, Coded, EventsOfType, Exported, Linked, Read

__all__ = ["LANGUAGES", "lines", "render_account", "render_coded", "render_exported", "render_linked", "render_read"]

_BAR = 24
# How many ids or names are shown of those that need an eye.
_SHOWN = 3
# An event's id: a letter, a hyphen and twenty digits. Eight of them tell ten thousand events apart.
_ID = 22

LANGUAGES = {
    "am": "Amharic",
    "ar": "Arabic",
    "de": "German",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "he": "Hebrew",
    "ku": "Kurdish",
    "my": "Burmese",
    "ps": "Pashto",
    "pt": "Portuguese",
    "ru": "Russian",
    "sw": "Swahili",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "zh": "Chinese",
}


def render_account(account: Account) -> RenderableType:
    """The whole account."""
    exported = account.exported
    return Group(
        Text(),
        _headline(account),
        Rule(style="dim", characters="─"),
        _figures(account),
        *_events(exported),
        *_left_out(exported),
        *_eye(exported, Path(account.out)),
        *_files(exported, Path(account.out)),
    )


def render_read(read: Read) -> RenderableType:
    """What was read."""
    return lines([("Read", read.received, _read_notes(read))])


def render_coded(coded: Coded) -> RenderableType:
    """What was coded."""
    return lines([("Coded", coded.documents, [f"documents, {coded.claims:,} claims in them"])])


def render_linked(linked: Linked) -> RenderableType:
    """What was linked."""
    notes = [f"{linked.changed:,} new or changed"]
    if linked.doubtful:
        notes.append(f"{linked.doubtful:,} pairs of claims in doubt")
    return lines(
        [
            ("Copies", linked.copies, ["documents that repeat another"]),
            ("Claims", linked.claims, []),
            ("Events", linked.events, notes),
        ]
    )


def render_exported(exported: Exported, out: Path) -> RenderableType:
    """What was written."""
    return Group(*_events(exported), *_left_out(exported), *_eye(exported, out), *_files(exported, out))


def _headline(account: Account) -> RenderableType:
    line = Table.grid(expand=True)
    line.add_column()
    line.add_column(justify="right")
    seconds = sum(s.seconds for s in (account.read, account.coded, account.linked, account.exported))
    line.add_row(
        Text("Tocsin", style="bold"),
        Text(f"{account.finished_at:%-d %B %Y, %H:%M} UTC · {_seconds(seconds)}", style="dim"),
    )
    return line


def _figures(account: Account) -> RenderableType:
    read, exported = account.read, account.exported
    languages = [f"{n:,} in {LANGUAGES.get(code, code)} (kept, not coded)" for code, n in exported.not_coded.items()]
    copies = [f"{_count(exported.copies, 'copy', 'copies')} of another"] if exported.copies else []
    modalities = [f"{n:,} {name}" for name, n in exported.claims.items()]
    in_table = sum(e.events for e in exported.events)
    table = f"{in_table:,} in the table, as {_count(exported.rows, 'row', 'rows')}" if in_table else "none in the table"
    return lines(
        [
            ("Documents", exported.documents, [*_read_notes(read), *copies, *languages]),
            ("Claims", sum(exported.claims.values()), modalities),
            ("Events", exported.all_events, [table]),
        ]
    )


def _read_notes(read: Read) -> list[str]:
    notes = [f"{read.new:,} new"] if read.new else []
    for figure, words in (
        (read.revised, "revised"),
        (read.known, "known before"),
        (read.identical, "identical to another"),
        (read.forgotten, "forgotten, not taken again"),
    ):
        if figure:
            notes.append(f"{figure:,} {words}")
    if read.read_before:
        notes.append(f"{_count(read.read_before, 'input', 'inputs')} read before")
    if read.resumed:
        notes.append(f"{_count(read.resumed, 'input', 'inputs')} read on from where it was left")
    if read.problems:
        notes.append(_count(len(read.problems), "problem", "problems"))
    return notes


def _events(exported: Exported) -> Iterable[RenderableType]:
    if not exported.events:
        return
    most = max(e.events for e in exported.events)
    yield from _heading("Events by type")
    table = _grid("left", "left", "right", "left")
    for of_type in exported.events:
        rows = "" if of_type.rows == of_type.events else _count(of_type.rows, "row", "rows")
        table.add_row(of_type.event_type, _bar(of_type, most), f"{of_type.events:,}", Text(rows, style="dim"))
    yield table


def _bar(of_type: EventsOfType, most: int) -> Text:
    halves = max(1, round(2 * _BAR * of_type.events / most))
    return Text(("━" * (halves // 2) + "╸" * (halves % 2)).ljust(_BAR), style="red")


def _left_out(exported: Exported) -> Iterable[RenderableType]:
    if not exported.not_exported:
        return
    total = sum(exported.not_exported.values())
    where = ", all in events.jsonl" if "events.jsonl" in exported.files else ""
    yield from _heading(f"Not in the table: {_count(total, 'event', 'events')}{where}")
    table = _grid("right", "left")
    for reason, count in exported.not_exported.items():
        table.add_row(f"{count:,}", exported.reasons.get(reason, reason))
    yield table


def _eye(exported: Exported, out: Path) -> Iterable[RenderableType]:
    eye = exported.eye
    rows = [
        (len(eye.disputed), "event|s| that sources dispute", eye.disputed),
        (eye.doubtful, "pair|s| of claims that may be about one incident", ()),
        (len(eye.places), "event|s| whose place is more likely wrong than right", eye.places),
        (len(eye.undated), "document|s| without a date", eye.undated),
    ]
    rows = [row for row in rows if row[0]]
    if not rows:
        return
    yield from _heading("For a person's eye")
    table = _grid("right", "left")
    for count, words, examples in rows:
        line = Text("".join(part for n, part in enumerate(words.split("|")) if n != 1 or count != 1))
        if examples:
            line.append(f"\n{_some([_short(example) for example in examples])}", style="dim")
        table.add_row(f"{count:,}", line)
    yield table
    events = (*eye.disputed, *eye.places)
    if events:
        yield Text(f"  Look closer: tocsin show {_short(events[0])} --out {shlex.quote(str(out))}", style="dim")
    yield Text(f"  Have people decide: tocsin review export review.xlsx --out {shlex.quote(str(out))}", style="dim")


def _files(exported: Exported, out: Path) -> Iterable[RenderableType]:
    if exported.where:
        chosen = f"{_count(exported.all_events, 'event', 'events')}, {_count(exported.rows, 'row', 'rows')}"
        yield from _heading(f"Chosen: {chosen}")
        yield Text(f"  {exported.where}", style="dim")
        if not exported.all_events:
            yield Text("  Nothing meets it. Letters count as they stand; ilike takes them in any case.", style="dim")
    if exported.as_of is not None:
        yield from _heading(f"As it was known at {exported.as_of:%Y-%m-%d %H:%M} UTC")
    yield from _heading(f"Files in {out}")
    table = _grid("left", "left")
    for name, words in _words_of_files(exported).items():
        table.add_row(name, Text(words, style="dim"))
    yield table
    yield Text()


def _words_of_files(exported: Exported) -> dict[str, str]:
    """What each file is, by its name: forms that were asked for, or all that is always written."""
    what = {
        "report.html": "a page to look at; opens in any browser",
        "events.csv": _count(exported.rows, "row", "rows"),
        "events.jsonl": _count(exported.all_events, "event", "events") + ", with claims and quotes",
    }
    internal = any(name.startswith("internal/") for name in exported.files)
    asked = {name: what.get(name) or _count(n, "entry", "entries") for name, n in exported.written.items()}
    return what | {"internal/": "the full record, names and all: do not forward"} if internal else asked


def _heading(words: str) -> tuple[RenderableType, ...]:
    return Text(), Text(words, style="bold")


def _grid(*sides: str) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(width=0)
    for side in sides:
        table.add_column(justify=side, no_wrap=False)  # type: ignore[arg-type]
    original = table.add_row
    table.add_row = lambda *cells, **options: original("", *cells, **options)  # type: ignore[method-assign]
    return table


def lines(rows: Sequence[tuple[str, int, Sequence[str]]]) -> RenderableType:
    """Figures, a line each: what it is, how many, and notes on them."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", min_width=9)
    table.add_column(justify="right", min_width=6)
    table.add_column()
    for name, figure, notes in rows:
        table.add_row(name, f"{figure:,}", _Notes(notes))
    return table


class _Notes:
    """Notes after one another, broken into lines only between them."""

    def __init__(self, notes: Sequence[str]) -> None:
        self._notes = [*(f"{note}," for note in notes[:-1]), *notes[-1:]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        line = ""
        for note in self._notes:
            if line and cell_len(line) + 1 + cell_len(note) > options.max_width:
                yield Text(line, style="dim")
                line = ""
            line = f"{line} {note}".strip()
        yield Text(line, style="dim")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        longest = max(map(cell_len, self._notes), default=0)
        whole = cell_len(" ".join(self._notes))
        return Measurement(min(longest, options.max_width), min(whole, options.max_width))


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {_one(number, one, many)}"


def _one(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


def _short(name: str) -> str:
    """An event's id as `tocsin show` takes it; other names as they are."""
    return name[:10] if name.startswith("e-") and len(name) == _ID else name


def _some(names: Sequence[str]) -> str:
    more = f", and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _seconds(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
