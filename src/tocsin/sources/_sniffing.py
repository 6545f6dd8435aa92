"""What form bytes are in that come without a file's name: by what is said of them, and by how they begin."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

from tocsin.sources._decoding import SAMPLE, encoding_of

__all__ = ["MEDIA_ENDINGS", "VAGUE_MEDIA", "sniffed"]

MEDIA_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/rdf+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/feed+json": ".json",
    "application/json": ".json",
    "application/ld+json": ".json",
    "application/geo+json": ".json",
    "application/x-ndjson": ".jsonl",
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
"""Media types by the ending of the source that reads them."""

VAGUE_MEDIA = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/download"})
"""What servers say of files whose form they do not know."""

_PACKAGES = (("word/document.xml", ".docx"), ("xl/workbook.xml", ".xlsx"), ("datapackage.json", ".wacz"))
_FEED = re.compile(r"(?:<\?xml[^>]*\?>|<!--.*?-->|<\?.*?\?>|\s)*<(?:rss|feed|(?:\w+:)?rdf)\b", re.I | re.S)
_PAGE = re.compile(r"(?:<\?xml[^>]*\?>|<!--.*?-->|\s)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_CHAT = re.compile(r"From \S+@?\S* .*\d{4}\n(?:[\w-]+: .*\n)+", re.A)
_MAIL = re.compile(
    r"(?:(?:From|To|Date|Subject|Received|Return-Path|MIME-Version|Message-ID): .*\n(?:[ \t].*\n)*){3}", re.I
)
# A table shows itself by this many lines of as many cells; prose with commas does not keep that up.
_TABLE_LINES, _TABLE_CELLS = 3, 3
_LONGEST_HEADING = 60


def sniffed(path: Path, *, tables: bool = False) -> str:
    """The ending that the file at `path` would have by how it begins, empty where that shows nothing.

    Parameters
    ----------
    path : Path
    tables : bool
        Whether to look for JSON and tables too, which begin like many other texts.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    if head.startswith(b"%PDF-"):
        return ".pdf"
    if head.startswith(b"PK\x03\x04"):
        return _package(path)
    if head.startswith(b"\x1f\x8b"):
        return ".warc.gz"
    if head.startswith(b"WARC/"):
        return ".warc"
    try:
        text = head.decode(encoding_of(head, path.name, whole=len(head) < SAMPLE), "replace")
    except Exception:  # binary, or in no known encoding: the source that gets it says so
        return ""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if _FEED.match(text):
        return ".xml"
    if _PAGE.match(text):
        return ".html"
    if not tables:
        return ""
    return _texts(text)


def _package(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            members = set(package.namelist())
            kind = package.read("mimetype")[:60] if "mimetype" in members else b""
    except Exception:  # whatever is wrong with it, the source of zip files says it
        return ".zip"
    if kind == b"application/vnd.oasis.opendocument.spreadsheet":
        return ".ods"
    return next((ending for member, ending in _PACKAGES if member in members), ".zip")


def _texts(text: str) -> str:
    start = text.lstrip()
    if start[:1] in ("{", "["):
        first, _, rest = start.partition("\n")
        return ".jsonl" if first.rstrip().endswith("}") and rest.lstrip().startswith("{") else ".json"
    if re.match(r"<[a-z][\w-]*[\s>]", start, re.I) and re.search(r"</(?:p|div|article|a)>", start, re.I):
        return ".html"
    if _CHAT.match(start):
        return ".mbox"
    if _MAIL.match(start):
        return ".eml"
    return _table(start)


def _table(text: str) -> str:
    lines = [line for line in text.split("\n")[:20] if line.strip()]
    if text.count("\n") < 20:
        lines = lines or []
    elif lines:
        lines.pop()  # the last line of a sample may be cut
    for delimiter, ending in (("\t", ".tsv"), (",", ".csv"), (";", ".csv"), ("|", ".csv")):
        rows = list(csv.reader(lines, delimiter=delimiter))
        widths = {len(row) for row in rows}
        if (
            len(rows) >= _TABLE_LINES
            and len(widths) == 1
            and widths.pop() >= _TABLE_CELLS
            and all(0 < len(cell.strip()) <= _LONGEST_HEADING for cell in rows[0])
        ):
            return ending
    return ""
