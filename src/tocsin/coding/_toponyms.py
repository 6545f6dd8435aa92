"""Place names in parsed text, how the text places things by them, and what it puts around them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from spacy.tokens import Doc, Span, Token

from tocsin.coding._actors import ActorReader
from tocsin.coding._counts import number
from tocsin.coding._grammar import lemma, phrase_text
from tocsin.coding._patterns import vocabulary
from tocsin.coding._sentences import Dateline, Parsed, Sentence
from tocsin.coding._toponym_choice import (
    Candidate,
    candidates_of,
    chosen,
    evidence_in,
    joins_name,
    likelihood,
    name_start,
)
from tocsin.coding._words import is_word
from tocsin.interfaces import Gazetteer
from tocsin.records import Toponym

__all__ = ["candidates_in", "find_toponyms", "named_places"]

_WORDS = vocabulary("toponyms").words
_PATTERNS = vocabulary("toponyms").patterns

_KM_PER_MILE = 1.609344
# How far around a name the words that place it are looked for, in characters.
_BEFORE, _AFTER = 80, 40
# A pictograph and its modifiers, in characters.
_MARK = 4
# Between a place and the place around it stand at most so many characters; more than three are never told.
_GAP, _CONTAINERS = 60, 3
# Names shorter than this, unknown to the tagger as places, are mostly other things.
_SHORT_NAME = 3
# Words in capitals in the lead of an item or in a heading, hyphens included.
_LEAD_NAME = re.compile(r"[^\W\d_][\w'’-]*(?:[ -][^\W\d_][\w'’-]*)*")

# Where a word begins inside a tag.
_CAPITAL_INSIDE = re.compile(r"(?<=[a-zà-þ])(?=[A-Z])")
# An Arabic article that has taken on the letter it stands before, and is written with it.
_JOINED_ARTICLE = re.compile(r" ([AE]([dlnrstz]))(?=\2)")
# Below this likelihood even a name that rules or the tagger take for a place of events is none. On sentences with the
# place of their event marked it loses no right link, and saves one in a hundred of those to nowhere.
SURELY_NOT = 0.015

# Tokens that taggers take for names, and that begin none.
_NO_NAMES = frozenset({"'s", "’s", ",", "-", "‑", "–", "—"})
_MISTAGGED = frozenset({"NOUN", "ADJ", "VERB", "X", "ADP", "ADV", "INTJ"})

Stretch = tuple[int, int]


_IN = re.compile(r"\b(?:in|at|from|near|around|outside)\s+(?:the\s+)?$")


def find_toponyms(parsed: Parsed, actors: ActorReader, gazetteer: Gazetteer) -> list[Toponym]:
    """Return the names of places that things can have happened at, in order, with relation, kind and containers.

    Where events were is told by the words around them, so that every name which rules or the tagger take for a place
    is kept here, unless it is surely none. Names that are only part of another or stand for people ("the Ohio
    Department of Health", "Moscow says") are not `literal`: they tell what a text is about, not where things were.
    """
    rated = rated_in(parsed, actors, gazetteer)
    literal = _literal(parsed, actors, gazetteer, rated)
    others = [c.span for c in chosen(rated) if not _overlaps(c.span, literal)]
    return _toponyms(parsed, sorted([*literal, *others]), literal)


def named_places(parsed: Parsed, actors: ActorReader, gazetteer: Gazetteer) -> list[Toponym]:
    """Return every name of a place in a document, in order, also those that are not `literal`."""
    rated = rated_in(parsed, actors, gazetteer)
    names = _without_overlaps(_given(parsed, gazetteer) | {c.span for c in chosen(rated)})
    return _toponyms(parsed, names, _literal(parsed, actors, gazetteer, rated))


def _literal(
    parsed: Parsed, actors: ActorReader, gazetteer: Gazetteer, rated: Iterable[tuple[Candidate, float]]
) -> list[Stretch]:
    """The names that things can have happened at."""
    ruled = {c.span for c, likely in rated if c.ruled and likely >= SURELY_NOT}
    given = _given(parsed, gazetteer)
    return _without_overlaps(n for n in given | ruled if not _speaks_or_qualifies(parsed.document.text, n, actors))


def rated_in(parsed: Parsed, actors: ActorReader, gazetteer: Gazetteer) -> list[tuple[Candidate, float]]:
    """Words of a document's sentences that may name places, and how likely each does."""
    candidates = candidates_in(parsed, actors, gazetteer)
    return list(zip(candidates, map(likelihood, evidence_in(parsed.sentences, candidates, gazetteer)), strict=True))


def candidates_in(parsed: Parsed, actors: ActorReader, gazetteer: Gazetteer) -> list[Candidate]:
    """Words of a document's sentences that may name places."""
    small = frozenset(re.findall(r"\b[a-z]{3,}\b", parsed.document.text))
    return [
        candidate
        for sentence in parsed.sentences
        for candidate in candidates_of(sentence, _of_sentence(sentence, actors, gazetteer), gazetteer)
        if not _told_as_word(candidate, small)
    ]


def _told_as_word(candidate: Candidate, small: frozenset[str]) -> bool:
    """Whether the document has the word in small letters too: "Grenade thrown … A grenade was thrown" is no island."""
    word = candidate.text.lower()
    return word in small and is_word(word) and not _IN.search(candidate.before)


def _toponyms(parsed: Parsed, names: Sequence[Stretch], literal: Sequence[Stretch]) -> list[Toponym]:
    found = [_toponym(parsed.document.text, names, i) for i in range(len(names))]
    return _in_context([replace(t, literal=_overlaps((t.start, t.end), literal)) for t in found], parsed)


def _overlaps(name: Stretch, others: Iterable[Stretch]) -> bool:
    return any(name[0] < end and start < name[1] for start, end in others)


# -- names --


def _given(parsed: Parsed, gazetteer: Gazetteer) -> set[Stretch]:
    """What stands as a place by the form of the document: in its dateline, headings and the leads of items."""
    text = parsed.document.text
    names: set[Stretch] = set()
    if parsed.dateline is not None:
        names.update(_of_dateline(text, parsed.dateline))
    for sentence in parsed.sentences:
        for stretch in sentence.context:
            # What leads an item is a place even where the gazetteer does not have it.
            leads = stretch == sentence.context[0] and (sentence.part.kind == "item" or _is_marked(text, stretch[0]))
            names.update(_of_lead(text, stretch, gazetteer, trusted=leads))
    return names


def _of_dateline(text: str, dateline: Dateline) -> Iterator[Stretch]:
    at = dateline.start
    for piece in dateline.place.split(","):
        name = piece.strip()
        start = text.find(name, at)
        if name and start >= 0:
            at = start + len(name)
            yield start, at


def _is_marked(text: str, start: int) -> bool:
    """Whether a pictograph stands before a name, as before the place that a message is about."""
    before = text[max(0, start - _MARK) : start].strip()
    return bool(before) and unicodedata.category(before[-1]) in ("So", "Mn", "Cf")


def _of_lead(text: str, stretch: Stretch, gazetteer: Gazetteer, *, trusted: bool) -> Iterator[Stretch]:
    """The places in the lead of a list item or in a heading; a heading must be `trusted`, or its names known."""
    start, end = stretch
    lead = text[start:end]
    for m in _LEAD_NAME.finditer(lead):
        name = _PATTERNS["direction"].sub("", _PATTERNS["kind"].sub("", m[0]).strip())
        if not _is_written_as_name(name) or _PATTERNS["heading"].match(name):
            continue
        at = lead.find(name, m.start())  # not found where a kind word stood between two names
        if at >= 0 and (trusted or gazetteer.knows(_untagged(text, start + at, name))):
            yield start + at, start + at + len(name)


def _is_written_as_name(words: str) -> bool:
    """Whether words begin with a capital, or with an article before one."""
    article, hyphen, rest = words.partition("-")
    return words[:1].isupper() or bool(hyphen and article in _WORDS["article"] and rest[:1].isupper())


def _untagged(text: str, start: int, name: str) -> str:
    """A name as it is written outside a tag: "DeirEzzor" is Deir Ez-zor."""
    if start == 0 or text[start - 1] != "#":
        return name
    return _JOINED_ARTICLE.sub(r" \1-", _CAPITAL_INSIDE.sub(" ", name).replace("_", " "))


def _of_sentence(sentence: Sentence, actors: ActorReader, gazetteer: Gazetteer) -> set[Stretch]:
    """What the tagger takes for places, and proper nouns that stand or are known as such."""
    offset = sentence.offset
    found = set()
    for entity in sentence.span.ents:
        if entity.label_ in ("GPE", "LOC", "FAC") and (name := _trimmed(entity)) is not None:
            found.add(name)
    for run in _proper_nouns(sentence.span):
        if _is_place(run, sentence.span, gazetteer):
            found.add((run[0].idx, run[-1].idx + len(run[-1])))
    found = {part for name in found for part in _road_ends(name, sentence.source, gazetteer)}
    return {
        (offset + start, offset + end)
        for start, end in found
        if not _PATTERNS["no_place"].match(sentence.source[start:end])
        and not _is_of_actor(offset + start, offset + end, actors)
    }


def _road_ends(name: Stretch, source: str, gazetteer: Gazetteer) -> list[Stretch]:
    """The two names of "the Tuz-Kirkuk road"; else the one there is."""
    start, end = name
    if _PATTERNS["line_after"].match(source[end : end + _AFTER]):
        # Names are written with hyphens, and only joined with dashes.
        for dash in sorted(re.finditer(r"[-–—]", source[start:end]), key=lambda m: (m[0] == "-", m.start())):
            ends = [(start, start + dash.start()), (start + dash.end(), end)]
            if dash[0] != "-" and all(a < b for a, b in ends):
                return ends
            if not gazetteer.knows(source[start:end]) and all(gazetteer.knows(source[a:b]) for a, b in ends):
                return ends
    return [name]


def _proper_nouns(span: Span) -> Iterator[list[Token]]:
    """Runs of proper nouns, small words such as "el" and hyphens between them and an article before them included."""
    run: list[Token] = []
    for token in span:
        if run and _goes_on(token, span.doc):
            run.append(token)
        elif _begins_name(token):
            run += [token] if run else list(span.doc[name_start(token).i : token.i + 1])
        elif run:
            yield run
            run = []
    if run:
        yield run


def _begins_name(token: Token) -> bool:
    text = token.text
    if token.pos_ != "PROPN":
        # Taggers take names that they have never seen for nouns, and worse.
        return text[:1].isupper() and token.pos_ in _MISTAGGED and token.i > token.sent.start and not is_word(text)
    return (text[:1].isupper() or not text[:1].isalpha()) and text not in _NO_NAMES


def _goes_on(token: Token, doc: Doc) -> bool:
    if joins_name(token):
        return True
    return token.text in _WORDS["particle"] and token.i + 1 < len(doc) and doc[token.i + 1].pos_ == "PROPN"


def _is_place(run: Sequence[Token], span: Span, gazetteer: Gazetteer) -> bool:
    """Whether a run of proper nouns is a place, by the words around it or because the gazetteer knows it."""
    doc, first, last = span.doc, run[0], run[-1]
    name = phrase_text(first, last)
    before = doc[first.i - 1].lower_ if first.i > span.start else ""
    after = doc[last.i + 1].lower_ if last.i + 1 < len(doc) else ""
    in_front = doc[first.i - 2].lower_ if before == "the" and first.i - 2 >= span.start else before
    locative = in_front in _WORDS["locative"]
    # "In Gao and Mopti", "hit Taiz and Hodeidah", "in Gao, Mali": the second name stands as the first does.
    beside = last.dep_ == "conj" or (last.dep_ == "appos" and last.head.pos_ == "PROPN")
    lead = last.head if beside else last
    locative = locative or (lead is not last and lead.dep_ == "pobj" and lead.head.lower_ in _WORDS["locative"])
    struck = lead.dep_ in ("dobj", "obj", "nsubjpass") and lemma(lead.head) in _WORDS["striking"]
    if after in _WORDS["people_of"] and gazetteer.knows(name):
        return True
    # "The town of as-Suwar", whatever the tagger makes of that.
    of = before == "of" and first.i - 2 >= span.start and _PATTERNS["settlement_word"].match(doc[first.i - 2].lower_)
    if of and joins_name(first):
        return True
    if any(t.ent_type_ == "PERSON" for t in run):
        # Taggers take villages for people; nobody is "in", or has a village after his name.
        surely = _PATTERNS["settlement_word"].match(after) or (locative and before in _WORDS["never_of_people"])
        return bool(surely) or ((locative or struck) and gazetteer.knows(name))
    if struck and gazetteer.knows(name):
        return True
    if after in _WORDS["event"] and len(run) <= 2:
        return True
    if _PATTERNS["kind_word"].match(after) or (locative and before in _WORDS["surely_locative"]):
        return True
    organisation = any(t.ent_type_ == "ORG" for t in run)
    return (locative or (len(name) > _SHORT_NAME and not organisation)) and gazetteer.knows(name)


def _is_of_actor(start: int, end: int, actors: ActorReader) -> bool:
    """Whether a name is part of an actor's: "Islamic State West Africa Province"; "Moscow" is a place as well."""
    return any(
        m.end - m.start > end - start or (not m.generic and m.force != "state" and m.start <= start and m.end >= end)
        for m in actors.within(start, end)
    )


def _trimmed(entity: Span) -> Stretch | None:
    """An entity without article and kind words; None where nothing is left."""
    start, name = entity.start_char, entity.text
    article = _PATTERNS["article"].match(name)
    if article is not None and article.end() < len(name):
        start, name = start + article.end(), name[article.end() :]
    if name[:1].isupper() and (first := name_start(entity.doc.char_span(start, start + 1, alignment_mode="expand")[0])):
        start, name = first.idx, entity.doc.text[first.idx : start] + name
    kinds = _PATTERNS["kinds_after"].search(name)
    if kinds is not None and kinds.start() > 0:
        name = name[: kinds.start()]
    return (start, start + len(name)) if any(c.isalpha() for c in name) else None


def _speaks_or_qualifies(text: str, name: Stretch, actors: ActorReader) -> bool:
    """Whether a capital stands for its government ("Moscow says"), or a name only qualifies ("US-backed")."""
    start, end = name
    after = text[end : end + _AFTER]
    if _PATTERNS["attached"].match(after):
        return True
    if _IN.search(text, max(0, start - _AFTER), start):
        return False  # "officials in Bamako said": they speak, not it
    return _PATTERNS["speaks"].match(after) is not None and any(m.start <= start < m.end for m in actors.states)


def _without_overlaps(names: Iterable[Stretch]) -> list[Stretch]:
    """Of names that overlap the longest, in order."""
    kept: list[Stretch] = []
    for name in sorted(names, key=lambda n: (n[0] - n[1], n)):
        if not _overlaps(name, kept):
            kept.append(name)
    return sorted(kept)


# -- what stands around them --


def _toponym(text: str, names: Sequence[Stretch], i: int) -> Toponym:
    start, end = names[i]
    before = text[max(0, start - _BEFORE) : start].replace("\n", " ")
    after = text[end : end + _AFTER]
    relation, distance, bearing = _relation(before, after)
    within = _containers(text, names, i)
    name = _untagged(text, start, text[start:end])
    return Toponym(name, start, end, relation, _kind(before, after), within, distance, bearing)


def _kind(before: str, after: str) -> str:
    """The word beside a name that says what kind of place it is."""
    m = (
        _PATTERNS["kind_of"].search(before)
        or _PATTERNS["kind_after"].match(after)
        or _PATTERNS["kind_first"].search(before)
    )
    return "" if m is None else m["kind"].lower()


def _relation(before: str, after: str) -> tuple[Literal["in", "near", "line"], float | None, str]:
    """How things are placed by a name, how far from it in km, and in which direction."""
    distance, bearing, near = None, "", False
    if (m := _PATTERNS["distance"].search(before)) and (m["n"] or m["bearing"] or "outside" in m[0]):
        near = True
        bearing = (m["bearing"] or "").lower().removesuffix("ern")
        if m["n"]:
            distance = _kilometres(m["n"], m["unit"])
    if (
        any(_PATTERNS[p].search(before) for p in ("between", "line"))
        or _PATTERNS["line_after"].match(after)
        or _PATTERNS["line_to"].match(after)
    ):
        return "line", distance, bearing
    return "near" if near or _PATTERNS["near"].search(before) else "in", distance, bearing


def _kilometres(figure: str, unit: str) -> float:
    distance = float(figure) if figure[0].isdigit() else float(number(figure) or 0)
    return distance * (_KM_PER_MILE if unit.lower().startswith("mi") else 1.0)


def _containers(text: str, names: Sequence[Stretch], i: int) -> tuple[str, ...]:
    """The names that the text puts around one: those after it, and the one that it belongs to before it."""
    start, at = names[i]
    within: list[str] = []
    for a, b in names[i + 1 : i + 1 + _CONTAINERS]:
        if not _is_container(text[at:a]) or (text[at:a] == ", " and _PATTERNS["list_ends"].match(text[b : b + _AFTER])):
            break
        within.append(text[a:b])
        at = b
    if i > 0 and _PATTERNS["container_first"].match(text[names[i - 1][1] : start]):
        within.append(text[slice(*names[i - 1])])
    return tuple(within)


def _is_container(between: str) -> bool:
    """Whether what stands between two names puts the second around the first: ", in the north of"."""
    if len(between) > _GAP or "\n" in between or not _PATTERNS["contained"].match(between):
        return False
    return re.search(r"\band\b|;|\.", between) is None


def _in_context(found: Sequence[Toponym], parsed: Parsed) -> list[Toponym]:
    """`found`, with the lead of a list item and the heading above it around the places of the item."""
    result = []
    for toponym in found:
        sentence = next((s for s in parsed.sentences if s.start <= toponym.start < s.end), None)
        around: list[str] = []
        for start, end in sentence.context if sentence is not None else ():
            names = [t for t in found if start <= t.start < end]
            if toponym in names:
                names = names[names.index(toponym) + 1 :]
            around += [t.text for t in names]
        within = tuple(dict.fromkeys((*toponym.within, *around))) if around else toponym.within
        result.append(replace(toponym, within=within))
    return result
