"""Copies in a corpus of any size: how long finding them takes, and whether planted ones are found.

    python bench/copies.py [--documents 20000] [--words 180]

Invents N documents of news-like words; one in ten repeats an earlier one with words swapped, the end cut, or a
paragraph added, and one in ten is a bulletin that fills in the same form anew, which is no copy. The last line printed
is one line of JSON: ``seconds`` for N documents and ``fifth_s`` for a fifth of them, ``exponent`` (1 is linear, 2
quadratic), ``precision`` and ``recall`` of stories in percent, and ``peak_mb``, the most memory that the process held.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import log

from tocsin.linking import find_copies, lineages
from tocsin.records import Document, When, text_hash

FIRST = date(2015, 1, 1)
DAYS = 3000
VOCABULARY = 20_000
# ru_maxrss is in kilobytes, except on macOS, where it is in bytes.
RSS_MB = 1024 * (1024 if sys.platform == "darwin" else 1)
FORM = "Daily bulletin number {} of the observatory on the number of dead and wounded in the district of {} on this day"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--words", type=int, default=180)
    given = parser.parse_args()
    documents, origin = invented(given.documents, given.words)
    fifth = documents[: given.documents // 5]
    fifth_s = _seconds(fifth)[0]
    seconds, found = _seconds(documents)
    right = sum(found[i] == o for i, o in origin.items())
    result = {
        "documents": len(documents),
        "planted": len(origin),
        "seconds": round(seconds, 1),
        "fifth_s": round(fifth_s, 1),
        "exponent": round(log(seconds / fifth_s) / log(5), 2),
        "precision": round(100 * right / max(1, sum(i != o for i, o in found.items())), 2),
        "recall": round(100 * right / max(1, len(origin)), 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // RSS_MB,
    }
    print(json.dumps(result))


def _seconds(documents: Sequence[Document]) -> tuple[float, dict[str, str]]:
    begun = time.perf_counter()
    copies = find_copies(documents)
    return time.perf_counter() - begun, lineages([d.id for d in documents], copies)


def invented(number: int, words: int) -> tuple[list[Document], dict[str, str]]:
    """Documents, and of each copy the document that its story began with."""
    chance = random.Random(11)
    vocabulary = ["".join(chance.choices("abcdefghiklmnoprstu", k=chance.randint(3, 9))) for _ in range(VOCABULARY)]
    # As in any language, the common words are far more common.
    weights = [1 / (n + 10) for n in range(VOCABULARY)]
    documents: list[Document] = []
    told: list[tuple[str, list[str], int]] = []
    origin: dict[str, str] = {}
    for n in range(number):
        kind = chance.random()
        if kind < 0.1 and told:
            first, text, day = chance.choice(told)
            documents.append(
                _document(f"d{n}", " ".join(_edited(text, vocabulary, chance)), day + chance.randint(1, 3))
            )
            origin[f"d{n}"] = first
        elif kind < 0.2:
            form = FORM.format(n, chance.choice(vocabulary)).split()
            text = [*form, *(word for _ in range(6) for word in (*form[:9], *_filled(vocabulary, chance)))]
            documents.append(_document(f"d{n}", " ".join(text), chance.randrange(DAYS)))
        else:
            text = chance.choices(vocabulary, weights, k=chance.randint(words // 2, words * 3 // 2))
            day = chance.randrange(DAYS)
            told.append((f"d{n}", text, day))
            documents.append(_document(f"d{n}", " ".join(text), day))
    return documents, origin


def _filled(vocabulary: Sequence[str], chance: random.Random) -> Iterator[str]:
    """What a form is filled in with: names and figures."""
    for _ in range(3):
        yield chance.choice(vocabulary).capitalize()
        yield str(chance.randrange(200))


def _edited(text: Sequence[str], vocabulary: Sequence[str], chance: random.Random) -> Iterator[str]:
    """A copy: one word in thirty swapped, and perhaps the last quarter cut or a paragraph added."""
    how = chance.random()
    kept = text[: len(text) * 3 // 4] if how < 0.3 else text
    for word in kept:
        yield chance.choice(vocabulary) if chance.random() < 1 / 30 else word
    if how > 0.7:
        yield from chance.choices(vocabulary, k=len(text) // 5)


def _document(name: str, text: str, day: int) -> Document:
    on = FIRST + timedelta(day)
    return Document(name, "text", text, text_hash(text), source=f"Outlet {day % 50}", published=When(on, on, "day"))


if __name__ == "__main__":
    main()
