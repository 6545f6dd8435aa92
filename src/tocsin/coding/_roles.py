"""Who did what to whom: doers and victims of the event that a segment names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from spacy.tokens import Token

from tocsin.coding._actors import ActorReader, Named, is_armed
from tocsin.coding._grammar import is_verb, lemma, objects, phrase_end, prepositional, subjects
from tocsin.coding._patterns import vocabulary
from tocsin.coding._segments import Segment
from tocsin.coding._speech import Frame
from tocsin.coding._tolls import patients

__all__ = ["is_blame", "is_claim", "read_roles", "takes_civilians"]

_WORDS = vocabulary("roles").words
_TAKING = vocabulary("mentions").words["taking"]
_STATEMENTS = vocabulary("statements").patterns

# How far from the words that claim an attack their verb may begin, in characters.
_SAME_WORDS = 3


def is_claim(segment: Segment) -> bool:
    """Whether an actor says that it did it: "claimed responsibility"."""
    return _STATEMENTS["claimed"].search(segment.text) is not None


def is_blame(segment: Segment) -> bool:
    """Whether somebody is said to be behind it: "blamed the rebels", "the rebels were behind it"."""
    return _STATEMENTS["blamed"].search(segment.text) is not None


def takes_civilians(segment: Segment, actors: ActorReader) -> bool:
    """Whether civilians are what a verb of taking takes."""
    offset = segment.sentence.offset
    return any(
        (named := actors.of_phrase(head, offset)) is not None and named.actor.kind == "Civilians"
        for token in segment.tokens
        if token.pos_ == "VERB" and lemma(token) in _TAKING
        for head in objects(token)
    )


def read_roles(segment: Segment, triggers: Iterable[Token], actors: ActorReader) -> tuple[list[Named], list[Named]]:
    """Return who did it and to whom, as the segment says; verbs are asked before nouns.

    Somebody named on both sides is a doer only, and what no kind of actor is did nothing.
    """
    sides = _Sides(actors, segment.sentence.offset)
    for token in sorted(set(triggers), key=lambda t: (not _has_two_sides(t), t.pos_ != "VERB", t.i)):
        if is_verb(token):
            _of_verb(token, sides)
        elif token.pos_ in ("NOUN", "PROPN", "ADJ"):
            _of_noun(token, sides)
    doers = _blamed(segment, sides)
    if segment.frame is not None and segment.frame.speaker:
        doers = [_speaking(d, segment.frame, sides) for d in doers]
    if not doers and segment.frame is None:
        doers = _claimants(segment, sides)
    suffered = {n.start for n in sides.done_to}
    doers = [d for d in doers if d.actor.kind is not None and (d.start not in suffered or d not in sides.done_to)]
    did = {n.start for n in doers}
    return doers, [n for n in sides.done_to if n.start not in did]


def _has_two_sides(token: Token) -> bool:
    """Whether a noun names both sides: "clashes between the army and rebels"."""
    return token.pos_ == "NOUN" and any(p.lower_ == "between" for p, _ in prepositional(token))


@dataclass(slots=True)
class _Sides:
    """The doers and victims gathered so far, each named once."""

    actors: ActorReader
    offset: int
    doers: list[Named] = field(default_factory=list)
    done_to: list[Named] = field(default_factory=list)

    def phrase(self, head: Token) -> Named | None:
        return self.actors.of_phrase(head, self.offset)

    def phrases(self, heads: Iterable[Token]) -> list[Named]:
        return [named for head in heads if (named := self.phrase(head)) is not None]

    def did(self, named: Named | None) -> None:
        _put(self.doers, named)

    def suffered(self, named: Named | None) -> None:
        _put(self.done_to, named)


def _put(side: list[Named], named: Named | None) -> None:
    if named is not None and all(n.start != named.start for n in side):
        side.append(named)


def _of_verb(token: Token, sides: _Sides) -> None:
    """Subject and object: "rebels shot at soldiers", "the army clashed with rebels"."""
    if lemma(token) not in _WORDS["intransitive"]:
        for head in subjects(token):
            sides.did(_owner_of_means(head, sides) if lemma(head) in _WORDS["means"] else sides.phrase(head))
    if lemma(token) in _WORDS["accusing"]:
        return  # whom they accuse is read as the doer
    for head in patients(token):
        sides.suffered(sides.phrase(head))
    for preposition, heads in prepositional(token):
        if preposition.dep_ != "prep" or preposition.lower_ not in _WORDS["target_preposition"]:
            continue
        if preposition.lower_ in _WORDS["two_sided_preposition"] and lemma(token) not in _WORDS["two_sided"]:
            continue
        for head in heads:
            sides.suffered(sides.phrase(head))


def _of_noun(token: Token, sides: _Sides) -> None:
    """What hangs on a noun: "the army's shelling of the camp", "an attack by rebels", "clashes between A and B"."""
    if token.dep_ in ("dobj", "obj") and lemma(token.head) in _WORDS["carry_out"]:
        for head in subjects(token.head):
            sides.did(sides.phrase(head))
    for preposition, heads in prepositional(token):
        word = preposition.lower_
        for head in heads:
            if word in _WORDS["noun_target_preposition"] and lemma(token) not in _WORDS["nouns_without_target"]:
                sides.suffered(sides.phrase(head))
            elif word == "by":
                sides.did(sides.phrase(head))
            elif word in _WORDS["between"]:
                sides.did(sides.phrase(head))
                for other in head.conjuncts:
                    sides.suffered(sides.phrase(other))
    sides.did(_owner_of_means(token, sides))
    if token.lower_ == "dead":
        for head in patients(token):
            sides.suffered(sides.phrase(head))


def _blamed(segment: Segment, sides: _Sides) -> list[Named]:
    """Those who are said to be behind it, in place of the doers so far: "blamed the rebels"."""
    doers = sides.doers
    behind = is_blame(segment)
    for token in segment.tokens:
        if token.pos_ == "VERB" and lemma(token) in _WORDS["accusing"]:
            doers = sides.phrases(objects(token))
        elif behind and token.lower_ in _WORDS["behind"] and lemma(token.head) == "be":
            doers = sides.phrases(subjects(token.head))
    return doers


def _claimants(segment: Segment, sides: _Sides) -> list[Named]:
    """Those who say that they did it: the subject of "claimed"."""
    m = _STATEMENTS["claimed"].search(segment.text)
    if m is None:
        return []
    at = segment.start + m.start()
    found: list[Named] = []
    for token in segment.tokens:
        if lemma(token) in _WORDS["claiming"] and abs(token.idx - at) < _SAME_WORDS:
            for head in subjects(token):
                _put(found, sides.phrase(head))
    return found


def _speaking(named: Named, frame: Frame, sides: _Sides) -> Named:
    """A pronoun in what an armed actor says is that actor: "it said it had captured two men"."""
    if not named.basis.startswith("inferred: “"):
        return named
    start, end = sides.offset + frame.speaker_start, sides.offset + frame.speaker_end
    speaker = next((m for m in sides.actors.within(start, end) if is_armed(m.kind)), None)
    return named if speaker is None else sides.actors.named(speaker, "inferred: the speaker")


def _owner_of_means(token: Token, sides: _Sides) -> Named | None:
    """The actor whose strike, drone or attack it is: "a Turkish drone", "the army's shelling"."""
    start, end = sides.offset + token.left_edge.idx, sides.offset + token.idx + len(token)
    for match in sides.actors.within(start, end):
        if match.force or is_armed(match.kind):
            return sides.actors.named(match)
    for child in token.children:
        if child.dep_ == "acl" and lemma(child) in _WORDS["believing"]:
            for match in sides.actors.within(sides.offset + child.idx, sides.offset + phrase_end(child)):
                return sides.actors.named(match, "inferred: suspected")
    return None
