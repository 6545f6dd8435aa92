"""Whom a verb names as doer and as undergoer, read off a parse."""

from __future__ import annotations

from spacy.tokens import Token

__all__ = ["is_passive", "is_verb", "lemma", "objects", "phrase_end", "phrase_text", "prepositional", "subjects"]


def lemma(token: Token) -> str:
    """The dictionary form, in lower case."""
    return str(token.lemma_).lower()


def phrase_end(token: Token) -> int:
    """Where the phrase headed by `token` ends, in characters of its text."""
    last = token.right_edge
    return int(last.idx) + len(last)


def phrase_text(first: Token, last: Token) -> str:
    """The text from one token to another; cheaper than the text of the whole document, which spaCy joins anew."""
    return str(first.doc[first.i : last.i + 1].text)


def is_verb(token: Token) -> bool:
    """Whether `token` is a verb, also where the tagger calls a participle an adjective or a noun."""
    return token.pos_ in ("VERB", "AUX") or token.tag_ in ("VBN", "VBD", "VBG")


def is_passive(verb: Token) -> bool:
    """Whether `verb` is in the passive."""
    if any(c.dep_ in ("auxpass", "nsubjpass", "agent") for c in verb.children):
        return True
    return bool(verb.tag_ == "VBN" and verb.dep_ == "acl")


def prepositional(token: Token) -> list[tuple[Token, list[Token]]]:
    """The prepositions beneath `token`, each with the heads of what it governs."""
    return [
        (preposition, [c for c in preposition.children if c.dep_ == "pobj"])
        for preposition in token.children
        if preposition.dep_ in ("prep", "agent")
    ]


# A verb further from its subject, in a chain of verbs, stands in a list or in noise and has none.
_FARTHEST = 12


def subjects(verb: Token, hops: int = _FARTHEST) -> list[Token]:
    """Heads of the phrases that do what `verb` says; inherited by participles and second verbs, so many hops on."""
    direct = [c for c in verb.children if c.dep_ in ("nsubj", "csubj")]
    if direct:
        return _each(direct)
    passive = is_passive(verb)
    by = [
        head
        for preposition, heads in prepositional(verb)
        if preposition.dep_ == "agent" or (preposition.lower_ == "by" and passive)
        for head in heads
    ]
    if by:
        return _each(by)
    if passive:
        return []
    if verb.dep_ == "xcomp" and is_passive(verb.head):
        return _each([c for c in verb.head.children if c.dep_ == "nsubjpass"])
    if verb.dep_ == "xcomp" and verb.head.dep_ == "acomp":  # "is due to start"
        return subjects(verb.head.head, hops - 1) if hops else []
    if verb.dep_ in ("conj", "advcl", "xcomp") and verb.head.pos_ in ("VERB", "AUX") and verb.head.i != verb.i:
        return subjects(verb.head, hops - 1) if hops else []
    if verb.dep_ in ("acl", "relcl") and verb.head.pos_ in ("NOUN", "PROPN"):
        return [verb.head]
    return []


def objects(verb: Token, hops: int = _FARTHEST) -> list[Token]:
    """Heads of the phrases that `verb` is done to, the subject of a passive among them."""
    for dependencies in (("nsubjpass",), ("dobj", "obj", "dative")):
        if direct := [c for c in verb.children if c.dep_ in dependencies]:
            return _each(direct)
    if verb.tag_ == "VBN" and verb.dep_ == "acl" and verb.head.pos_ in ("NOUN", "PROPN", "NUM", "PRON"):
        return [verb.head]
    if verb.dep_ != "conj" or not hops:
        return []
    if is_passive(verb) and verb.head.pos_ in ("VERB", "AUX"):
        return objects(verb.head, hops - 1)
    if verb.tag_ == "VBN" and any(c.dep_ == "nsubjpass" for c in verb.head.children):
        return objects(verb.head, hops - 1)
    return []


def _each(heads: list[Token]) -> list[Token]:
    """`heads`, each followed by what is coordinated with it."""
    return [token for head in heads for token in (head, *(t for t in head.conjuncts if t.i > head.i))]
