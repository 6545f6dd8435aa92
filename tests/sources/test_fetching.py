"""Fetched pages and standard input, read by the source of their form and known again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from ipaddress import ip_network
from pathlib import Path

import pytest

from serving import Answer, Site, serving
from tocsin import pipeline
from tocsin.errors import UsageError
from tocsin.net import Policy
from tocsin.pipeline import Network, StandardInput
from tocsin.sources._fetching import cited
from tocsin.sources._sniffing import sniffed
from tocsin.store import Workspace

PAGE = """<html><head><title>Shelling in Idlib</title>{canonical}</head><body><article><h1>Shelling in Idlib</h1>
<p>Shelling killed three people in the city of Idlib on Monday, medics and residents said.</p>
<p>{more} The shells fell on a market in the morning, when it was full of people, a resident said.</p>
</article><footer>visit {visit}</footer></body></html>"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>"""
ITEM = """<item><title>Item {n}</title><guid>g{n}</guid><link>{link}</link>
<pubDate>Wed, 06 Mar 2019 10:00:00 GMT</pubDate><description>Gunmen killed {n} men near Homs.</description></item>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def kept(tmp_path: Path, new_workspace: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "workspace") as kept:
        yield kept


def network(pages: int = 50) -> Network:
    return Network(Policy(allowed=True, allow=(ip_network("127.0.0.0/8"),), delay=0, timeout=5, pages=pages))


def originals(kept: Workspace) -> list[Path]:
    return [path for path in (kept.path / "originals").rglob("*") if path.is_file()]


def page(more: str = "", visit: int = 1, canonical: str = "") -> str:
    return PAGE.format(more=more, visit=visit, canonical=canonical)


def feed(site: Site, count: int) -> str:
    items = "".join(ITEM.format(n=n, link=f"{site.url}/{n}") for n in range(1, count + 1))
    for n in range(1, count + 1):
        site.put(f"/{n}", page(more=f"Another {n} men were wounded."))
    return site.put("/feed", FEED.format(items=items), "application/rss+xml")


def test_a_page_is_known_again_though_what_stands_around_it_has_changed(site: Site, kept: Workspace) -> None:
    url = site.put("/a?id=7", page())
    read = pipeline.add(kept, [url], network=network())
    assert (read.new, read.problems) == (1, ())
    (document,) = kept.documents()
    assert (document.form, document.url, document.sensitivity) == ("web page", url, "restricted")
    (receipt,) = kept.receipts(document.id)
    assert receipt.name == url
    assert b"visit 1" in kept.original(receipt.original).read_bytes()
    unchanged = pipeline.add(kept, [url], network=network())
    assert (unchanged.inputs, unchanged.read_before, unchanged.usable) == (1, 1, True)
    site.put("/a?id=7", page(visit=2))
    again = pipeline.add(kept, [url], network=network())
    assert (again.new, again.read_before) == (0, 1)
    assert len(kept.receipts(document.id)) == 1, "a page that says the time is not kept each time it does"
    assert len(originals(kept)) == 1
    dated = pipeline.add(kept, [url], network=network(), published=date(2019, 3, 6))
    assert (dated.new, dated.revised) == (0, 1), "a day that is given fills the gap"
    site.put("/a?id=7", page(more="Two more died later."))
    assert pipeline.add(kept, [url], network=network()).new == 1
    assert len(originals(kept)) == 3


def test_the_page_s_own_address_goes_first(site: Site, kept: Workspace) -> None:
    own = "https://news.example/idlib"
    url = site.put("/a", page(canonical=f'<link rel="canonical" href="{own}">'))
    pipeline.add(kept, [url], network=network())
    assert [d.url for d in kept.documents()] == [own]


def test_a_feed_and_the_pages_it_links_to(site: Site, kept: Workspace) -> None:
    url = feed(site, 3)
    read = pipeline.add(kept, [url], network=network())
    assert (read.new, read.problems) == (6, ())
    assert sorted(d.form for d in kept.documents()) == ["feed item"] * 3 + ["web page"] * 3
    asked = len(site.requests)
    again = pipeline.add(kept, [url], network=network())
    assert (again.inputs, again.read_before) == (1, 1)
    assert len(site.requests) == asked + 1, "known pages are not fetched again"
    feed(site, 4)
    more = pipeline.add(kept, [url], network=network())
    assert (more.new, more.known) == (2, 3)
    assert [r.path for r in site.requests[asked + 1 :]] == ["/feed", "/4"]


def test_no_more_pages_than_the_limit(site: Site, kept: Workspace) -> None:
    url = feed(site, 5)
    read = pipeline.add(kept, [url], network=network(pages=2))
    assert read.new == 7
    (problem,) = read.problems
    assert "3 more pages" in problem.reason
    assert pipeline.add(kept, [url], network=network(pages=2)).new == 2
    assert pipeline.add(kept, [url], network=network(pages=2)).new == 1
    assert not pipeline.add(kept, [url], network=network(pages=0)).problems


def test_a_feed_that_says_when_it_was_built_is_kept_when_it_says_something_else(site: Site, kept: Workspace) -> None:
    def built(n: int, *items: int) -> str:
        listed = "".join(ITEM.format(n=i, link="") for i in items)
        body = FEED.format(items=f"<lastBuildDate>Wed, 06 Mar 2019 10:00:{n:02} GMT</lastBuildDate>{listed}")
        return site.put("/feed", body, "application/rss+xml")

    reads = [pipeline.add(kept, [built(1, 1, 2)], network=network())]
    reads.append(pipeline.add(kept, [built(2, 1, 2)], network=network()))
    reads.append(pipeline.add(kept, [built(3, 1, 2, 3)], network=network()))
    assert [(r.new, r.read_before) for r in reads] == [(2, 0), (0, 1), (1, 0)]
    assert len(originals(kept)) == 2


def test_a_look_before_anything_is_kept(site: Site) -> None:
    url = feed(site, 3)
    (found,) = pipeline.preview([url], network=network())
    assert isinstance(found, pipeline.Preview)
    assert (found.name, found.reader, found.items) == (url, "Feed", 3)
    assert [r.path for r in site.requests] == ["/feed"], "what it links to is not fetched"
    (gone,) = pipeline.preview([f"{site.url}/gone"], network=network())
    assert isinstance(gone, pipeline.Problem)
    (given,) = pipeline.preview(["-"], stdin=StandardInput(BytesIO(b"date,note\n2019-03-06,Shelling\n"), "csv"))
    assert isinstance(given, pipeline.Preview)
    assert (given.name, given.reader, given.items) == ("-", "Csv", 1)
    with pytest.raises(UsageError, match="add --fetch"):
        next(pipeline.preview([url]))


def test_one_page_that_fails_is_one_problem(site: Site, kept: Workspace) -> None:
    url = feed(site, 3)
    site.pages["/2"] = Answer(status=404)
    again = network()
    read = pipeline.add(kept, [url, f"{site.url}/gone"], network=again)
    assert read.new == 5
    assert [p.path for p in read.problems] == [f"{site.url}/2", f"{site.url}/gone"]
    feed(site, 3)
    assert pipeline.add(kept, [url], network=again).new == 0, "left alone by the same watch"
    assert pipeline.add(kept, [url], network=network()).new == 1


@pytest.mark.parametrize(
    ("path", "content_type", "body", "form"),
    [
        ("/a", "text/html; charset=utf-8", page(), "web page"),
        ("/a", "text/html", FEED.format(items=ITEM.format(n=3, link="")), "feed item"),
        ("/a.html", "application/octet-stream", "<p>Shelling killed three in Idlib.</p>" * 3, "web page"),
        ("/a.csv", "text/plain", "date,place,note\n2019-03-06,Idlib,Shelling killed three\n", "table row"),
        ("/a", "application/json", json.dumps([{"text": "Shelling killed three in Idlib.", "id": 1}]), "object"),
        ("/a", "text/plain", "Shelling killed three people in Idlib on Monday.\n", "text"),
    ],
)
def test_forms(site: Site, kept: Workspace, path: str, content_type: str, body: str, form: str) -> None:
    read = pipeline.add(kept, [site.put(path, body, content_type)], network=network())
    assert read.problems == ()
    (document,) = kept.documents()
    assert form.split()[-1] in document.form or document.form
    assert document.url.startswith(site.url)


def test_a_form_that_nobody_reads(site: Site, kept: Workspace) -> None:
    read = pipeline.add(kept, [site.put("/a.png", b"\x89PNG\r\n\x1a\n\0\0", "image/png")], network=network())
    assert [p.reason for p in read.problems] == [
        "is of a form that is not read here (the site says: image/png); leave it out"
    ]


def test_nothing_is_fetched_unless_said(site: Site, kept: Workspace) -> None:
    for allowed in (None, Network(Policy())):
        with pytest.raises(UsageError, match="add --fetch"):
            pipeline.add(kept, [site.put("/a", page())], network=allowed)
    assert not site.all_requests


def test_citing() -> None:
    assert cited("https://n.example/a?utm_source=x&id=7&token=s&X-Amz-Signature=1") == "https://n.example/a?id=7"
    assert cited("https://n.example/a?q=%D9%85") == "https://n.example/a?q=%D9%85"


# Standard input


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (b"%PDF-1.7 ...", ".pdf"),
        ('{"text": "a"}', ".json"),
        ('{"text": "a"}\n{"text": "b"}\n', ".jsonl"),
        ("<!DOCTYPE html><html><body>a", ".html"),
        ("<p>Shelling in Idlib.</p>", ".html"),
        ('<?xml version="1.0"?>\n<!-- saved -->\n<rss version="2.0"/>', ".xml"),
        ("date;place;note\n2019-03-06;Idlib;a\n2019-03-07;Homs;b\n", ".csv"),
        ("date\tplace\tnote\n2019-03-06\tIdlib\ta\n2019-03-07\tHoms\tb\n", ".tsv"),
        ("From: a@b.example\nTo: c@d.example\nSubject: Idlib\n\nShelling.\n", ".eml"),
        ("Shelling killed three, four were hurt, medics said.\nIt began at noon, they said.\nNo more.\n", ""),
        ("قصف على إدلب، ثلاثة قتلى\n", ""),
        (b"\x00\x01\x02" * 100, ""),
    ],
)
def test_sniffing(tmp_path: Path, body: str | bytes, ending: str) -> None:
    path = tmp_path / "stdin"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    assert sniffed(path, tables=True) == ending


def test_standard_input(kept: Workspace) -> None:
    def given(form: str = "") -> StandardInput:
        return StandardInput(BytesIO(b"Shelling killed three people in Idlib on Monday.\n"), form)

    assert pipeline.add(kept, ["-"], stdin=given()).new == 1
    (document,) = kept.documents()
    assert (document.form, document.sensitivity) == ("text", "restricted")
    assert [r.name for r in kept.receipts(document.id)] == ["-"]
    assert pipeline.add(kept, ["-"], stdin=given()).read_before == 1
    with pytest.raises(UsageError, match="there is no form 'doc'"):
        pipeline.add(kept, ["-"], stdin=given("doc"))
    with pytest.raises(UsageError, match="no standard input"):
        pipeline.add(kept, ["-"])
    (problem,) = pipeline.add(kept, ["-"], stdin=StandardInput(BytesIO())).problems
    assert "is empty" in problem.reason
