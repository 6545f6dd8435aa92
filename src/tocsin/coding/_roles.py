"""Who did what to whom: doers and victims of the event that a segment names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from spacy.tokens import Token

from tocsin.coding._actors import ActorReader, Named, is_armed
from tocsin.coding._grammar import is_verb, lemma, objects, prepositional, subjects
from tocsin.coding._patterns import vocabulary
from tocsin.coding._segments import Segment
from tocsin.coding._speech import Frame
from tocsin.coding._tolls import patients
from tocsin.records import Actor

__all__ = ["is_blame", "is_claim", "read_roles", "takes_civilians"]

_WORDS = vocabulary("roles").words
_TAKING = vocabulary("mentions").words["taking"]
_STATEMENTS = vocabulary("statements").patterns

# How many words "believed to be the army's" takes at most; parses of it differ too much to be asked.
_BELIEVED_TO_BE = 5
# What stands between two actors of one phrase.
_JOINED = re.compile(r"\s*(?:,|,?\s*(?:and|or|&)|as well as)\s+(?:the\s+|allied\s+)?")
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
        if is_verb(token) and not _has_two_sides(token):
            _of_verb(token, sides)
        elif token.pos_ in ("NOUN", "PROPN", "ADJ", "VERB"):
            _of_noun(token, sides)
    doers = _blamed(segment, sides)
    if segment.frame is not None and segment.frame.speaker:
        doers = [_speaking(d, segment.frame, sides) for d in doers]
        doers = doers or _fighting_speaker(segment.frame, sides)
    if not doers and segment.frame is None:
        doers = _claimants(segment, sides)
    named, sides.done_to = sides.done_to, []
    for n in named:
        sides.suffered(_not_the_doer(n, doers, sides, segment.sentence.start))
    suffered = {n.start for n in sides.done_to}
    doers = [d for d in doers if d.actor.kind is not None and (d.start not in suffered or d not in sides.done_to)]
    did = {n.start for n in doers}
    return doers, [n for n in sides.done_to if n.start not in did]


def _has_two_sides(token: Token) -> bool:
    """Whether a noun names both sides: "clashes between the army and rebels"."""
    gerund = token.tag_ == "VBG" and not any(c.dep_ in ("aux", "nsubj") for c in token.children)
    return (token.pos_ == "NOUN" or gerund) and any(p.lower_ == "between" for p, _ in prepositional(token))


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

    def parties(self, head: Token) -> list[Named]:
        """The actors of one phrase, each by itself where they share its head: "the army and allied militias"."""
        start, end = self.offset + head.left_edge.idx, self.offset + head.idx + len(head)
        armed = [m for m in self.actors.within(start, end) if is_armed(m.kind)]
        gaps = [self.actors.text[a.end : b.start] for a, b in pairwise(armed)]
        if gaps and all(_JOINED.fullmatch(gap) for gap in gaps):
            return [self.actors.named(m) for m in armed]
        named = self.phrase(head)
        if named is None:
            return []
        # "Members of the group and soldiers": the soldiers do it too.
        of = [c for p in head.children if p.lower_ == "of" and p.dep_ == "prep" for c in p.children if c.dep_ == "pobj"]
        beside = [self.phrase(other) for first in of for other in first.conjuncts if other.i > first.i]
        return [named, *(b for b in beside if b is not None and is_armed(b.actor.kind))]

    def did(self, named: Named | None) -> None:
        _put(self.doers, named)

    def suffered(self, named: Named | None) -> None:
        _put(self.done_to, named)


def _put(side: list[Named], named: Named | None) -> None:
    if named is None or any(n.start == named.start for n in side):
        return
    if named.actor.canonical is None or all(n.actor.canonical != named.actor.canonical for n in side):
        side.append(named)


def _communities(head: Token, sides: _Sides) -> list[Named]:
    """Peoples who sign for themselves: "leaders of Hausa and Fulani villages"."""
    for token in head.subtree:
        peoples = [token, *(c for c in token.conjuncts if c.i > token.i)]
        if (
            len(peoples) > 1
            and lemma(token.head) in _WORDS["community"]
            and all(p.text[:1].isupper() and (p.pos_ == "PROPN" or p.ent_type_ == "NORP") for p in peoples)
        ):
            return [
                Named(
                    Actor(p.text, None, "Unidentified Communal Militia", "Identity militia"),
                    sides.offset + p.idx,
                    sides.offset + p.idx + len(p),
                )
                for p in peoples
            ]
    return []


def _of_verb(token: Token, sides: _Sides) -> None:
    """Subject and object: "rebels shot at soldiers", "the army clashed with rebels"."""
    if lemma(token) not in _WORDS["intransitive"]:
        doers = [named for head in _doers(token) for named in _acting(token, head, sides)]
        against = {p.lower_ for p, _ in prepositional(token)} & _WORDS["two_sided_preposition"]
        if lemma(token) in _WORDS["mutual"] and doers and not against and objects(token) in ([], [token.head]):
            _of_two_sides(_doers(token), sides)  # "the army and the rebels fought", "rival gangs fought"
            return
        if lemma(token) in _WORDS["repelling"]:
            for named in doers:
                sides.suffered(named)  # an attack by somebody else
            return
        for named in doers:
            sides.did(named)
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
    if lemma(token) in _WORDS["two_sided"]:
        for held in objects(token):
            for preposition, heads in prepositional(held):
                if preposition.lower_ == "from":  # "retook the town from rebels"
                    for head in heads:
                        sides.suffered(sides.phrase(head))


def _of_noun(token: Token, sides: _Sides) -> None:
    """What hangs on a noun: "the army's shelling of the camp", "an attack by rebels", "clashes between A and B"."""
    if lemma(token) in _WORDS["suffering"]:
        sides.suffered(_owner_of_means(token, sides))
        return
    prepositions = prepositional(token)
    if token.dep_ in ("dobj", "obj") and lemma(token.head) in _WORDS["carry_out"]:
        for head in subjects(token.head):
            sides.did(sides.phrase(head))
        # "Launched an attack on", where the parse hangs the target on the verb.
        prepositions += [(p, heads) for p, heads in prepositional(token.head) if p.lower_ in _WORDS["aimed_at"]]
    elif lemma(token) in _WORDS["reaching"]:
        # "No harm to civilians", wherever the parse hangs it.
        after = token.doc[token.i + 1 : token.i + 2]
        prepositions += [(p, _governed(p)) for p in after if p.lower_ == "to"]
    elif token.dep_ == "nsubj":
        if lemma(token) in _WORDS["mobs"]:
            for head in patients(token.head):
                sides.suffered(sides.phrase(head))
        # "Clashes broke out between".
        prepositions += [(p, heads) for p, heads in prepositional(token.head) if p.lower_ == "between"]
    for thrown in token.children:
        if thrown.dep_ == "acl" and lemma(thrown) in _WORDS["blaming"]:  # "a bomb blamed on the group"
            for head in (h for p, heads in prepositional(thrown) if p.lower_ in _WORDS["blamed_on"] for h in heads):
                sides.did(sides.phrase(head))
        if thrown.dep_ == "acl" and lemma(thrown) in _WORDS["carry_out"]:  # "a grenade thrown at the house"
            prepositions += [
                (p, heads) for p, heads in prepositional(thrown) if p.lower_ in {"by", *_WORDS["aimed_at"]}
            ]
    sides.did(_owner_of_means(token, sides))
    # "The arrest of four men by police", where the parse hangs "by" on the men.
    of = [head for p, heads in prepositions if p.lower_ == "of" for head in heads]
    prepositions += [(p, heads) for head in of for p, heads in prepositional(head) if p.lower_ == "by"]
    for preposition, heads in prepositions:
        word = preposition.lower_
        if word == "between":
            _of_two_sides([t for head in heads for t in (head, *head.conjuncts)], sides)
            continue
        for head in heads:
            if _aims(word, token):
                sides.suffered(sides.phrase(head))
            elif word == "by":
                sides.did(sides.phrase(head))
            elif word == "with":
                # "The army's clashes with rebels"; "clashes with rebels" alone names one side of two.
                (sides.suffered if sides.doers else sides.did)(sides.phrase(head))
    if token.lower_ == "dead":
        for head in patients(token):
            sides.suffered(sides.phrase(head))


def _doers(verb: Token) -> list[Token]:
    """As :func:`subjects`; who is ordered to do it does it."""
    ordered = [c for c in verb.head.children if c.dep_ == "dobj"]
    if ordered and verb.dep_ in ("xcomp", "ccomp") and lemma(verb.head) in _WORDS["ordering"]:
        return ordered
    if verb.dep_ == "acl" and lemma(verb) in _WORDS["mutual"]:
        return [verb.head]  # "rival gangs fought", taken for "gangs that were fought"
    return subjects(verb)


def _acting(verb: Token, head: Token, sides: _Sides) -> list[Named]:
    """The actors that the subject of a verb names, or whose the means are that it names."""
    if lemma(head) in _WORDS["means"]:
        owner = _owner_of_means(head, sides)
        return [] if owner is None else [owner]
    if lemma(verb) in _WORDS["signing"] and (communities := _communities(head, sides)):
        return communities
    if lemma(head) in _WORDS["offices"] or any(lemma(c) in _WORDS["offices"] for c in head.lefts):
        government = sides.actors.government(head, sides.offset)
        return [] if government is None else [government]
    return sides.parties(head)


def _aims(preposition: str, noun: Token) -> bool:
    """Whether what a preposition governs is whom the noun's deed was done to."""
    if preposition == "to":
        return lemma(noun) in _WORDS["reaching"]
    return preposition in _WORDS["noun_target_preposition"] and lemma(noun) not in _WORDS["nouns_without_target"]


def _governed(preposition: Token) -> list[Token]:
    return [c for c in preposition.children if c.dep_ == "pobj"]


def _of_two_sides(heads: list[Token], sides: _Sides) -> None:
    """Both sides of "between": the first with those of its kind of state forces, and the others."""
    parties = [named for head in heads for named in sides.parties(head)]
    parties = [p for n, p in enumerate(parties) if all(p.start != other.start for other in parties[:n])]
    if not parties:
        return
    first, *others = parties
    if not others and heads[0].tag_ in ("NNS", "NNPS") and is_armed(first.actor.kind):
        # "Between two rival militias": both sides in one phrase.
        sides.did(replace(first, start=min(first.start, sides.offset + heads[0].left_edge.idx)))
        sides.suffered(replace(first, start=sides.offset + heads[0].idx))
    else:
        _of_parties(parties, sides)


def _of_parties(parties: list[Named], sides: _Sides) -> None:
    """Those who fight each other: the first against the rest, but for other forces of its state."""
    if all(p.actor.kind == "Civilians" for p in parties):
        # "A clash between farmers and herders": people who fight as a community.
        parties = [replace(p, actor=replace(p.actor, kind="Identity militia")) for p in parties]
    first, *others = parties
    sides.did(first)
    for other in others:
        beside = first.actor.kind == other.actor.kind == "State forces" and len(parties) > 2
        (sides.did if beside else sides.suffered)(other)


def _blamed(segment: Segment, sides: _Sides) -> list[Named]:
    """Those who are said to be behind it, in place of the doers so far: "blamed the rebels"."""
    doers = sides.doers
    behind = is_blame(segment)
    for token in segment.tokens:
        if token.pos_ == "VERB" and lemma(token) in _WORDS["accusing"]:
            own = [c for c in token.children if c.dep_ == "nsubj"]
            if token.dep_ in ("advcl", "acl", "relcl") and all(c.pos_ == "PRON" for c in own):
                continue  # "beat a man to death, accusing him of theft", "men they accused of spying"
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


def _fighting_speaker(frame: Frame, sides: _Sides) -> list[Named]:
    """An armed actor that says its enemies died did it: "the army said nine rebels were killed"."""
    if frame.saying != "says" or not sides.done_to:
        return []
    first = sides.done_to[0].actor
    start, end = sides.offset + frame.speaker_start, sides.offset + frame.speaker_end
    speaker = next((m for m in sides.actors.within(start, end) if is_armed(m.kind)), None)
    if speaker is None or speaker.force == "government" or not is_armed(first.kind):
        return []
    named = sides.actors.named(speaker, "inferred: the speaker, of its enemies")
    if named.actor.kind == first.kind == "State forces" or named.actor.canonical == first.canonical:
        return []
    return [named]


def _not_the_doer(named: Named, doers: Iterable[Named], sides: _Sides, since: int) -> Named:
    """Whom a pronoun stands for, where it cannot be the doer: "Al-Shabaab said the army killed three of its men"."""
    if not named.basis.startswith("inferred: “"):
        return named
    for doer in doers:
        if doer.actor.canonical == named.actor.canonical:
            other = sides.actors.last_group(doer.start, since=since)
            if other is not None and other.entry_id != doer.actor.canonical:
                return sides.actors.named(other, named.basis)
    return named


def _owner_of_means(token: Token, sides: _Sides) -> Named | None:
    """The actor whose strike, drone or attack it is: "a Turkish drone", "the army's shelling"."""
    start, end = sides.offset + token.left_edge.idx, sides.offset + token.idx + len(token)
    for match in sides.actors.within(start, end):
        if match.force or is_armed(match.kind):
            return sides.actors.named(match)
    following = token.doc[token.i + 1 : token.i + 1 + _BELIEVED_TO_BE]
    if following and lemma(following[0]) in _WORDS["believing"] and following[0].tag_ in ("VBN", "VBD"):
        start, end = sides.offset + following[0].idx, sides.offset + following[-1].idx + len(following[-1])
        for match in sides.actors.within(start, end):
            return sides.actors.named(match, "inferred: suspected")
        return sides.actors.forces_within(start, end, "inferred: suspected")
    return None
