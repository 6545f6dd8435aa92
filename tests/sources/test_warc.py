"""Web archives."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.sources import Received, read

SENTENCE = "A lorry burned at night on the road between the two towns, and its driver was killed, the police said."


def page(words: str = SENTENCE) -> bytes:
    return f"""<html><head><title>Lorry burned</title>
<meta property="article:published_time" content="2021-05-03T10:00:00Z"></head>
<body><article><h1>Lorry burned on the road</h1><p>{words}</p><p>Nobody has said who did it.</p></article></body>
</html>""".encode()


class Crawl:
    """Writes a web archive record by record."""

    def __init__(self, packed: bool = True) -> None:
        self.packed = packed
        self.written: list[bytes] = []

    def answer(
        self, uri: str, payload: bytes, media: str = "text/html", status: str = "200 OK", **headers: str
    ) -> Crawl:
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {media}"]
        lines += [f"{key.replace('_', '-')}: {value}" for key, value in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode()
        return self.other("response", uri, head + payload, "application/http; msgtype=response")

    def other(self, kind: str, uri: str, block: bytes, media: str) -> Crawl:
        lines = ["WARC/1.0", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{len(self.written)}>"]
        lines += [f"WARC-Target-URI: {uri}"] if uri else []
        lines += ["WARC-Date: 2022-01-01T00:00:00Z", f"Content-Type: {media}", f"Content-Length: {len(block)}"]
        record = "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"
        self.written.append(gzip.compress(record, mtime=0) if self.packed else record)
        return self

    def bytes(self) -> bytes:
        return b"".join(self.written)


def received(tmp_path: Path, data: bytes, name: str = "a.warc.gz") -> tuple[list[Received], list[str]]:
    path = tmp_path / name
    path.write_bytes(data)
    found = list(read([path]))
    return [f for f in found if isinstance(f, Received)], [str(f) for f in found if not isinstance(f, Received)]


@pytest.mark.parametrize(("packed", "name"), [(True, "a.warc.gz"), (False, "a.warc"), (True, "a.warc")])
def test_pages_become_documents(tmp_path: Path, packed: bool, name: str) -> None:
    crawl = Crawl(packed).other("warcinfo", "", b"software: x\r\n", "application/warc-fields")
    crawl.answer("https://desk.example/lorry?a=1", page(), "text/html; charset=utf-8")
    crawl.other("resource", "https://desk.example/note.txt", f"A note\n\n{SENTENCE}\n".encode(), "text/plain")
    documents, errors = received(tmp_path, crawl.bytes(), name)
    assert errors == []
    first, second = (d.item for d in documents)
    assert (first.item, second.item) == ("https://desk.example/lorry?a=1", "https://desk.example/note.txt")
    assert {d.name for d in documents} == {name}
    document = first.document
    assert document.url == first.item
    assert document.title == "Lorry burned on the road"
    assert document.sensitivity == "open"
    assert document.published is not None
    assert document.published.start == date(2021, 5, 3)
    assert second.document.published is None  # the day of the crawl is not its day


def test_a_page_is_the_same_document_in_and_out_of_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page())
    (tmp_path / "a.warc.gz").write_bytes(Crawl().answer("https://desk.example/1", page()).bytes())
    one, two = read([tmp_path / "a.html", tmp_path / "a.warc.gz"])
    assert isinstance(one, Received)
    assert isinstance(two, Received)
    assert one.item.document.id == two.item.document.id


def test_what_is_no_report_is_passed_over(tmp_path: Path) -> None:
    crawl = Crawl()
    crawl.answer("https://desk.example/1", page())
    crawl.answer("https://desk.example/1?again", page())
    crawl.answer("https://desk.example/gone", page("Gone."), status="404 Not Found")
    crawl.answer("https://desk.example/moved", page("Moved."), status="301 Moved", Location="https://desk.example/1")
    crawl.answer("https://desk.example/a.png", b"\x89PNG", "image/png")
    crawl.answer("https://desk.example/a.css", b"a {}", "text/css")
    crawl.answer("https://desk.example/api", b'{"a": 1}', "application/json")
    crawl.answer("https://desk.example/sitemap.xml", b"<urlset></urlset>", "text/xml")
    crawl.other("metadata", "https://desk.example/1", b"x: y", "application/warc-fields")
    crawl.other("revisit", "https://desk.example/2", b"HTTP/1.1 200 OK\r\n\r\n", "application/http; msgtype=response")
    documents, errors = received(tmp_path, crawl.bytes())
    assert [d.item.item for d in documents] == ["https://desk.example/1"]
    assert errors == []


def test_pages_without_an_article_are_named_together(tmp_path: Path) -> None:
    crawl = Crawl().answer("https://desk.example/1", page())
    for number in range(5):
        crawl.answer(f"https://desk.example/menu{number}", f"<html><body><nav>{number}</nav></body></html>".encode())
    documents, errors = received(tmp_path, crawl.bytes())
    assert len(documents) == 1
    (error,) = errors
    assert "pages without an article" in error
    assert "menu2 and 2 more" in error


def test_feeds_keep_the_addresses_of_their_entries(tmp_path: Path) -> None:
    feed = f"""<rss version="2.0"><channel><title>Desk</title><item><title>Lorry burned</title>
    <link>https://desk.example/7</link><guid>7</guid><description>{SENTENCE}</description></item></channel></rss>"""
    documents, errors = received(
        tmp_path, Crawl().answer("https://desk.example/feed", feed.encode(), "application/rss+xml").bytes()
    )
    assert errors == []
    assert documents[0].item.item == "https://desk.example/feed 7"
    assert documents[0].item.document.url == "https://desk.example/7"


def chunked(data: bytes) -> bytes:
    cut = [data[at : at + 100] for at in range(0, len(data), 100)]
    return b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in cut) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("payload", "headers"),
    [
        (gzip.compress(page(), mtime=0), {"Content_Encoding": "gzip"}),
        (zlib.compress(page()), {"Content_Encoding": "deflate"}),
        (zlib.compress(page())[2:-4], {"Content_Encoding": "deflate"}),
        (page(), {"Content_Encoding": "gzip"}),
        (chunked(page()), {"Transfer_Encoding": "chunked"}),
        (page(), {"Transfer_Encoding": "chunked"}),
        (chunked(gzip.compress(page(), mtime=0)), {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"}),
    ],
)
def test_packed_pages_are_unpacked(tmp_path: Path, payload: bytes, headers: dict[str, str]) -> None:
    documents, errors = received(tmp_path, Crawl().answer("https://desk.example/1", payload, **headers).bytes())
    assert errors == []
    assert SENTENCE in documents[0].item.document.text


@pytest.mark.parametrize(
    ("payload", "coding", "reason"),
    [
        (gzip.compress(b"<p>" + b"0" * 50_000_000, mtime=0), "gzip", "unpacks to more than 20 MB"),
        (gzip.compress(page(), mtime=0)[:-20], "gzip", "ends before its end"),
        (b"\x1f\x8b\x08 noise and noise", "gzip", "cannot be unpacked"),
        (b"packed", "br", "packed as 'br'"),
    ],
)
def test_what_cannot_be_unpacked_is_named(tmp_path: Path, payload: bytes, coding: str, reason: str) -> None:
    crawl = Crawl().answer("https://desk.example/1", payload, Content_Encoding=coding)
    documents, errors = received(tmp_path, crawl.answer("https://desk.example/2", page()).bytes())
    assert [d.item.item for d in documents] == ["https://desk.example/2"]
    (error,) = errors
    assert error.startswith("a.warc.gz#https://desk.example/1: ")
    assert reason in error


def several(count: int) -> list[bytes]:
    return [Crawl().answer(f"https://desk.example/{n}", page(f"{n}. {SENTENCE}")).bytes() for n in range(1, count + 1)]


def plain(packed: list[bytes]) -> list[bytes]:
    return [gzip.decompress(p) for p in packed]


@pytest.mark.parametrize("zipped", [True, False])
def test_damage_ends_nothing_but_its_record(tmp_path: Path, zipped: bool) -> None:
    one, two, three_, four = several(4) if zipped else plain(several(4))
    broken = bytearray(three_)
    broken[40 if zipped else 0] ^= 0xFF
    documents, errors = received(tmp_path, one + two + bytes(broken) + four, "a.warc.gz" if zipped else "a.warc")
    assert [d.item.item[-1] for d in documents] == ["1", "2", "4"]
    assert len(errors) == 1
    assert "is damaged behind record 2" in errors[0]


def test_a_length_that_lies_costs_little(tmp_path: Path) -> None:
    one, two, three_ = plain(several(3))
    for lie in (
        two.replace(b"Content-Length: ", b"Content-Length: 9"),
        two.replace(b"Content-Length: ", b"Content-Length: x"),
    ):
        documents, errors = received(tmp_path, one + lie + three_, "a.warc")
        assert documents[0].item.item == "https://desk.example/1"
        assert len(errors) == 1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 1 << 12), st.binary(max_size=12)), min_size=1, max_size=4), st.booleans())
def test_no_damage_makes_it_raise(tmp_path: Path, damages: list[tuple[int, bytes]], zipped: bool) -> None:
    data = bytearray(b"".join(several(3) if zipped else plain(several(3))))
    for at, noise in damages:
        data[at % len(data) : at % len(data) + len(noise)] = noise
    documents, errors = received(tmp_path, bytes(data), "a.warc")
    assert documents or errors
    assert not any("report this" in error for error in errors)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_truncated_archive_is_read_as_far_as_it_goes(tmp_path: Path, zipped: bool) -> None:
    data = b"".join(several(3) if zipped else plain(several(3)))
    documents, errors = received(tmp_path, data[:-100], "a.warc")
    assert [d.item.item for d in documents][:2] == ["https://desk.example/1", "https://desk.example/2"]
    assert any("the file ends within a record" in e for e in errors)


def test_an_archive_packed_as_a_whole_is_read(tmp_path: Path) -> None:
    documents, errors = received(tmp_path, gzip.compress(b"".join(plain(several(3)))))
    assert errors == []
    assert len(documents) == 3


@pytest.mark.parametrize(
    ("data", "reason"),
    # A moment in a packed example would give workers tests of different names.
    [
        (b"", "is empty"),
        (b"words that are no archive\n" * 10, "is no web archive"),
        (b"\x1f\x8b\x08 and noise", "is no web archive"),
        (gzip.compress(b"words that are no archive", mtime=0), "is no web archive"),
        (gzip.compress(b"WARC/1.0\r\n" + b"a" * 3_000_000, mtime=0), "a header without an end"),
        (
            gzip.compress(
                b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 99999999999\r\n\r\n" + b"0" * 30_000_000,
                mtime=0,
            ),
            "traps",
        ),
    ],
)
def test_what_is_no_archive_is_said(tmp_path: Path, data: bytes, reason: str) -> None:
    documents, errors = received(tmp_path, data)
    assert documents == []
    assert reason in errors[0]


def test_a_package_of_archives(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("datapackage.json", "{}")
        package.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0"}\n')
        package.writestr("archive/data.warc.gz", Crawl().answer("https://desk.example/1", page()).bytes())
        package.writestr("../out.warc", b"WARC/1.0")
    documents, errors = received(tmp_path, buffer.getvalue(), "a.wacz")
    assert [(d.name, d.item.item) for d in documents] == [("a.wacz/archive/data.warc.gz", "https://desk.example/1")]
    (error,) = errors
    assert "leads out of the archive" in error
    _, (error,) = received(tmp_path, b"PK noise", "b.wacz")
    assert "no zip file" in error


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    film = bytes(range(256)) * 4000

    def peak(records: int) -> int:
        crawl = Crawl(packed=False)
        for number in range(records):
            crawl.answer(f"https://desk.example/{number}", film, "video/mp4")
        crawl.answer("https://desk.example/1", page())
        path = tmp_path / "a.warc"
        path.write_bytes(crawl.bytes())
        del crawl
        tracemalloc.start()
        assert sum(isinstance(f, Received) for f in read([path])) == 1
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(30) < 1.5 * peak(3)
