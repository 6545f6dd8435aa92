"""PDF with a text layer: one document a file. Scans hold pictures of words and are refused."""

from __future__ import annotations

import hashlib
import logging
import re
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTPage, LTTextLine
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfparser import PDFParser
from pdfminer.utils import decode_text

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.sources._cleaning import clean, collapse
from tocsin.sources._composing import Credits, compose
from tocsin.sources._dates import parse_day, published_on
from tocsin.sources._decoding import MAX_BYTES
from tocsin.sources._layout import Line, Page, blocks_of
from tocsin.sources._structured import take_head

__all__ = ["PdfSource"]

_MOST_PAGES = 500
"""A page takes up to a second; what is longer is a book, not a report."""
_LARGEST_STREAM = 50_000_000
"""Bytes unpacked; the drawing of a page full of map lines takes 10 MB, a font of Chinese 20."""
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_BOLD = re.compile(r"bold|black|heavy|demi", re.I)
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
# What programs write as a title when nobody gave one.
_NO_TITLE = re.compile(
    r"untitled.*|microsoft word\b.*|document\d*|slide \d+|powerpoint.*|\(?anonymous\)?|\W*|"
    r".*\.(?:docx?|pdf|indd|odt|pptx?|rtf|xlsx?)",
    re.I,
)

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # its warnings quote the file; ours say what is wrong


class PdfSource:
    """Reads a PDF's text: columns in order, without running heads and feet, lines joined to paragraphs."""

    suffixes = (".pdf",)

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the document of the file at `path`, or why there is none."""
        try:
            identity = _checked(path, name)
            told, pages, fault = _parsed(path, name)
        except UnreadableInput as error:
            yield error
            return
        blocks = blocks_of(pages)
        credits = Credits()
        stated = collapse(_text(told.get("Title")))
        if _NO_TITLE.fullmatch(stated):
            stated = ""
        if stated.casefold() in {b.text.casefold() for b in blocks[:5]}:
            credits.title = stated
        blocks, errors = take_head(credits, blocks, name)
        credits.title = credits.title or stated
        if credits.published is None:
            day = parse_day(_text(told.get("CreationDate")).removeprefix("D:")[:8])
            # Programs that make the same file twice date it with the start of a year long past.
            if day is not None and (day.month, day.day) != (1, 1):
                credits.published = published_on(day, "metadata")
        if not (blocks or credits.title):
            yield UnreadableInput(
                name,
                "holds no text, only pictures of it or none at all; make it searchable with a text recogniser (OCR)",
            )
            return
        yield Item(compose("pdf", identity, credits, blocks))
        yield from errors
        if fault:
            yield UnreadableInput(name, f"{fault}; the pages before were read")


def _checked(path: Path, name: str) -> str:
    """Return the hash of a file that can be a PDF."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1024)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableInput(
            name, f"cannot be opened ({error.strerror or error}); check that it can be read"
        ) from error
    if not size:
        raise UnreadableInput(name, "is empty; leave it out or replace it")
    if b"%PDF-" not in head:
        raise UnreadableInput(name, "is no PDF, whatever its name; give it the ending of what it is")
    if size > 10 * MAX_BYTES:
        raise UnreadableInput(name, f"is {size / 1e6:.0f} MB; split it, or save it without its pictures")
    if _is_bomb(path.read_bytes()):
        raise UnreadableInput(name, "unpacks to far more than a report does and was not read; print it to a new PDF")
    return digest


def _is_bomb(data: bytes) -> bool:
    """Whether a stream unpacks to more than any page's drawing does. Pictures may, and are never unpacked here."""
    for match in _STREAM.finditer(data):
        told = data[max(0, match.start() - 1000) : match.start()].rpartition(b" obj")[2]
        if b"/Image" in told or b"FlateDecode" not in told:
            continue
        try:
            unpacked = zlib.decompressobj().decompress(memoryview(data)[match.end() :], _LARGEST_STREAM + 1)
        except zlib.error:
            continue
        if len(unpacked) > _LARGEST_STREAM:
            return True
    return False


def _parsed(path: Path, name: str) -> tuple[dict[str, Any], list[Page], str]:
    """Return what the file says of itself, its pages, and what is wrong behind the last of them."""
    pages: list[Page] = []
    told: dict[str, Any] = {}
    fault = ""
    try:
        with path.open("rb") as file:
            for info in reversed(PDFDocument(PDFParser(file)).info):
                told.update({key: value for key, value in info.items() if isinstance(value, bytes)})
            file.seek(0)
            # Columns are found by us, so boxes need no order.
            for layout in extract_pages(file, laparams=LAParams(boxes_flow=None), maxpages=_MOST_PAGES + 1):
                if len(pages) == _MOST_PAGES:
                    fault = f"has more than {_MOST_PAGES} pages; split it"
                    break
                pages.append(_page(layout))
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise UnreadableInput(name, "is encrypted; open it with its password and save it without one") from error
    except Exception as error:  # The parser raises whatever a broken file leads it to.
        fault = f"is a broken or truncated PDF ({type(error).__name__}); get it again"
    if not any(page.lines for page in pages) and fault:
        raise UnreadableInput(name, fault)
    return told, pages, fault


def _text(value: Any) -> str:
    return decode_text(value) if isinstance(value, bytes) else ""


def _page(layout: LTPage) -> Page:
    lines = []
    for found in _lines(layout):
        characters = [c for c in found if isinstance(c, LTChar)]
        text = collapse(_logical(found, characters))
        if not text or not characters:
            continue
        bold = sum(bool(_BOLD.search(c.fontname)) for c in characters) * 2 > len(characters)
        sizes = sorted(c.size for c in characters)
        left, bottom, right, top = found.bbox
        lines.append(Line(text, left, bottom, right, top, sizes[len(sizes) // 2], bold))
    return Page(tuple(lines), layout.height)


def _lines(layout: Any) -> Iterator[LTTextLine]:
    for each in layout:
        if isinstance(each, LTTextLine):
            yield each
        elif hasattr(each, "__iter__"):
            yield from _lines(each)


def _logical(line: LTTextLine, characters: list[LTChar]) -> str:
    """The line's text in the order it is read: scripts that run to the left are turned where drawn rightwards."""
    text = line.get_text()
    runs_left = [c for c in characters if re.match(f"[{_RTL}]", c.get_text())]
    if len(runs_left) < 2:
        return text
    forward = sum(a.x0 < b.x0 for a, b in pairwise(runs_left))
    if forward * 2 <= len(runs_left) - 1:
        return text
    turned = clean(text).text.strip()[::-1].translate(str.maketrans("()[]{}«»<>", ")(][}{»«><"))
    return re.sub(r"[^\W_" + _RTL + r"](?:[^" + _RTL + r"\n]*[^\W_" + _RTL + r"])?", lambda m: m.group()[::-1], turned)
