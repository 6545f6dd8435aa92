"""Words that name an event of a type, read from ``cues.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

__all__ = ["Cue", "find_cues"]

_FILE = Path(__file__).parent / "cues.toml"


@dataclass(frozen=True, slots=True)
class Cue:
    """A trigger in a sentence: `start` and `end` are offsets in it."""

    code: str
    start: int
    end: int
    strong: bool


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], tuple[tuple[str, bool, re.Pattern[str]], ...]]:
    table = tomllib.loads(_FILE.read_text("utf-8"))
    single: list[tuple[str, bool, re.Pattern[str]]] = []
    every: list[str] = []
    for code, cues in table.items():
        for strength in ("strong", "weak"):
            if cues[strength]:
                body = "|".join(cues[strength])
                every.append(body)
                single.append((code, strength == "strong", re.compile(rf"(?<!\w)(?:{body})(?!\w)")))
    return re.compile("|".join(every)), tuple(single)


def find_cues(sentence: str) -> list[Cue]:
    """Return the cues of `sentence`, in order of place; one stretch may be a cue for several codes.

    Examples
    --------
    >>> sorted({c.code for c in find_cues("A suicide bomber killed nine") if c.strong})
    ['suicide_bomb']
    """
    low = sentence.lower().replace("’", "'")
    if len(low) != len(sentence):  # a letter whose lower case is two characters
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in sentence).replace("’", "'")
    quick, single = _patterns()
    if not quick.search(low):
        return []
    found = [Cue(code, m.start(), m.end(), strong) for code, strong, pattern in single for m in pattern.finditer(low)]
    return sorted(found, key=lambda c: (c.start, -c.end, c.code, not c.strong))
