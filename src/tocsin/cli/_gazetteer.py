"""``tocsin gazetteer``: villages and P-codes of one's own, beside the bundled places."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tocsin.cli._screen import answer, answering, print_json, screen, watching

__all__ = ["commands"]

commands = typer.Typer(
    name="gazetteer",
    help="Add villages and P-codes of your own to the bundled places, and look places up.",
    epilog="Example: tocsin gazetteer add syr_admin4_points.geojson --name ocha-syria",
    no_args_is_help=True,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but problems and errors.")]

# Rows that could not be taken which are shown; the rest is counted.
_SHOWN = 20


@commands.command("add", epilog="Example: tocsin gazetteer add syr_admin*.geojson.gz --name ocha-syria")
def add(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="OCHA GeoJSON or tables, GeoNames dumps and alternateNames, or a CSV with name, lat, lon.",
        ),
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call it.  [default: the first file's]")] = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Add a gazetteer; one of the same name is replaced. Rows that cannot be taken are named by line (exit code 1)."""
    with answering(as_json=as_json):
        from tocsin.places import add_gazetteer

        with watching(quiet or as_json) as progress:
            added = add_gazetteer(files, name, progress)
        if as_json:
            print_json({"gazetteer": added.gazetteer, "problems": [str(p) for p in added.problems]})
        else:
            for problem in added.problems[:_SHOWN]:
                screen().print(Text.assemble(("looked at  ", "yellow"), str(problem)))
            if len(added.problems) > _SHOWN:
                screen().print(f"and {len(added.problems) - _SHOWN} more")
            one = added.gazetteer
            answer(f"{one.name}: {one.settlements:,} settlements and {one.areas:,} areas in {', '.join(one.countries)}")
        if added.problems:
            raise typer.Exit(1)


@commands.command("list", epilog="Example: tocsin gazetteer list")
def list_(as_json: AsJson = False) -> None:
    """List the gazetteers that were added."""
    with answering(as_json=as_json):
        from tocsin.places import list_gazetteers

        found = list_gazetteers()
        if as_json:
            print_json(list(found))
        elif not found:
            answer("None was added; the bundled places are used alone.")
        else:
            table = Table(box=None, pad_edge=False)
            for column in ("Name", "Settlements", "Areas", "Countries", "Files"):
                table.add_column(column, justify="right" if column in ("Settlements", "Areas") else "left")
            for one in found:
                files = ", ".join(one.files)
                table.add_row(one.name, f"{one.settlements:,}", f"{one.areas:,}", " ".join(one.countries), files)
            answer(table)


@commands.command("find", epilog="Example: tocsin gazetteer find Tripoli --country LBN")
def find(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A place name, in any script or spelling.")],
    country: Annotated[str, typer.Option(metavar="ISO3", help="Only places in this country, such as SYR.")] = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Look a place up in all gazetteers, the likeliest spelling first."""
    with answering(as_json=as_json):
        from tocsin.places import open_gazetteer

        with watching(quiet or as_json) as progress:
            found = open_gazetteer(progress=progress).find(name, country)
        if as_json:
            print_json(list(found))
            return
        table = Table(box=None, pad_edge=False)
        for column in ("Place", "Division", "Country", "Point", "P-code", "Gazetteer"):
            table.add_column(column)
        for place in found:
            point = "" if place.latitude is None else f"{place.latitude:.3f}, {place.longitude:.3f}"
            divisions = ", ".join(part for part in (place.admin2, place.admin1) if part)
            code = place.pcodes[-1] if place.pcodes else ""
            table.add_row(place.label, divisions, place.country_name, point, code, place.gazetteer)
        answer(table if found else f"No gazetteer has a place called {name!r}.")


@commands.command("remove", epilog="Example: tocsin gazetteer remove ocha-syria")
def remove(name: Annotated[str, typer.Argument(metavar="NAME", help="As `tocsin gazetteer list` shows it.")]) -> None:
    """Remove a gazetteer that was added. Documents that were coded with it are coded again at the next run."""
    with answering():
        from tocsin.places import remove_gazetteer

        remove_gazetteer(name)
        answer(f"{name} was removed.")
