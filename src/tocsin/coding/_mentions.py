"""Sentences to mentions: each stretch that names an event, read by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tocsin.codebook import Codebook
from tocsin.coding._actors import ActorReader, Named, is_armed, objects, subjects
from tocsin.coding._counts import Quantity
from tocsin.coding._cues import Cue, find_cues
from tocsin.coding._dates import TimeExpression, find_times
from tocsin.coding._quantities import DEATH_WORDS, patients, read_tolls
from tocsin.coding._sentences import Sentence
from tocsin.coding._speech import Frame, frames, hypothetical
from tocsin.records import Modality, Outcome

__all__ = ["Mention", "Segment", "TypeScores", "read_mention", "segments"]


@dataclass(slots=True)
class Segment:
    """A stretch of a sentence that is read as one mention. Offsets are in the sentence's spaCy text."""

    sentence: Sentence
    tokens: list[Any]
    start: int
    end: int
    cues: list[Cue]
    frame: Frame | None
    relative: bool = False

    blanked: tuple[tuple[int, int], ...] = ()

    @property
    def raw(self) -> str:
        """The words from `start` to `end` as they stand."""
        words: str = self.sentence.span.doc.text[self.start : self.end]
        return words

    @property
    def text(self) -> str:
        """The words of the stretch at their offsets from `start`; whatever is not its own is blank."""
        words = list(self.sentence.span.doc.text[self.start : self.end])
        keep = bytearray(len(words))
        for token in self.tokens:
            for i in range(
                token.idx - self.start, min(token.idx - self.start + len(token) + len(token.whitespace_), len(words))
            ):
                keep[i] = 1
        for a, b in self.blanked:
            for i in range(max(a - self.start, 0), min(b - self.start, len(words))):
                keep[i] = 0
        return "".join(c if k else " " for c, k in zip(words, keep, strict=True))


@dataclass(slots=True)
class TypeScores:
    """Log probability of each code for a segment, and of none."""

    codes: dict[str, float]
    none: float


@dataclass(slots=True)
class Mention:
    """What one stretch says of one event. Offsets are in the document's text."""

    segment: Segment
    trigger: tuple[int, int]
    code: str | None
    score: float
    own_type: bool
    specific: bool
    modality: Modality = "asserted"
    outcome: Outcome = "accomplished"
    background: bool = False
    time: TimeExpression | None = None
    initiator: list[Named] = field(default_factory=list)
    target: list[Named] = field(default_factory=list)
    counts: dict[str, Quantity] = field(default_factory=dict)
    weapon: tuple[str, int, int] | None = None
    claimed: bool = False
    suspected: tuple[int, int] | None = None
    anaphor: bool = False
    modality_span: tuple[int, int] | None = None
    total: bool = False
    blamed: bool = False

    @property
    def sentence(self) -> Sentence:
        return self.segment.sentence

    @property
    def start(self) -> int:
        return self.segment.sentence.offset + self.segment.start

    @property
    def end(self) -> int:
        return self.segment.sentence.offset + self.segment.end


# -- segments ---------------------------------------------------------------------------------------------------


def _clause(token: Any, root: Any) -> Any:
    """The head of the clause that `token` belongs to, where that clause stands on its own."""
    while token.i != root.i:
        if token.pos_ in ("VERB", "AUX"):
            own_subject = any(c.dep_ in ("nsubj", "nsubjpass") for c in token.children)
            if token.dep_ == "conj" and (
                own_subject or token.lemma_.lower() in ("deny", "reject", "say", "claim", "warn", "threaten", "confirm")
            ):
                return token
            if token.dep_ in ("advcl", "ccomp", "relcl") and own_subject:
                mark = next((c.lower_ for c in token.children if c.dep_ in ("mark", "advmod")), "")
                if mark in ("while", "whereas"):
                    return token
                if mark == "when" and token.i > 0 and _dated_when(token):
                    return token
            if token.dep_ == "parataxis":
                return token
        if token.head.i == token.i:
            return token
        token = token.head
    return root


def _dated_when(verb: Any) -> bool:
    """Whether this is "since December, when six policemen died": an older event told in passing."""
    left = verb.doc.text[max(0, verb.left_edge.idx - 60) : verb.left_edge.idx]
    return bool(re.search(r"\bsince\b[^.;]{1,40},?\s*$|\b(?:in|of) (?:\w+ )?(?:19|20)\d\d,?\s*$", left))


def segments(sentence: Sentence) -> list[Segment]:
    """Split `sentence` into stretches that each tell one thing; those without a cue are left out."""
    span = sentence.span
    doc = span.doc
    found = frames(span)
    groups: dict[tuple[int, int], list[Any]] = {}
    semicolons = 0
    for token in span:
        if token.text == ";":
            semicolons += 1
        head = _clause(token, span.root)
        groups.setdefault((semicolons, head.i), []).append(token)
    # Bracketed stretches in logs, "(force says 4)", speak for themselves.
    result: list[Segment] = []
    for (_, head), tokens in groups.items():
        start, end = tokens[0].idx, tokens[-1].idx + len(tokens[-1])
        segment = Segment(sentence, tokens, start, end, [], None)
        cues = [Cue(c.code, c.start + start, c.end + start, c.strong) for c in find_cues(segment.text)]
        head_token = doc[head]
        frame = _frame_of(found, head_token, start, end, cues)
        # Words of the speaker are not words of the event: "medics at the hospital", "the bomb squad's chief".
        if frame is not None:
            last = max(frame.speaker_end, frame.phrase_end)
            cues = [c for c in cues if not frame.speaker_start <= c.start < last]
        if not cues:
            continue
        segment.cues, segment.frame = cues, frame
        segment.relative = head_token.dep_ in ("relcl", "advcl") and _dated_when(head_token)
        if frame is not None and frame.speaker:
            segment.blanked = ((frame.speaker_start, max(frame.speaker_end, frame.phrase_end)),)
        result.append(segment)
    return sorted(result, key=lambda s: s.start)


def _frame_of(found: Sequence[Frame], head: Any, start: int, end: int, cues: Sequence[Cue]) -> Frame | None:
    at = head.idx
    best: Frame | None = None
    for frame in found:
        overlap = min(frame.end, end) - max(frame.start, start)
        if overlap <= 0:
            continue
        if (
            frame.start <= at < frame.end
            or overlap > 0.6 * (end - start)
            or (cues and all(frame.start <= c.start < frame.end for c in cues))
        ):
            # The innermost one that says who; a bare "believed" does not hide who believes.
            if best is None or (not best.speaker and frame.speaker):
                best = (
                    frame
                    if best is None
                    else Frame(
                        best.saying,
                        frame.speaker,
                        frame.speaker_start,
                        frame.speaker_end,
                        best.start,
                        best.end,
                        best.verb,
                        best.past_perfect,
                        frame.phrase_end,
                    )
                )
    return best


# -- what kind of statement -------------------------------------------------------------------------------------

_DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|refut(?:es|ed|ing)|dismiss(?:es|ed|ing)?|disput(?:es|ed|ing))\b",
    re.IGNORECASE,
)
_NOT_ME = re.compile(
    r"\b(?:was|were|is|are) not (?:us|behind|responsible|involved|aware of (?:any )?(?:harm|casualt|civilian|losses))|had no(?:thing to do| part| role| hand)|(?:denied|rejected|disclaimed) (?:any )?(?:responsibility|involvement|role)|not aware of\b",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"\bclaim(?:s|ed|ing)?\s+(?:the\b|its\b|an?\b|it\b|that attack|responsibility|credit|both|two|this)|\btook responsibility\b|\bresponsibility (?:was|has been) claimed by\b|\bclaim of responsibility\b|\bsaid it (?:was behind|carried out|had carried out)",
    re.IGNORECASE,
)
_UNCLAIMED = re.compile(
    r"\b(?:no (?:\w+ ){0,3}(?:group|one|organi[sz]ation|party|faction|claim)|nobody|none)\b[^.;]{0,40}\b(?:claim\w*|responsib\w+)|\bno (?:immediate )?claim of responsibility|\bunclaimed\b|\bnot (?:immediately )?(?:claim|confirm|comment)|\bdeclined to (?:comment|confirm)|\bdid not (?:confirm|comment|answer|respond|reply)|\b(?:yet|hard|difficult|impossible) to (?:verify|confirm)",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:possibl[ey]|perhaps|rumou?r(?:s|ed)?|unconfirmed|unverified|cannot confirm|could not (?:be )?(?:confirm(?:ed)?|verif(?:y|ied))|believed|believes?|thought to|suspects?|may have|might have|could have|apparently|allegation|is said to|are said to|are thought|is thought|feared)\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\b(?:was|were|is|are) (?:behind|responsible|to blame)\b|\bblam(?:ed|es|ing)\b|\baccus(?:ed|es|ing)\b",
    re.IGNORECASE,
)
_SUSPECTED = re.compile(
    r"\b(?:suspected|presumed|alleged(?:ly)?|believed to be|believed to belong|thought to be|said to be|likely|who said they belonged|identified as)\b",
    re.IGNORECASE,
)
_THREAT = re.compile(
    r"\b(?:threat(?:en|ens|ened|ening)|warned (?:it|they|he|that it|that they) (?:would|will)|promised to (?:kill|attack|avenge)|vow(?:ed|s|ing) (?:revenge|to (?:kill|attack|avenge|target)))\b",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"\b(?:(?:is|are|was|were) (?:(?:planned|scheduled|due|preparing|planning) (?:to|for|on|a|an)\b|(?:set|expected|about) to\b|planned\b|scheduled\b|to be held|to take place)|plans? to|planned to|preparing (?:a|an|to|for)|will (?:be )?(?:hold|held|march|launch|deploy|begin|start|withdraw|open|sign|strike|demonstrate|protest|gather|send|close|release)|called (?:for|on)\b[^.;]{0,40}\b(?:protest|demonstrat|march|strike|rall)|(?:is|are) to (?:begin|start|hold|march|meet|sign))",
    re.IGNORECASE,
)
_WARN = re.compile(
    r"\b(?:warn(?:s|ed|ing)? (?:of|that|against)|had warned|likely|remain (?:likely|possible)|risk of|fear(?:s|ed)? (?:that|of)|was possible|is possible|possible before|vow(?:s|ed)? to|has vowed|hopes? to|aims? to|want(?:s|ed)? to|called? for an? (?:end|halt|investigation|inquiry))\b",
    re.IGNORECASE,
)
_MANY = re.compile(
    r"\b(?:(?P<kind>incidents?|attacks?|raids?|events?|cases|violations|strikes|clashes|abductions|kidnappings|killings|ambushes|protests|explosions|arrests|demonstrations|bombings|assassinations|blasts|airstrikes))\b",
    re.IGNORECASE,
)
_UNTYPED = {
    "incident",
    "incidents",
    "attack",
    "attacks",
    "raid",
    "raids",
    "event",
    "events",
    "case",
    "cases",
    "violations",
}
_OVER_TIME = re.compile(
    r"\b(?:have|has) (?:been )?(?:killed|died|wounded|injured|displaced|lost)\b[^.;]{0,60}\bsince\b|\b(?:killed|died|dead|deaths|wounded|displaced)\b[^.;]{0,50}\b(?:so far|this (?:year|month)|since (?:january|february|march|april|may|june|july|august|september|october|november|december|the (?:start|beginning)|(?:19|20)\d\d))|\b(?:weeks|months|years|days) (?:in which|of (?:clashes|fighting|violence))\b|\bin (?:attacks|clashes|violence|incidents)\b[^.;]{0,40}\b(?:this|last|past) (?:week|month|year)\b",
    re.IGNORECASE,
)
_COUNTING = re.compile(
    r"\b(?:record(?:s|ed|ing)?|count(?:s|ed|ing)?|regist(?:ers?|ered|ering)|document(?:s|ed|ing)?|report(?:s|ed)?|tall(?:y|ied)|verif(?:y|ied)|logg(?:ed|ing)|log|averag(?:e|ed|ing)|total(?:s|led|ed)?|number of|fell|rose|dropped|increased|decreased|declined|more than|at least|some|nearly|about|over|there (?:were|have been)|saw|suffered|experienced|monthly|summary)\b",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"\b(?:(?:each|every|per|a) (?:day|week|month|year)|this (?:week|month|year)|last (?:week|month|year)|in (?:the )?(?:first|second|third|fourth|last|past) \w+|(?:over|during|in|for) the (?:past|last|previous|month|week|year|quarter|reporting period)|in \w+ 20\d\d|in (?:january|february|march|april|may|june|july|august|september|october|november|december)|since |(?:week|month|year|quarter)(?: before)?|in (?:19|20)\d\d|monthly|weekly|annual\w*|so far)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:\b\d[\d,]*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens|scores|hundreds|thousands)\b)(?:\s+(?:of|such|violent|separate|armed|security|militant|\w+))?(?:\s+\w+)?\s+(?:incidents|attacks|raids|events|cases|violations|strikes|clashes|abductions|kidnappings|killings|ambushes|protests|explosions|arrests|demonstrations|bombings|assassinations|blasts|airstrikes)\b",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    r"\b(?:incidents|attacks|raids|events|cases|abductions|deaths|violence|clashes)\b[^.;]{0,30}\b(?:fell|rose|dropped|increased|decreased|declined|climbed|jumped)\b[^.;]{0,20}\d",
    re.IGNORECASE,
)
_HABIT = re.compile(
    r"\b(?:(?:is|are|remain|remains|have become|has become) (?:common|frequent|routine|rife|widespread|regular|a regular|commonplace|rampant|mounting|rising|increasing|on the rise)|regularly|routinely|often|frequently|usually|every (?:night|day|week|month)|almost every|each (?:night|day|week|month)|by night|once a|twice a|for (?:years|months|decades|weeks)|in recent (?:years|months)|over the (?:years|past|last)|all winter|most nights|repeatedly|continue to|tend to|used to|time and again|daily|nightly|season)\b",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"\b(?:deadliest|worst|bloodiest|first|second|third|fourth|fifth|latest|biggest|largest|heaviest)\b[^.;]{0,40}\b(?:attack|strike|incident|bombing|such|raid|clash|ambush|assault|killing)",
    re.IGNORECASE,
)
_ANAPHOR = re.compile(
    r"\b(?:the|this|that|these|those|sunday's|monday's|tuesday's|wednesday's|thursday's|friday's|saturday's|such an?)\s+(?:\w+\s+){0,2}?(?:attack|assault|raid|blast|explosion|bombing|shelling|strike|strikes|air strike|airstrike|killing|killings|ambush|clash|clashes|battle|fighting|shooting|incident|massacre|violence|toll|abduction|kidnapping|dead|victims|attackers|assailants|gunmen|militants|bombers?|bodies|protest|demonstration|march|rally|agreement|deal|operation)\b",
    re.IGNORECASE,
)
_NO_EVENT = re.compile(
    r"\b(?:did not (?:mention|specify|provide|give|state|name|elaborate)|no suggestion|digging up|(?:was|were) (?:once|born|founded|formed)\b|sirens?|only (?:military|legitimate) targets|never targets?|ten recipes|subscribe)\b|\b(?:has|have) (?:lived|been|remained) (?:under|without|on)\b",
    re.IGNORECASE,
)
_COMMEMORATE = re.compile(
    r"\b(?:anniversary of (?:the|a|its|his|her) (?:\w+ )?(?:attack|bombing|massacre|killing|battle|siege|war|uprising|revolution|shooting|death)|mark(?:s|ed|ing)? the \w+ anniversary|commemorat\w+|in memory of|memorial|drill|military exercise|film|novel|museum|on trial|sentenced|convicted|in court|(?:court|judge)s? (?:sentenced|convicted|ruled|heard|acquitted)|tribunal|charged with|indicted|pleaded)\b",
    re.IGNORECASE,
)
_FOILED = re.compile(
    r"\b(?:foil(?:ed|s|ing)|thwart(?:ed|s|ing)|prevented|averted|intercepted|repell?ed|repulsed)\b", re.IGNORECASE
)
_AFTERWARDS = re.compile(
    r"\b(?:recovered|were found|was found|discovered|retrieved|pulled from|died (?:later|of|from)|succumbed|brought in|buried|later died)\b",
    re.IGNORECASE,
)
_ATTEMPT = re.compile(r"\b(?:attempt(?:ed|s|ing)? (?:to|an?)|tried to|trying to|failed to|attempted)\b", re.IGNORECASE)

_WEAPON = re.compile(
    r"\b(?:assault rifles?|automatic (?:rifles?|weapons?)|machine[- ]?guns?|rifles?|pistols?|small arms|light weapons|heavy weapons|live (?:rounds|fire|ammunition|bullets)|knives|knife|machetes?|"
    r"bladed weapons?|axes?|hand grenades?|grenades?|(?:roadside|car|truck|sticky|magnetic|parcel|motorcycle|home-?made|nail|pipe|cluster|barrel|glide|guided|petrol) bombs?|ieds?|vbieds?|svbieds?|explosive (?:devices?|vests?|belts?)|"
    r"(?:anti-tank |anti-personnel |land)?mines?|mortars?(?: (?:rounds?|shells?|bombs?))?|rockets?|artillery|howitzers?|(?:ballistic |cruise |guided |anti-tank )?missiles?|tanks?|drones?|jets?|warplanes?|helicopters?|gunships?|tear gas|"
    r"water cannons?|rubber bullets|stones|batons|chlorine|sarin|suicide (?:vests?|belts?)|explosives|bombs?|shells|firearms|guns|arrows|spears|sticks|clubs)\b",
    re.IGNORECASE,
)  # fmt: skip

_VIOLENT = {
    "armed_clash", "attack", "suicide_bomb", "shelling_artillery_missile_attack", "air_drone_strike", "remote_explosive_landmine_ied",
    "grenade", "chemical_weapon", "abduction_forced_disappearance", "sexual_violence", "government_regains_territory",
    "non_state_actor_overtakes_territory", "mob_violence", "excessive_force_against_protesters", "violent_demonstration",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Statement:
    modality: Modality
    outcome: Outcome
    span: tuple[int, int] | None
    total: bool = False
    untyped: bool = False


def _statement(segment: Segment, trigger: Any, times: Sequence[TimeExpression]) -> _Statement | None:
    """What kind of statement a segment makes; None where it makes none about an event."""
    text, offset = segment.text, segment.start

    def at(m: re.Match[str]) -> tuple[int, int]:
        return offset + m.start(), offset + m.end()

    if m := _UNCLAIMED.search(segment.raw):
        strong = [c for c in segment.cues if c.strong and not offset + m.start() <= c.start < offset + m.end()]
        if not strong or re.search(r"no (?:group|one)|nobody", m[0], re.IGNORECASE):
            return None
    if _COMMEMORATE.search(text) or _NO_EVENT.search(text):
        return None
    frame = segment.frame
    if m := _THREAT.search(text):
        return _Statement("threatened", "unknown", at(m))
    if frame is not None and frame.saying == "threatens":
        return _Statement("threatened", "unknown", (frame.start, frame.end))
    if (m := _FROM_TO.search(text)) or (
        (m := _NUMBERED.search(text)) and (_COUNTING.search(text)) and _PERIOD.search(text)
    ):
        kind = _MANY.search(m[0])
        return _Statement(
            "generic", "unknown", at(m), total=True, untyped=kind is not None and kind[0].lower() in _UNTYPED
        )
    if (m := _OVER_TIME.search(text)) and DEATH_WORDS.search(text):
        return _Statement("aggregate", "unknown", at(m), total=True, untyped=True)
    if re.search(
        r"^\W*(?:nobody|no[ -]one|none|no (?:people|suspects?|arrests?))\b[^.;]{0,40}\b(?:arrest|detain|abduct|captur|held)",
        text,
        re.IGNORECASE,
    ):
        return None
    if m := _NOT_ME.search(text):
        return _Statement("denied", "accomplished", at(m))
    if (frame is not None and frame.saying == "denies") or ((m := _DENIED.search(text)) and segment.cues):
        span = at(m) if (m := _DENIED.search(text)) else None
        return _Statement("denied", "accomplished", span)
    if m := _PLAN.search(text):
        if not _COMPARE.search(text):
            return _Statement("planned", "unknown", at(m))
    if frame is not None and frame.saying == "plans" and frame.verb != "schedule":
        return _Statement("planned", "unknown", (frame.start, frame.end))
    if (
        hypothetical(trigger, text)
        or re.search(r"^\W*(?:if|unless)\b", text, re.IGNORECASE)
        or (_WARN.search(text) and not _past_fact(trigger))
    ):
        return None
    if re.search(r"\bif we\b|\bif they\b|\bwill (?:kill|attack|die)\b", text, re.IGNORECASE):
        return None
    habit = [t for t in times if t.kind == "habit" and segment.start <= t.start < segment.end]
    if m := _HABIT.search(text):
        if not any(
            t.kind == "point" and t.when.precision in ("day",) and segment.start <= t.start < segment.end for t in times
        ):
            return _Statement("generic", "unknown", at(m))
    if habit and not any(t.kind == "point" and t.when.precision == "day" for t in times):
        return _Statement("generic", "unknown", (habit[0].start, habit[0].end))
    if _present_habit(trigger) and not any(t.kind == "point" and segment.start <= t.start < segment.end for t in times):
        return _Statement("generic", "unknown", (trigger.idx, trigger.idx + len(trigger)))
    if m := _HEDGE.search(text):
        verbs = re.search(
            r"believed to be|believed to belong|suspects? (?:were|was|are|in|of|and|who)|the suspects?|of suspects|\d suspects?|\w+ suspects",
            text,
            re.IGNORECASE,
        )
        if verbs is None:
            return _Statement("possible", "unknown" if "attempt" in text else "accomplished", at(m))
    if m := _FOILED.search(text):
        return _Statement("asserted", "foiled", at(m))
    if m := _ATTEMPT.search(text):
        return _Statement("asserted", "attempted", at(m))
    return _Statement("asserted", "accomplished", None)


def _past_fact(token: Any) -> bool:
    return token.tag_ in ("VBD", "VBN") and not any(t.lemma_.lower() in ("warn", "fear") for t in token.ancestors)


_QUANTIFIED = {"hundreds", "dozens", "scores", "thousands", "several", "many", "some", "tens", "two", "three"}


def _present_habit(token: Any) -> bool:
    """Whether the trigger is a verb in the plain present with a plural subject: "militants tax the catch"."""
    verb = token
    while verb.pos_ not in ("VERB", "AUX") and verb.head.i != verb.i:
        verb = verb.head
    first = verb
    while first.dep_ == "conj" and first.head.pos_ in ("VERB", "AUX") and first.head.i != first.i:
        first = first.head
    if any(c.dep_ in ("aux", "auxpass") and c.lower_ == "have" for c in first.children):
        # "have kidnapped and killed residents": a habit where no day is named and those who did it are many.
        return any(
            p.tag_ == "NNS"
            and p.dep_ in ("nsubj", "nsubjpass")
            and not any(c.dep_ in ("nummod", "det", "prep") or c.lower_ in _QUANTIFIED for c in p.children)
            and p.lower_ not in _QUANTIFIED
            for p in first.children
        )
    if verb.tag_ not in ("VBP", "VBZ") or any(
        c.dep_ in ("aux", "auxpass") and c.lower_ in ("has", "had") for c in verb.children
    ):
        return False
    if verb.lemma_.lower() in ("say", "claim", "report", "deny", "confirm", "announce"):
        return False
    people = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")]
    title = verb.i - verb.sent.start <= 4 and not verb.sent.text.rstrip().endswith((".", "!", "?", "”", '"'))
    if title:
        return False  # headlines tell the past in the present
    if verb.lemma_.lower() == "be" and not any(c.dep_ in ("auxpass",) for c in verb.children):
        return False
    return any(p.tag_ in ("NNS", "NNPS") for p in people) or verb.lemma_.lower() in (
        "control",
        "hold",
        "remain",
        "continue",
    )


# -- types ------------------------------------------------------------------------------------------------------

_KILLED = re.compile(
    r"\b(?:kill(?:ed|ing)|murdered|beheaded|executed|shot dead|massacred|hacked)\b(?! (?:\w+ )?(?:cattle|livestock|animals|sheep|goats))",
    re.IGNORECASE,
)
_WENT_OFF = re.compile(
    r"\b(?:explod\w+|went off|detonat\w+|kill\w*|wound\w*|injur\w+|died|dead|blast)\b", re.IGNORECASE
)

# A type named by weak words alone must have this log posterior to open an incident of its own.
_BELIEVED = -1.1

# Log-odds that a strong and a weak cue add to what the classifier says; chosen on development reports.
_STRONG, _WEAK = 3.0, 0.8
# Below this log posterior a code without any cue of its own is not considered.
_FLOOR = -0.9
# Beside cues for other codes it needs nearly all of the classifier's belief.
_ALONE = -0.2


def _choose(
    segment: Segment,
    scores: TypeScores,
    core: frozenset[str],
    armed_target: bool | None,
    state_initiator: bool | None,
    takes_people: bool,
) -> tuple[str | None, float, bool]:
    """The code of a segment, its score, and whether its words name a type rather than a mere outcome."""
    best: dict[str, float] = {}
    strong = {c.code for c in segment.cues if c.strong}
    weak = {c.code for c in segment.cues if not c.strong}
    for code, logp in scores.codes.items():
        bonus = _STRONG * (code in strong) + _WEAK * (code in weak and code not in strong)
        if not bonus and logp < (_ALONE if segment.cues else _FLOOR):
            continue
        best[code] = max(logp, -_STRONG) + bonus
    if "disrupted_weapons_use" in strong and not _WENT_OFF.search(segment.text):
        best["disrupted_weapons_use"] += 2.0
        for code in ("remote_explosive_landmine_ied", "grenade", "shelling_artillery_missile_attack", "suicide_bomb"):
            best.pop(code, None)
    if (
        state_initiator
        and "remote_explosive_landmine_ied" in best
        and any(t.pos_ == "VERB" and t.lemma_.lower() in ("bomb", "bombard", "strike", "pound") for t in segment.tokens)
    ):
        best["air_drone_strike"] = max(best.get("air_drone_strike", -9), best["remote_explosive_landmine_ied"]) + 1.0
    if armed_target is True and "attack" in best:
        best["armed_clash"] = max(best.get("armed_clash", -9), best["attack"]) + 1.0
    if armed_target is False and "armed_clash" in best and "armed_clash" not in strong:
        best["attack"] = max(best.get("attack", -9), best["armed_clash"]) + 1.0
    if state_initiator is True:
        best.pop("non_state_actor_overtakes_territory", None)
    elif state_initiator is False and "government_regains_territory" in best:
        best["non_state_actor_overtakes_territory"] = max(
            best.get("non_state_actor_overtakes_territory", -9), best.pop("government_regains_territory")
        )
    if "looting_property_destruction" in best and _KILLED.search(segment.text):
        # Whoever also kills is not only after property.
        best["armed_clash" if armed_target else "attack"] = best["looting_property_destruction"] + 0.5
    if takes_people and "abduction_forced_disappearance" in best:
        best["abduction_forced_disappearance"] += 2.0
    if not best:
        return None, scores.none, False
    code = max(best, key=lambda c: (best[c], c))
    specific = code in strong or bool(strong and code not in ("attack", "armed_clash"))
    return code, best[code], specific


# -- reading ----------------------------------------------------------------------------------------------------


def read_mention(
    segment: Segment,
    scores: TypeScores,
    actors: ActorReader,
    codebook: Codebook,
    anchor: date | None,
    reference: date | None,
) -> Mention | None:
    """Read one segment; None where it reports no event."""
    sentence = segment.sentence
    doc, offset = sentence.span.doc, sentence.offset
    future = bool(_PLAN.search(segment.text)) or (segment.frame is not None and segment.frame.saying == "plans")
    times = [
        TimeExpression(t.start + sentence.span.start_char, t.end + sentence.span.start_char, t.when, t.kind, t.relative)
        for t in find_times(
            doc.text[sentence.span.start_char : sentence.span.end_char], anchor, reference, future=future
        )
    ]
    by_index = {t.idx: t for t in segment.tokens}
    cue_tokens = _cue_tokens(segment, by_index)
    if not cue_tokens:
        return None
    lead = _lead(segment, cue_tokens)
    statement = _statement(segment, lead, times)
    if statement is None:
        return None
    abduction = any(c.code == "abduction_forced_disappearance" for c in segment.cues)
    dates = tuple((t.start, t.end) for t in times if t.kind != "habit")
    speaker = (segment.frame.speaker_start, segment.frame.speaker_end) if segment.frame else (0, 0)
    counted = Segment(
        sentence, segment.tokens, segment.start, segment.end, [], None, blanked=(*segment.blanked, *dates)
    )
    counts = read_tolls(
        [t for t in segment.tokens if not speaker[0] <= t.idx < speaker[1]],
        counted.text,
        segment.start,
        codebook.vague_counts,
        abduction=abduction,
        without=(*dates, speaker),
    )
    initiator, target = _roles(segment, cue_tokens, actors, offset)
    armed = is_armed(target[0].actor.kind) if target else None
    takes_people = any(
        t.lemma_.lower() in ("take", "seize", "capture", "snatch", "grab", "hold")
        and any((n := actors.of_phrase(o, offset)) is not None and n.actor.kind == "Civilians" for o in objects(t))
        for t in segment.tokens
        if t.pos_ == "VERB"
    )
    state = (initiator[0].actor.kind in ("State forces", "External/Other forces")) if initiator else None
    code, score, specific = _choose(segment, scores, frozenset(codebook.codes), armed, state, takes_people)
    if statement.untyped:
        code = None
    toll_only = all(
        DEATH_WORDS.fullmatch(doc.text[c.start : c.end])
        or doc.text[c.start : c.end].lower()
        in (
            "wounded",
            "wounding",
            "injured",
            "injuring",
            "missing",
            "hit",
            "incident",
            "incidents",
            "victim",
            "victims",
            "hurt",
            "harm",
            "harmed",
            "losses",
            "casualties",
            "taken",
            "fled",
        )
        for c in segment.cues
    )
    claimed = bool(_CLAIM.search(segment.text))
    blamed = bool(_BEHIND.search(segment.text)) and bool(initiator)
    strong = any(c.strong for c in segment.cues)
    believed = code is not None and scores.codes[code] > _BELIEVED and scores.codes[code] > scores.none
    own_type = not toll_only and not (blamed and not strong) and code is not None and (strong or believed)
    if (
        code == "other"
        and counts
        and all(c.code != "other" or "bod" in doc.text[c.start : c.end].lower() for c in segment.cues if c.strong)
    ):
        own_type = False  # bodies found after an attack already told
    row = sentence.part.kind == "cell"
    if code is None and not statement.total and not counts:
        return None
    # Nothing but weak words, and the classifier is sure that it is no event.
    if row:
        own_type = code is not None
    elif (
        not strong
        and not (target and _own_news(segment, times))
        and not counts
        and not claimed
        and not statement.total
        and not blamed
        and statement.modality not in ("denied",)
        and scores.none > max(scores.codes.values(), default=-9)
    ):
        return None
    if (
        not row
        and strong
        and scores.none > -0.15
        and not counts
        and statement.modality == "asserted"
        and not (initiator and target)
    ):
        return None
    start, end = _trigger(segment, code, cue_tokens)
    suspected = _SUSPECTED.search(segment.text)
    weapon = _weapon(segment)
    time = _time(segment, times, lead)
    if time is None and sentence.lead is not None:
        a, b = sentence.lead
        dated = [t for t in find_times(actors.text[a:b], anchor, reference) if t.when.start is not None]
        if dated:
            t = dated[0]
            time = TimeExpression(a - offset + t.start, a - offset + t.end, t.when, t.kind, t.relative)
    mention = Mention(
        segment,
        (offset + start, offset + end),
        code,
        score,
        own_type,
        specific,
        statement.modality,
        statement.outcome,
        time=time,
        initiator=initiator,
        target=target,
        counts=counts,
        weapon=None if weapon is None else (weapon[0], weapon[1] + offset, weapon[2] + offset),
        claimed=claimed and statement.modality == "asserted",
        suspected=(offset + segment.start + suspected.start(), offset + segment.start + suspected.end())
        if suspected
        else None,
        anaphor=bool(_ANAPHOR.search(segment.text)),
        modality_span=(statement.span[0] + offset, statement.span[1] + offset) if statement.span else None,
        total=statement.total,
        blamed=blamed,
    )
    if segment.relative:
        mention.background = True
    if not own_type and counts and _AFTERWARDS.search(segment.text):
        mention.time = None  # the day bodies were found or the wounded died, not that of the attack
    if mention.time is not None:
        t = mention.time
        mention.time = TimeExpression(t.start + offset, t.end + offset, t.when, t.kind, t.relative)
    if (
        _COMPARE.search(segment.text)
        and not counts
        and statement.modality == "asserted"
        and not _own_news(segment, times)
    ):
        return None
    return mention


def _own_news(segment: Segment, times: Sequence[TimeExpression]) -> bool:
    return any(t.kind == "point" and segment.start <= t.start < segment.end for t in times)


def _cue_tokens(segment: Segment, by_index: Mapping[int, Any]) -> list[tuple[Cue, Any]]:
    pairs = []
    for cue in segment.cues:
        inside = [t for i, t in by_index.items() if cue.start <= i < cue.end]
        if inside:
            verbs = [t for t in inside if t.pos_ == "VERB"]
            nouns = [t for t in inside if t.pos_ in ("NOUN", "PROPN")]
            pairs.append((cue, (verbs or nouns or inside)[0]))
    return pairs


def _lead(segment: Segment, pairs: Sequence[tuple[Cue, Any]]) -> Any:
    """The token that decides mood and tense: a strong verb first."""
    ranked = sorted(pairs, key=lambda p: (not p[0].strong, p[1].pos_ != "VERB", p[0].start))
    return ranked[0][1]


def _trigger(segment: Segment, code: str | None, pairs: Sequence[tuple[Cue, Any]]) -> tuple[int, int]:
    ranked = sorted(pairs, key=lambda p: (p[0].code != code, not p[0].strong, p[0].start))
    cue = ranked[0][0]
    return cue.start, cue.end


def _weapon(segment: Segment) -> tuple[str, int, int] | None:
    if m := _WEAPON.search(segment.text):
        return m[0], segment.start + m.start(), segment.start + m.end()
    return None


def _time(segment: Segment, times: Sequence[TimeExpression], lead: Any) -> TimeExpression | None:
    """The expression that dates the event: in the segment, not the one that dates the speech."""
    frame = segment.frame
    candidates = []
    for t in times:
        if not segment.start <= t.start < segment.end:
            continue
        if t.kind == "habit":
            continue
        if t.kind == "since" and not segment.relative:
            continue
        candidates.append(t)
    if frame is not None and len(candidates) >= 1:
        verb_at = next(
            (
                tok.idx
                for tok in segment.sentence.span
                if tok.lemma_.lower() == frame.verb
                and (frame.speaker_start <= tok.idx or True)
                and tok.pos_ == "VERB"
                and abs(tok.idx - frame.speaker_end) < 60
            ),
            None,
        )
        if verb_at is not None:
            spoken = [t for t in candidates if _dates_speech(t, verb_at, frame, segment)]
            rest = [t for t in candidates if t not in spoken]
            # "The force said Monday that it had released them": the day of the statement is the day of the news,
            # unless the sentence or the story has another.
            candidates = rest or [
                TimeExpression(
                    t.start, t.end, replace(t.when, anchor=f"{t.when.anchor}, day of the statement"), t.kind, t.relative
                )
                for t in spoken
            ]
    if segment.relative:
        # "since December, when ...": the date stands before the clause.
        before = [t for t in times if t.start < segment.start and segment.start - t.end < 12]
        candidates = candidates or before[-1:]
    if not candidates:
        return None
    points = [t for t in candidates if t.kind in ("point", "future")] or candidates
    at = lead.idx
    return min(points, key=lambda t: (t.when.start is None, min(abs(t.start - at), abs(t.end - at))))


def _dates_speech(t: TimeExpression, verb_at: int, frame: Frame, segment: Segment) -> bool:
    """Whether an expression stands beside the verb of saying: "an officer in the area said on Monday"."""
    text = segment.sentence.span.doc.text
    if verb_at < t.start:
        between = text[verb_at : t.start]
        return bool(
            re.fullmatch(
                r"\w+(?: (?:in a statement|by telephone|reporters|the agency|late|early))?\s*,?\s*(?:on\s)?", between
            )
        ) and bool(re.match(r"^\s*(?:[.,;]|that\b|denied|rejected|$|its|the|his|it|he|she|they)", text[t.end :]))
    between = text[t.end : verb_at]
    return frame.speaker_end <= t.start and len(between) < 3


_MEANS = {
    "bomb",
    "blast",
    "explosion",
    "shell",
    "mortar",
    "missile",
    "rocket",
    "drone",
    "strike",
    "airstrike",
    "raid",
    "round",
    "mine",
    "ied",
    "device",
    "grenade",
    "attack",
    "bombing",
    "shelling",
    "fire",
    "gunfire",
    "bullet",
    "vehicle",
    "motorcycle",
    "clash",
    "fighting",
    "ambush",
    "assault",
    "shooting",
    "explosive",
    "bombardment",
}
_SPEECH_LEMMAS = {"say", "tell", "report", "confirm", "announce", "add"}


def _roles(
    segment: Segment, pairs: Sequence[tuple[Cue, Any]], actors: ActorReader, offset: int
) -> tuple[list[Named], list[Named]]:
    """Who did it, and to whom, as the segment says."""
    doers: list[Named] = []
    done_to: list[Named] = []

    def put(where: list[Named], named: Named | None) -> None:
        if named is not None and all(n.start != named.start for n in where):
            where.append(named)

    seen: set[int] = set()
    for _, token in sorted(pairs, key=lambda p: (p[1].pos_ != "VERB", p[1].i)):
        if token.i in seen:
            continue
        seen.add(token.i)
        if token.pos_ in ("VERB", "AUX") or token.tag_ in ("VBN", "VBD", "VBG"):
            intransitive = token.lemma_.lower() in ("die", "perish", "succumb")
            if not intransitive:
                for head in subjects(token):
                    if head.lemma_.lower() in _MEANS:
                        put(doers, _of_means(head, actors, offset))
                    else:
                        put(doers, actors.of_phrase(head, offset))
            for head in patients(token):
                put(done_to, actors.of_phrase(head, offset))
            for prep in (
                c
                for c in token.children
                if c.dep_ == "prep" and c.lower_ in ("on", "at", "against", "into", "from", "with", "of")
            ):
                if prep.lower_ in ("from", "with", "of") and token.lemma_.lower() not in (
                    "clash",
                    "capture",
                    "seize",
                    "take",
                    "retake",
                    "recapture",
                    "wrest",
                    "battle",
                    "regain",
                    "sign",
                    "exchange",
                ):
                    continue
                for head in (c for c in prep.children if c.dep_ == "pobj"):
                    put(done_to, actors.of_phrase(head, offset))
        elif token.pos_ in ("NOUN", "PROPN", "ADJ"):
            verb = token.head
            if token.dep_ in ("dobj", "obj") and verb.lemma_.lower() in _CARRY_OUT:
                for head in subjects(verb):
                    put(doers, actors.of_phrase(head, offset))
            for prep in (c for c in token.children if c.dep_ in ("prep", "agent")):
                for head in (c for c in prep.children if c.dep_ == "pobj"):
                    if prep.lower_ in ("on", "against", "of", "at") and token.lemma_.lower() not in ("member", "toll"):
                        put(done_to, actors.of_phrase(head, offset))
                    elif prep.lower_ == "by":
                        put(doers, actors.of_phrase(head, offset))
                    elif prep.lower_ in ("between", "with"):
                        heads = [head, *head.conjuncts]
                        put(doers, actors.of_phrase(heads[0], offset))
                        for other in heads[1:]:
                            put(done_to, actors.of_phrase(other, offset))
            put(doers, _of_means(token, actors, offset))
            if token.lower_ == "dead":
                for head in patients(token):
                    put(done_to, actors.of_phrase(head, offset))
    for token in segment.tokens:
        if token.lemma_.lower() in ("blame", "accuse") and token.pos_ == "VERB":
            doers = [n for head in objects(token) if (n := actors.of_phrase(head, offset)) is not None]
        elif (
            token.lower_ in ("behind", "responsible")
            and token.head.lemma_.lower() == "be"
            and _BEHIND.search(segment.text)
        ):
            doers = [n for head in subjects(token.head) if (n := actors.of_phrase(head, offset)) is not None]
    if segment.frame is not None and segment.frame.speaker:
        doers = [_speaks(d, segment.frame, actors, offset) for d in doers]
    if not doers and (m := _CLAIM.search(segment.text)) and segment.frame is None:
        for token in segment.tokens:
            if token.lemma_.lower() in ("claim", "take") and abs(token.idx - (segment.start + m.start())) < 3:
                for head in subjects(token):
                    put(doers, actors.of_phrase(head, offset))
    doers = [d for d in doers if all(d.start != t.start for t in done_to) or d not in done_to]
    # Somebody who is killed did not do it, and a civilian who is the only one named suffered it.
    doers = [d for d in doers if d.actor.kind is not None]
    return doers, [t for t in done_to if all(t.start != d.start for d in doers)]


_CARRY_OUT = {
    "carry",
    "launch",
    "conduct",
    "prepare",
    "stage",
    "mount",
    "begin",
    "start",
    "make",
    "commit",
    "perpetrate",
    "plan",
    "hold",
    "set",
    "plant",
    "lay",
    "deny",
    "claim",
    "suffer",
} - {"suffer", "deny"}


def _speaks(named: Named, frame: Frame, actors: ActorReader, offset: int) -> Named:
    """ "It said it had captured two men": a pronoun in what somebody says is the speaker, where that is an actor."""
    if not named.basis.startswith("inferred: “"):
        return named
    inside = [m for m in actors.within(offset + frame.speaker_start, offset + frame.speaker_end) if is_armed(m.kind)]
    return actors.named(inside[0], "inferred: the speaker") if inside else named


def _of_means(token: Any, actors: ActorReader, offset: int) -> Named | None:
    """The actor whose strike, drone or attack it is: "a Turkish drone", "the army's shelling"."""
    start, end = offset + token.left_edge.idx, offset + token.idx + len(token)
    named = [m for m in actors.within(start, end) if m.force or is_armed(m.kind)]
    for m in named:
        return actors.named(m)
    for child in token.children:
        if child.dep_ == "acl" and child.lemma_.lower() in ("believe", "suspect", "think", "say"):
            for m in actors.within(offset + child.idx, offset + child.right_edge.idx + len(child.right_edge)):
                return actors.named(m, "inferred: suspected")
    return None
