"""What a web page leaves around an article when its text is copied: menus, buttons, icon names, counters.

The rules know what such lines look like, not which site they come from. They work on short lines before
the first and after the last real paragraph; between paragraphs only lines that are nothing else go.
"""

from __future__ import annotations

import re

from tocsin.sources._vocabulary import VOCABULARY, any_of

__all__ = ["is_debris", "is_prose", "is_tail_marker", "opens_comments", "outlet_of_channel"]

_WORDS = VOCABULARY["debris"]
_PHRASES = re.compile(any_of(_WORDS["lines"]) + r"[.!:…\s]*", re.I)
_AGE = r"(?:\d+|an?|one)\s*(?:second|minute|min|hour|hr|day|week|month|year)s?\s+ago"
_ONLY_AGE = re.compile(rf"(?:(?:published|posted|updated)\s+)?{_AGE}|yesterday|just\s+now", re.I)
_GLUED_ICON = re.compile(
    rf"(?:^|\s)(?:[a-z]+(?:_[a-z]+)+|{any_of(_WORDS['icons'])})(?=[A-Z0-9])|(?:^|\s)[a-z]+(?:_[a-z]+)+(?=\s|$)"
)
_TAIL = re.compile(
    r"(?:\d+\s+)?comments?(?:\s*\(\d+\))?:?|(?:leave|post|write)\s+a\s+(?:comment|reply).*|related(?:\s+(?:articles?|stories|news|posts))?:?|"
    r"most\s+(?:read|viewed|popular)|trending(?:\s+now)?|more\s+(?:stories|news)(?:\s.{0,30})?|more\s+(?:from|on)\s.{0,40}|recommended(?:\s+(?:for\s+you|stories))?|"
    r"you\s+(?:may|might)\s+also\s+(?:like|be\s+interested).*|latest(?:\s+(?:news|stories|headlines))|popular(?:\s+posts)?|editor'?s\s+picks?|"
    r"read\s+(?:also|next):?|see\s+also:?|المزيد|اقرأ\s+أيضا.*|التعليقات|à\s+lire\s+aussi.*|lire\s+aussi.*",
    re.I,
)
_CRUMBS = re.compile(r"[\w&'’ ]{2,30}(?:\s*[>»›→|/·•]\s*[\w&'’ ]{2,30}){2,}|home\s*[>»›→/].{0,120}", re.I)
_CHANNEL = re.compile(
    r"(?:(?:follow|join)\s+)?(?P<outlet>[^\W\d_][\w.&'’ -]{1,40}?)(?:['’]s?)?\s+(?:on\s+)?"
    + any_of(_WORDS["channels"])
    + r"(?:\s+(?:channel|page|group))?",
    re.I,
)
_TAIL = re.compile(any_of(_WORDS["tails"]), re.I)
_COMMENTS = re.compile(any_of(_WORDS["comments"]), re.I)
_PROSE_WORDS = 12
"""A line of this many words that ends like a sentence is a paragraph; of twice as many, however it ends."""


def is_prose(line: str) -> bool:
    """Whether `line` reads like a paragraph rather than a label."""
    words = len(line.split())
    return words >= 2 * _PROSE_WORDS or (
        words >= _PROSE_WORDS and line.rstrip().endswith((".", "!", "?", "”", '"', "’", "»", "…", ":", "؟", "۔"))
    )


def is_debris(line: str) -> bool:
    """Whether `line` is nothing but what a page has around its article."""
    line = line.strip()
    if not line or len(line) > 200:
        return False
    if _PHRASES.fullmatch(line) or _ONLY_AGE.fullmatch(line):
        return True
    if is_prose(line):
        return False
    return bool(
        _GLUED_ICON.search(line) or (len(line) < 120 and _CRUMBS.fullmatch(line)) or not any(c.isalnum() for c in line)
    )


def is_tail_marker(line: str) -> bool:
    """Whether `line` opens what follows an article: comments, lists of other articles."""
    return bool(_TAIL.fullmatch(line.strip()))


def opens_comments(line: str) -> bool:
    """Whether `line` is the heading of readers' comments."""
    return bool(_COMMENTS.fullmatch(line.strip()))


def outlet_of_channel(line: str) -> str:
    """Return the outlet in a link to its channel (``The Outlet Telegram``), empty where the line is none."""
    match = _CHANNEL.fullmatch(line.strip())
    if match is None or len(line.split()) > 6:
        return ""
    outlet = match["outlet"].strip()
    return (
        outlet if outlet[:1].isupper() and outlet.casefold() not in ("us", "our", "share", "share on", "join") else ""
    )
