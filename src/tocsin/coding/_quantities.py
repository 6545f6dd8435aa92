"""Tolls of a stretch of text: who was killed, injured, detained, abducted or displaced, and how many."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.codebook import VagueCount
from tocsin.coding._actors import objects, subjects
from tocsin.coding._counts import Quantity, add, quantity, read_quantity

__all__ = ["DEATH_WORDS", "patients", "read_tolls"]

_KILL = {
    "kill",
    "murder",
    "assassinate",
    "execute",
    "behead",
    "slaughter",
    "massacre",
    "lynch",
    "slay",
    "neutralise",
    "neutralize",
    "eliminate",
    "martyr",
    "decapitate",
}
_DIE = {"die", "perish", "succumb"}
_WOUND = {"wound", "injure", "hurt", "maim"}
_RAPE = {"rape", "gang-rape", "molest"}
_ABDUCT = {"abduct", "kidnap"}
_TAKE = {"seize", "take", "capture", "snatch", "grab", "hold"}
_DETAIN = {"arrest", "detain", "apprehend", "nab"}
_DISPLACE = {"displace", "flee", "evacuate", "uproot"}

DEATH_WORDS = re.compile(
    r"\b(?:kill\w*|dead|died|dies|die|deaths?|death toll|toll|bod(?:y|ies)|fatalit\w+|slain|murder\w*|behead\w*|execut\w+|assassinat\w+|massacr\w+|lost|neutrali[sz]ed|martyr\w*|perished|shot dead|corpses?)\b",
    re.IGNORECASE,
)

_NONE_HURT = re.compile(
    r"\b(?:no[ -]?one|nobody|none|no (?:people|person|civilians?|one))\b[^.;]{0,40}?\b(?P<what>hurt|harmed|injured|wounded|killed|died|casualties)|"
    r"\b(?:no|without(?: any)?|not (?:cause|result in|leave)(?: any)?|zero)\s+(?:\w+\s+){0,2}?(?P<noun>casualt\w+|injur\w+|deaths?|fatalities|victims|loss(?:es)? of life|one was (?:hurt|killed))\b(?! (?:figure|toll|count))",
    re.IGNORECASE,
)
_TOLL = re.compile(
    r"\b(?:death )?tolls?\b[^.;]{0,60}?\b(?:at|to|of|is|was|reached|hit|passed|now)\s+(?P<q>[^.;,]{1,40}?)(?:\s+(?:dead|people|deaths|killed|soldiers|civilians|men|fighters)\b|[.,;]|$)",
    re.IGNORECASE,
)
_HOSPITAL = re.compile(
    r"\b(?:taken|rushed|brought|admitted|evacuated|transferred|received|treated)\b[^.;]{0,30}\b(?:hospital|clinic|treatment|wounds|injuries)|\b(?:injuries|wounds)\b",
    re.IGNORECASE,
)
_OF_WHICH = re.compile(
    r"\b(?:including|among them|amongst them|of whom|of them|one of them|among whom|most of them|some of them|half of them)\b",
    re.IGNORECASE,
)
_LOSSES = re.compile(
    r"\bloss(?:es)?\s+(?:at|of)\s+(?P<q>[\w ,-]{1,25}?)\s+(?P<w>dead|men|soldiers|killed|fighters|members)",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"(?P<q>(?:at least |more than |up to |about |some |around |nearly |as many as )?(?:\d[\d,]*|[a-z]+(?:-[a-z]+)?)(?: (?:other )?(?:people|persons|soldiers|civilians|fighters|members|men|policemen|officers|militants|children|women|villagers|others))?)\s+(?:were |was |have been |had been |are |lightly |seriously |badly )*(?P<what>killed|dead|died|injured|wounded|hurt|missing|arrested|detained|abducted|kidnapped)\b",
    re.IGNORECASE,
)
_WHAT = {
    "killed": "deaths",
    "dead": "deaths",
    "died": "deaths",
    "injured": "injured",
    "wounded": "injured",
    "hurt": "injured",
    "arrested": "detained",
    "detained": "detained",
    "abducted": "abducted",
    "kidnapped": "abducted",
}


def _primary(heads: Sequence[Any]) -> list[Any]:
    return [h for h in heads if not (h.dep_ == "conj" and any(h.head.i == o.i for o in heads))]


def patients(token: Any) -> list[Any]:
    """Heads of the phrases that name whom the verb was done to, people who died included."""
    lemma = token.lemma_.lower()
    if lemma in _DIE:
        return subjects(token)
    if lemma == "dead":
        shot = [c for c in token.children if c.dep_ == "dobj"]  # "gunmen shot dead a clerk", as it is often parsed
        return shot or [c for c in token.children if c.dep_ == "nsubj"]
    return objects(token)


def read_tolls(
    tokens: Sequence[Any],
    text: str,
    base: int,
    vague: Mapping[str, VagueCount],
    *,
    abduction: bool = False,
    without: Sequence[tuple[int, int]] = (),
) -> dict[str, Quantity]:
    """Return the tolls that a stretch of a sentence states, by field.

    Parameters
    ----------
    tokens : sequence of spaCy tokens
        The stretch.
    text : str
        Its text, from offset `base` of the spaCy document.
    vague : mapping
        What vague words are worth.
    abduction : bool
        Whether taking people is what the stretch reports, so that "seized" and "captured" count as abducted.
    without : sequence of (int, int)
        Stretches that hold no tolls: dates, and the words of the speaker.
    """
    found: dict[str, list[Quantity]] = {}
    aside = m.start() + base if (m := _OF_WHICH.search(text)) else None

    def take(field: str, q: Quantity | None) -> None:
        if q is None or any(a <= q.start < b for a, b in without):
            return
        if aside is not None and q.start > aside and found.get(field):
            return  # a part of a total already read
        if any(q.start < other.end and other.start < q.end for other in found.get(field, ())):
            return
        found.setdefault(field, []).append(q)

    for token in tokens:
        lemma, low = token.lemma_.lower(), token.lower_
        verb = token.pos_ in ("VERB", "AUX") or token.tag_ in ("VBN", "VBD", "VBG")
        negated = any(c.dep_ == "neg" for c in token.children)
        if negated:
            continue
        if verb and (
            lemma in _KILL
            or (lemma == "gun" and any(c.lower_ == "down" for c in token.children))
            or (lemma == "shoot" and any(c.lower_ in ("dead",) for c in token.children))
            or (
                lemma in ("beat", "stab", "hack", "burn", "crush")
                and re.search(rf"{re.escape(low)}\b[^.;]{{0,30}}\bto death\b", text, re.IGNORECASE)
            )
        ):
            for head in _primary(objects(token)):
                take("deaths", quantity(head, vague, without))
        elif verb and lemma in _DIE:
            for head in _primary(subjects(token)):
                take("deaths", quantity(head, vague, without))
        elif verb and lemma == "lose":
            for head in _primary(objects(token)):
                if (
                    head.lemma_.lower()
                    in (
                        "life",
                        "man",
                        "member",
                        "soldier",
                        "comrade",
                        "fighter",
                        "policeman",
                        "officer",
                        "one",
                        "two",
                        "three",
                        "anyone",
                    )
                    or head.pos_ == "NUM"
                ):
                    take(
                        "deaths",
                        quantity(head, vague, without)
                        if head.lemma_.lower() != "life"
                        else next((quantity(s, vague, without) for s in _primary(subjects(token))), None),
                    )
        elif low == "dead" and token.pos_ in ("ADJ", "NOUN", "ADV"):
            for head in patients(token):
                take("deaths", quantity(head, vague, without))
            if "deaths" not in found:
                take(
                    "deaths", read_quantity(token.doc.text[token.left_edge.idx : token.idx], vague, token.left_edge.idx)
                )
        elif lemma in ("body", "corpse", "death", "fatality") and token.pos_ == "NOUN":
            if not (lemma == "death" and any(c.dep_ == "compound" for c in token.children)):
                q = quantity(token, vague, without)
                inner = next(
                    (p for c in token.children if c.lower_ == "of" for p in c.children if p.dep_ == "pobj"), None
                )
                if (q is None or q.rule == "bare plural") and inner is not None:
                    q = quantity(inner, vague, without) or q
                if q is not None and not (q.rule == "bare plural" and lemma == "death"):
                    take("deaths", q)
        elif verb and lemma in _WOUND:
            for head in _primary(objects(token)):
                take("injured", quantity(head, vague, without))
        elif lemma in ("wounded", "injured", "wound", "injure", "hurt") and token.pos_ in ("ADJ", "NOUN"):
            take("injured", read_quantity(token.doc.text[token.left_edge.idx : token.idx], vague, token.left_edge.idx))
        elif verb and lemma in _RAPE:
            for head in _primary(objects(token)):
                take("injured", quantity(head, vague, without))
        elif verb and (lemma in _ABDUCT or (abduction and lemma in _TAKE)):
            for head in _primary(objects(token)):
                take("abducted", quantity(head, vague, without))
        elif verb and lemma in _DETAIN:
            for head in _primary(objects(token)):
                take("detained", quantity(head, vague, without))
        elif verb and lemma in _DISPLACE:
            for head in _primary(objects(token) if lemma in ("displace", "evacuate", "uproot") else subjects(token)):
                q = quantity(head, vague, without)
                if q is not None and (q.low or 0) >= 10:
                    take("displaced", q)
    for m in _TOLL.finditer(text):
        q = read_quantity(m["q"], vague, base + m.start("q"))
        if q is not None and q.rule != "bare plural":
            found["deaths"] = [q]
    if m := _LOSSES.search(text):
        q = read_quantity(m["q"], vague, base + m.start("q"))
        if q is not None:
            found["deaths"] = [q]
    for m in _LISTED.finditer(text):
        field = _WHAT.get(m["what"].lower())
        if field is None or any(q.rule != "bare plural" for q in found.get(field, ())):
            continue
        q = read_quantity(m["q"], vague, base + m.start("q"))
        if q is not None and (aside is None or base + m.start() < aside):
            found[field] = [q]
    if "injured" not in found and _HOSPITAL.search(text):
        for token in tokens:
            if token.lemma_.lower() in (
                "take",
                "rush",
                "bring",
                "admit",
                "evacuate",
                "transfer",
                "treat",
                "sustain",
                "suffer",
                "receive",
            ):
                heads = _primary(subjects(token) if token.lemma_.lower() in ("sustain", "suffer") else objects(token))
                for head in heads:
                    if head.lemma_.lower() not in ("body", "injury", "wound", "dead"):
                        take("injured", quantity(head, vague, without))
    for m in _NONE_HURT.finditer(text):
        what = (m["what"] or m["noun"] or "").lower()
        zero = Quantity(0, 0, 0, base + m.start(), base + m.end(), "stated as none")
        if what.startswith(("hurt", "harm", "casualt", "victim")):
            found.setdefault("deaths", [zero])
            found.setdefault("injured", [zero])
        elif what.startswith(("injur", "wound")):
            found.setdefault("injured", [zero])
        else:
            found.setdefault("deaths", [zero])
    result: dict[str, Quantity] = {}
    for field, parts in found.items():
        stated = [q for q in parts if q.rule != "bare plural"] or parts
        total = stated[0]
        for part in stated[1:]:
            total = add(total, part)
        result[field] = total
    return result
