"""Word documents."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tocsin.errors import InputError
from tocsin.interfaces import Item
from tocsin.sources.docx import DocxSource

SENTENCE = "Armed men stopped a bus on the road to the market and took two traders away, their families said."


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def read(tmp_path: Path, data: bytes) -> list[Item | InputError]:
    path = tmp_path / "note.docx"
    path.write_bytes(data)
    return list(DocxSource().read(path, "note.docx"))


def test_the_structure_is_kept(tmp_path: Path) -> None:
    written = docx.Document()
    written.add_heading("Weekly note from the valley", 0)
    written.add_paragraph("Published: 8 May 2021")
    written.add_heading("Upper town", 1)
    written.add_paragraph(SENTENCE)
    written.add_paragraph("One house burned down.", style="List Bullet")
    table = written.add_table(2, 2)
    for cell, words in zip(table._cells, ("Day", "What", "3 May", "Two men were shot at the well"), strict=True):
        cell.text = words
    (found,) = read(tmp_path, saved(written))
    assert isinstance(found, Item)
    document = found.document
    assert document.title == "Weekly note from the valley"
    assert document.text == (
        f"Weekly note from the valley\n\nUpper town\n\n{SENTENCE}\n\nOne house burned down.\nDay | What\n"
        "3 May | Two men were shot at the well"
    )
    assert [p.kind for p in document.parts] == ["title", "heading", "paragraph", "item", "item", "item"]
    assert document.published is not None
    assert document.published.start == date(2021, 5, 8)


def test_tracked_changes_are_read_as_accepted(tmp_path: Path) -> None:
    written = docx.Document()
    paragraph = written.add_paragraph("Two men were shot ")
    for tag, inner, words in (("w:ins", "w:t", "at the well"), ("w:del", "w:delText", "in the market")):
        change, run, text = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(inner)
        change.set(qn("w:id"), "1")
        text.text = words
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    (found,) = read(tmp_path, saved(written))
    assert isinstance(found, Item)
    assert found.document.text == "Two men were shot at the well"


def test_a_text_box_is_read_once(tmp_path: Path) -> None:
    written = docx.Document()
    paragraph = written.add_paragraph("Beside it: ")
    compatibility = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    alternate = paragraph._p.makeelement(f"{{{compatibility}}}AlternateContent")
    for name in ("Choice", "Fallback"):
        branch, run, text = alternate.makeelement(f"{{{compatibility}}}{name}"), OxmlElement("w:r"), OxmlElement("w:t")
        text.text = "three houses burned"
        run.append(text)
        branch.append(run)
        alternate.append(branch)
    paragraph._p.append(alternate)
    (found,) = read(tmp_path, saved(written))
    assert isinstance(found, Item)
    assert found.document.text == "Beside it: three houses burned"


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * 20_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"words", "is no Word document"),
        (saved(docx.Document())[:-100], "or a truncated one"),
        (saved(docx.Document()), "holds no words"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "protected by a password"),
        (bomb(), "unpacks to far more"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, data: bytes, reason: str) -> None:
    (error,) = read(tmp_path, data)
    assert isinstance(error, InputError)
    assert reason in str(error)
    assert str(error).startswith("note.docx: ")
