"""Who did what to whom: source and target of sentences of news, against coders' own.

    python bench/roles.py [--gold FILE ...] [--predictions OUT.jsonl] [--data FOLDER]

A gold FILE is PETRARCH's unit tests (XML: ``Sentence``, ``Text``, ``EventCoding``) or PLOVER's gold standard records
(a JSON list with ``text``, ``event``, ``source``, ``target``); without any, both are looked for in the data folder
(``--data``, else ``TOCSIN_BENCH_DATA``, else ``../shared/data`` beside the project). OUT gets one JSON object a record,
in the order of the files: ``id``, ``source``, ``target`` (the words as the sentence has them, several actors joined
with "; ", empty where nobody is named), and ``source_code``, ``target_code`` in the same order: country (ISO 3166-1
alpha-3) and role (GOV, MIL, COP, REB, OPP, CVL, …). Where the words name something that the actor list does not know,
the first three letters stand for the country, as in the tests' own dictionaries of made-up states. Labels, which may
be missing, and the ids, which say the event, are not used for predicting.

A side is right when one actor of ours is one of the gold's. For PLOVER, whose gold quotes the text, that is when the
names of one are all in the other, or at least half of the words are the same (F1 of the sets of words; articles and
the like are left out), or the country is the same and the roles do not contradict each other. For PETRARCH, whose gold
is codes, it is when the country is the same and the roles do not contradict each other; a country of three letters
that is no state's is compared with the beginnings of our words. An empty gold side (``---``) is right when ours is
empty. Of a record with several events, one whole event must be right.

Conflict-relevant records are those with a CAMEO root of 13 to 20, or the PLOVER events THREATEN, PROTEST, COERCE and
ASSAULT. The last line is one line of JSON: ``both`` (source and target right), ``source`` and ``target`` on these,
``both_words`` (PLOVER alone, by words alone), ``both_petrarch``, ``both_plover``, ``both_first_half`` and
``both_second_half`` (by a hash of the id: errors were looked at in the first half alone), ``both_all`` (all
records with labels), ``records``. Shares are in percent.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.codebook import load_actors
from tocsin.coding import Dyad, Party, read_dyads

DATA = "TOCSIN_BENCH_DATA"
CORPORA = ("petrarch/unit_tests.xml", "plover/gold_standard_records.txt")
CONFLICT_ROOTS = range(13, 21)
CONFLICT_EVENTS = frozenset({"THREATEN", "PROTEST", "COERCE", "ASSAULT"})
# Words that do not tell actors apart.
NO_NAMES = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "at",
        "on",
        "from",
        "for",
        "to",
        "and",
        "or",
        "its",
        "their",
        "his",
        "some",
        "by",
        "former",
        "new",
    ]
)
# From this share of common words on, two phrases name one actor.
SAME_WORDS = 0.5
# Roles that coders use for one another: who is in arms for a state, who opposes it, who is in its offices.
ALIKE = ({"GOV", "LEG", "PTY", "ELI", "JUD"}, {"MIL", "COP", "GOV"}, {"REB", "OPP", "UAF", "IMG"})
# Capitalised words before a name that are none.
TITLES = frozenset(
    [
        "Foreign",
        "Government",
        "Governor",
        "King",
        "Minister",
        "President",
        "Prime",
        "Prince",
        "Princess",
        "Queen",
        "Republic",
    ]
)
# Members of the public; any of these is a civilian.
CIVILIANS = frozenset({"CVL", "EDU", "REF", "LAB", "AGR", "MED", "JRN", "REL", "BUS", "OPP", "CRM", "HLH", "CIV"})


@dataclass(frozen=True, slots=True)
class GoldActor:
    """An actor of the gold: words (none in PETRARCH), country and role, each empty where not given."""

    words: str
    country: str
    role: str


@dataclass(frozen=True, slots=True)
class Record:
    """A sentence with its events, each a pair of sides; no events where there are no labels."""

    id: str
    text: str
    events: tuple[tuple[tuple[GoldActor, ...], tuple[GoldActor, ...]], ...]
    conflict: bool
    corpus: str


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, nargs="+")
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--show", choices=("first", "second"), help="print the wrong records of one half")
    given = parser.parse_args(arguments)
    data = given.data or Path(os.environ.get(DATA) or Path(__file__).parents[2] / "shared" / "data")
    files = given.gold or [data / name for name in CORPORA]
    records = [record for file in files for record in read_records(file)]
    dyads = read_dyads([r.text for r in records], load_actors())
    if given.predictions:
        lines = (json.dumps(as_line(r, d), ensure_ascii=False) + "\n" for r, d in zip(records, dyads, strict=True))
        given.predictions.parent.mkdir(parents=True, exist_ok=True)
        given.predictions.write_text("".join(lines), encoding="utf-8")
    if any(r.events for r in records):
        if given.show:
            show(records, dyads, given.show == "first")
        print(json.dumps(score(records, dyads)))


# -- reading --


def read_records(path: Path) -> Iterator[Record]:
    """The records of a file that have a text."""
    text = path.read_text(encoding="utf-8", errors="replace")
    yield from _petrarch(text) if text.lstrip().startswith("<") else _plover(json.loads(text))


def _petrarch(text: str) -> Iterator[Record]:
    # The file is no well-formed XML throughout (comments within comments, bare ampersands).
    body = re.sub(r"<!--.*?-->", "", text.partition("<Sentences>")[2] or text, flags=re.DOTALL)
    for number, block in enumerate(re.findall(r"<Sentence\b(.*?)</Sentence>", body, flags=re.DOTALL)):
        sentence = re.search(r"<Text>(.*?)</Text>", block, re.DOTALL)
        if sentence is None:
            continue
        codings = [dict(re.findall(r'(\w+)\s*=\s*"([^"]*)"', c)) for c in re.findall(r"<EventCoding ([^>]*)>", block)]
        codings = [c for c in codings if "sourcecode" in c and "targetcode" in c]
        conflict = [c for c in codings if c.get("eventcode", "")[:2].isdigit()]
        conflict = [c for c in conflict if int(c["eventcode"][:2]) in CONFLICT_ROOTS]
        events = tuple((_of_code(c["sourcecode"]), _of_code(c["targetcode"])) for c in conflict or codings)
        name = re.search(r'\bid="([^"]*)"', block)
        words = " ".join(html.unescape(sentence[1]).replace("_", " ").split())
        yield Record(name[1] if name else f"#{number}", words, events, bool(conflict), "petrarch")


def _of_code(code: str) -> tuple[GoldActor, ...]:
    """ "DNKMUSGOV" is Denmark, Muslim and government; the last three letters are the role."""
    country, role = code[:3].strip("-"), code[3:][-3:]
    return (GoldActor("", country, role),) if country or role else ()


def _plover(records: Iterable[dict[str, Any]]) -> Iterator[Record]:
    for number, record in enumerate(records):
        if not record.get("text"):
            continue
        sides = [
            tuple(
                GoldActor(
                    str(a.get("actorText") or ""), str(a.get("code") or ""), str(a.get("sector") or "").strip("*")
                )
                for a in record.get(side) or ()
                if isinstance(a, dict)
            )
            for side in ("source", "target")
        ]
        events: tuple[tuple[tuple[GoldActor, ...], tuple[GoldActor, ...]], ...] = ()
        if "source" in record or "target" in record:
            events = ((sides[0], sides[1]),)
        if events and not sides[1]:
            # The gold lists both parties of what is done together as sources.
            events = ((sides[0][:1], sides[0][1:]), (sides[0], ()))
        identity = str(record.get("id") or f"#{number}")
        yield Record(identity, record["text"], events, record.get("event") in CONFLICT_EVENTS, "plover")


# -- predictions --


def as_line(record: Record, dyad: Dyad) -> dict[str, str]:
    """A record's prediction as it is written."""
    return {
        "id": record.id,
        "source": "; ".join(p.words for p in dyad.source),
        "target": "; ".join(p.words for p in dyad.target),
        "source_code": "; ".join(code(p) for p in dyad.source),
        "target_code": "; ".join(code(p) for p in dyad.target),
    }


def code(party: Party) -> str:
    """Country and role; the first three letters of a name that no list knows, but not of a person's after a title."""
    if party.country:
        return party.code
    words = re.findall(r"[^\W\d_]+", party.words)
    title = next((n for n, word in enumerate(words) if word in TITLES), len(words))
    names = [w for n, w in enumerate(words) if w[:1].isupper() and w not in TITLES and (n < title or "of" in words[:n])]
    if len(names) > 1 and words[1] in ("at", "from", "in", "of"):
        names = names[1:]  # "Soldiers from Velmark", at the beginning of a sentence
    known = party.actor is not None and party.actor.canonical
    return ("" if known or not names else names[0][:3].upper()) + party.role


# -- comparing --


def score(records: Sequence[Record], dyads: Sequence[Dyad]) -> dict[str, float | int]:
    """The figures, in percent."""
    judged = [(r, *judge(r, d), by_words(r, d)) for r, d in zip(records, dyads, strict=True) if r.events]
    relevant = [j for j in judged if j[0].conflict]

    def share(rows: Iterable[tuple[Any, ...]], field: int) -> float:
        answers = [bool(row[field]) for row in rows]
        return round(100 * sum(answers) / max(1, len(answers)), 2)

    return {
        "both": share(relevant, 3),
        "source": share(relevant, 1),
        "target": share(relevant, 2),
        "both_words": share((j for j in relevant if j[0].corpus == "plover"), 4),
        "both_petrarch": share((j for j in relevant if j[0].corpus == "petrarch"), 3),
        "both_plover": share((j for j in relevant if j[0].corpus == "plover"), 3),
        "both_first_half": share((j for j in relevant if in_first_half(j[0].id)), 3),
        "both_second_half": share((j for j in relevant if not in_first_half(j[0].id)), 3),
        "both_all": share(judged, 3),
        "records": len(relevant),
    }


def in_first_half(identity: str) -> bool:
    """Whether the rules were written with this record in view."""
    return int(hashlib.sha256(identity.encode()).hexdigest(), 16) % 2 == 0


def judge(record: Record, dyad: Dyad) -> tuple[bool, bool, bool]:
    """Whether the source, the target and both of one event are right."""
    sides = [(same_side(s, dyad.source), same_side(t, dyad.target)) for s, t in record.events]
    return any(s for s, _ in sides), any(t for _, t in sides), any(s and t for s, t in sides)


def by_words(record: Record, dyad: Dyad) -> bool:
    """Whether both sides are right by their words alone."""
    return any(
        _any_same_words(source, dyad.source) and _any_same_words(target, dyad.target)
        for source, target in record.events
    )


def _any_same_words(gold: Sequence[GoldActor], ours: Sequence[Party]) -> bool:
    if not gold:
        return not ours
    return any(same_words(g.words, p.words) for g in gold for p in ours)


def same_side(gold: Sequence[GoldActor], ours: Sequence[Party]) -> bool:
    """Whether one of our actors is one of the gold's, or both have none."""
    if not gold:
        return not ours
    return any(same_actor(g, p) for g in gold for p in ours)


def same_actor(gold: GoldActor, ours: Party) -> bool:
    """Whether two actors are the same, by words or by code."""
    if gold.words and same_words(gold.words, ours.words):
        return True
    return same_country(gold.country, ours) and same_role(gold.role, ours.role)


def same_words(one: str, other: str) -> bool:
    """Whether the words of one are all in the other, or half of both are common."""
    a, b = content(one), content(other)
    common = a & b
    if not common:
        return False
    return common in (a, b) or 2 * len(common) / (len(a) + len(b)) >= SAME_WORDS


def content(words: str) -> frozenset[str]:
    """The words that tell actors apart, in lower case."""
    return frozenset(re.findall(r"[\w.]*\w", words.lower().replace("'s", " "))) - NO_NAMES


def same_country(country: str, ours: Party) -> bool:
    """Whether the country is ours, or a made-up one whose code begins one of our words."""
    if ours.country or not country:
        return country == ours.country
    return any(word.upper().startswith(country) for word in re.findall(r"[^\W\d_]+", ours.words) if word[0].isupper())


def same_role(one: str, other: str) -> bool:
    """Whether two roles may be one actor's; without a role an actor is the whole state."""
    one = one[:3]
    if not one or not other or one == other:
        return True
    return {one, other} <= CIVILIANS or any({one, other} <= alike for alike in ALIKE)


def show(records: Sequence[Record], dyads: Sequence[Dyad], first: bool) -> None:
    """Print the conflict-relevant records of one half that are wrong."""
    for record, dyad in zip(records, dyads, strict=True):
        if record.events and record.conflict and in_first_half(record.id) == first:
            source, target, both = judge(record, dyad)
            if not both:
                wrong = "".join(mark for mark, right in (("S", source), ("T", target)) if not right)
                line = as_line(record, dyad)
                print(f"{wrong or 'P'} {record.id}\n   {record.text}")
                print(f"   ours: {line['source']} [{line['source_code']}] -> {line['target']} [{line['target_code']}]")
                for event in record.events:
                    print(
                        "   gold:", " -> ".join("; ".join(f"{a.words}[{a.country}{a.role}]" for a in s) for s in event)
                    )


if __name__ == "__main__":
    main()
