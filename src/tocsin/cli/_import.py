"""``tocsin import``: event datasets of others, by the road that reports take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli._options import AsJson, Home, Layer, Out, Quiet
from tocsin.cli._screen import answer, answering, print_json, print_problems, watching
from tocsin.cli._settings import settle
from tocsin.errors import NothingUsable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tocsin.pipeline import Imported

__all__ = ["Mapping", "import_datasets"]

Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE", help="Which column holds what (TOML), for a table of no known dataset."),
]


def import_datasets(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="UCDP GED or Candidate, ACLED, GTD, events.csv: CSV, .gz, .zip, .xlsx."),
    ],
    mapping: Mapping = None,
    name: Annotated[str, typer.Option("--name", metavar="DATASET", help="What to call the dataset.")] = "",
    whole: Annotated[
        bool,
        typer.Option("--whole", help="The files are all of their datasets: withdraw what they no longer have."),
    ] = False,
    out_dir: Out = None,
    workspace: Home = None,
    codebook: Layer = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Bring event datasets of others into a workspace: each row a claim with its dataset as source, then link.

    Rows of different datasets, and reports, about one incident become one event; rows of one dataset never do. A newer
    release revises what it changed. Rows that cannot be read are listed, as they were, in OUT/internal/rejects.csv.
    """
    resume = "what was imported so far is kept; run the same command again to go on"
    with answering(as_json=as_json, resume=resume):
        settings = settle(out_dir, workspace, codebook=codebook)
        from rich.console import Group

        from tocsin import pipeline
        from tocsin.cli._account import render_linked

        with pipeline.open_workspace(settings.workspace) as kept, watching(quiet or as_json) as progress:
            codes = pipeline.open_codebook(settings.codebook)
            imported = pipeline.import_datasets(
                kept, settings.out, files, mapping=mapping, dataset=name, whole=whole, progress=progress
            )
            if not imported.rows:
                raise NothingUsable("\n".join(map(str, imported.problems[:20])) or "there is nothing to import")
            coder = pipeline.open_coder(codes, pipeline.open_places(progress))
            coded = pipeline.code(kept, coder, codebook=settings.codebook, progress=progress)
            linked = pipeline.link(kept, codes, progress=progress)
        if as_json:
            print_json({"imported": imported, "coded": coded, "linked": linked})
        else:
            print_problems((*imported.problems, *coded.problems), Path(imported.rejects) if imported.rejects else None)
            if not quiet:
                answer(Group(_imported(imported), render_linked(linked)))
    if imported.rejected or coded.problems:
        raise typer.Exit(1)


def _imported(imported: Imported) -> RenderableType:
    from tocsin.cli._account import lines

    first, *others = imported.datasets.items()
    return lines([(*first, list(_notes(imported))), *((*other, ["rows"]) for other in others)])


def _notes(imported: Imported) -> Iterator[str]:
    yield "rows"
    for figure, words in (
        (imported.new, "new"),
        (imported.revised, "revised"),
        (imported.known, "known before"),
        (imported.withdrawn, "withdrawn"),
        (imported.forgotten, "forgotten, not taken again"),
        (imported.rejected, "left out"),
    ):
        if figure:
            yield f"{figure:,} {words}"
