"""Incidents to claims: each voice's assertion about an incident is one claim, with evidence for every field.

What a voice leaves out (the place, the day, the type of an event whose toll alone is disputed) is taken from its
incident and marked as inferred.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tocsin.codebook import Codebook
from tocsin.coding._actors import ActorReader, Named, is_armed
from tocsin.coding._counts import Quantity, add, as_count
from tocsin.coding._event_dates import is_of_statement
from tocsin.coding._event_places import BESIDE, OF_HEADING, EventPlaces, Located, as_one, division_of, is_area
from tocsin.coding._families import DEMONSTRATIONS, TERRITORY
from tocsin.coding._incidents import Draft, Incident, Story, is_past
from tocsin.coding._mentions import Mention
from tocsin.coding._patterns import vocabulary
from tocsin.coding._sentences import Parsed
from tocsin.coding._voices import Voice, Voices, as_speaker
from tocsin.records import (
    Actor,
    ActorKind,
    Attribution,
    Claim,
    Count,
    Counts,
    Document,
    Evidence,
    Participant,
    Place,
    Role,
    Span,
    Speaker,
    When,
    content_id,
)

__all__ = ["Located", "build_claims"]

_PATTERNS = vocabulary("incidents").patterns
_READ, _SAME = "read", "inferred: same incident"
# Where civilians do something rather than suffer it.
_CIVILIANS_ACT = DEMONSTRATIONS | {"agreement", "mob_violence"}
# Types with two armed sides, of which a text may leave the other to the reader.
_TWO_SIDED = TERRITORY | {"armed_clash", "non_violent_transfer_of_territory"}
# These too where a state does them.
_FROM_AFAR = frozenset({"air_drone_strike", "shelling_artillery_missile_attack"})
_OF_STATE = frozenset({"State forces", "External/Other forces"})
# These are named in many stories as those who comment or come afterwards.
_SELDOM_FIGHTING = frozenset({"government", "police"})
_ONLY_ENEMY = "inferred: the only enemy that the story names"
# As many actors a side as a row has room for: the main one and two beside it.
_ACTORS = 3


def build_claims(
    parsed: Parsed,
    mentions: Sequence[Mention],
    actors: ActorReader,
    located: Sequence[Located],
    codebook: Codebook,
    anchor: date | None,
    coder: str,
) -> tuple[Claim, ...]:
    """Return the claims of a document, in the order a reader meets them.

    Parameters
    ----------
    parsed : Parsed
    mentions : sequence of Mention
        Those of the document, in order.
    actors : ActorReader
    located : sequence of Located
        Its place names, in order.
    codebook : Codebook
    anchor : date or None
        The day of publication.
    coder : str
        Name and version, for the record.
    """
    document = parsed.document
    places = EventPlaces(document.text, actors, located)
    story = Story(parsed, Voices(document, actors), places, codebook, anchor)
    story.tell(mentions)
    builder = _Builder(document, actors, story, anchor, coder)
    claims = [builder.claim(incident, draft) for incident in story.incidents for draft in incident.drafts]
    claims += [builder.claim_alone(mention, voice) for mention, voice in story.alone]
    return _identified(sorted(claims, key=lambda c: c.trigger.start))


def _identified(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Give each claim its id: text, trigger, speaker, and an ordinal among equals."""
    seen: dict[tuple[str, ...], int] = {}
    result = []
    for claim in claims:
        speaker = claim.evidence_for("speaker")
        at = speaker.spans[0] if speaker is not None and speaker.spans else None
        key = (claim.text_hash, f"{claim.trigger.start}:{claim.trigger.end}", f"{at.start}:{at.end}" if at else "")
        seen[key] = seen.get(key, -1) + 1
        result.append(replace(claim, id=content_id("c", *key, str(seen[key]))))
    return tuple(result)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Makes the claims of one document."""

    document: Document
    actors: ActorReader
    story: Story
    anchor: date | None
    coder: str

    def claim(self, incident: Incident, draft: Draft) -> Claim:
        """What one voice says of an incident."""
        first = draft.mentions[0]
        speaker = as_speaker(draft.voice)
        when, when_evidence = self._when(draft, incident)
        where, where_evidence = self._where(draft, incident)
        participants, who = self._participants(draft, incident, where[0].country if where else "")
        counts, how_many = self._counts(draft.mentions)
        weapon = next((m.weapon for m in draft.mentions if m.weapon), None)
        attribution, attribution_evidence = self._attribution(draft, participants, speaker)
        evidence = (
            self._type_evidence(draft),
            self._speaker_evidence(draft.voice),
            when_evidence,
            where_evidence,
            *who,
            *how_many,
            Evidence("weapon", (self._span(weapon),)) if weapon else None,
            self._modality_evidence(draft),
            attribution_evidence,
        )
        return Claim(
            id="",
            document_id=self.document.id,
            text_hash=self.document.text_hash,
            trigger=self._span(first.trigger),
            code=incident.code,
            modality=draft.modality,
            outcome=first.outcome,
            background=incident.background or is_past(when, self.anchor),
            participants=participants,
            attribution=attribution,
            when=when,
            where=where,
            where_extent="each of" if len(where) > 1 else "one of",
            counts=counts,
            weapon=self.document.text[slice(*weapon)].lower() if weapon else "",
            speaker=speaker,
            evidence=tuple(e for e in evidence if e is not None),
            coder=self.coder,
            score=round(_probability(max(m.score for m in draft.mentions)), 3),
        )

    def claim_alone(self, mention: Mention, voice: Voice) -> Claim:
        """A claim about no incident: a threat, a plan, a habit, a total."""
        where, basis = self._where_alone(mention)
        incident = Incident.of(mention, where)
        incident.where_basis = basis
        incident.initiator = self._initiator_alone(mention, voice)
        if mention.time is not None and mention.time.when.start is None:
            incident.time = None
        claim = self.claim(
            incident, Draft(voice, mention.modality, [replace(mention, initiator=tuple(incident.initiator))])
        )
        if mention.modality == "generic" and mention.total and mention.code is None:
            claim = replace(claim, counts=Counts(), participants=())
        return replace(claim, background=False)

    def _where_alone(self, mention: Mention) -> tuple[tuple[Located, ...], str]:
        """Its own place, or that of the incident told beside it, with the rule that gave it.

        A total is of a whole area: it takes the division of that incident, and only where it points at an area.
        """
        if where := self.story.places.of(mention):
            return where, _READ
        if where := self.story.places.of_heading(mention):
            return where, OF_HEADING
        if mention.total and not _PATTERNS["the_area"].search(mention.sentence.text):
            return (), ""
        beside = [i for i in self.story.incidents if i.where and self.story.is_near(i, mention)]
        before = [i for i in beside if i.first <= mention.sentence.index] or beside
        where = max(before, key=lambda i: i.first).where if before else ()
        return (tuple(filter(None, map(division_of, where[:1]))) if mention.total else where), BESIDE

    def _initiator_alone(self, mention: Mention, voice: Voice) -> Sequence[Named]:
        """Who does it; "the gunmen" are the ones named before, and who threatens or plans is who would do it."""
        doers: Sequence[Named] = mention.initiator
        if doers and doers[0].generic:
            before = self.document.text[max(0, doers[0].start - 4) : doers[0].end]
            incidents = (i for i in reversed(self.story.incidents) if i.initiator and not i.background)
            known = next((i.initiator[0] for i in incidents), None)
            if known is not None and _PATTERNS["the_ones"].search(before):
                return [replace(known, basis="inferred: the ones named before")]
        ahead = mention.modality in ("planned", "threatened")
        if ahead and not doers and voice.actor is not None and is_armed(voice.actor.kind):
            return [Named(voice.actor, voice.start, voice.end, "inferred: the speaker")]
        return doers

    def _span(self, at: tuple[int, int]) -> Span:
        return self.document.span(*at)

    def _type_evidence(self, draft: Draft) -> Evidence:
        own = next((m for m in draft.mentions if m.own_type), None)
        if own is None:
            return Evidence("type", (self._span(draft.mentions[0].trigger),), _SAME)
        return Evidence("type", (self._span(own.trigger),), "read", round(_probability(own.score), 3))

    def _speaker_evidence(self, voice: Voice) -> Evidence:
        if voice.own:
            return Evidence("speaker", (), "inferred: the document's own voice")
        return Evidence("speaker", (self._span((voice.start, voice.end)),))

    def _modality_evidence(self, draft: Draft) -> Evidence | None:
        if draft.modality == "asserted":
            return None
        said = next((m.modality_span for m in draft.mentions if m.modality_span), None)
        return Evidence("modality", (self._span(said or draft.mentions[0].trigger),))

    # -- when --

    def _when(self, draft: Draft, incident: Incident) -> tuple[When, Evidence | None]:
        """The first day the voice names; else the incident's; else what is vague of its own."""
        of_incident = incident.time if incident.time is not None and incident.time.when.start is not None else None
        own = [m.time for m in draft.mentions if m.time is not None]
        dated = [t for t in own if t.when.start is not None]
        if of_incident is not None and not is_of_statement(of_incident):
            dated = [t for t in dated if not is_of_statement(t)]
        if dated:
            time, basis = dated[0], "read"
        elif of_incident is not None:
            time, basis = of_incident, _SAME
        elif own:
            time, basis = own[0], "read"
        else:
            return When(), None
        return time.when, Evidence("when", (self._span((time.start, time.end)),), basis)

    # -- where --

    def _where(self, draft: Draft, incident: Incident) -> tuple[tuple[Place, ...], Evidence | None]:
        """Where the voice says it was; what names only a country gives way to where the incident was."""
        own = next((w for m in draft.mentions if (w := self.story.places.of(m))), ())
        chosen, basis = own, _READ
        if incident.where and (
            not own or (is_area(own) and (draft.modality == "denied" or not is_area(incident.where)))
        ):
            chosen, basis = incident.where, incident.where_basis or _SAME
        if not chosen:
            return (), None
        spans = tuple(self._span((x.toponym.start, x.toponym.end)) for x in chosen)
        places = as_one(chosen)
        return places, Evidence("where", spans, basis, places[0].probability)

    # -- who --

    def _participants(
        self, draft: Draft, incident: Incident, country: str
    ) -> tuple[tuple[Participant, ...], list[Evidence]]:
        doers, did = self._doers(draft, incident)
        own = next((m.target for m in draft.mentions if m.target), ())
        if own and incident.target and _says_who_less(own[0].actor, incident.target[0].actor):
            own = ()
        done_to, suffered = (own, "") if own or not incident.target else (incident.target, _SAME)
        doers = [self.actors.at(n, country) for n in doers]
        done_to = [self.actors.at(n, country) for n in done_to]
        claimant = draft.voice.actor
        if draft.mentions[0].claimed and claimant is not None and draft.modality == "asserted":
            doers, did = [Named(claimant, draft.voice.start, draft.voice.end)], ""
        kept, targets = _sides(incident.code, doers, done_to)
        by_state = bool(kept) and kept[0].actor.kind in _OF_STATE
        if kept and not targets and incident.code in (_TWO_SIDED | _FROM_AFAR if by_state else _TWO_SIDED):
            other = self._only_enemy(kept[0], draft)
            targets, suffered = ([self.actors.at(other, country)], other.basis) if other is not None else ([], suffered)
        first, first_evidence = self._side(1, kept, ("initiator", "co-belligerent"), did)
        second, second_evidence = self._side(2, targets, ("target", "associated"), suffered)
        return (*first, *second), [*first_evidence, *second_evidence]

    def _only_enemy(self, doer: Named, draft: Draft) -> Named | None:
        """The other side of a fight or a capture that names one: the only enemy of the doer in the same story.

        State forces are each other's enemies in no story that does not say so, and neither is who only speaks.
        """
        if not is_armed(doer.actor.kind):
            return None
        start, end = self._story_around(draft.mentions[0])
        of_state = doer.actor.kind in _OF_STATE
        found: dict[str, Named] = {}
        for match in self.actors.within(start, end):
            if not is_armed(match.kind) or (match.generic and not match.force) or match.force in _SELDOM_FIGHTING:
                continue
            if (match.kind in _OF_STATE) == of_state or (draft.voice.start <= match.start < draft.voice.end):
                continue
            named = self.actors.named(match, _ONLY_ENEMY)
            found.setdefault(_identity(named.actor), named)
        return next(iter(found.values())) if len(found) == 1 else None

    def _story_around(self, mention: Mention) -> tuple[int, int]:
        """Where the list item, or what stands under one heading, begins and ends that a mention is told in."""
        block = [s for s in self.story.sentences if s.block == mention.sentence.block]
        return block[0].start, block[-1].end

    def _doers(self, draft: Draft, incident: Incident) -> tuple[Sequence[Named], str]:
        """Who did it, and the rule where it is not the voice that says so."""
        doers = next((m.initiator for m in draft.mentions if m.initiator), ())
        if not incident.initiator:
            return doers, ""
        if doers and doers[0].generic:
            # "The gunmen" are those whom the incident names.
            words = self.document.text[max(0, doers[0].start - 4) : doers[0].end].lstrip().lower()
            return (incident.initiator, _SAME) if words.startswith("the ") else (doers, "")
        return (doers, "") if doers else (incident.initiator, _SAME)

    def _side(
        self, side: int, named: Sequence[Named], roles: tuple[Role, Role], basis: str
    ) -> tuple[list[Participant], list[Evidence]]:
        """One side of a claim: the main actor, those beside it, and evidence for the main one."""
        participants = [
            Participant(roles[0] if number == 0 else roles[1], n.actor, side)
            for number, n in enumerate(named[:_ACTORS])
        ]
        evidence = [Evidence(f"actor{side}", (self._span((n.start, n.end)),), basis or n.basis) for n in named[:1]]
        return participants, evidence

    def _attribution(
        self, draft: Draft, participants: Sequence[Participant], speaker: Speaker
    ) -> tuple[Attribution, Evidence | None]:
        """Who holds the initiator responsible, and how surely."""
        doer = next((p.actor for p in participants if p.role == "initiator"), None)
        if doer is None:
            return "none", None
        first = draft.mentions[0]
        spans = (self._span(first.trigger),)
        itself = speaker.canonical and speaker.canonical == doer.canonical
        if first.claimed or (itself and draft.modality == "asserted"):
            return "claimed", Evidence("attribution", spans, "read: the actor says so itself")
        suspected = next((m.suspected for m in draft.mentions if m.suspected), None)
        if suspected or draft.modality == "possible":
            doubt = (self._span(suspected),) if suspected else spans
            return "suspected", Evidence("attribution", doubt, "read: a word of doubt")
        if speaker.kind in ("party", "security") or (speaker.kind == "official" and speaker.canonical):
            return "alleged", Evidence("attribution", spans, "inferred: said by a party")
        return "independent", Evidence("attribution", spans, "inferred: said by no party")

    # -- how many --

    def _counts(self, mentions: Sequence[Mention]) -> tuple[Counts, list[Evidence]]:
        values: dict[str, Count] = {}
        evidence: list[Evidence] = []
        for name in ("deaths", "injured", "detained", "abducted", "displaced"):
            parts = _parts(name, mentions)
            if not parts:
                continue
            total = parts[0]
            for part in parts[1:]:
                total = add(total, part)
            words = " + ".join(self.document.text[q.start : q.end].strip() for q in parts)
            values[name] = as_count(total, words)
            stated = [q.rule for q in parts] == ["stated"]
            spans = tuple(self._span((q.start, q.end)) for q in parts)
            evidence.append(Evidence(name, spans, "read" if stated else f"read: {total.rule}"))
        return Counts(**values), evidence


def _parts(name: str, mentions: Sequence[Mention]) -> list[Quantity]:
    """The quantities that make up a toll: the first, and what is on top of it; offsets in the document."""
    parts: list[Quantity] = []
    for mention in mentions:
        quantity = mention.counts.get(name)
        if quantity is None:
            continue
        offset = mention.sentence.offset
        part = replace(quantity, start=quantity.start + offset, end=quantity.end + offset)
        same_sentence = mention.sentence.index == mentions[0].sentence.index
        if not parts:
            parts = [part]
        elif part.rule == "bare plural":
            continue  # "villagers were killed" adds no number
        elif parts[0].rule == "bare plural":
            parts = [part]
        elif part.more or same_sentence:
            parts.append(part)
    return parts


def _sides(
    code: str | None, doers: Sequence[Named], done_to: Sequence[Named]
) -> tuple[Sequence[Named], Sequence[Named]]:
    """Who belongs on which side of an event of a type; nobody on both."""
    kept: Sequence[Named] = [d for d in doers if d.actor.kind != "Civilians" or code in _CIVILIANS_ACT]
    if code == "agreement":
        kept, done_to = _parties([*kept, *done_to])
    if code in DEMONSTRATIONS:
        kept, done_to = _demonstration("Rioters" if code == "violent_demonstration" else "Protesters", kept, done_to)
    if code == "disrupted_weapons_use":
        done_to = [d for d in done_to if is_armed(d.actor.kind)]
    main = {_identity(d.actor) for d in kept[:1]}
    named = {d.start for d in kept}
    targets = [
        t for t in done_to if _identity(t.actor) not in main or (t.actor.canonical is None and t.start not in named)
    ]
    return kept, targets


def _says_who_less(one: Actor, other: Actor) -> bool:
    """Whether `one` is people in general, and `other` those in arms whom the incident names: "eleven bodies"."""
    return is_armed(other.kind) and _PATTERNS["anybody"].fullmatch(one.name) is not None


def _parties(signed: Sequence[Named]) -> tuple[list[Named], list[Named]]:
    """The two sides of an agreement: the first party with those of its kind of state, and the others."""
    first = signed[:1]
    beside = [s for s in signed[1:] if first[0].actor.kind == s.actor.kind == "State forces"]
    others = [s for s in signed[1:] if s not in beside]
    return ([*first, *beside], others) if others else (list(first), beside)


def _identity(actor: Actor) -> str:
    return actor.canonical or actor.name.lower()


def _demonstration(
    kind: ActorKind, doers: Sequence[Named], done_to: Sequence[Named]
) -> tuple[list[Named], list[Named]]:
    """Demonstrators are side 1 even where they are shot at."""
    everybody = (*doers, *done_to)
    people = [x for x in everybody if x.actor.kind in ("Protesters", "Rioters", "Civilians")]
    people.sort(key=lambda x: (x.actor.kind != kind, x.start))
    forces = [x for x in everybody if is_armed(x.actor.kind)]
    return [replace(x, actor=replace(x.actor, kind=kind)) for x in people[:1]], forces[:1]


def _probability(score: float) -> float:
    """A score between 0 and 1 out of log odds with cues added."""
    return min(0.99, max(0.05, 1 / (1 + math.exp(-score))))
