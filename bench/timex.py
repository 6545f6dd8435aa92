"""Time expressions and the days they mean, against annotated news (TempEval-3, task A).

    python bench/timex.py [--data FOLDER] [--gold FILE.tsv] [--predictions OUT.tsv] [--lower]

FILE has a token a line: token, tag (``O``, ``B-DATE``, ``I-TIME`` …) and TIMEX3 value, with empty lines between
sentences. A line whose token begins with ``*!-DCTVALUE`` gives the day that the document after it was published.
Tags and values are not read for predicting. OUT is written: the same tokens with our tags and values. The last line
printed is one line of JSON, in percent:

- ``strict_f1``: F1 of exact spans; ``relaxed_p``, ``relaxed_r``, ``relaxed_f1``: of spans that share a token, one to
  one, exact pairs first and then those that share most;
- ``type_acc``, ``value_acc``: share of those pairs with the type, or the very value, of the gold;
- ``value_f1``: relaxed F1 times ``value_acc``, TempEval-3's measure (UzZaman et al., 2013).

The values are the coder's own, as ISO-TimeML has them: no habit of the corpus is put on them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tocsin.coding import TimeExpression
from tocsin.coding._dates import find_times
from tocsin.coding._event_dates import tense_at
from tocsin.coding._sentences import parse
from tocsin.records import Document, Part, text_hash

DATA = Path(__file__).parents[2] / "shared" / "data"
DAY = re.compile(r"\*!-DCTVALUE=\"?(\d{4}-\d{2}-\d{2})")
# What stands without a space before it, or after it, in running text.
CLOSING = re.compile(r"(?:[,.;:?!%)\]}]|n't|'s|'S|'|''|'re|'ve|'ll|'d|'m|’s|\.\.\.)$")
OPENING = re.compile(r"[(\[{$`]+$")
NAMES = {"``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")"}


@dataclass(frozen=True, slots=True)
class Timed:
    """An expression over lines `first` to `last` (both in it) of a file."""

    first: int
    last: int
    type: str
    value: str


@dataclass(slots=True)
class Article:
    """One document: its running text, and where in it the token of each line stands."""

    published: date | None = None
    text: str = ""
    tokens: list[tuple[int, int, int]] = field(default_factory=list)
    """(line, start, end)"""
    sentences: list[Part] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("TOCSIN_BENCH_DATA") or DATA))
    parser.add_argument("--gold", type=Path, help="default: DATA/dates/meantime_en.tsv")
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--lower", action="store_true", help="read the text in lower case")
    given = parser.parse_args(arguments)
    gold_file = given.gold or given.data / "dates" / "meantime_en.tsv"
    lines = gold_file.read_text(encoding="utf-8").splitlines()
    found = tag(articles([line.split("\t")[0] for line in lines], lower=given.lower))
    if given.predictions:
        given.predictions.write_text("".join(rows(lines, found)), encoding="utf-8")
    gold = annotated(lines)
    print(json.dumps(score(gold, found) if gold else {"predicted": len(found)}))


def articles(tokens: Sequence[str], *, lower: bool = False) -> Iterator[Article]:
    """The documents of a file, as running text."""
    article = Article()
    start = 0
    for n, token in enumerate([*tokens, "", "*!-DCTVALUE"]):
        if not token or token.startswith("*!-DCTVALUE"):
            if len(article.text) > start:
                article.sentences.append(Part("paragraph", start, len(article.text)))
                article.text += "\n\n"
            start = len(article.text)
            if token:
                if article.sentences:
                    yield article
                day = DAY.match(token)
                article, start = Article(date.fromisoformat(day[1]) if day else None), 0
            continue
        before = article.text
        glued = len(before) == start or CLOSING.match(token) or OPENING.search(before[start:])
        word = NAMES.get(token, token)
        at = len(before) + (0 if glued else 1)
        article.text += ("" if glued else " ") + (word.lower() if lower else word)
        article.tokens.append((n, at, len(article.text)))


def tag(found: Iterator[Article]) -> list[Timed]:
    """The coder's time expressions, each document read in order with the last day it named."""
    listed = list(found)
    timed: list[Timed] = []
    documents = (
        Document(f"d{n}", "text", a.text, text_hash(a.text), language="en", parts=tuple(a.sentences))
        for n, a in enumerate(listed)
    )
    for article, parsed in zip(listed, parse(documents), strict=True):
        reference = article.published
        for sentence in parsed.sentences:
            offset = sentence.offset + sentence.span.start_char
            times = find_times(sentence.span.text, article.published, reference, tense=tense_at(sentence.span))
            for time in times:
                timed += on_lines(article, time, offset)
                if time.names_day:
                    reference = time.when.start
    return sorted(timed, key=lambda t: t.first)


def on_lines(article: Article, time: TimeExpression, offset: int) -> Iterator[Timed]:
    """The lines that each part of an expression covers."""
    for timex in time.timexes:
        start, end = timex.start + offset, timex.end + offset
        covered = [n for n, a, b in article.tokens if a < end and start < b]
        if covered:
            yield Timed(covered[0], covered[-1], timex.type, timex.value)


def annotated(lines: Sequence[str]) -> list[Timed]:
    """The labels of a file; none where it has none."""
    found: list[Timed] = []
    for n, line in enumerate(lines):
        token, tag, value = ([*line.split("\t"), "", ""])[:3]
        if not token or token.startswith("*!-DCTVALUE") or tag[:2] not in ("B-", "I-"):
            continue
        if tag.startswith("I-") and found and found[-1].last == n - 1:
            found[-1] = Timed(found[-1].first, n, found[-1].type, found[-1].value)
        else:
            found.append(Timed(n, n, tag[2:], value.strip()))
    return found


def rows(lines: Sequence[str], found: Sequence[Timed]) -> Iterator[str]:
    """The lines of a file with our tags and values."""
    tags = {n: (f"{'B' if n == t.first else 'I'}-{t.type}", t.value) for t in found for n in range(t.first, t.last + 1)}
    for n, line in enumerate(lines):
        token = line.split("\t")[0]
        if not token and not line:
            yield "\n"
        else:
            yield "\t".join((token, *tags.get(n, ("O", "-")))) + "\n"


def score(gold: Sequence[Timed], found: Sequence[Timed]) -> dict[str, float]:
    """TempEval-3's measures of one list of expressions against another."""
    options = []
    for i, g in enumerate(gold):
        for j, f in enumerate(found):
            shared = min(g.last, f.last) - max(g.first, f.first) + 1
            if shared > 0:
                options.append(((g.first, g.last) != (f.first, f.last), -shared, i, j))
    mine: dict[int, int] = {}
    used: set[int] = set()
    strict = 0
    for differs, _, i, j in sorted(options):
        if i not in mine and j not in used:
            mine[i] = j
            used.add(j)
            strict += not differs
    type_right = sum(gold[i].type == found[j].type for i, j in mine.items())
    value_right = sum(gold[i].value == found[j].value for i, j in mine.items())
    pairs, total = len(mine), max(1, len(gold) + len(found))
    return {
        "gold": len(gold),
        "predicted": len(found),
        "found": pairs,
        "strict_f1": percent(2 * strict, total),
        "relaxed_p": percent(pairs, len(found)),
        "relaxed_r": percent(pairs, len(gold)),
        "relaxed_f1": percent(2 * pairs, total),
        "type_acc": percent(type_right, pairs),
        "value_acc": percent(value_right, pairs),
        "value_f1": percent(2 * value_right, total),
    }


def percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


if __name__ == "__main__":
    main()
