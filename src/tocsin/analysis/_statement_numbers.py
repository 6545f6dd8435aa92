"""Numbers in a sentence, in digits and in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tocsin.coding import number
from tocsin.errors import UsageError

__all__ = ["NUMBER", "NUMBER_WORD", "UNIT", "Stretch", "meets", "value_of"]

Stretch = tuple[int, int]

NUMBER_WORD = (
    r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozen"
)
_TIMES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_IN_DIGITS = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d+(?:\.\d+)?"
_GREAT = rf"(?:[ -](?:{'|'.join(_TIMES)})\b)?"
NUMBER = (
    rf"(?P<n>(?:{_IN_DIGITS}){_GREAT}|"
    rf"(?:half )?(?:an? )?(?:couple of )?(?:(?:{NUMBER_WORD}|and)[ -]?)*(?:{NUMBER_WORD}))\b"
)
"""A number, as the group ``n`` of a regular expression without regard to case."""
UNIT = r"(?:day|week|month|quarter|year)"


def meets(stretch: Stretch, others: Sequence[Stretch]) -> bool:
    """Whether a stretch of text shares a character with any of `others`."""
    return any(start < stretch[1] and stretch[0] < end for start, end in others)


def value_of(words: str) -> float:
    """What a number is worth.

    Raises
    ------
    UsageError
        If the words are none.

    Examples
    --------
    >>> [value_of(words) for words in ("1,200", "one hundred and five", "1.5 million", "half a dozen", "two dozen")]
    [1200.0, 105.0, 1500000.0, 6.0, 24.0]
    """
    plain = re.sub(r"[,\u00a0\u202f]", "", words.lower()).strip()
    if m := re.fullmatch(r"(\d+(?:\.\d+)?)(?:[ -](\w+))?", plain):
        return float(m[1]) * _TIMES.get(m[2] or "", 1)
    if m := re.fullmatch(r"(half )?(?:an? )?(couple of )?(.*?)[ -]?dozen", plain):
        return 12.0 * (0.5 if m[1] else 2 if m[2] else value_of(m[3]) if m[3] else 1)
    half, pair = plain.startswith("half "), "couple of " in plain
    bare = re.sub(r"^half ", "", plain).replace("couple of ", "")
    found = number(bare)
    if found is None:
        raise UsageError(f"{words!r} is no number; write it in digits")
    return float(found) * (0.5 if half else 2 if pair else 1)
