"""The names of a sentence that may be where something happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from tocsin.coding._patterns import vocabulary

__all__ = ["Candidate", "Stretch", "candidates_in"]

_WORDS = vocabulary("event_links").words

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that may be a place: its first and last token, and what says that it is one.

    `standing` is "known" for names that were given as places, "kind" for others with a word such as "town" in or
    beside them, "force" for troops and offices, "person" for people, else "name".
    """

    first: Token
    last: Token
    standing: str

    @property
    def head(self) -> Token:
        """The token that the rest of the name hangs on."""
        inside = range(self.first.i, self.last.i + 1)
        return next((t for t in self.first.doc[self.first.i : self.last.i + 1] if t.head.i not in inside), self.last)

    @property
    def span(self) -> Stretch:
        """Where it stands, in characters of the parsed text."""
        return int(self.first.idx), int(self.last.idx) + len(self.last)

    @property
    def known(self) -> bool:
        """Whether it is surely a place."""
        return self.standing in ("known", "kind")


def candidates_in(parsed: Doc | Span, places: Sequence[Stretch]) -> list[Candidate]:
    """`places` as tokens, and every run of proper nouns of `parsed` beside them."""
    doc = parsed.doc if isinstance(parsed, Span) else parsed
    found = []
    for start, end in places:
        words = doc.char_span(start, end, alignment_mode="expand")
        while words is not None and len(words) > 1 and words[-1].lower_ in _WORDS["day"]:
            words = words[:-1]
        if words is not None and len(words):
            found.append(Candidate(words[0], words[-1], "known"))
    taken = {t for c in found for t in range(c.first.i, c.last.i + 1)}
    for run in _names(parsed, taken):
        beside = run[0].i - 1 in taken and len(run) == 1 and run[0].lower_ in _WORDS["kind"]
        if not beside:
            found.append(Candidate(run[0], run[-1], _standing(run)))
    return sorted(found, key=lambda c: c.first.i)


def _names(parsed: Doc | Span, taken: set[int]) -> Iterator[list[Token]]:
    """Runs of proper nouns outside `taken`, with hyphens and particles in them."""
    run: list[Token] = []
    for token in parsed:
        after = token.nbor() if token.i + 1 < len(token.doc) else None
        if _is_name(token, taken) or (
            run and after is not None and token.lower_ in _WORDS["particle"] and _is_name(after, taken)
        ):
            run.append(token)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_name(token: Token, taken: set[int]) -> bool:
    return (
        token.pos_ == "PROPN"
        and token.i not in taken
        and any(c.isalpha() for c in token.text)
        and token.lower_ not in _WORDS["day"]
    )


def _standing(run: Sequence[Token]) -> str:
    doc = run[0].doc
    after = doc[run[-1].i + 1].lower_ if run[-1].i + 1 < len(doc) else ""
    before = [t.lower_ for t in doc[max(0, run[0].i - 2) : run[0].i]]
    if any(t.lower_ in _WORDS["force"] for t in run):
        return "force"
    if run[-1].lower_ in _WORDS["kind"] or after in _WORDS["kind"] or after.removesuffix("s") in _WORDS["kind"]:
        return "kind"
    if len(before) == 2 and before[1] == "of" and (before[0] in _WORDS["kind"] or before[0][:-1] in _WORDS["kind"]):
        return "kind"
    return "person" if any(t.ent_type_ == "PERSON" for t in run) else "name"
