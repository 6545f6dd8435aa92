"""Who published a text, who wrote it, where it was taken from and when: header lines, bylines, datelines, credits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.errors import InvalidRow
from tocsin.sources._composing import Credits
from tocsin.sources._dates import find_day, parse_day, published_on
from tocsin.sources._vocabulary import VOCABULARY, any_of

__all__ = [
    "Dateline",
    "agency",
    "apply_header",
    "byline",
    "credit_line",
    "dateline",
    "header",
    "read_credits",
    "url_day",
]

# Names of header lines, compared without case, and the field each gives; some are understood and give none.
_FIELDS = {name: "" if field == "other" else field for field, names in VOCABULARY["headers"].items() for name in names}
_HEADER = re.compile(r"(?P<name>[^\W\d_][^:：\n]{0,30}?)\s*[:：]\s*(?P<value>.*)")

_AGENCY = re.compile(any_of(VOCABULARY["outlets"]["agencies"]), re.I)
_OUTLET_WORDS = re.compile(rf"\b{any_of(VOCABULARY['outlets']['words'])}\b")
_ROLES = re.compile(rf"\b{any_of(VOCABULARY['outlets']['roles'])}\b", re.I)
_BYLINE = re.compile(r"(?:By|BY|Par|Por|Von|بقلم)[:\s]\s*(?P<names>[^\W\d_].{2,150})")
_FIRST_SEEN = re.compile(
    r"(?:originally|first)\s+(?:published|appeared|reported|posted)\s+(?:by|in|on|at)\s+(?P<outlet>[^.;|\n]{2,60})|"
    r"(?:re-?published|reprinted|reproduced|syndicated|adapted)\s+(?:with\s+(?:the\s+)?permission\s+)?(?:from|of)\s+(?P<from>[^.;|\n]{2,60})",
    re.I,
)
_SOURCE_LINE = re.compile(
    r"[(\[–—-]*\s*(?:sources?|credit|via|المصدر|fuente)\s*[:：]\s*(?P<outlet>[^)\]\n]{2,60})[)\]]?\.?", re.I
)
_DATELINE = re.compile(
    r"(?P<place>[^\W\d_][^\d():–—|]{1,60}?)"
    r"(?:,?\s+(?P<date>(?:\d{1,2}(?:er)?\s+[^\W\d_]{3,10}\.?|[^\W\d_]{3,10}\.?\s+\d{1,2})(?:,?\s+\d{4})?))?"
    r",?\s*(?:\((?P<agency>[^()\d]{2,40})\))?"
    r"\s*(?P<dash>--|[-–—:])\s+(?=\S)"
)


def header(line: str) -> tuple[str, str, str] | None:
    """Return (field, name as written, value) of a header line such as ``Published: 2024-03-13``; None for any other."""
    match = _HEADER.fullmatch(line.strip())
    if match is None:
        return None
    name = match["name"].strip(" *_").casefold()
    if name not in _FIELDS or len(match["value"]) > 300:
        return None
    return _FIELDS[name], match["name"].strip(" *_"), match["value"].strip(" *_")


def apply_header(credits: Credits, field: str, label: str, value: str, name: str) -> InvalidRow | None:
    """Take a header's value into `credits`; a day that is none comes back as an error, and the field stays empty."""
    if field == "published":
        if not value:
            return None
        day = parse_day(value)
        if day is None:
            return InvalidRow(
                name, f"{label} says {value[:40]!r}, which is no day; write it as YYYY-MM-DD. It was read as undated"
            )
        credits.published = published_on(day, "stated")
    elif field == "author":
        author, origin = _split_byline(value)
        credits.author = credits.author or author
        credits.origin = credits.origin or origin
    elif field and not getattr(credits, field):
        setattr(credits, field, value)
    return None


def byline(line: str) -> tuple[str, str] | None:
    """Return (author, outlet) of a line such as ``By A. Writer, The Outlet``; None where it is no byline."""
    match = _BYLINE.fullmatch(line.strip())
    if match is None or line.rstrip().endswith((".", "!", "?", "”", '"')) or len(line.split()) > 20:
        return None
    names = match["names"]
    # "By Tuesday evening the town had fallen" is a sentence: names have no small words but these.
    words = [w for w in re.split(r"[\s,|/]+", names) if w]
    small = [
        w
        for w in words
        if w[:1].islower()
        and w not in ("and", "et", "y", "de", "al", "el", "bin", "van", "von", "for", "in", "of", "the")
    ]
    if small and not _ROLES.search(names):
        return None
    return _split_byline(names)


def _split_byline(names: str) -> tuple[str, str]:
    names = re.split(r"\s*[|•·]\s*", names)[0]
    pieces = [p.strip() for p in re.split(r",|\s+for\s+|\s+of\s+(?=The\s)|\s+-\s+|\s*\(|\)", names) if p.strip()]
    if not pieces:
        return "", ""
    if len(pieces) == 1 and (agency(pieces[0]) or _is_outlet(pieces[0])):
        return "", pieces[0]
    outlets = [p for p in pieces[1:] if _is_outlet(p)]
    authors = [p for p in pieces if p not in outlets and not _ROLES.search(p) and find_day(p) is None]
    return ", ".join(authors), outlets[0] if outlets else ""


def _is_outlet(words: str) -> bool:
    return bool(agency(words) or (_OUTLET_WORDS.search(words) and not _ROLES.search(words)))


def agency(words: str) -> str:
    """Return the news agency that `words` are the name of, empty where they are none."""
    return words if _AGENCY.fullmatch(words.strip()) else ""


@dataclass(frozen=True, slots=True)
class Dateline:
    """The opening of a wire report: place, day and agency as written, each empty where it is not there."""

    place: str
    day: str
    agency: str


def dateline(paragraph: str) -> Dateline | None:
    """Return the dateline that `paragraph` begins with, None where it has none."""
    match = _DATELINE.match(paragraph[:160])
    if match is None:
        return None
    place, day, by = match["place"].strip(" ,"), match["date"] or "", match["agency"] or ""
    # Without a date or an agency only capitals tell a dateline from a sentence with a dash.
    if not by and not day and not (place.split(",")[0].isupper() and match["dash"] != ":"):
        return None
    if not place[:1].isupper() and place[:1].isalpha() and place[:1].lower() != place[:1].upper():
        return None
    if any(word[:1].islower() and len(word) > 3 for word in place.split()):
        return None
    if not by and (tail := place.split(",")[-1].strip()) != place and agency(tail):
        by = tail
    return Dateline(place, day, by)


def credit_line(line: str) -> str:
    """Return the outlet that a line credits (``Source: AFP``, ``Originally published by …``), else empty."""
    line = line.strip()
    if len(line) > 200:
        return ""
    if match := _SOURCE_LINE.fullmatch(line):
        return match["outlet"].strip(" .")
    if match := _FIRST_SEEN.search(line):
        outlet = (match["outlet"] or match["from"]).strip(" .,")
        return re.split(r"\s+(?:on|under|and is|with|as)\s+", outlet)[0].strip()
    return agency(line.strip("()[]–—- ."))


def url_day(url: str) -> tuple[int, int, int] | None:
    """Return the year, month and day that a web address carries in its path, None where it carries none."""
    match = re.search(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)", url)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def read_credits(credits: Credits, paragraphs: list[str]) -> None:
    """Fill gaps of `credits` from the paragraphs: bylines, the dateline, credits at either end."""
    for line in paragraphs[:4]:
        if found := byline(line):
            credits.author = credits.author or found[0]
            credits.origin = credits.origin or found[1]
    opening = next((d for p in paragraphs[:4] if (d := dateline(p))), None)
    if opening is not None:
        _read_dateline(credits, opening)
    for line in (*paragraphs[:3], *paragraphs[-3:]):
        if not credits.origin and (outlet := credit_line(line)):
            credits.origin = outlet
    if credits.published is None and (found_day := url_day(credits.url)):
        day = parse_day("{}-{}-{}".format(*found_day))
        credits.published = published_on(day, "metadata") if day else None


def _read_dateline(credits: Credits, opening: Dateline) -> None:
    if opening.agency:
        if not credits.source:
            credits.source = opening.agency
        elif credits.source.casefold() != opening.agency.casefold() and not credits.origin:
            credits.origin = opening.agency
    if credits.published is None and opening.day:
        year = re.search(r"/((?:19|20)\d\d)/", credits.url)
        day = find_day(opening.day, year=int(year[1]) if year else None)
        if day is not None:
            credits.published = published_on(day, "dateline")
