"""Who says so: what a sentence attributes to whom, and what kind of speaker that is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from spacy.tokens import Span, Token

from tocsin.coding._grammar import lemma, phrase_end, phrase_text
from tocsin.coding._patterns import vocabulary
from tocsin.records import SpeakerKind

__all__ = ["Frame", "frames", "is_verb_of_saying", "speaker_kind"]

Saying = Literal["says", "denies", "threatens", "plans", "believes", "counts"]

_WORDS = vocabulary("speech").words
_PATTERNS = vocabulary("speech").patterns
_SAYINGS: tuple[Saying, ...] = ("says", "denies", "threatens", "plans", "believes", "counts")
_VERBS: dict[str, Saying] = {verb: saying for saying in _SAYINGS for verb in _WORDS[saying]}
_KINDS = cast("dict[SpeakerKind, re.Pattern[str]]", vocabulary("speakers").patterns)
# Dependents of a verb of saying that hold what is said.
_CONTENT = frozenset(
    {"ccomp", "xcomp", "dobj", "prep", "parataxis", "advcl", "oprd", "dative", "npadvmod", "acl"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """A stretch of a sentence that somebody answers for. Offsets are in the sentence's spaCy text.

    `start` and `end` bound what is said; the speaker's own words are outside it or cut out of it. `verb` is the
    lemma of the verb of saying. `phrase_end` is where the speaker's whole phrase ends, its relative clause
    included; -1 where no parse tells.
    """

    saying: Saying
    speaker: str
    speaker_start: int
    speaker_end: int
    start: int
    end: int
    verb: str = ""
    past_perfect: bool = False
    phrase_end: int = -1

    @property
    def speaker_phrase(self) -> tuple[int, int]:
        """Where the speaker's words stand, with their relative clause."""
        return self.speaker_start, max(self.speaker_end, self.phrase_end)


def is_verb_of_saying(token: Token) -> bool:
    """Whether `token` reports what somebody says, denies, plans, believes or counts."""
    return lemma(token) in _VERBS


def frames(span: Span) -> list[Frame]:
    """Return what is attributed to whom in a sentence, innermost first."""
    start, end = span.start_char, span.end_char
    text = span.text
    found = [frame for token in span if (frame := _of_verb(token, span)) is not None]
    found += [_named(m, start, (start, end), "according to") for m in _PATTERNS["according"].finditer(text)]
    if not any(f.saying in ("says", "denies") for f in found):
        found += _of_shape(text, start, end)
    for m in _PATTERNS["log"].finditer(text):
        close = text.find(")", m.end())
        bounds = (start + m.start(), start + (len(text) if close < 0 else close))
        found.append(_named(m, start, bounds, "says"))
    found = [f for f in found if not _PATTERNS["nobody"].match(f.speaker)]
    return sorted(found, key=lambda f: (f.end - f.start, f.start))


def speaker_kind(name: str, *, armed_group: bool = False, force: bool = False) -> SpeakerKind:
    """The kind of speaker that `name` describes.

    Examples
    --------
    >>> speaker_kind("the provincial governor"), speaker_kind("two residents"), speaker_kind("a security source")
    ('official', 'witness', 'anonymous')
    """
    if armed_group:
        return "party"
    for kind, pattern in _KINDS.items():
        if pattern.search(name):
            return kind
    return "security" if force else "official"


# -- from the shape of the words --


def _of_shape(text: str, start: int, end: int) -> Iterator[Frame]:
    """The attribution that the parse missed, told by commas and quotation marks."""
    for shape in ("inverted", "trailing", "leading"):
        if m := _PATTERNS[shape].search(text):
            frame = _named(m, start, (start, end), m["verb"].lower())
            if frame.speaker and not _PATTERNS["event"].search(frame.speaker):
                yield frame
                return


def _named(m: re.Match[str], offset: int, bounds: tuple[int, int], verb: str) -> Frame:
    """The frame of a speaker that a pattern found."""
    return Frame("says", *_trim(m["speaker"], offset + m.start("speaker")), *bounds, verb)


def _trim(words: str, start: int) -> tuple[str, int, int]:
    """A speaker's name and where it stands, without when and how it was said."""
    m = _PATTERNS["rest"].search(words)
    kept = words[: m.start()] if m else words
    lead = len(kept) - len(kept.lstrip(" ,“\"'("))
    kept = kept[lead:].rstrip(" ,“”\"'")
    return kept, start + lead, start + lead + len(kept)


# -- from the parse --


def _of_verb(token: Token, sentence: Span) -> Frame | None:
    """What the verb `token` attributes to its subject; None where it reports nothing."""
    saying = _VERBS.get(lemma(token))
    if saying is None or token.pos_ not in ("VERB", "AUX"):
        return None
    passive = any(c.dep_ in ("nsubjpass", "auxpass") for c in token.children)
    if passive and saying != "believes":
        return None
    speaker, inherited = _speaker(token, saying, passive)
    if speaker is None and not passive:
        return None
    content = [c for c in token.children if c.dep_ in _CONTENT]
    if (lemma(token) in _WORDS["light"] and not _tells_toll(content)) or (saying == "plans" and not content):
        return None
    if speaker is None:
        name, start, end = "", token.idx, token.idx
        whole = end
    else:
        name, start, end = _phrase(speaker)
        whole = end if speaker.i == token.head.i else phrase_end(speaker)
    past_perfect = any(c.dep_ == "aux" and c.lower_ == "had" for c in token.children)
    left, right = _bounds(token, sentence, saying, inherited)
    return Frame(saying, name, start, end, left, right, lemma(token), past_perfect, whole)


def _speaker(token: Token, saying: Saying, passive: bool) -> tuple[Token | None, bool]:
    """The head of the phrase that names who speaks, and whether it is inherited from another verb."""
    if own := [c for c in token.children if c.dep_ == "nsubj"]:
        return own[-1], False  # the parser may find two: the nearest speaks
    if not passive and token.dep_ in ("conj", "advcl", "xcomp") and is_verb_of_saying(token.head):
        inherited = next((c for c in token.head.children if c.dep_ == "nsubj"), None)
        if inherited is not None:
            return inherited, True
    if saying == "denies" and token.dep_ in ("acl", "advcl") and token.head.pos_ in ("PROPN", "NOUN"):
        return token.head, True  # "said the spokesman, rejecting claims that ..."
    return None, False


def _bounds(token: Token, sentence: Span, saying: Saying, inherited: bool) -> tuple[int, int]:
    """Where what is said begins and ends."""
    left, right = token.left_edge.idx, phrase_end(token)
    if inherited:
        left = token.idx
    else:
        # A second verb of saying beside this one speaks for itself.
        beside = (c.left_edge.idx for c in token.conjuncts if c.i > token.i and is_verb_of_saying(c))
        right = min((right, *beside))
    if saying == "says" and not any(c.dep_ in ("ccomp", "xcomp", "dobj") for c in token.children):
        tail = token.whitespace_ + sentence.doc[token.i + 1 : sentence.end].text
        if _PATTERNS["last_words"].match(tail):
            left = sentence.start_char  # "..., an officer in the area said on Monday."
    return left, right


def _phrase(head: Token) -> tuple[str, int, int]:
    """The words of a subject without its relative clause."""
    left, right = head.left_edge, head
    for child in head.rights:
        if child.dep_ in ("relcl", "acl", "punct", "advcl") or (child.dep_ == "appos" and child.i != head.i + 1):
            break
        right = child.right_edge
    return _trim(phrase_text(left, right), left.idx)


def _tells_toll(content: Sequence[Token]) -> bool:
    """Whether the object of a light verb is a toll, a figure or a clause, so that the verb reports."""
    if any(c.dep_ == "ccomp" for c in content):
        return True
    toll = _WORDS["toll"]
    return any(t.lower_ in toll or lemma(t) in toll or t.like_num for c in content for t in c.subtree)
