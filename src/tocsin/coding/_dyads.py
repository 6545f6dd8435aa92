"""Who acts on whom in any sentence of news, also where the act is none of the codebook's: a threat, a demand, a ban.

Event data code such sentences as dyads, a source and a target (Schrodt, 2012, *CAMEO Conflict and Mediation Event
Observations: Event and Actor Codebook*). The act is found first: the verb that is left when what only reports it
("a spokesman said") and what says little by itself ("staged", "tried to") is set aside. The source is whoever does it,
through second verbs, infinitives and passives; the target is the nearest phrase below the act that names an actor, and
where a thing is acted on, whose it is. Where the act governs nobody, it is the next actor
that the sentence names after it, clauses that tell when or why left out: a guess, on which no claim is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spacy.tokens import Span, Token

from tocsin.codebook import ActorList, ActorMatch
from tocsin.coding._actors import ActorReader
from tocsin.coding._grammar import is_passive, is_verb, lemma, subjects
from tocsin.coding._patterns import vocabulary
from tocsin.coding._sentences import parse_texts
from tocsin.records import Actor

__all__ = ["Dyad", "Party", "read_dyads"]

_WORDS = vocabulary("dyads").words
_ROLES = vocabulary("roles").words
_PEOPLE = vocabulary("actors").words["people"]
# Codes of kinds of actors, in the order in which words are asked.
_CODES = tuple(code for code in _WORDS if code.isupper())
_OF_FORCE = {"military": "MIL", "police": "COP", "government": "GOV"}
_OF_KIND = {
    "Rebel group": "REB",
    "Political militia": "REB",
    "Identity militia": "REB",
    "State forces": "MIL",
    "Rioters": "CVL",
    "Protesters": "CVL",
    "Civilians": "CVL",
}
# Entities that are no actors, whatever their words.
_NO_ACTORS = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "ORDINAL", "EVENT", "LANGUAGE", "LAW"})
_NAMES = frozenset({"NORP", "GPE", "ORG", "PERSON"})
# How many phrases deep an owner is looked for: "the offices of the administrators of property of the city".
_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class Party:
    """One actor of a side. ``words == " ".join(text[start:end].split())``.

    `actor` is the actor as claims hold it, None where the actor list does not know the words. `country` is ISO 3166-1
    alpha-3 and `role` one of the codes of event data (GOV, MIL, COP, REB, OPP, CVL, …); both are empty where the words
    do not tell.
    """

    words: str
    start: int
    end: int
    actor: Actor | None = None
    country: str = ""
    role: str = ""

    @property
    def code(self) -> str:
        """Country and role in one, as in ``SDNGOV``."""
        return self.country + self.role


@dataclass(frozen=True, slots=True)
class Dyad:
    """What a text says was done by whom to whom; sides are empty where nobody is named."""

    source: tuple[Party, ...] = ()
    target: tuple[Party, ...] = ()


def read_dyads(texts: Iterable[str], actors: ActorList) -> list[Dyad]:
    """Return the main dyad of each text, that of its first sentence that has one.

    Parameters
    ----------
    texts : iterable of str
        English sentences.
    actors : ActorList

    Examples
    --------
    >>> from tocsin.codebook import load_actors
    >>> (dyad,) = read_dyads(["Sudanese rebels threatened on Monday to attack Chad."], load_actors())
    >>> [p.words for p in dyad.source], [p.code for p in dyad.target]
    (['Sudanese rebels'], ['TCD'])
    """
    return [_dyad(text, spans, actors) for text, spans in parse_texts(texts)]


def _dyad(text: str, spans: Iterable[Span], actors: ActorList) -> Dyad:
    countries = tuple(dict.fromkeys(m.country for m in actors.scan_states(text) if m.country))
    reader = _Sides(text, ActorReader(text, actors, countries))
    best = Dyad()
    for span in spans:
        dyad = reader.read(span)
        if dyad.source and dyad.target:
            return dyad
        best = best if best.source or best.target else dyad
    return best


@dataclass(frozen=True, slots=True)
class _Sides:
    """Reads the sides of acts in one text."""

    text: str
    actors: ActorReader

    def read(self, sentence: Span) -> Dyad:
        """The dyad of the main act of `sentence`."""
        act, speakers = _main_act(sentence.root)
        source = self._sources(act, speakers)
        mine = {h.i for h in source}
        target = [h for h in self._first_of(self._targets(act, 0), mine) if h.i not in mine]
        if not target:
            target = self._named_elsewhere(sentence, act, mine, speakers)
        if len(source) > 1 and (not target or self._is_mutual(act)):
            source, target = source[:1], source[1:]  # "Chad and Sudan postponed their talks": each to the other
        elif len(source) == 1 and (not target or self._is_mutual(act)) and (pair := _coordinated(source[0])):
            source, target = pair[:1], pair[1:]  # "Chadian and Sudanese negotiators met"
        doers = self._parties(source)
        mine = {p.start for p in doers}  # two heads may lie in one phrase
        return Dyad(doers, tuple(p for p in self._parties(target) if p.start not in mine))

    # -- the doer --

    def _sources(self, act: Token, speakers: list[Token]) -> list[Token]:
        """Heads of the phrases that name who does `act`; what somebody says of itself is its own act."""
        heads: list[Token] = []
        if lemma(act) in _ROLES["intransitive"]:
            # "Died of torture in the custody of the police": whose hands they were in.
            return self._first_of(self._of_prepositions(act, _WORDS["in_the_hands_of"], 0), set())
        if is_passive(act) and lemma(act) in _WORDS["official"] and not _agents(act):
            # "Was arrested in Peru": by those who arrest there.
            places = [p for c in act.children if c.dep_ == "prep" and c.lower_ == "in" for p in _each(c, "pobj")]
            return [p for p in places if p.ent_type_ == "GPE"][:1]
        for head in _doers(act):
            # "They would boycott it", "its men had left": the speaker and whose men they are.
            if head.pos_ == "PRON" or (speakers and _is_own(head)):
                heads += [h for s in speakers for h in self._actors_of(s, own=True)]
            else:
                heads += self._actors_of(head, own=True)
        return _once(heads)

    # -- whom it is done to --

    def _targets(self, act: Token, depth: int) -> Iterator[list[Token]]:
        """Phrases that name whom `act` is done to, likeliest first."""
        if depth > _DEEPEST:
            return
        if not is_verb(act):
            yield from self._below_noun(act, depth)
            return
        clauses = [c for c in act.children if c.dep_ in ("xcomp", "ccomp", "advcl", "acl", "relcl") and not _aside(c)]
        protest = lemma(act) in _WORDS["protesting"] or any(
            lemma(c) in _WORDS["protest_nouns"] for c in act.children if c.dep_ in ("dobj", "nsubj", "pobj")
        )
        if protest:
            yield from self._of_prepositions(act, _WORDS["aimed"] - {"from", "for", "at"}, depth)
            for preposition in act.children:
                if preposition.dep_ == "prep" and any(
                    lemma(c) in ("protest", "defiance") for c in preposition.children
                ):
                    yield from self._of_preposition(preposition, depth)
            for clause in clauses:
                yield from self._targets(clause, depth + 1)
        if is_passive(act) and (lemma(act) not in _WORDS["minded"] or _agents(act)):
            for head in _each(act, "nsubjpass"):
                yield self._actors_of(head)
        elif lemma(act) in _ROLES["intransitive"]:
            for head in _each(act, "nsubj"):
                yield self._actors_of(head)
        verb = lemma(act)
        if verb not in _WORDS["joining"] and verb not in _WORDS["moving_own"]:
            for head in _each(act, "dobj", "obj", "dative", "attr", "oprd"):
                yield self._actors_of(head, deed=verb in _WORDS["light"])
        yield from self._of_prepositions(act, _WORDS["aimed"], depth)
        for head in _each(act, "dobj", "obj"):
            for other in head.conjuncts:  # "mortar and rocket fire against"
                yield from self._of_prepositions(other, _WORDS["aimed"], depth)
            yield self._of_clauses(head, depth)
        for clause in clauses:
            if clause.dep_ == "xcomp" or _asks(act):
                for head in _each(clause, "nsubj", "nsubjpass"):
                    yield self._actors_of(head)
            yield from self._targets(clause, depth + 1)
        for other in _each(act, "conj"):
            if is_verb(other):
                yield from self._targets(other, depth + 1)
        yield from self._of_prepositions(act, _WORDS["where"], depth)
        for head in _each(act, "dobj", "obj"):
            yield from self._of_prepositions(head, _WORDS["where"], depth)
        for clause in act.children:
            if clause.dep_ == "advcl" and _mark(clause) in _WORDS["condition"]:
                for head in subjects(clause) or _each(clause, "nsubjpass"):
                    yield self._actors_of(head)

    def _is_mutual(self, act: Token) -> bool:
        """Whether those who do it do it to each other: "agreed", "held talks", "signed a truce"."""
        if any(c.lower_ == "with" for c in act.children):
            return False
        below = [c for c in act.children if c.dep_ in ("dobj", "xcomp", "prep")]
        below += [c for b in below for c in b.children if c.dep_ in ("dobj", "xcomp", "pobj")]
        return lemma(act) in _WORDS["mutual"] or any(
            lemma(t) in _WORDS["mutual"] and not any(c.lower_ == "with" for c in t.children) for t in below
        )

    def _of_prepositions(self, token: Token, wanted: frozenset[str], depth: int) -> Iterator[list[Token]]:
        for child in token.children:
            if child.dep_ in ("prep", "dative") and child.lower_ in wanted:
                yield from self._of_preposition(child, depth)

    def _of_preposition(self, preposition: Token, depth: int) -> Iterator[list[Token]]:
        for child in preposition.children:
            if child.dep_ == "pobj":
                yield self._actors_of(child)
            elif child.dep_ == "pcomp":
                yield from self._targets(child, depth + 1)
            elif child.dep_ == "prep":
                yield from self._of_preposition(child, depth)

    def _below_noun(self, noun: Token, depth: int) -> Iterator[list[Token]]:
        yield from self._of_prepositions(noun, _WORDS["aimed"], depth)
        for clause in noun.children:
            if clause.dep_ in ("acl", "relcl"):
                yield from self._targets(clause, depth + 1)

    def _first_of(self, found: Iterator[list[Token]], without: set[int]) -> list[Token]:
        for heads in found:
            kept = [h for h in heads if h.i not in without]
            if kept:
                return kept
        return []

    # -- phrases --

    def is_actor(self, head: Token) -> bool:
        """Whether the phrase headed by `head` names somebody or a body that acts."""
        if head.pos_ not in ("NOUN", "PROPN", "NUM", "ADJ") or head.ent_type_ in _NO_ACTORS:
            return False
        if not head.is_alpha and not head.text[:1].isalpha():
            return False
        if lemma(head) in _WORDS["not_actors"] or lemma(head) in _ROLES["means"]:
            return False
        if lemma(head) in _PEOPLE or lemma(head) in _WORDS["institutions"] or head.lower_ in _WORDS["institutions"]:
            return True
        if lemma(head) in _WORDS["places"]:
            return head.pos_ == "PROPN" or any(t.ent_type_ in _NAMES or t.pos_ == "PROPN" for t in head.subtree)
        if any(m.start <= head.idx < m.end for m in self.actors.within(head.idx, head.idx + len(head))):
            return True
        if head.ent_type_ in ("PERSON", "NORP", "ORG", "GPE"):
            return bool(head.pos_ != "ADJ")
        return bool(head.pos_ == "PROPN")

    def _actors_of(self, head: Token, own: bool = False, depth: int = 0, deed: bool = False) -> list[Token]:
        """The actors that a phrase names: itself with what is beside it, or whose it is.

        `own` where the actor acts through what the phrase names; `deed` where the phrase names what is done, so that
        words before it ("a military offensive") are not those that it is done to.
        """
        if head.pos_ == "PRON" or depth > _DEEPEST:
            return []
        if lemma(head) in _WORDS["counting"]:
            of = [p for c in head.children if c.dep_ == "prep" and c.lower_ == "of" for p in c.children]
            for counted in of:
                if counted.dep_ == "pobj" and (found := self._actors_of(counted, own, depth + 1)):
                    return found
        if self.is_actor(head):
            if not own and _is_own(head) and lemma(head) not in _WORDS["others"]:
                return []
            return [head, *(c for c in head.conjuncts if c.i > head.i and self.is_actor(c))]
        return self._owner(head, own, depth, deed)

    def _owner(self, head: Token, own: bool, depth: int, deed: bool = False) -> list[Token]:
        """Whose thing or deed it is; `own` where the one that it is of acts through it."""
        for child in head.children:
            if child.dep_ == "poss" and child.pos_ != "PRON" and (found := self._actors_of(child, own, depth + 1)):
                return found
        before = [
            t
            for t in head.doc[head.left_edge.i : head.i]
            if t.dep_ in ("compound", "amod", "nmod") and t.head.i <= head.i
        ]
        if not deed and (named := [t for t in before if t.ent_type_ in ("NORP", "GPE")]):
            return named[-1:]
        beside = [] if deed else [t for t in before if self._is_name(t)]
        if beside and beside[-1].pos_ in ("NOUN", "PROPN"):
            return beside[-1:]  # "guerrilla camps"; but "military ties with" are with somebody
        if not own and (found := self._below(head, depth, deed)):
            return found
        if beside:
            return beside[-1:]
        if own and (found := self._below(head, depth)):
            return found
        for child in head.children:
            if child.dep_ == "prep" and child.lower_ in _WORDS["where"] and not own:
                for deeper in child.children:
                    if deeper.dep_ == "pobj" and (found := self._actors_of(deeper, own, depth + 1)):
                        return found
        return [c for c in head.conjuncts if c.i > head.i and self.is_actor(c)]

    def _below(self, head: Token, depth: int, deed: bool = False) -> list[Token]:
        wanted = _WORDS["owning"]
        for child in head.children:
            if child.dep_ == "prep" and child.lower_ in wanted:
                for deeper in child.children:
                    if deeper.dep_ == "pobj" and (found := self._actors_of(deeper, False, depth + 1)):
                        return found
                    if deeper.dep_ == "pcomp" and (found := self._first_of(self._targets(deeper, depth + 1), set())):
                        return found
        return [] if deed else self._of_clauses(head, depth)

    def _of_clauses(self, head: Token, depth: int) -> list[Token]:
        """Whom the clauses of a noun name: "the plan that bars the union", "the demand that the mayor resign"."""
        for child in head.children:
            if child.dep_ not in ("acl", "relcl"):
                continue
            found = [h for h in _agents(child) if self.is_actor(h)]
            if not found and lemma(head) in _WORDS["asking"]:
                found = [h for s in _each(child, "nsubj", "nsubjpass") for h in self._actors_of(s)]
            if found or (found := self._first_of(self._targets(child, depth + 1), set())):
                return found
        return []

    def _is_name(self, token: Token) -> bool:
        """Whether a word before a noun names whose it is: "Chadian homes", "army bulldozers"."""
        if token.ent_type_ in _NAMES:
            return True
        inside = self.actors.within(token.idx, token.idx + len(token))
        if any(m.start <= token.idx < m.end for m in (*inside, *self.actors.states)):
            return True
        return token.pos_ == "PROPN" and token.ent_type_ not in _NO_ACTORS

    def _named_elsewhere(self, sentence: Span, act: Token, mine: set[int], speakers: Iterable[Token]) -> list[Token]:
        """The first other actor of the sentence after the act, clauses that tell when or why left out."""
        said = {t.i for s in speakers for t in s.subtree} | {t.i for i in mine for t in act.doc[i].subtree}
        for token in sentence:
            if token.i <= act.i or token.i in said or token.pos_ == "PRON" or token.dep_ in ("compound", "amod"):
                continue
            if self.is_actor(token) and not any(_aside(a) for a in (token, *token.ancestors) if a.i > act.i):
                return [token]
        return []

    # -- words --

    def _parties(self, heads: Iterable[Token]) -> tuple[Party, ...]:
        return tuple(self._party(h) for h in _once(heads))

    def _party(self, head: Token) -> Party:
        first, last = self._bounds(head)
        start, end = first.idx, last.idx + len(last)
        matches = [m for m in self.actors.within(start, end) if m.start >= start or m.end <= end]
        covering = next((m for m in matches if m.start <= head.idx < m.end), None)
        actor = None if covering is None else self.actors.named(covering).actor
        return Party(
            " ".join(self.text[start:end].split()),
            start,
            end,
            actor,
            self._country(start, end, covering),
            self._role(head, first, last, covering),
        )

    def _bounds(self, head: Token) -> tuple[Token, Token]:
        """First and last word of the phrase, without articles, figures and clauses; what says which one is kept."""
        if head.dep_ in ("amod", "compound", "nmod") and head.head.i > head.i and not self.is_actor(head.head):
            first = head
            for other in reversed([c for c in head.head.lefts if c.i < head.i]):
                if other.i != first.i - 1 or other.dep_ not in ("amod", "compound", "nmod") or not self._is_name(other):
                    break
                first = other
            return first if head.left_edge.i > first.i else head.left_edge, head
        words = [t for t in head.doc[head.left_edge.i : head.i + 1] if t.i == head.i or not _is_left_off(t, head)]
        first, last = words[0], head
        named = any(t.ent_type_ in _NAMES or (t.pos_ == "PROPN" and not _is_office(t)) for t in words)
        if not named:
            for child in head.rights:
                near = [t for t in child.subtree if t.i - head.i <= _NEAR]
                names = [t for t in near if t.pos_ == "PROPN" or t.ent_type_ in _NAMES]
                if child.dep_ in ("prep", "acl") and names:
                    # "Nurses from two Chadian clinics": as far as the noun that the name stands before.
                    last = next((t for t in near if t.dep_ == "pobj" and t.i >= names[0].i), names[-1])
                    break
        return first, last

    def _country(self, start: int, end: int, match: ActorMatch | None) -> str:
        if match is not None and match.country:
            return match.country
        inside = (m.country for m in self.actors.states if m.country and m.start < end and start < m.end)
        return next(inside, "")

    def _role(self, head: Token, first: Token, last: Token, match: ActorMatch | None) -> str:
        if match is not None and match.force:
            return _OF_FORCE.get(match.force, "")
        if match is not None and match.kind not in ("Civilians", "Protesters", "State forces"):
            return _OF_KIND.get(match.kind, "")
        words = {t.lower_ for t in head.doc[first.i : last.i + 1]}
        said = next((code for code in _CODES if words & _WORDS[code]), "")
        if not said and (lemma(head) in _PEOPLE or (match is not None and match.kind in _OF_KIND)):
            return "CVL"
        return said


def _is_office(token: Token) -> bool:
    return any(lemma(token) in _WORDS[code] or token.lower_ in _WORDS[code] for code in ("GOV", "LEG"))


# How far behind a noun the name may stand that says which is meant, in words.
_NEAR = 8


def _is_left_off(token: Token, head: Token) -> bool:
    """Whether a word before the head of a phrase is an article, a figure or a pronoun at its beginning."""
    before = head.doc[head.left_edge.i : token.i + 1]
    return all(
        t.dep_ in ("det", "predet", "nummod", "quantmod", "punct", "advmod", "cc", "preconj")
        or t.pos_ in ("DET", "PUNCT", "ADP", "ADV")
        or t.tag_ == "PRP$"
        or t.lower_ in _WORDS["counting"]
        or t.like_num
        or t.tag_ in ("JJR", "JJS")
        for t in before
    )


# -- the act --


def _main_act(root: Token) -> tuple[Token, list[Token]]:
    """The verb or noun of the act that a sentence tells, and who says so."""
    speakers: list[Token] = []
    act = root
    if lemma(root) in _WORDS["reporting"] and (demand := _demanded(root)) is not None:
        return demand, _each(root, "nsubj")
    for _ in range(_DEEPEST):
        inner = _said(act) if lemma(act) in _WORDS["reporting"] else None
        if inner is None and lemma(act) in _WORDS["light"]:
            ready = [act, *_each(act, "acomp")]  # "is willing to"
            inner = next((c for t in ready for c in t.children if c.dep_ == "xcomp"), None)
        elif inner is not None:
            speakers = _each(act, "nsubj") or speakers
        if inner is None:
            break
        act = inner
    return act, speakers


def _asks(verb: Token) -> bool:
    """Whether the clause below says what somebody else is to do: "demanded that", "repeated its call that"."""
    words = {lemma(verb), *(lemma(c) for c in _each(verb, "dobj"))}
    return bool(words & _WORDS["asking"]) or _demanded(verb) is not None


def _demanded(verb: Token) -> Token | None:
    """`verb` itself where what it reports is that somebody else must do something."""
    said = _said(verb)
    if said is None or not any(c.dep_ == "aux" and c.lower_ in _WORDS["must"] for c in said.children):
        return None
    return verb if any(c.pos_ != "PRON" for c in _each(said, "nsubj")) else None


def _said(verb: Token) -> Token | None:
    """The clause that holds what a verb reports."""
    for child in verb.children:
        if child.dep_ in ("ccomp", "parataxis", "xcomp") and is_verb(child):
            return child
    return None


def _coordinated(head: Token) -> list[Token]:
    """Two nationalities before one noun."""
    for child in (head, *head.lefts):
        others = [c for c in child.conjuncts if c.i > child.i and c.ent_type_ in _NAMES]
        if child.ent_type_ in _NAMES and others and child.dep_ in ("amod", "compound", "nmod"):
            return [child, *others[:1]]
    return []


def _is_own(head: Token) -> bool:
    """Whether a phrase names what belongs to somebody named before: "its troops"."""
    return any(c.dep_ == "poss" and c.tag_ == "PRP$" for c in head.children)


def _doers(act: Token) -> list[Token]:
    """Heads of whoever does `act`, that of the verb it depends on among them."""
    if not is_verb(act):
        return _agents(act) or [act]
    active = _each(act, "nsubj") and not _each(act, "auxpass")
    if not active and (agents := _agents(act)):
        return agents
    if is_passive(act) and lemma(act) in _WORDS["minded"] and not _agents(act):
        return _each(act, "nsubjpass")
    if is_passive(act) and not active:
        return []
    own = _each(act, "nsubj", "csubj")
    if not own and is_passive(act.head):
        return _each(act.head, "nsubjpass")
    if own := own or subjects(act):
        return own
    above = act
    while above.dep_ in ("xcomp", "acomp", "pcomp", "prep") and not own:  # "is about to leave"
        above = above.head
        own = _each(above, "nsubj", "nsubjpass")
    return own


def _agents(token: Token) -> list[Token]:
    """Whom "by" names."""
    return [
        head
        for c in token.children
        if c.lower_ == "by" and c.dep_ in ("agent", "prep")
        for p in c.children
        if p.dep_ == "pobj"
        for head in (p, *(x for x in p.conjuncts if x.i > p.i))
    ]


def _mark(clause: Token) -> str:
    return next((c.lower_ for c in clause.children if c.dep_ in ("mark", "advmod")), "")


def _aside(clause: Token) -> bool:
    """Whether a clause or phrase only tells when or why."""
    if clause.dep_ == "advcl":
        return _mark(clause) in _WORDS["aside"] | _WORDS["condition"]
    return clause.dep_ == "prep" and clause.lower_ in _WORDS["aside"] - {"as"}


def _each(token: Token, *dependencies: str) -> list[Token]:
    return [c for c in token.children if c.dep_ in dependencies]


def _once(heads: Iterable[Token]) -> list[Token]:
    return list({h.i: h for h in heads}.values())
