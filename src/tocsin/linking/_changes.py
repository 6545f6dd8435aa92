"""What a copy changed: wordings that differ between two texts, with the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

__all__ = ["WORD", "Change", "changes", "differing", "fold_words"]

# Scripts written without spaces count a character as a word.
WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|[^\W_]+(?:['’][^\W_]+)*")

AROUND = 4
"""Words shown either side of a change: enough to see what it is said of."""

MOST_WORDS = 10_000
"""Aligning takes n·m bits; what comes after so many words is not shown."""


@dataclass(frozen=True, slots=True)
class Change:
    """A wording of the earlier text (`before`) and what the later has for it (`after`), as written.

    `before` is empty where words were added, `after` where they were cut. `lead` and `trail` are the words of the
    later text on either side.
    """

    before: str
    after: str
    lead: str = ""
    trail: str = ""


def changes(before: str, after: str) -> tuple[Change, ...]:
    """Return what `after` changed of `before`, in the order of the text; case and punctuation do not count.

    Examples
    --------
    >>> changes("Three militants were killed.", "Three terrorists were killed.")
    (Change(before='militants', after='terrorists', lead='Three', trail='were killed'),)
    """
    old, new = _located(before), _located(after)
    folded = fold_words(before[a:b] for a, b in old), fold_words(after[a:b] for a, b in new)
    return tuple(
        Change(
            before=_between(before, old, a0, a1),
            after=_between(after, new, b0, b1),
            lead=_between(after, new, max(0, b0 - AROUND), b0),
            trail=_between(after, new, b1, min(len(new), b1 + AROUND)),
        )
        for a0, a1, b0, b1 in differing(*folded)
    )


def differing(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Bounds of what differs between two lists of words, as (from, to) of the one and (from, to) of the other.

    Adjoining cuts, swaps and additions are one change: it goes from one matching block to the next.
    """
    a = b = 0
    for block in Levenshtein.opcodes(old, new).as_matching_blocks():
        if block.a > a or block.b > b:
            yield a, block.a, b, block.b
        a, b = block.a + block.size, block.b + block.size


def fold_words(words: Iterable[str]) -> list[str]:
    """Words as they are compared."""
    return [word.casefold().replace("’", "'") for word in words]


def _located(text: str) -> list[tuple[int, int]]:
    found = []
    for match in WORD.finditer(text):
        found.append(match.span())
        if len(found) == MOST_WORDS:
            break
    return found


def _between(text: str, words: Sequence[tuple[int, int]], first: int, last: int) -> str:
    return " ".join(text[words[first][0] : words[last - 1][1]].split()) if first < last else ""
