"""Who a sentence about numbers is about, and what part they have in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tocsin.analysis._statement_numbers import meets
from tocsin.analysis._statement_parts import Role, says, words
from tocsin.codebook import ActorMatch, Codebook

__all__ = ["read_actors", "read_joined", "read_role", "unnamed_actor", "without_speaker"]

_SAYING = r"(?:said|says|claim(?:s|ed)|wrote|report(?:s|ed)|told|noted|state[ds]|warned|insist(?:s|ed)|announced)"
_POINTED_AT = re.compile(
    r"\b(?:by|involving|against|with) ((?:the|this|that) (?:group|organi[sz]ation|militia|movement|faction|party|"
    r"force|forces|army|military|regime|government)|it|them)\b",
    re.I,
)
"""Somebody whom another sentence names."""
_AND = re.compile(r"\s*(?:,|,? ?(?:and|or)|as well as)\s*(?:the )?", re.I)
_SPEAKERS = (
    re.compile(r"[,;] (?:according to|as per|citing)\b[^,]*$", re.I),
    re.compile(rf"[,;] (?:the |an? )?[\w.'’ -]{{0,60}}?\b{_SAYING}\b[^,]{{0,60}}$", re.I),
    re.compile(rf"[,;] {_SAYING} [^,]{{0,60}}$", re.I),
    re.compile(r"^(?:according to|as per) [^,]+,", re.I),
    re.compile(r"^by [^,]*\b(?:account|count|tally|estimates?|reckoning|figures|numbers)\b[^,]*,", re.I),
    re.compile(rf"^(?:the |an? )?[\w.'’ -]{{1,60}}?\b{_SAYING}(?: on \w+)? that\b", re.I),
)
"""Where a sentence says who says so: no part of what is said."""


def without_speaker(text: str) -> str:
    """The text with blanks where it says who says so; characters keep their places.

    Examples
    --------
    >>> without_speaker("More than 60 attacks, said the army.").rstrip()
    'More than 60 attacks'
    """
    for pattern in _SPEAKERS:
        text = pattern.sub(lambda m: " " * len(m[0]), text)
    return text


def read_actors(text: str, codebook: Codebook, known: Sequence[str]) -> tuple[ActorMatch, ...]:
    """Those named, in order: of the actor list, and by the names that the data have; no general words."""
    found = [match for match in codebook.actors.scan(text) if not match.generic]
    for name in sorted(known, key=len, reverse=True):
        if len(name) < 3 or name.casefold() in ("civilians", "unknown"):
            continue
        # A short name is an acronym, and a word in small letters is not.
        for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.I if len(name) > 5 else 0):
            if not meets(m.span(), [(one.start, one.end) for one in found]):
                found.append(ActorMatch(*m.span(), m[0], None, name, "Political militia"))
    return tuple(sorted(found, key=lambda match: match.start))


def unnamed_actor(text: str, codebook: Codebook) -> str:
    """Who a sentence says it is about by a general word ("rebels carried out …"), as written; empty where nobody."""
    rules = words()["role"]
    for match in codebook.actors.scan(text):
        before, after = text[: match.start], text[match.end :]
        if not match.generic or match.kind in ("Civilians", "Protesters", "Rioters"):
            continue
        if says(before, [*rules["by"], *rules["aimed"], *rules["part"]]) or says(
            after, [*rules["acts"], *rules["took"]]
        ):
            return match.text
    pointed = _POINTED_AT.search(text)
    return pointed[1] if pointed else ""


def read_role(text: str, named: Sequence[ActorMatch]) -> Role:
    """The part that the actors have in what is counted."""
    if not named:
        return "involving"
    rules = words()["role"]
    before, after = text[: named[0].start], text[named[0].end :]
    if says(before, rules["by"]):
        return "by"
    if says(text, rules["involving"]) or says(after, rules["counted"]):
        return "involving"
    if says(before, rules["against"]) and not says(after, rules["possessive"]):
        return "against"
    return "by" if says(after, [*rules["acts"], *rules["possessive"]]) else "involving"


def read_joined(text: str, named: Sequence[ActorMatch]) -> bool:
    """Whether several actors may each have a part of their own: "IS and HTS were involved in …"."""
    gaps = [text[one.end : other.start] for one, other in pairwise(named)]
    side_by_side = bool(gaps) and all(_AND.fullmatch(gap) for gap in gaps)
    return side_by_side and not says(text, words()["role"]["opposed"])
