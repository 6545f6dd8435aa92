"""What speaks for and against a name as the place of what a verb tells: the way between them, and what is around."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from tocsin.coding._event_names import Candidate
from tocsin.coding._grammar import is_passive, lemma
from tocsin.coding._patterns import vocabulary

__all__ = ["evidence", "evidence_for_none"]

_WORDS = vocabulary("event_links").words

# A way through the parse longer than this says no more than that it is long.
_STEPS = 4
# Names further apart than this, in tokens, say nothing of each other.
_GAP = 8
# Bounds of the classes of distance, in tokens.
_NEAR = (1, 2, 3, 5, 8, 12, 18, 26)


def evidence(verb: Token, places: Sequence[Candidate]) -> list[dict[str, float]]:
    """What speaks for and against each of `places` as the place of `verb`, by name."""
    return [dict.fromkeys(_evidence(verb, places, i), 1.0) for i in range(len(places))]


def evidence_for_none(verb: Token, places: Sequence[Candidate]) -> dict[str, float]:
    """What says that the sentence does not tell where `verb` happened."""
    return dict.fromkeys(_evidence_for_none(verb, places), 1.0)


def _evidence_for_none(verb: Token, places: Sequence[Candidate]) -> Iterator[str]:
    kind = verb_kind(verb)
    known = [p for p in places if p.known]
    for found in _of_verb(verb, kind):
        yield f"none:{found}"
    yield f"none:places={min(4, len(known))}"
    yield f"none:places={min(2, len(known))},{kind}"
    yield f"none:names={min(4, len(places) - len(known))}"
    yield f"none:after={min(2, sum(p.first.i > verb.i for p in known))}"
    governed = {t.lower_ for t in verb.sent if t.dep_ == "pobj" and t.pos_ == "NOUN" and t.head.lower_ in ("in", "at")}
    yield f"none:somewhere={any(lemma(t) in _WORDS['kind'] for t in verb.subtree if t.pos_ == 'NOUN')}"
    yield f"none:governed={bool(governed)}"
    yield f"none:head={lemma(verb.head)},{verb.dep_}"
    yield f"none:subject={next((_subject(c) for c in verb.children if c.dep_ in ('nsubj', 'nsubjpass')), '-')}"
    if any(t.lower_ in ("there", "here") for t in verb.subtree):
        yield "none:there"


def _subject(token: Token) -> str:
    return lemma(token) if token.pos_ in ("PRON", "NOUN") else str(token.pos_)


def _evidence(verb: Token, places: Sequence[Candidate], i: int) -> Iterator[str]:
    place = places[i]
    head = place.head
    up, down, shared = _way(head, verb)
    of_name = _of_name(place, head)
    kind = verb_kind(verb)
    yield from of_name
    yield from _of_verb(verb, kind)
    yield from _of_distance(verb, places, i)
    above, beneath = "<".join(up[:_STEPS]), ">".join(down[:_STEPS])
    yield f"up={above}"
    yield f"down={beneath}"
    yield f"way={above}^{beneath}"
    yield f"steps={min(6, len(up))},{min(6, len(down))}"
    yield f"top={shared.pos_}"
    first = next((s for s in up if s.startswith("prep:")), "-")
    last = next((s for s in reversed(up) if s.startswith("prep:")), "-")
    yield f"first={first}"
    yield f"last={last}"
    yield f"first={first},{kind}"
    yield f"last={last},{beneath}"
    yield f"verb={lemma(verb)},{last}"
    clauses_up = sum(s in _WORDS["clause"] for s in up)
    clauses_down = sum(s in _WORDS["clause"] for s in down)
    yield f"clauses={min(2, clauses_up)},{min(2, clauses_down)}"
    yield f"clauses={min(2, clauses_up)},{min(2, clauses_down)},{kind}"
    yield from _of_bare_way(place, verb, kind)
    side = next((s for s in reversed(up)), "-")
    yield f"side={side}"
    yield f"side={side},{beneath}"
    yield f"side={side},{kind}"
    if shared.i != verb.i and shared.pos_ in ("VERB", "AUX", "NOUN"):
        yield f"joint={lemma(shared)}"
        yield f"joint={verb_kind(shared)},{kind}"


def _way(place: Token, verb: Token) -> tuple[list[str], list[str], Token]:
    """Up from the place and down to the verb, by what hangs how on what; and where the two ways meet."""
    above_verb = [verb, *verb.ancestors]
    index = {t.i: n for n, t in enumerate(above_verb)}
    up: list[str] = []
    at = place
    while at.i not in index:
        if at.head.i == at.i:
            return [*up, "other sentence"], ["other sentence"], at
        up.append(_step(at))
        at = at.head
    down = [_step(t) for t in reversed(above_verb[: index[at.i]])]
    return up, down, at


def _of_bare_way(place: Candidate, verb: Token, kind: str) -> Iterator[str]:
    """The way from what the name belongs to: "the village of Gao", "Gao city" and "Gao" stand alike."""
    bare, steps = place.head, _STEPS
    while steps and (above := _named_by(bare)) is not None:
        bare, steps = above, steps - 1
    up, down, _ = _way(bare, verb)
    above_all, beneath = "<".join(up[:_STEPS]), ">".join(down[:_STEPS])
    yield f"bare up={above_all}"
    yield f"bare way={above_all}^{beneath}"
    yield f"bare way={above_all}^{beneath},{kind}"
    yield f"bare verb={above_all},{lemma(verb)}"
    yield f"bare={bare.dep_},{place.standing}"
    carrier = bare.head if bare.dep_ in ("compound", "amod", "nmod", "poss") else bare.head.head
    if bare.dep_ == "pobj" and carrier.pos_ in ("NOUN", "PROPN"):
        yield f"at={lemma(carrier)},{bare.head.lower_}"
        yield f"at={lemma(carrier)}"
        yield f"at={carrier.dep_},{bare.head.lower_},{carrier.head.i == verb.i}"
    if carrier.pos_ == "VERB":
        yield f"at verb={lemma(carrier)},{bare.head.lower_ if bare.dep_ == 'pobj' else bare.dep_}"
        yield f"at verb={carrier.i == verb.i},{bare.dep_},{place.known}"


def _named_by(token: Token) -> Token | None:
    """The word that `token` names: the "village" of "the village of Gao", the first name of a row."""
    above = token.head
    if token.dep_ in ("compound", "amod", "nmod") and (lemma(above) in _WORDS["kind"] or above.pos_ == "PROPN"):
        return above
    if token.dep_ == "pobj" and above.lower_ == "of" and lemma(above.head) in _WORDS["kind"]:
        return above.head
    if token.dep_ in ("conj", "appos") and above.pos_ in ("PROPN", "NOUN") and above.i != token.i:
        return above if above.pos_ == "PROPN" or lemma(above) in _WORDS["kind"] else None
    return None


def _shape(token: Token) -> str:
    """A word between two names, as far as it matters."""
    if token.lower_ in _WORDS["kind"] or lemma(token) in _WORDS["kind"]:
        return "KIND"
    if token.lower_.removesuffix("ern") in _WORDS["direction"]:
        return "SIDE"
    return "NAME" if token.pos_ == "PROPN" else str(token.lower_)


def _step(token: Token) -> str:
    if token.dep_ in ("prep", "agent"):
        return f"prep:{token.lower_}"
    if token.dep_ == "conj" and token.pos_ in ("VERB", "AUX"):
        return "conj:verb"
    return str(token.dep_)


def verb_kind(verb: Token) -> str:
    """Whether it says that somebody says, that something is, moves, or was done."""
    name = lemma(verb)
    return next((kind for kind in ("saying", "being", "moving", "violent") if name in _WORDS[kind]), "other")


def _of_verb(verb: Token, kind: str) -> Iterator[str]:
    yield f"verb={lemma(verb)}"
    yield f"kind={kind}"
    yield f"tag={verb.tag_}"
    yield f"dep={verb.dep_}"
    yield f"passive={is_passive(verb)}"
    yield f"passive={is_passive(verb)},{kind}"
    if any(c.dep_ == "neg" for c in verb.children):
        yield "negated"
    if any(c.lower_ in _WORDS["modal"] for c in verb.children if c.dep_ == "aux"):
        yield "modal"
    if verb.dep_ in ("xcomp", "advcl", "acl") and any(c.lower_ == "to" for c in verb.children if c.dep_ == "aux"):
        yield f"infinitive={verb.dep_}"


def _of_name(place: Candidate, head: Token) -> Iterator[str]:
    doc = head.doc
    before = doc[place.first.i - 1].lower_ if place.first.i else "^"
    second = _shape(doc[place.first.i - 2]) if place.first.i > 1 else "^"
    after = doc[place.last.i + 1].lower_ if place.last.i + 1 < len(doc) else "$"
    label = next((t.ent_type_ for t in doc[place.first.i : place.last.i + 1] if t.ent_type_), "-")
    yield f"known={place.standing}"
    yield f"label={label},{place.standing}"
    yield f"hangs={head.dep_},{place.standing}"
    yield f"before={before}"
    yield f"before={second} {before}"
    yield f"before={' '.join(_shape(t) for t in doc[max(0, place.first.i - 3) : place.first.i])}"
    yield f"after={after}"
    if head.dep_ in ("compound", "amod", "nmod", "poss"):
        noun = head.head
        yield f"of={lemma(noun)}"
        yield f"of={'name' if noun.pos_ == 'PROPN' else _noun_kind(noun)},{place.standing}"
    for token in doc[max(0, place.first.i - 4) : place.first.i]:
        if token.lower_ in _WORDS["kind"]:
            yield "kind before"
    if after in _WORDS["kind"]:
        yield "kind after"
    if doc[place.last.i].lower_ in _WORDS["kind"]:
        yield "kind in"
    if place.first.i == head.sent.start or place.first.i == head.sent.start + 1:
        yield "begins"
    yield f"length={min(4, place.last.i - place.first.i + 1)},{place.standing}"


def _noun_kind(noun: Token) -> str:
    name = lemma(noun)
    return next((kind for kind in ("kind", "people") if name in _WORDS[kind]), "thing")


def _of_distance(verb: Token, places: Sequence[Candidate], i: int) -> Iterator[str]:
    place = places[i]
    after = place.first.i > verb.i
    apart = place.first.i - verb.i if after else verb.i - place.last.i
    size = sum(apart > bound for bound in _NEAR)
    side = "after" if after else "before"
    known = [p for p in places if p.known]
    yield f"apart={side},{size}"
    yield f"side={side}"
    if after:
        between = [p for p in known if verb.i < p.first.i < place.first.i]
    else:
        between = [p for p in known if place.first.i < p.first.i < verb.i]
    yield f"between={side},{min(3, len(between))},{place.standing}"
    yield f"places={min(4, len(known))},{place.standing}"
    others = [p for p in known if p is not place and (p.first.i > verb.i) == after]
    if not others and place.known:
        yield f"only={side}"
    doc = place.head.doc
    for name, other in (("then", i + 1), ("since", i - 1)):
        if not 0 <= other < len(places):
            continue
        first, second = sorted((place, places[other]), key=lambda p: p.first.i)
        gap = [_shape(t) for t in doc[first.last.i + 1 : second.first.i] if t.pos_ != "DET"]
        if len(gap) <= _GAP:
            pair = f"{place.standing},{places[other].standing}"
            yield f"{name}={pair},{'+'.join(gap[:3])}"
            yield f"{name}={pair}"
            for word in {w for w in gap if w in _WORDS["relation"]}:
                yield f"{name}={place.known},{places[other].known},{word}"
    stretch = doc[min(verb.i, place.first.i) : max(verb.i, place.first.i)]
    yield f"commas={min(3, sum(t.lower_ == ',' for t in stretch))},{side}"
    yield f"verbs={min(3, sum(t.pos_ == 'VERB' and t.i != verb.i for t in stretch))},{side}"
    yield from _of_neighbours(places, i)
    if verb.sent.start != place.head.sent.start:
        yield "elsewhere"


def _of_neighbours(places: Sequence[Candidate], i: int) -> Iterator[str]:
    """How it hangs on another place, and others on it: "Ibb in Yemen", "Yemen's Ibb"."""
    place = places[i]
    for other in places:
        if other is place or other.standing in ("force", "person"):
            continue
        if way := _hangs_on(place, other):
            yield f"hangs on {other.known},{place.known}"
            yield f"hangs on={way}"
        if way := _hangs_on(other, place):
            yield f"carries {other.known},{place.known}"
            yield f"carries={way}"


def _hangs_on(lower: Candidate, upper: Candidate) -> str:
    """By what `lower` hangs on `upper`; nothing where it does not, or far below."""
    inside = range(upper.first.i, upper.last.i + 1)
    at = lower.head
    way: list[str] = []
    while len(way) < _STEPS:
        if at.i in inside:
            return "<".join(way)
        if at.head.i == at.i or at.pos_ in ("VERB", "AUX"):
            return ""
        way.append(_step(at))
        at = at.head
    return ""
