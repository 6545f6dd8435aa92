"""What kind of statement a segment makes: that something happened, is denied, threatened, planned, usual …

The order of the rules is the order of their force: a denied threat is a threat, a hedged denial a denial. What
each of them looks for is in ``words/statements.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from tocsin.coding._dates import TimeExpression
from tocsin.coding._grammar import lemma
from tocsin.coding._patterns import vocabulary
from tocsin.coding._segments import Segment
from tocsin.coding._speech import is_verb_of_saying
from tocsin.coding._tolls import DEATH
from tocsin.records import Modality, Outcome

__all__ = ["Statement", "is_comparison", "looks_ahead", "read_statement"]

_WORDS = vocabulary("statements").words
_PATTERNS = vocabulary("statements").patterns

# A line without a full stop whose verb comes this early, in words, is taken for a headline.
_HEADLINE = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """What kind of statement a segment makes, and the words that say so (offsets in the sentence's spaCy text).

    `total` statements count incidents or people over a time; `untyped` ones leave open what happened.
    """

    modality: Modality
    outcome: Outcome
    span: tuple[int, int] | None = None
    total: bool = False
    untyped: bool = False


def looks_ahead(segment: Segment) -> bool:
    """Whether the segment tells what is to come, so that "on Tuesday" is the coming one."""
    return _PATTERNS["planned"].search(segment.text) is not None or _saying(segment) == "plans"


def is_comparison(segment: Segment) -> bool:
    """Whether an incident is held against earlier ones: "the deadliest attack in years"."""
    return _PATTERNS["compared"].search(segment.text) is not None


def read_statement(segment: Segment, trigger: Token, times: Sequence[TimeExpression]) -> Statement | None:
    """Return what kind of statement `segment` makes, None where it makes none about an event.

    Parameters
    ----------
    segment : Segment
    trigger : spaCy token
        Names the event; its mood and tense decide.
    times : sequence of TimeExpression
        Those of the whole sentence.
    """
    text = segment.text
    if _tells_nothing(segment):
        return None
    if (statement := _threatened(segment, trigger) or _total(segment)) is not None:
        return statement
    if _PATTERNS["nobody_taken"].search(text):
        return None
    if (statement := _denied(segment) or _planned(segment, trigger)) is not None:
        return statement
    if _imagined(segment, trigger):
        return None
    if (statement := _generic(segment, trigger, times) or _possible(segment)) is not None:
        return statement
    for outcome in ("foiled", "attempted"):
        if (m := _PATTERNS[outcome].search(text)) and not _told_beside(segment, trigger, _span(segment, m)):
            return Statement("asserted", outcome, _span(segment, m))
    return Statement("asserted", "accomplished")


def _told_beside(segment: Segment, trigger: Token, span: tuple[int, int]) -> bool:
    """Whether `trigger` is told as a fact of its own beside the words at `span`: "threatened teachers and shot one".

    That is a verb in the past which those words do not govern; what they tried, feared or promised, they govern.
    """
    words = [t for t in segment.tokens if span[0] <= t.idx < span[1]]
    by_rank = sorted(words, key=lambda t: (t.pos_ != "VERB", t.pos_ != "NOUN"))
    word = by_rank[0] if by_rank else trigger
    if trigger in words or not _is_finite_past(trigger):
        return False
    link = trigger
    while link.i != word.i and link.head.i != link.i:
        if link.head.i == word.i or word in link.ancestors:
            if link.dep_ not in ("advcl", "conj", "relcl"):
                return False
        else:
            return True
        link = link.head
    return True


def _is_finite_past(verb: Token) -> bool:
    if verb.pos_ != "VERB" or verb.tag_ not in ("VBD", "VBN"):
        return False
    if verb.tag_ == "VBD" or verb.dep_ == "conj":
        return True
    return any(c.dep_ in ("aux", "auxpass") and c.lower_ in _WORDS["past_auxiliary"] for c in verb.children)


def _span(segment: Segment, m: re.Match[str]) -> tuple[int, int]:
    return segment.start + m.start(), segment.start + m.end()


def _saying(segment: Segment) -> str:
    """How the speaker puts it; empty where the document speaks for itself."""
    return "" if segment.frame is None else segment.frame.saying


def _frame_span(segment: Segment) -> tuple[int, int] | None:
    return None if segment.frame is None else (segment.frame.start, segment.frame.end)


def _tells_nothing(segment: Segment) -> bool:
    """Whether all it says is that nobody claimed an attack, or it tells of anniversaries, courts or films."""
    if m := _PATTERNS["unclaimed"].search(segment.raw):
        start, end = _span(segment, m)
        if not any(c.strong and not start <= c.start < end for c in segment.cues):
            return True
        if _PATTERNS["by_nobody"].search(m[0]):
            return True
    if _PATTERNS["accident"].search(segment.raw) and not any(c.strong for c in segment.cues):
        return True
    return any(_PATTERNS[p].search(segment.text) for p in ("remembered", "no_event"))


def _threatened(segment: Segment, trigger: Token) -> Statement | None:
    if (m := _PATTERNS["threatened"].search(segment.text)) and not _told_beside(segment, trigger, _span(segment, m)):
        return Statement("threatened", "unknown", _span(segment, m))
    if _saying(segment) == "threatens" and segment.frame is not None:
        verb = next((t for t in segment.tokens if lemma(t) == segment.frame.verb), None)
        if verb is None or not _told_beside(segment, trigger, (verb.idx, verb.idx + len(verb))):
            return Statement("threatened", "unknown", _frame_span(segment))
    return None


def _total(segment: Segment) -> Statement | None:
    """Incidents or deaths counted over a time, which are no incident themselves."""
    text = segment.text
    m = _PATTERNS["from_to"].search(text)
    if m is None and all(_PATTERNS[p].search(text) for p in ("counting", "period")):
        m = _PATTERNS["counted"].search(text)
    if m is not None:
        kind = _PATTERNS["incidents"].search(m[0])
        untyped = kind is not None and kind[0].lower() in _WORDS["untyped"]
        return Statement("generic", "unknown", _span(segment, m), total=True, untyped=untyped)
    if (m := _PATTERNS["over_time"].search(text)) and DEATH.search(text):
        return Statement("aggregate", "unknown", _span(segment, m), total=True, untyped=True)
    return None


def _denied(segment: Segment) -> Statement | None:
    m = _PATTERNS["not_us"].search(segment.text) or _PATTERNS["denied"].search(segment.text)
    if m is None and _saying(segment) != "denies":
        return None
    return Statement("denied", "accomplished", None if m is None else _span(segment, m))


def _planned(segment: Segment, trigger: Token) -> Statement | None:
    m = _PATTERNS["planned"].search(segment.text)
    if m is not None and not is_comparison(segment) and not _told_beside(segment, trigger, _span(segment, m)):
        return Statement("planned", "unknown", _span(segment, m))
    # "Was scheduled" is said of buses and trials; what is scheduled for later the pattern above finds.
    if _saying(segment) == "plans" and segment.frame is not None and segment.frame.verb != "schedule":
        return Statement("planned", "unknown", _frame_span(segment))
    return None


def _imagined(segment: Segment, trigger: Token) -> bool:
    """Whether it speaks of what could, would or should happen, or of what is feared."""
    text = segment.text
    return bool(
        _hypothetical(trigger)
        or _PATTERNS["supposed"].search(text)
        or (_PATTERNS["warned"].search(text) and not _past_fact(trigger))
        or _PATTERNS["conditional_threat"].search(text)
    )


def _hypothetical(trigger: Token) -> bool:
    """Whether the event that `trigger` names is only imagined: under "if", "could", "would", "might"."""
    for token in (trigger, *trigger.ancestors):
        if token.pos_ not in ("VERB", "AUX"):
            continue
        auxiliaries = {c.lower_ for c in token.children if c.dep_ == "aux"}
        if auxiliaries & _WORDS["modal"] and "have" not in auxiliaries:
            return True
        if any(c.dep_ == "mark" and c.lower_ in _WORDS["conditional"] for c in token.children):
            return True
        if token.dep_ in ("ccomp", "parataxis") and is_verb_of_saying(token.head):
            return False  # "would say that it happened"
    return False


def _past_fact(trigger: Token) -> bool:
    return trigger.tag_ in ("VBD", "VBN") and not any(lemma(t) in ("warn", "fear") for t in trigger.ancestors)


def _generic(segment: Segment, trigger: Token, times: Sequence[TimeExpression]) -> Statement | None:
    """What goes on, unless it is dated to a day."""
    own = [t for t in times if segment.start <= t.start < segment.end]
    if (m := _PATTERNS["habit"].search(segment.text)) and not any(_is_day(t) for t in own):
        return Statement("generic", "unknown", _span(segment, m))
    habit = next((t for t in own if t.kind == "habit"), None)
    if habit is not None and not any(_is_day(t) for t in times):
        return Statement("generic", "unknown", (habit.start, habit.end))
    if _present_habit(trigger) and not any(t.kind == "point" for t in own):
        return Statement("generic", "unknown", (trigger.idx, trigger.idx + len(trigger)))
    return None


def _is_day(time: TimeExpression) -> bool:
    return time.kind == "point" and time.when.precision == "day"


def _present_habit(trigger: Token) -> bool:
    """Whether `trigger` is, or is under, a verb that tells a habit: "militants tax the catch"."""
    verb = trigger
    while verb.pos_ not in ("VERB", "AUX") and verb.head.i != verb.i:
        verb = verb.head
    first = verb
    while first.dep_ == "conj" and first.head.pos_ in ("VERB", "AUX") and first.head.i != first.i:
        first = first.head
    if any(c.dep_ in ("aux", "auxpass") and c.lower_ == "have" for c in first.children):
        # "Have kidnapped and killed residents": a habit where no day is named and those who did it are many.
        return any(_is_uncounted_plural(c) for c in first.children)
    auxiliaries = {c.lower_ for c in verb.children if c.dep_ in ("aux", "auxpass")}
    if verb.tag_ not in ("VBP", "VBZ") or auxiliaries & {"has", "had"} or lemma(verb) in _WORDS["telling"]:
        return False
    if _in_headline(verb) or (lemma(verb) == "be" and not any(c.dep_ == "auxpass" for c in verb.children)):
        return False
    plural = any(c.dep_ in ("nsubj", "nsubjpass") and c.tag_ in ("NNS", "NNPS") for c in verb.children)
    return plural or lemma(verb) in _WORDS["standing"]


def _is_uncounted_plural(token: Token) -> bool:
    """Whether `token` is a subject like "militants", not "the militants", "two militants" or "dozens of them"."""
    return (
        token.tag_ == "NNS"
        and token.dep_ in ("nsubj", "nsubjpass")
        and token.lower_ not in _WORDS["counted_subjects"]
        and not any(
            c.dep_ in ("nummod", "det", "prep") or c.lower_ in _WORDS["counted_subjects"] for c in token.children
        )
    )


def _in_headline(verb: Token) -> bool:
    """Headlines tell the past in the present."""
    closed = verb.sent.text.rstrip().endswith((".", "!", "?", "”", '"'))
    return verb.i - verb.sent.start <= _HEADLINE and not closed


def _possible(segment: Segment) -> Statement | None:
    """What is doubted; a doubt about who did it is none about what happened."""
    m = _PATTERNS["hedged"].search(segment.text)
    if m is None or _PATTERNS["doubted_people"].search(segment.text):
        return None
    return Statement("possible", "unknown" if "attempt" in segment.text else "accomplished", _span(segment, m))
