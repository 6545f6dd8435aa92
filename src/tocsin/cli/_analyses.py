"""The commands that measure, under their names."""

from __future__ import annotations

import typer

from tocsin.cli import (
    _alerts,
    _check,
    _expectations,
    _exposure,
    _forecast,
    _hotspots,
    _impact,
    _near_repeat,
    _report,
    _trends,
    _undercount,
)

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(
        epilog='Example: tocsin check "more than 60 violent incidents involving IS each month in 2018" --data ged.csv'
    )(_check.check)
    app.command(epilog="Example: tocsin expectations --data dataset/ --on 2026-01-01")(_expectations.expectations)
    app.command(epilog="Example: tocsin panel ged.csv --by admin1 --period month --write panel.csv")(_trends.panel)
    app.command(epilog="Example: tocsin trends ged.csv --by admin1 --country Syria --html trends.html")(_trends.trends)
    app.command("near-repeat", epilog="Example: tocsin near-repeat ged.csv --country Syria --html near-repeat.html")(
        _near_repeat.near_repeat
    )
    app.command("undercount", epilog="Example: tocsin undercount killings.csv --lists press,hospital,courts")(
        _undercount.undercount
    )
    app.command(
        "impact", epilog="Example: tocsin impact panel.csv --unit district --period month --outcome trust --first begun"
    )(_impact.impact)
    app.command("power", epilog="Example: tocsin power history.csv --unit district --treated 12 --before 6")(
        _impact.power
    )
    app.command("hotspots", epilog="Example: tocsin hotspots acled.csv --country Mali --html hotspots.html")(
        _hotspots.hotspots
    )
    app.command("exposure", epilog="Example: tocsin exposure acled.csv --population mli_ppp_2020.tif --km 1,2,5")(
        _exposure.exposure
    )
    app.command("forecast", epilog="Example: tocsin forecast ged.csv --by country --ahead 12 --html forecast.html")(
        _forecast.forecast
    )
    app.command("alerts", epilog="Example: tocsin alerts ged.csv --by admin1 --atom alerts.xml")(_alerts.alerts)
    app.command(
        "report", epilog="Example: tocsin report --period week --until 2024-05-05 --out week.html --out week.pdf"
    )(_report.report)
