"""The sides of an event: whom its claims name, who denies it, and by whom it is disputed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tocsin.codebook import Codebook
from tocsin.linking._profile import family, fold, kin
from tocsin.linking._voices import Voice, ids
from tocsin.linking._voices import votes as count_votes
from tocsin.records import Actor, Attribution, Claim, Counts, MergedField, Participant

__all__ = ["attribution", "denies_own_part", "participants"]

_GRADES: tuple[Attribution, ...] = ("claimed", "independent", "alleged", "suspected", "none")


def participants(
    voices: Sequence[Voice], basis: Sequence[Voice], codebook: Codebook
) -> tuple[tuple[Participant, ...], list[MergedField]]:
    """The main actor of each side, listed ones before general words, and everybody beside them."""
    turned = _turned(voices, codebook)
    chosen: list[Participant] = []
    fields = []
    for side in (1, 2):
        main, field = _main(side, voices, basis, turned, codebook)
        if main is not None and field is not None:
            chosen.append(main)
            fields.append(field)
    seen = {_who(p.actor) for p in chosen}
    for voice in basis:
        for participant in voice.claim.participants:
            beside = participant.role in ("co-belligerent", "associated")
            if beside and _who(participant.actor) not in seen:
                seen.add(_who(participant.actor))
                side = 3 - participant.side if voice.claim.id in turned else participant.side
                chosen.append(replace(participant, side=side))
    return tuple(sorted(chosen, key=lambda p: (p.side, p.role in ("co-belligerent", "associated")))), fields


def _mains(claim: Claim) -> dict[int, Participant]:
    found: dict[int, Participant] = {}
    for participant in claim.participants:
        if participant.role in ("initiator", "target"):
            found.setdefault(participant.side, participant)
    return found


def _turned(voices: Sequence[Voice], codebook: Codebook) -> set[str]:
    """Claims that name the two sides the other way round than the claim that names them best."""

    def paths(claim: Claim) -> tuple[str, str]:
        mains = _mains(claim)
        one, two = (family(mains[s].actor, codebook) if s in mains else "" for s in (1, 2))
        return one, two

    votes = count_votes(voices, lambda v: paths(v.claim) if all(paths(v.claim)) else None)
    if not votes:
        return set()
    one, two = min(votes, key=lambda pair: (-round(votes[pair], 9), pair))
    turned = set()
    for voice in voices:
        mine, theirs = paths(voice.claim)
        straight = (mine and kin(mine, one)) or (theirs and kin(theirs, two))
        if not straight and ((mine and kin(mine, two)) or (theirs and kin(theirs, one))):
            turned.add(voice.claim.id)
    return turned


def _main(
    side: int, voices: Sequence[Voice], basis: Sequence[Voice], turned: set[str], codebook: Codebook
) -> tuple[Participant | None, MergedField | None]:
    def on_side(voice: Voice) -> Participant | None:
        return _mains(voice.claim).get(3 - side if voice.claim.id in turned else side)

    rule = "named before general words"
    telling = [v for v in basis if on_side(v)]
    if not any(_listed(on_side(v)) for v in telling):
        # Who it was may only be suspected, of an incident that is certain.
        suspecting = [v for v in voices if v.claim.modality == "possible" and _listed(on_side(v))]
        telling, rule = (suspecting, "only suspected") if suspecting else (telling, "general words")
    if not telling:
        return None, None
    listed = [v for v in telling if _listed(on_side(v))] or telling
    votes = count_votes(listed, lambda v: _who(p.actor) if (p := on_side(v)) else None)
    winner = min(votes, key=lambda who: (-round(votes[who], 9), who))
    bearing = [v for v in listed if (p := on_side(v)) and _who(p.actor) == winner]
    main = on_side(min(bearing, key=lambda v: v.moment))
    assert main is not None
    name = family(main.actor, codebook) if main.actor.canonical else ""
    dissent = [v for v in listed if (p := on_side(v)) and name and not kin(family(p.actor, codebook), name)]
    if side == 1:
        dissent += [v for v in voices if _denies_it_was_him(v, name, codebook)]
    else:
        dissent += _denied_to_be_hit(voices, winner)
    shown = replace(main, side=side, role="initiator" if side == 1 else "target")
    return shown, MergedField(f"actor{side}", ids(bearing), rule, bool(dissent), ids(dissent))


def _listed(participant: Participant | None) -> bool:
    return participant is not None and participant.actor.canonical is not None


def _who(actor: Actor) -> str:
    return actor.canonical or fold(actor.label or actor.name)


def _denies_it_was_him(voice: Voice, name: str, codebook: Codebook) -> bool:
    """Whether the one who is said to have done it denies it himself.

    Where nobody is named (`name` is empty), whoever rejects an accusation makes it disputed who it was.
    """
    main = _mains(voice.claim).get(1)
    if main is None or not denies_own_part(voice.claim, codebook):
        return False
    return not name or kin(family(main.actor, codebook), name)


def denies_own_part(claim: Claim, codebook: Codebook) -> bool:
    """Whether a claim is the denial of the one whom it names as initiator, and not only of a figure."""
    main = _mains(claim).get(1)
    if claim.modality != "denied" or claim.counts != Counts() or main is None:
        return False
    if claim.speaker.canonical and main.actor.canonical:
        speaker = family(Actor(claim.speaker.name, claim.speaker.canonical), codebook)
        return kin(speaker, family(main.actor, codebook))
    return fold(claim.speaker.name) == fold(main.actor.name)


def _denied_to_be_hit(voices: Sequence[Voice], winner: str) -> list[Voice]:
    """Asserted claims that name another target than `winner`, where it is denied that this one was hit, and denials."""
    hit = {v.claim.id: _who(p.actor) for v in voices if (p := _mains(v.claim).get(2))}
    denied = [v for v in voices if v.claim.modality == "denied" and hit.get(v.claim.id, winner) != winner]
    refused = {hit[v.claim.id] for v in denied}
    saying = [v for v in voices if v.claim.modality == "asserted" and hit.get(v.claim.id) in refused]
    refused = {hit[v.claim.id] for v in saying}
    return [*saying, *(v for v in denied if hit[v.claim.id] in refused)]


def attribution(voices: Sequence[Voice], participants: Sequence[Participant], codebook: Codebook) -> Attribution:
    """The best grade among the claims that name the initiator that was chosen."""
    main = next((p for p in participants if p.side == 1 and p.role == "initiator"), None)
    if main is None:
        return "none"
    name = family(main.actor, codebook)
    grades: list[Attribution] = ["none"]
    for voice in voices:
        named = _mains(voice.claim).get(1)
        if voice.claim.modality in ("asserted", "possible") and named and kin(family(named.actor, codebook), name):
            doubtful = voice.claim.modality == "possible" and voice.claim.attribution != "none"
            grades.append("suspected" if doubtful else voice.claim.attribution)
    return min(grades, key=_GRADES.index)
