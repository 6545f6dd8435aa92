"""A report as PDF: text that stays text, shaped for scripts that need it, with bookmarks and alternative texts.

The face is DejaVu Sans as Matplotlib ships it (its licence, Bitstream Vera's, lets it be embedded): it has Latin,
Cyrillic, Greek and Arabic letters, and no system font is needed.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unicodedata import bidirectional

from tocsin.analysis import PageTable
from tocsin.errors import UsageError
from tocsin.report._report import Report, Section

__all__ = ["write_pdf"]

_FACE = "DejaVu"
_MARGIN = 18.0
_ISOLATES = re.compile("[\u2066-\u2069]")
_ISOLATED = re.compile("\u2068[^\u2069]*\u2069")
_INK, _SOFT, _HAIR, _MARK = (29, 27, 24), (95, 90, 83), (221, 215, 205), (163, 35, 27)
# A document says when it was made; so that the same report is the same file, all say the same.
_MADE = datetime(2000, 1, 1, tzinfo=UTC)


def write_pdf(report: Report, path: Path) -> None:
    """Write the report to `path`.

    Raises
    ------
    UsageError
        If the packages of the extra ``report`` are not installed.
    """
    try:
        import fpdf  # noqa: F401
        import uharfbuzz  # noqa: F401
    except ImportError:
        raise UsageError("PDF needs two packages more: pip install 'tocsin[report]'; HTML and DOCX do not") from None
    sheet = _sheet(report)
    sheet.add_page()
    _text(sheet, report.title, 19, "B", after=1)
    _text(sheet, report.period, 11, colour=_SOFT, after=3)
    _section(sheet, report.short)
    for section in report.sections:
        _section(sheet, section)
    _heading(sheet, report.caveats.heading)
    _lines(sheet, report.caveats.lines)
    _heading(sheet, report.computed_heading)
    for name, value in report.computed:
        _text(sheet, f"{name}: {value}", 9, after=1.2)
    if report.query:
        _text(sheet, f"{report.again} {report.query}", 8.5, colour=_SOFT)
    path.write_bytes(bytes(sheet.output()))


def _sheet(report: Report) -> Any:
    import matplotlib
    from fpdf import FPDF

    class Sheet(FPDF):  # type: ignore[misc]
        """Pages with a banner above, where there is one, and what they are of below."""

        def header(self) -> None:
            if report.banner:
                self.set_font(_FACE, "B", 9)
                self.set_text_color(*_MARK)
                self.cell(0, 5, report.banner, align="C", new_x="LMARGIN", new_y="NEXT")
                self.ln(2)

        def footer(self) -> None:
            self.set_y(-13)
            self.set_font(_FACE, "", 7.5)
            self.set_text_color(*_SOFT)
            said = " · ".join(filter(None, (report.banner, report.period, report.footer)))
            self.cell(0, 5, f"{said} · {self.page_no()}/{{nb}}", align="C")

    sheet = Sheet(format="A4")
    faces = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    sheet.add_font(_FACE, "", faces / "DejaVuSans.ttf")
    sheet.add_font(_FACE, "B", faces / "DejaVuSans-Bold.ttf")
    sheet.set_text_shaping(True, direction="ltr")
    sheet.set_margins(_MARGIN, 14, _MARGIN)
    sheet.set_auto_page_break(True, 18)
    sheet.set_creation_date(_MADE)
    sheet.set_title(f"{report.title}, {report.period}")
    sheet.set_creator(report.footer)
    sheet.set_lang("en")
    return sheet


def _section(sheet: Any, section: Section) -> None:
    _heading(sheet, section.heading, room=_room(sheet, section))
    for sentence in section.says:
        _text(sheet, sentence, 10, after=2)
    for chart in section.charts:
        sheet.image(io.BytesIO(chart.png), w=sheet.epw, alt_text=chart.says)
        _text(sheet, chart.says, 8, colour=_SOFT, after=3)
    for group in section.groups:
        _heading(sheet, group.heading, 1)
        _lines(sheet, group.lines)
    for table in section.tables:
        _table(sheet, table)


def _room(sheet: Any, section: Section) -> float:
    """What has to follow a heading on its page: a picture, or the head of a table with its first row."""
    if section.charts:
        return _height(sheet, section.charts[0].png)
    return 40 if section.tables else 0


def _height(sheet: Any, png: bytes) -> float:
    """How high a picture stands at the width of the page."""
    wide, high = struct.unpack(">II", png[16:24])
    return float(sheet.epw * high / wide)


def _heading(sheet: Any, words: str, level: int = 0, room: float = 0) -> None:
    # A heading at the foot of a page would stand there alone.
    if sheet.will_page_break(max(30, room + 14)):
        sheet.add_page()
    sheet.ln(4 if level == 0 else 2)
    sheet.start_section(words, level=level)
    _text(sheet, words, 13 if level == 0 else 10.5, "B", after=1.5)


def _lines(sheet: Any, lines: Sequence[str]) -> None:
    for line in lines:
        sheet.set_x(_MARGIN)
        sheet.set_font(_FACE, "", 9.5)
        sheet.set_text_color(*_SOFT)
        sheet.cell(4, 5, "•")
        left, sheet.l_margin = sheet.l_margin, _MARGIN + 4
        _text(sheet, line, 9.5, after=1.2)
        sheet.l_margin = left
        sheet.set_x(left)


def _text(sheet: Any, words: str, size: float, style: str = "", colour: Sequence[int] = _INK, after: float = 0) -> None:
    sheet.set_font(_FACE, style, size)
    sheet.set_text_color(*colour)
    sheet.multi_cell(0, size * 0.5, _plain(words), align="R" if _opens(words) else "L", new_x="LMARGIN", new_y="NEXT")
    sheet.ln(after)


def _table(sheet: Any, table: PageTable) -> None:
    from fpdf.enums import TableBordersLayout
    from fpdf.fonts import FontFace

    if not table.rows:
        return
    _heading(sheet, table.title, 1)
    sheet.set_font(_FACE, "", 8)
    sheet.set_text_color(*_INK)
    sheet.set_draw_color(*_HAIR)
    widths = _widths(sheet, table)
    with sheet.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=widths,
        text_align=["RIGHT" if is_number else "LEFT" for is_number in table.numeric],
        headings_style=FontFace(emphasis="BOLD", color=_SOFT),
        line_height=4.2,
        padding=(0.8, 1),
    ) as drawn:
        for cells in (table.header, *table.rows):
            row = drawn.row()
            for words in cells:
                row.cell(_plain(words))
    if table.note:
        sheet.ln(1)
        _text(sheet, table.note, 8, colour=_SOFT)


def _widths(sheet: Any, table: PageTable) -> list[float]:
    """Widths as what stands in the columns needs them, so that no word is broken while there is room elsewhere."""
    found = []
    for at, name in enumerate(table.header):
        cells = [_plain(row[at]) for row in table.rows]
        words = [word for cell in (name, *cells) for word in cell.split(" ")]
        longest = max((sheet.get_string_width(word) for word in words), default=0) * 1.12 + 3
        whole = max((sheet.get_string_width(cell) for cell in cells), default=0) + 3
        found.append((longest, max(longest, min(whole, sheet.epw / 2))))
    least, wanted = sum(one for one, _ in found), sum(one for _, one in found)
    spare = max(0.0, sheet.epw - least) / max(wanted - least, 1e-6)
    return [low + (high - low) * min(spare, 1.0) for low, high in found]


def _plain(words: str) -> str:
    """`words` without isolates, for which the face has no shape; each paragraph is put in order when it is shaped."""
    return _ISOLATES.sub("", words)


def _opens(words: str) -> bool:
    return next((bidirectional(c) for c in words if bidirectional(c) in ("L", "R", "AL")), "L") != "L"
