"""Rows of a table: its own columns are evidence, and the cell is the span."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tocsin.codebook import ActorList, Codebook
from tocsin.coding._counts import as_count, read_quantity
from tocsin.coding._dates import parse_cell_date
from tocsin.coding._speech import speaker_kind
from tocsin.records import Claim, Count, Counts, Document, Evidence, Part, Participant, Place, Speaker, Toponym, When

__all__ = ["Row", "narrative_parts", "read_row"]

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("date", r"happened|date|event[ _]?date|incident[ _]?date|date[ _]of[ _](?:event|incident)|when|day|occurred|event[ _]day"),
    ("place", r"place|location|village|town|settlement|where|site|community|locality|city|location[ _]name|place[ _]name"),
    ("area", r"area|admin ?_?1|province|governorate|region|state|department|oblast|admin1[ _]name|adm1"),
    ("district", r"district|admin ?_?2|county|territory|sub-?district|adm2|township|municipality"),
    ("country", r"country|country[ _]name|admin ?_?0|nation"),
    ("actor1", r"who|actor|actor ?_?1|perpetrator|by|side[ _]a|attacker|responsible|initiator|armed[ _]group|alleged[ _]perpetrator|actor[ _]a"),
    ("actor2", r"against|target|victims?|actor ?_?2|side[ _]b|affected|actor[ _]b"),
    ("deaths", r"killed|deaths?|dead|fatalit(?:y|ies)|kia|no[ _.]*killed|number[ _]killed|persons[ _]killed"),
    ("injured", r"hurt|injured|wounded|wia|injur(?:y|ies)|no[ _.]*(?:injured|wounded)|persons[ _]injured"),
    ("taken", r"taken|abducted|kidnapped|detained|arrested|missing|captured|hostages"),
    ("displaced", r"displaced|idps?|fled"),
    ("text", r"what|notes?|description|text|event|details?|summary|incident|narrative|comments?|remarks|report|message|body|content|what[ _]happened|event[ _]description"),
    ("type", r"type|event[ _]?type|sub[ _]?event[ _]?type|category|incident[ _]type|kind"),
    ("source", r"src|source|informant|reported[ _]by|who[ _]said|source[ _]name|witness|contact"),
)  # fmt: skip
_PATTERNS = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _COLUMNS)
_UNKNOWN = re.compile(
    r"^\s*(?:\?+|-+|–|n/?a|unk(?:nown)?|none known|not known|not stated|null|none|nil|\.)?\s*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by role."""

    cells: dict[str, Part]
    toponym: Toponym | None


def _roles(document: Document) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for part in document.parts:
        if part.kind != "cell":
            continue
        name = part.name.strip()
        for role, pattern in _PATTERNS:
            if role not in found and pattern.fullmatch(name):
                found[role] = part
                break
    return found


def narrative_parts(document: Document) -> tuple[Part, ...]:
    """The cells to be read as sentences: the one that tells what happened, else the longest with a few words."""
    cells = [p for p in document.parts if p.kind == "cell"]
    if not cells:
        return ()
    roles = _roles(document)
    if "text" in roles:
        return (roles["text"],)
    longest = max(cells, key=lambda p: p.end - p.start)
    return (longest,) if document.text[longest.start : longest.end].count(" ") >= 3 else ()


def read_row(document: Document, known_country: str = "") -> Row | None:
    """Return the cells of a row by role, with its place as a toponym; None where the document is no row."""
    roles = _roles(document)
    if not roles:
        return None
    text = document.text

    def cell(role: str) -> str:
        part = roles.get(role)
        words = text[part.start : part.end].strip() if part else ""
        return "" if _UNKNOWN.match(words) else words

    toponym = None
    area = cell("area")
    if area and not re.search(
        r"\b(?:province|governorate|region|state|county|oblast|department)\b", area, re.IGNORECASE
    ):
        area = f"{area} province"
    within = tuple(w for w in (cell("district"), area, cell("country")) if w)
    for role in ("place", "district", "area"):
        if name := cell(role):
            part = roles[role]
            kind = ""
            if m := re.search(
                r"\s+(raion|district|province|governorate|county|oblast|township|territory|region)$",
                name,
                re.IGNORECASE,
            ):
                kind, name = m[1].lower(), name[: m.start()]
            relation = "in"
            if m := re.match(
                r"(?:near|outside|around|north of|south of|east of|west of|n of|s of|e of|w of)\s+", name, re.IGNORECASE
            ):
                relation, name = "near", name[m.end() :]
            start = text.find(name, part.start, part.end)
            kinds = {"area": "province", "district": "district"}
            toponym = Toponym(
                name,
                start,
                start + len(name),
                relation,
                kind or kinds.get(role, ""),
                tuple(w for w in within if not w.startswith(name)),
            )  # type: ignore[arg-type]
            break
    return Row(roles, toponym)


def apply_row(
    document: Document,
    row: Row,
    claims: Sequence[Claim],
    place: Place | None,
    codebook: Codebook,
    country: str,
    anchor: date | None,
) -> tuple[Claim, ...]:
    """Return `claims` of a row with what its own columns say.

    The first claim is the row's own: its cells fill date, place, actors and counts, and overrule what was read
    from the narrative. Others (somebody else's figure in brackets) take date and place from the row.
    """
    if not claims:
        return ()
    text, actors = document.text, codebook.actors

    def cell(role: str) -> tuple[str, Part | None]:
        part = row.cells.get(role)
        words = text[part.start : part.end].strip() if part else ""
        return ("" if _UNKNOWN.match(words) else words), part

    result = []
    # A row is one incident: what else its narrative tells belongs to it, unless somebody else says it.
    kept = [c for n, c in enumerate(claims) if n == 0 or ((e := c.evidence_for("speaker")) is not None and e.spans)]
    for number, claim in enumerate(kept):
        if number:
            claim = replace(claim, code=kept[0].code)
        evidence = {e.field: e for e in claim.evidence}
        when, where = claim.when, claim.where
        words, part = cell("date")
        if words and part and (parsed := parse_cell_date(words, anchor)) is not None:
            when = parsed
            evidence["when"] = Evidence("when", (document.span(part.start, part.end),))
        elif part is not None and not words:
            when = When(anchor="the row's date is blank")
            evidence.pop("when", None)
        if place is not None and row.toponym is not None:
            where = (place,)
            evidence["where"] = Evidence(
                "where", (document.span(row.toponym.start, row.toponym.end),), "read", place.probability
            )
        participants = claim.participants
        counts = claim.counts
        if number == 0:
            participants = _participants(document, row, claim, actors, country, evidence)
            counts = _counts(document, row, claim, codebook, evidence)
            words, part = cell("source")
            if words and part and claim.evidence_for("speaker") is not None and not claim.evidence_for("speaker").spans:  # type: ignore[union-attr]
                claim = replace(claim, speaker=Speaker(words, speaker_kind(words)))
                evidence["speaker"] = Evidence("speaker", (document.span(part.start, part.end),))
        result.append(
            replace(
                claim,
                when=when,
                where=where,
                participants=participants,
                counts=counts,
                background=False,
                evidence=tuple(evidence.values()),
            )
        )
    return tuple(result)


def _participants(
    document: Document, row: Row, claim: Claim, actors: ActorList, country: str, evidence: dict[str, Evidence]
) -> tuple[Participant, ...]:
    sides: dict[int, list[Participant]] = {1: [], 2: []}
    for p in claim.participants:
        sides[p.side].append(p)
    for side, role in ((1, "actor1"), (2, "actor2")):
        part = row.cells.get(role)
        if part is None:
            continue
        words = document.text[part.start : part.end].strip()
        if _UNKNOWN.match(words):
            sides[side] = []
            evidence.pop(role, None)
            continue
        match = actors.match(words, country)
        if match is None or re.fullmatch(r"mine|ied|bomb|drone|shell|explosion", words, re.IGNORECASE):
            if side == 1:
                sides[side] = []
                evidence.pop(role, None)
            continue
        actor = replace(actors.actor(match, country), name=words)
        if side == 1:
            actor = replace(actor, kind=actors.initiator_kind(match))
        if claim.code in (
            "peaceful_protest",
            "protest_with_intervention",
            "excessive_force_against_protesters",
        ) and actor.kind in ("Civilians", "Rioters", "Protesters", "Identity militia"):
            actor = replace(actor, kind="Protesters")
        elif (
            claim.code in ("violent_demonstration", "mob_violence")
            and side == 1
            and actor.kind in ("Civilians", "Protesters")
        ):
            actor = replace(actor, kind="Rioters")
        sides[side] = [Participant("initiator" if side == 1 else "target", actor, side)]
        evidence[role] = Evidence(role, (document.span(part.start, part.end),))
    if claim.code in ("excessive_force_against_protesters", "protest_with_intervention"):
        first = next((p for p in (*sides[2], *sides[1]) if p.actor.kind == "Protesters"), None)
        force = next((p for p in (*sides[1], *sides[2]) if p.actor.kind not in ("Protesters", "Civilians")), None)
        if first is not None and first.side == 2:
            sides = {
                1: [replace(first, side=1, role="initiator")],
                2: [replace(force, side=2, role="target")] if force else [],
            }
            a, b = evidence.pop("actor1", None), evidence.pop("actor2", None)
            if b:
                evidence["actor1"] = replace(b, field="actor1")
            if a and force:
                evidence["actor2"] = replace(a, field="actor2")
    return (*sides[1], *sides[2])


def _counts(document: Document, row: Row, claim: Claim, codebook: Codebook, evidence: dict[str, Evidence]) -> Counts:
    values: dict[str, Count | None] = {
        n: getattr(claim.counts, n) for n in ("deaths", "injured", "detained", "abducted", "displaced")
    }
    taken = (
        "detained"
        if claim.code
        in ("arrests", "protest_with_intervention", "peaceful_protest", "excessive_force_against_protesters")
        else "abducted"
    )
    for role, name in (("deaths", "deaths"), ("injured", "injured"), ("taken", taken), ("displaced", "displaced")):
        part = row.cells.get(role)
        if part is None:
            continue
        words = document.text[part.start : part.end].strip()
        if _UNKNOWN.match(words):
            continue
        quantity = read_quantity(words, codebook.vague_counts, part.start)
        if quantity is None and re.fullmatch(r"0+|no|nil", words, re.IGNORECASE):
            values[name] = Count(0, 0, 0, words, "cell")
        elif quantity is not None:
            values[name] = replace(
                as_count(quantity, words), rule="cell" if quantity.rule == "stated" else quantity.rule
            )
        else:
            continue
        evidence[name] = Evidence(name, (document.span(part.start, part.end),))
    return Counts(**values)
