"""Events and claims with their quoted evidence, as a person reads them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import bidirectional

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    # It would load the language model with every command's help.
    from tocsin.pipeline import ClaimReading, EventReading, Explanation, FieldReading, LinkReading, Mark, Neighbour

__all__ = ["render_event", "render_explanation"]

# First-strong isolate and its end: words in Arabic must not turn the English around them.
_ISOLATE, _END = "\u2068", "\u2069"
_RIGHT_TO_LEFT = ("R", "AL")

_STYLES = {
    "type": "bold red",
    "actor1": "cyan",
    "actor2": "magenta",
    "when": "green",
    "where": "blue",
    "speaker": "yellow",
}
MOST_LINKS = 12
"""Links shown an event; --json has all."""

_COUNT_STYLE = "bold"
_NAMES = {"actor1": "actor 1", "actor2": "actor 2"}
_NOT_STATED = "not stated"


def render_event(event: EventReading) -> RenderableType:
    """An event, what is disputed about it, and every claim with its words."""
    values = {f.field: f.value for f in event.fields}
    title = values.get("type") or "An event of no known type"
    return Group(
        Text(),
        Text(title, style="bold"),
        Text(f"{event.id} · {event.status} · {_reports(event)}{_known(event)}", style="dim"),
        Rule(style="dim", characters="─"),
        _fields([f for f in event.fields if f.field != "type"], dict(event.disputed)),
        *_disputes(event),
        *_links(event),
        *(part for claim in event.claims for part in _claim(claim)),
        Text(),
        Text("The full record, names and all: do not forward.", style="dim italic"),
    )


def render_explanation(explanation: Explanation) -> RenderableType:
    """What was read in a text, field by field, and the examples it is like."""
    parts: list[RenderableType] = [Text(f"note: {note}", style="yellow") for note in explanation.notes]
    if not explanation.claims:
        parts += [Text(), Text("No claim is read in this.", style="bold"), *_examples(explanation.examples)]
    for explained in explanation.claims:
        parts += [*_claim(explained.claim), *_examples(explained.examples)]
    return Group(*parts)


def isolated(words: str) -> str:
    """`words`, in isolates where any of them run from right to left."""
    return f"{_ISOLATE}{words}{_END}" if _turns(words) else words


def _turns(words: str) -> bool:
    return any(bidirectional(letter) in _RIGHT_TO_LEFT for letter in words)


class _Isolated:
    """A text whose every line on the screen keeps its direction to itself, however it is broken into lines."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._text.wrap(console, options.max_width):
            yield Text.assemble(_ISOLATE, line, _END) if _turns(line.plain) else line

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._text)


def _known(event: EventReading) -> str:
    return f" · as known at {event.as_of:%Y-%m-%d %H:%M} UTC" if event.as_of else ""


def _reports(event: EventReading) -> str:
    reports = f"{event.documents:,} {'report' if event.documents == 1 else 'reports'}"
    if event.lineages != event.documents:
        reports += f", {event.lineages:,} counting copies once"
    return reports


def _fields(fields: Sequence[FieldReading], disputed: Container[str]) -> RenderableType:
    table = _table(6, 4)
    for field in fields:
        value = _value(field)
        if field.field in disputed:
            value.append("  disputed", style="bold yellow")
        table.add_row(_name(field.field), _Isolated(value), field.rule if field.value else "")
    return table


def _disputes(event: EventReading) -> Iterable[RenderableType]:
    """Who says what of each disputed field."""
    for name, _ in event.disputed:
        yield Text()
        yield Text(f"Disputed: {_NAMES.get(name, name)}", style="bold yellow")
        table = Table.grid(padding=(0, 2, 0, 0))
        for claim in event.claims:
            said = {field.field: field for field in claim.fields}
            if name in said and said[name].value:
                speaker = Text(isolated(said["speaker"].value))
                speaker.append(f"; {_where_read(claim)}", style="dim")
                table.add_row("", _Isolated(_value(said[name])), speaker)
        yield table


def _links(event: EventReading) -> Iterable[RenderableType]:
    """Why its claims are taken to be about one incident."""
    if not event.links:
        return
    read = {claim.id: _where_read(claim) for claim in event.claims}
    yield Text()
    yield Text("Why one incident", style="bold")
    for link in event.links[:MOST_LINKS]:
        places = dict.fromkeys(read.get(claim_id, claim_id) for claim_id in (link.a, link.b))
        joined = " + ".join(places) if len(places) > 1 else f"twice in {next(iter(places))}"
        yield Padding(_Isolated(Text(f"{link.score:.0%}  {joined}")), (0, 0, 0, 2))
        yield Padding(Text(_reasons(link), style="dim"), (0, 0, 0, 7))
    if (more := len(event.links) - MOST_LINKS) > 0:
        yield Padding(Text(f"and {more:,} more; --json has all", style="dim"), (0, 0, 0, 2))


def _reasons(link: LinkReading) -> str:
    """Reasons with their weights in log odds, those that say most first."""
    if [reason.name for reason in link.reasons] == ["judgement"]:
        return "a person said so"
    ranked = sorted(link.reasons, key=lambda reason: (-abs(reason.weight), reason.name))
    return ", ".join(f"{reason.name.replace('.', ' ').replace('_', ' ')} {reason.weight:+.1f}" for reason in ranked)


def _claim(claim: ClaimReading) -> Iterable[RenderableType]:
    yield Text()
    yield Rule(style="dim", characters="╌")
    yield Text(_where_read(claim), style="bold")
    notes = [claim.id, claim.modality + (", background" if claim.background else "")]
    if claim.verdict:
        notes.append(f"reviewed: {claim.verdict}")
    if claim.also_in:
        notes.append(f"the same words in {', '.join(claim.also_in)}")
    yield Text(" · ".join(notes), style="dim")
    yield Padding(_Isolated(_highlighted(claim.passage, claim.marks)), (0, 0, 0, 2))
    yield Text()
    table = _table(5, 4, 4)
    for field in claim.fields:
        quoted = Text(" … ".join(f"“{words}”" for words in field.words))
        rule = field.rule if field.rule != "read" else ""
        sure = f"{field.score:.0%}" if field.score is not None else ""
        table.add_row(
            Text(_name(field.field), style=_style(field.field)),
            _Isolated(_value(field)),
            _Isolated(quoted),
            Text(" · ".join(filter(None, (rule, sure))), style="dim"),
        )
    yield table


def _table(*ratios: int) -> Table:
    """A table whose columns stand under those of the table before."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=11, style="dim")
    for ratio in ratios:
        table.add_column(ratio=ratio)
    return table


def _name(field: str) -> str:
    return _NAMES.get(field, field)


def _value(field: FieldReading) -> Text:
    return Text(field.value) if field.value else Text(_NOT_STATED, style="dim")


def _where_read(claim: ClaimReading) -> str:
    name = f"{claim.document}#{claim.item}" if claim.item else claim.document
    day = f"{claim.published}" if claim.published else ""
    return ", ".join(filter(None, (isolated(claim.source) if claim.source else "", day, name))) or "this text"


def _highlighted(passage: str, marks: Sequence[Mark]) -> Text:
    """The passage with each stretch in the style of what was read from it; the narrowest wins where they overlap."""
    edges = sorted({0, len(passage), *(m.start for m in marks), *(m.end for m in marks)})
    text = Text()
    for start, end in pairwise(edges):
        over = [m for m in marks if m.start <= start and end <= m.end]
        narrowest = min(over, key=lambda m: (m.end - m.start, m.field != "type"), default=None)
        text.append(passage[start:end], style=f"underline {_style(narrowest.field)}" if narrowest else "")
    return text


def _style(field: str) -> str:
    return _STYLES.get(field, _COUNT_STYLE)


def _examples(examples: Sequence[Neighbour]) -> Iterable[RenderableType]:
    if not examples:
        return
    yield Text()
    yield Text("Most like these examples of the codebook", style="dim")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim")
    table.add_column(style="dim")
    table.add_column()
    for example in examples:
        table.add_row(f"  {example.similarity:.2f}", example.code or "no event", example.text)
    yield table
