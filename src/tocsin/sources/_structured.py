"""Texts that come with headings and paragraphs of their own: their title, header lines and day."""

from __future__ import annotations

import re

from tocsin.errors import InputError
from tocsin.sources._articles import title_like
from tocsin.sources._composing import Block, Credits
from tocsin.sources._credits import apply_header, header, read_credits
from tocsin.sources._dates import find_day, published_on
from tocsin.sources._debris import is_prose

__all__ = ["take_head"]

_HEAD = 6
"""Blocks at the top that may hold title, header lines and day."""
_DATED = re.compile(r"(?:published|issued|released|posted|publié|publicado|date)\b(?: on| le| el)?\s*:?\s+(?=\S)", re.I)
_LABELS = re.compile(
    r"\b(?:published|issued|released|posted|date|as of|on|at|no|issue|vol|number|week)\b|[\W\d_]+", re.I
)


def take_head(credits: Credits, blocks: list[Block], name: str) -> tuple[list[Block], list[InputError]]:
    """Move title and header lines from the top of `blocks` into `credits`; return the rest, and what was no day.

    A line that has the day of publication and more stays in the text.
    """
    errors: list[InputError] = []
    kept: list[Block] = []
    for at, block in enumerate(blocks):
        if at >= _HEAD or (at and is_prose(block.text) and not _DATED.match(block.text)):
            kept += blocks[at:]
            break
        found = header(block.text) if len(block.text) < 200 else None
        if found is not None and (found[0] != "published" or not is_prose(block.text)):
            error = apply_header(credits, *found, name)
            errors += [error] if error is not None else []
        elif not (_is_title(credits, block, kept) or _only_dates(credits, block.text)):
            kept.append(block)
    read_credits(credits, [b.text for b in kept])
    return kept, errors


def _is_title(credits: Credits, block: Block, before: list[Block]) -> bool:
    if credits.title:
        return block.text.casefold() == credits.title.casefold()
    if before or block.kind not in ("heading", "title", "paragraph") or is_prose(block.text):
        return False
    if block.kind == "paragraph" and (not title_like(block.text) or (find_day(block.text) and len(block.text) < 30)):
        return False
    credits.title = block.text
    return True


def _only_dates(credits: Credits, line: str) -> bool:
    """Whether the line is a day and nothing else; takes the day, also from a line that begins with it as published."""
    day = find_day(line[:80], "dmy")
    if day is None or credits.published is not None:
        return False
    rest = _LABELS.sub(" ", line).split()
    alone = len(rest) <= 2
    if alone or _DATED.match(line):
        credits.published = published_on(day, "stated")
    return alone
