"""``tocsin copies``: who told a story first, who repeated it, and in which other words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from tocsin.cli._options import AsJson, AsKnown, Home, Out
from tocsin.cli._screen import answer, answering, out, print_json
from tocsin.cli._settings import settle

if TYPE_CHECKING:
    from tocsin.linking import Change
    from tocsin.pipeline import CopyReading, Telling, Told

__all__ = ["copies", "render_story"]

MOST_CHANGES = 12
"""Changes shown a copy; --json has all."""

LONGEST = 24
"""Words of a change that are shown: a paragraph that was cut is known by its beginning."""


def copies(
    document: Annotated[
        str, typer.Argument(metavar="[DOCUMENT]", help="Only the story that this document tells: its id or name.")
    ] = "",
    out_dir: Out = None,
    workspace: Home = None,
    internal: Annotated[
        bool, typer.Option("--internal", help="Show names and words of restricted documents too: do not forward.")
    ] = False,
    as_of: AsKnown = None,
    as_json: AsJson = False,
) -> None:
    """Show the stories that were told more than once: origin, copies, why, and what each copy changed.

    A story and its copies count as one source. Words that a copy cut and those it put for them are marked, in colour on
    a terminal and as [-cut-] {+added+} elsewhere. Of restricted documents only that they are copies is shown.
    """
    with answering(as_json=as_json):
        settings = settle(out_dir, workspace)
        from tocsin import pipeline

        with pipeline.open_workspace(settings.workspace, create=False) as kept:
            wanted = pipeline.find_document(kept, document) if document else None
            moment = pipeline.moment_as_of(kept, as_of)
            stories = pipeline.read_lineages(kept, wanted, internal=internal, as_of=moment)
            if as_json:
                print_json(list(stories))
                return
            told = 0
            coloured = out().is_terminal
            for told, story in enumerate(stories, 1):  # noqa: B007
                answer(render_story(story, coloured=coloured))
        if not told:
            answer(Text(_nothing(document)))
        elif internal:
            answer(Text("\nINTERNAL: names and words of restricted documents; do not forward.", style="dim italic"))


def _nothing(document: str) -> str:
    if document:
        return "Nothing repeats this document, and it repeats nothing."
    return "No story was told twice. Copies are found when events are linked: tocsin link."


def render_story(story: Told, *, coloured: bool) -> RenderableType:
    """An origin with its copies; marks are colours where `coloured`, else brackets."""
    names = {t.document_id: _name(t) for t in (story.origin, *(c.telling for c in story.copies))}
    parts: list[RenderableType] = [Text(), Text(_line(story.origin), style="bold")]
    if story.origin.title:
        parts.append(Text(f"  {_isolated(story.origin.title)}", style="dim"))
    for copy in story.copies:
        parts += _copy(copy, "" if copy.repeats == story.origin.document_id else names.get(copy.repeats, ""), coloured)
    return Group(*parts)


def _copy(copy: CopyReading, repeats: str, coloured: bool) -> Iterator[RenderableType]:
    yield Text(f"└─ {_line(copy.telling)}")
    of = (f"of {repeats}",) if repeats else ()
    yield Padding(Text(" · ".join((*of, *copy.reasons)), style="dim"), (0, 0, 0, 3))
    if copy.withheld:
        yield Padding(Text("changed words of a restricted document: --internal shows them", style="dim"), (0, 0, 0, 3))
    for change in copy.changes[:MOST_CHANGES]:
        yield Padding(marked(change, coloured=coloured), (0, 0, 0, 5))
    more = len(copy.changes) - MOST_CHANGES
    if more > 0:
        yield Padding(Text(f"and {more:,} more", style="dim"), (0, 0, 0, 5))


def marked(change: Change, *, coloured: bool) -> Text:
    """A change in its surroundings, cut words and new ones marked, each in an isolate where it runs right to left."""
    around = [Text(_isolated(words)) for words in (change.lead, change.trail)]
    return Text(" ").join(part for part in (around[0], *_marks(change, coloured), around[1]) if part)


def _marks(change: Change, coloured: bool) -> Sequence[Text]:
    found = []
    for words, style, opens, ends in ((change.before, "red strike", "[-", "-]"), (change.after, "green", "{+", "+}")):
        if words:
            shown = _isolated(_shortened(words))
            found.append(Text(shown, style=style) if coloured else Text(f"{opens}{shown}{ends}"))
    return found


def _shortened(words: str) -> str:
    pieces = words.split()
    return words if len(pieces) <= LONGEST else f"{' '.join(pieces[:LONGEST])} … ({len(pieces) - LONGEST:,} more)"


def _line(telling: Telling) -> str:
    day = f"{telling.published}" if telling.published else "undated"
    return ", ".join(filter(None, (day, _isolated(telling.source), _name(telling))))


def _name(telling: Telling) -> str:
    return _isolated(telling.document) if telling.document else telling.document_id


def _isolated(words: str) -> str:
    from tocsin.cli._reading import isolated

    return isolated(words)
