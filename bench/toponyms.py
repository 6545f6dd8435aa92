"""Geoparsing: the place names of raw texts and where they are, against annotated corpora.

    python bench/toponyms.py --gold CORPUS.xml [--predictions FILE] [--demonyms keep|ignore]

CORPUS is LGL or TR-News XML (``article docid``, ``toponym/gaztag``), GeoWebNews (``article file``, ``toponym/type``)
or GeoVirus (``article``, ``location``). Gold are the toponyms with coordinates; those without any are neither right
nor wrong. With ``--demonyms ignore`` (the default) so are names of inhabitants and their adjectives ("French",
"Turks") where a corpus does not mark them: a toponym that stands for an area, is no part of the area's name, and ends
as such words do. In GeoWebNews the types say it: only its literal types are gold then.

FILE is an output: JSON lines ``{"doc_id", "start", "end", "name", "lat", "lon", "geonameid"}``. The last line printed
is one line of JSON. `exact` and `overlap` are precision, recall and F1 of the spans; `acc161` the share of the
overlapping spans whose point is within 161 km of the gold's; `recall161`, `precision161`, `f1_161` the same end to end;
`reliability` sets the probability said beside the share right; `given_span` is `acc161` where the gold's spans are
resolved instead of found ones. All in percent; `resolves_per_s` is look-ups a second in that last run.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tocsin.codebook import load_codebook
from tocsin.coding._actors import ActorReader
from tocsin.coding._sentences import Parsed, parse
from tocsin.coding._toponyms import named_places
from tocsin.places import SqliteGazetteer, distance_km, open_gazetteer
from tocsin.records import Document, Part, Place, Toponym, text_hash

NEAR_KM = 161.0
BOUNDS = (0.0, 0.3, 0.5, 0.7, 0.9, 0.97, 1.01)
LITERAL = {"Literal", "Literal_Modifier", "Mixed", "Coercion", "Embedded_Literal"}
NOT_LITERAL = {"Metonymic", "Non_Literal_Modifier", "Embedded_Non_Lit"}
WITHOUT_PLACE = {"Demonym", "Language"}
INHABITANTS = re.compile(r"(?:ans?|ish|ese|is?|ics?|men|man|otes?|ers?|ards?|ites?)$")
IRREGULAR = frozenset({
    "american", "americans", "british", "briton", "britons", "chinese", "danish", "dane", "danes", "dutch",
    "english", "finn", "finns", "french", "frenchman", "frenchmen", "greek", "greeks", "irish", "kurd", "kurds",
    "kurdish", "pole", "poles", "russian", "russians", "scottish", "scots", "serb", "serbs", "spanish", "spaniard",
    "spaniards", "swede", "swedes", "swedish", "swiss", "turk", "turks", "turkish", "welsh",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gold:
    """An annotated toponym; `latitude` is None where it is neither right nor wrong to find it."""

    start: int
    end: int
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Article:
    """One text with its annotations."""

    doc_id: str
    text: str
    gold: tuple[Gold, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A predicted toponym."""

    start: int
    end: int
    place: Place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--demonyms", choices=["keep", "ignore"], default="ignore")
    given = parser.parse_args()
    gazetteer = open_gazetteer()
    articles = list(read(given.gold, given.demonyms == "ignore"))
    found = geoparse(articles, gazetteer)
    if given.predictions:
        given.predictions.write_text("".join(_lines(articles, found)), "utf-8")
    result = end_to_end(articles, found) | given_span(articles, gazetteer)
    print(json.dumps({"corpus": given.gold.stem, "demonyms": given.demonyms} | result))


def read(path: Path, ignore_demonyms: bool) -> Iterator[Article]:
    """The articles of a corpus in any of its four forms."""
    seen: set[str] = set()
    for number, article in enumerate(ET.parse(path).getroot().iter("article"), 1):
        text = article.findtext("text") or ""
        doc_id = article.get("docid") or article.get("file") or article.findtext("source") or str(number)
        if doc_id in seen:  # one page, told twice
            doc_id = f"{doc_id}#{number}"
        seen.add(doc_id)
        rows = [_annotation(t, ignore_demonyms) for t in article.iter() if t.tag in ("toponym", "location")]
        yield Article(doc_id, text, tuple(_placed(text, [row for row in rows if row is not None])))


_Row = tuple[int, int, str, float | None, float | None]


def _annotation(element: ET.Element, ignore_demonyms: bool) -> _Row | None:
    """(start, end, words, latitude, longitude) of one annotation; None where it marks no toponym."""
    start, end = int(element.findtext("start") or -1), int(element.findtext("end") or -1)
    kind, gazetteer = element.findtext("type"), element.find("gaztag")
    words = element.findtext("extractedName") or element.findtext("phrase") or element.findtext("name") or ""
    if element.tag == "location":  # counts characters from one
        return start - 1, end - 1, words, _number(element.findtext("lat")), _number(element.findtext("lon"))
    if kind is not None:
        if kind not in LITERAL | NOT_LITERAL | WITHOUT_PLACE:
            return None
        left_out = kind in WITHOUT_PLACE or (ignore_demonyms and kind in NOT_LITERAL)
        latitude, longitude = _number(element.findtext("latitude")), _number(element.findtext("longitude"))
    else:
        left_out = gazetteer is None or (ignore_demonyms and is_demonym(words, gazetteer))
        latitude = _number(gazetteer.findtext("lat")) if gazetteer is not None else None
        longitude = _number(gazetteer.findtext("lon")) if gazetteer is not None else None
    return (start, end, words, None, None) if left_out else (start, end, words, latitude, longitude)


def is_demonym(words: str, gazetteer: ET.Element) -> bool:
    """Whether words that stand for an area name its people instead of it."""
    if (gazetteer.findtext("fclass") or "A") not in ("A", "L") or words in ("U.S.", "US", "UK", "U.K.", "USA"):
        return False
    name, plain = (gazetteer.findtext("name") or "").lower(), words.lower()
    if plain in IRREGULAR:
        return True
    if plain in name or words.isupper() or not words[:1].isupper() or not INHABITANTS.search(plain):
        return False
    return all(any(part.startswith(word[:3]) for part in name.split()) for word in plain.split())


def _placed(text: str, rows: Sequence[_Row]) -> Iterator[Gold]:
    """Annotations at the characters they mean: some corpora are off by a few."""
    taken = {(start, end) for start, end, words, *_ in rows if start >= 0 and text[start:end] == words}
    done: set[tuple[int, int]] = set()
    for start, end, words, latitude, longitude in rows:
        if start < 0 or not words:
            continue
        if text[start:end] != words:
            near = [m.start() for m in re.finditer(re.escape(words), text) if abs(m.start() - start) <= 60]
            near = [at for at in near if (at, at + len(words)) not in taken]
            if not near:
                yield Gold(start, end, None, None)
                continue
            start = min(near, key=lambda at: abs(at - start))
            end = start + len(words)
            taken.add((start, end))
        if (start, end) not in done:
            done.add((start, end))
            yield Gold(start, end, latitude, longitude)


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def geoparse(articles: Sequence[Article], gazetteer: SqliteGazetteer) -> dict[str, list[Found]]:
    """The toponyms that the coder reads in each text, and their places."""
    actors = load_codebook().actors
    found = {}
    for article, parsed in zip(articles, parse(document_of(a) for a in articles), strict=True):
        toponyms = _toponyms(parsed, ActorReader(article.text, actors, ()), gazetteer)
        places = gazetteer.resolve(toponyms)
        found[article.doc_id] = [Found(t.start, t.end, p) for t, p in zip(toponyms, places, strict=True)]
    return found


def _toponyms(parsed: Parsed, actors: ActorReader, gazetteer: SqliteGazetteer) -> list[Toponym]:
    return list({(t.start, t.end): t for t in named_places(parsed, actors, gazetteer)}.values())


def document_of(article: Article) -> Document:
    lines = [m.span() for m in re.finditer(r"[^\n]*\S[^\n]*", article.text)]
    parts = tuple(Part("paragraph", start, end) for start, end in lines)
    return Document(article.doc_id, "text", article.text, text_hash(article.text), language="en", parts=parts)


def end_to_end(articles: Sequence[Article], found: dict[str, list[Found]]) -> dict[str, object]:
    """Spans found, and found at the right place."""
    gold_spans = predictions = placed = exact = overlap = right = 0
    judged: list[tuple[float, bool]] = []
    for article in articles:
        gold = [g for g in article.gold if g.latitude is not None]
        neither = [g for g in article.gold if g.latitude is None]
        mine = found[article.doc_id]
        pairs = _pairs(gold, mine)
        matched = {j for _, j in pairs}
        counted = [
            f
            for j, f in enumerate(mine)
            if j in matched or not any(_shared(g, f) for g in neither) or any(_shared(g, f) for g in gold)
        ]
        gold_spans += len(gold)
        predictions += len(counted)
        placed += sum(f.place.latitude is not None for f in counted)
        overlap += len(pairs)
        exact += sum((gold[i].start, gold[i].end) == (mine[j].start, mine[j].end) for i, j in pairs)
        points = [(mine[j].place, _near(gold[i], mine[j].place)) for i, j in pairs]
        right += sum(near for _, near in points)
        judged += [(place.probability or 0.0, near) for place, near in points if place.latitude is not None]
    precision, recall, f1 = _shares(right, placed, gold_spans)
    return {
        "documents": len(articles),
        "gold": gold_spans,
        "predictions": predictions,
        "exact": _shares(exact, predictions, gold_spans),
        "overlap": _shares(overlap, predictions, gold_spans),
        "acc161": round(100 * right / max(1, overlap), 2),
        "precision161": precision,
        "recall161": recall,
        "f1_161": f1,
        "overlap_f1": _shares(overlap, predictions, gold_spans)[2],
        "reliability": reliability(judged),
    }


def reliability(judged: Sequence[tuple[float, bool]]) -> list[list[float]]:
    """[lower bound, places, mean, share right in percent] for each range of the probability said."""
    table = []
    for low, high in pairwise(BOUNDS):
        inside = [(said, right) for said, right in judged if low <= said < high]
        if inside:
            said, right = (100 * sum(column) / len(inside) for column in zip(*inside, strict=True))
            table.append([low, len(inside), round(said, 1), round(right, 1)])
    return table


def _shared(gold: Gold, found: Found) -> int:
    return max(0, min(gold.end, found.end) - max(gold.start, found.start))


def _pairs(gold: Sequence[Gold], found: Sequence[Found]) -> list[tuple[int, int]]:
    """One to one: equal spans first, then those that share most."""
    options = sorted(
        ((g.start, g.end) != (f.start, f.end), -_shared(g, f), i, j)
        for i, g in enumerate(gold)
        for j, f in enumerate(found)
        if _shared(g, f)
    )
    pairs: list[tuple[int, int]] = []
    for *_, i, j in options:
        if all(i != one and j != other for one, other in pairs):
            pairs.append((i, j))
    return pairs


def _near(gold: Gold, place: Place) -> bool:
    if None in (gold.latitude, gold.longitude, place.latitude, place.longitude):
        return False
    return distance_km(gold.latitude, gold.longitude, place.latitude, place.longitude) <= NEAR_KM  # type: ignore[arg-type]


def _shares(right: int, predictions: int, gold: int) -> list[float]:
    precision, recall = right / max(1, predictions), right / max(1, gold)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return [round(100 * share, 2) for share in (precision, recall, f1)]


def given_span(articles: Sequence[Article], gazetteer: SqliteGazetteer) -> dict[str, float]:
    """The gold's own spans resolved, with nothing read around them."""
    documents = [
        [(Toponym(a.text[g.start : g.end], g.start, g.end), g) for g in a.gold if a.text[g.start : g.end].strip()]
        for a in articles
    ]
    start = time.perf_counter()
    places = [gazetteer.resolve([t for t, _ in document]) for document in documents]
    seconds = time.perf_counter() - start
    judged = [
        _near(gold, place)
        for document, answers in zip(documents, places, strict=True)
        for (_, gold), place in zip(document, answers, strict=True)
        if gold.latitude is not None
    ]
    return {
        "given_span": round(100 * sum(judged) / max(1, len(judged)), 2),
        "resolves_per_s": round(sum(map(len, documents)) / seconds),
    }


def _lines(articles: Sequence[Article], found: dict[str, list[Found]]) -> Iterator[str]:
    for article in articles:
        for item in found[article.doc_id]:
            place = item.place
            line = {
                "doc_id": article.doc_id,
                "start": item.start,
                "end": item.end,
                "name": article.text[item.start : item.end],
                "lat": place.latitude,
                "lon": place.longitude,
                "geonameid": place.gazetteer_id if place.gazetteer == "geonames" else None,
            }
            yield json.dumps(line, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
