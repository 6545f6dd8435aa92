"""Web archives: every page, text, feed and table that a crawl kept, read as its own source reads it.

WARC-Date tells when a page was crawled, which is no day of publication: the page itself is asked. What is no
report (pictures, styles, redirects, errors, what was kept before) is passed over.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.sources._cleaning import collapse
from tocsin.sources._decoding import MAX_BYTES
from tocsin.sources._mapping import ColumnMaps
from tocsin.sources._packages import MAX_RATIO, SMALL, Budget
from tocsin.sources._sniffing import MEDIA_ENDINGS, VAGUE_MEDIA
from tocsin.sources._unpacking import read_member, short
from tocsin.sources.archives import read_zip

__all__ = ["WaczSource", "WarcSource"]

_OFTEN_NO_REPORT = frozenset({".xml", ".json", ".jsonl"})
"""Sites answer their own scripts in these: one that holds no report says nothing about the archive."""
_LONGEST_HEAD = 1_000_000
"""Bytes; the header lines of a record and its page take a few thousand."""
_CHUNK = 1 << 16
_GZIP = b"\x1f\x8b\x08"
_NAMED = 3
"""How many pages without an article are named."""


class WarcSource:
    """Reads .warc and .warc.gz files; the item is the address of the page. Streams: memory holds one record."""

    suffixes = (".warc", ".warc.gz")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the documents of each record that holds a report, and an error for each damaged one."""
        yield from self.read_within(path, name, Budget())

    def read_within(self, path: Path, name: str, budget: Budget) -> Iterator[Item | InputError]:
        """Yield the same of a web archive that came in another file."""
        try:
            with path.open("rb") as file:
                if not file.read(1):
                    raise UnreadableInput(name, "is empty; leave it out or replace it")
                yield from _read(file, name, _Crawl(budget.maps))
        except UnreadableInput as error:
            yield error
        except OSError as error:
            yield UnreadableInput(name, f"cannot be read ({error.strerror or error}); check the file")


class WaczSource:
    """Reads the web archives that lie in a .wacz package."""

    suffixes = (".wacz",)

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the documents of the package's archives, and an error for each damaged record."""
        yield from self.read_within(path, name, Budget())

    def read_within(self, path: Path, name: str, budget: Budget) -> Iterator[Item | InputError]:
        """Yield the same of a package that came in another file."""
        yield from read_zip(path, name, budget, lambda member: member.lower().endswith((".warc", ".warc.gz")))


@dataclass(slots=True)
class _Crawl:
    """What was seen of an archive so far."""

    maps: ColumnMaps
    records: int = 0
    told: bool = False
    """Whether a document came out of it, or an error that says why none did."""
    payloads: set[bytes] = field(default_factory=set)
    wordless: list[str] = field(default_factory=list)


class _Torn(Exception):
    """The archive cannot be read on at this place."""


def _read(file: BinaryIO, name: str, crawl: _Crawl) -> Iterator[Item | InputError]:
    """Read from one sound record to the next; behind a damaged one go on where the next begins."""
    file.seek(0)
    zipped = file.read(2) == b"\x1f\x8b"
    start: int | None = 0
    while start is not None:
        stream = (_Unzipped if zipped else _Plain)(file, start)
        try:
            for found in _records(stream, name, crawl):
                crawl.told = True
                yield found
            break
        except _Torn as error:
            reason = str(error)
        start = stream.next_record()
        if not crawl.records and start is None:
            yield UnreadableInput(name, f"is no web archive, or a damaged one ({reason}); get it again")
            return
        crawl.told = True
        yield UnreadableInput(
            name,
            f"is damaged behind record {crawl.records:,} ({reason}); the records before it were read"
            + (", and those behind it are" if start is not None else "")
            + ". Get the archive again",
        )
    if not crawl.records:
        yield UnreadableInput(name, "is no web archive, or holds no records; leave it out or get it again")
    elif not (crawl.told or crawl.wordless):
        yield UnreadableInput(name, "holds no page that could be read; leave it out or get it again")
    if crawl.wordless:
        shown = ", ".join(crawl.wordless[:_NAMED])
        more = f" and {len(crawl.wordless) - _NAMED:,} more" if len(crawl.wordless) > _NAMED else ""
        yield UnreadableInput(name, f"holds pages without an article, which were passed over ({shown}{more})")


def _records(stream: _Stream, name: str, crawl: _Crawl) -> Iterator[Item | InputError]:
    archive = None
    while True:
        stream.begin_head()
        try:
            # The library says on standard error what it finds odd; what matters is said by us.
            with redirect_stderr(io.StringIO()):
                archive = archive or ArchiveIterator(stream, no_record_parse=True)
                record = next(archive, None)
        except _Torn:
            raise
        except (ArchiveLoadFailed, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
            raise _Torn(short(error)) from error
        finally:
            stream.record_at = archive.offset if archive is not None else 0
        if record is None:
            return
        if record.format != "warc" or not record.rec_type:
            raise _Torn("no WARC record")
        stream.begin_body()
        crawl.records += 1
        yield from _record(record, name, crawl)
        while record.raw_stream.read(_CHUNK):
            pass
        if getattr(record.raw_stream, "limit", 0) > 0:
            raise _Torn("the file ends within a record")


def _record(record: Any, name: str, crawl: _Crawl) -> Iterator[Item | InputError]:
    kind = record.rec_type or ""
    headers = record.rec_headers
    uri = collapse((headers.get_header("WARC-Target-URI") or "").strip("<> "))
    item = uri or (headers.get_header("WARC-Record-ID") or "").strip("<> ") or str(crawl.records)
    if kind not in ("response", "resource") or not (record.length or 0) > 0:
        return
    media = (record.content_type or "").lower()
    web = kind == "response" and uri.startswith(("http:", "https:"))
    # The head tells whether the rest is wanted, so a film of some GB is never held.
    head = record.raw_stream.read(min(record.length, MAX_BYTES // 100)) if web else b""
    lines, gap, body = _split(head) if web else ({}, True, b"")
    if web:
        if lines.get(":status") != "200" or not gap:
            return
        media = lines.get("content-type", "").lower()
    suffix = _ending(media, uri, body)
    if suffix is None:
        return
    try:
        if record.length > MAX_BYTES:
            raise ValueError(f"{record.length / 1e6:.0f} MB, and a page may be {MAX_BYTES // 1_000_000} MB at most")
        while chunk := record.raw_stream.read(_CHUNK):
            body += chunk
        payload = _decoded(body, lines)
    except (ValueError, zlib.error) as error:
        yield UnreadableInput(name, f"cannot be unpacked ({short(error)}); it was left out", item=item)
        return
    if payload.startswith(b"%PDF-"):
        suffix = ".pdf"
    digest = hashlib.sha256(payload).digest()[:16]
    if not payload.strip() or digest in crawl.payloads:
        return
    crawl.payloads.add(digest)
    yield from _documents(payload, suffix, uri, item, name, crawl)


def _documents(
    payload: bytes, suffix: str, uri: str, item: str, name: str, crawl: _Crawl
) -> Iterator[Item | InputError]:
    errors: list[InputError] = []
    nothing = True
    for found in read_member([payload], f"{name}{suffix}", Budget(maps=crawl.maps)):
        where = f"{item} {found.item}" if found.item else item
        if isinstance(found, InputError):
            errors.append(type(found)(name, found.reason, item=where))
            continue
        nothing = False
        document = found.document
        # A page is where it was found; the entries of a feed have addresses of their own.
        yield Item(document if found.item or not uri else replace(document, url=uri), where)
    if not nothing:
        yield from errors
    elif suffix == ".html":
        crawl.wordless.append(item)
    elif suffix not in _OFTEN_NO_REPORT:
        yield from errors


def _ending(media: str, uri: str, body: bytes) -> str | None:
    """The ending by which a payload's source is found, None for what is no report."""
    kind = media.partition(";")[0].strip()
    if kind in VAGUE_MEDIA:
        suffix = PurePosixPath(urlsplit(uri).path).suffix.lower() if "[" not in uri else ""
        if suffix in (".htm", ".xhtml") or (
            not suffix and body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))
        ):
            return ".html"
        return suffix if suffix in MEDIA_ENDINGS.values() else None
    return MEDIA_ENDINGS.get(kind)


def _split(head: bytes) -> tuple[dict[str, str], bool, bytes]:
    """The lines of an answer's head by name, its status as ``:status``; whether it is whole; what follows."""
    found = re.search(rb"\r?\n\r?\n", head)
    lines = re.split(r"\r?\n", head[: found.start() if found else len(head)].decode("utf-8", "replace"))
    status = lines[0].split(None, 2)
    named: dict[str, str] = {":status": status[1] if len(status) > 1 and status[0].startswith("HTTP/") else ""}
    for line in lines[1:]:
        key, _, value = line.partition(":")
        named[key.strip().lower()] = value.strip()
    return named, found is not None, head[found.end() :] if found else b""


def _decoded(body: bytes, lines: dict[str, str]) -> bytes:
    """The payload as the page's writer made it: out of its chunks, and unpacked.

    Raises
    ------
    ValueError, zlib.error
        If it is damaged, packed in a way not known here, or unpacks to too much.
    """
    if "chunked" in lines.get("transfer-encoding", "").lower():
        body = _dechunked(body)
    for coding in reversed([c.strip() for c in lines.get("content-encoding", "").lower().split(",")]):
        if coding in ("", "identity", "none", "utf-8"):
            continue
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise ValueError(f"packed as {coding[:20]!r}, which is not read here; crawl it without")
        # Some crawlers keep the header and unpack the page.
        if coding != "deflate" and not body.startswith(b"\x1f\x8b"):
            continue
        body = _inflated(body)
    return body


def _dechunked(body: bytes) -> bytes:
    pieces: list[bytes] = []
    at = 0
    while found := re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n").match(body, at):
        size = int(found[1], 16)
        if not size:
            return b"".join(pieces)
        at = found.end()
        pieces.append(body[at : at + size])
        at += size
        at += 2 if body[at : at + 2] == b"\r\n" else 1
    # Crawlers often keep the header of what they have put together already.
    return b"".join(pieces) if pieces else body


def _inflated(body: bytes) -> bytes:
    for bits in (32 + zlib.MAX_WBITS, -zlib.MAX_WBITS):
        unzip = zlib.decompressobj(bits)
        try:
            unpacked = unzip.decompress(body, MAX_BYTES + 1)
        except zlib.error:
            if bits < 0:
                raise
            continue
        break
    if len(unpacked) > MAX_BYTES or (len(unpacked) > SMALL and len(unpacked) > MAX_RATIO * len(body)):
        raise ValueError(f"it unpacks to more than {MAX_BYTES // 1_000_000} MB, or far more than a page does")
    if not unzip.eof:
        raise ValueError("it ends before its end")
    return unpacked


class _Stream:
    """What the library reads an archive from; it knows where to go on behind a damaged record."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file = file
        self._start = start
        self._head_left: int | None = None
        self.record_at = 0
        """Where the record that is read begins, in bytes of what was handed out."""
        file.seek(start)

    def begin_head(self) -> None:
        """What is read now is a head, which has an end."""
        self._head_left = _LONGEST_HEAD

    def begin_body(self) -> None:
        """What is read now may be of any length."""
        self._head_left = None

    def read(self, size: int = -1) -> bytes:
        chunk = self._next(_CHUNK if size < 0 else size)
        if self._head_left is not None:
            self._head_left -= len(chunk)
            if self._head_left < 0:
                raise _Torn("a header without an end")
        return chunk

    def _next(self, size: int) -> bytes:
        raise NotImplementedError

    def next_record(self) -> int | None:
        """Where in the file the next record begins behind the damaged one, None where none does."""
        raise NotImplementedError

    def _search(self, mark: bytes, start: int) -> int | None:
        self._file.seek(start)
        at, tail = start, b""
        while chunk := self._file.read(1 << 20):
            found = (tail + chunk).find(mark)
            if found >= 0:
                return at - len(tail) + found
            at += len(chunk)
            tail = (tail + chunk)[-len(mark) + 1 :]
        return None


class _Plain(_Stream):
    """An archive that is not packed."""

    def _next(self, size: int) -> bytes:
        return self._file.read(size)

    def next_record(self) -> int | None:
        found = self._search(b"\nWARC/1.", self._start + self.record_at)
        return None if found is None else found + 1


class _Unzipped(_Stream):
    """An archive of which each record is packed by itself, or which is packed as a whole."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        super().__init__(file, start)
        self._member = start
        self._unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._packed = b""
        self._at = start
        self._out = 0

    def _next(self, size: int) -> bytes:
        while True:
            if self._unzip.eof:
                rest = self._unzip.unused_data
                self._packed = rest.lstrip(b"\0") or self._fill().lstrip(b"\0")
                if not self._packed:
                    return b""
                self._member = self._at - len(self._packed)
                self._unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
            elif not self._packed:
                self._packed = self._fill()
                if not self._packed:
                    raise _Torn("the file ends within a record")
            try:
                chunk = self._unzip.decompress(self._packed, size)
            except zlib.error as error:
                raise _Torn(short(error)) from error
            self._packed = self._unzip.unconsumed_tail
            self._out += len(chunk)
            if self._out > SMALL and self._out > MAX_RATIO * (self._at - self._start):
                raise _Torn(f"it unpacks to more than {MAX_RATIO} times its size, as only traps do")
            if chunk:
                return chunk

    def _fill(self) -> bytes:
        chunk = self._file.read(_CHUNK)
        self._at += len(chunk)
        return chunk

    def next_record(self) -> int | None:
        at = self._search(_GZIP, self._member + 1)
        while at is not None:
            self._file.seek(at)
            try:
                if zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(self._file.read(4096), 8).startswith(b"WARC/"):
                    return at
            except zlib.error:
                pass
            at = self._search(_GZIP, at + 1)
        return None
