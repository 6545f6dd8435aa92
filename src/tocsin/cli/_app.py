"""The commands. Everything heavy is imported by the command that needs it, so that help is there at once."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli import (
    _analyses,
    _boundaries,
    _codebook,
    _copies,
    _diff,
    _gazetteer,
    _import,
    _integrate,
    _places,
    _review,
    _watch,
    _weights,
)
from tocsin.cli._options import (
    AsJson,
    AsKnown,
    Columns,
    Fetch,
    FetchLimit,
    Home,
    Jobs,
    Layer,
    Out,
    Paths,
    Published,
    Quiet,
    StdinForm,
)
from tocsin.cli._screen import answer, answering, print_json, print_problems, screen, watching
from tocsin.cli._settings import day, settle
from tocsin.errors import NothingUsable
from tocsin.interfaces import plugin_names

if TYPE_CHECKING:
    from tocsin.pipeline import Network, StandardInput

__all__ = ["app"]

app = typer.Typer(
    name="tocsin",
    help="Reports about armed conflict in, a defensible event dataset out.",
    epilog="Start with: tocsin run reports/ --out dataset/",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"tocsin {version('tocsin')}")
        raise typer.Exit


_forms = ", ".join(plugin_names("tocsin.exporters"))


@app.callback()
def _tocsin(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Reports about armed conflict in, a defensible event dataset out."""


@app.command(epilog="Example: tocsin run reports/ --out dataset/ --published 2019-03-06")
def run(
    paths: Paths,
    out_dir: Out = None,
    workspace: Home = None,
    published: Published = None,
    codebook: Layer = None,
    columns: Columns = None,
    fetch: Fetch = None,
    fetch_limit: FetchLimit = None,
    stdin_form: StdinForm = "",
    jobs: Jobs = 1,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Turn reports into an event dataset: read, code, link and write, and say what came of it.

    A workspace that exists is extended, and the files cover all of it. What was interrupted goes on where it was.
    """
    with answering(as_json=as_json, resume=_resume):
        settings = settle(out_dir, workspace, published, codebook, columns)
        from tocsin import pipeline
        from tocsin.cli._account import render_account

        network, stdin = _elsewhere(paths, settings.workspace, fetch, fetch_limit, stdin_form)
        with watching(quiet or as_json) as progress:
            account = pipeline.run(
                paths,
                settings.out,
                workspace=settings.workspace,
                published=settings.published,
                codebook=settings.codebook,
                maps=settings.maps,
                network=network,
                stdin=stdin,
                jobs=jobs,
                progress=progress,
            )
        if as_json:
            print_json(account)
        else:
            print_problems(account.problems, settings.out / "internal" / "problems.txt")
            if not quiet:
                answer(render_account(account))
    if account.problems:
        raise typer.Exit(1)


@app.command(epilog="Example: tocsin add logs/ --map text=body,date=created_on --preview")
def add(
    paths: Paths,
    out_dir: Out = None,
    workspace: Home = None,
    published: Published = None,
    columns: Columns = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show what would be read, and which column is taken for what.")
    ] = False,
    fetch: Fetch = None,
    fetch_limit: FetchLimit = None,
    stdin_form: StdinForm = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read reports into a workspace. What was read before is passed over; bad inputs are named and left out.

    With --preview nothing is kept: it shows which column is taken for what, and the first documents.
    """
    with answering(as_json=as_json, resume=_resume):
        settings = settle(out_dir, workspace, published, columns=columns)
        from tocsin import pipeline
        from tocsin.cli._account import render_read

        network, stdin = _elsewhere(paths, settings.workspace, fetch, fetch_limit, stdin_form)
        if preview:
            from tocsin.cli._preview import show_preview

            raise typer.Exit(show_preview(paths, settings, network, stdin, as_json=as_json))
        with pipeline.open_workspace(settings.workspace) as kept, watching(quiet or as_json) as progress:
            read = pipeline.add(
                kept,
                paths,
                published=settings.published,
                maps=settings.maps,
                network=network,
                stdin=stdin,
                progress=progress,
            )
        if as_json:
            print_json(read)
        else:
            print_problems(read.problems)
            if not quiet and read.usable:
                answer(render_read(read))
        if not read.usable:
            raise NothingUsable("none of the inputs could be used; name files or folders of reports")
    if read.problems:
        raise typer.Exit(1)


@app.command(epilog="Example: tocsin code --workspace dataset/workspace --codebook my-codes.toml")
def code(
    out_dir: Out = None,
    workspace: Home = None,
    codebook: Layer = None,
    jobs: Jobs = 1,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read claims from every document that was not coded yet, or not by this coder and codebook."""
    with answering(as_json=as_json, resume=_resume):
        settings = settle(out_dir, workspace, codebook=codebook)
        from tocsin import pipeline
        from tocsin.cli._account import render_coded

        with (
            pipeline.open_workspace(settings.workspace, create=False) as kept,
            watching(quiet or as_json) as progress,
        ):
            codes = pipeline.open_codebook(settings.codebook)
            coder = pipeline.open_coder(codes, pipeline.open_places(progress))
            coded = pipeline.code(kept, coder, jobs=jobs, codebook=settings.codebook, progress=progress)
        if as_json:
            print_json(coded)
        else:
            print_problems(coded.problems)
            if not quiet:
                answer(render_coded(coded))
    if coded.problems:
        raise typer.Exit(1)


@app.command(epilog="Example: tocsin link --workspace dataset/workspace")
def link(
    out_dir: Out = None,
    workspace: Home = None,
    codebook: Layer = None,
    anew: Annotated[bool, typer.Option("--anew", help="Compare everything again, not only what changed.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find copies, put claims about one incident together, and merge them into events. Ids stay.

    Only what is new or other than last time is compared, with its neighbourhood; --anew has the same outcome.
    """
    with answering(as_json=as_json, resume=_resume):
        settings = settle(out_dir, workspace, codebook=codebook)
        from tocsin import pipeline
        from tocsin.cli._account import render_linked

        with (
            pipeline.open_workspace(settings.workspace, create=False) as kept,
            watching(quiet or as_json) as progress,
        ):
            linked = pipeline.link(kept, pipeline.open_codebook(settings.codebook), anew=anew, progress=progress)
        if as_json:
            print_json(linked)
        elif not quiet:
            answer(render_linked(linked))


@app.command(
    epilog="Example: tocsin export --out dataset/ --form xlsx --form geojson "
    "--where \"country = 'Mali' and event_date >= '2024-03-01' and fatalities > 0\""
)
def export(
    out_dir: Out = None,
    workspace: Home = None,
    form: Annotated[
        list[str] | None, typer.Option("--form", "-f", metavar="NAME", help=f"Write this form only: {_forms}.")
    ] = None,
    where: Annotated[
        str,
        typer.Option(
            metavar="CONDITION",
            help="With --form: only events that meet this SQL condition on the columns of the event table.",
        ),
    ] = "",
    as_of: AsKnown = None,
    codebook: Layer = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write the table, the lines and the page that may be handed on, and the full record into OUT/internal.

    With --form, which may be given several times, only those forms are written, and nothing that is internal.

    With --as-of everything is as it was known then, from the versions stored then, and the files say so. Give it an
    --out of its own, or it replaces the files of today.
    """
    with answering(as_json=as_json, resume="each file is either the old one or the whole new one; run it again"):
        settings = settle(out_dir, workspace, codebook=codebook)
        from tocsin import pipeline
        from tocsin.cli._account import render_exported

        pipeline.check_forms(form or (), where)
        with (
            pipeline.open_workspace(settings.workspace, create=False) as kept,
            watching(quiet or as_json) as progress,
        ):
            pipeline.moment_as_of(kept, as_of)
            codes, places = pipeline.open_codebook(settings.codebook), pipeline.open_places(progress)
            exported = pipeline.export(
                kept, settings.out, codes, places, forms=form or (), where=where, as_of=as_of, progress=progress
            )
        if as_json:
            print_json(exported)
        else:
            print_problems(exported.problems)
            if not quiet:
                answer(render_exported(exported, settings.out))
    if exported.problems:
        raise typer.Exit(1)


@app.command(epilog="Example: tocsin show e-3fa9 --as-of 2024-05-01")
def show(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="Id of an event or a row; the beginning is enough.")],
    out_dir: Out = None,
    workspace: Home = None,
    as_of: AsKnown = None,
    codebook: Layer = None,
    as_json: AsJson = False,
) -> None:
    """Show an event with its claims, the words each field was read from, and what is disputed."""
    with answering(as_json=as_json):
        settings = settle(out_dir, workspace, codebook=codebook)
        from tocsin import pipeline
        from tocsin.cli._reading import render_event

        codes = pipeline.open_codebook(settings.codebook)
        with pipeline.open_workspace(settings.workspace, create=False) as kept:
            moment = pipeline.moment_as_of(kept, as_of)
            found = pipeline.find_events(kept, event, settings.out, moment)
            readings = [pipeline.read_event(kept, one, codes, moment) for one in found]
        if as_json:
            print_json(readings[0] if len(readings) == 1 else readings)
        else:
            for reading in readings:
                answer(render_event(reading))


@app.command(epilog='Example: tocsin explain "Shelling killed three people in Idlib on Monday." --published 2019-03-06')
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A sentence or a short report; - reads standard input.")],
    published: Published = None,
    codebook: Layer = None,
    as_json: AsJson = False,
) -> None:
    """Code a sentence and show why: each field with its value, words, rule and score."""
    with answering(as_json=as_json):
        given = None if published is None else day(published, "--published")
        from tocsin import pipeline
        from tocsin.cli._reading import render_explanation

        words = typer.get_text_stream("stdin").read() if text == "-" else text
        with watching(as_json) as progress:
            codes = pipeline.open_codebook(codebook)
            coder = pipeline.open_coder(codes, pipeline.open_places(progress))
            explanation = pipeline.explain_text(words, coder, codes, given)
        if as_json:
            print_json(explanation)
        else:
            answer(render_explanation(explanation))


@app.command(epilog="Example: tocsin forget reports/note-07.txt --reason source-at-risk")
def forget(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="Its id, or its name on arrival (NAME#ITEM).")],
    reason: Annotated[str, typer.Option(metavar="CODE", help="A short code, such as source-at-risk or request.")],
    out_dir: Out = None,
    workspace: Home = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Destroy a document: original, text, claims and quotes. Only a tombstone without content is left.

    Outputs, releases and backups that may still hold it are listed: those are for you to destroy.
    """
    with answering(as_json=as_json, resume="run the same command again to finish"):
        settings = settle(out_dir, workspace)
        from tocsin import pipeline
        from tocsin.cli._forgetting import render_forgotten

        with pipeline.open_workspace(settings.workspace, create=False) as kept:
            document_id = pipeline.find_document(kept, document)
            if not yes and not typer.confirm(f"Destroy {document_id} for good?", err=True):
                screen().print("nothing was changed")
                raise typer.Exit(0)
            forgotten = pipeline.forget(kept, document_id, reason)
        if as_json:
            print_json(forgotten)
        else:
            answer(render_forgotten(forgotten))


def _elsewhere(
    paths: list[str], home: Path, fetch: bool | None, pages: int | None, form: str
) -> tuple[Network, StandardInput | None]:
    """What may be fetched and read from standard input, checked before anything is opened."""
    from tocsin import pipeline
    from tocsin.cli._network import network, standard_input

    allowed, stdin = network(home, fetch, pages), standard_input(paths, form)
    pipeline.check_given(paths, allowed, stdin)
    return allowed, stdin


app.command(epilog="Example: tocsin copies --workspace dataset/workspace")(_copies.copies)
app.command(epilog="Example: tocsin diff ged231.csv ged241-csv.zip --out changes.csv")(_diff.diff)
app.command("import", epilog="Example: tocsin import ged241-csv.zip acled-export.csv --out dataset/")(
    _import.import_datasets
)
app.command(epilog="Example: tocsin watch inbox/ https://news.example/feed.xml --fetch --out dataset/")(_watch.watch)
app.command(epilog="Example: tocsin integrate GEDEvent_v25.csv acled=export.csv --out compared/")(_integrate.integrate)
app.command(epilog='Example: tocsin places "Clashes 20 km east of Gao, Mali" --html places.html')(_places.places)
_analyses.register(app)
app.add_typer(_boundaries.commands)
app.add_typer(_codebook.commands)
app.add_typer(_gazetteer.commands)
app.add_typer(_review.commands)
app.add_typer(_weights.commands)


def _unwrap(commands: typer.Typer) -> None:
    """Let paragraphs of help end their lines where the screen ends, not where their source does."""
    for command in commands.registered_commands:
        paragraphs = inspect.cleandoc(command.help or getattr(command.callback, "__doc__", None) or "").split("\n\n")
        command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for group in commands.registered_groups:
        if group.typer_instance is not None:
            _unwrap(group.typer_instance)


_unwrap(app)

_resume = "what was read and coded so far is kept; run the same command again to go on"
