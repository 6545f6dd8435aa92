"""``tocsin impact`` and ``tocsin power``: did it work, and could a study tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tocsin.cli._measures import (
    ActorIs,
    DataMapping,
    Html,
    Since,
    TypeIs,
    Until,
    command_line,
    numbers,
    opened,
    selection,
    show_page,
)
from tocsin.cli._options import AsJson, AsKnown, Quiet
from tocsin.cli._screen import answering, watching
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.analysis._results import Floats
    from tocsin.impact import Study

__all__ = ["impact", "power"]

Unit = Annotated[str, typer.Option("--unit", metavar="COLUMN", help="The place.")]
Period = Annotated[str, typer.Option("--period", metavar="COLUMN", help="When: numbers, or words that sort (2019-03).")]
Outcome = Annotated[str, typer.Option("--outcome", metavar="COLUMN", help="What is to have changed.")]
First = Annotated[
    str, typer.Option("--first", metavar="COLUMN", help="First period of the place's treatment; empty or 0: never.")
]


def impact(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="A panel (CSV); or, with --treatment, an event table or a workspace.")
    ],
    unit: Unit = "unit",
    period: Period = "period",
    outcome: Outcome = "outcome",
    first: First = "first",
    covariate: Annotated[
        list[str] | None, typer.Option("--covariate", metavar="COLUMN", help="What trends may depend on (repeatable).")
    ] = None,
    weight: Annotated[
        str, typer.Option("--weight", metavar="COLUMN", help="Of rows that are answers of a survey.")
    ] = "",
    control: Annotated[
        Literal["never", "not-yet"], typer.Option("--control", help="Compare with places treated never, or not yet.")
    ] = "never",
    anticipation: Annotated[
        int, typer.Option(min=0, metavar="N", help="Periods in which it may work before it begins.")
    ] = 0,
    latitude: Annotated[str, typer.Option("--latitude", metavar="COLUMN", help="Of places, for --rings.")] = "",
    longitude: Annotated[str, typer.Option("--longitude", metavar="COLUMN", help="Of places, for --rings.")] = "",
    rings: Annotated[
        str, typer.Option("--rings", metavar="EDGES", help="Kilometres around treated places: 0,25,50.")
    ] = "",
    treatment: Annotated[
        Path | None,
        typer.Option("--treatment", metavar="FILE", help="Of events: all places and their first months (CSV)."),
    ] = None,
    area: Annotated[
        str, typer.Option("--area", metavar="COLUMN", help="Of events: country, admin1, admin2 or location.")
    ] = "admin1",
    deaths: Annotated[bool, typer.Option("--deaths", help="Of events: count deaths.")] = False,
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
    """Tell whether something that some places got, and others did not, changed anything there.

    Staggered difference-in-differences (Callaway and Sant'Anna), where the design allows it: trends before, and what is
    left if they were not parallel, are shown. Where it does not (few places, nobody to compare with) what changed is
    described, and why it is not called an effect is said. Rows may be answers of a survey: they are averaged by place.
    """
    with answering(as_json=as_json):
        edges = numbers(rings, "--rings") if rings else ()
        chosen = selection("", "", actor, kind, since, until)
        from tocsin import impact as room

        columns = room.PanelColumns(unit, period, outcome, first, tuple(covariate or ()), weight, latitude, longitude)
        caveats: tuple[str, ...] = ()
        problems: tuple[object, ...] = ()
        with watching(quiet or as_json) as progress:
            progress.start("Reading", None)
            where: Floats | None = None
            if treatment is not None:
                events = opened(data, as_of, mapping)
                places = room.read_treatment(treatment, unit, first)
                study: Study = room.study_of_events(events, places, area=area, selection=chosen, deaths=deaths)
                said, caveats = [("Data", f"{events.name}; {chosen.words}".rstrip("; "))], events.caveats
                problems = events.problems
            else:
                study, where = room.read_study(data, columns)
                said = [("Data", f"{data.name}, columns {', '.join(columns.named)}")]
            progress.start("Estimating", None)
            found = room.evaluate(study, control=control, anticipation=anticipation)
            spread = None
            if edges:
                if where is None:
                    raise UsageError("--rings needs to know where places are: name --latitude and --longitude")
                spread = room.spillover(study, where[:, 0], where[:, 1], edges)
            progress.finish()
        from tocsin.analysis import plain

        page = room.evaluation_page(found, study, spread, said, caveats, command_line())
        shown = plain(found)
        if shown["effects"]:
            # As large as the study; for a program that asks for it in Python.
            del shown["effects"]["influence"], shown["effects"]["groups"]
        result = {**shown, "spillover": plain(spread)}
        show_page(page, result, html, as_json=as_json, quiet=quiet, problems=problems)


def power(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A panel of the study's places before it (CSV).")],
    treated: Annotated[int, typer.Option(metavar="N", help="Places that will get it; all others are compared with.")],
    before: Annotated[int, typer.Option(metavar="N", help="Periods before it begins.")],
    unit: Unit = "unit",
    period: Period = "period",
    outcome: Outcome = "outcome",
    effects: Annotated[str, typer.Option("--effects", metavar="LIST", help="To try: 0,1,2,5.")] = "",
    simulations: Annotated[int, typer.Option(min=50, metavar="N", help="Studies simulated.")] = 1000,
    html: Html = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Before a study starts: how large an effect could it see? Simulated on what is known of its places.

    The panel should be as long as the study will be. Places are drawn again, some get an effect, and how often it is
    found is counted.
    """
    with answering(as_json=as_json):
        tried = numbers(effects, "--effects") if effects else None
        from tocsin import impact as room

        study, _ = room.read_study(data, room.PanelColumns(unit, period, outcome, ""))
        found = room.power(study.outcome, treated=treated, before=before, effects=tried, simulations=simulations)
        page = room.power_page(found, [("Data", f"{data.name}, column {outcome}")], command_line())
        from tocsin.analysis import plain

        show_page(page, plain(found), html, as_json=as_json, quiet=quiet)
