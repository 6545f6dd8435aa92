"""Tolls of a stretch of text: who was killed, injured, detained, abducted or displaced, and how many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from spacy.tokens import Token

from tocsin.codebook import VagueCount
from tocsin.coding._counts import Quantity, add, quantity, read_quantity
from tocsin.coding._grammar import is_verb, lemma, objects, subjects
from tocsin.coding._patterns import vocabulary

__all__ = ["DEATH", "patients", "read_tolls"]

_WORDS = vocabulary("tolls").words
_PATTERNS = vocabulary("tolls").patterns

DEATH = _PATTERNS["death"]
"""Any word of death."""

# Which toll "two killed, four missing" adds to; who is missing is in none.
_TOLL_OF = {
    "killed": "deaths", "dead": "deaths", "died": "deaths", "injured": "injured", "wounded": "injured",
    "hurt": "injured", "arrested": "detained", "detained": "detained", "abducted": "abducted",
    "kidnapped": "abducted",
}  # fmt: skip
# Fewer people who flee are people who got away.
_LEAST_DISPLACED = 10


def patients(token: Token) -> list[Token]:
    """Heads of the phrases that name whom the verb was done to, people who died included."""
    if lemma(token) in _WORDS["die"]:
        return subjects(token)
    if lemma(token) == "dead":
        shot = [c for c in token.children if c.dep_ == "dobj"]  # "gunmen shot dead a clerk", as it is often parsed
        return shot or [c for c in token.children if c.dep_ == "nsubj"]
    return objects(token)


def read_tolls(
    tokens: Sequence[Token],
    text: str,
    base: int,
    vague: Mapping[str, VagueCount],
    *,
    abduction: bool = False,
    without: Sequence[tuple[int, int]] = (),
) -> dict[str, Quantity]:
    """Return the tolls that a stretch of a sentence states, by field.

    Parameters
    ----------
    tokens : sequence of spaCy tokens
        The stretch.
    text : str
        Its text, from offset `base` of the spaCy document.
    vague : mapping
        What vague words are worth.
    abduction : bool
        Whether taking people is what the stretch reports, so that "seized" and "captured" count as abducted.
    without : sequence of (int, int)
        Stretches that hold no tolls: dates, and the words of the speaker.
    """
    reader = _Reader(text, base, vague, abduction, without)
    for token in tokens:
        if not any(c.dep_ == "neg" for c in token.children):
            reader.read_token(token)
    reader.read_shapes()
    reader.read_hospital(tokens)
    reader.read_none_hurt()
    return {field: _total(parts) for field, parts in reader.found.items()}


def _total(parts: Sequence[Quantity]) -> Quantity:
    """The sum of the parts of a toll; parts without a number count only where there are no others."""
    first, *rest = [q for q in parts if q.rule != "bare plural"] or parts
    for part in rest:
        first = add(first, part)
    return first


# "The killing of four traders": what a noun says befell those it governs.
_TOLL_OF_NOUN = {
    **dict.fromkeys(("killing", "murder", "assassination", "execution", "beheading", "massacre"), "deaths"),
    **dict.fromkeys(("abduction", "kidnapping", "kidnap"), "abducted"),
    **dict.fromkeys(("arrest", "detention"), "detained"),
}


class _Reader:
    """Gathers the parts of the tolls of one stretch."""

    def __init__(
        self,
        text: str,
        base: int,
        vague: Mapping[str, VagueCount],
        abduction: bool,
        without: Sequence[tuple[int, int]],
    ) -> None:
        self.text = text
        self.base = base
        self.vague = vague
        self.abduction = abduction
        self.without = without
        self.found: dict[str, list[Quantity]] = {}
        of_whom = _PATTERNS["of_whom"].search(text)
        self.aside = None if of_whom is None else base + of_whom.start()

    def take(self, field: str, q: Quantity | None) -> None:
        """Add `q` to a toll, unless it is not of this stretch, or counted already."""
        if q is None or any(a <= q.start < b for a, b in self.without):
            return
        known = self.found.get(field, [])
        if known and self.aside is not None and q.start > self.aside:
            return  # a part of a total already read
        if any(q.start < other.end and other.start < q.end for other in known):
            return
        self.found.setdefault(field, []).append(q)

    def take_people(self, field: str, heads: Sequence[Token]) -> None:
        """Add the people that each phrase names; a phrase coordinated with one of them is counted with it."""
        for head in _primary(heads):
            self.take(field, self.people(head))

    def people(self, head: Token) -> Quantity | None:
        return quantity(head, self.vague, self.without)

    # -- from the parse --

    def read_token(self, token: Token) -> None:
        """Add what the verb or noun `token` says."""
        word = lemma(token)
        if is_verb(token) and self._read_verb(token, word):
            return
        if token.lower_ == "dead" and token.pos_ in ("ADJ", "NOUN", "ADV"):
            self._read_dead(token)
        elif word in _WORDS["dead"] and token.pos_ == "NOUN":
            self._read_bodies(token, word)
        elif token.pos_ == "NOUN" and (field := _TOLL_OF_NOUN.get(word)) is not None:
            of = (p for c in token.children if c.lower_ == "of" for p in c.children if p.dep_ == "pobj")
            self.take(field, next((self.people(p) for p in of), None))
        elif word in _WORDS["wounded"] and token.pos_ in ("ADJ", "NOUN"):
            self.take("injured", self._number_before(token))

    def _read_verb(self, token: Token, word: str) -> bool:
        """Add what a verb says; False where it is no verb of harm."""
        if self._kills(token, word):
            self.take_people("deaths", objects(token))
        elif word in _WORDS["die"]:
            self.take_people("deaths", subjects(token))
        elif word == "lose":
            self._read_lose(token)
        elif word in _WORDS["wound"] or word in _WORDS["rape"]:
            self.take_people("injured", objects(token))
        elif word in _WORDS["abduct"] or (self.abduction and word in _WORDS["take"]):
            self.take_people("abducted", objects(token))
        elif word in _WORDS["detain"]:
            self.take_people("detained", objects(token))
        elif word in _WORDS["displace"]:
            moved = objects(token) if word in _WORDS["displace_others"] else subjects(token)
            for head in _primary(moved):
                q = self.people(head)
                if q is not None and (q.low or 0) >= _LEAST_DISPLACED:
                    self.take("displaced", q)
        else:
            return False
        return True

    def _kills(self, token: Token, word: str) -> bool:
        """Whether the verb kills: "killed", "gunned down", "shot dead", "beaten to death"."""
        if word in _WORDS["kill"]:
            return True
        if word in ("gun", "shoot"):
            completed = "down" if word == "gun" else "dead"
            return any(c.lower_ == completed for c in token.children)
        return word in _WORDS["kill_to_death"] and bool(
            re.search(rf"{re.escape(token.lower_)}\b[^.;]{{0,30}}\bto death\b", self.text, re.IGNORECASE)
        )

    def _read_lose(self, token: Token) -> None:
        """People who were lost: "lost two men", "two lost their lives"."""
        for head in _primary(objects(token)):
            if lemma(head) == "life":
                self.take("deaths", next((self.people(s) for s in _primary(subjects(token))), None))
            elif lemma(head) in _WORDS["lose"] or head.pos_ == "NUM":
                self.take("deaths", self.people(head))

    def _read_dead(self, token: Token) -> None:
        """People who were left dead: "left three people dead", "three dead"."""
        for head in patients(token):
            self.take("deaths", self.people(head))
        if "deaths" not in self.found:
            self.take("deaths", self._number_before(token))

    def _read_bodies(self, token: Token, word: str) -> None:
        """Bodies and deaths: "the bodies of four men", "six deaths"; not "heat deaths" and the like."""
        if word == "death" and any(c.dep_ == "compound" for c in token.children):
            return
        q = self.people(token)
        if q is None or q.rule == "bare plural":
            of = (p for c in token.children if c.lower_ == "of" for p in c.children if p.dep_ == "pobj")
            if (inner := next(of, None)) is not None:
                q = self.people(inner) or q
        if q is not None and not (q.rule == "bare plural" and word == "death"):
            self.take("deaths", q)

    def _number_before(self, token: Token) -> Quantity | None:
        first = token.left_edge
        return read_quantity(token.doc[first.i : token.i].text, self.vague, first.idx)

    # -- from the shape of the words --

    def read_shapes(self) -> None:
        """Add what is written so that no parse is needed, or so that a parse is often wrong."""
        for m in _PATTERNS["toll"].finditer(self.text):
            q = self._quoted(m)
            if q is not None and q.rule != "bare plural":
                self.found["deaths"] = [q]
        losses = _PATTERNS["losses"].search(self.text)
        if losses is not None and (q := self._quoted(losses)) is not None:
            self.found["deaths"] = [q]
        for field, m in self._listed():
            if any(q.rule != "bare plural" for q in self.found.get(field, ())):
                continue
            q = self._quoted(m)
            if q is not None and (self.aside is None or self.base + m.start() < self.aside):
                self.found[field] = [q]

    def _listed(self) -> Iterator[tuple[str, re.Match[str]]]:
        """Figures with what befell the people: "two killed, four injured"."""
        for m in _PATTERNS["listed"].finditer(self.text):
            field = _TOLL_OF.get(m["what"].lower())
            if field is not None:
                yield field, m

    def _quoted(self, m: re.Match[str]) -> Quantity | None:
        return read_quantity(m["q"], self.vague, self.base + m.start("q"))

    def read_hospital(self, tokens: Sequence[Token]) -> None:
        """Add people taken to hospital to the injured, where nothing else says how many these are."""
        if "injured" in self.found or not _PATTERNS["hospital"].search(self.text):
            return
        for token in tokens:
            word = lemma(token)
            if word in _WORDS["treat"]:
                heads = subjects(token) if word in _WORDS["suffer"] else objects(token)
                self.take_people("injured", [h for h in _primary(heads) if lemma(h) not in _WORDS["not_injured"]])

    def read_none_hurt(self) -> None:
        """Zero is stated: "nobody was hurt", "no casualties"."""
        for m in _PATTERNS["none_hurt"].finditer(self.text):
            what = (m["what"] or m["noun"] or "").lower()
            zero = Quantity(0, 0, 0, self.base + m.start(), self.base + m.end(), "stated as none")
            if what.startswith(("hurt", "harm", "casualt", "victim")):
                fields = ["deaths", "injured"]
            else:
                fields = ["injured"] if what.startswith(("injur", "wound")) else ["deaths"]
            for field in fields:
                self.found.setdefault(field, [zero])


def _primary(heads: Sequence[Token]) -> list[Token]:
    """`heads` without those coordinated with another of them."""
    return [h for h in heads if not (h.dep_ == "conj" and any(h.head.i == o.i for o in heads))]
