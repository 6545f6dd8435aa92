"""What reviewers said about fields, put into claims before they are merged. The claims themselves stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import cast, get_args

from tocsin.codebook import Codebook
from tocsin.errors import CodebookError, UsageError
from tocsin.records import (
    Actor,
    Attribution,
    Claim,
    Count,
    Evidence,
    Judgement,
    Modality,
    Participant,
    Place,
    When,
    from_json,
)

__all__ = ["COUNTS", "corrected", "is_judged"]

JUDGED = "judgement"
"""What the basis of a field begins with that a reviewer put in."""

COUNTS = ("deaths", "injured", "detained", "abducted", "displaced")
_ACTORS = {"actor1": 1, "actor2": 2}


def corrected(claim: Claim, judgements: Iterable[Judgement], codebook: Codebook) -> Claim:
    """`claim` with its ``correct`` judgements put in and its rejected fields emptied, and evidence that says so.

    Values are as a person writes them: a code's id or label; ``3``, ``1-3`` or empty for a count; a day, a month, or
    ``day/day`` for a date; a name for an actor; or the record as JSON.

    Raises
    ------
    UsageError
        If a value cannot be read; the message names the judgement and its field.
    """
    for judgement in judgements:
        if judgement.verdict == "correct" and judgement.field:
            claim = _shown(_put(claim, judgement, judgement.value.strip(), codebook), judgement)
        elif judgement.verdict == "reject" and judgement.field:
            claim = _shown(_put(claim, judgement, "", codebook), judgement)
    return claim


def _shown(claim: Claim, judgement: Judgement) -> Claim:
    """`claim` with the judgement as the basis of its field: the words it was read from are not what it rests on now."""
    field = "type" if judgement.field == "code" else judgement.field
    basis = f"{JUDGED} {judgement.id}"
    return replace(claim, evidence=(*(e for e in claim.evidence if e.field != field), Evidence(field, (), basis)))


def is_judged(claim: Claim, field: str) -> bool:
    """Whether a reviewer put in what `claim` has for the merged field called `field`."""
    evidence = claim.evidence_for("type" if field == "code" else field)
    return evidence is not None and evidence.basis.startswith(JUDGED)


def _put(claim: Claim, judgement: Judgement, value: str, codebook: Codebook) -> Claim:
    field = judgement.field
    try:
        if field in COUNTS:
            return replace(claim, counts=replace(claim.counts, **{field: _count(value)}))
        if field in _ACTORS:
            return replace(claim, participants=_with_actor(claim, _ACTORS[field], value))
        if field == "code":
            return replace(claim, code=_code(value, codebook))
        if field == "when":
            return replace(claim, when=_when(value))
        if field == "where":
            return replace(claim, where=_where(value))
        if field == "weapon":
            return replace(claim, weapon=value)
        if field == "modality":
            return replace(claim, modality=cast(Modality, _one_of(value or "asserted", get_args(Modality))))
        if field == "attribution":
            return replace(claim, attribution=cast(Attribution, _one_of(value or "none", get_args(Attribution))))
        if field == "background":
            return replace(claim, background=_one_of(value or "false", ("true", "false")) == "true")
    except (ValueError, CodebookError) as error:
        raise UsageError(f"judgement {judgement.id}, field {field!r}: {error}") from error
    known = ", ".join((*COUNTS, *_ACTORS, "code", "when", "where", "weapon", "modality", "attribution", "background"))
    raise UsageError(f"judgement {judgement.id}: no field {field!r} can be corrected; there are: {known}")


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"{value!r} is none of: {', '.join(known)}")
    return value


def _count(value: str) -> Count | None:
    if not value or value == "unknown":
        return None
    if value.startswith("{"):
        return from_json(value, Count)
    low, _, high = value.partition("-")
    if not low.strip().isdigit() or (high and not high.strip().isdigit()):
        raise ValueError(f"{value!r} is no count; write 3, or 1-3, or nothing where it is unknown")
    if not high:
        return Count(int(low), int(low), int(low), value, "judgement")
    return Count(int(low), int(low), int(high), value, "judgement")


def _when(value: str) -> When:
    if not value or value == "unknown":
        return When()
    if value.startswith("{"):
        return from_json(value, When)
    try:
        if len(value) == 7:
            first = date.fromisoformat(f"{value}-01")
            last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            return When(first, last, "month", anchor="judgement")
        first_day, _, last_day = value.partition("/")
        first = date.fromisoformat(first_day)
        return When(first, date.fromisoformat(last_day) if last_day else first, "day", anchor="judgement")
    except ValueError:
        raise ValueError(f"{value!r} is no date; write 2024-03-12, 2024-03-12/2024-03-14 or 2024-03") from None


def _where(value: str) -> tuple[Place, ...]:
    if not value or value == "unknown":
        return ()
    if value.startswith("["):
        return from_json(value, tuple[Place, ...])
    return (from_json(value, Place),) if value.startswith("{") else (Place(value, value),)


def _code(value: str, codebook: Codebook) -> str | None:
    if not value:
        return None
    return value if value in codebook.codes else codebook.by_label(value).id


def _with_actor(claim: Claim, side: int, value: str) -> tuple[Participant, ...]:
    others = tuple(p for p in claim.participants if p.side != side or p.role not in ("initiator", "target"))
    if not value or value == "unknown":
        return others
    actor = from_json(value, Actor) if value.startswith("{") else Actor(value, None, value)
    main = Participant("initiator" if side == 1 else "target", actor, side)
    return (main, *others) if side == 1 else (*others, main)
