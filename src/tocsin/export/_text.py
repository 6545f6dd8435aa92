"""Text that the forms can hold: files of any encoding and XML have no word for some characters."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["for_xml", "right_to_left", "whole"]

# What XML 1.0 cannot hold in any spelling (production 2, "Char").
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def whole(text: str) -> str:
    """`text` with a question mark for each half of a letter, as a broken page leaves them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def for_xml(text: str) -> str:
    """`text` with U+FFFD for each character that XML cannot hold, and every line end as a line feed."""
    return _NOT_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def right_to_left(text: str) -> bool:
    """Whether `text` is read from right to left: its first letter is of such a script (Unicode's rules P2 and P3)."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
