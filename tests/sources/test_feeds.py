"""RSS and Atom files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tocsin.errors import InputError
from tocsin.interfaces import Item
from tocsin.sources.feeds import FeedSource

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Valley Post &amp; Mail</title><link>https://valley.example/</link>
<item><guid isPermaLink="false">a-1</guid><title>Lorry burned near Old Bridge</title>
<link>https://valley.example/1</link><pubDate>Tue, 04 May 2021 23:50:00 -0500</pubDate>
<dc:creator>Ana Example</dc:creator>
<description>Short.</description><content:encoded><![CDATA[<p>A lorry burned on the road to Old Bridge, the town&#8217;s
police said.</p><ul><li>Nobody was hurt.</li></ul><p><a href="https://valley.example/1">Read more</a></p>
<p>The post <a href="x">Lorry burned</a> appeared first on Valley Post.</p>]]></content:encoded></item>
<item><title>Second &amp;amp; last</title><link>https://valley.example/2</link><pubDate>someday</pubDate>
<description>&lt;p&gt;Two shots were heard in the upper town on Monday evening.&lt;/p&gt;</description></item>
</channel></rss>
"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Hill Desk</title>
<entry><id>urn:x:7</id><title type="html">Well &lt;b&gt;poisoned&lt;/b&gt;</title><link rel="self" href="https://h.example/s"/>
<link href="https://h.example/7"/><updated>2021-06-09T00:00:00Z</updated><published>2021-06-01T22:00:00Z</published>
<author><name>Ben Example</name></author><source><title>River Wire</title></source>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>A well in the hills was poisoned, herders said.</p>
<p>No arrests were made.</p></div></content></entry></feed>
"""


def read(tmp_path: Path, text: str | bytes) -> list[Item | InputError]:
    path = tmp_path / "feed.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(FeedSource().read(path, "feed.xml"))


def test_rss(tmp_path: Path) -> None:
    one, two, fault = read(tmp_path, RSS)
    assert isinstance(one, Item)
    assert isinstance(two, Item)
    document = one.document
    assert (one.item, two.item) == ("a-1", "https://valley.example/2")
    assert document.text == (
        "Lorry burned near Old Bridge\n\nA lorry burned on the road to Old Bridge, the town’s police said.\n\n"
        "Nobody was hurt."
    )
    assert [p.kind for p in document.parts] == ["title", "paragraph", "item"]
    assert (document.source, document.url) == ("Valley Post & Mail", "https://valley.example/1")
    assert (document.author, document.sensitivity, document.language) == ("Ana Example", "open", "en")
    assert document.published is not None
    assert document.published.start == date(2021, 5, 4)  # as written, whatever the zone
    assert two.document.text == "Second & last\n\nTwo shots were heard in the upper town on Monday evening."
    assert two.document.published is None
    assert "'someday', which is no day" in str(fault)


def test_atom(tmp_path: Path) -> None:
    (found,) = read(tmp_path, ATOM)
    assert isinstance(found, Item)
    document = found.document
    assert found.item == "urn:x:7"
    assert document.text == (
        "Well poisoned\n\nA well in the hills was poisoned, herders said.\n\nNo arrests were made."
    )
    assert (document.source, document.origin, document.url) == ("Hill Desk", "River Wire", "https://h.example/7")
    assert document.published is not None
    assert document.published.start == date(2021, 6, 1)


def test_the_same_entry_in_a_later_feed_is_the_same_document(tmp_path: Path) -> None:
    one, two, _ = read(tmp_path, RSS)
    start, _, rest = RSS.partition("<item>")
    first, _, second = rest.partition("<item>")
    later = read(tmp_path, start + "<item>" + second.replace("</channel>", "<item>" + first + "</channel>"))
    before = {f.document.id for f in (one, two) if isinstance(f, Item)}
    assert before == {f.document.id for f in later if isinstance(f, Item)}


def test_a_torn_feed_gives_what_is_whole(tmp_path: Path) -> None:
    found = read(tmp_path, RSS[: RSS.index("<item><title>Second")])
    assert isinstance(found[0], Item)
    assert "no whole feed" in str(found[-1])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html><body><p>Page</p></body></html>", "holds a web page, not a feed"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', "holds a web page"),
        (b"just some words", "holds no RSS or Atom feed"),
        (b"<gpx><trk/></gpx>", "holds no RSS or Atom feed"),
        (b"<rss><channel><title>x</title></channel></rss>", "without entries"),
        (bytes(range(256)) * 8, "binary data"),
    ],
)
def test_what_is_no_feed_is_said(tmp_path: Path, data: bytes, reason: str) -> None:
    (error,) = read(tmp_path, data)
    assert isinstance(error, InputError)
    assert reason in str(error)
    assert error.path == "feed.xml"


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a secret", encoding="utf-8")
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    dtd = f'<!DOCTYPE rss [<!ENTITY a0 "boom"><!ENTITY s SYSTEM "file://{tmp_path}/secret.txt">{bomb}]>'
    item = "<item><title>Two words</title><description>&a11; &s; here</description></item>"
    text = f"{dtd}<rss><channel>{item}</channel></rss>"
    found = read(tmp_path, text)
    assert "secret" not in repr(found)
    assert "boom" not in repr(found)


def test_other_encodings(tmp_path: Path) -> None:
    text = ATOM.replace("herders", "éleveurs").replace("<feed", '<?xml version="1.0" encoding="iso-8859-1"?>\n<feed')
    (found,) = read(tmp_path, text.encode("latin-1"))
    assert isinstance(found, Item)
    assert "éleveurs" in found.document.text
