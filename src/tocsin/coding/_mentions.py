"""Segments to mentions: what one stretch of a sentence says of one event, by itself."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from spacy.tokens import Token

from tocsin.codebook import Codebook
from tocsin.coding._actors import ActorReader, Named, is_armed
from tocsin.coding._counts import Quantity, number
from tocsin.coding._cues import NO_CUE, Cue, cued_codes
from tocsin.coding._dates import TimeExpression
from tocsin.coding._event_dates import event_date, lead_date, sentence_times
from tocsin.coding._families import GENERAL
from tocsin.coding._patterns import vocabulary
from tocsin.coding._roles import is_blame, is_claim, read_roles, takes_civilians
from tocsin.coding._segments import Segment, segments
from tocsin.coding._sentences import Sentence
from tocsin.coding._statements import Statement, is_comparison, looks_ahead, read_statement
from tocsin.coding._tolls import DEATH, read_tolls
from tocsin.coding._type_choice import Chosen, TypeScores, choose_type
from tocsin.records import Modality, Outcome

__all__ = ["Mention", "Segment", "TypeScores", "corrected", "read_mention", "segments"]

_WORDS = vocabulary("mentions").words
_PATTERNS = vocabulary("mentions").patterns

# A type named by weak words alone must have this log posterior to open an incident of its own.
_BELIEVED = -1.1
# Above this log posterior of "no event" a strong cue alone is not believed: "the strike force", "a war novel".
_NO_EVENT = -0.15
# "Two men, not five": a noun or so may stand between.
_CORRECTED = re.compile(
    r"(?:\s+[\w'’-]+){0,6}\s*[,;–—-]?\s+(?:and\s+|but\s+)?(?P<not>not)\s+(?P<denied>[\w-]+)"
    r"(?=\s*[,.;:!?\"'”’)]|\s+(?:as|like)\b|\s*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """What one segment says of one event. Offsets are in the document's text.

    `own_type` says whether it names a type of event, not only a toll; `specific` whether by words for just that
    type. `claimed` mentions are an actor's own claim, `blamed` ones say who was behind it, `anaphor` ones speak
    of an event already told ("the attack"), `total` ones count over a time.
    """

    segment: Segment
    trigger: tuple[int, int]
    code: str | None
    score: float
    own_type: bool
    specific: bool
    modality: Modality
    modality_span: tuple[int, int] | None
    outcome: Outcome
    time: TimeExpression | None
    initiator: tuple[Named, ...]
    target: tuple[Named, ...]
    counts: Mapping[str, Quantity]
    weapon: tuple[int, int] | None
    suspected: tuple[int, int] | None
    claimed: bool
    blamed: bool
    anaphor: bool
    total: bool
    background: bool

    @property
    def sentence(self) -> Sentence:
        return self.segment.sentence

    @property
    def start(self) -> int:
        return self.segment.sentence.offset + self.segment.start

    @property
    def end(self) -> int:
        return self.segment.sentence.offset + self.segment.end


def corrected(mention: Mention) -> Mention | None:
    """What `mention` says it was not, as a denial: "one man, not three" denies three; None where there is none."""
    text, offset = mention.sentence.span.doc.text, mention.sentence.offset
    for kind, said in mention.counts.items():
        m = _CORRECTED.match(text, said.end)
        denied = number(m["denied"]) if m is not None else None
        if m is not None and denied is not None and denied != said.best:
            start, end = m.span("denied")
            at = (offset + m.start("not"), offset + end)
            return replace(
                mention,
                trigger=at,
                modality="denied",
                modality_span=at,
                own_type=False,
                specific=False,
                anaphor=True,
                claimed=False,
                counts={kind: Quantity(denied, denied, denied, start, end, "stated")},
            )
    return None


@dataclass(frozen=True, slots=True)
class _Draft:
    """What was read of a segment so far; offsets in its spaCy text."""

    segment: Segment
    triggers: Sequence[tuple[Cue, Token]]
    scores: TypeScores
    statement: Statement
    times: Sequence[TimeExpression]
    doers: Sequence[Named]
    done_to: Sequence[Named]
    counts: Mapping[str, Quantity]
    chosen: Chosen

    @property
    def strong(self) -> bool:
        return any(c.strong for c in self.segment.cues)

    @property
    def by_example(self) -> bool:
        """Whether it has no cue at all."""
        return all(c.code == NO_CUE for c in self.segment.cues)

    @property
    def in_cell(self) -> bool:
        """Whether it is the narrative of a table's row, which always tells of its event."""
        return self.segment.sentence.part.kind == "cell"

    @property
    def blamed(self) -> bool:
        return bool(self.doers) and is_blame(self.segment)

    @property
    def dated(self) -> bool:
        """Whether it tells a day of its own, as news does."""
        return any(t.kind == "point" and self.segment.start <= t.start < self.segment.end for t in self.times)


def read_mention(
    segment: Segment,
    scores: TypeScores,
    actors: ActorReader,
    codebook: Codebook,
    anchor: date | None,
    reference: date | None,
) -> Mention | None:
    """Read one segment; None where it reports no event.

    Parameters
    ----------
    segment : Segment
    scores : TypeScores
        What the classifier says of it.
    actors : ActorReader
        Those of the document.
    codebook : Codebook
    anchor, reference : date or None
        The day of publication, and the last day the story has named.
    """
    triggers = _triggers(segment)
    if not triggers:
        return None
    times = sentence_times(segment.sentence, anchor, reference, future=looks_ahead(segment))
    lead = min(triggers, key=lambda p: (not p[0].strong, p[1].pos_ != "VERB", p[0].start))[1]
    statement = read_statement(segment, lead, times)
    if statement is None:
        return None
    doers, done_to = read_roles(segment, (token for _, token in triggers), actors)
    chosen = choose_type(
        segment,
        scores,
        armed_target=is_armed(done_to[0].actor.kind) if done_to else None,
        state_initiator=doers[0].actor.kind in ("State forces", "External/Other forces") if doers else None,
        takes_people=takes_civilians(segment, actors),
    )
    if statement.untyped:
        chosen = replace(chosen, code=None)
    counts = _tolls(segment, times, codebook)
    draft = _Draft(segment, triggers, scores, statement, times, doers, done_to, counts, chosen)
    if _is_no_news(draft):
        return None
    own_type = _has_own_type(draft)
    return _mention(draft, own_type, _date(draft, own_type, lead, actors.text, anchor, reference))


def _triggers(segment: Segment) -> list[tuple[Cue, Token]]:
    """Each cue with the token that carries it: a verb before a noun, and a noun before any other word."""
    found = []
    for cue in segment.cues:
        inside = [t for t in segment.tokens if cue.start <= t.idx < cue.end]
        if inside:
            rank = {"VERB": 0, "NOUN": 1, "PROPN": 1}
            # Of "hand grenade" the grenade: the word that the others of the cue hang on.
            within = {t.i for t in inside}
            found.append(
                (cue, min(inside, key=lambda t: (rank.get(t.pos_, 2), t.head.i != t.i and t.head.i in within)))
            )
    return found


def _tolls(segment: Segment, times: Iterable[TimeExpression], codebook: Codebook) -> dict[str, Quantity]:
    """The tolls it states; numbers in dates and in the speaker's words are none."""
    frame = segment.frame
    speaker = (frame.speaker_start, frame.speaker_end) if frame is not None else (0, 0)
    dates = tuple((t.start, t.end) for t in times if t.kind != "habit")
    return read_tolls(
        [t for t in segment.tokens if not speaker[0] <= t.idx < speaker[1]],
        segment.text_without(dates),
        segment.start,
        codebook.vague_counts,
        abduction=any(c.code == "abduction_forced_disappearance" for c in segment.cues),
        without=(*dates, speaker),
    )


def _is_no_news(draft: _Draft) -> bool:
    """Whether its words name an event that it does not report."""
    code, statement = draft.chosen.code, draft.statement
    if code is None and not statement.total and not draft.counts:
        return True
    asserted = statement.modality == "asserted"
    if asserted and not draft.counts and not draft.dated and is_comparison(draft.segment):
        return True  # "the deadliest attack in years": the one told before
    if draft.by_example:
        return draft.chosen.score <= 0  # nothing speaks for it but its likeness to examples
    if draft.in_cell or draft.counts:
        return False
    if draft.strong:
        return asserted and draft.scores.none > _NO_EVENT and not (draft.doers and draft.done_to)
    # Nothing but weak words, and the classifier is sure that it is no event.
    return (
        draft.scores.none > draft.scores.best
        and not (draft.done_to and draft.dated)
        and not is_claim(draft.segment)
        and not statement.total
        and not draft.blamed
        and statement.modality not in ("denied", "threatened")
    )


def _has_own_type(draft: _Draft) -> bool:
    """Whether it says what happened, rather than only how many were harmed or who did it."""
    code = draft.chosen.code
    if code is None or draft.in_cell or (draft.chosen.score > 0 and code not in cued_codes()):
        return code is not None
    segment = draft.segment
    words = [(c, segment.sentence.source[c.start : c.end]) for c in segment.cues]
    if all(DEATH.fullmatch(word) or word.lower() in _WORDS["harm_only"] for _, word in words):
        return False
    bodies = all(c.code != "other" or "bod" in word.lower() for c, word in words if c.strong)
    if code == "other" and draft.counts and bodies:
        return False  # found after an attack already told
    if draft.strong:
        return True
    # Whether violence is an attack or a clash is told by who suffered it; that it is one of them, by the words.
    believed = max(draft.scores.codes.get(c, -math.inf) for c in (GENERAL if code in GENERAL else (code,)))
    return not draft.blamed and believed > max(_BELIEVED, draft.scores.none)


def _outcome(draft: _Draft) -> Outcome:
    """How it ended. Whoever "tried to storm a base" and killed two there did not only try."""
    tolls = [draft.counts[kind] for kind in ("deaths", "injured") if kind in draft.counts]
    harmed = any((toll.low or toll.best or 0) > 0 for toll in tolls)
    outcome = draft.statement.outcome
    return "accomplished" if outcome == "attempted" and harmed else outcome


def _date(
    draft: _Draft, own_type: bool, lead: Token, text: str, anchor: date | None, reference: date | None
) -> TimeExpression | None:
    """When it happened; offsets in the document's text."""
    segment = draft.segment
    if draft.counts and not own_type and _PATTERNS["afterwards"].search(segment.text):
        return None  # the day bodies were found or the wounded died, not that of the attack
    time = event_date(segment, draft.times, lead)
    if time is None:
        return lead_date(segment.sentence, text, anchor, reference)
    offset = segment.sentence.offset
    return replace(time, start=time.start + offset, end=time.end + offset)


def _mention(draft: _Draft, own_type: bool, time: TimeExpression | None) -> Mention:
    segment, statement, chosen = draft.segment, draft.statement, draft.chosen
    offset = segment.sentence.offset

    def find(pattern: str) -> tuple[int, int] | None:
        m = _PATTERNS[pattern].search(segment.text)
        return None if m is None else (offset + segment.start + m.start(), offset + segment.start + m.end())

    trigger = min((cue for cue, _ in draft.triggers), key=lambda c: (c.code != chosen.code, not c.strong, c.start))
    return Mention(
        segment=segment,
        trigger=(offset + trigger.start, offset + trigger.end),
        code=chosen.code,
        score=chosen.score,
        own_type=own_type,
        specific=chosen.specific,
        modality=statement.modality,
        modality_span=None if statement.span is None else (statement.span[0] + offset, statement.span[1] + offset),
        outcome=_outcome(draft),
        time=time,
        initiator=tuple(draft.doers),
        target=tuple(draft.done_to),
        counts=draft.counts,
        weapon=find("weapon"),
        suspected=find("suspected"),
        claimed=statement.modality == "asserted" and is_claim(segment),
        blamed=draft.blamed,
        anaphor=find("told_before") is not None,
        total=statement.total,
        background=segment.relative,
    )
