"""``tocsin hotspots``: where and when events cluster."""

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
    opened,
    selection,
    show_page,
)
from tocsin.cli._options import AsJson, AsKnown, Quiet
from tocsin.cli._screen import answering, watching

__all__ = ["hotspots"]


def hotspots(
    data: Data,
    degrees: Annotated[
        float, typer.Option("--cell", min=0.01, max=30, metavar="DEGREES", help="Width of a cell.")
    ] = 0.5,
    reach: Annotated[
        float, typer.Option("--reach", min=0.1, metavar="KM", help="What counts as around a cell.")
    ] = 80.0,
    km: Annotated[
        float, typer.Option("--km", min=0.01, metavar="KM", help="Events of a cluster are nearer than this.")
    ] = 10.0,
    within: Annotated[
        float, typer.Option("--days", min=0, metavar="DAYS", help="And at most so many days apart.")
    ] = 7.0,
    least: Annotated[int, typer.Option("--least", min=2, metavar="N", help="Events that make a cluster.")] = 5,
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
    """Tell where and when events cluster: hot spots, clusters, self-excitation, and diffusion next door.

    Hot spots by Gi* with the false discovery rate held; clusters in space and time by ST-DBSCAN; how many further
    events one brings (Hawkes); and whether events next door raise the odds here. What cannot be measured
    is named, with why.
    """
    with answering(as_json=as_json):
        chosen = selection(country, admin1, actor, kind, since, until)
        from tocsin import analysis

        with watching(quiet or as_json) as progress:
            progress.start("Reading", None)
            events = opened(data, as_of, mapping)
            points = analysis.event_points(events, chosen)
            progress.start("Measuring", None)
            found = analysis.clustering(points, degrees=degrees, reach=reach, km=km, within=within, least=least)
            progress.finish()
        page = analysis.clustering_page(found, points, command_line())
        shown = analysis.plain(found)
        shown["clusters"]["ids"] = points.ids
        show_page(page, shown, html, as_json=as_json, quiet=quiet, problems=events.problems)
