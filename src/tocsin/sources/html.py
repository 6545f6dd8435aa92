"""Web pages: the article without the page, and what the page says of it.

Two readers look at a page. trafilatura tells where the article stands but at times drops a paragraph of it;
our own walk keeps every block of the page that is not a menu, a side column or a button. The article is the
blocks between the first and the last that trafilatura vouches for, or inside the page's article element.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trafilatura
from htmldate import find_date
from lxml import etree, html

from tocsin.errors import InputError, UnreadableInput
from tocsin.interfaces import Item
from tocsin.records import PartKind, When
from tocsin.sources._articles import title_like
from tocsin.sources._cleaning import clean, collapse
from tocsin.sources._composing import Block, Credits, compose
from tocsin.sources._credits import agency, apply_header, byline, header, read_credits
from tocsin.sources._dates import find_day, parse_day, published_on
from tocsin.sources._debris import is_debris, is_prose, is_tail_marker
from tocsin.sources._decoding import declared_charset, decode, read_bytes
from tocsin.sources._vocabulary import VOCABULARY, any_of

__all__ = ["HtmlSource", "read_fragment"]


class HtmlSource:
    """Reads a saved web page as one document."""

    suffixes = (".html", ".htm", ".xhtml")

    def read(self, path: Path, name: str) -> Iterator[Item | InputError]:
        """Yield the document of the page at `path`, or why there is none."""
        try:
            data = read_bytes(path, name)
            raw = decode(data, name, declared_charset(data))
        except UnreadableInput as error:
            yield error
            return
        page = _parsed(raw)
        if page is None:
            yield UnreadableInput(name, "holds no page; check that it is HTML")
            return
        credits = _credits(page)
        blocks = _article(raw, page, credits)
        if not credits.title and len(blocks) > 1 and title_like(blocks[0].text) and not is_prose(blocks[0].text):
            credits.title = blocks.pop(0).text
        read_credits(credits, [b.text for b in blocks])
        if not blocks:
            yield UnreadableInput(
                name, "no article text was found in it; save the page again when it has loaded, or paste its text"
            )
            return
        yield Item(compose("web page", raw, credits, blocks))


def read_fragment(markup: str, credits: Credits) -> list[Block]:
    """Return the blocks of an article's own HTML, as feeds and mails hold it, without the buttons it ends with.

    What the words tell of the article fills gaps of `credits`; a title among them is left out.
    """
    page = _parsed(f"<html><body>{markup}</body></html>") if markup.strip() else None
    if page is None:
        return []
    walk = _Walk(None)
    body = _pruned(page).find("body")
    if body is not None:
        walk.walk(body)
    blocks = _kept(credits, walk.stretches, "")
    read_credits(credits, [b.text for b in blocks])
    return blocks


def _parsed(raw: str) -> html.HtmlElement | None:
    # A declaration of encoding no longer holds for a decoded text, and lxml refuses it.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", raw.lstrip("\ufeff"))
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True, encoding="utf-8")
    try:
        page = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError):
        return None
    return page


# What a page says of its article -------------------------------------------------------------------------

_ARTICLE_TYPES = re.compile(r"Article|Posting|Report\b|NewsStory")


def _credits(page: html.HtmlElement) -> Credits:
    metas = _metas(page)
    data = _linked_data(page)
    credits = Credits()
    site = metas.get("og:site_name", "") or _named(data.get("publisher")) or metas.get("application-name", "")
    heading = _heading(page)
    shown = collapse(" ".join(page.xpath("//head/title[1]//text()"))) or metas.get("og:title", "")
    credits.title, credits.source = _title(
        heading, metas.get("og:title", "") or _plain(data.get("headline")), shown, site
    )
    credits.author = _person(
        _named(data.get("author")) or metas.get("author", "") or metas.get("article:author", "") or _marked_author(page)
    )
    if not credits.author:
        credits.author = _person(_guessed_author(page))
    if agency(credits.author):
        credits.author, credits.origin = "", credits.author
    credits.url = _address(page, metas)
    _take_day(credits, page, metas, data)
    return credits


def _metas(page: html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in page.iter("meta"):
        key = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
        value = collapse(meta.get("content") or "")
        if key and value:
            found.setdefault(key, value)
    return found


def _linked_data(page: html.HtmlElement) -> dict[str, Any]:
    """The page's JSON-LD description of its article, empty where it has none."""
    for script in page.xpath("//script[contains(translate(@type,'LDJSON','ldjson'),'ld+json')]"):
        try:
            found = json.loads(script.text_content(), strict=False)
        except (ValueError, RecursionError):
            continue
        for each in _objects(found):
            kinds = each.get("@type")
            names = " ".join(map(str, kinds)) if isinstance(kinds, list) else str(kinds)
            if _ARTICLE_TYPES.search(names):
                return each
    return {}


def _objects(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, list):
        for each in found:
            yield from _objects(each)
    elif isinstance(found, dict):
        yield found
        yield from _objects(found.get("@graph", []))
        yield from _objects(found.get("mainEntity", []))


def _plain(value: Any) -> str:
    return collapse(value) if isinstance(value, str) else ""


def _named(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(n for n in map(_named, value) if n)
    if isinstance(value, dict):
        return _plain(value.get("name"))
    return _plain(value)


def _person(written: str) -> str:
    """An author as a name: no ``By``, no address, no "admin"."""
    written = re.sub(r"^(?:by|par|por)\s+", "", written.strip(), flags=re.I)
    if (
        re.match(r"https?:|@", written)
        or len(written) > 120
        or written.casefold() in ("admin", "administrator", "editor", "staff", "web desk")
    ):
        return ""
    return written


def _marked_author(page: html.HtmlElement) -> str:
    marked = "@rel='author' or @itemprop='author'"
    named = " or ".join(f"contains(concat(' ',@class,' '),' {word} ')" for word in ("byline", "author"))
    found = page.xpath(f"//*[{marked} or {named}]")
    for each in found[:3]:
        words = collapse(each.text_content())
        read = byline(words) or (byline(f"By {words}") if len(words.split()) <= 6 else None)
        if read and read[0]:
            return read[0]
    return ""


def _guessed_author(page: html.HtmlElement) -> str:
    found = trafilatura.extract_metadata(page, extensive=False)
    return (found.author or "").split(";")[0].strip() if found is not None else ""


def _heading(page: html.HtmlElement) -> str:
    """The article's headline as shown: the h1 of the article, else the only one of the page."""
    inside = page.xpath("//article//h1 | //main//h1 | //*[@itemprop='headline']")
    anywhere = page.xpath("//h1")
    for each in inside[:1] or (anywhere[:1] if len(anywhere) == 1 else []):
        return collapse(each.text_content())
    return ""


_SEPARATOR = re.compile(r"\s+[|–—·•»:-]\s+|\s*\|\s*")


def _title(heading: str, stated: str, shown: str, site: str) -> tuple[str, str]:
    """Return (title, outlet); the outlet is what a page puts behind its title where it does not name it otherwise."""
    title = heading or stated or shown
    for whole in (shown, stated, title):
        cuts = list(_SEPARATOR.finditer(whole))
        if not cuts:
            continue
        known = (
            next((c for c in cuts if whole[: c.start()].casefold() == heading.casefold()), None) if heading else None
        )
        cut = known or cuts[-1]
        head, tail = whole[: cut.start()].strip(), whole[cut.end() :].strip()
        names_site = bool(site) and tail.casefold().startswith(site.casefold())
        # Without a headline to compare, a bar always cuts off the outlet; a dash may be part of the title.
        looks_so = "|" in cut.group() and len(tail.split()) <= 5 and len(head.split()) > len(tail.split())
        if known or names_site or looks_so:
            if not heading:
                title = title.removesuffix(whole[cut.start() :]).strip() or head
            return title, site or _SEPARATOR.split(tail)[-1].strip()
    return title, site


def _address(page: html.HtmlElement, metas: dict[str, str]) -> str:
    canonical = page.xpath("//link[@rel='canonical']/@href")
    for url in (*canonical, metas.get("og:url", "")):
        if re.match(r"https?://", str(url).strip()):
            return str(url).strip()
    return ""


def _take_day(credits: Credits, page: html.HtmlElement, metas: dict[str, str], data: dict[str, Any]) -> None:
    stated = [
        _plain(data.get("datePublished")),
        *(metas.get(key, "") for key in VOCABULARY["pages"]["date_metas"]),
        _plain(data.get("dateCreated")),
    ]
    for written in stated:
        # In metadata a numeric day without a country is not guessed: 03/04 stays unread.
        if written and (day := parse_day(written, "unclear")):
            credits.published = published_on(day, "metadata")
            return
    pruned = _pruned(page)
    for each in pruned.xpath("//time | //*[@itemprop='datePublished'] | //abbr[@title]"):
        written = each.get("datetime") or each.get("content") or each.get("title") or each.text_content()
        if day := parse_day(collapse(written), "unclear"):
            credits.published = published_on(day, "metadata")
            return
    named = " or ".join(
        f"contains(@class,'{word}')" for word in ("date", "publish", "byline", "posted", "meta", "timestamp")
    )
    for each in pruned.xpath(f"//*[not(self::body or self::html)][{named}]"):
        words = collapse(each.text_content())
        if len(words) <= 120 and not _CHANGED.search(words) and (day := find_day(words)):
            credits.published = published_on(day, "stated")
            return
    credits.published = _by_htmldate(pruned)


def _by_htmldate(pruned: html.HtmlElement) -> When | None:
    """What htmldate finds without its wider search, which guesses from copyright years and any number in the text."""
    for each in list(pruned.iter()):
        if not isinstance(each.tag, str) or each.getparent() is None or each.tag in ("html", "head", "body"):
            continue
        words = each.text_content() if each.tag != "meta" else f"{each.get('property')} {each.get('name')}"
        long = each.tag in ("p", "li", "h1", "h2", "h3", "title", "script", "style") and len(words) > 120
        # The day of the last change is no day of publication.
        if long or (len(words) <= 120 and _CHANGED.search(words)):
            each.drop_tree()
    # Fixed bounds: the answer must not depend on the day of running.
    found = find_date(pruned, extensive_search=False, original_date=True, min_date="1990-01-01", max_date="2099-12-31")
    day = parse_day(found) if found else None
    # The first of January is what a bare year becomes.
    return published_on(day, "metadata") if day and (day.month, day.day) != (1, 1) else None


_CHANGED = re.compile(r"update|modif|\bedited|actualis|mis à jour", re.I)


# The article's text -----------------------------------------------------------------------------------------

_PAGES = VOCABULARY["pages"]
_NEVER = frozenset(_PAGES["never"].split())
_BLOCK_TAGS = frozenset(_PAGES["blocks"].split())
_AROUND = re.compile(rf"(?:^|[\s_-]){any_of(_PAGES['around'])}(?=$|[\s_-])", re.I)


def _pruned(page: html.HtmlElement) -> html.HtmlElement:
    """A copy of the page without what is around an article by its tags and class names."""
    copy: html.HtmlElement = html.fromstring(html.tostring(page, encoding="unicode"))
    if copy.tag != "html":
        copy = html.document_fromstring(html.tostring(page, encoding="unicode"))
    total = len(copy.text_content())
    for each in list(copy.iter()):
        if not isinstance(each.tag, str) or each.getparent() is None or each.tag in ("body", "html", "article", "main"):
            continue
        marks = f"{each.get('class') or ''} {each.get('id') or ''}"
        gone = each.tag in _NEVER and each.tag != "head"
        if not gone and (
            _AROUND.search(marks)
            or each.get("role") in ("navigation", "banner", "complementary", "contentinfo", "search", "dialog")
        ):
            # A wrapper may be called "has-sidebar": what holds the article, or most of the page, stays.
            gone = not each.xpath(".//article | .//main | .//h1") and (
                total < 500 or len(each.text_content()) * 2 < total
            )
        if not gone and (
            each.get("hidden") is not None
            or "display:none" in (each.get("style") or "").replace(" ", "")
            or each.get("aria-hidden") == "true"
        ):
            gone = True
        if gone and not (each.tag in ("form", "figure", "label") and len(each.text_content()) * 2 > total):
            each.drop_tree()
    return copy


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A block of a page: its words, how many of their characters are links, whether the article holds it."""

    kind: PartKind
    text: str
    linked: int
    inside: bool


class _Walk:
    """Collects the blocks of a page in reading order."""

    def __init__(self, container: html.HtmlElement | None) -> None:
        self.stretches: list[_Stretch] = []
        self._container = container
        self._words: list[str] = []
        self._linked = 0
        self._kind: PartKind = "paragraph"
        self._inside = container is None

    def walk(self, element: html.HtmlElement, in_link: bool = False) -> None:
        """Add the blocks of `element`; iterative depth is bounded by the page's own nesting, cut at a sane one."""
        stack: list[tuple[str, Any, bool]] = [("open", element, in_link)]
        while stack:
            step, what, linked = stack.pop()
            if step == "text":
                self._add(what, linked)
            elif step == "close":
                self._close(what)
            else:
                self._open(what)
                stack.append(("close", what, linked))
                inner = linked or what.tag == "a"
                for child in reversed(what):
                    if child.tail:
                        stack.append(("text", child.tail, inner))
                    if isinstance(child.tag, str) and (
                        child.tag not in _NEVER or child.tag in ("form", "figure", "label")
                    ):
                        stack.append(("open", child, inner))
                if what.text:
                    stack.append(("text", what.text, inner))

    def _add(self, text: str, linked: bool) -> None:
        self._words.append(text)
        if linked:
            self._linked += len(text.strip())

    def _open(self, element: html.HtmlElement) -> None:
        if element is self._container:
            self._flush()
            self._inside = True
        if element.tag == "br":
            # One break may be a wrapped line and is joined with a space, unless a short line or a sentence ends there.
            line = "".join(self._words).rstrip()
            if self._words and (self._words[-1] == "\n" or len(line) < 80 or line.endswith((".", "”", '"', "?", "!"))):
                self._flush()
            else:
                self._words.append("\n")
        elif _is_cell(element):
            if "".join(self._words).strip():
                self._words.append(" | ")
        elif element.tag in _BLOCK_TAGS:
            self._flush()
            self._kind = (
                "heading"
                if re.fullmatch(r"h[1-6]", element.tag)
                else "item"
                if element.tag in ("li", "dd")
                else self._kind
            )

    def _close(self, element: html.HtmlElement) -> None:
        if element.tag in _BLOCK_TAGS and not _is_cell(element):
            self._flush()
            if element.tag in ("li", "dd") or re.fullmatch(r"h[1-6]", element.tag):
                self._kind = "paragraph"
        if element is self._container:
            self._flush()
            self._inside = False

    def _flush(self) -> None:
        text = collapse("".join(self._words))
        if text:
            self.stretches.append(_Stretch(self._kind, text, self._linked, self._inside))
        self._words, self._linked = [], 0


def _is_cell(element: html.HtmlElement) -> bool:
    """Whether the element is a cell of figures rather than of a page laid out as a table."""
    return element.tag in ("td", "th") and not any(
        e.tag in _BLOCK_TAGS or e.tag == "br" for e in element.iterdescendants()
    )


def _article(raw: str, page: html.HtmlElement, credits: Credits) -> list[Block]:
    """Return the article's blocks without its title."""
    pruned = _pruned(page)
    container = _container(pruned)
    body = pruned.find("body")
    walk = _Walk(container)
    walk.walk(body if body is not None else pruned)
    stretches = walk.stretches
    vouched = _vouched(raw)
    matched = [at for at, s in enumerate(stretches) if _among(s.text, vouched)]
    chosen = range(0)
    inside = [at for at, s in enumerate(stretches) if s.inside]
    if container is not None and inside:
        chosen = range(inside[0], inside[-1] + 1)
        held = sum(len(stretches[at].text) for at in chosen)
        # An article element that holds a teaser only, while the text stands elsewhere.
        if sum(len(stretches[at].text) for at in matched) > 2 * held:
            chosen = range(matched[0], matched[-1] + 1)
    elif matched:
        first, last = matched[0], matched[-1]
        # Short lines at either end are too short to be matched by themselves; beside the article they belong to it.
        while first > 0 and (letters := _letters(stretches[first - 1].text)) and letters in vouched:
            first -= 1
        while last + 1 < len(stretches) and (letters := _letters(stretches[last + 1].text)) and letters in vouched:
            last += 1
        chosen = range(first, last + 1)
    elif stretches:
        chosen = range(len(stretches))
    days = {collapse(each.text_content()) for each in page.iter("time")}
    return _kept(credits, [stretches[at] for at in chosen if stretches[at].text not in days], vouched)


def _container(pruned: html.HtmlElement) -> html.HtmlElement | None:
    """The element that the page itself marks as its article, None where it marks none."""
    for path in ("//*[contains(@itemprop,'articleBody')]", "//article", "//main | //*[@role='main']"):
        found = [e for e in pruned.xpath(path) if len(e.text_content().split()) >= 15]
        if found:
            # Teasers of other articles are article elements too; the article is the longest outermost one.
            return max(found, key=lambda e: len(e.text_content()))
    return None


def _vouched(raw: str) -> str:
    """All that trafilatura takes for the article, as letters only, for comparing."""
    try:
        found = trafilatura.bare_extraction(raw, favor_recall=True, include_comments=False, include_tables=True)
    except (ValueError, TypeError, AttributeError):
        return ""
    text = getattr(found, "text", None) or ""
    return _letters(clean(text).text)


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _among(text: str, vouched: str) -> bool:
    letters = _letters(text)
    return len(letters) >= 20 and letters in vouched


def _kept(credits: Credits, stretches: list[_Stretch], vouched: str) -> list[Block]:
    title = credits.title.casefold()
    blocks: list[Block] = []
    in_list = False
    for each in stretches:
        text = each.text
        mostly_link = each.linked * 2 > len(text)
        if is_tail_marker(text) and not is_prose(text):
            in_list = True  # a list of other articles: its entries go, until a paragraph follows
            continue
        if in_list:
            if not is_prose(text) or mostly_link:
                continue
            in_list = False
        if text.casefold() == title or is_debris(text) or (mostly_link and not _among(text, vouched)):
            continue
        if _said_otherwise(credits, text):
            continue
        blocks.append(Block(each.kind, text))
    while blocks and blocks[-1].kind == "heading":
        blocks.pop()
    return blocks


def _said_otherwise(credits: Credits, text: str) -> bool:
    """Take a line that only dates the article or names its writer; such lines are no part of the text."""
    if len(text) > 90 or is_prose(text):
        return False
    found = header(text)
    if found is not None and found[0] in ("published", "author", ""):
        if found[0] != "published" or credits.published is None:
            apply_header(credits, *found, "")
        return True
    bare = re.sub(
        r"\b(?:published|posted|updated|last|modified|on|at|am|pm|gmt|utc|est|edt|bst|cet|ist|[a-z]+day|mon|tue|wed|thu|fri|sat|sun)\b",
        " ",
        text,
        flags=re.I,
    )
    if (day := find_day(text)) and len(re.sub(r"[\W\d_]+", " ", bare).split()) <= 1:
        if credits.published is None and not _CHANGED.search(text):
            credits.published = published_on(day, "stated")
        return True
    return False
