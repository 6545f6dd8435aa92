"""The coder's words, read from the TOML files in ``words/``: what a rule looks for is data, not code.

A file has up to seven tables. `words` are sets; the others are lists of alternatives, written as regular
expressions.

=========== ================================================================
``parts``   pieces that the patterns of the file quote as ``{name}``
``words``   sets of lower-case words, to look a lemma or a token up in
``phrases`` whole words, anywhere in a stretch of text
``before``  the end of what stands before a name
``after``   the beginning of what stands after it, or of a sentence
``whole``   all of a cell, a name or what stands between two
``forms``   as written, for shapes with groups and bounds of their own
=========== ================================================================

Letters match in either case; ``(?-i:…)`` marks the few that must not. ``cues.toml`` has a shape of its own;
``dates.toml`` has `rules` beside its patterns, and `values` for what words are worth.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["WORDS", "Vocabulary", "alternatives", "lower", "table", "vocabulary"]

WORDS = Path(__file__).parent / "words"
"""The folder of the files; what is in them is part of a coding's key."""

_SHAPES = {
    "phrases": r"\b(?:{})\b",
    "before": "(?:{})$",
    "after": "^(?:{})",
    "whole": "^(?:{})$",
    "forms": "(?:{})",
}
# Letters only, so that a part is never taken for a count of repetitions such as {0,40}.
_QUOTED_PART = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one file holds: sets of words, and compiled patterns under names of their own."""

    words: Mapping[str, frozenset[str]]
    patterns: Mapping[str, re.Pattern[str]]


def table(name: str) -> dict[str, Any]:
    """What ``words/<name>.toml`` says."""
    return tomllib.loads((WORDS / f"{name}.toml").read_text("utf-8"))


@cache
def vocabulary(name: str) -> Vocabulary:
    """Read and compile ``words/<name>.toml``.

    Raises
    ------
    ValueError
        If two patterns share a name, or one is no regular expression; the message names file and pattern.
    """
    tables = table(name)
    patterns: dict[str, re.Pattern[str]] = {}
    for shape, form in _SHAPES.items():
        for key, listed in tables.get(shape, {}).items():
            if key in patterns:
                raise ValueError(f"words/{name}.toml: two patterns are called {key!r}")
            body = alternatives(listed, tables.get("parts", {}))
            try:
                patterns[key] = re.compile(form.format(body), re.IGNORECASE)
            except re.error as error:
                raise ValueError(f"words/{name}.toml: {key} is no regular expression: {error}") from error
    words = {key: frozenset(listed) for key, listed in tables.get("words", {}).items()}
    return Vocabulary(words, patterns)


def alternatives(listed: Sequence[str], parts: Mapping[str, Sequence[str]]) -> str:
    """One regular expression out of a list, with the parts it quotes filled in.

    Examples
    --------
    >>> alternatives(["shot {whom}", "killed"], {"whom": ["him", "her"]})
    'shot (?:him|her)|killed'
    """
    return _QUOTED_PART.sub(lambda m: f"(?:{alternatives(parts[m[1]], parts)})", "|".join(listed))


def lower(text: str) -> str:
    """`text` in lower case with straight apostrophes, character for character, so that offsets stay.

    Examples
    --------
    >>> lower("İzmir’s"), len(lower("İzmir’s"))
    ("İzmir's", 7)
    """
    low = text.lower()
    if len(low) != len(text):  # a letter whose lower case is two characters
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return low.replace("’", "'")
