"""Word documents: headings, paragraphs, list items and tables, as one document a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.records import PartKind
from tocsin.sources._cleaning import collapse
from tocsin.sources._composing import Block, Credits, compose
from tocsin.sources._packages import check_office
from tocsin.sources._structured import take_head

__all__ = ["DocxSource"]

_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NO_TITLE = re.compile(r"(?:word |microsoft )?(?:document|template).*|untitled.*|.*\.docx?|\W*", re.I)


class DocxSource:
    """Reads a .docx file. Accepted wording is read: inserted words stand in the text, deleted ones do not."""

    suffixes = (".docx", ".docm")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the document of the file at `path`, or why there is none."""
        try:
            check_office(path, name, "Word document (.docx)")
            opened = _opened(path, name)
        except UnreadableInput as error:
            yield error
            return
        blocks = [block for block in _blocks(opened) if block.text]
        raw = str(opened.element.xml)
        credits = Credits()
        blocks, errors = take_head(credits, _one_title(blocks, credits), name)
        stated = _stated_title(opened)
        if not credits.title and not _NO_TITLE.fullmatch(stated):
            credits.title = stated
        if not (blocks or credits.title):
            yield UnreadableInput(name, "holds no words; leave it out or replace it")
            return
        yield Item(compose("word document", raw, credits, blocks))
        yield from errors


def _opened(path: Path, name: str) -> Any:
    try:
        with path.open("rb") as file:
            return docx.Document(file)
    except Exception as error:  # The library raises whatever a broken package leads it to.
        raise UnreadableInput(
            name, f"is no Word document, or a damaged one ({type(error).__name__}); open it and save it anew as .docx"
        ) from error


def _stated_title(opened: Any) -> str:
    """The title among the document's properties; empty where they are missing or damaged, which costs nothing else."""
    try:
        return collapse(str(opened.core_properties.title or ""))
    except Exception:  # The library raises whatever a broken part leads it to.
        return ""


def _one_title(blocks: list[Block], credits: Credits) -> list[Block]:
    """Take the paragraph that is styled as the title."""
    at = next((at for at, b in enumerate(blocks[:8]) if b.kind == "title"), None)
    if at is not None:
        credits.title = blocks[at].text
    return [Block("heading" if b.kind == "title" else b.kind, b.text) for n, b in enumerate(blocks) if n != at]


def _blocks(opened: Any) -> Iterator[Block]:
    for found in opened.iter_inner_content():
        if isinstance(found, Table):
            yield from _rows(found)
        else:
            # A line break inside a paragraph is what reports set between entries of a list.
            for line in _words(found._p).split("\n"):
                yield Block(_kind(found), collapse(line))


def _rows(table: Table) -> Iterator[Block]:
    for row in table._tbl.tr_lst:
        cells = [collapse(" ".join(_words(p) for p in cell.iter(f"{_TEXT}p"))) for cell in row.tc_lst]
        # Merged cells repeat their words.
        kept = [c for at, c in enumerate(cells) if c and (at == 0 or c != cells[at - 1])]
        yield Block("item" if len(kept) > 1 else "paragraph", " | ".join(kept))


def _words(paragraph: Any) -> str:
    """The words of a paragraph in order, those of links and of accepted insertions too."""
    words: list[str] = []
    # A text box stands twice in the file: as it is, and again for programs that know no text boxes.
    again = {each for fallback in paragraph.iter(_FALLBACK) for each in fallback.iter()}
    for each in paragraph.iter():
        if each in again:
            continue
        if each.tag == f"{_TEXT}t":
            words.append(each.text or "")
        elif each.tag in (f"{_TEXT}br", f"{_TEXT}cr"):
            words.append("\n")
        elif each.tag == f"{_TEXT}tab":
            words.append(" ")
        elif each.tag == f"{_TEXT}noBreakHyphen":
            words.append("-")
    return "".join(words)


def _kind(paragraph: Paragraph) -> PartKind:
    try:
        style = (paragraph.style.name or "").casefold() if paragraph.style is not None else ""
    except (KeyError, AttributeError, ValueError):
        style = ""
    if style == "title":
        return "title"
    if style.startswith(("heading", "subtitle", "titre", "título", "überschrift")):
        return "heading"
    numbered = paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None
    if style.startswith("list") or numbered:
        return "item"
    runs = [r for r in paragraph.runs if r.text.strip()]
    short = len(paragraph.text) < 100 and not paragraph.text.rstrip().endswith((".", "!", "?", ":", ";", ","))
    return "heading" if runs and short and all(r.bold for r in runs) else "paragraph"
