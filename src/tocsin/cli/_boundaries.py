"""``tocsin boundaries``: outlines of administrative areas of one's own, so that places get divisions and P-codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tocsin.cli._options import AsJson, Quiet
from tocsin.cli._screen import MOST_PROBLEMS, answer, answering, print_json, screen, watching

__all__ = ["commands"]

commands = typer.Typer(
    name="boundaries",
    help="Add outlines of administrative areas, so that places get the divisions and P-codes they lie in.",
    epilog="Example: tocsin boundaries add mli_adm.gpkg --name ocha-mali",
    no_args_is_help=True,
)


@commands.command("add", epilog="Example: tocsin boundaries add districts.zip --level 2 --name-field DNAME")
def add(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="GeoJSON, GeoPackage or Shapefile, also zipped, in WGS 84.")
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call them.  [default: the first file's]")] = "",
    level: Annotated[
        int, typer.Option(min=0, max=4, metavar="1-4", help="Which level they are, where no field tells.")
    ] = 0,
    name_field: Annotated[str, typer.Option(metavar="FIELD", help="Which field holds an area's name.")] = "",
    pcode_field: Annotated[str, typer.Option(metavar="FIELD", help="Which field holds its P-code.")] = "",
    country: Annotated[str, typer.Option(metavar="ISO3", help="The country, where no field tells.")] = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Add boundaries of levels 1 to 4; those of the same name are replaced.

    Areas that were left out or mended are named (exit code 1). Where a file cannot be used, nothing is changed.
    """
    with answering(as_json=as_json):
        from tocsin.places import add_boundaries

        with watching(quiet or as_json) as progress:
            added = add_boundaries(
                files,
                name,
                level=level,
                name_field=name_field,
                pcode_field=pcode_field,
                country=country,
                progress=progress,
            )
        one = added.gazetteer
        if as_json:
            print_json({"boundaries": one, "problems": [str(p) for p in added.problems]})
        else:
            for problem in added.problems[:MOST_PROBLEMS]:
                screen().print(Text.assemble(("looked at  ", "yellow"), str(problem)), soft_wrap=True)
            if len(added.problems) > MOST_PROBLEMS:
                screen().print(f"and {len(added.problems) - MOST_PROBLEMS} more")
            if not quiet:
                answer(f"{one.name}: {one.areas:,} areas in {', '.join(one.countries)}")
        if added.problems:
            raise typer.Exit(1)


@commands.command("list", epilog="Example: tocsin boundaries list")
def list_(as_json: AsJson = False) -> None:
    """List the boundaries that were added."""
    with answering(as_json=as_json):
        from tocsin.places import list_boundaries

        found = list_boundaries()
        if as_json:
            print_json(list(found))
        elif not found:
            answer("None were added; places get the bundled first-level divisions.")
        else:
            table = Table(box=None, pad_edge=False)
            for column in ("Name", "Areas", "Countries", "Files"):
                table.add_column(column, justify="right" if column == "Areas" else "left")
            for one in found:
                table.add_row(one.name, f"{one.areas:,}", " ".join(one.countries), ", ".join(one.files))
            answer(table)


@commands.command("remove", epilog="Example: tocsin boundaries remove ocha-mali")
def remove(name: Annotated[str, typer.Argument(metavar="NAME", help="As `tocsin boundaries list` shows it.")]) -> None:
    """Remove boundaries that were added. Documents that were coded with them are coded again at the next run."""
    with answering():
        from tocsin.places import remove_boundaries

        remove_boundaries(name)
        answer(f"{name} was removed.")
