"""``tocsin places``: the places that texts name, without coding anything else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from tocsin.cli._options import AsJson, Quiet
from tocsin.cli._screen import answer, answering, print_json, print_problems, watching
from tocsin.errors import NothingUsable, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tocsin.interfaces import Progress
    from tocsin.pipeline import Geoparser, PlacedText, Problem
    from tocsin.records import Place

__all__ = ["places"]


def places(
    given: Annotated[
        list[str], typer.Argument(metavar="FILE…|TEXT|-", help="Reports, a text in quotation marks, or - for a pipe.")
    ],
    geojson: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the places as GeoJSON.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write texts and map as one page.")] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find the places that texts name: point, precision, divisions and P-codes, PRIO-GRID cell, how sure it is.

    Nothing is kept. The files hold what was read, so only you may read them.
    """
    with answering(as_json=as_json):
        from tocsin import pipeline

        with watching(quiet or as_json) as progress:
            codes = pipeline.open_codebook(None)
            geoparser = pipeline.Geoparser(codes, pipeline.open_places(progress))
            texts, problems = _read(given, geoparser, progress)
        if problems and not texts:
            print_problems(problems)
            raise NothingUsable("none of the inputs could be used; name files of reports, or give a text in quotes")
        geoparser.write(texts, geojson, html)
        if as_json:
            print_json({"texts": [_plain(text) for text in texts], "problems": problems})
        else:
            print_problems(problems)
            if not quiet:
                answer(_table(texts))
                for text in texts:
                    for note in text.notes:
                        answer(Text(f"note: {': '.join(filter(None, (text.name, note)))}", style="yellow"))
    if problems:
        raise typer.Exit(1)


def _read(given: Sequence[str], geoparser: Geoparser, progress: Progress) -> tuple[list[PlacedText], list[Problem]]:
    from tocsin import pipeline

    if given == ["-"]:
        return [geoparser.text(typer.get_text_stream("stdin").read(), "-")], []
    if "-" in given:
        raise UsageError("- stands for a text from a pipe and is given alone")
    if len(given) == 1 and _is_text(given[0]):
        return [geoparser.text(given[0])], []
    texts: list[PlacedText] = []
    problems: list[Problem] = []
    progress.start("Reading", None)
    for found in geoparser.files([Path(one) for one in given]):
        progress.advance()
        if isinstance(found, pipeline.Problem):
            problems.append(found)
        else:
            texts.append(found)
    progress.finish()
    return texts, problems


def _is_text(given: str) -> bool:
    """Whether words and no file: what exists is a file, and so is what is written like one."""
    try:
        if Path(given).exists():
            return False
    except (OSError, ValueError):  # longer than a name may be
        return True
    is_one_word = not any(letter.isspace() for letter in given.strip())
    return not (is_one_word and ("/" in given or Path(given).suffix[1:].isalnum()))


def _plain(text: PlacedText) -> dict[str, object]:
    from tocsin.export import place_properties

    return {
        "document": text.name,
        "item": text.item,
        "title": text.title,
        "language": text.language,
        "notes": text.notes,
        "places": [place_properties(named, text.text) for named in text.places],
    }


def _table(texts: Sequence[PlacedText]) -> Table | Text:
    from tocsin.cli._reading import isolated

    if not any(text.places for text in texts):
        return Text("No place is named.")
    table = Table(box=None, pad_edge=False)
    for column in ("Named", "Place", "Division", "Country", "Point", "Precision", "P-code", "Sure"):
        table.add_column(column, overflow="fold", no_wrap=column in ("Point", "Precision", "Sure"))
    for text in texts:
        name = f"{text.name}#{text.item}" if text.item else text.name
        if len(texts) > 1 and text.places:
            table.add_row(Text(isolated(name), style="dim"))
        for named in text.places:
            place = named.place
            point = "" if place.latitude is None else f"{place.latitude:.3f}, {place.longitude:.3f}"
            table.add_row(
                Text(isolated(text.text[named.start : named.end])),
                Text(isolated(place.label or place.name)),
                Text(", ".join(map(isolated, _divisions(place)))),
                Text(place.country_name or place.country),
                point,
                place.precision,
                place.pcodes[-1] if place.pcodes else "",
                "" if place.probability is None else f"{place.probability:.0%}",
            )
    return table


def _divisions(place: Place) -> list[str]:
    """Names of the divisions around a place, the smallest first; one that all are called by, once."""
    return list(dict.fromkeys(name for name in (place.admin3, place.admin2, place.admin1) if name))
