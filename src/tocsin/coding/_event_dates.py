"""Which of the times in a sentence dates the event of a segment, and which only the saying of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from spacy.tokens import Span, Token

from tocsin.coding._dates import TimeExpression, find_times
from tocsin.coding._grammar import lemma
from tocsin.coding._patterns import vocabulary
from tocsin.coding._roles import is_claim
from tocsin.coding._segments import Segment
from tocsin.coding._sentences import Sentence
from tocsin.coding._speech import Frame
from tocsin.coding._timex import Tense

__all__ = ["event_date", "filed_on", "is_of_statement", "lead_date", "sentence_times", "tense_at"]

_PATTERNS = vocabulary("mentions").patterns
_WORDS = vocabulary("dates").words
# The tense of a clause stands on one of so many words above any of its own.
_FARTHEST = 8
# A report is published at most so long after it was filed; a longer lag is another year, or a report put up again.
_LAG = timedelta(days=14)
_VERB_TAGS = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD"})
_OF_STATEMENT = ", day of the statement"
_COMPARED = vocabulary("dates").patterns["compared_with"]
# Kinds of expressions that say when something happened.
_DATING = ("point", "future", "past")
# How far from its speaker a verb of saying may stand, in characters.
_NEAR_SPEAKER = 60
# What fits between a day and the verb of saying right after it: a space and a comma.
_RIGHT_BEFORE = 3
# What fits between "since December" and the clause it dates: a comma, "when".
_BEFORE_CLAUSE = 12


def is_of_statement(time: TimeExpression) -> bool:
    """Whether the day is that on which somebody spoke, for want of the day on which it happened."""
    return time.when.anchor.endswith(_OF_STATEMENT)


def sentence_times(
    sentence: Sentence, anchor: date | None, reference: date | None, *, future: bool
) -> list[TimeExpression]:
    """The time expressions of a sentence; offsets in its spaCy text. `future` is that of the segment looked at."""
    own = tense_at(sentence.span)

    def tense(offset: int) -> Tense:
        return "future" if future and own(offset) == "present" else own(offset)

    found = find_times(sentence.span.text, anchor, reference, tense=tense)
    return [_moved(t, sentence.span.start_char) for t in found]


def event_date(segment: Segment, times: Sequence[TimeExpression], trigger: Token) -> TimeExpression | None:
    """The expression that dates the event, nearest to its trigger; None where none does."""
    candidates = [
        t
        for t in times
        if segment.start <= t.start < segment.end and (t.kind in _DATING or (t.kind == "since" and segment.relative))
    ]
    source = segment.sentence.source
    candidates = [t for t in candidates if not _COMPARED.search(source[max(0, t.start - _NEAR_SPEAKER) : t.start])]
    if segment.frame is not None and candidates:
        candidates = _without_days_of_speech(candidates, segment, segment.frame)
    if is_claim(segment):
        candidates = [_of_statement(t) if _is_of_main_clause(t, segment.sentence.span) else t for t in candidates]
    if segment.relative and not candidates:
        # "since December, when ...": the date stands before the clause.
        before = [t for t in times if t.start < segment.start and segment.start - t.end < _BEFORE_CLAUSE]
        candidates = before[-1:]
    candidates = [t for t in candidates if t.kind in ("point", "future")] or candidates
    at = trigger.idx

    def rank(time: TimeExpression) -> tuple[bool, bool, int]:
        distance = min(abs(time.start - at), abs(time.end - at))
        return time.when.start is None, not _is_under(trigger, time, segment.sentence.span), distance

    return min(candidates, key=rank, default=None)


def _is_under(trigger: Token, time: TimeExpression, span: Span) -> bool:
    """Whether the parse gives an expression to the trigger, with no other verb in between."""
    first = next((t for t in span if t.idx + len(t) > time.start), None)
    for token in () if first is None else first.ancestors:
        if token.i == trigger.i:
            return True
        if token.pos_ == "VERB":
            return False
    return False


def filed_on(dateline: str, published: date | None) -> date | None:
    """The day of a dateline; that of publication where the dateline has none, or none shortly before it.

    Examples
    --------
    >>> filed_on("March 9", date(2024, 3, 11)), filed_on("March 9", date(2024, 6, 11))
    (datetime.date(2024, 3, 9), datetime.date(2024, 6, 11))
    """
    found = find_times(dateline, published)
    day = found[0].when.start if found and found[0].when.precision == "day" else None
    if published is None:
        return day
    return day if day is not None and timedelta(0) <= published - day <= _LAG else published


def lead_date(sentence: Sentence, text: str, anchor: date | None, reference: date | None) -> TimeExpression | None:
    """The day in the lead of a list item, "Sebba, 20 July."; offsets in the document's `text`."""
    if sentence.lead is None:
        return None
    start, end = sentence.lead
    found = find_times(text[start:end], anchor, reference)
    return next((_moved(t, start) for t in found if t.when.start is not None), None)


def _moved(time: TimeExpression, by: int) -> TimeExpression:
    return replace(time, start=time.start + by, end=time.end + by)


def _without_days_of_speech(
    candidates: Sequence[TimeExpression], segment: Segment, frame: Frame
) -> list[TimeExpression]:
    """`candidates` without those that date the speech; where there are no others, marked as such.

    "The force said Monday that it had released them": the day of the statement is the day of the news, unless
    the sentence or the story has another.
    """
    verb = next(
        (
            t.idx
            for t in segment.sentence.span
            if t.pos_ == "VERB" and lemma(t) == frame.verb and abs(t.idx - frame.speaker_end) < _NEAR_SPEAKER
        ),
        None,
    )
    if verb is None:
        return list(candidates)
    spoken = [t for t in candidates if _dates_speech(t, verb, segment, frame)]
    return [t for t in candidates if t not in spoken] or [_of_statement(t) for t in spoken]


def _of_statement(time: TimeExpression) -> TimeExpression:
    return replace(time, when=replace(time.when, anchor=f"{time.when.anchor}{_OF_STATEMENT}"))


def _is_of_main_clause(time: TimeExpression, span: Span) -> bool:
    """Whether an expression is in no clause of its own: "claimed the attack on Tuesday" may date the claim."""
    first = next((t for t in span if t.idx + len(t) > time.start), None)
    verb = None if first is None else next((t for t in first.ancestors if t.pos_ == "VERB"), None)
    return verb is not None and verb.dep_ not in ("relcl", "acl", "advcl", "ccomp")


def _dates_speech(time: TimeExpression, verb: int, segment: Segment, frame: Frame) -> bool:
    """Whether an expression stands beside the verb of saying: "an officer in the area said on Monday"."""
    text = segment.sentence.source
    if verb < time.start:
        return bool(
            _PATTERNS["verb_of_saying"].match(text[verb : time.start])
            and _PATTERNS["statement_goes_on"].match(text[time.end :])
        )
    return frame.speaker_end <= time.start and verb - time.end < _RIGHT_BEFORE


def tense_at(span: Span) -> Callable[[int], Tense]:
    """The tense of the clause that stands at an offset of a sentence's text."""

    def tense(offset: int) -> Tense:
        at = span.start_char + offset
        token = next((t for t in span if t.idx + len(t) > at), None)
        return "past" if token is None else _tense(token, span)

    return tense


def _tense(token: Token, span: Span) -> Tense:
    """Of the nearest verb above `token` that has one."""
    if token.i > span.start and token.nbor(-1).tag_ == "VBD" and token.nbor(-1).pos_ == "VERB":
        return "past"  # "said on Monday it would": the parser often gives the day to the later verb
    word, below = token, token
    for _ in range(_FARTHEST):
        if word.pos_ in ("VERB", "AUX") or word.tag_ in _VERB_TAGS:
            asked = below if below.lower_ == "for" else next((c for c in word.children if c.lower_ == "for"), None)
            if asked is not None and asked.i <= token.i and lemma(word) in _WORDS["asking"]:
                return "future"
            own = _own_tense(word)
            if own is not None:
                return own
        elif lemma(word) in _WORDS["planned_noun"] and word is not token:
            return "future"
        if word.head.i == word.i:
            break
        word, below = word.head, word
    return "past"


def _own_tense(verb: Token) -> Tense | None:
    """What the form of a verb says; None where it leaves that to the verb above it."""
    words = {c.lower_ for c in verb.children if c.dep_ in ("aux", "auxpass")}
    if words & _WORDS["will"]:
        return "past" if "have" in words else "future"
    if "to" in words:
        ahead = verb.dep_ in ("acl", "relcl") or (verb.dep_ == "ROOT" and verb.tag_ == "VB")
        plan = lemma(verb.head) in _WORDS["planning"] or (lemma(verb.head) == "be" and verb.dep_ in ("xcomp", "ccomp"))
        return "future" if ahead or plan else None
    if _is_scheduled(verb):
        return "past" if "had" in words else "future"
    if verb.tag_ == "VBD" or words & {"had", "was", "were", "did"}:
        return "past"
    if verb.tag_ in ("VBP", "VBZ") or words & {"is", "are", "has", "have"}:
        return "present"
    return "past" if verb.tag_ == "VBN" and verb.dep_ in ("acl", "ROOT") else None


def _is_scheduled(verb: Token) -> bool:
    """Whether it says of an event that it is to come: "is due", "was scheduled", but not "had planned"."""
    if lemma(verb) == "be":
        return any(lemma(c) in _WORDS["scheduling"] for c in verb.children if c.dep_ in ("acomp", "attr"))
    return lemma(verb) in _WORDS["scheduling"]
