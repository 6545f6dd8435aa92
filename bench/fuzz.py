"""Broken and hostile inputs against every reader of reports.

    python bench/fuzz.py [--seconds 60] [--seed 1] [--readers pdf,docx,…]

Each reader gets mutations of sound, invented samples of its form (bytes flipped, cut, doubled, moved and swapped for
such as break parsers; members of packed forms likewise, packed again) for that many seconds. What must hold of each
input: nothing but items and input errors comes out, nothing is raised, no file is written, it takes less than 5
seconds, memory stays bounded, parts of a text lie in it, and no error says that a reader broke. An input that breaks
this is printed and kept in ``--keep`` for a test; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tocsin.errors import InputError
from tocsin.sources import read

LIMIT_S = 5.0
GROWTH_MB = 600
# ru_maxrss is in kilobytes, except on macOS, where it is in bytes.
RSS_MB = 1024 * (1024 if sys.platform == "darwin" else 1)

SENTENCE = "Three farmers were killed when a mine went off under their cart near the mill, neighbours said."
ARABIC = "قتل ثلاثة مزارعين عندما انفجر لغم تحت عربتهم قرب الطاحونة."


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", default="", help="endings of files, with commas between; all by default")
    parser.add_argument("--keep", type=Path, help="where to keep inputs that break a reader")
    given = parser.parse_args(arguments)
    names = given.readers.split(",") if given.readers else sorted(SAMPLES)
    broken = 0
    for name in names:
        tried, found = fuzz(name, given.seconds, given.seed)
        for data, why in found:
            print(f"{name}: {why}", flush=True)
            if given.keep:
                given.keep.mkdir(parents=True, exist_ok=True)
                (given.keep / f"{len(data)}-{abs(hash(data)) % 10**8}.{name}").write_bytes(data)
        broken += len(found)
        print(json.dumps({"reader": name, "inputs": tried, "broken": len(found)}), flush=True)
    return 1 if broken else 0


def fuzz(name: str, seconds: float, seed: int, most: int | None = None) -> tuple[int, list[tuple[bytes, str]]]:
    """Try a reader for some time (or `most` inputs); return how many inputs it got, and those that broke it."""
    chance = random.Random(f"{seed} {name}")
    samples = SAMPLES[name]()
    end = time.monotonic() + seconds
    tried, found = 0, []
    with tempfile.TemporaryDirectory(prefix="tocsin-fuzz-") as folder:
        check(Path(folder), name, samples[0])  # libraries are loaded and caches filled before anything is measured
        while time.monotonic() < end and (most is None or tried < most):
            data = mutated(chance, chance.choice(samples))
            tried += 1
            why = check(Path(folder), name, data)
            if why:
                found.append((data, why))
    return tried, found


def check(folder: Path, name: str, data: bytes) -> str:
    """Read one input; return what is wrong with how it was read, empty where nothing is."""
    path = folder / f"input.{name}"
    path.write_bytes(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    try:
        for found in read([path]):
            if isinstance(found, InputError):
                if "report this" in found.reason:
                    return found.reason
                continue
            document = found.item.document
            if not document.text:
                return "an empty text"
            for part in document.parts:
                if not 0 <= part.start < part.end <= len(document.text):
                    return f"a part from {part.start} to {part.end} in a text of {len(document.text)} characters"
    except Exception as error:
        return f"raised {type(error).__name__}: {error}"
    if (took := time.process_time() - begun) > LIMIT_S:
        return f"took {took:.1f} s"
    if (grown := (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / RSS_MB) > GROWTH_MB:
        return f"took {grown:.0f} MB"
    left = [p.name for p in folder.iterdir() if p != path]
    return f"left {left}" if left else ""


# Mutations ------------------------------------------------------------------------------------------------------------

NASTY = [
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\r",
    b"\n\n",
    b'"',
    b"'",
    b"<",
    b">",
    b"&#0;",
    b"&a;",
]
NASTY += [
    b"<![CDATA[",
    b"<!DOCTYPE a [",
    b"{",
    b"}",
    b"[" * 300,
    b"]",
    b"null",
    b"1e999",
    b"-1",
    b"NaN",
    b"99999999999",
]
NASTY += [b"\\ud800", b"\xe2\x80\xae", b"%s", b"../", b"31.02.2021", b"0000-00-00", b"9999-12-31", b"=?utf-8?q?=ff?="]
NASTY += [b"\n\n--b\n", b"charset=none", b"<div>" * 300, b"<table><tr>", b"a" * 5000, "٠".encode(), "²".encode()]


def mutated(chance: random.Random, sample: bytes) -> bytes:
    """`sample` with some of it broken; a packed one with a member broken, more often than not."""
    if sample.startswith(b"PK") and chance.random() < 0.8:
        return repacked(chance, sample)
    data = bytearray(sample)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        mutate(chance, data)
    return bytes(data)


def mutate(chance: random.Random, data: bytearray) -> None:
    """Break `data` in one way."""
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 4, 40, 400)))
    kind = chance.randrange(8)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << chance.randrange(8)
    elif kind == 1 and at < len(data):
        data[at] = chance.randrange(256)
    elif kind == 2:
        del data[at:end]
    elif kind == 3:
        data[at:at] = data[at:end] * chance.choice((1, 3, 50))
    elif kind == 4:
        data[at:at] = chance.choice(NASTY)
    elif kind == 5:
        data[at:end] = chance.choice(NASTY)
    elif kind == 6 and chance.random() < 0.3:
        del data[at:]
    else:
        other = chance.randrange(len(data) + 1)
        data[at:at] = data[other : other + end - at]


def repacked(chance: random.Random, sample: bytes) -> bytes:
    """A zip with some member broken, renamed, doubled or left out."""
    with zipfile.ZipFile(io.BytesIO(sample)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    at = chance.randrange(len(members))
    name, data = members[at]
    kind = chance.randrange(8)
    if kind == 0:
        del members[at]
    elif kind == 1:
        members[at] = (chance.choice(("../", "/", "a/", "x.zip/")) + name, data)
    else:
        members[at] = (name, mutated(chance, data) if data else b"\x00")
    return packed(members)


def packed(members: Iterable[tuple[str, str | bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in dict(members).items():
            archive.writestr(name, data)
    return buffer.getvalue()


# Sound samples, invented ----------------------------------------------------------------------------------------------


def texts() -> list[bytes]:
    article = f"Mine kills three\n\nPublished: 3 May 2021\nSource: Valley Post\n\n{SENTENCE}\n\n{SENTENCE} {SENTENCE}\n"
    return [article.encode(), ARABIC.encode("cp1256"), f"{ARABIC}\n\n{SENTENCE}\n".encode("utf-16"), *chats()]


def chats() -> list[bytes]:
    lines = [f"0{n}/05/2021, 10:0{n} - Member: {SENTENCE}" for n in range(1, 8)]
    other = [f"[{n}/5/21, 10:0{n}:11 PM] Member: {ARABIC}\nmore" for n in range(1, 8)]
    return ["\n".join(lines).encode(), "\n".join(other).encode()]


def marked() -> list[bytes]:
    return [f"---\ntitle: Mine\ndate: 2021-05-03\n---\n# Mine\n\n{SENTENCE}\n\n- one\n\n| a | b |\n|--|--|\n".encode()]


def pages() -> list[bytes]:
    data = json.dumps({"@type": "NewsArticle", "headline": "Mine", "datePublished": "2021-05-03T10:00:00Z"})
    head = f'<title>Mine | Valley Post</title><script type="application/ld+json">{data}</script>'
    body = (
        f"<nav><a href='/'>Home</a></nav><article><h1>Mine</h1><p>{SENTENCE}</p><ul><li>{SENTENCE}</li></ul></article>"
    )
    page = f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'
    return [page.encode(), page.replace(SENTENCE, ARABIC).encode()]


def feeds() -> list[bytes]:
    html = f"<![CDATA[<p>{SENTENCE}</p>]]>"
    item = "<item><title>Mine</title><link>https://valley.example/1</link><guid>1</guid>"
    item += f"<pubDate>Mon, 03 May 2021 10:00:00 GMT</pubDate><description>{html}</description></item>"
    entry = "<entry><id>1</id><title>Mine</title><updated>2021-05-03T10:00:00Z</updated>"
    entry += f"<content type='html'>&lt;p&gt;{SENTENCE}&lt;/p&gt;</content></entry>"
    rss = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Valley</title>{item}{item}</channel></rss>'
    atom = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Valley</title>{entry}</feed>'
    return [rss.encode(), atom.encode()]


def tables() -> list[bytes]:
    rows = "\n".join(f'{n},2021-05-{n:02},Homs,{n},"{SENTENCE}"' for n in range(1, 20))
    table = f"id,reported,place,deaths,notes\n{rows}\n"
    return [table.encode(), table.replace(",", ";").encode("utf-16"), f"﻿{table}".replace(SENTENCE, ARABIC).encode()]


def lines() -> list[bytes]:
    made = [
        {"id": n, "title": "Mine", "text": SENTENCE, "date": "2021-05-03", "url": "https://a.example"} for n in range(9)
    ]
    return ["\n".join(map(json.dumps, made)).encode()]


def objects() -> list[bytes]:
    made = [json.loads(line) for line in lines()[0].splitlines()]
    shapes = [made, {"data": {"rows": made}}, made[0], {str(n): each for n, each in enumerate(made)}]
    point = {"type": "Point", "coordinates": [36.7, 34.7]}
    shapes.append(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": m, "geometry": point} for m in made],
        }
    )
    return [*(json.dumps(shape).encode() for shape in shapes), *exports()]


def exports() -> list[bytes]:
    base = {"type": "message", "date": "2021-05-03T10:00:00", "date_unixtime": "1620036000", "from": "Valley"}
    text = [
        SENTENCE,
        {"type": "bold", "text": "Mine"},
        {"type": "text_link", "text": "more", "href": "https://a.example"},
    ]
    messages = [
        base | {"id": n, "text": text, "reply_to_message_id": n - 1, "edited": "2021-05-04"} for n in range(1, 9)
    ]
    chat = {"name": "Valley", "type": "public_channel", "id": 5, "messages": messages}
    return [json.dumps(chat).encode(), json.dumps({"about": "", "chats": {"about": "", "list": [chat, chat]}}).encode()]


def mails() -> list[bytes]:
    from email.message import EmailMessage

    made = []
    for html in (False, True):
        mail = EmailMessage()
        mail["Subject"], mail["Date"], mail["Message-ID"] = (
            "Mine – near the mill",
            "Mon, 03 May 2021 10:00:00 +0000",
            "<1@a>",
        )
        mail["From"], mail["List-Id"] = "A <a@a.example>", "Valley list <valley.a.example>"
        mail.set_content(f"{SENTENCE}\n\nOn Monday A wrote:\n> {SENTENCE}\n")
        if html:
            mail.add_alternative(f"<p>{SENTENCE}</p><blockquote>{SENTENCE}</blockquote>", subtype="html")
            mail.add_attachment(tables()[0], maintype="text", subtype="csv", filename="log.csv")
            mail.add_attachment(archives()[0], maintype="application", subtype="zip", filename="a.zip")
        made.append(bytes(mail))
    return made


def mailboxes() -> list[bytes]:
    return [b"\n".join(b"From a@a.example Mon May  3 10:00:00 2021\n" + mail + b"\n" for mail in mails())]


def archives() -> list[bytes]:
    inner = packed([("c.txt", texts()[0])])
    return [packed([("a.txt", texts()[0]), ("b/log.csv", tables()[0]), ("inner.zip", inner), ("p.html", pages()[0])])]


def words() -> list[bytes]:
    import docx

    document = docx.Document()
    document.add_heading("Mine", 0)
    for _ in range(3):
        document.add_paragraph(SENTENCE)
    document.add_paragraph(SENTENCE, style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("date", "notes"), ("2021-05-03", SENTENCE)), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return [buffer.getvalue()]


def sheets() -> list[bytes]:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "reported", "place", "deaths", "notes"])
    for number in range(1, 9):
        sheet.append([number, "2021-05-03", "Homs", number, SENTENCE])
    buffer = io.BytesIO()
    book.save(buffer)
    return [buffer.getvalue()]


def prints() -> list[bytes]:
    from fpdf import FPDF

    made = []
    for compress in (True, False):
        pdf = FPDF()
        pdf.set_compression(compress)
        pdf.add_page()
        pdf.set_font("Helvetica", size=11)
        for number in range(6):
            pdf.multi_cell(0, 6, f"{number}. {SENTENCE}", new_x="LMARGIN", new_y="NEXT")
        made.append(bytes(pdf.output()))
    return made


def crawls() -> list[bytes]:
    records = []
    for number, page in enumerate(pages(), start=1):
        answer = b"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
        head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        head += f"WARC-Target-URI: https://a.example/{number}\r\nWARC-Date: 2021-05-03T10:00:00Z\r\n"
        head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
        records.append(head.encode() + answer + b"\r\n\r\n")
    return [b"".join(records), b"".join(map(gzip.compress, records))]


SAMPLES: dict[str, Callable[[], list[bytes]]] = {
    "txt": texts,
    "md": marked,
    "html": pages,
    "rss": feeds,
    "xml": feeds,
    "csv": tables,
    "jsonl": lines,
    "json": objects,
    "eml": mails,
    "mbox": mailboxes,
    "zip": archives,
    "docx": words,
    "xlsx": sheets,
    "pdf": prints,
    "warc": crawls,
}
"""By ending: a function that gives sound samples."""


if __name__ == "__main__":
    sys.exit(main())
