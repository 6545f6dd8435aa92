"""Messages of channels and groups: short texts whose lines are meant as they stand."""

from __future__ import annotations

import re

from tocsin.sources._cleaning import clean
from tocsin.sources._composing import Block

__all__ = ["LONGEST_MESSAGE", "TOO_LONG", "message_blocks"]

LONGEST_MESSAGE = 1_000_000
"""Characters. No messenger takes a hundredth of it; what is longer is a file pasted by mistake."""
TOO_LONG = f"is longer than {LONGEST_MESSAGE:,} characters, so it is no message; it was left out, give it as a file"

_BULLET = re.compile(r"[•●▪◦‣*–—-]\s+(?=\S)")


def message_blocks(text: str) -> list[Block]:
    """Return a message's lines: list items where they begin with a bullet, else paragraphs.

    Nobody wraps a message by hand, so lines are not joined, and a short first line is no title: it often
    is the place of what follows.
    """
    blocks: list[Block] = []
    for line in clean(text).text.split("\n"):
        line = " ".join(line.split())
        if match := _BULLET.match(line):
            blocks.append(Block("item", line[match.end() :]))
        elif line:
            blocks.append(Block("paragraph", line))
    return blocks
