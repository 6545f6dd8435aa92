"""Bytes to characters: which encoding a file is in, and the clear refusal where it is in none."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes

from tocsin.errors import UnreadableInput

__all__ = [
    "MAX_BYTES",
    "SAMPLE",
    "bounded_lines",
    "declared_charset",
    "decode",
    "encoding_of",
    "on_error",
    "open_lines",
    "read_bytes",
    "repaired",
]

MAX_BYTES = 20_000_000
"""The longest file taken as one report. A long book is 2 MB; what is longer is a dump of many reports."""

SAMPLE = 1 << 18
"""Bytes looked at to tell the encoding and the layout of a table."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings that reports still arrive in when they are not Unicode. One list, so that rare encodings that
# decode anything (EBCDIC, DOS code pages) never win.
_LEGACY = ["cp1252", "cp1256", "cp1251", "cp1250", "cp1254", "koi8_r", "gb18030", "shift_jis", "euc_kr", "big5"]
_WESTERN_KIN = ("cp1250", "cp1252", "cp1254")
# Inside a word these show that Western letters were the wrong guess: "¿o³nierzy" is Polish.
_NOT_WESTERN = re.compile(r"[^\W\d_][¹²³¼½¾¿¡ªº¢£¥¦§¨¯´¸þðý]|[¹²³¼½¾¿¢£¥¦§¨¯¸þðý][^\W\d_]")
_MISLABELLED = 4
"""Such words are no accident; a page in another alphabet has dozens in its first paragraph."""
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,200}?encoding=["']([\w.:-]{2,40})""", re.I
)


def read_bytes(path: Path, name: str) -> bytes:
    """Return the bytes of a file that is one report.

    Raises
    ------
    UnreadableInput
        If it cannot be opened, is empty or is too long.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableInput(
                name,
                f"is {size / 1e6:.0f} MB, and a single report may be {MAX_BYTES // 1_000_000} MB at most; "
                "split it into its reports, or give them as a table with one report a row",
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableInput(
            name, f"cannot be opened ({error.strerror or error}); check that it can be read"
        ) from error
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableInput(name, "is empty; leave it out or replace it")
    return data


def decode(data: bytes, name: str, declared: str | None = None) -> str:
    """Return `data` as text.

    Parameters
    ----------
    data : bytes
        A whole file.
    name : str
        The file as the user named it, for messages.
    declared : str, optional
        The encoding that the file says it is in; believed unless it cannot be.

    Raises
    ------
    UnreadableInput
        If it is not text, or in no known encoding.
    """
    encoding = encoding_of(data[:SAMPLE], name, declared, whole=len(data) <= SAMPLE)
    text = repaired(data.decode(encoding, on_error(encoding)))
    if encoding == "utf-8" and text.count("\ufffd") > len(text) // 100:
        raise UnreadableInput(name, _NO_ENCODING)
    return text


_NO_ENCODING = "is in no encoding known here; save it as UTF-8"
_BINARY = "holds binary data, not text; if it is a document of another kind, export it as text, HTML or CSV"


def encoding_of(sample: bytes, name: str, declared: str | None = None, *, whole: bool = True) -> str:
    """Return the codec for a file that begins with `sample`.

    UTF-8 comes back without strict errors in mind: a few stray bytes in it are mended by :func:`repaired`.

    Raises
    ------
    UnreadableInput
        If it is not text, or in no known encoding.
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    if b"\x00" in sample:
        return _unmarked_utf16(sample, name)
    if _noise(sample):
        raise UnreadableInput(name, _BINARY)
    if _is_utf8(sample, whole):
        return "utf-8"
    if declared and _believed(codec := _known(declared), sample, whole):
        return str(codec)
    if _mostly_utf8(sample):
        return "utf-8"
    return _legacy(sample, name)


def declared_charset(data: bytes) -> str | None:
    """Return the encoding that the head of an HTML file declares, None where it declares none."""
    found = _DECLARED.search(data[:4096])
    return (found[1] or found[2]).decode("ascii", "ignore") if found else None


def repaired(text: str) -> str:
    """Read stray bytes, kept as lone surrogates by the decoder, as the Western letters they nearly always are."""
    if not _STRAY.search(text):
        return text
    return _STRAY.sub(lambda m: m.group().encode("utf-8", "surrogateescape").decode("cp1252", "replace"), text)


_STRAY = re.compile("[\udc80-\udcff]+")


def open_lines(path: Path, name: str, told: str = "") -> io.TextIOWrapper:
    """Open a long text for reading line by line, in the encoding that a person `told`, else its beginning is in.

    Stray bytes stay as surrogates for :func:`repaired`.

    Raises
    ------
    UnreadableInput
        If it cannot be opened, is empty, is not text, or in no known encoding.
    """
    try:
        with path.open("rb") as file:
            sample = file.read(SAMPLE)
    except OSError as error:
        raise UnreadableInput(
            name, f"cannot be opened ({error.strerror or error}); check that it can be read"
        ) from error
    if not sample.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise UnreadableInput(name, "is empty; leave it out or replace it")
    encoding = told or encoding_of(sample, name, whole=len(sample) < SAMPLE)
    return _stream(path, "utf-8-sig" if encoding == "utf-8" else encoding)


def bounded_lines(file: io.TextIOBase, longest: int) -> Iterator[str]:
    """Yield the lines of `file`, those longer than `longest` characters cut there, so that memory stays bounded."""
    while line := file.readline(longest + 1):
        yield line
        while len(line) > longest and not line.endswith("\n"):
            line = file.readline(longest + 1)


def _stream(path: Path, encoding: str) -> io.TextIOWrapper:
    return path.open(encoding=encoding, errors=on_error(encoding), newline="")


def on_error(encoding: str) -> str:
    return "surrogateescape" if encoding in ("utf-8", "utf-8-sig") else "replace"


def _known(label: str) -> str | None:
    # Pages that declare Latin-1 hold Windows-1252; every browser reads them so.
    aliases = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
    try:
        codec = codecs.lookup(label).name
    except LookupError:
        return None
    return aliases.get(codec, codec)


def _decodes(sample: bytes, encoding: str, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, whole)
    except (UnicodeDecodeError, LookupError, AttributeError, TypeError):
        return False
    return True


def _is_utf8(sample: bytes, whole: bool) -> bool:
    return _decodes(sample, "utf-8", whole)


def _believed(codec: str | None, sample: bytes, whole: bool) -> bool:
    if codec in (None, "utf-8") or not _decodes(sample, str(codec), whole):
        return False
    return codec != "cp1252" or not _only_accents(sample)


def _only_accents(sample: bytes) -> bool:
    """Whether words are made of accented letters alone, as in no Western language: Arabic or Russian, mislabelled."""
    return len(re.findall(rb"[\xc0-\xff]{4}", sample)) > _MISLABELLED


def _mostly_utf8(sample: bytes) -> bool:
    """Whether well-formed sequences far outnumber stray bytes: UTF-8 into which something else was pasted."""
    text = sample.decode("utf-8", "surrogateescape")
    stray = len(re.findall("[\udc80-\udcff]", text))
    sound = sum(1 for c in text if ord(c) > 0x7F) - stray
    return sound > 4 * stray


def _noise(sample: bytes) -> bool:
    """Whether control bytes that no text holds make up more than one byte in a hundred."""
    control = len(sample.translate(None, bytes(b for b in range(256) if b >= 32 or b in b"\t\n\r\x0b\x0c\x1b")))
    return control * 100 > len(sample)


def _unmarked_utf16(sample: bytes, name: str) -> str:
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    for encoding, many, few in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        # In text of any script spaces, digits and line ends have a zero byte, always on the same side.
        if many > half * 0.1 and few * 20 < many and _decodes(sample[: half * 2], encoding, False):
            text = sample[: half * 2].decode(encoding, "replace")
            if sum(c < " " and c not in "\t\n\r" for c in text) * 100 <= len(text):
                return encoding
    if len(sample) > 1000 and (even + odd) * 1000 < len(sample) and not _noise(sample):
        return encoding_of(sample.replace(b"\x00", b""), name)
    raise UnreadableInput(name, _BINARY)


def _legacy(sample: bytes, name: str) -> str:
    best = from_bytes(sample[: 1 << 16], cp_isolation=_LEGACY).best()
    if best is None:
        raise UnreadableInput(name, _NO_ENCODING)
    encoding: str = best.encoding
    if encoding in _WESTERN_KIN:
        if not _NOT_WESTERN.search(sample.decode("cp1252", "replace")):
            return "cp1252"
        return encoding if encoding != "cp1252" else "cp1250"
    return encoding
