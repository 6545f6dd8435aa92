"""``tocsin alerts``: which early-warning rules fired, why, and what they were worth before."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli._forecast import Cells, Counted, KeepLast, Origin, WithCounts, dataset, month
from tocsin.cli._measures import (
    ActorIs,
    CountryIs,
    DataMapping,
    DivisionIs,
    Html,
    TypeIs,
    command_line,
    selection,
    show_page,
)
from tocsin.cli._options import AsJson, AsKnown, Quiet
from tocsin.cli._screen import answering, watching

__all__ = ["alerts"]


def alerts(
    data: WithCounts,
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="FILE", help="Rules (TOML).  [default: three for deaths]")
    ] = None,
    by: Cells = "country",
    measure: Counted = "deaths",
    months: Annotated[int, typer.Option("--months", min=1, metavar="N", help="Alerts of the last N months.")] = 1,
    origin: Origin = None,
    atom: Annotated[Path | None, typer.Option("--atom", metavar="FILE", help="Write an Atom feed.")] = None,
    country: CountryIs = "",
    admin1: DivisionIs = "",
    actor: ActorIs = "",
    kind: TypeIs = "",
    keep_last: KeepLast = False,
    mapping: DataMapping = None,
    as_of: AsKnown = None,
    html: Html = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Tell which early-warning rules fired in the last month, where and why, and what each was worth before.

    Rules are of three kinds: a threshold, a change against the months before, and a surprise, which is more than a
    forecast made a month before held possible. Each is tried on all past months too: how often it fired, what came in
    the three months after, and how often that came anyway. In a feed, an alert keeps its id.
    """
    with answering(as_json=as_json):
        chosen = selection(country, admin1, actor, kind, None, None)
        last = month(origin, "--origin")
        from tocsin import forecast as room

        asked = room.read_rules(rules)
        with watching(quiet or as_json) as progress:
            progress.start("Reading", None)
            known = dataset(data, by, measure, chosen, as_of, mapping, keep_last).until(last)
            progress.start("Trying rules", len(asked))
            found = room.find_alerts(known.history, asked, months, watch=lambda name: progress.advance(1))
            progress.finish()
        if atom is not None:
            room.write_atom(found, known.name, atom)
        page = room.alerts_page(found, known, command_line())
        show_page(page, {"alerts": found.alerts, "rules": found.records}, html, as_json=as_json, quiet=quiet)
