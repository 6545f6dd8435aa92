"""PDF files with a text layer."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fpdf import FPDF

from tocsin.errors import InputError
from tocsin.interfaces import Item
from tocsin.records import Document
from tocsin.sources.pdf import PdfSource

SENTENCE = "Armed men stopped a bus on the road to the market and took two traders away, their families said."


class Bulletin(FPDF):
    """Pages with a running head and a page number."""

    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.set_y(12)
        self.cell(0, 6, f"Valley bulletin {40 + self.page_no()}", new_x="LMARGIN", new_y="NEXT")
        self.ln(8)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(0, 6, f"Page {self.page_no()} of 2", align="C")


def page(pdf: FPDF, title: str = "Weekly note from the valley") -> FPDF:
    pdf.set_creation_date(datetime(2021, 5, 9, tzinfo=UTC))
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 18)
    pdf.cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
    return pdf


def words(pdf: FPDF, text: str, width: float = 0, style: str = "", size: int = 10) -> None:
    pdf.set_font("Helvetica", style, size)
    pdf.multi_cell(width, 5, text, new_x="LEFT", new_y="NEXT", align="L")
    pdf.ln(3)


def read(tmp_path: Path, pdf: FPDF | bytes) -> list[Item | InputError]:
    path = tmp_path / "note.pdf"
    path.write_bytes(bytes(pdf.output()) if isinstance(pdf, FPDF) else pdf)
    return list(PdfSource().read(path, "note.pdf"))


def document(tmp_path: Path, pdf: FPDF) -> Document:
    (found,) = read(tmp_path, pdf)
    assert isinstance(found, Item)
    assert found.item == ""
    return found.document


def test_headings_paragraphs_items_and_the_day(tmp_path: Path) -> None:
    pdf = page(FPDF())
    words(pdf, "Published: 8 May 2021")
    words(pdf, "Upper town", style="B", size=13)
    words(pdf, SENTENCE)
    words(pdf, SENTENCE.replace("two", "five"))
    words(pdf, "- One house burned down in the lower town")
    words(pdf, "- Two shops were looted beside the bridge")
    found = document(tmp_path, pdf)
    assert found.title == "Weekly note from the valley"
    assert [p.kind for p in found.parts] == ["title", "heading", "paragraph", "paragraph", "item", "item"]
    assert SENTENCE in found.text
    assert "Published" not in found.text
    assert found.published is not None
    assert (found.published.start, found.published.anchor) == (date(2021, 5, 8), "stated")


def test_without_a_day_in_the_text_the_files_own_is_taken(tmp_path: Path) -> None:
    pdf = page(FPDF())
    words(pdf, SENTENCE)
    found = document(tmp_path, pdf)
    assert found.published is not None
    assert (found.published.start, found.published.anchor) == (date(2021, 5, 9), "metadata")


def test_running_heads_and_page_numbers_go_and_a_paragraph_crosses_the_page(tmp_path: Path) -> None:
    pdf = page(Bulletin())
    words(pdf, SENTENCE)
    pdf.set_font("Helvetica", size=10)
    pdf.cell(0, 5, "Later that day the men came back to the market and", new_x="LMARGIN", new_y="NEXT")
    pdf.add_page()
    words(pdf, "took the bus, which was found burned near the river on the next morning.")
    found = document(tmp_path, pdf)
    assert "came back to the market and took the bus" in found.text
    assert "bulletin" not in found.text
    assert "Page" not in found.text


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    pdf = page(FPDF())
    top = pdf.get_y()
    words(pdf, " ".join([SENTENCE] * 4), width=85)
    pdf.set_xy(110, top)
    words(pdf, " ".join([SENTENCE.replace("bus", "truck")] * 4), width=85)
    pdf.set_x(10)
    pdf.set_y(top + 70)
    words(pdf, "The note ends here, below both of its columns, and runs over the whole width of the page as it began.")
    text = document(tmp_path, pdf).text
    assert " ".join([SENTENCE] * 4) in text
    assert " ".join([SENTENCE.replace("bus", "truck")] * 4) in text
    assert text.index("bus") < text.index("truck") < text.index("The note ends")


def test_words_broken_at_a_lines_end_are_joined(tmp_path: Path) -> None:
    pdf = page(FPDF())
    words(
        pdf, "Men fired at a check-\npoint and a co-\nordinated second attack hit the co-ordinated patrol of the army."
    )
    assert "at a checkpoint and a co-ordinated second" in document(tmp_path, pdf).text


def test_encrypted_files_are_refused(tmp_path: Path) -> None:
    pdf = page(FPDF())
    words(pdf, SENTENCE)
    pdf.set_encryption("owner", "user")
    (error,) = read(tmp_path, pdf)
    assert "note.pdf: is encrypted" in str(error)


def test_a_truncated_file_is_said(tmp_path: Path) -> None:
    pdf = page(FPDF())
    words(pdf, SENTENCE)
    whole = bytes(pdf.output())
    for share in (20, 50, 80):
        found = read(tmp_path, whole[: len(whole) * share // 100])
        assert isinstance(found[-1], InputError)
        assert found[-1].path == "note.pdf"


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "is empty"), (b"words", "is no PDF"), (b"%PDF-1.7\n" + bytes(range(256)) * 9, "note.pdf: ")],
)
def test_what_is_no_pdf_is_said(tmp_path: Path, data: bytes, reason: str) -> None:
    (error,) = read(tmp_path, data)
    assert isinstance(error, InputError)
    assert reason in str(error)


def test_a_scan_is_refused(tmp_path: Path) -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.rect(10, 10, 50, 50)
    (error,) = read(tmp_path, pdf)
    assert "only pictures" in str(error)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    pdf = page(FPDF())
    words(pdf, SENTENCE)
    packed = zlib.compress(b" " * 60_000_000)
    head = f"99 0 obj\n<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    (error,) = read(tmp_path, bytes(pdf.output()) + head + packed + b"\nendstream\nendobj\n")
    assert "note.pdf: unpacks to far more" in str(error)
