"""Mentions to claims: which mentions are about one incident, and who says what of it.

A document tells an incident in headline, lead and body, and lets several people speak of it. Its mentions are
gathered into incidents first; each speaker's assertion about an incident is then one claim, and what a mention
leaves out (the place, the day, the type of an event whose toll alone is disputed) is taken from its incident and
marked as inferred.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tocsin.codebook import Codebook
from tocsin.coding._actors import ActorReader, Named, is_armed
from tocsin.coding._counts import Quantity, add, as_count
from tocsin.coding._dates import TimeExpression
from tocsin.coding._mentions import Mention
from tocsin.coding._sentences import Parsed
from tocsin.coding._speech import speaker_kind
from tocsin.records import (
    Actor,
    Attribution,
    Claim,
    Count,
    Counts,
    Document,
    Evidence,
    Participant,
    Place,
    Span,
    Speaker,
    Toponym,
    When,
    content_id,
)

__all__ = ["Located", "Voice", "build_claims"]

_SAME = "inferred: same incident"
_INCIDENT = ("asserted", "denied", "possible")


@dataclass(frozen=True, slots=True)
class Located:
    """A toponym with the place it was resolved to."""

    toponym: Toponym
    place: Place


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks in a mention. `start` is -1 where the document speaks for itself."""

    name: str
    start: int
    end: int
    actor: Actor | None = None

    @property
    def own(self) -> bool:
        return self.start < 0


@dataclass(slots=True)
class _Draft:
    voice: Voice
    mentions: list[Mention] = field(default_factory=list)
    modality: str = "asserted"


@dataclass(slots=True)
class _Incident:
    code: str | None
    specific: bool
    time: TimeExpression | None
    where: list[Located]
    initiator: list[Named]
    target: list[Named]
    block: int
    background: bool
    drafts: list[_Draft] = field(default_factory=list)
    title_only: bool = False
    last: int = 0


_VIOLENT = frozenset(
    {"armed_clash", "attack", "suicide_bomb", "shelling_artillery_missile_attack", "air_drone_strike", "remote_explosive_landmine_ied",
     "grenade", "chemical_weapon", "abduction_forced_disappearance", "sexual_violence", "government_regains_territory",
     "non_state_actor_overtakes_territory", "mob_violence", "looting_property_destruction", "excessive_force_against_protesters",
     "violent_demonstration"}
)  # fmt: skip
# Types between which one incident is often told: the second names it loosely, or names another side of it.
_TOLD_AS: tuple[frozenset[str], ...] = (
    frozenset({"armed_clash", "attack", "government_regains_territory", "non_state_actor_overtakes_territory"}),
    frozenset({"attack", "abduction_forced_disappearance", "looting_property_destruction"}),
    frozenset({"remote_explosive_landmine_ied", "suicide_bomb"}),
    frozenset({"shelling_artillery_missile_attack", "air_drone_strike"}),
    frozenset(
        {"peaceful_protest", "protest_with_intervention", "excessive_force_against_protesters", "violent_demonstration"}
    ),
    frozenset({"mob_violence", "violent_demonstration", "looting_property_destruction"}),
    frozenset({"non_violent_transfer_of_territory", "change_to_group_activity"}),
    frozenset({"arrests", "disrupted_weapons_use"}),
    frozenset({"armed_clash", "abduction_forced_disappearance"}),
    *(
        frozenset({"attack", code})
        for code in (
            "suicide_bomb",
            "remote_explosive_landmine_ied",
            "grenade",
            "shelling_artillery_missile_attack",
            "air_drone_strike",
            "sexual_violence",
            "mob_violence",
            "chemical_weapon",
        )
    ),
)
_DEMONSTRATIONS = frozenset(
    {"peaceful_protest", "protest_with_intervention", "excessive_force_against_protesters", "violent_demonstration"}
)
_LOOSE = frozenset({"attack", "armed_clash"})


def _compatible(a: str | None, b: str | None) -> bool:
    if a is None or b is None or a == b:
        return True
    return any(a in group and b in group for group in _TOLD_AS)


class _Teller:
    def __init__(
        self, parsed: Parsed, actors: ActorReader, located: Sequence[Located], codebook: Codebook, anchor: date | None
    ) -> None:
        self.parsed = parsed
        self.document: Document = parsed.document
        self.actors = actors
        self.located = located
        self.codebook = codebook
        self.anchor = anchor
        self.incidents: list[_Incident] = []
        self.alone: list[tuple[Mention, Voice]] = []
        self.voices: list[Voice] = []
        self.own = self.document.origin or self.document.source or self.document.title
        self.items = any(s.part.kind == "item" for s in parsed.sentences)

    # -- voices --

    def voice(self, mention: Mention) -> Voice:
        frame = mention.segment.frame
        offset = mention.sentence.offset
        if mention.claimed or mention.modality == "threatened":
            doer = mention.initiator[0] if mention.initiator else None
            if frame is not None and frame.speaker and frame.saying in ("claims", "says", "denies", "threatens"):
                pass
            elif doer is not None:
                return Voice(doer.actor.label or doer.actor.name, doer.start, doer.end, doer.actor)
        if frame is None or not frame.speaker:
            return Voice(self.own, -1, -1)
        start, end = offset + frame.speaker_start, offset + frame.speaker_end
        name = frame.speaker
        words = name.lower()
        if words in ("he", "she", "they", "it", "who", "we", "i", "which", "that"):
            return next((v for v in reversed(self.voices) if not v.own), Voice(self.own, -1, -1))
        m = re.match(r"[Tt]he (?:\w+ ){0,2}?(?P<head>[a-z]+)$", name)
        if m:
            head = m["head"]
            earlier = next(
                (
                    v
                    for v in reversed(self.voices)
                    if not v.own and re.search(rf"\b{re.escape(head)}\b", v.name.lower())
                ),
                None,
            )
            if earlier is not None:
                return earlier
        named = next((x for x in self.actors.within(start, end) if not x.generic), None)
        generic = next((x for x in self.actors.within(start, end) if x.generic and x.force), None)
        actor = None
        if named is not None and (
            named.end >= end - 1 or named.text == name or words.startswith(("the ", named.text.lower()))
        ):
            actor = self.actors.named(named).actor
        elif generic is not None and self.actors.country:
            actor = self.actors.named(generic).actor
        if re.fullmatch(r"(?:the |its )?(?:force|group|organi[sz]ation|movement|militia)", words):
            group = self.actors.last_group(start)
            if group is not None:
                named_group = self.actors.named(group)
                return Voice(named_group.actor.label, start, end, named_group.actor)
        return Voice(name, start, end, actor)

    def same_voice(self, a: Voice, b: Voice) -> bool:
        if a.own or b.own:
            return a.own and b.own
        if a.actor is not None and b.actor is not None and a.actor.canonical and a.actor.canonical == b.actor.canonical:
            # "a security source in the force" and "the force" speak for one side, "police" and "the army" do not.
            return True
        return a.name.lower().removeprefix("the ") == b.name.lower().removeprefix("the ") or (a.start == b.start)

    # -- places --

    _FROM = re.compile(
        r"\b(?:from|native of|originally from|born in|based in|resident of|residents of|fled to|flee to|taken to|rushed to|toward|towards|to|telephone from|hospital in|hospitals in|left for|capital)\s+(?:the\s+)?(?:(?:town|city|village|nearby) (?:of )?)?$",
        re.IGNORECASE,
    )

    def where(self, mention: Mention) -> list[Located]:
        frame = mention.segment.frame
        offset = mention.sentence.offset
        text = self.document.text
        ranked: list[tuple[float, int, Located]] = []
        inside = [x for x in self.located if mention.start <= x.toponym.start < mention.end]
        if not inside:
            # The other stretches of the sentence: "In the north, A happened, while B did."
            inside = [x for x in self.located if mention.sentence.start <= x.toponym.start < mention.sentence.end]
        contained = {w.lower() for x in inside for w in x.toponym.within}
        for x in inside:
            t = x.toponym
            if frame is not None and offset + frame.speaker_start <= t.start < offset + frame.speaker_end:
                continue
            before = text[max(0, t.start - 60) : t.start]
            if any(
                m.force == "state" and m.start <= t.start < m.end for m in self.actors.within(t.start, t.end)
            ) and not re.search(r"\b(?:in|near|at|outside|across)\s+(?:\w+ )?$", before):
                continue
            if t.relation == "line" and re.search(
                r"\b(?:came|come|coming|arrived|travel\w+|drove|driving|fled|fleeing|rode|walked|moved|advanc\w+|withdrew|returning|return\w*|on (?:his|her|their) way)\b[^.;,]{0,40}$",
                before,
            ):
                continue
            score = {"in": 0.0, "near": -0.2, "line": -0.8}[t.relation]
            if re.search(
                r"\b(?:in|at|near|on|outside|inside|around|between)\s+(?:the\s+|a\s+)?(?:[\w-]+\s+){0,4}?(?:of\s+)?(?:the\s+)?$",
                before,
            ):
                score += 2.0
            if re.search(
                r"\b(?:re)?(?:took|taken|captured?|seized|retook|entered|overran|stormed|shelled|bombed|struck|hit|left|attacked|of|liberated|control of)\s+(?:the\s+)?(?:(?:town|village|city|area) of\s+)?$",
                before,
            ):
                score += 1.5
            if self._FROM.search(before) and t.relation == "in":
                continue
            if t.text.lower() in contained:
                score -= 2.0
            if x.place.precision == "country":
                score -= 3.0
            elif x.place.precision == "admin1":
                score -= 1.5
            if t.within:
                score += 0.5
            if t.start < mention.trigger[0]:
                score -= 0.3
            score -= min(abs(t.start - mention.trigger[0]), 200) / 200
            ranked.append((score, -t.start, x))
        if not ranked:
            return []
        ranked.sort(key=lambda r: (-r[0], -r[1]))
        best = ranked[0]
        if best[0] < -3.8:
            return []
        chosen = [best[2]]
        for score, _, x in ranked[1:]:
            between = text[min(x.toponym.start, best[2].toponym.start) : max(x.toponym.end, best[2].toponym.end)]
            if (
                score > best[0] - 1.2
                and re.fullmatch(r"[\w'’-]+(?:[ -][\w'’-]+)*(?:,? and |, )[\w'’-]+(?:[ -][\w'’-]+)*", between)
                and x.place.precision == best[2].place.precision
            ):
                chosen.append(x)
        return sorted(chosen, key=lambda x: x.toponym.start)

    def context_place(self, mention: Mention) -> list[Located]:
        """The place that a list item's lead or a heading gives."""
        for start, end in mention.sentence.context:
            inside = [x for x in self.located if start <= x.toponym.start < end]
            if inside:
                # "Dori, Burkina Faso": the first is the place, the rest lie around it.
                return inside[:1]
        return []

    # -- incidents --

    def tell(self, mentions: Sequence[Mention]) -> None:
        body = [m for m in mentions if not m.sentence.in_title]
        title = [m for m in mentions if m.sentence.in_title]
        for mention in body:
            voice = self.voice(mention)
            self.voices.append(voice)
            if mention.modality in _INCIDENT:
                self._place_in_incident(mention, voice)
            else:
                self._stand_alone(mention, voice)
        for mention in title:
            voice = Voice(self.own, -1, -1) if mention.segment.frame is None else self.voice(mention)
            if mention.modality not in _INCIDENT:
                if not any(m.modality == mention.modality for m, _ in self.alone) and not self.incidents:
                    self._stand_alone(mention, voice)
                continue
            if any(
                _compatible(mention.code, i.code) or not mention.specific for i in self.incidents if not i.background
            ):
                continue  # the body tells it better
            if self.incidents and not mention.specific:
                continue
            self._place_in_incident(mention, voice)

    def _stand_alone(self, mention: Mention, voice: Voice) -> None:
        for other, other_voice in self.alone:
            if (
                other.modality == mention.modality
                and other.code == mention.code
                and self.same_voice(voice, other_voice)
                and mention.sentence.index - other.sentence.index <= 1
                and not mention.total
            ):
                return
        self.alone.append((mention, voice))

    def _place_in_incident(self, mention: Mention, voice: Voice) -> None:
        where = self.where(mention)
        if not (
            mention.own_type
            or mention.counts
            or mention.claimed
            or mention.blamed
            or mention.anaphor
            or mention.modality == "denied"
        ):
            return  # a weak word alone neither opens an incident nor adds to one
        incident = self._find(mention, where)
        if incident is None:
            if mention.modality == "denied" and not mention.own_type and not mention.counts:
                return
            if mention.code is None or (not mention.own_type and not mention.counts):
                return
            if self._vague(mention, where):
                return
            incident = self._open(mention, where)
        self._join(incident, mention, voice, where)

    def _vague(self, mention: Mention, where: list[Located]) -> bool:
        """Whether a strategic development is told as the state of things: no day, no place, nobody counted."""
        if mention.code in _VIOLENT and mention.code not in (
            "government_regains_territory",
            "non_state_actor_overtakes_territory",
            "looting_property_destruction",
        ):
            return False
        if mention.code in _DEMONSTRATIONS or mention.code in ("arrests", "agreement"):
            return False
        placed = any(x.place.precision not in ("country", "admin1") for x in where) or self.context_place(mention)
        counted = any(q.rule != "bare plural" for q in mention.counts.values())
        return (
            mention.time is None
            and not placed
            and not counted
            and len(self.parsed.sentences) > 4
            and mention.modality == "asserted"
            and mention.sentence.index > 2
            and not re.search(r"\b\d+\b|\b(?:hundreds|dozens|scores)\b", mention.segment.text)
        )

    def _find(self, mention: Mention, where: list[Located]) -> _Incident | None:
        candidates = [i for i in reversed(self.incidents) if not self.items or i.block == mention.sentence.block]
        best: tuple[float, _Incident] | None = None
        for age, incident in enumerate(candidates):
            score = self._fit(mention, where, incident)
            if score is None:
                continue
            score -= 0.6 * age + 0.05 * max(0, mention.sentence.index - incident.last - 1)
            if best is None or score > best[0]:
                best = (score, incident)
        return best[1] if best is not None and best[0] > 0 else None

    def _fit(self, mention: Mention, where: list[Located], incident: _Incident) -> float | None:
        """How well a mention fits an incident; None where it cannot be the same."""
        score = 0.0
        background = mention.background or (mention.time is not None and self._old(mention.time.when))
        if background != incident.background and (mention.time is not None or mention.background):
            return None
        if incident.background and mention.time is None:
            if (mention.own_type and mention.code != incident.code) or re.search(r"\blater\b", mention.segment.text):
                return None
            score -= 0.5
        loosely_denied = mention.modality == "denied" and (
            not mention.specific
            or (mention.anaphor and mention.code in _VIOLENT)
            or _compatible(mention.code, incident.code)
        )
        if not mention.own_type or mention.claimed or loosely_denied:
            if (
                incident.code not in _VIOLENT
                and incident.code is not None
                and not _compatible(mention.code, incident.code)
            ):
                return None
            score += 1.0
        elif mention.code == incident.code:
            score += 1.0
        elif _compatible(mention.code, incident.code) and (
            not mention.specific or not incident.specific or mention.anaphor
        ):
            score += 0.6
        elif (mention.anaphor and not mention.specific and incident.code in _VIOLENT) or (
            _compatible(mention.code, incident.code) and mention.time is None and not where
        ):
            score += 0.4
        elif (
            mention.code == "looting_property_destruction"
            and incident.code in _VIOLENT
            and mention.time is None
            and not where
            and not mention.initiator
        ):
            score += 0.5  # what burned in the attack
        elif mention.anaphor and mention.code in _LOOSE and incident.code in _VIOLENT:
            score += 0.4
        else:
            return None
        if mention.time is not None and incident.time is not None:
            a, b = mention.time.when, incident.time.when
            if a.start and a.end and b.start and b.end and "statement" not in a.anchor and "statement" not in b.anchor:
                if a.end < b.start or b.end < a.start:
                    return None
                score += 0.5
        elif mention.time is not None and incident.time is None and mention.time.when.start is not None:
            score -= 0.2
        if (
            mention.time is not None
            and mention.time.when.start is None
            and mention.time.kind == "past"
            and mention.modality == "asserted"
        ):
            return None
        if where and incident.where:
            far = _apart(where[0], incident.where[0])
            if far is True and mention.modality != "denied":
                return None
            score += 0.3 if far is False else -0.3
        if mention.initiator and incident.initiator and mention.modality == "asserted":
            a1, b1 = mention.initiator[0].actor, incident.initiator[0].actor
            targets = {t.actor.canonical for t in incident.target if t.actor.canonical}
            if a1.canonical and b1.canonical and a1.canonical != b1.canonical and a1.canonical not in targets:
                if mention.own_type and not mention.anaphor:
                    score -= 0.8
            elif a1.canonical and a1.canonical == b1.canonical:
                score += 0.2
        if (
            mention.own_type
            and mention.specific
            and not mention.anaphor
            and mention.time is None
            and not where
            and mention.sentence.index - incident.last > 3
        ):
            score -= 0.5
        if re.search(
            r"\b(?:another|separate(?:ly)?|a second|elsewhere|in a different|a similar|similar|meanwhile|also on|in other)\b",
            mention.segment.text,
            re.IGNORECASE,
        ):
            score -= 1.0
        if mention.anaphor:
            score += 0.3
        return score

    def _open(self, mention: Mention, where: list[Located]) -> _Incident:
        background = mention.background or (mention.time is not None and self._old(mention.time.when))
        incident = _Incident(
            mention.code,
            mention.specific,
            mention.time,
            where,
            list(mention.initiator),
            list(mention.target),
            mention.sentence.block,
            background,
        )
        if not where:
            incident.where = self.context_place(mention)
        if not incident.where and re.search(r"\b(?:there|here)\b", mention.segment.text, re.IGNORECASE):
            # "A blast hit soldiers there": the last place named before.
            before = [
                x for x in self.located if 0 < mention.start - x.toponym.start < 400 and x.place.precision != "country"
            ]
            incident.where = before[-1:]
        if (
            mention.time is None
            and self.incidents
            and re.search(
                r"\b(?:later|then|afterwards?|subsequently|in response|the same|in retaliation|at the same time)\b",
                mention.segment.text,
                re.IGNORECASE,
            )
        ):
            previous = next((i for i in reversed(self.incidents) if not i.background), None)
            if previous is not None:
                incident.time = previous.time
        if not incident.where and self.incidents:
            previous = next((i for i in reversed(self.incidents) if i.where and not i.background), None)
            near = previous is not None and (
                len(self.parsed.sentences) <= 10 or mention.sentence.index - previous.last <= 2
            )
            if previous is not None and near and (not self.items or previous.block == incident.block):
                incident.where = previous.where
        self.incidents.append(incident)
        return incident

    def _join(self, incident: _Incident, mention: Mention, voice: Voice, where: list[Located]) -> None:
        incident.last = mention.sentence.index
        if mention.own_type and mention.modality == "asserted":
            if incident.code is None or (mention.specific and not incident.specific):
                incident.code, incident.specific = mention.code, mention.specific
            elif (
                mention.code is not None
                and incident.code is not None
                and mention.specific
                and self.codebook.rank(mention.code) < self.codebook.rank(incident.code)
                and _compatible(mention.code, incident.code)
            ):
                incident.code = mention.code
        if incident.time is None or (
            mention.time is not None
            and (
                incident.time.when.start is None
                or ("statement" in incident.time.when.anchor and "statement" not in mention.time.when.anchor)
            )
        ):
            incident.time = mention.time or incident.time
        if not incident.where or (
            where
            and incident.where[0].place.precision in ("country", "admin1")
            and where[0].place.precision not in ("country", "admin1")
        ):
            incident.where = where or incident.where
        if not incident.initiator and mention.modality == "asserted":
            incident.initiator = [i for i in mention.initiator if i.actor.kind is not None]
        if not incident.target:
            incident.target = list(mention.target)
        frame = mention.segment.frame
        if (
            mention.modality == "asserted"
            and frame is not None
            and frame.past_perfect
            and any(d.modality == "denied" for d in incident.drafts)
        ):
            mention.modality = "possible"  # what had been reported before somebody denied it
        draft = self._draft(incident, mention, voice)
        draft.mentions.append(mention)

    def _draft(self, incident: _Incident, mention: Mention, voice: Voice) -> _Draft:
        for draft in incident.drafts:
            if draft.modality == mention.modality and self.same_voice(draft.voice, voice):
                if voice.own or mention.modality != "asserted" or self._adds(draft, mention):
                    return draft
        if voice.own and mention.modality == "asserted" and incident.drafts:
            # The reporter goes on telling what somebody said before: no new claim, unless with another toll.
            first = next((d for d in incident.drafts if d.modality == "asserted"), None)
            if first is not None and self._adds(first, mention):
                return first
        draft = _Draft(voice, [], mention.modality)
        incident.drafts.append(draft)
        return draft

    @staticmethod
    def _adds(draft: _Draft, mention: Mention) -> bool:
        """Whether the mention adds to what was said rather than says otherwise."""
        deaths = mention.counts.get("deaths")
        said = next((m.counts["deaths"] for m in draft.mentions if "deaths" in m.counts), None)
        if deaths is None or said is None or deaths.more or deaths.rule == "bare plural":
            return True
        return (
            same_sentence(draft.mentions[-1], mention)
            or deaths.best == said.best
            or (deaths.best or 0) < (said.best or 0)
        )

    # -- claims --

    def claims(self, coder: str) -> list[Claim]:
        drafts: list[tuple[int, Claim]] = []
        for incident in self.incidents:
            for draft in incident.drafts:
                claim = self._claim(incident, draft, coder)
                if claim is not None:
                    drafts.append((draft.mentions[0].trigger[0], claim))
        for mention, voice in self.alone:
            drafts.append((mention.trigger[0], self._alone(mention, voice, coder)))
        ordered = [claim for _, claim in sorted(drafts, key=lambda d: d[0])]
        return _identified(ordered)

    def _speaker(self, voice: Voice, incident: _Incident | None) -> tuple[Speaker, Evidence]:
        if voice.own:
            name = voice.name
            return Speaker(name, "media" if self.document.source else "media"), Evidence(
                "speaker", (), "inferred: the document's own voice"
            )
        armed_group = (
            voice.actor is not None
            and voice.actor.kind in ("Rebel group", "Political militia", "Identity militia")
            and voice.name.lower()
            in {voice.actor.label.lower(), voice.actor.name.lower(), voice.actor.name.lower().removeprefix("the ")}
        )
        kind = speaker_kind(
            voice.name, armed_group=armed_group, force=voice.actor is not None and voice.actor.kind == "State forces"
        )
        canonical = voice.actor.canonical if voice.actor else None
        return Speaker(voice.name, kind, canonical), Evidence("speaker", (self.document.span(voice.start, voice.end),))

    def _claim(self, incident: _Incident, draft: _Draft, coder: str) -> Claim | None:
        first = draft.mentions[0]
        evidence: list[Evidence] = []
        own = next((m for m in draft.mentions if m.own_type), None)
        code = incident.code
        if own is not None:
            evidence.append(Evidence("type", (self._span(*own.trigger),), "read", round(_probability(own.score), 3)))
        else:
            evidence.append(Evidence("type", (self._span(*first.trigger),), _SAME))
        speaker, speaker_evidence = self._speaker(draft.voice, incident)
        evidence.append(speaker_evidence)
        when, when_evidence = self._when(draft, incident)
        if when_evidence is not None:
            evidence.append(when_evidence)
        where, where_evidence = self._where(draft, incident)
        if where_evidence is not None:
            evidence.append(where_evidence)
        participants, who = self._participants(draft, incident, draft.voice, where[0].country if where else "")
        evidence += who
        counts, count_evidence = self._counts(draft.mentions, code)
        evidence += count_evidence
        weapon = next((m.weapon for m in draft.mentions if m.weapon), None)
        if weapon:
            evidence.append(Evidence("weapon", (self._span(weapon[1], weapon[2]),)))
        span = next((m.modality_span for m in draft.mentions if m.modality_span), None)
        if draft.modality != "asserted":
            evidence.append(Evidence("modality", (self._span(*(span or first.trigger)),)))
        attribution, attribution_evidence = self._attribution(draft, participants, speaker)
        if attribution_evidence is not None:
            evidence.append(attribution_evidence)
        background = incident.background or self._old(when)
        score = _probability(max(m.score for m in draft.mentions))
        return Claim(
            id="",
            document_id=self.document.id,
            text_hash=self.document.text_hash,
            trigger=self._span(*first.trigger),
            code=code,
            modality=draft.modality,  # type: ignore[arg-type]
            outcome=first.outcome,
            background=background,
            participants=participants,
            attribution=attribution,
            when=when,
            where=where,
            where_extent="each of" if len(where) > 1 else "one of",
            counts=counts,
            weapon=weapon[0].lower() if weapon else "",
            speaker=speaker,
            evidence=tuple(evidence),
            coder=coder,
            score=round(score, 3),
        )

    def _alone(self, mention: Mention, voice: Voice, coder: str) -> Claim:
        if mention.initiator and mention.initiator[0].generic:
            before = self.document.text[max(0, mention.initiator[0].start - 4) : mention.initiator[0].end].lower()
            known = next((i.initiator for i in reversed(self.incidents) if i.initiator and not i.background), None)
            if known and re.search(r"\b(?:the|these|those) \w+$", before):
                mention.initiator = [replace(known[0], basis="inferred: the ones named before")]
        if (
            not mention.initiator
            and mention.modality in ("planned", "threatened")
            and voice.actor is not None
            and is_armed(voice.actor.kind)
        ):
            mention.initiator = [Named(voice.actor, voice.start, voice.end, "inferred: the speaker")]
        incident = _Incident(
            mention.code,
            True,
            mention.time,
            self.where(mention),
            list(mention.initiator),
            list(mention.target),
            mention.sentence.block,
            False,
        )
        if not incident.where:
            incident.where = self.context_place(mention)
        if not incident.where and not mention.total:
            near = next(
                (
                    i
                    for i in reversed(self.incidents)
                    if i.where
                    and (len(self.parsed.sentences) <= 10 or mention.sentence.index - i.last <= 2)
                    and (not self.items or i.block == mention.sentence.block)
                ),
                None,
            )
            if near is not None:
                incident.where = near.where
        draft = _Draft(voice, [mention], mention.modality)
        if mention.time is not None and mention.time.when.start is None:
            incident.time = None
        claim = self._claim(incident, draft, coder)
        assert claim is not None
        if mention.modality == "generic" and mention.total and mention.code is None:
            claim = replace(claim, code=None, counts=Counts(), participants=())
        return replace(claim, background=False)

    def _span(self, start: int, end: int) -> Span:
        return self.document.span(start, end)

    def _old(self, when: When) -> bool:
        """Older than the news: a week and a half before publication, or a month or year that has passed."""
        if when.end is None or self.anchor is None:
            return False
        return when.end < self.anchor - timedelta(days=10)

    def _when(self, draft: _Draft, incident: _Incident) -> tuple[When, Evidence | None]:
        dated = (
            incident.time is not None
            and incident.time.when.start is not None
            and "statement" not in incident.time.when.anchor
        )
        for mention in draft.mentions:
            t = mention.time
            if t is not None and t.when.start is not None and not (dated and "statement" in t.when.anchor):
                return t.when, Evidence("when", (self._span(t.start, t.end),))
        if incident.time is not None and incident.time.when.start is not None:
            t = incident.time
            return t.when, Evidence("when", (self._span(t.start, t.end),), _SAME)
        for mention in draft.mentions:
            if mention.time is not None:
                return mention.time.when, Evidence("when", (self._span(mention.time.start, mention.time.end),))
        return When(), None

    def _where(self, draft: _Draft, incident: _Incident) -> tuple[tuple[Place, ...], Evidence | None]:
        own = next((w for m in draft.mentions if (w := self.where(m))), None)
        chosen, basis = (own, "read") if own else (incident.where, _SAME)
        if draft.modality == "denied" and incident.where and own and own[0].place.precision in ("country", "admin1"):
            chosen, basis = incident.where, _SAME  # what is denied is where it was said to be
        if (
            own
            and incident.where
            and own[0].place.precision in ("country", "admin1")
            and incident.where[0].place.precision not in ("country", "admin1")
        ):
            chosen, basis = incident.where, _SAME
        if not chosen:
            return (), None
        spans = tuple(self._span(x.toponym.start, x.toponym.end) for x in chosen)
        probability = chosen[0].place.probability
        return tuple(x.place for x in chosen), Evidence("where", spans, basis, probability)

    def _participants(
        self, draft: _Draft, incident: _Incident, voice: Voice, country: str
    ) -> tuple[tuple[Participant, ...], list[Evidence]]:
        doers = next((m.initiator for m in draft.mentions if m.initiator), [])
        done_to = next((m.target for m in draft.mentions if m.target), [])
        basis1 = basis2 = ""
        if (not doers and incident.initiator) or (
            doers
            and doers[0].generic
            and incident.initiator
            and re.match(r"the ", self.document.text[max(0, doers[0].start - 4) : doers[0].end].lstrip().lower())
        ):
            doers, basis1 = incident.initiator, _SAME
        if not done_to and incident.target:
            done_to, basis2 = incident.target, _SAME
        doers = [self.actors.at(n, country) for n in doers]
        done_to = [self.actors.at(n, country) for n in done_to]
        first = draft.mentions[0]
        if first.claimed and voice.actor is not None and draft.modality == "asserted":
            doers, basis1 = [Named(voice.actor, voice.start, voice.end)], ""
        participants: list[Participant] = []
        evidence: list[Evidence] = []
        kept = [
            d
            for d in doers
            if d.actor.kind != "Civilians"
            or incident.code
            in (
                "peaceful_protest",
                "agreement",
                "violent_demonstration",
                "mob_violence",
                "protest_with_intervention",
                "excessive_force_against_protesters",
            )
        ]
        if incident.code in (
            "peaceful_protest",
            "protest_with_intervention",
            "excessive_force_against_protesters",
            "violent_demonstration",
        ):
            kept, done_to = self._demonstration(incident.code, kept, done_to)
        if incident.code == "disrupted_weapons_use":
            done_to = [d for d in done_to if is_armed(d.actor.kind)]
        same = {(d.actor.canonical or d.actor.name.lower()) for d in kept[:1]}
        targets = [
            t
            for t in done_to
            if (t.actor.canonical or t.actor.name.lower()) not in same
            or (t.actor.canonical is None and t.start not in {k.start for k in kept})
        ]
        for number, named in enumerate(kept[:3]):
            participants.append(Participant("initiator" if number == 0 else "co-belligerent", named.actor, 1))
            if number == 0:
                evidence.append(Evidence("actor1", (self._span(named.start, named.end),), basis1 or named.basis))
        for number, named in enumerate(targets[:3]):
            participants.append(Participant("target" if number == 0 else "associated", named.actor, 2))
            if number == 0:
                evidence.append(Evidence("actor2", (self._span(named.start, named.end),), basis2 or named.basis))
        return tuple(participants), evidence

    @staticmethod
    def _demonstration(code: str, doers: list[Named], done_to: list[Named]) -> tuple[list[Named], list[Named]]:
        """Demonstrators are side 1 even where they are shot at."""
        people = [x for x in (*doers, *done_to) if x.actor.kind in ("Protesters", "Rioters", "Civilians")]
        forces = [x for x in (*doers, *done_to) if is_armed(x.actor.kind)]
        kind = "Rioters" if code == "violent_demonstration" else "Protesters"
        people = sorted(people, key=lambda x: (x.actor.kind != kind, x.start))[:1]
        renamed = [replace(x, actor=replace(x.actor, kind=kind)) for x in people]
        return renamed, forces[:1]

    def _counts(self, mentions: Sequence[Mention], code: str | None) -> tuple[Counts, list[Evidence]]:
        text = self.document.text
        values: dict[str, Count] = {}
        evidence: list[Evidence] = []
        for name in ("deaths", "injured", "detained", "abducted", "displaced"):
            total: Quantity | None = None
            spans: list[tuple[int, int]] = []
            rules: list[str] = []
            for mention in mentions:
                q = mention.counts.get(name)
                if q is None:
                    continue
                offset = mention.sentence.offset
                moved = replace(q, start=q.start + offset, end=q.end + offset)
                if total is None:
                    total = moved
                elif moved.rule == "bare plural":
                    continue
                elif total.rule == "bare plural":
                    total, spans, rules = moved, [], []
                elif moved.more or same_sentence(mentions[0], mention):
                    total = add(total, moved)
                else:
                    continue
                spans.append((moved.start, moved.end))
                rules.append(moved.rule)
            if total is None:
                continue
            words = " + ".join(text[a:b].strip() for a, b in spans)
            values[name] = as_count(total, words)
            evidence.append(
                Evidence(
                    name,
                    tuple(self._span(a, b) for a, b in spans),
                    "read" if rules == ["stated"] else f"read: {total.rule}",
                )
            )
        return Counts(**values), evidence

    def _attribution(
        self, draft: _Draft, participants: tuple[Participant, ...], speaker: Speaker
    ) -> tuple[Attribution, Evidence | None]:
        doer = next((p for p in participants if p.role == "initiator"), None)
        if doer is None:
            return "none", None
        first = draft.mentions[0]
        spans = (self._span(*first.trigger),)
        if first.claimed or (
            speaker.canonical and speaker.canonical == doer.actor.canonical and draft.modality == "asserted"
        ):
            return "claimed", Evidence("attribution", spans, "read: the actor says so itself")
        suspected = next((m.suspected for m in draft.mentions if m.suspected), None)
        if suspected or draft.modality == "possible":
            return "suspected", Evidence(
                "attribution", (self._span(*suspected),) if suspected else spans, "read: a word of doubt"
            )
        if speaker.kind in ("party", "security") or (speaker.kind == "official" and speaker.canonical):
            return "alleged", Evidence("attribution", spans, "inferred: said by a party")
        return "independent", Evidence("attribution", spans, "inferred: said by no party")


def same_sentence(a: Mention, b: Mention) -> bool:
    return a.sentence.index == b.sentence.index


def _apart(a: Located, b: Located) -> bool | None:
    """Whether two places cannot be one; None where it cannot be told."""
    if a.toponym.text.lower() == b.toponym.text.lower():
        return False
    names = {w.lower() for w in (*a.toponym.within, *b.toponym.within)}
    if a.toponym.text.lower() in names or b.toponym.text.lower() in names:
        return False
    coarse = ("country", "admin1", "admin2")
    if a.place.precision in coarse or b.place.precision in coarse:
        if a.place.country and b.place.country and a.place.country != b.place.country:
            return True
        return None
    if a.place.latitude is None or b.place.latitude is None or a.place.longitude is None or b.place.longitude is None:
        return None
    if not a.place.gazetteer_id or not b.place.gazetteer_id:
        return None if "near" in (a.toponym.relation, b.toponym.relation) else True
    # A degree is about 111 km; 0.15 of one is the width of a district town and its villages.
    return abs(a.place.latitude - b.place.latitude) + abs(a.place.longitude - b.place.longitude) > 0.3


def _probability(score: float) -> float:
    """A score between 0 and 1 out of log odds with cues added."""
    return min(0.99, max(0.05, 1 / (1 + 2.718281828 ** (-score))))


def _identified(claims: Sequence[Claim]) -> list[Claim]:
    """Give each claim its id: text, trigger, speaker, and an ordinal among equals."""
    seen: dict[tuple[str, ...], int] = {}
    result = []
    for claim in claims:
        speaker = claim.evidence_for("speaker")
        at = speaker.spans[0] if speaker is not None and speaker.spans else None
        key = (claim.text_hash, f"{claim.trigger.start}:{claim.trigger.end}", f"{at.start}:{at.end}" if at else "")
        seen[key] = seen.get(key, -1) + 1
        result.append(replace(claim, id=content_id("c", *key, str(seen[key]))))
    return result


def build_claims(
    parsed: Parsed,
    mentions: Sequence[Mention],
    actors: ActorReader,
    located: Sequence[Located],
    codebook: Codebook,
    anchor: date | None,
    coder: str,
) -> tuple[Claim, ...]:
    """Return the claims of a document, in the order a reader meets them."""
    teller = _Teller(parsed, actors, located, codebook, anchor)
    teller.tell(mentions)
    return tuple(teller.claims(coder))
