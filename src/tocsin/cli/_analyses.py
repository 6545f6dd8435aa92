"""The commands that measure, under their names."""

from __future__ import annotations

import typer

from tocsin.cli import _near_repeat

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("near-repeat", epilog="Example: tocsin near-repeat ged.csv --country Syria --html near-repeat.html")(
        _near_repeat.near_repeat
    )
