"""What was destroyed, and what is left to do by hand."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from tocsin.store import Forgotten

__all__ = ["render_forgotten"]

_BEYOND = {
    "postgresql-log": "the server's write-ahead log, replicas and dumps: ask whoever runs it",
}


def render_forgotten(forgotten: Forgotten) -> RenderableType:
    """What was destroyed, and where copies of it may be left."""
    done = [
        f"{len(forgotten.originals)} original files",
        f"{len(forgotten.events_gone)} events that rested on it alone",
    ]
    return Group(
        Text.assemble(("Forgotten ", "bold"), forgotten.document_id),
        Text(f"destroyed with it: {', '.join(done)}", style="dim"),
        *_list("Other documents came from the same files; their originals are gone too", forgotten.shared),
        *_list("These documents repeat its words: forget them too, if need be", forgotten.repeated_in),
        *_list("Written before, and may still hold it: destroy, or write anew", map(str, forgotten.outputs)),
        *_list("Look like backups, and may still hold it", map(str, forgotten.backups)),
        *_list("Out of reach from here", (_BEYOND.get(code, code) for code in forgotten.beyond_reach)),
        Text(),
        Text("To write the files anew without it: tocsin link, then tocsin export", style="bold"),
    )


def _list(title: str, items: Iterable[str]) -> Iterable[RenderableType]:
    found = list(items)
    if found:
        yield Text()
        yield Text(title, style="bold yellow")
        yield from (Text(f"  {item}") for item in found)
