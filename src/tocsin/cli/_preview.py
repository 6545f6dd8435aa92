"""What would be read from inputs, as a person looks at it before trusting it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from tocsin import pipeline
from tocsin.cli._account import LANGUAGES
from tocsin.cli._reading import isolated
from tocsin.cli._screen import answer, print_json, screen
from tocsin.cli._settings import Settings
from tocsin.errors import NothingUsable
from tocsin.pipeline import Network, Preview, PreviewedDocument, PreviewedPart, Problem, StandardInput

__all__ = ["render_preview", "show_preview"]

_MOST_COLUMNS = 30
_MOST_PROBLEMS = 5
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_EVIDENCE = {"taken": "abducted or detained", "area": "province", "source": "who says so"}
_LANGUAGES = {**LANGUAGES, "en": "English", "und": "language unknown"}
# How a person calls the forms whose readers are named otherwise.
_READERS = {
    "Csv": "a table (CSV)",
    "Sheet": "a spreadsheet",
    "Json": "JSON",
    "JsonLines": "JSON, an object a line",
    "Pdf": "PDF",
    "Html": "a web page",
    "Zip": "an archive",
    "Feed": "a feed",
    "Telegram": "a Telegram export",
    "WhatsApp": "a WhatsApp export",
    "Docx": "a Word document",
    "Eml": "a mail",
    "Mbox": "a mailbox",
}
_ENCODINGS = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8"}


def show_preview(
    paths: Sequence[str], settings: Settings, network: Network, stdin: StandardInput | None, *, as_json: bool
) -> int:
    """Print what would be read from `paths`, one input after the other; return the exit code.

    Raises
    ------
    NothingUsable
        If nothing would be read.
    """
    looked: list[Preview | Problem] = []
    problems = usable = False
    for found in pipeline.preview(
        paths, maps=settings.maps, published=settings.published, network=network, stdin=stdin
    ):
        looked.append(found)
        problems |= isinstance(found, Problem) or bool(found.problems)
        usable |= isinstance(found, Preview) and bool(found.items)
        if not as_json:
            answer(render_preview(found))
    if as_json:
        print_json(
            {
                "inputs": [p for p in looked if isinstance(p, Preview)],
                "problems": [p for p in looked if isinstance(p, Problem)],
            }
        )
        return 1 if problems and usable else 0 if usable else 3
    if not usable:
        raise NothingUsable("none of the inputs could be used; name files or folders of reports")
    if any(isinstance(p, Preview) and p.takes_map and p.parts for p in looked):
        hint = "wrong or missing? say what a column holds, such as --map killed=COLUMN,event_date=COLUMN"
        screen().print(Text(hint, style="dim"), soft_wrap=True)
    screen().print(Text("nothing was kept; without --preview it is", style="dim"))
    return 1 if problems else 0


def render_preview(found: Preview | Problem) -> RenderableType:
    """What would be read from one input."""
    if isinstance(found, Problem):
        return _problem(found)
    return Group(
        Rule(Text(found.name, style="bold"), align="left", style="dim", characters="─"),
        Text(_summary(found)),
        *(_part(part, several=len(found.parts) > 1) for part in found.parts),
        *(_document(document, found) for document in found.documents),
        *(_problem(problem) for problem in found.problems[:_MOST_PROBLEMS]),
        *_more_problems(found),
        Text(),
    )


def _summary(found: Preview) -> str:
    number = f"{found.items:,} documents" if found.items != 1 else "1 document"
    told = [f"the first {number} read" if found.more and found.items else number]
    if found.items:
        told.append(", ".join(f"{_language(code)} {n:,}" for code, n in found.languages.items()))
    if found.undated:
        told.append(f"{found.undated:,} without a day of publication")
    return f"read as {_READERS.get(found.reader, found.reader.lower())} · " + " · ".join(told)


def _language(code: str) -> str:
    return _LANGUAGES.get(code, code)


def _part(part: PreviewedPart, *, several: bool) -> RenderableType:
    title = [f"sheet {part.name}"] if several else [f"list at {part.name}"] if part.name.endswith("[]") else []
    if part.encoding:
        title.append(_ENCODINGS.get(part.encoding, part.encoding))
    if part.delimiter:
        title.append(f"{_DELIMITERS.get(part.delimiter, part.delimiter)} between cells")
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1), show_edge=False, pad_edge=False)
    table.add_column("column", ratio=5, overflow="fold")
    table.add_column("taken for", ratio=6)
    table.add_column("first one", ratio=7, no_wrap=True, overflow="ellipsis", style="dim")
    for column in part.columns[:_MOST_COLUMNS]:
        table.add_row(
            Text(isolated(column.name) or "(unnamed)"), _taken(column), Text(isolated(" ".join(column.example.split())))
        )
    more = len(part.columns) - _MOST_COLUMNS
    rest = [Text(f"and {more:,} more columns", style="dim")] if more > 0 else []
    return Padding(Group(*([Text(" · ".join(title), style="dim")] if title else []), table, *rest), (0, 0, 0, 2))


def _taken(column: pipeline.PreviewedColumn) -> Text:
    holds = [{"date": "published"}.get(h, h.replace("_", " ")) for h in column.holds.split(", ") if h]
    taken = Text(", ".join(holds), style="bold")
    evidence = column.evidence if column.evidence != "text" else ""
    if evidence and column.how == "mapped":
        taken.append(", evidence", style="green")
    elif evidence:
        taken.append(", evidence: " if holds else "evidence: ", style="green")
        taken.append(_EVIDENCE.get(evidence, evidence), style="green")
    elif column.evidence and not holds:
        taken.append("narrative", style="bold")
    if column.how == "mapped":
        taken.append(" (mapped)", style="cyan")
    return taken if str(taken) else Text("kept as text", style="dim")


def _document(document: PreviewedDocument, of: Preview) -> RenderableType:
    name = document.name.removeprefix(f"{of.name}/") if document.name != of.name else ""
    label = (
        f"{name}#{document.item}" if name and document.item else name or (f"#{document.item}" if document.item else "")
    )
    when = document.published
    day = f"{when.start:%Y-%m-%d}" if when and when.start else "undated"
    facts = [label, day, _language(document.language), isolated(document.source), document.sensitivity]
    facts.append(f"{document.characters:,} characters")
    lines: list[RenderableType] = [Text(" · ".join(f for f in facts if f), style="dim")]
    if document.title:
        lines.append(Text(isolated(document.title), style="bold"))
    lines.append(Text(isolated(document.words)))
    return Padding(Group(*lines), (1, 0, 0, 2))


def _problem(problem: Problem) -> RenderableType:
    return Text.assemble(("problem  ", "yellow"), str(problem))


def _more_problems(found: Preview) -> Iterator[RenderableType]:
    more = len(found.problems) - _MOST_PROBLEMS
    if more > 0:
        yield Text(f"         and {more:,} more of the kind")
