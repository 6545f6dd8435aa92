"""``tocsin forecast``: what may come, as distributions, with how such forecasts did before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tocsin.cli._measures import (
    ActorIs,
    CountryIs,
    DataMapping,
    DivisionIs,
    Html,
    TypeIs,
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
    from datetime import date

    from tocsin.analysis import Selection
    from tocsin.forecast import By, Dataset

__all__ = ["Cells", "Counted", "KeepLast", "Origin", "WithCounts", "dataset", "forecast", "month"]

WithCounts = Annotated[
    Path,
    typer.Argument(
        metavar="DATA",
        help="A workspace, the folder of a run, an event table, or a CSV of counts (unit, month, deaths).",
    ),
]
Cells = Annotated[Literal["country", "admin1", "priogrid"], typer.Option("--by", help="What a unit is.")]
Counted = Annotated[Literal["deaths", "events"], typer.Option("--measure", help="What is counted.")]
Origin = Annotated[
    str | None, typer.Option("--origin", metavar="YYYY-MM", help="The last month to be known.  [default: the last]")
]
KeepLast = Annotated[
    bool, typer.Option("--keep-last", help="Take the last month as complete, however early its last event is.")
]


def forecast(
    data: WithCounts,
    by: Cells = "country",
    measure: Counted = "deaths",
    ahead: Annotated[int, typer.Option("--ahead", metavar="N", help="Months ahead, 1 to 36.")] = 12,
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="Which model; an unknown name lists all.")
    ] = "recency",
    origin: Origin = None,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", metavar="NAME", help="Whose fans and months to show (repeatable).")
    ] = None,
    chances: Annotated[
        str, typer.Option("--chances", metavar="LIST", help="Chances of at least so many are told.")
    ] = "1,25,100",
    evaluated: Annotated[
        bool, typer.Option("--evaluate/--no-evaluate", help="Whether past forecasts are made and scored.")
    ] = True,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Draws (.parquet) or the summary (.csv).")
    ] = None,
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
    """Forecast deaths or events by unit and month, as distributions, and show how such forecasts did before.

    Means, medians, central intervals and chances, with a fan chart and a map. Beside them the same model's forecasts
    from past months, each made of what was before it, scored against conflictology (the last twelve months again) and
    against expecting nothing, and where it failed worst. A last month that is not complete is left out.
    """
    with answering(as_json=as_json):
        thresholds = numbers(chances, "--chances")
        chosen = selection(country, admin1, actor, kind, None, None)
        known_until = month(origin, "--origin")
        from tocsin import forecast as room

        room.model_named(model)  # told before anything is read
        with watching(quiet or as_json) as progress:
            progress.start("Reading", None)
            known = dataset(data, by, measure, chosen, as_of, mapping, keep_last).until(known_until)
            units = known.history.only(unit).units if unit else ()
            using = room.model_named(model, known.neighbours())
            progress.start("Forecasting", None)
            made = room.forecast(known.history, using, ahead)
            found = None
            if evaluated:
                progress.start("Scoring past forecasts", room.MOST_ORIGINS)
                found = room.evaluate(known.history, using, ahead, watch=lambda done, of: progress.advance(1))
            progress.finish()
        page = room.forecast_page(
            made,
            known,
            found,
            units=units,
            thresholds=thresholds,
            outline=None if html is None else _outline(known),
            query=command_line(),
        )
        if write is not None:
            room.write_forecast(made, write, thresholds)
        shown = {"origin": made.origin, "model": made.model, "measure": made.measure, "unit": made.unit}
        result = {**shown, "thresholds": thresholds, "forecast": made.rows(thresholds), "evaluation": found}
        show_page(page, result, html, as_json=as_json, quiet=quiet)


def _outline(known: Dataset) -> dict[str, Any] | None:
    """Countries and divisions around the units; None where it is not known where these are."""
    from tocsin.forecast import map_box
    from tocsin.places import open_gazetteer

    box = map_box(known.points)
    return None if box is None else open_gazetteer().outline(box)


def dataset(
    data: Path,
    by: By,
    measure: Literal["deaths", "events"],
    chosen: Selection,
    as_of: str | None,
    mapping: Path | None,
    keep_last: bool,
) -> Dataset:
    """The history that a person named: of events, or a table of counts.

    Raises
    ------
    UsageError
        If something was asked of a table of counts that only events can answer.
    """
    from tocsin import forecast as room

    if mapping is None and room.holds_a_history(data):
        if chosen.words or as_of:
            raise UsageError(
                f"{data.name} holds counts by unit and month: events cannot be chosen from it, nor a day that it is as "
                "of; give the events"
            )
        return room.dataset_of_history(data)
    return room.dataset_of_events(opened(data, as_of, mapping), by, measure, chosen, whole_last=keep_last)


def month(words: str | None, option: str) -> date | None:
    """A month that was given to an option.

    Raises
    ------
    UsageError
        If it is none.
    """
    from tocsin.forecast import month_of

    try:
        return None if words is None else month_of(words)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
