"""The page that every measure is shown on: the answer, a chart, caveats, tables, and how it was computed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

from tocsin.analysis._charts import Chart

__all__ = ["Page", "PageTable", "page_style", "page_table", "render_page", "write_page"]


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table as it is printed: cells are text, and whether a column holds numbers decides on which side they stand."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says.

    Attributes
    ----------
    title : str
    answer : tuple of str
        The finding in sentences, with its uncertainty.
    charts : tuple of Chart
    caveats : tuple of str
        What limits it. They stand above the tables, because they are meant to be read.
    tables : tuple of PageTable
    computed : tuple of (str, str)
        Names and values: what is estimated, by which method, from which data as of when, how many events.
    query : str
        The command, or the query, that computes the same again.
    internal : bool
        Whether it shows what may not be handed on, and so says that across its top.
    """

    title: str
    answer: tuple[str, ...]
    charts: tuple[Chart, ...]
    caveats: tuple[str, ...]
    tables: tuple[PageTable, ...]
    computed: tuple[tuple[str, str], ...]
    query: str = ""
    internal: bool = False


def page_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> PageTable:
    """A table of plain values: floats get three significant digits, None an empty cell.

    Examples
    --------
    >>> table = page_table("Deaths", ("place", "deaths"), [("Hajin", 1234), ("Raqqa", None)])
    >>> table.rows, table.numeric
    ((('Hajin', '1,234'), ('Raqqa', '')), (False, True))
    """
    columns = range(len(header))
    numeric = tuple(
        any(isinstance(row[n], int | float) for row in rows)
        and all(row[n] is None or isinstance(row[n], int | float) for row in rows)
        for n in columns
    )
    cells = tuple(tuple(_shown(row[n]) for n in columns) for row in rows)
    return PageTable(title, tuple(header), cells, numeric, note)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if value != value:
            return ""
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def render_page(page: Page) -> str:
    """The page as one HTML file that needs nothing else: no script, no font and no picture from anywhere.

    Examples
    --------
    >>> text = render_page(Page("Near repeats", ("None was found.",), (), ("Few events.",), (), (("data", "my.csv"),)))
    >>> "<h1 dir=\\"auto\\">Near repeats</h1>" in text, "<script" in text
    (True, False)
    """
    # Takes a while to import, and most callers print a table.
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    style = page_style()
    engine = Environment(
        loader=FunctionLoader(_static),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return engine.get_template("page.html").render(
        page=page,
        words=json.loads(_static("page.en.json")),
        style=style,
        style_hash=f"sha256-{digest}",
        version=metadata.version("tocsin"),
    )


def write_page(page: Page, path: Path) -> None:
    """Write the page, whole or not at all; one that is internal so that only its owner may read it."""
    text = render_page(page)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A temporary file of this kind is its owner's alone; one that may be handed on gets the usual rights.
    number, name = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
    if not page.internal:
        usual = os.umask(0)
        os.umask(usual)
        os.chmod(name, 0o666 & ~usual)
    os.replace(name, path)


def page_style() -> str:
    """The style sheet of pages, for rooms above that have pages of their own."""
    return _static("page.css").strip()


def _static(name: str) -> str:
    return resources.files("tocsin.analysis").joinpath("static", name).read_text(encoding="utf-8")
