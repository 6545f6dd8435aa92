"""Learn which capitalised words of a text name places (``models/toponyms.json``).

A logistic regression over the named evidence of ``tocsin.coding._toponym_choice``. Right are the spans that
annotators marked and gave coordinates; what they marked without any, and names of inhabitants, teach nothing. RECORDS
are sentences of conflict news with the place of one event marked (``bench/event_location.py``): the places of those
that nobody checked, and that are measured nowhere, are right, and the other names in them unknown.

Chosen by what helps the corpus that it was not learned from (world news from local news, local from world news), and
over newspapers held out: the penalty, among 1, 3.3, 10 and 33, changes overlap F1 by half a point, each family of
evidence by up to two and a half; RECORDS at half the weight cost local news .4 and find 4 more of 100 places of events.
It is then taught by all corpora given.

Needs, beside the project: scikit-learn 1.9.

usage: python train/toponyms.py CORPUS.xml ... [RECORDS.jsonl.gz]     (two minutes of one core)
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from tocsin.codebook import load_codebook
from tocsin.coding._actors import ActorReader
from tocsin.coding._sentences import parse
from tocsin.coding._toponym_choice import Candidate, evidence_in
from tocsin.coding._toponyms import candidates_in
from tocsin.places import open_gazetteer

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from bench.event_location import document_of as record_document  # noqa: E402
from bench.event_location import records  # noqa: E402
from bench.toponyms import Article, document_of, read  # noqa: E402

OUT = ROOT / "src" / "tocsin" / "coding" / "models" / "toponyms.json"
PENALTY, RAREST, UNCHECKED = 3.3, 5, 0.5
# Smaller weights change no choice.
LEAST = 0.005

# Evidence, whether it is right, and what it counts.
Row = tuple[dict[str, float], bool, float]


def rows_of(path: Path) -> list[Row]:
    """The evidence for each candidate of a corpus, and whether it is right."""
    gazetteer, actors = open_gazetteer(), load_codebook().actors
    articles = list(read(path, ignore_demonyms=True))
    rows: list[Row] = []
    for article, parsed in zip(articles, parse(map(document_of, articles)), strict=True):
        candidates = candidates_in(parsed, ActorReader(article.text, actors, ()), gazetteer)
        found = evidence_in(parsed.sentences, candidates, gazetteer)
        for right, weighed in zip(_right(article, candidates), found, strict=True):
            if right is not None:
                rows.append((weighed, right, 1.0))
    return rows


def places_of(path: Path) -> list[Row]:
    """The evidence for the places of events that nobody checked."""
    gazetteer, actors = open_gazetteer(), load_codebook().actors
    everything = list(records(path))
    checked = {r.text.strip() for r in everything if r.checked}
    known = {r.text: r for r in everything if r.gold and r.text.strip() not in checked}
    rows: list[Row] = []
    for record, parsed in zip(known.values(), parse(map(record_document, known.values())), strict=True):
        candidates = candidates_in(parsed, ActorReader(record.text, actors, ()), gazetteer)
        found = evidence_in(parsed.sentences, candidates, gazetteer)
        rows += [
            (weighed, True, UNCHECKED) for c, weighed in zip(candidates, found, strict=True) if c.span in record.gold
        ]
    return rows


def _right(article: Article, candidates: list[Candidate]) -> list[bool | None]:
    """Whether each candidate is what was marked, or as near as any comes to it; None where it teaches nothing."""
    gold = [(g.start, g.end) for g in article.gold if g.latitude is not None]
    neither = [(g.start, g.end) for g in article.gold if g.latitude is None]
    spans = [(c.start, c.end) for c in candidates]
    nearest = {max(spans, key=lambda s: _alike(s, g)) for g in gold if any(_alike(s, g) for s in spans)}
    return [
        True
        if s in nearest
        else None
        if any(_alike(s, n) for n in neither) and not any(_alike(s, g) for g in gold)
        else False
        for s in spans
    ]


def _alike(one: tuple[int, int], other: tuple[int, int]) -> float:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return max(0.0, shared / (max(one[1], other[1]) - min(one[0], other[0])))


def fit(rows: list[Row]) -> dict[str, float]:
    """The weights by name."""
    counts = Counter(name for found, *_ in rows for name in found)
    index = {name: i for i, name in enumerate(name for name, n in sorted(counts.items()) if n >= RAREST)}
    cells = [
        (i, index[name], value) for i, (found, *_) in enumerate(rows) for name, value in found.items() if name in index
    ]
    where, columns, values = zip(*cells, strict=True)
    matrix = csr_matrix((values, (np.array(where, np.int32), np.array(columns, np.int32))), (len(rows), len(index)))
    model = LogisticRegression(C=1 / PENALTY, fit_intercept=False, solver="liblinear", max_iter=1000)
    model.fit(matrix, [right for _, right, _ in rows], [weight for *_, weight in rows])
    return dict(zip(index, model.coef_[0].tolist(), strict=True))


def main() -> None:
    rows = [row for path in map(Path, sys.argv[1:]) for row in (rows_of if path.suffix == ".xml" else places_of)(path)]
    kept = {name: round(w, 3) for name, w in fit(rows).items() if abs(w) >= LEAST}
    OUT.write_text(json.dumps(kept, ensure_ascii=False, indent=0) + "\n", "utf-8")
    print(f"{len(kept)} weights from {len(rows)} candidates, {sum(right for _, right, _ in rows)} of them places")


if __name__ == "__main__":
    main()
