"""``tocsin codebook``: look at the codes, check them, try how well they are told apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from tocsin.cli._screen import answer, answering, print_json, screen
from tocsin.errors import CodebookError

if TYPE_CHECKING:
    from tocsin.codebook import Code, Codebook
    from tocsin.pipeline import Trial

__all__ = ["commands"]

commands = typer.Typer(
    name="codebook",
    help="Look at the codes, check them, and try how well they are told apart.",
    epilog="Example: tocsin codebook show armed_clash",
    no_args_is_help=True,
)

Layer = Annotated[
    Path | None,
    typer.Option("--codebook", envvar="TOCSIN_CODEBOOK", metavar="FILE", help="Codes to lay on the core codebook."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]

# Sentences told wrongly that are shown of each code: enough to see why, not a page of them.
_SHOWN = 5


@commands.command("lint", epilog="Example: tocsin codebook lint my-codes.toml")
def lint(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A layer on the core codebook.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a codebook: what teaches wrongly, and what teaches less than it could. Errors give exit code 2."""
    with answering(as_json=as_json):
        from tocsin.codebook import lint as find
        from tocsin.codebook import load_codebook

        codebook = load_codebook(file)
        findings = find(codebook)
        errors = sum(f.severity == "error" for f in findings)
        if as_json:
            print_json({"codes": len(codebook.codes), "errors": errors, "findings": findings})
        else:
            table = Table.grid(padding=(0, 2, 0, 0))
            for finding in findings:
                style = "bold red" if finding.severity == "error" else "yellow"
                table.add_row(Text(finding.severity, style=style), finding.where, f"{finding.rule}: {finding.message}")
            if findings:
                answer(table)
            answer(f"{len(codebook.codes)} codes, {errors} errors, {len(findings) - errors} warnings")
        if errors:
            raise typer.Exit(CodebookError.exit_code)


@commands.command("show", epilog="Example: tocsin codebook show armed_clash")
def show(
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="A code's id; all of them in a list without it.")] = "",
    codebook: Layer = None,
    as_json: AsJson = False,
) -> None:
    """Show the codes, or one of them: what belongs to it, what does not, and sentences that show it."""
    with answering(as_json=as_json):
        from tocsin.codebook import load_codebook

        codes = load_codebook(codebook)
        if as_json:
            print_json(codes.code(code) if code else list(codes.codes.values()))
        else:
            answer(_one(codes.code(code), codes) if code else _all(codes))


@commands.command("try", epilog="Example: tocsin codebook try my-codes.toml")
def try_(
    what: Annotated[str, typer.Argument(metavar="[FILE|CODE]", help="A layer or a code; all codes without it.")] = "",
    codebook: Layer = None,
    as_json: AsJson = False,
) -> None:
    """Try how well codes are told from their neighbours: each fifth of the examples is told by the other four."""
    with answering(as_json=as_json):
        from tocsin.codebook import load_codebook
        from tocsin.pipeline import try_codes

        layer = Path(what) if what and (Path(what).suffix == ".toml" or Path(what).is_file()) else codebook
        codes = load_codebook(layer)
        wanted = [] if not what else _changed(codes, load_codebook()) if layer and layer != codebook else [what]
        if layer and layer != codebook and not wanted:
            screen().print(f"{layer}: teaches nothing that the core codebook does not; all codes are tried")
        with screen().status("Trying"):
            trials = try_codes(codes, wanted)
        if as_json:
            print_json([{"recall": t.recall, "precision": t.precision, **_record(t)} for t in trials])
        else:
            answer(_trials(trials, detailed=bool(wanted)))


def _record(trial: Trial) -> dict[str, object]:
    return {
        "code": trial.code,
        "examples": trial.examples,
        "right": trial.right,
        "mistaken": trial.mistaken,
        "taken": trial.taken,
    }


def _changed(codes: Codebook, core: Codebook) -> list[str]:
    """Codes with examples that the core codebook has not."""
    found = []
    for code in codes.codes.values():
        before = core.codes.get(code.id)
        if before is None or before.examples != code.examples or before.near_misses != code.near_misses:
            found.append(code.id)
    return found


def _all(codebook: Codebook) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    last = ""
    for code in codebook.codes.values():
        if code.event_type != last:
            if last:
                table.add_row()
            table.add_row(Text(codebook.event_types[code.event_type].label, style="bold"))
            last = code.event_type
        table.add_row(f"  {code.id}", code.label, Text(f"{len(code.examples)} examples", style="dim"))
    title = Text(f"{codebook.name} {codebook.edition}".strip(), style="bold")
    return Group(title, Rule(style="dim"), table)


def _one(code: Code, codebook: Codebook) -> RenderableType:
    parts: list[RenderableType] = [
        Text(f"{codebook.event_types[code.event_type].label}: {code.label}", style="bold"),
        Text(f"{code.id} · {code.disorder_type}{' · sensitive' if code.sensitive else ''}", style="dim"),
        Rule(style="dim"),
        Text(code.definition),
    ]
    lists = (
        ("Belongs here", code.include),
        ("Does not belong here", code.exclude),
        ("Relevant where", (code.relevance,) if code.relevance else ()),
        ("Examples", code.examples),
        ("Near misses", tuple(f"{m.text}  → {m.code or 'no event'}" for m in code.near_misses)),
    )
    for title, items in lists:
        if items:
            parts += [Text(), Text(title, style="bold"), *(Padding(Text(f"· {item}"), (0, 0, 0, 2)) for item in items)]
    return Group(*parts)


def _trials(trials: tuple[Trial, ...], *, detailed: bool) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("code")
    table.add_column("examples", justify="right")
    table.add_column("told right", justify="right")
    table.add_column("of those told so", justify="right")
    table.add_column("taken for it, most often")
    for trial in trials:
        confused = ", ".join(f"{code or 'no event'} {n}" for code, n in trial.taken[:2])
        table.add_row(
            trial.code or "no event",
            f"{trial.examples:,}",
            f"{trial.recall:.0%}",
            f"{trial.precision:.0%}",
            Text(confused, style="dim"),
        )
    parts: list[RenderableType] = [table]
    for trial in trials if detailed else ():
        if trial.mistaken:
            parts += [Text(), Text(f"{trial.code or 'no event'}: told as something else", style="bold")]
            for text, told in trial.mistaken[:_SHOWN]:
                parts.append(Padding(Text.assemble(text, (f"  → {told or 'no event'}", "yellow")), (0, 0, 0, 2)))
            if len(trial.mistaken) > _SHOWN:
                parts.append(Text(f"  and {len(trial.mistaken) - _SHOWN} more", style="dim"))
    return Group(*parts)
