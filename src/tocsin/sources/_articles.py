"""The structure of a plain text: title, header lines, byline, paragraphs, and what to leave out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from tocsin.errors import InputError
from tocsin.sources._composing import Block, Credits
from tocsin.sources._credits import apply_header, byline, dateline, header, read_credits
from tocsin.sources._dates import find_day, published_on
from tocsin.sources._debris import is_debris, is_prose, is_tail_marker, opens_comments, outlet_of_channel

__all__ = ["Article", "read_article", "title_like", "unwrapped"]

_HEAD_LINES = 15
"""Header lines are looked for among this many first lines; further down ``Source: …`` is part of a report."""
_WIDEST_WRAP = 120
"""No text is wrapped wider; where longer lines occur, each line is a paragraph."""
_LONGEST_TITLE = 250
_FIELD = re.compile(r"[^\W\d_][\w /-]{0,25}:\s+\S.{0,60}")
_BULLET = re.compile(r"[•●▪◦‣*-]\s+(?=\S)")
_NUMBERED = re.compile(r"\(?\d{1,2}[.)]\s+(?=\S)")


@dataclass(slots=True)
class Article:
    """What was found in a text: who and when, the article's blocks, and what could not be read."""

    credits: Credits
    blocks: list[Block] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)


def read_article(text: str, name: str) -> Article:
    """Return the article in a cleaned plain text; `name` is how errors name the file."""
    article = Article(Credits())
    lines = _without_comments(unwrapped(text))
    start = _first_paragraph(lines)
    head = _read_head(article, lines[:start], name)
    rest = lines[start:]
    if (
        not article.credits.title
        and not head
        and len(rest) > 1
        and start == 0
        and title_like(rest[0])
        and not dateline(rest[0])
    ):
        article.credits.title = rest.pop(0)
    body = [line for line in _without_tail(rest) if not is_debris(line) and line != article.credits.title]
    article.blocks = [_block(line, at) for at, line in enumerate([*head, *body])]
    read_credits(article.credits, [b.text for b in article.blocks])
    return article


def unwrapped(text: str) -> list[str]:
    """Return the lines of a text as its writer meant them: joined again where they were broken at a fixed width."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    width = _wrap_width(lines)
    joined: list[str] = []
    open_line = False
    for at, line in enumerate(lines):
        if not line:
            open_line = False
            continue
        if open_line and not _BULLET.match(line) and not header(line):
            joined[-1] += line if joined[-1].endswith("-") and line[:1].islower() else " " + line
        else:
            joined.append(line)
        after = lines[at + 1] if at + 1 < len(lines) else ""
        open_line = bool(width and after and not header(line) and _broken(line, after, width))
    return joined


def _wrap_width(lines: list[str]) -> int:
    """The width a text was wrapped at, 0 where it was not."""
    pairs = [(a, b) for a, b in pairwise(lines) if a and b and not header(a)]
    width = max((len(a) for a, _ in pairs), default=0)
    if not 30 <= width <= _WIDEST_WRAP:
        return 0
    full = sum(_broken(a, b, width) for a, b in pairs)
    return width if full * 10 >= len(pairs) * 6 else 0


def _broken(line: str, after: str, width: int) -> bool:
    """Whether `after` had to start a new line because its first word did not fit."""
    return len(line) + 1 + len(after.split()[0]) > width - 2 or (len(line) > width * 0.6 and after[:1].islower())


def _without_comments(lines: list[str]) -> list[str]:
    """Drop readers' comments: everything after their heading, where most of the text stands before it."""
    total = sum(map(len, lines))
    before = 0
    for at, line in enumerate(lines):
        if before * 10 >= total * 6 and opens_comments(line):
            return lines[:at]
        before += len(line)
    return lines


def _first_paragraph(lines: list[str]) -> int:
    """The index of the first line that is a paragraph of the article, not a title, header, menu or byline."""
    for at, line in enumerate(lines):
        if at == 0 and len(lines) > 1 and (header(lines[1]) or title_like(line)):
            continue
        if header(line) and at < _HEAD_LINES:
            continue
        if (is_prose(line) and not is_debris(line) and not byline(line)) or dateline(line):
            return at
    # No line long enough: short notes. The title, headers and debris at the top are still the head.
    at = 0
    while at < len(lines) and (
        header(lines[at]) or is_debris(lines[at]) or (at == 0 and len(lines) > 1 and title_like(lines[0]))
    ):
        at += 1
    return at


def _read_head(article: Article, head: list[str], name: str) -> list[str]:
    """Take title and header lines from `head`; return the lines that stay in the text."""
    credits = article.credits
    kept: list[str] = []
    debris: list[str] = []
    follows_header: set[str] = set()
    form = False
    for at, line in enumerate(head):
        found = header(line) if at < _HEAD_LINES else None
        if found is None:
            form |= bool(at and _FIELD.fullmatch(line))
        elif form and found[0] == "source":
            found = None  # among the fields of a form, a source is who told the writer
        if found is not None:
            if kept and at and head[at - 1] == kept[-1]:
                follows_header.add(kept[-1])
            error = apply_header(credits, *found, name)
            if error is not None:
                article.errors.append(error)
        elif _only_a_day(line) and kept:
            day = find_day(line, "dmy")
            if credits.published is None and day is not None:
                credits.published = published_on(day, "stated")
        elif (at or len(head) > 1) and is_debris(line):
            debris.append(line)
        else:
            kept.append(line)
    channels = [line for line in kept if outlet_of_channel(line)] if debris else []
    kept = [line for line in kept if line not in channels]
    if not credits.source:
        named = [outlet_of_channel(line) for line in (*channels, *debris)]
        credits.source = next((outlet for outlet in named if outlet), "")
    return _take_title(credits, kept, bool(debris), follows_header)


def _take_title(credits: Credits, kept: list[str], copied: bool, follows_header: set[str]) -> list[str]:
    """Move the title out of `kept`: what a page repeats, else the first line that can be one."""
    counts = Counter(line.casefold() for line in kept)
    repeated = [line for line in kept if counts[line.casefold()] > 1 and not byline(line)]
    possible = [
        line
        for line in kept
        if line in follows_header or (title_like(line) and not byline(line) and not dateline(line))
    ]
    if repeated:
        title = repeated[0]
    elif copied:
        # Menus are words or two; a title says something.
        title = next((line for line in possible if len(line.split()) >= 4), next(iter(possible), ""))
    else:
        title = kept[0] if kept and kept[0] in possible else ""
    if not title or (credits.title and credits.title.casefold() != title.casefold()):
        return kept
    credits.title = title
    at = kept.index(title)
    before = [] if copied else kept[:at]
    return [line for line in (*before, *kept[at + 1 :]) if line.casefold() != title.casefold()]


def title_like(line: str) -> bool:
    """Whether `line` can be a title: not too long, no list entry, and not ending as a sentence does."""
    if len(line) > _LONGEST_TITLE or len(line.split()) > 40 or not any(c.isalpha() for c in line):
        return False
    if _BULLET.match(line):
        return False
    last = line.rstrip("\"'”’»)]")
    return not last.endswith((".", "۔", "。", ":", ",", ";")) or last.endswith(("...", "U.S.", "U.N.", "D.C."))


def _only_a_day(line: str) -> bool:
    """Whether the line is a date of publication and nothing else, perhaps with a time and a label."""
    if len(line) > 60 or find_day(line, "dmy") is None:
        return False
    words = re.sub(
        r"\b(?:published|posted|updated|last|on|at|am|pm|gmt|utc|est|edt|bst|cet|ist|by|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|[\d:,.|/–—-]",
        " ",
        line,
        flags=re.I,
    )
    return len(words.split()) <= 2


def _without_tail(lines: list[str]) -> list[str]:
    """Drop lists of other articles and the like behind the last paragraph."""
    last = max((at for at, line in enumerate(lines) if is_prose(line)), default=0)
    for at in range(last + 1, len(lines)):
        if is_tail_marker(lines[at]):
            return lines[:at]
    return lines


def _block(line: str, at: int) -> Block:
    if match := _BULLET.match(line):
        return Block("item", line[match.end() :])
    if _NUMBERED.match(line):
        return Block("item", line)
    heading = (
        at > 0
        and len(line) < 80
        and len(line.split()) <= 10
        and title_like(line)
        and not line.endswith(("?", "!", '"', "”"))
    )
    return Block("heading" if heading and not byline(line) else "paragraph", line)
