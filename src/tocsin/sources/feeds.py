"""Feeds saved as files: RSS of every version, and Atom. One document an item."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from tocsin.errors import InputError, InvalidRow, UnreadableInput
from tocsin.interfaces import Item
from tocsin.sources._cleaning import collapse
from tocsin.sources._composing import Block, Credits, compose
from tocsin.sources._dates import parse_day, published_on
from tocsin.sources._debris import is_debris
from tocsin.sources._decoding import declared_charset, decode, read_bytes
from tocsin.sources._languages import language_of
from tocsin.sources.html import read_fragment

__all__ = ["FeedSource"]

_DATES = ("pubdate", "published", "issued", "date", "created", "updated", "modified")
"""Elements that date an item, the day of its publication before that of its last change."""
_BODIES = ("encoded", "content", "body", "description", "summary")


class FeedSource:
    """Reads an RSS or Atom file; the item is the entry's guid or id, else its link, else its number."""

    suffixes = (".xml", ".rss", ".atom", ".rdf")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield a document for each entry with words, in the order of the file."""
        try:
            data = read_bytes(path, name)
            feed, fault = _parsed(decode(data, name, declared_charset(data)), name)
        except UnreadableInput as error:
            yield error
            return
        channel = feed if _tag(feed) == "feed" else next((e for e in feed if _tag(e) == "channel"), feed)
        entries = [e for e in feed.iter() if _tag(e) in ("item", "entry")]
        if not entries:
            yield UnreadableInput(name, "is a feed without entries; leave it out or save it again")
        for number, entry in enumerate(entries, start=1):
            yield from _read(entry, _words(channel, "title"), name, number)
        if fault:
            yield UnreadableInput(name, f"is no whole feed ({fault}); what stands before that was read. Save it again")


def _parsed(text: str, name: str) -> tuple[etree._Element, str]:
    """Return the root of a feed, and what is wrong with the file, empty where nothing is."""
    start = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")).lstrip()
    if re.match(r"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", start, re.I | re.S):
        raise UnreadableInput(name, "holds a web page, not a feed; give the page the ending .html, or save the feed")
    # Entities are not expanded and nothing is fetched: a feed may be written by anybody.
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(start.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or _tag(root) not in ("rss", "rdf", "feed", "channel"):
        raise UnreadableInput(name, "holds no RSS or Atom feed; check that the file is whole and of this form")
    faults = [e for e in parser.error_log if e.level_name in ("ERROR", "FATAL")]
    return root, f"line {faults[0].line}: {collapse(faults[0].message)[:80]}" if faults else ""


def _tag(element: etree._Element) -> str:
    """An element's name without its namespace and case; feeds mix versions and prefixes."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _children(entry: etree._Element, tag: str) -> list[etree._Element]:
    return [e for e in entry if _tag(e) == tag]


def _words(entry: etree._Element, tag: str) -> str:
    """The plain words of the first child of that name."""
    found = _children(entry, tag)
    return _plain("".join(map(str, found[0].itertext()))) if found else ""


def _plain(text: str) -> str:
    """Words without markup, which some feeds escape twice."""
    unescaped = html.unescape(text)
    return collapse(html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", " ", unescaped)))


def _read(entry: etree._Element, channel: str, name: str, number: int) -> Iterator[Item | InputError]:
    link = _link(entry)
    native = _words(entry, "guid") or _words(entry, "id") or link
    credits = Credits(title=_words(entry, "title"), source=channel, url=link, author=_author(entry))
    credits.origin = _origin(entry)
    item = native or str(number)
    written = next((w for tag in _DATES if (w := _words(entry, tag))), "")
    day = parse_day(written) if written else None
    if day is not None:
        credits.published = published_on(day, "metadata")
    markup = max((m for tag in _BODIES for e in _children(entry, tag) if (m := _markup(e))), key=len, default="")
    raw = json.dumps([native, credits.title, link, written, markup], ensure_ascii=False)
    blocks = [b for b in read_fragment(markup, credits) if not is_debris(b.text)]
    credits.language = language_of(" ".join([credits.title, *(b.text for b in blocks)]))
    document = compose("feed item", raw, credits, _without_more(blocks), native_id=native)
    if not document.text:
        yield InvalidRow(name, "holds no words; it was left out", item=item)
        return
    yield Item(document, item)
    if written and day is None:
        yield InvalidRow(name, f"is dated {written[:40]!r}, which is no day; it was read as undated", item=item)


def _link(entry: etree._Element) -> str:
    found = _children(entry, "origlink") + _children(entry, "link")
    found.sort(key=lambda e: e.get("rel", "alternate") != "alternate")
    addresses = [collapse(e.get("href") or e.text or "") for e in found]
    guid = [collapse(e.text or "") for e in _children(entry, "guid") if e.get("isPermaLink", "true") == "true"]
    return next((a for a in (*addresses, *guid) if re.match(r"https?://", a)), "")


def _author(entry: etree._Element) -> str:
    named = [_words(e, "name") for e in _children(entry, "author")]
    author = next((n for n in (*named, _words(entry, "creator"), _words(entry, "author")) if n), "")
    return "" if "@" in author and " " not in author else re.sub(r"^\S+@\S+\s*\((.+)\)$", r"\1", author)


def _origin(entry: etree._Element) -> str:
    """The feed that an entry was taken over from."""
    for source in _children(entry, "source"):
        return _words(source, "title") or _plain("".join(map(str, source.itertext())))
    return ""


def _markup(body: etree._Element) -> str:
    """The HTML of an entry's content, whether it stands there escaped, as CDATA or as elements."""
    if len(body):
        return (body.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in body)
    text = body.text or ""
    if body.get("type", "html") == "text":
        return html.escape(text)
    return html.unescape(text) if re.search(r"&lt;/?(?:p|br|div|a|img|b|i|strong|em)\b", text) else text


def _without_more(blocks: list[Block]) -> list[Block]:
    """Drop the line that blogs append to every entry, and an ellipsis in brackets."""
    kept = [Block(b.kind, re.sub(r"\s*\[(?:…|\.\.\.)\]$", " …", b.text)) for b in blocks]
    if kept and re.match(r"The post .{3,300} (?:appeared first on|first appeared on) ", kept[-1].text):
        kept.pop()
    return kept
