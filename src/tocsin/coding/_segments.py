"""Sentences to segments: stretches that each tell one thing, with the cues and the speaker they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Span, Token

from tocsin.coding._cues import NO_CUE, Cue, find_cues
from tocsin.coding._grammar import lemma
from tocsin.coding._patterns import vocabulary
from tocsin.coding._sentences import Sentence
from tocsin.coding._speech import Frame, frames

__all__ = ["Segment", "segments"]

_WORDS = vocabulary("segments").words
_PATTERNS = vocabulary("segments").patterns

# A segment is what somebody says when this share of it is: clauses and what is said seldom end together.
_MOSTLY = 0.6
# Longer sentences, in tokens, are lists or noise; the longest in a thousand news texts has 140.
_LONGEST = 300
# Shorter clauses without a cue tell nothing by themselves.
_FEWEST_WORDS = 4
# How far before a clause the date of "since December, when six policemen died" may stand, in characters.
_DATE_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a sentence that is read as one mention. Offsets are in the sentence's spaCy text.

    `text` is its own words at their offsets from `start`: what stands between them, and the words of the
    speaker, are blank. `relative` segments tell of an older event in passing.
    """

    sentence: Sentence
    tokens: tuple[Token, ...]
    start: int
    end: int
    text: str
    cues: tuple[Cue, ...]
    frame: Frame | None = None
    relative: bool = False

    @property
    def raw(self) -> str:
        """The words from `start` to `end` as they stand."""
        return self.sentence.source[self.start : self.end]

    def text_without(self, stretches: Sequence[tuple[int, int]]) -> str:
        """`text` with more of it blank."""
        return _blank(self.text, self.start, stretches)


def segments(sentence: Sentence, *, without_cues: bool = False) -> list[Segment]:
    """Split `sentence` into segments, in order; stretches without a cue are left out, unless they are asked for."""
    if len(sentence.span) > _LONGEST:
        return []
    attributed = frames(sentence.span)
    found = []
    for head, tokens in _clauses(sentence.span):
        segment = _segment(sentence, head, tokens, attributed, without_cues)
        if segment is not None:
            found.append(segment)
    return sorted(found, key=lambda s: s.start)


def _segment(
    sentence: Sentence, head: Token, tokens: Sequence[Token], attributed: Sequence[Frame], without_cues: bool
) -> Segment | None:
    start, end = tokens[0].idx, tokens[-1].idx + len(tokens[-1])
    text = _own_words(tokens, sentence.source[start:end], start)
    cues = [replace(c, start=c.start + start, end=c.end + start) for c in find_cues(text)]
    frame = _frame_of(attributed, head, start, end, cues)
    if frame is not None:
        # Words of the speaker are not words of the event: "medics at the hospital", "the bomb squad's chief".
        first, last = frame.speaker_phrase
        cues = [c for c in cues if not first <= c.start < last]
        if frame.speaker:
            text = _blank(text, start, [frame.speaker_phrase])
    if not cues:
        verb = head if head.pos_ == "VERB" else next((t for t in tokens if t.pos_ == "VERB"), None)
        said = frame is not None and verb is not None and not frame.start <= verb.idx < frame.end
        if not without_cues or verb is None or said or len(tokens) < _FEWEST_WORDS:
            return None
        cues = [Cue(NO_CUE, verb.idx, verb.idx + len(verb), False)]
    relative = head.dep_ in ("relcl", "advcl") and _dated_before(head)
    return Segment(sentence, tuple(tokens), start, end, text, tuple(cues), frame, relative)


def _own_words(tokens: Sequence[Token], text: str, start: int) -> str:
    """`text`, from `start` on, with whatever stands between the words of `tokens` blank."""
    if len(tokens) == tokens[-1].i - tokens[0].i + 1:
        return text
    letters = [" "] * len(text)
    for token in tokens:
        first = token.idx - start
        last = first + len(token) + len(token.whitespace_)
        letters[first:last] = text[first:last]
    return "".join(letters)


def _blank(text: str, start: int, stretches: Sequence[tuple[int, int]]) -> str:
    for a, b in stretches:
        first, last = max(a - start, 0), min(b - start, len(text))
        if first < last:
            text = text[:first] + " " * (last - first) + text[last:]
    return text


# -- clauses --


def _clauses(span: Span) -> list[tuple[Token, list[Token]]]:
    """The clauses that stand on their own: the head of each and its tokens. A semicolon parts them too."""
    heads: dict[int, Token] = {}
    groups: dict[tuple[int, int], tuple[Token, list[Token]]] = {}
    semicolons = 0
    for token in span:
        semicolons += token.text == ";"
        head = _clause_head(token, span.root, heads)
        groups.setdefault((semicolons, head.i), (head, []))[1].append(token)
    return list(groups.values())


def _clause_head(token: Token, root: Token, known: dict[int, Token]) -> Token:
    """The head of the clause that `token` belongs to; `known` keeps what was found for others."""
    path = []
    while token.i not in known and token.i != root.i and token.head.i != token.i and not _stands_alone(token):
        path.append(token.i)
        token = token.head
    head = known.setdefault(token.i, token)
    known.update((i, head) for i in path)
    return head


def _stands_alone(verb: Token) -> bool:
    """Whether the clause of `verb` tells something apart from the clause around it."""
    if verb.pos_ not in ("VERB", "AUX"):
        return False
    if verb.dep_ == "parataxis":
        return True
    own_subject = any(c.dep_ in ("nsubj", "nsubjpass") for c in verb.children)
    if verb.dep_ == "conj":
        return own_subject or lemma(verb) in _WORDS["own_clause"]
    if verb.dep_ not in ("advcl", "ccomp", "relcl") or not own_subject:
        return False
    mark = next((c.lower_ for c in verb.children if c.dep_ in ("mark", "advmod")), "")
    return mark in _WORDS["meanwhile"] or (mark == "when" and verb.i > 0 and _dated_before(verb))


def _dated_before(verb: Token) -> bool:
    """Whether this is "since December, when six policemen died": an older event told in passing."""
    at = verb.left_edge.i
    before = verb.doc[max(0, at - _DATE_BEFORE) : at].text_with_ws[-_DATE_BEFORE:]
    return _PATTERNS["in_a_past_month"].search(before) is not None


# -- speakers --


def _frame_of(found: Sequence[Frame], head: Token, start: int, end: int, cues: Sequence[Cue]) -> Frame | None:
    """The innermost frame that a clause is in; one that names nobody takes its speaker from the next."""
    best: Frame | None = None
    for frame in found:
        overlap = min(frame.end, end) - max(frame.start, start)
        if overlap <= 0 or not (
            frame.start <= head.idx < frame.end
            or overlap > _MOSTLY * (end - start)
            or (cues and all(frame.start <= c.start < frame.end for c in cues))
        ):
            continue
        if best is None:
            best = frame
        elif frame.speaker and not best.speaker:
            # A bare "believed" does not hide who believes.
            best = replace(
                best,
                speaker=frame.speaker,
                speaker_start=frame.speaker_start,
                speaker_end=frame.speaker_end,
                phrase_end=frame.phrase_end,
            )
    return best
