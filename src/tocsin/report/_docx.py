"""A report as a Word document: headings, real tables, charts as pictures, and text that runs from right to left."""

from __future__ import annotations

import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import bidirectional

from tocsin.analysis import PageTable
from tocsin.report._report import Report, Section

__all__ = ["write_docx"]

_WIDTH = 17.0
"""Centimetres of text on a page of A4 with margins of two."""
_LETTER = 0.17
"""Centimetres of a letter in a table, on the wide side."""
_ISOLATES = re.compile("\u2068([^\u2069]*)\u2069")
# A document says when it was made; so that the same report is the same file, all say the same.
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001


def write_docx(report: Report, path: Path) -> None:
    """Write the report to `path`."""
    from docx import Document
    from docx.shared import Cm, Pt, RGBColor

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.0)
    page.top_margin = page.bottom_margin = Cm(1.8)
    _style(document, Pt, RGBColor)
    if report.banner:
        _banner(page.header.paragraphs[0], report.banner)
    _footer(page.footer.paragraphs[0], report)
    _write(document.add_heading(level=0), report.title)
    _write(document.add_paragraph(), report.period)
    _section(document, report.short)
    for section in report.sections:
        _section(document, section)
    _write(document.add_heading(level=1), report.caveats.heading)
    for line in report.caveats.lines:
        _write(document.add_paragraph(style="List Bullet"), line)
    _write(document.add_heading(level=1), report.computed_heading)
    for name, value in report.computed:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{name}: ").bold = True
        _write(paragraph, value)
    if report.query:
        _write(document.add_paragraph(), report.again)
        document.add_paragraph().add_run(report.query).font.name = "DejaVu Sans Mono"
    about = document.core_properties
    about.title, about.author, about.comments = f"{report.title}, {report.period}", "", report.footer
    about.created = about.modified = _MADE
    document.save(str(path))


def _style(document: Any, point: Any, colour: Any) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", point(10.5)
    normal.paragraph_format.space_after = point(5)
    ink = colour(0x1D, 0x1B, 0x18)
    for name, size, before in (("Title", 20, 0), ("Heading 1", 14, 16), ("Heading 2", 11, 10)):
        style = document.styles[name]
        style.font.size, style.font.color.rgb, style.font.name = point(size), ink, "Calibri"
        style.paragraph_format.space_before, style.paragraph_format.keep_with_next = point(before), True
        # The template's headings have a face of their own for each script.
        for fonts in style.element.xpath(".//w:rFonts"):
            for key in list(fonts.attrib):
                if key.endswith("Theme"):
                    del fonts.attrib[key]
    document.styles["List Bullet"].paragraph_format.space_after = point(3)


def _banner(paragraph: Any, words: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import RGBColor

    run = paragraph.add_run(words)
    run.bold, run.font.color.rgb = True, RGBColor(0xA3, 0x23, 0x1B)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _footer(paragraph: Any, report: Report) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    said = " · ".join(filter(None, (report.banner, report.period, report.footer)))
    run = paragraph.add_run(f"{said} · ")
    run.font.size = Pt(8)
    number = paragraph.add_run()
    number.font.size = Pt(8)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        number._r.append(element)


def _section(document: Any, section: Section) -> None:
    from docx.shared import Cm, Pt

    _write(document.add_heading(level=1), section.heading)
    for sentence in section.says:
        _write(document.add_paragraph(), sentence)
    for chart in section.charts:
        document.add_picture(io.BytesIO(chart.png), width=Cm(_WIDTH))
        picture = document.paragraphs[-1]
        picture.paragraph_format.keep_with_next = True
        # What it shows, for those who do not see it.
        picture._p.xpath(".//wp:docPr")[0].set("descr", chart.says)
        caption = document.add_paragraph()
        _write(caption, chart.says)
        for run in caption.runs:
            run.italic, run.font.size = True, Pt(9)
    for group in section.groups:
        _write(document.add_heading(level=2), group.heading)
        for line in group.lines:
            _write(document.add_paragraph(style="List Bullet"), line)
    for table in section.tables:
        _table(document, table)


def _table(document: Any, table: PageTable) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    _write(document.add_heading(level=2), table.title)
    drawn = document.add_table(rows=1, cols=len(table.header))
    drawn.autofit = False
    _rule(drawn)
    widths = _widths(table)
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = Cm(width)
    for number, cells in enumerate((table.header, *table.rows)):
        row = drawn.rows[0] if number == 0 else drawn.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            # The head comes again on every page.
            head = OxmlElement("w:tblHeader")
            head.set(qn("w:val"), "true")
            properties.append(head)
        for at, words in enumerate(cells):
            row.cells[at].width = Cm(widths[at])
            paragraph = row.cells[at].paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            _write(paragraph, words)
            if table.numeric[at]:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            for run in paragraph.runs:
                run.font.size, run.bold = Pt(8.5), number == 0 or at == 0
    if table.note:
        note = document.add_paragraph()
        _write(note, table.note)
        for run in note.runs:
            run.font.size = Pt(8.5)
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _rule(drawn: Any) -> None:
    """Hairlines between rows and none between columns."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "DDD7CD")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    drawn._tbl.tblPr.append(borders)


def _widths(table: PageTable) -> list[float]:
    """Centimetres a column: what its longest word needs, and a share of what is left as its texts are long."""
    least, wanted = [], []
    for at, name in enumerate(table.header):
        cells = [name, *(row[at] for row in table.rows)]
        least.append(0.5 + _LETTER * max(len(word) for cell in cells for word in cell.split(" ")))
        wanted.append(max(0.0, 0.5 + _LETTER * min(max(map(len, cells)), 50) - least[-1]))
    spare = max(0.0, _WIDTH - sum(least))
    factor = _WIDTH / sum(least) if sum(least) > _WIDTH else 1.0
    share = min(1.0, spare / (sum(wanted) or 1.0))
    found = [factor * low + share * more for low, more in zip(least, wanted, strict=True)]
    # What is left over goes to the first column, which has the names.
    found[0] += max(0.0, _WIDTH - sum(found))
    return found


def _write(paragraph: Any, words: str) -> None:
    """Add `words`, each stretch in a run of its own direction; a paragraph that opens from right to left runs so."""
    from docx.oxml import OxmlElement

    turned = _opens(_ISOLATES.sub("", words) or words)
    if turned:
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    for part, isolated in _parts(words):
        run = paragraph.add_run(part)
        if isolated or (turned and _turns(part)):
            run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))


def _parts(words: str) -> list[tuple[str, bool]]:
    """Stretches of `words`, and whether each is one in isolates that runs from right to left."""
    found, at = [], 0
    for match in _ISOLATES.finditer(words):
        found += [(words[at : match.start()], False), (match[1], _opens(match[1]))]
        at = match.end()
    return [(part, turned) for part, turned in (*found, (words[at:], False)) if part]


def _opens(words: str) -> bool:
    return next((bidirectional(c) for c in words if bidirectional(c) in ("L", "R", "AL")), "L") != "L"


def _turns(words: str) -> bool:
    return any(bidirectional(c) in ("R", "AL") for c in words)
