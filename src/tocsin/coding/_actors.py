"""The actors of a document: those it names, and the phrases and pronouns that stand for them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Token

from tocsin.codebook import ActorList, ActorMatch
from tocsin.coding._grammar import lemma
from tocsin.coding._patterns import vocabulary
from tocsin.records import Actor, ActorKind

__all__ = ["ActorReader", "Named", "is_armed"]

_WORDS = vocabulary("actors").words
_PATTERNS = vocabulary("actors").patterns

_ARMED: frozenset[ActorKind] = frozenset(
    {"State forces", "Rebel group", "Political militia", "Identity militia", "External/Other forces"}
)
_SAID_BEFORE = "inferred: the group named before"


def is_armed(kind: ActorKind | None) -> bool:
    """Whether actors of this kind carry arms."""
    return kind in _ARMED


@dataclass(frozen=True, slots=True)
class Named:
    """An actor with the characters that name it.

    `basis` is the rule where a pronoun or the like stands for it. `generic` words say what kind of actor, not
    which. `force` is the match where the words name a state's force without the state: "the army".
    """

    actor: Actor
    start: int
    end: int
    basis: str = "read"
    generic: bool = False
    force: ActorMatch | None = None


class ActorReader:
    """Actors of one document. `countries` are those it is likely about, most likely first."""

    def __init__(self, text: str, actors: ActorList, countries: Sequence[str]) -> None:
        self.text = text
        self.list = actors
        self.countries = tuple(countries)
        self.matches: tuple[ActorMatch, ...] = actors.scan(text, self.countries)
        self.states: tuple[ActorMatch, ...] = actors.scan_states(text)
        self._starts = [m.start for m in self.matches]

    @property
    def country(self) -> str:
        """The country that the document is most likely about; empty where none is."""
        return self.countries[0] if self.countries else ""

    def within(self, start: int, end: int) -> list[ActorMatch]:
        """Matches that overlap ``text[start:end]``."""
        first = max(0, bisect_left(self._starts, start) - 1)
        last = bisect_left(self._starts, end)
        return [m for m in self.matches[first:last] if m.end > start]

    def named(self, match: ActorMatch, basis: str = "read") -> Named:
        """The actor of `match`."""
        bare = match if match.generic and match.force and not match.country else None
        actor = self.list.actor(match, self.country)
        return Named(actor, match.start, match.end, basis, match.generic and not match.force, bare)

    def at(self, named: Named, country: str) -> Named:
        """`named` where the event was: "the police" are those of that country, another state's army is external."""
        if not country:
            return named
        actor = named.actor if named.force is None else self.list.actor(named.force, country)
        if actor.kind == "State forces" and actor.country not in ("", country):
            actor = replace(actor, kind="External/Other forces")
        return replace(named, actor=actor)

    def last_group(self, before: int, *, since: int = 0) -> ActorMatch | None:
        """The last organisation named before an offset; what "the group", "the force" or "its" stands for."""
        for match in reversed(self.matches[: bisect_left(self._starts, before)]):
            if match.end <= since:
                return None
            if match.kind in _ARMED and (not match.generic or match.force):
                return match
        return None

    def of_phrase(self, token: Token, offset: int) -> Named | None:
        """The actor that the noun phrase headed by `token` names; `offset` is that of its spaCy text.

        "One of its members" is the organisation, "a checkpoint of the force" the force, "a driver" a civilian;
        a checkpoint of nobody is None.
        """
        if token.pos_ == "PRON":
            return self._of_pronoun(token, offset)
        start, end = offset + token.left_edge.idx, offset + token.idx + len(token)
        head = offset + token.idx
        inside = self.within(start, end)
        covering = [m for m in inside if m.start <= head < m.end]
        named = next((m for m in covering if not m.generic), None)
        if named is not None:
            return self.named(named)
        part_of = lemma(token) in _WORDS["part_of"]
        # The organisation that members, posts and vehicles belong to comes before the general word itself.
        owner = self._owner(token, offset)
        if owner is not None and (part_of or not covering or covering[0].force or is_armed(owner.actor.kind)):
            return owner
        beside = next((m for m in inside if not m.generic and m.end <= head), None)
        if beside is not None and (part_of or lemma(token) not in _WORDS["people"]):
            return self.named(beside)
        if covering:
            return self._of_general_word(token, covering[0], offset)
        return (
            self._group_named_before(token, start)
            or self._civilian(token, start, end, head)
            or (self.named(inside[0]) if inside else self._state(token, head))
        )

    def _of_general_word(self, token: Token, match: ActorMatch, offset: int) -> Named | None:
        """The actor of "soldiers", "the group", "western troops"."""
        start, end = offset + token.left_edge.idx, offset + token.idx + len(token)
        modifiers = [
            c for c in token.children if c.dep_ in ("amod", "compound", "nmod") and offset + c.idx < match.start
        ]
        foreign = any(c.lower_ in _WORDS["elsewhere"] for c in modifiers)
        if match.force and not match.country and (foreign or any(self._is_name(c, offset) for c in modifiers)):
            # "Western and Kurdish soldiers" are not the army of the country the story is about.
            kind: ActorKind = "External/Other forces" if foreign else match.kind
            return Named(Actor(self._phrase(start, end), None, match.label, kind), start, end, "read", True)
        definite = any(c.lower_ in _WORDS["definite"] and c.dep_ == "det" for c in token.children)
        if definite and match.text.lower() in _WORDS["group"] and (group := self.last_group(start)) is not None:
            return self.named(group, _SAID_BEFORE)
        return self.named(match)

    def _is_name(self, token: Token, offset: int) -> bool:
        """Whether a word before general words is a name: "Kurdish soldiers", not "Several soldiers", "Army jets"."""
        if not token.text[:1].isupper() or not (token.pos_ == "PROPN" or token.ent_type_ in ("NORP", "GPE", "ORG")):
            return False
        return not any(m.force for m in self.within(offset + token.idx, offset + token.idx + len(token)))

    def _group_named_before(self, token: Token, start: int) -> Named | None:
        """What "the group", "the force" or the like stands for."""
        determined = any(c.dep_ == "det" and c.lower_ in _WORDS["group_determiner"] for c in token.children)
        if lemma(token) not in _WORDS["group"] or not determined:
            return None
        group = self.last_group(start)
        return None if group is None else self.named(group, _SAID_BEFORE)

    def _civilian(self, token: Token, start: int, end: int, head: int) -> Named | None:
        """Civilians, where the phrase names people. Private persons are never actors and stay without a name."""
        if token.ent_type_ == "PERSON":
            person = Actor("a person", None, "Civilians", "Civilians")
            return Named(person, head, end, "inferred: a person named", True)
        if lemma(token) in _WORDS["people"] or token.ent_type_ == "NORP":
            return Named(Actor(self._phrase(start, end), None, "Civilians", "Civilians"), start, end, "read", True)
        return None

    def _state(self, token: Token, head: int) -> Named | None:
        """The forces of a state named alone: "Turkey bombs", "a raid by Turkey"; not "in Turkey"."""
        if token.dep_ not in _WORDS["acts_as_state"]:
            return None
        if token.dep_ == "pobj" and token.head.lower_ not in _WORDS["by_a_state"]:
            return None
        return self.forces_within(head, head + 1, "inferred: the state's forces")

    def government(self, token: Token, offset: int) -> Named | None:
        """The government that the holder of an office acts for; a former one acts for nobody, and none is named."""
        start, end = offset + token.left_edge.idx, offset + token.idx + len(token)
        if _PATTERNS["former"].search(self.text[start:end]):
            return None
        state = next((m for m in self.states if m.country and m.start < end and start < m.end), None)
        match = self.list.match("government", self.country if state is None else state.country)
        if match is None:
            return None
        actor = self.list.actor(match, self.country if state is None else state.country)
        return Named(actor, start, end, "inferred: who holds the office")

    def forces_within(self, start: int, end: int, basis: str) -> Named | None:
        """The forces of the first state whose name or adjective overlaps ``text[start:end]``."""
        state = next((m for m in self.states if m.country and m.start < end and start < m.end), None)
        forces = None if state is None else self.list.match(f"{state.text} forces")
        if state is None or forces is None:
            return None
        return Named(replace(self.list.actor(forces), name=state.text), state.start, state.end, basis)

    def _phrase(self, start: int, end: int) -> str:
        words = _PATTERNS["determiner"].sub("", self.text[start:end])
        return re.sub(r"\s+", " ", words).strip()

    def _owner(self, token: Token, offset: int) -> Named | None:
        """Whose it is: "its members", "the SDF's checkpoint", "members of the militia"."""
        for child in token.children:
            if child.dep_ == "poss":
                if child.pos_ == "PRON" or child.tag_ == "PRP$":
                    return self._of_pronoun(child, offset)
                found = self.of_phrase(child, offset)
                if found is not None and is_armed(found.actor.kind):
                    return found
            elif child.dep_ == "prep" and child.lower_ in _WORDS["owned_by"] and lemma(token) in _WORDS["part_of"]:
                for head in _governed(child):
                    found = self.of_phrase(head, offset)
                    if found is not None and (child.lower_ == "of" or is_armed(found.actor.kind)):
                        return found
            elif child.dep_ == "acl" and lemma(child) in _WORDS["having"]:
                # "A post held by the militia", "boats carrying fighters", "a car belonging to the force".
                aboard = lemma(child) in _WORDS["aboard"]
                for preposition in (child, *child.children):
                    for head in _governed(preposition):
                        found = self.of_phrase(head, offset)
                        if found is not None and (aboard or is_armed(found.actor.kind)):
                            return found
            elif child.dep_ in ("amod", "acl") and child.i > token.i and lemma(child) in _WORDS["close_to"]:
                # "Fighters loyal to the group".
                for head in (h for p in child.children for h in _governed(p)):
                    found = self.of_phrase(head, offset)
                    if found is not None and is_armed(found.actor.kind) and found.actor.kind != "State forces":
                        return found
            elif child.dep_ == "relcl":
                # "Positions that it says belong to the group".
                for deeper in (p for t in child.subtree if lemma(t) == "belong" for p in t.children):
                    for head in _governed(deeper):
                        if (found := self.of_phrase(head, offset)) is not None and is_armed(found.actor.kind):
                            return found
            elif child.dep_ == "acl" and lemma(child) in _WORDS["suspecting"]:
                # "Men suspected of belonging to the group".
                words = {lemma(t) for t in child.subtree}
                if words & _WORDS["membership"] and (found := self._armed_within(child, offset)) is not None:
                    return found
        return None

    def _armed_within(self, token: Token, offset: int) -> Named | None:
        start, last = offset + token.idx, token.right_edge
        inside = self.within(start, offset + last.idx + len(last))
        match = next((m for m in inside if is_armed(m.kind) and not m.force), None)
        return None if match is None else self.named(match, "inferred: suspected of being its")

    def _of_pronoun(self, token: Token, offset: int) -> Named | None:
        if token.lower_ not in _WORDS["its"]:
            return None
        at = offset + token.idx
        group = None
        if token.lower_ in ("its", "it"):
            group = self.last_group(at, since=offset + token.sent.start_char)
        if group is None and token.lower_ in _WORDS["of_group"]:
            group = self.last_group(at)
        return None if group is None else self.named(group, f"inferred: “{token.text}” is the group named before")


def _governed(preposition: Token) -> list[Token]:
    return [c for c in preposition.children if c.dep_ in ("pobj", "dobj")]
