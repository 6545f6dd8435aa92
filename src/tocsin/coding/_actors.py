"""Who does what to whom: actors in a text, the phrases that name them, and the words that stand for them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tocsin.codebook import ActorList, ActorMatch
from tocsin.records import Actor, ActorKind

__all__ = ["ActorReader", "Named", "is_armed"]

_ARMED: frozenset[ActorKind] = frozenset(
    {"State forces", "Rebel group", "Political militia", "Identity militia", "External/Other forces"}
)


def is_armed(kind: ActorKind | None) -> bool:
    """Whether actors of this kind carry arms."""
    return kind in _ARMED


@dataclass(frozen=True, slots=True)
class Named:
    """An actor with the characters that name it; `basis` is the rule where a pronoun or the like stands for it."""

    actor: Actor
    start: int
    end: int
    basis: str = "read"
    generic: bool = False
    force: ActorMatch | None = None
    """The match, where the words name a state's force without the state: "the army"."""


# Words for people that no actor list needs, so that "a tractor driver" is a civilian and "a checkpoint" is not.
_PEOPLE = {
    "man", "woman", "boy", "girl", "child", "baby", "infant", "youth", "teenager", "person", "people", "civilian",
    "resident", "villager", "farmer", "herder", "herdsman", "shepherd", "trader", "merchant", "shopkeeper", "vendor",
    "driver", "passenger", "motorist", "motorcyclist", "commuter", "traveller", "traveler", "student", "pupil",
    "teacher", "lecturer", "journalist", "reporter", "activist", "lawyer", "doctor", "nurse", "medic", "worker",
    "employee", "staff", "official", "councillor", "mayor", "elder", "chief", "imam", "priest", "pastor", "cleric",
    "worshipper", "pilgrim", "tourist", "refugee", "displaced", "migrant", "bystander", "shopper", "customer", "family",
    "couple", "mother", "father", "son", "daughter", "brother", "sister", "wife", "husband", "relative", "neighbour",
    "neighbor", "victim", "labourer", "laborer", "miner", "fisherman", "fisher", "mechanic", "engineer", "owner",
    "candidate", "politician", "voter", "judge", "prosecutor", "member", "guard", "suspect", "detainee", "prisoner",
    "hostage", "inmate", "thief", "crowd", "local", "parishioner", "volunteer", "rescuer", "paramedic", "captive",
}  # fmt: skip
_ELSEWHERE = {
    "western",
    "foreign",
    "international",
    "coalition",
    "allied",
    "regional",
    "joint",
    "multinational",
    "african",
    "european",
}
_THINGS_OF = {
    "member",
    "one",
    "some",
    "several",
    "dozen",
    "dozens",
    "scores",
    "hundreds",
    "hundred",
    "thousand",
    "score",
    "ten",
    "thousands",
    "many",
    "number",
    "group",
    "part",
    "most",
    "two",
    "three",
    "four",
    "five",
    "six",
    "couple",
    "handful",
    "vehicle",
    "convoy",
    "checkpoint",
    "post",
    "outpost",
    "base",
    "position",
    "patrol",
    "headquarters",
    "camp",
    "house",
    "home",
    "car",
    "pickup",
    "column",
    "barracks",
    "office",
    "point",
    "truck",
    "bus",
    "unit",
    "commander",
    "leader",
    "body",
    "soldier",
    "fighter",
    "officer",
    "pair",
    "total",
    "family",
    "site",
    "hideout",
    "hideouts",
    "boat",
    "motorcycle",
    "station",
    "depot",
    "village",
    "market",
    "school",
    "son",
    "relative",
    "guards",
}


class ActorReader:
    """Actors of one document."""

    def __init__(self, text: str, actors: ActorList, countries: Sequence[str]) -> None:
        self.text = text
        self.list = actors
        self.countries = tuple(countries)
        self.matches: tuple[ActorMatch, ...] = actors.scan(text, self.countries)
        self._starts = [m.start for m in self.matches]
        self.states: tuple[ActorMatch, ...] = actors.scan_states(text)

    @property
    def country(self) -> str:
        return self.countries[0] if self.countries else ""

    def within(self, start: int, end: int) -> list[ActorMatch]:
        """Matches that overlap ``text[start:end]``."""
        i = max(0, bisect_left(self._starts, start) - 1)
        found = []
        while i < len(self.matches) and self.matches[i].start < end:
            if self.matches[i].end > start:
                found.append(self.matches[i])
            i += 1
        return found

    def named(self, match: ActorMatch, basis: str = "read") -> Named:
        """The actor of `match`."""
        bare = match if match.generic and match.force and not match.country else None
        actor = self.list.actor(match, self.country)
        return Named(actor, match.start, match.end, basis, match.generic and not match.force, bare)

    def at(self, named: Named, country: str) -> Named:
        """`named` where the event was: "the police" are those of the country it happened in."""
        if named.force is None or not country:
            return named
        return replace(named, actor=self.list.actor(named.force, country))

    def last_group(self, before: int, *, same_sentence: int | None = None) -> ActorMatch | None:
        """The last named organisation before an offset; what "the group", "the force" or "its" stands for."""
        i = bisect_left(self._starts, before) - 1
        while i >= 0:
            m = self.matches[i]
            if same_sentence is not None and m.end <= same_sentence:
                return None
            if m.kind in _ARMED and (not m.generic or m.force):
                return m
            i -= 1
        return None

    def of_phrase(self, token: Any, offset: int) -> Named | None:
        """The actor that the noun phrase headed by `token` names; `offset` is that of its spaCy text.

        "One of its members" is the organisation, "a checkpoint of the force" the force, "a driver" a civilian;
        a checkpoint of nobody is None.
        """
        if token.pos_ == "PRON":
            return self._of_pronoun(token, offset)
        start, end = offset + token.left_edge.idx, offset + token.idx + len(token)
        head_start = offset + token.idx
        inside = self.within(start, end)
        # The organisation that members, posts and vehicles belong to comes before the general word itself.
        owner = self._owner(token, offset)
        covering = [m for m in inside if m.start <= head_start < m.end]
        named = next((m for m in covering if not m.generic), None)
        if named is not None:
            return self.named(named)
        if owner is not None and (
            token.lemma_.lower() in _THINGS_OF or not covering or covering[0].force or owner.actor.kind in _ARMED
        ):
            return owner
        compound = next((m for m in inside if not m.generic and m.end <= head_start), None)
        if compound is not None and (token.lemma_.lower() in _THINGS_OF or token.lemma_.lower() not in _PEOPLE):
            return self.named(compound)
        if covering:
            match = covering[0]
            whose = [
                c for c in token.children if c.dep_ in ("amod", "compound", "nmod") and offset + c.idx < match.start
            ]
            if match.force and not match.country and any(c.text[:1].isupper() or c.lower_ in _ELSEWHERE for c in whose):
                # "western and Kurdish soldiers" are not the army of the country the story is about.
                foreign = any(c.lower_ in _ELSEWHERE for c in whose)
                kind: ActorKind = "External/Other forces" if foreign else match.kind
                return Named(Actor(self._phrase(start, end), None, match.label, kind), start, end, "read", True)
            definite = any(c.lower_ in ("the", "these", "those") and c.dep_ == "det" for c in token.children)
            if definite and match.text.lower() in (
                "group",
                "force",
                "organisation",
                "organization",
                "movement",
                "militia",
                "faction",
            ):
                group = self.last_group(start)
                if group is not None:
                    return self.named(group, "inferred: the group named before")
            return self.named(match)
        if definite_group(token):
            group = self.last_group(start)
            if group is not None:
                return self.named(group, "inferred: the group named before")
        if token.lemma_.lower() in _PEOPLE or token.ent_type_ in ("PERSON", "NORP"):
            if token.ent_type_ == "PERSON":
                # Private persons are never actors: what happened to them happened to a civilian.
                return Named(
                    Actor("a person", None, "Civilians", "Civilians"), head_start, end, "inferred: a person named", True
                )
            return Named(Actor(self._phrase(start, end), None, "Civilians", "Civilians"), start, end, "read", True)
        if inside:
            return self.named(inside[0])
        # "Turkey bombs", "Ankara said": a state named alone acts through its forces.
        for m in self.states:
            if (
                m.start <= head_start < m.end
                and m.country
                and token.dep_ in ("nsubj", "nsubjpass", "pobj", "conj", "compound")
            ):
                if token.dep_ == "pobj" and token.head.lower_ not in ("by", "against", "between"):
                    return None
                return Named(self.list.actor(m), m.start, m.end, "inferred: the state's forces")
        return None

    def _phrase(self, start: int, end: int) -> str:
        words = self.text[start:end]
        words = re.sub(
            r"^(?:an?|the|one|two|three|four|five|six|seven|eight|nine|ten|\d[\d,.]*|several|some|at least|more than|about)\s+",
            "",
            words,
            flags=re.IGNORECASE,
        )
        return re.sub(r"\s+", " ", words).strip()

    def _owner(self, token: Any, offset: int) -> Named | None:
        """Whose it is: "its members", "the SDF's checkpoint", "members of the militia"."""
        for child in token.children:
            if child.dep_ == "poss":
                if child.pos_ == "PRON" or child.tag_ == "PRP$":
                    return self._of_pronoun(child, offset)
                found = self.of_phrase(child, offset)
                if found is not None and (is_armed(found.actor.kind)):
                    return found
            if (
                child.dep_ == "prep"
                and child.lower_ in ("of", "from", "belonging", "in", "with")
                and token.lemma_.lower() in _THINGS_OF
            ):
                for inner in child.children:
                    if inner.dep_ == "pobj":
                        found = self.of_phrase(inner, offset)
                        if found is not None and (child.lower_ == "of" or is_armed(found.actor.kind)):
                            return found
            if child.dep_ == "acl" and child.lower_ == "belonging":
                for prep in child.children:
                    for inner in prep.children:
                        if inner.dep_ == "pobj" and (found := self.of_phrase(inner, offset)) is not None:
                            return found
        return None

    def _of_pronoun(self, token: Any, offset: int) -> Named | None:
        if token.lower_ not in ("its", "their", "it", "they", "them", "his", "our", "we"):
            return None
        sentence = offset + token.sent.start_char
        at = offset + token.idx
        group = self.last_group(at, same_sentence=sentence) if token.lower_ in ("its", "it") else None
        group = group or (self.last_group(at) if token.lower_ in ("its", "their", "our", "we") else None)
        if group is None:
            return None
        return self.named(group, f"inferred: “{token.text}” is the group named before")


def definite_group(token: Any) -> bool:
    """Whether the phrase is "the group", "the force" or the like."""
    return token.lemma_.lower() in (
        "group",
        "force",
        "organisation",
        "organization",
        "movement",
        "militia",
        "faction",
    ) and any(c.dep_ == "det" and c.lower_ in ("the", "this", "that") for c in token.children)


def _conjuncts(token: Any) -> list[Any]:
    return [token, *(t for t in token.conjuncts if t.i > token.i)]


def subjects(verb: Any) -> list[Any]:
    """Heads of the phrases that do what `verb` says; inherited by participles and second verbs."""
    direct = [c for c in verb.children if c.dep_ in ("nsubj", "csubj")]
    if direct:
        return [t for d in direct for t in _conjuncts(d)]
    by = [
        p
        for c in verb.children
        if c.dep_ == "agent" or (c.dep_ == "prep" and c.lower_ == "by" and is_passive(verb))
        for p in c.children
        if p.dep_ == "pobj"
    ]
    if by:
        return [t for p in by for t in _conjuncts(p)]
    if is_passive(verb):
        return []
    if verb.dep_ == "xcomp" and is_passive(verb.head):
        return [t for c in verb.head.children if c.dep_ == "nsubjpass" for t in _conjuncts(c)]
    if verb.dep_ in ("conj", "advcl", "xcomp") and verb.head.pos_ in ("VERB", "AUX") and verb.head.i != verb.i:
        return subjects(verb.head)
    if verb.dep_ in ("acl", "relcl") and verb.head.pos_ in ("NOUN", "PROPN"):
        return [verb.head]
    return []


def objects(verb: Any) -> list[Any]:
    """Heads of the phrases it is done to."""
    passive = [c for c in verb.children if c.dep_ == "nsubjpass"]
    if passive:
        return [t for p in passive for t in _conjuncts(p)]
    direct = [c for c in verb.children if c.dep_ in ("dobj", "obj", "dative")]
    if direct:
        return [t for d in direct for t in _conjuncts(d)]
    if verb.tag_ == "VBN" and verb.dep_ == "acl" and verb.head.pos_ in ("NOUN", "PROPN", "NUM", "PRON"):
        return [verb.head]
    if verb.dep_ == "conj" and is_passive(verb) and verb.head.pos_ in ("VERB", "AUX"):
        return objects(verb.head)
    if verb.dep_ == "conj" and verb.tag_ == "VBN" and any(c.dep_ == "nsubjpass" for c in verb.head.children):
        return objects(verb.head)
    return []


def is_passive(verb: Any) -> bool:
    """Whether the verb is in the passive."""
    if any(c.dep_ in ("auxpass", "nsubjpass", "agent") for c in verb.children):
        return True
    return verb.tag_ == "VBN" and verb.dep_ == "acl"
