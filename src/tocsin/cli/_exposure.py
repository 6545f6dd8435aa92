"""``tocsin exposure``: people near events."""

from __future__ import annotations

from pathlib import Path
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

__all__ = ["exposure"]


def exposure(
    data: Data,
    population: Annotated[
        Path,
        typer.Option("--population", metavar="RASTER", help="People by cell: a GeoTIFF in degrees (WorldPop)."),
    ],
    km: Annotated[str, typer.Option("--km", metavar="LIST", help="Distances in kilometres.")] = "1,2,5",
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
    """Count the people who live near events, from a population raster; whoever is near several is counted once.

    Only events placed at a settlement or finer are used, dated however coarsely.
    """
    with answering(as_json=as_json):
        distances = numbers(km, "--km")
        chosen = selection(country, admin1, actor, kind, since, until)
        from tocsin import analysis

        with watching(quiet or as_json) as progress:
            progress.start("Reading", None)
            dates = ("day", "week", "month", "year")
            events = opened(data, as_of, mapping)
            points = analysis.event_points(events, chosen, dates=dates)
            progress.start("Counting", None)
            found = analysis.exposure(population, points.latitude, points.longitude, distances)
            progress.finish()
        page = analysis.exposure_page(found, points_computed(points), points.caveats, command_line())
        show_page(page, analysis.plain(found), html, as_json=as_json, quiet=quiet, problems=events.problems)
