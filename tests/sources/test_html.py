"""Saved web pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tocsin.errors import InputError
from tocsin.interfaces import Item
from tocsin.records import Document
from tocsin.sources.html import HtmlSource

P1 = "A grenade was thrown into a tea house in the old market on Monday evening, wounding four people, the mayor said."
P2 = "Nobody claimed it."
P3 = (
    "Witnesses saw two young men run towards the river; a third was <a href='/x'>"
    "held by shopkeepers</a> and handed over."
)
P4 = "The market stayed closed on Tuesday."
BODY = f"<p>{P1}</p><p>{P2}</p><p>{P3}</p><p>{P4}</p>"
P3_TEXT = "Witnesses saw two young men run towards the river; a third was held by shopkeepers and handed over."
WHOLE = "\n\n".join([P1, P2, P3_TEXT, P4])
ASIDE = (
    "<aside><h3>Most read</h3><ul><li>Gunmen kill six in market (2019)</li><li><a "
    "href='/y'>Soup for winter</a></li></ul></aside>"
)
NAV = (
    "<nav><ul><li><a href='/'>Home</a></li><li><a href='/w'>World</a></li></ul></nav>"
    "<div class='cookie-bar'>We use cookies.</div>"
)
FOOTER = "<footer>© 2024 Hill Gazette. All rights reserved. Published 3 March 2017</footer>"
TITLE = "Grenade wounds four in market"


def page(article: str, head: str = "", *, title: str = f"{TITLE} | Hill Gazette") -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title>{head}</head>"
        f"<body>{NAV}{article}{ASIDE}{FOOTER}</body></html>"
    )


def read(tmp_path: Path, text: str | bytes) -> Document:
    path = tmp_path / "a.html"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    (found,) = HtmlSource().read(path, "a.html")
    assert isinstance(found, Item), found
    return found.document


@pytest.mark.parametrize(
    "article",
    [
        f"<article><h1>{TITLE}</h1>{BODY}</article>",
        f"<main><h1>{TITLE}</h1><div>{BODY}</div></main>",
        f"<div class='content has-sidebar'><h1>{TITLE}</h1><div class='text'>{BODY}</div></div>",
        f"<h1>{TITLE}</h1>{BODY}",
        f"<div id='p'><h1>{TITLE}</h1>{P1}<br><br>{P2}<br/><br/>{P3}<br><br>{P4}</div>",
        (
            f"<article><h1>{TITLE}</h1>{BODY}<div class='share'>Share this</div><h3>Related</h3>"
            f"<ul><li><a href='/z'>Old news of the hills</a></li></ul></article>"
        ),
        (
            f"<article><h1>{TITLE}</h1><p>{P1}</p><div class='advert'>Buy now</div><p>{P2}</p>"
            f"<script>x()</script><p>{P3}</p><p>Advertisement</p><p>{P4}</p></article>"
        ),
        (
            f"<article><header><h1>{TITLE}</h1><span class='date'>5 years ago</span><i class='material-icons'>"
            f"folder_open</i></header>{BODY}</article>"
        ),
        (
            f"<article class='teaser'><h2>Other</h2><p>Short words of another article.</p>"
            f"</article><article><h1>{TITLE}</h1>{BODY}</article>"
        ),
    ],
)
def test_the_article_comes_out_whole_and_alone(tmp_path: Path, article: str) -> None:
    document = read(tmp_path, page(article))
    assert document.title == TITLE
    assert document.text == f"{TITLE}\n\n{WHOLE}"
    assert document.source == "Hill Gazette"
    assert document.published is None
    assert document.sensitivity == "open"


@pytest.mark.parametrize(
    ("head", "article", "anchor"),
    [
        ("<meta property='article:published_time' content='2020-02-11T23:30:00-05:00'>", "", "metadata"),
        ("<meta name='DC.date.issued' content='2020-02-11'>", "", "metadata"),
        (
            '<script type="application/ld+json">'
            '{"@graph":[{"@type":"NewsArticle","datePublished":"2020-02-11"}]}</script>',
            "",
            "metadata",
        ),
        ("", "<time datetime='2020-02-11T08:00:00Z'>Tuesday</time>", "metadata"),
        ("", "<span class='posted-on'>Posted on 11 February 2020</span>", "stated"),
        ("", "<p>February 11, 2020</p>", "stated"),
        ("<link rel='canonical' href='https://hill.example/2020/02/11/grenade'>", "", "metadata"),
    ],
)
def test_days_of_publication(tmp_path: Path, head: str, article: str, anchor: str) -> None:
    document = read(tmp_path, page(f"<article><h1>{TITLE}</h1>{article}{BODY}</article>", head))
    assert document.published is not None
    assert (document.published.start, document.published.anchor) == (date(2020, 2, 11), anchor)
    assert document.text == f"{TITLE}\n\n{WHOLE}"


@pytest.mark.parametrize(
    "shown", ["5 years ago", "Updated 3 hours ago", "Last updated: 4 May 2021", "Copyright 2021", ""]
)
def test_no_day_is_invented(tmp_path: Path, shown: str) -> None:
    document = read(tmp_path, page(f"<article><h1>{TITLE}</h1><div class='meta'>{shown}</div>{BODY}</article>"))
    assert document.published is None


def test_outlet_and_author(tmp_path: Path) -> None:
    data = '{"@type":"Article","headline":"x","author":{"name":"Ana Example"},"publisher":{"name":"Ridge Post"}}'
    head = f'<script type="application/ld+json">{data}</script><meta property="og:url" content="https://r.example/a">'
    document = read(tmp_path, page(f"<article><h1>{TITLE}</h1>{BODY}</article>", head, title=f"{TITLE} - Ridge Post"))
    assert (document.source, document.author, document.url) == ("Ridge Post", "Ana Example", "https://r.example/a")
    document = read(
        tmp_path,
        page(
            f"<article>{BODY}</article>",
            "<meta property='og:site_name' content='Ridge Post'>",
            title=f"{TITLE} – Ridge Post",
        ),
    )
    assert (document.source, document.title) == ("Ridge Post", TITLE)


def test_a_dash_in_a_title_is_not_an_outlet(tmp_path: Path) -> None:
    title = "Grenade wounds four - mayor"
    document = read(tmp_path, page(f"<article><h1>{title}</h1>{BODY}</article>", title=title))
    assert (document.title, document.source) == (title, "")


def test_the_agency_a_page_took_its_text_from(tmp_path: Path) -> None:
    body = BODY.replace("<p>A grenade", "<p>SANAA (Reuters) - A grenade")
    document = read(tmp_path, page(f"<article><h1>{TITLE}</h1>{body}</article>"))
    assert (document.source, document.origin) == ("Hill Gazette", "Reuters")


def test_tables_and_lists_in_an_article(tmp_path: Path) -> None:
    extra = "<ul><li>Four hurt.</li><li>None dead.</li></ul>"
    extra += "<table><tr><th>Place</th><th>Hurt</th></tr><tr><td>Market</td><td>4</td></tr></table>"
    document = read(tmp_path, page(f"<article><h1>{TITLE}</h1>{BODY}{extra}</article>"))
    assert document.text.endswith("Four hurt.\nNone dead.\n\nPlace | Hurt\n\nMarket | 4")


def test_a_page_laid_out_as_a_table(tmp_path: Path) -> None:
    raw = f"<table><tr><td><font><b>{TITLE}</b><br>5 March 2019<br><br>{P1}<br><br>{P4}</font></td></tr></table>"
    document = read(tmp_path, raw)
    assert document.text == f"{TITLE}\n\n{P1}\n\n{P4}"
    assert document.published is not None


def test_a_declared_encoding(tmp_path: Path) -> None:
    text = "قتل ثلاثة جنود في هجوم على حاجز شمال المدينة، بحسب مسؤول محلي تحدث إلى الصحافة."
    raw = (
        f"<html><head><meta charset=windows-1256><title>خبر</title></head><body><article>"
        f"<p>{text}</p></article></body></html>"
    )
    document = read(tmp_path, raw.encode("cp1256"))
    assert text in document.text
    assert document.language == "ar"


@pytest.mark.parametrize("data", [b"<html><body><nav>Home</nav></body></html>", b"", b"<", b"\x00\x01\x02" * 50])
def test_a_page_without_an_article_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(data)
    (found,) = HtmlSource().read(path, "in/a.html")
    assert isinstance(found, InputError)
    assert str(found).startswith("in/a.html: ")
