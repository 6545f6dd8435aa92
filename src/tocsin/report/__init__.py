"""The analyst's report: what changed, where, who, how sure, and what is disputed, of a week or a month.

It is given events as they may leave (:class:`~tocsin.records.PublicEvent`) and puts them into words, charts and tables,
and these into a page, a Word document or a PDF. What may be told is decided in `release`, not here.
"""

from __future__ import annotations

from pathlib import Path

from tocsin.errors import UsageError
from tocsin.export import prepare_internal, replacing_file
from tocsin.report._compose import Ground, compose
from tocsin.report._docx import write_docx
from tocsin.report._facts import Aside, Facts, gather
from tocsin.report._figures import map_box
from tocsin.report._page import render_html
from tocsin.report._pdf import write_pdf
from tocsin.report._periods import BEFORE, Unit, Window, windows
from tocsin.report._report import Group, Report, Section

__all__ = [
    "BEFORE",
    "FORMS",
    "Aside",
    "Facts",
    "Ground",
    "Group",
    "Report",
    "Section",
    "Unit",
    "Window",
    "check_form",
    "compose",
    "gather",
    "map_box",
    "render_html",
    "windows",
    "write",
]

FORMS = (".html", ".docx", ".pdf")


def check_form(path: Path) -> None:
    """See that a report can be written to `path`.

    Raises
    ------
    UsageError
        If its name does not end in one of the forms.
    """
    if path.suffix.lower() not in FORMS:
        raise UsageError(f"{path}: name a file that ends in {', '.join(FORMS[:-1])} or {FORMS[-1]}")


def write(report: Report, path: Path) -> None:
    """Write the report in the form that `path` ends in, whole or not at all; one with a banner for its owner only.

    Raises
    ------
    UsageError
        If there is no such form, or it needs a package that is not installed.
    """
    check_form(path)
    internal = bool(report.banner)
    if internal:
        prepare_internal(path.parent)
    with replacing_file(path, private=internal) as part:
        form = path.suffix.lower()
        if form == ".html":
            part.write_text(render_html(report), encoding="utf-8")
        elif form == ".docx":
            write_docx(report, part)
        else:
            write_pdf(report, part)
