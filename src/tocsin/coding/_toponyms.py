"""Place names in parsed text, how the text places things by them, and what it puts around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tocsin.coding._actors import ActorReader
from tocsin.coding._sentences import Parsed, Sentence
from tocsin.interfaces import Gazetteer
from tocsin.records import Toponym

__all__ = ["find_toponyms"]

_KIND_WORDS = (
    "village|town|city|district|sub-district|subdistrict|province|governorate|region|state|county|township|commune|"
    "municipality|department|prefecture|territory|oblast|raion|cercle|locality|area|neighbourhood|neighborhood|quarter|"
    "suburb|valley|river|lake|mountains?|hills?|island|islands|peninsula|desert|forest|camp|crossing|border|airport|"
    "airbase|base|highway|road|hamlet|settlement|woreda|zone|sector|islet|canton|division|upazila|tehsil|ward|port|bridge"
)
_BEFORE_KIND = re.compile(rf"\b(?P<kind>{_KIND_WORDS})\s+of\s+(?:the\s+)?$", re.IGNORECASE)
_PLAIN_KIND = re.compile(r"\b(?P<kind>lake|mount|camp|fort|jebel|jabal|wadi|tell|tal|port)\s+$", re.IGNORECASE)
_AFTER_KIND = re.compile(rf"^(?:['’]s)?\s+(?P<kind>{_KIND_WORDS})\b", re.IGNORECASE)
_DIRECTION = r"(?:north|south|east|west)(?:-?\s?(?:north|south|east|west))?(?:ern)?"
_DISTANCE = re.compile(
    rf"(?:(?P<n>\d+(?:\.\d+)?|ten|twenty|thirty|forty|fifty|five|six|seven|eight|nine|two|three|four|fifteen)\s*(?P<unit>km|kms|kilomet(?:er|re)s?|miles?|mi)\s+)?"
    rf"(?:(?:to the |in the |just )?(?P<bearing>{_DIRECTION})(?:\s+(?:countryside|outskirts|suburbs|side|part|edge))?\s+)?(?:of|from|outside)\s+(?:the\s+)?(?:(?:city|town|village|capital|centre|center)\s+(?:of\s+)?)?$",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"\b(?:near|nearby|outside|around|close to|not far from|on the outskirts of|outskirts of|in the vicinity of|vicinity of|next to|towards?|countryside of|countryside around|on a ridge above|above|off|along|beside|adjacent to|between|surrounding)\s+(?:the\s+)?(?:(?:city|town|village|area|capital|mountain|countryside)s?\s+(?:of\s+)?)?$",
    re.IGNORECASE,
)
_LINE_BEFORE = re.compile(
    r"\b(?:road|highway|route|track|street|axis|motorway|railway|line)\s+(?:to|from|between|towards?|leading to|linking|connecting|into)\s+(?:the\s+)?(?:\w+\s+of\s+)?$",
    re.IGNORECASE,
)
_LINE_AFTER = re.compile(
    r"^(?:[-–—/]| to | and )?\s*[A-Z]?[\w'’-]*\s*(?:road|highway|route|axis|motorway|railway|border|river|track)\b"
)
_LOCATIVE = {
    "in",
    "at",
    "near",
    "outside",
    "around",
    "from",
    "to",
    "toward",
    "towards",
    "of",
    "between",
    "on",
    "into",
    "over",
    "across",
    "inside",
    "through",
    "above",
    "against",
    "for",
}
_EVENT_NOUNS = {
    "attack",
    "bombing",
    "massacre",
    "ambush",
    "strike",
    "clash",
    "clashes",
    "siege",
    "raid",
    "blast",
    "killings",
    "shooting",
    "explosion",
    "abduction",
    "protest",
}
_HEADINGS = re.compile(
    r"^(?:summary|outlook|background|overview|context|analysis|security|health|protection|access|recommendations?|conclusions?|notes?|annex|highlights?|key|situation|incidents?|updates?|introduction|other|general|main|week|report|bulletin|trends?|movement|roads?|events?|sources?|methodology|contact)\b",
    re.IGNORECASE,
)
_NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
}
# What may stand between a place and the place around it.
_CONTAINED = re.compile(
    rf"^(?:['’]s|,|\s*\(|\s+(?:{_KIND_WORDS}|town|city)\b(?:['’]s)?,?)?\s*(?:,\s*)?(?:(?:in|of|on|at|near|just|is|are|the|north|south|east|west|{_DIRECTION}|central|country['’]s|{_KIND_WORDS})\s+){{0,7}}$",
    re.IGNORECASE,
)
_NOT_PLACES = re.compile(
    r"^(?:the|a|an|mr|mrs|reuters|afp|ap|allah|god|islam|ramadan|eid|quran|bible|telegram|twitter|facebook|whatsapp|x|ied|un|eu|us|uk|nato|isis|is|sdf|christmas|easter|friday|monday|tuesday|wednesday|thursday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|\W*)$",
    re.IGNORECASE,
)


def find_toponyms(parsed: Parsed, actors: ActorReader, gazetteer: Gazetteer) -> list[Toponym]:
    """Return the place names of a document in order, with relation, kind and containers."""
    text = parsed.document.text
    spans: set[tuple[int, int]] = set()
    if parsed.dateline is not None:
        at = parsed.dateline.start
        for piece in parsed.dateline.place.split(","):
            name = piece.strip()
            start = text.find(name, at)
            if name and start >= 0:
                spans.add((start, start + len(name)))
                at = start + len(name)
    for sentence in parsed.sentences:
        spans |= _names(sentence, actors, gazetteer)
        for start, end in sentence.context:
            lead = text[start:end]
            for m in re.finditer(r"[^\W\d_][\w'’-]*(?:[ -][^\W\d_][\w'’-]*)*", lead):
                words = re.sub(rf"\b(?:{_KIND_WORDS})\b", "", m[0], flags=re.IGNORECASE).strip()
                words = re.sub(rf"^{_DIRECTION}\s+", "", words, flags=re.IGNORECASE)
                if (
                    words
                    and words[0].isupper()
                    and not _HEADINGS.match(words)
                    and (
                        gazetteer.knows(words) or ((start, end) == sentence.context[0] and sentence.part.kind == "item")
                    )
                ):
                    at = lead.find(words, m.start())
                    spans.add((start + at, start + at + len(words)))
    # "Moscow says": a capital that stands for its government is no place of the story.
    spans = {
        (a, b)
        for a, b in spans
        if not (
            any(m.start <= a < m.end for m in actors.states)
            and re.match(
                r"(?:['’]s)?\s+(?:also |has |have |had |did |does |regularly |often )*(?:said|says|not|denied|confirmed|called|bomb\w*|accus\w+|claim\w*|reject\w*|insist\w*|announced|has|did)\b",
                text[b : b + 40],
            )
        )
    }
    # "Arab-dominated areas", "US-backed forces".
    spans = {
        (a, b)
        for a, b in spans
        if not re.match(
            r"[-‑–](?:led|backed|dominated|held|controlled|majority|based|supported|aligned|allied|run|born|speaking)\b",
            text[b : b + 14],
        )
    }
    ordered = _without_overlaps(spans)
    found = [_read(text, ordered, i) for i in range(len(ordered))]
    return [_in_context(t, parsed, found) for t in found]


def _in_context(toponym: Toponym, parsed: Parsed, found: Sequence[Toponym]) -> Toponym:
    """The lead of a list item and the heading above it lie around the places of the item."""
    sentence = next((s for s in parsed.sentences if s.start <= toponym.start < s.end), None)
    if sentence is None or not sentence.context:
        return toponym
    around = []
    for start, end in sentence.context:
        inside = [t for t in found if start <= t.start < end]
        if any(t is toponym for t in inside):
            at = next(n for n, t in enumerate(inside) if t is toponym)
            around += [t.text for t in inside[at + 1 :]]
        else:
            around += [t.text for t in inside]
    return replace(toponym, within=tuple(dict.fromkeys((*toponym.within, *around)))) if around else toponym


def _without_overlaps(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda s: (s[0] - s[1], s)):
        if all(span[1] <= k[0] or span[0] >= k[1] for k in kept):
            kept.append(span)
    return sorted(kept)


def _names(sentence: Sentence, actors: ActorReader, gazetteer: Gazetteer) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    doc, offset = sentence.span.doc, sentence.offset
    for ent in sentence.span.ents:
        if ent.label_ not in ("GPE", "LOC", "FAC"):
            continue
        found |= _trimmed(ent, offset)
    run: list[Any] = []
    tokens = list(sentence.span)
    for token in [*tokens, None]:
        if (
            token is not None
            and token.pos_ in ("PROPN",)
            and (token.text[:1].isupper() or not token.text[:1].isalpha())
            and token.text not in ("'s", "’s", ",")
        ):
            run.append(token)
            continue
        if (
            token is not None
            and run
            and token.text in ("-", "–", "al", "el", "ez", "az", "ad", "as", "ash", "de", "du", "la")
            and token.i + 1 < len(doc)
            and doc[token.i + 1].pos_ == "PROPN"
        ):
            run.append(token)
            continue
        if run:
            before = doc[run[0].i - 1].lower_ if run[0].i > sentence.span.start else ""
            name = doc.text[run[0].idx : run[-1].idx + len(run[-1])]
            locative = before in _LOCATIVE or (
                before == "the" and run[0].i - 2 >= sentence.span.start and doc[run[0].i - 2].lower_ in _LOCATIVE
            )
            person = any(t.ent_type_ == "PERSON" for t in run)
            next_word = doc[run[-1].i + 1].lower_ if run[-1].i + 1 < len(doc) else ""
            kinded = bool(re.fullmatch(_KIND_WORDS, next_word))
            event_noun = next_word in _EVENT_NOUNS and len(run) <= 2 and not person
            if (
                event_noun
                or (locative and (gazetteer.knows(name) or (not person and before in ("in", "near", "at", "outside"))))
                or (kinded and not person)
                or (
                    not person
                    and len(name) > 3
                    and gazetteer.knows(name)
                    and not any(t.ent_type_ == "ORG" for t in run)
                )
            ):
                found.add((offset + run[0].idx, offset + run[-1].idx + len(run[-1])))
            run = []
    result = set()
    for start, end in found:
        if _NOT_PLACES.match(actors.text[start:end]):
            continue
        # "Syrian Democratic Forces", "Islamic State West Africa Province": names of actors are no places,
        # but "Moscow" is, also where it stands for a government.
        inside = [
            m
            for m in actors.within(start, end)
            if m.end - m.start > end - start
            or (not m.generic and m.force != "state" and m.start <= start and m.end >= end)
        ]
        if not inside:
            result.add((start, end))
    return result


def _trimmed(ent: Any, offset: int) -> set[tuple[int, int]]:
    """An entity without article and kind words, split where it holds two names."""
    start, end = ent.start_char, ent.end_char
    text = ent.text
    m = re.match(rf"^(?:the\s+)?(?:(?:{_DIRECTION}|central)\s+)?", text, re.IGNORECASE)
    if m and m.end() < len(text):
        start += m.end()
    m = re.search(rf"(?:['’]s)?(?:\s+(?:{_KIND_WORDS}))*$", ent.doc.text[start:end], re.IGNORECASE)
    if m and m.start() > 0:
        end = start + m.start()
    inner = ent.doc.text[start:end]
    return {(offset + start, offset + end)} if re.search(r"[^\W\d_]", inner) else set()


def _read(text: str, spans: Sequence[tuple[int, int]], i: int) -> Toponym:
    start, end = spans[i]
    before = text[max(0, start - 80) : start].replace("\n", " ")
    after = text[end : end + 40]
    kind = ""
    if (m := _BEFORE_KIND.search(before)) or (m := _AFTER_KIND.match(after)) or (m := _PLAIN_KIND.search(before)):
        kind = m["kind"].lower()
    relation, distance, bearing = "in", None, ""
    if m := _DISTANCE.search(before):
        if m["n"] or m["bearing"] or "outside" in m[0]:
            relation = "near"
            bearing = re.sub(r"ern$", "", (m["bearing"] or "").lower())
            if m["n"]:
                n = float(m["n"]) if m["n"][0].isdigit() else float(_NUMBERS[m["n"].lower()])
                distance = n * (1.609344 if m["unit"].lower().startswith("mi") else 1.0)
    if re.search(r"\bbetween\s+(?:the\s+)?(?:[\w'’-]+\s+){0,4}?(?:and\s+)?$", before):
        relation = "line"
    if relation == "in" and _NEAR.search(before):
        relation = "near"
    if (
        _LINE_BEFORE.search(before)
        or re.match(r"^(?:['’]s)?\s+(?:road|highway|route|axis|motorway|border)\b", after, re.IGNORECASE)
        or re.match(r"^\s*(?:[-–—]|to|and)\s*[A-Z][\w'’-]+\s+(?:road|highway|route|axis)\b", after)
    ):
        relation = "line"
    within: list[str] = []
    j = i + 1
    at = end
    while j < len(spans) and len(within) < 3:
        between = text[at : spans[j][0]]
        if len(between) > 60 or "\n" in between or not _CONTAINED.match(between) or re.search(r"\band\b|;|\.", between):
            break
        within.append(text[spans[j][0] : spans[j][1]])
        at = spans[j][1]
        j += 1
    # "Chad's Lac province", "Myanmar's Sagaing region": the container comes first.
    if i > 0 and re.fullmatch(r"['’]s?\s+(?:\w+\s+){0,2}", text[spans[i - 1][1] : start]):
        within.append(text[spans[i - 1][0] : spans[i - 1][1]])
    return Toponym(text[start:end], start, end, relation, kind, tuple(within), distance, bearing)  # type: ignore[arg-type]
