"""Mentions to incidents: which mentions are about one incident, and what each voice says of it.

A document tells an incident in headline, lead and body, and lets several people speak of it. Each mention joins
the incident that it fits best, or opens one; what is threatened, planned, usual or counted over a time stands
alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tocsin.codebook import Codebook
from tocsin.coding._actors import Named
from tocsin.coding._dates import TimeExpression
from tocsin.coding._event_dates import is_of_statement
from tocsin.coding._event_places import (
    BESIDE,
    OF_HEADING,
    OF_LAST_BEFORE,
    OF_TITLE,
    EventPlaces,
    Located,
    is_apart,
    is_area,
)
from tocsin.coding._families import DEMONSTRATIONS, GENERAL, TERRITORY, VIOLENT, compatible
from tocsin.coding._mentions import Mention
from tocsin.coding._patterns import vocabulary
from tocsin.coding._sentences import Parsed
from tocsin.coding._voices import Voice, Voices, same_voice
from tocsin.records import Modality, When

__all__ = ["Draft", "Incident", "Story", "is_past"]

_PATTERNS = vocabulary("incidents").patterns

# What can be about one incident.
_INCIDENT: tuple[Modality, ...] = ("asserted", "denied", "possible")
# News is about the last week and a half; what ended before is told as background.
_NEWS = timedelta(days=10)
# In a story of so few sentences everything is near; in a longer one, what stands this few sentences apart.
_SHORT_STORY, _NEAR = 10, 2
# A mention that fits well enough but names nothing of its own is doubted this many sentences on.
_LONG_AFTER = 3
# In stories longer than this, developments told after these sentences are often the state of things.
_STATE_OF_THINGS = 4
_LEAD_SENTENCES = 2


def is_past(when: When, anchor: date | None) -> bool:
    """Whether `when` is over by the time of the news that is published on the day `anchor`."""
    return when.end is not None and anchor is not None and when.end < anchor - _NEWS


@dataclass(slots=True)
class Draft:
    """What one voice says of an incident, in one modality: a claim to be."""

    voice: Voice
    modality: Modality
    mentions: list[Mention] = field(default_factory=list)

    def takes(self, mention: Mention) -> bool:
        """Whether `mention` adds to what was said, rather than says otherwise."""
        deaths = mention.counts.get("deaths")
        said = next((m.counts["deaths"] for m in self.mentions if "deaths" in m.counts), None)
        if deaths is None or said is None or deaths.more or deaths.rule == "bare plural":
            return True
        return (
            mention.sentence.index == self.mentions[-1].sentence.index
            or deaths.best == said.best
            or (deaths.best or 0) < (said.best or 0)
        )


@dataclass(slots=True)
class Incident:
    """What a document tells of one incident, whoever says it.

    `first` and `last` are the sentences that begin and end it; `where_basis` is the rule that gave a place which none
    of its mentions names.
    """

    code: str | None
    specific: bool
    time: TimeExpression | None
    where: tuple[Located, ...]
    initiator: Sequence[Named]
    target: Sequence[Named]
    block: int
    background: bool = False
    first: int = 0
    last: int = 0
    where_basis: str = ""
    drafts: list[Draft] = field(default_factory=list)

    @classmethod
    def of(cls, mention: Mention, where: tuple[Located, ...], *, background: bool = False) -> Incident:
        """An incident as its first mention tells it."""
        return cls(
            mention.code,
            mention.specific,
            mention.time,
            where,
            mention.initiator,
            mention.target,
            mention.sentence.block,
            background,
            first=mention.sentence.index,
        )


class Story:
    """The incidents of one document, and the mentions that are about none."""

    def __init__(
        self, parsed: Parsed, voices: Voices, places: EventPlaces, codebook: Codebook, anchor: date | None
    ) -> None:
        self.places = places
        self.anchor = anchor
        self.incidents: list[Incident] = []
        self.alone: list[tuple[Mention, Voice]] = []
        self._voices = voices
        self._codebook = codebook
        self.sentences = parsed.sentences
        self._length = len(parsed.sentences)
        # Items of a list are incidents of their own.
        self._items = any(s.part.kind == "item" for s in parsed.sentences)

    def tell(self, mentions: Sequence[Mention]) -> None:
        """Gather `mentions`: the body in order, then what only the title says."""
        for mention in mentions:
            if not mention.sentence.in_title:
                self._tell_body(mention)
        for mention in mentions:
            if mention.sentence.in_title:
                self._tell_title(mention)

    def is_near(self, incident: Incident, mention: Mention) -> bool:
        """Whether `mention` is told close enough to an incident to be where it was."""
        short = self._length <= _SHORT_STORY
        return (short or mention.sentence.index - incident.last <= _NEAR) and self._same_item(incident, mention)

    def _same_item(self, incident: Incident, mention: Mention) -> bool:
        return not self._items or incident.block == mention.sentence.block

    def _tell_body(self, mention: Mention) -> None:
        voice = self._voices.hear(mention)
        if mention.modality in _INCIDENT:
            self._gather(mention, voice)
        else:
            self._stand_alone(mention, voice)

    def _tell_title(self, mention: Mention) -> None:
        """Add what the title says and the body does not."""
        voice = self._voices.own if mention.segment.frame is None else self._voices.of(mention)
        if mention.modality not in _INCIDENT:
            if not self.incidents and all(m.modality != mention.modality for m, _ in self.alone):
                self._stand_alone(mention, voice)
            return
        told = [i for i in self.incidents if not i.background and compatible(mention.code, i.code)]
        if not told and (mention.specific or not self.incidents):
            self._gather(mention, voice)
        elif told and not told[0].where:
            told[0].where, told[0].where_basis = self.places.of(mention), OF_TITLE

    def _stand_alone(self, mention: Mention, voice: Voice) -> None:
        """Keep a mention by itself, unless the sentence before said the same."""
        repeated = not mention.total and any(
            other.modality == mention.modality
            and other.code == mention.code
            and same_voice(voice, other_voice)
            and mention.sentence.index - other.sentence.index <= 1
            for other, other_voice in self.alone
        )
        if not repeated:
            self.alone.append((mention, voice))

    # -- which incident --

    def _gather(self, mention: Mention, voice: Voice) -> None:
        """Add a mention to the incident it is about; a weak word alone neither opens one nor adds to one."""
        denied = mention.modality == "denied"
        definite = bool(mention.own_type or mention.counts)
        if not (definite or mention.claimed or mention.blamed or mention.anaphor or denied):
            return
        where = self.places.of(mention)
        incident = self._find(mention, where)
        if incident is None:
            if not definite or mention.code is None or self._is_state_of_things(mention, where):
                return
            incident = self._open(mention, where)
        self._join(incident, mention, voice, where)

    def _is_state_of_things(self, mention: Mention, where: Sequence[Located]) -> bool:
        """Whether a strategic development is told without day, place or number, well after the lead."""
        code = mention.code
        if code in VIOLENT - TERRITORY - {"looting_property_destruction"} or code in DEMONSTRATIONS:
            return False
        return (
            code not in ("arrests", "agreement")
            and mention.time is None
            and mention.modality == "asserted"
            and self._length > _STATE_OF_THINGS
            and mention.sentence.index > _LEAD_SENTENCES
            and all(q.rule == "bare plural" for q in mention.counts.values())
            and not any(x.place.precision not in ("country", "admin1") for x in where)
            and not self.places.of_heading(mention)
            and not _PATTERNS["number"].search(mention.segment.text)
        )

    def _find(self, mention: Mention, where: Sequence[Located]) -> Incident | None:
        """The incident that fits a mention best, the latest of equals; None where none fits."""
        candidates = [i for i in reversed(self.incidents) if self._same_item(i, mention)]
        best: Incident | None = None
        best_score = 0.0
        for age, incident in enumerate(candidates):
            score = self._fit(mention, where, incident)
            if score is None:
                continue
            score -= 0.6 * age + 0.05 * max(0, mention.sentence.index - incident.last - 1)
            if score > best_score:
                best, best_score = incident, score
        return best

    def _fit(self, mention: Mention, where: Sequence[Located], incident: Incident) -> float | None:
        """How well a mention fits an incident; None where it cannot be the same."""
        total = 0.0
        for score in (
            self._fit_background(mention, incident),
            _fit_type(mention, where, incident),
            _fit_time(mention, incident),
            _fit_place(mention, where, incident),
            _fit_actors(mention, incident),
            -0.5 if _is_long_after(mention, where, incident) else 0.0,
            -1.0 if _PATTERNS["another"].search(mention.segment.text) else 0.0,
            0.3 if mention.anaphor else 0.0,
        ):
            if score is None:
                return None
            total += score
        return total

    def _is_background(self, mention: Mention) -> bool:
        return mention.background or (mention.time is not None and is_past(mention.time.when, self.anchor))

    def _fit_background(self, mention: Mention, incident: Incident) -> float | None:
        """Old incidents take no news, and news no old dates."""
        dated = mention.time is not None
        if (dated or mention.background) and self._is_background(mention) != incident.background:
            return None
        if not incident.background or dated:
            return 0.0
        other_type = mention.own_type and mention.code != incident.code
        return None if other_type or _PATTERNS["later"].search(mention.segment.text) else -0.5

    # -- what becomes of it --

    def _open(self, mention: Mention, where: tuple[Located, ...]) -> Incident:
        """A new incident, with the day and the place that it takes from its surroundings."""
        incident = Incident.of(
            mention, where or self.places.of_heading(mention), background=self._is_background(mention)
        )
        incident.where_basis = "" if where else OF_HEADING
        text = mention.segment.text
        news = [i for i in reversed(self.incidents) if not i.background]
        if not incident.where and _PATTERNS["there"].search(text):
            incident.where, incident.where_basis = self.places.last_before(mention), OF_LAST_BEFORE
        if mention.time is None and news and _PATTERNS["then"].search(text):
            incident.time = news[0].time
        if not incident.where:
            placed = next((i for i in news if i.where), None)
            if placed is not None and self.is_near(placed, mention):
                incident.where, incident.where_basis = placed.where, BESIDE
        self.incidents.append(incident)
        return incident

    def _join(self, incident: Incident, mention: Mention, voice: Voice, where: tuple[Located, ...]) -> None:
        """Add a mention, and take from it what the incident lacks or what it tells better."""
        incident.last = mention.sentence.index
        if mention.own_type and mention.modality == "asserted" and self._types_better(mention, incident):
            incident.code, incident.specific = mention.code, incident.specific or mention.specific
        if incident.time is None or (mention.time is not None and _dates_better(mention.time, incident.time)):
            incident.time = mention.time or incident.time
        if not incident.where or (where and is_area(incident.where) and not is_area(where)):
            incident.where, incident.where_basis = (where, "") if where else (incident.where, incident.where_basis)
        if not incident.initiator and mention.modality == "asserted" and not (mention.claimed or mention.blamed):
            incident.initiator = mention.initiator
        if not incident.target:
            incident.target = mention.target
        frame = mention.segment.frame
        if (
            mention.modality == "asserted"
            and frame is not None
            and frame.past_perfect
            and any(d.modality == "denied" for d in incident.drafts)
        ):
            mention = replace(mention, modality="possible")  # what had been reported before somebody denied it
        self._draft(incident, mention, voice).mentions.append(mention)

    def _types_better(self, mention: Mention, incident: Incident) -> bool:
        """Whether a mention names the type for the first time, more exactly, or as one that ranks higher."""
        if incident.code is None:
            return True
        if not mention.specific:
            return False
        return not incident.specific or (
            mention.code is not None
            and compatible(mention.code, incident.code)
            and self._codebook.rank(mention.code) < self._codebook.rank(incident.code)
        )

    @staticmethod
    def _draft(incident: Incident, mention: Mention, voice: Voice) -> Draft:
        """The draft that a mention belongs to; a new one where the voice, or what it says, is another."""
        asserted = mention.modality == "asserted"
        for draft in incident.drafts:
            if (
                draft.modality == mention.modality
                and same_voice(draft.voice, voice)
                and (voice.own or not asserted or draft.takes(mention))
            ):
                return draft
        if voice.own and asserted:
            # The reporter goes on telling what somebody said before: no new claim, unless with another toll.
            first = next((d for d in incident.drafts if d.modality == "asserted"), None)
            if first is not None and first.takes(mention):
                return first
        draft = Draft(voice, mention.modality)
        incident.drafts.append(draft)
        return draft


# How well a mention fits an incident, by one thing at a time. The weights were chosen on development reports: a
# shared type makes a match, anything else tips the balance, and what cannot be is None.


def _fit_type(mention: Mention, where: Sequence[Located], incident: Incident) -> float | None:
    violent = incident.code in VIOLENT
    told_alike = compatible(mention.code, incident.code)
    loosely_denied = mention.modality == "denied" and (
        not mention.specific or (mention.anaphor and mention.code in VIOLENT) or told_alike
    )
    if not mention.own_type or mention.claimed or loosely_denied:
        return 1.0 if violent or told_alike else None
    if mention.code == incident.code:
        return 1.0
    bare = mention.time is None and not where
    if told_alike and (not mention.specific or not incident.specific or mention.anaphor):
        return 0.6
    if (mention.anaphor and not mention.specific and violent) or (told_alike and bare):
        return 0.4
    if mention.code == "looting_property_destruction" and violent and bare and not mention.initiator:
        return 0.5  # what burned in the attack
    return 0.4 if mention.anaphor and mention.code in GENERAL and violent else None


def _fit_time(mention: Mention, incident: Incident) -> float | None:
    time = mention.time
    if time is None:
        return 0.0
    if time.when.start is None and time.kind == "past" and mention.modality == "asserted":
        return None
    if incident.time is None:
        return 0.0 if time.when.start is None else -0.2
    a, b = time.when, incident.time.when
    if not (a.start and a.end and b.start and b.end) or is_of_statement(time) or is_of_statement(incident.time):
        return 0.0
    return None if a.end < b.start or b.end < a.start else 0.5


def _fit_place(mention: Mention, where: Sequence[Located], incident: Incident) -> float | None:
    if not where or not incident.where:
        return 0.0
    apart = is_apart(where[0], incident.where[0])
    if apart and mention.modality != "denied":
        return None
    return 0.3 if apart is False else -0.3


def _fit_actors(mention: Mention, incident: Incident) -> float:
    if not mention.initiator or not incident.initiator or mention.modality != "asserted":
        return 0.0
    new, known = mention.initiator[0].actor.canonical, incident.initiator[0].actor.canonical
    if not new or not known:
        return 0.0
    if new == known:
        return 0.2
    hit_back = new in {t.actor.canonical for t in incident.target}
    return -0.8 if not hit_back and mention.own_type and not mention.anaphor else 0.0


def _is_long_after(mention: Mention, where: Sequence[Located], incident: Incident) -> bool:
    """Whether a mention names a type exactly, but no day or place, and comes long after the incident."""
    new = mention.own_type and mention.specific and not mention.anaphor and mention.time is None and not where
    return new and mention.sentence.index - incident.last > _LONG_AFTER


def _dates_better(time: TimeExpression, known: TimeExpression) -> bool:
    """Whether `time` says more than what is known: any day at all, or the day it happened on."""
    return known.when.start is None or (is_of_statement(known) and not is_of_statement(time))
