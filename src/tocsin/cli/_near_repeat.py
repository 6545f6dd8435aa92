"""``tocsin near-repeat``: does one event make the next more likely nearby and soon after."""

from __future__ import annotations

from typing import Annotated

import typer

from tocsin.cli._measures import (
    ActorIs,
    CountryIs,
    Data,
    DataMapping,
    DivisionIs,
    Html,
    Since,
    TypeIs,
    Until,
    command_line,
    numbers,
    opened,
    points_computed,
    selection,
    show_page,
)
from tocsin.cli._options import AsJson, AsKnown, Quiet
from tocsin.cli._screen import answering, watching

__all__ = ["near_repeat"]


def near_repeat(
    data: Data,
    space: Annotated[
        str, typer.Option("--km", metavar="EDGES", help="Lower edges of the bands of distance, in kilometres.")
    ] = "0,0.1,2,5,10",
    time: Annotated[
        str, typer.Option("--days", metavar="EDGES", help="Lower edges of the bands of time, in days.")
    ] = "0,1,4,8,15,29",
    permutations: Annotated[int, typer.Option(min=19, metavar="N", help="Random permutations of the days.")] = 999,
    country: CountryIs = "",
    admin1: DivisionIs = "",
    actor: ActorIs = "",
    kind: TypeIs = "",
    since: Since = None,
    until: Until = None,
    mapping: DataMapping = None,
    as_of: AsKnown = None,
    html: Html = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Tell whether events are followed by others nearby and soon after, more than chance would have it (Knox's test).

    Pairs of events are counted by the distance and time between them, in half-open bands: 0,1,4 is the same day, one to
    three days apart, and four or more. Only events placed at a settlement or finer and dated to the day are used.
    """
    with answering(as_json=as_json):
        edges = numbers(space, "--km"), numbers(time, "--days")
        chosen = selection(country, admin1, actor, kind, since, until)
        from tocsin import analysis

        with watching(quiet or as_json) as progress:
            progress.start("Reading", None)
            events = opened(data, as_of, mapping)
            points = analysis.event_points(events, chosen)
            progress.start("Permuting", None)
            table = analysis.near_repeat(
                points.longitude,
                points.latitude,
                points.days,
                space=edges[0],
                time=edges[1],
                metric="great-circle",
                permutations=permutations,
            )
            progress.finish()
        page = analysis.near_repeat_page(table, points_computed(points), points.caveats, command_line())
        show_page(page, {"table": table}, html, as_json=as_json, quiet=quiet, problems=events.problems)
