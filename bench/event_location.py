"""Where an event was: the place that a sentence links to a verb, against checked links.

    python bench/event_location.py --gold RECORDS.jsonl[.gz] [--predictions FILE]

RECORDS are JSON lines: ``{"text", "answer", "spans": [{"start", "end", "label", ...}]}``, with one span labelled VERB,
and the places where that happened, if the sentence says, labelled LOCATION. Only records whose answer is ``accept``
were checked, and only they count. Some spans hold numbers of tokens instead of characters; the words given with them
say where they are.

FILE is an output, a JSON line for each checked record: ``index`` (of the record, from 0), ``verb``, the linked place as
``start``, ``end`` and ``text`` (null where the sentence is taken not to say), and ``best``, the likeliest place in any
case. A place is right if it shares characters with one of the gold's. The last line printed is one line of JSON, in
percent:

- ``accuracy``: of all records, the right place, or rightly none;
- ``with_place``: of the records with a place, those whose likeliest place is right;
- ``told_none``: of the records without, those that get none;
- ``nearest``, ``nearest_with_place``: the same for the place nearest to the verb, of those that the coder reads;
- ``gain``: ``accuracy`` less ``nearest``; ``halves``: ``accuracy`` in each half of the records.

A record whose sentence the shipped models were taught on is read with models that only the other half of the records
taught (see ``train/event_links.py``), so that no figure is of what was learnt by heart; any other with those shipped.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.tokens import Doc

from tocsin.codebook import load_codebook
from tocsin.coding._actors import ActorReader
from tocsin.coding._event_links import is_taught, learnt, ranked_places
from tocsin.coding._sentences import parse
from tocsin.coding._toponyms import find_toponyms
from tocsin.places import open_gazetteer
from tocsin.records import Document, Part, text_hash

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Record:
    """A sentence with a verb and, in `gold`, the places where that happened."""

    index: int
    text: str
    verb: Stretch
    gold: tuple[Stretch, ...]
    checked: bool

    @property
    def half(self) -> int:
        """0 or 1: the same for all records of one sentence."""
        return hashlib.blake2b(" ".join(self.text.split()).encode()).digest()[0] % 2


@dataclass(frozen=True, slots=True)
class Read:
    """A record parsed: its text begins at `offset`; `places` are those that the coder reads, by the parsed text."""

    record: Record
    doc: Doc
    offset: int
    places: tuple[Stretch, ...]

    def moved(self, stretch: Stretch) -> Stretch:
        """A stretch of the record as one of the parsed text."""
        return stretch[0] - self.offset, stretch[1] - self.offset


@dataclass(frozen=True, slots=True)
class Linked:
    """What was predicted of a record: `place` is None where the sentence is taken not to say."""

    record: Record
    place: Stretch | None
    best: Stretch | None
    nearest: Stretch | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args()
    linked = [link(item) for item in read([r for r in records(given.gold) if r.checked])]
    if given.predictions:
        given.predictions.write_text("".join(map(_line, linked)), "utf-8")
    print(json.dumps(score(linked)))


def records(path: Path) -> Iterator[Record]:
    """The records of a file."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for index, line in enumerate(raw.decode("utf-8").splitlines()):
        row = json.loads(line)
        text, spans = row["text"], row["spans"] or []
        verb = next((s["start"], s["end"]) for s in spans if s["label"] == "VERB")
        found = [_place(text, s) for s in spans if s["label"] == "LOCATION"]
        yield Record(index, text, verb, tuple(p for p in found if p is not None), row["answer"] == "accept")


def _place(text: str, span: dict[str, str | int]) -> Stretch | None:
    """Where a place of the gold is: where its words are, if the span is not."""
    start, end, words = int(span["start"]), int(span["end"]), str(span.get("text") or "")
    if words and text[start:end] != words:
        found = [i for i in range(len(text)) if text.startswith(words, i)]
        if not found:
            return None
        start = min(found, key=lambda i: abs(len(text[:i].split()) - int(span["token_start"])))
        end = start + len(words)
    return (start, end) if text[start:end].strip() else None


def read(wanted: Sequence[Record]) -> Iterator[Read]:
    """Parse records, and find the places that the coder reads in them."""
    gazetteer, actors = open_gazetteer(), load_codebook().actors
    for record, parsed in zip(wanted, parse(map(document_of, wanted)), strict=True):
        sentences = [s for s in parsed.sentences if s.offset <= record.verb[0]]
        if not sentences:
            continue
        toponyms = find_toponyms(parsed, ActorReader(record.text, actors, ()), gazetteer)
        offset = sentences[0].offset  # a dateline is not parsed
        places = tuple((t.start - offset, t.end - offset) for t in toponyms if t.literal and t.start >= offset)
        yield Read(record, sentences[0].span.doc, offset, places)


def document_of(record: Record) -> Document:
    part = Part("paragraph", 0, len(record.text))
    return Document(str(record.index), "text", record.text, text_hash(record.text), language="en", parts=(part,))


def link(item: Read) -> Linked:
    """Link a record's verb to a place, with models that its sentence did not teach."""
    everything, first, second = learnt()
    links = (second, first)[item.record.half] if is_taught(item.record.text) else everything
    verb = item.moved(item.record.verb)
    ranked = ranked_places(item.doc, verb, item.places, links)
    best = (ranked[0].start + item.offset, ranked[0].end + item.offset) if ranked else None
    told = bool(ranked) and ranked[0].likely > 1.0 - sum(place.likely for place in ranked)
    nearest = min(item.places, key=lambda p: max(p[0] - verb[1], verb[0] - p[1]), default=None)
    if nearest is not None:
        nearest = (nearest[0] + item.offset, nearest[1] + item.offset)
    return Linked(item.record, best if told else None, best, nearest)


def score(linked: Sequence[Linked]) -> dict[str, object]:
    """The figures."""
    placed = [x for x in linked if x.record.gold]
    without = [x for x in linked if not x.record.gold]
    accuracy = _share([is_right(x.record, x.place) for x in linked])
    nearest = _share([is_right(x.record, x.nearest) for x in linked])
    return {
        "records": len(linked),
        "with_places": len(placed),
        "accuracy": accuracy,
        "with_place": _share([is_right(x.record, x.best) for x in placed]),
        "told_none": _share([x.place is None for x in without]),
        "nearest": nearest,
        "nearest_with_place": _share([is_right(x.record, x.nearest) for x in placed]),
        "gain": round(accuracy - nearest, 2),
        "halves": [_share([is_right(x.record, x.place) for x in linked if x.record.half == half]) for half in (0, 1)],
    }


def is_right(record: Record, place: Stretch | None) -> bool:
    """Whether `place` is one of the gold's, or None where the gold has none."""
    if place is None:
        return not record.gold
    return any(start < place[1] and place[0] < end for start, end in record.gold)


def _share(judged: Sequence[bool]) -> float:
    return round(100 * sum(judged) / max(1, len(judged)), 2)


def _line(linked: Linked) -> str:
    record = linked.record
    start, end = linked.place or (None, None)
    best = None
    if linked.best is not None:
        best = {"start": linked.best[0], "end": linked.best[1], "text": record.text[slice(*linked.best)]}
    line = {
        "index": record.index,
        "verb": record.text[slice(*record.verb)],
        "start": start,
        "end": end,
        "text": None if linked.place is None else record.text[slice(*linked.place)],
        "best": best,
    }
    return json.dumps(line, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
