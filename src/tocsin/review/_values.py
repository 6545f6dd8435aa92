"""Values as reviewers write them, made into what a judgement keeps: it must mean the same next year."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import get_args

from tocsin.codebook import Codebook
from tocsin.interfaces import Gazetteer
from tocsin.linking import COUNTS
from tocsin.records import Actor, ActorKind, Claim, Count, Toponym, to_json

__all__ = ["kept_value", "shown_value"]

_MORE = re.compile(r"(?:at least\s+(\d+)|(\d+)\s*\+)", re.IGNORECASE)
_UP_TO = re.compile(r"(?:up to|at most)\s+(\d+)", re.IGNORECASE)
_KIND = re.compile(r"\(([^()]+)\)\s*$")
_COMMA = re.compile(r"[,،]")
_UNKNOWN = ("unknown", "")


def kept_value(field: str, value: str, claim: Claim, codebook: Codebook, places: Callable[[], Gazetteer]) -> str:
    """`value` as a judgement keeps it: codes by their id, places and actors as they are found now.

    Parameters
    ----------
    field : str
        One of :data:`tocsin.review.FIELDS`.
    value : str
        As written; ``unknown`` empties the field.
    claim : Claim
        The claim it is about, for the country of names that several places or actors share.
    codebook : Codebook
    places : callable
        Opens the gazetteer, which takes a while and is needed for places only.

    Raises
    ------
    ValueError
        If a place is not known, or an actor's kind is none; what else cannot be read, linking says.
    """
    value = " ".join(value.split())
    if value.casefold() in _UNKNOWN or value.startswith(("{", "[")):
        return "unknown" if value.casefold() in _UNKNOWN else value
    if field in COUNTS:
        return _count(value)
    if field == "where":
        return _place(value, claim, places())
    if field in ("actor1", "actor2"):
        return _actor(value, claim, codebook)
    if field == "code":
        # "Battles: Armed clash", as it is shown.
        return value.rpartition(": ")[2]
    if field == "background":
        return {"yes": "true", "no": "false"}.get(value.casefold(), value.casefold())
    return value.casefold() if field in ("modality", "attribution") else value


def shown_value(value: str) -> str:
    """A kept value as a person reads it: the name of a place or an actor, else as it is."""
    if not value.startswith("{"):
        return value
    import msgspec

    try:
        kept = msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value
    return str(kept.get("label") or kept.get("name") or kept.get("words") or value)


def _count(value: str) -> str:
    figure = value.replace("–", "-").replace("—", "-").replace(" - ", "-")
    if more := _MORE.fullmatch(figure):
        least = int(more[1] or more[2])
        return to_json(Count(least, least, None, value, "judgement"))
    if most := _UP_TO.fullmatch(figure):
        return to_json(Count(None, int(most[1]), int(most[1]), value, "judgement"))
    return figure


def _place(value: str, claim: Claim, places: Gazetteer) -> str:
    name, *within = [part.strip() for part in _COMMA.split(value) if part.strip()] or [value]
    if not places.knows(name):
        raise ValueError(
            f"{value!r}: no gazetteer has a place called {name!r}; write it as tocsin places finds it, or add it with "
            "tocsin gazetteer add"
        )
    toponym = Toponym(name, 0, len(name), within=tuple(within))
    [found] = places.resolve([toponym], _countries(claim))
    if not found.gazetteer_id:
        raise ValueError(f"{value!r}: none of the places called {name!r} lies there; name what it lies in")
    return to_json(found)


def _countries(claim: Claim) -> Sequence[str]:
    return tuple(dict.fromkeys(place.country for place in claim.where if place.country))


def _actor(value: str, claim: Claim, codebook: Codebook) -> str:
    told = _KIND.search(value)
    kinds = {kind.casefold(): kind for kind in get_args(ActorKind)}
    kind = kinds.get(told[1].casefold()) if told else None
    name = value[: told.start()].strip() if told and kind else value
    match = codebook.actors.match(name, next(iter(_countries(claim)), ""))
    if match is not None:
        actor = codebook.actors.actor(match, next(iter(_countries(claim)), ""))
        return to_json(Actor(name, actor.canonical, actor.label, kind or actor.kind, actor.country))
    return to_json(Actor(name, None, name, kind))
