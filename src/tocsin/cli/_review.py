"""``tocsin review``: what to look at next, out to reviewers as a workbook and back, and what was decided."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tocsin.cli._options import AsJson, AsKnown, Home, Layer, Out, Quiet
from tocsin.cli._screen import answer, answering, print_json, print_problems, watching
from tocsin.cli._settings import settle
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.pipeline import Answered, ClaimReading, Entry, ReviewItem, ReviewSheet
    from tocsin.review import Agreement, Calibration

__all__ = ["commands"]

commands = typer.Typer(
    name="review",
    help="See what is in doubt, have people decide it, and see how far they agree.",
    epilog="Example: tocsin review export review.xlsx --out dataset/",
    no_args_is_help=True,
)

_KIND = {
    "pair": "One incident or two?",
    "claim": "Did this happen as coded?",
    "field": "Is this field right?",
    "lost": "What was judged is not there any more",
}

Include = Annotated[
    str, typer.Option(metavar="KINDS", help="Which doubts: pairs, claims, fields, lost (with commas between), or all.")
]


@commands.command("list", epilog="Example: tocsin review list --include pairs --most 5 --out dataset/")
def list_(
    out_dir: Out = None,
    workspace: Home = None,
    include: Include = "all",
    most: Annotated[int, typer.Option(min=1, metavar="N", help="Most doubts of each kind.")] = 5,
    codebook: Layer = None,
    as_json: AsJson = False,
) -> None:
    """Show what a person should see next, most doubtful first, each with the words it is about."""
    with answering(as_json=as_json):
        settings = settle(out_dir, workspace, codebook=codebook)
        from tocsin import pipeline

        codes = pipeline.open_codebook(settings.codebook)
        with pipeline.open_workspace(settings.workspace, create=False) as kept:
            items, more = pipeline.review_queue(kept, codes, include=include, most=most)
        if as_json:
            print_json({"items": items, "more": more})
        else:
            answer(_queue(items, more))


@commands.command("export", epilog="Example: tocsin review export review.xlsx --most 100 --include pairs,claims")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The workbook to write.")],
    out_dir: Out = None,
    workspace: Home = None,
    include: Include = "all",
    most: Annotated[int, typer.Option(min=1, metavar="N", help="Most rows of each kind.")] = 50,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that is there, with the answers in it.")
    ] = False,
    codebook: Layer = None,
    as_json: AsJson = False,
) -> None:
    """Write what is in doubt as a workbook for reviewers, with columns to fill in. It is internal: do not forward."""
    with answering(as_json=as_json):
        settings = settle(out_dir, workspace, codebook=codebook)
        from tocsin import pipeline

        codes = pipeline.open_codebook(settings.codebook)
        with pipeline.open_workspace(settings.workspace, create=False) as kept:
            written = pipeline.export_review(kept, codes, file, include=include, most=most, overwrite=overwrite)
        if as_json:
            print_json(written)
        else:
            answer(_written(written))


@commands.command("import", epilog="Example: tocsin review import review.xlsx --reviewer nour --out dataset/")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The workbook that was filled in, or one sheet as CSV.")],
    reviewer: Annotated[str, typer.Option(metavar="NAME", help="Who judged, where a row does not say.")] = "",
    relink: Annotated[
        bool, typer.Option("--link/--no-link", help="Whether to link again at once.", show_default=False)
    ] = True,
    out_dir: Out = None,
    workspace: Home = None,
    codebook: Layer = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Take what reviewers filled in as judgements, and link again, so that events follow them.

    Rows that cannot be taken are named, and the rest goes in. A file taken twice changes nothing; an edited row
    replaces what the same reviewer said before. The files that are handed on follow with tocsin export.
    """
    with answering(as_json=as_json, resume="what was taken is kept; run the same command again to go on"):
        settings = settle(out_dir, workspace, codebook=codebook)
        from tocsin import pipeline

        codes = pipeline.open_codebook(settings.codebook)
        with (
            pipeline.open_workspace(settings.workspace, create=False) as kept,
            watching(quiet or as_json) as progress,
        ):
            taken = pipeline.import_review(kept, codes, file, reviewer=reviewer, relink=relink, progress=progress)
        if as_json:
            print_json(taken)
        else:
            print_problems(taken.problems)
            if not quiet:
                answer(_taken(taken, relink))
    if taken.problems:
        raise typer.Exit(1)


@commands.command("log", epilog="Example: tocsin review log --out dataset/ --json")
def log(
    out_dir: Out = None,
    workspace: Home = None,
    as_of: AsKnown = None,
    as_json: AsJson = False,
) -> None:
    """Show every judgement, oldest first: who, when, what, and what took its place. Nothing is ever deleted from it."""
    with answering(as_json=as_json):
        settings = settle(out_dir, workspace)
        from tocsin import pipeline

        with pipeline.open_workspace(settings.workspace, create=False) as kept:
            entries = pipeline.judgement_log(kept, pipeline.moment_as_of(kept, as_of))
        if as_json:
            print_json(entries)
        else:
            answer(_log(entries))


@commands.command("agreement", epilog="Example: tocsin review agreement --out dataset/")
def agreement(
    tables: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[A.csv B.csv]", help="Two claims.csv to compare by column, instead of judgements."),
    ] = None,
    out_dir: Out = None,
    workspace: Home = None,
    as_of: AsKnown = None,
    as_json: AsJson = False,
) -> None:
    """Show how far people agree who judged the same: Krippendorff's alpha, and Cohen's kappa for every two of them.

    Given two tables of claims, it compares them column by column, over the claims that both have.
    """
    with answering(as_json=as_json):
        if tables and len(tables) != 2:
            raise UsageError("give two tables of claims to compare, or none to compare reviewers")
        settings = settle(out_dir, workspace)
        from tocsin import pipeline

        alone = (0, 0)
        if tables:
            found, alone = pipeline.agreement_of_tables(*tables)
        else:
            with pipeline.open_workspace(settings.workspace, create=False) as kept:
                found = pipeline.agreement_of_reviewers(kept, pipeline.moment_as_of(kept, as_of))
        if as_json:
            print_json({"agreement": found, "only_in": alone} if tables else {"agreement": found})
        else:
            answer(_agreements(found, alone))


@commands.command("calibration", epilog="Example: tocsin review calibration --html calibration.html --out dataset/")
def calibration(
    out_dir: Out = None,
    workspace: Home = None,
    as_of: AsKnown = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write a page with charts.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what scores were worth: of what was scored so, how much was right where people judged it."""
    with answering(as_json=as_json):
        settings = settle(out_dir, workspace)
        from tocsin import pipeline

        with pipeline.open_workspace(settings.workspace, create=False) as kept:
            found = pipeline.calibration(kept, pipeline.moment_as_of(kept, as_of))
        if html is not None:
            pipeline.write_calibration(found, html, f"tocsin review calibration --workspace {settings.workspace.name}")
        if as_json:
            print_json(found)
        else:
            answer(_calibrations(found))


def _queue(items: Sequence[ReviewItem], more: int) -> RenderableType:
    if not items:
        return Text("Nothing is in doubt, or everything was decided.")
    parts: list[RenderableType] = []
    kind = ""
    for item in items:
        if item.doubt.kind != kind:
            kind = item.doubt.kind
            parts += [Text(), Text(_KIND[kind], style="bold")]
        parts += _item(item)
    parts.append(Text())
    if more:
        parts.append(Text(f"{more:,} more. To fill them in: tocsin review export review.xlsx --most 1000", "dim"))
    parts.append(Text("INTERNAL: names and words of reports; do not forward.", style="dim italic"))
    return Group(*parts)


def _item(item: ReviewItem) -> Iterator[RenderableType]:
    from tocsin.cli._reading import isolated

    doubt = item.doubt
    yield Text()
    score = "" if doubt.score is None else f"{doubt.score:.2f}"
    yield Text("  " + " · ".join(filter(None, (score, doubt.field, *doubt.subjects))), style="yellow")
    if doubt.why:
        yield Padding(Text(", ".join(map(isolated, map(_shown, doubt.why))), style="dim"), (0, 0, 0, 4))
    for claim in item.claims:
        yield Padding(Text(_where(claim), style="dim"), (0, 0, 0, 4))
        yield Padding(Text(isolated(claim.passage)), (0, 0, 0, 6))
        wanted = "type" if doubt.field == "code" else doubt.field
        for field in claim.fields:
            if field.field == wanted or (not wanted and field.value):
                yield Padding(Text(f"{field.field}: {isolated(field.value) or 'not stated'}"), (0, 0, 0, 8))


def _where(claim: ClaimReading) -> str:
    name = f"{claim.document}#{claim.item}" if claim.item else claim.document
    return ", ".join(filter(None, (claim.source, f"{claim.published}" if claim.published else "", name)))


def _shown(value: str) -> str:
    from tocsin.review import shown_value

    return shown_value(value)


def _written(written: ReviewSheet) -> RenderableType:
    rows = ", ".join(f"{number:,} {name.casefold()}" for name, number in written.rows.items())
    more = (Text(f"{written.more:,} more are in doubt: --most", style="dim"),) if written.more else ()
    return Group(
        Text.assemble((written.path, "bold"), f"  {rows}"),
        *more,
        Text("INTERNAL: it holds words and names; send it to reviewers only.", style="yellow"),
        Text(
            f"Filled in, it comes back with: tocsin review import {shlex.quote(str(written.path))} --reviewer NAME",
            style="dim",
        ),
    )


def _taken(taken: Answered, relink: bool) -> RenderableType:
    if not taken.filled:
        return Text("No row is filled in: none has a verdict.")
    said = [f"{taken.new:,} new", f"{taken.changed:,} of them in place of an earlier word"] if taken.changed else []
    said = said or [f"{taken.new:,} new"]
    said += [f"{taken.known:,} known"] if taken.known else []
    parts = [Text.assemble((f"{taken.filled:,} rows filled in: ", "bold"), ", ".join(said))]
    if taken.linked:
        parts.append(Text(f"Linked again: {taken.linked.changed:,} of {taken.linked.events:,} events changed"))
        parts.append(Text("The files follow with: tocsin export", style="dim"))
    elif taken.new and not relink:
        parts.append(Text("Events follow with: tocsin link", style="dim"))
    return Group(*parts)


def _log(entries: Sequence[Entry]) -> RenderableType:
    if not entries:
        return Text("Nobody has judged anything yet: tocsin review export review.xlsx")
    return Group(*(line for entry in entries for line in _entry(entry)))


def _entry(entry: Entry) -> Iterator[RenderableType]:
    from tocsin.cli._reading import isolated

    judged = entry.judgement
    stands = "dim" if entry.superseded_by else ""
    what = f"{judged.verdict} {judged.field}".strip()
    value = f" → {isolated(_shown(judged.value))}" if judged.value else ""
    who = f"{judged.made_at:%Y-%m-%d %H:%M}  {isolated(judged.reviewer)}"
    yield Text(f"{who}  {what}{value}  {' '.join(judged.subjects)}", style=stands)
    if judged.reason:
        yield Text(f"    {isolated(judged.reason)}", style="dim")
    if entry.superseded_by:
        yield Text(f"    superseded by {entry.superseded_by}", style="dim")


def _agreements(found: Sequence[Agreement], alone: tuple[int, int]) -> RenderableType:
    if not found:
        return Text("Nothing was judged by two people yet: have two fill in the same workbook, each under their name.")
    parts: list[RenderableType] = []
    table = _table("", "items", "people", "same", "alpha", "95 %")
    for one in found:
        interval = "" if one.low is None or one.high is None else f"{one.low:.2f} to {one.high:.2f}"
        figures = (f"{one.items:,}", f"{one.reviewers:,}", f"{one.same:.0%}", _figure(one.alpha), interval)
        table.add_row(Text(one.of, style="bold"), *figures)
    parts += [Text(), table]
    for note in dict.fromkeys(one.note for one in found if one.note):
        of = ", ".join(one.of for one in found if one.note == note)
        parts.append(Text(f"{of}: {note}", style="yellow"))
    kappas = [(one.of, kappa) for one in found for kappa in one.kappas]
    table = _table("", "", "items", "same", "kappa")
    for of, kappa in kappas:
        table.add_row(of, f"{kappa.a}, {kappa.b}", f"{kappa.items:,}", f"{kappa.same:.0%}", _figure(kappa.kappa))
    parts += [Text(), Text("Every two of them", style="bold"), table]
    if any(alone):
        parts += [Text(), Text(f"Only in the first: {alone[0]:,} claims; only in the second: {alone[1]:,}")]
    return Group(*parts)


def _calibrations(found: Sequence[Calibration]) -> RenderableType:
    if not found:
        return Text("Nothing that has a score was judged yet: tocsin review export review.xlsx")
    parts: list[RenderableType] = []
    for one in found:
        said = f"{one.right:,} of {one.items:,} right, mean score {one.mean_score:.2f}, Brier score {one.brier:.3f}"
        parts += [Text(), Text.assemble((one.of, "bold"), f"  {said}")]
        table = _table("score", "judged", "mean", "right", "95 %")
        for b in one.bins:
            score, share = f"{b.start:.1f} to {b.end:.1f}", f"{b.share:.0%}"
            table.add_row(score, f"{b.items:,}", f"{b.mean_score:.2f}", share, f"{b.low:.0%} to {b.high:.0%}")
        parts.append(table)
    chosen = (
        "What was judged was mostly chosen for being doubtful: it tells the worth of such scores, not of the dataset."
    )
    return Group(*parts, Text(), Text(chosen, style="dim"))


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at == 0 or not column else "right")
    return table


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"
